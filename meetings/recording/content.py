"""Opening the content of a meeting from above: with a reason, logged, shown to the cell."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from meetings.models import ContentOpening, Meeting, User
from meetings.refusing import Refused


def open_content(*, meeting: Meeting, reason: str, by: User, at: datetime) -> ContentOpening:
    """Log that someone above the cell opens the content, and why (domain §8). Raises `Refused` without a reason."""
    if len(reason.strip()) < 5:
        raise Refused({"reason": _("Say what you need the content for; the cell will see it.")})
    return ContentOpening.objects.create(meeting=meeting, user=by, reason=reason, opened_at=at)


def has_open_content(*, meeting: Meeting, by: User, at: datetime) -> bool:
    """Whether the user opened this content on the same day: one reason is enough for a day."""
    return ContentOpening.objects.filter(
        meeting=meeting, user=by, opened_at__gte=at.replace(hour=0, minute=0, second=0, microsecond=0)
    ).exists()
