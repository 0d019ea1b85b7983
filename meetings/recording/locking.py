"""The meeting's row lock and version: who writes next sees what was written before."""

from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from meetings.recording.errors import StaleForm
from meetings.refusing import Refused, refusing

Record = TypeVar("Record")

TWO_IN_A_MONTH = _("There is a regular or combined sitting for this month already; open that one, or cancel it first.")
NO_LONGER_OPEN = _("This sitting is concluded or cancelled; its record can no longer be changed.")


def lock_meeting(
    meeting: Meeting,
    expected_version: int,
    mine: Record | None = None,
    read: Callable[[Meeting], Record] | None = None,
) -> Meeting:
    """The meeting as it stands now, locked until the transaction ends. Raises `StaleForm` where its version has moved on."""
    now = Meeting.objects.locked().get(pk=meeting.pk)
    if now.version != expected_version:
        raise StaleForm(now, mine, read(now) if read else None)
    return now


def require_open(meeting: Meeting) -> None:
    if not meeting.is_open:
        raise Refused({"": NO_LONGER_OPEN})


def save_next_version(meeting: Meeting) -> None:
    """Save the meeting as its next version; refuse a second regular or combined sitting for the month."""
    meeting.version += 1
    save_monthly(meeting)


def save_monthly(meeting: Meeting) -> None:
    with refusing({"one_regular_meeting_a_month": ("kind", TWO_IN_A_MONTH)}):
        meeting.save()
