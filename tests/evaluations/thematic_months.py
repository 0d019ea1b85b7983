"""A cell whose thematic sittings have sheets of their own, for the tests of those."""

from dataclasses import replace
from datetime import date

from evaluations.models import SheetPart
from meetings.models import Meeting, MeetingKind
from meetings.recording import enter_held_meeting
from tests.evaluations.month import NOVEMBER, TODAY, RecordedMonth, put_thematic_in_force, recorded_month
from tests.evaluations.sent_months import THE_4TH, Sent
from tests.factories import make_user
from tests.meetings.sittings import recorded


def month_with_both() -> RecordedMonth:
    """November recorded, with a set in force for months and one for thematic sittings."""
    month = recorded_month()
    put_thematic_in_force(month.people.cell.placements.get().parent)
    return month


def thematic(month: RecordedMonth, held_on: date = THE_4TH, **fields) -> RecordedMonth:
    """A thematic sitting of the month, recorded."""
    people = month.people
    said = {"held_on": held_on, "kind": MeetingKind.THEMATIC}
    meeting = enter_held_meeting(cell=people.cell, for_month=NOVEMBER, by=people.user, today=TODAY, **said)
    recorded(people, meeting, minutes_signed_on=held_on, **said | fields)
    return replace(month, meeting=meeting, part=SheetPart.THEMATIC)


def combined(month: RecordedMonth) -> RecordedMonth:
    """The month's sitting was combined; what is returned stands for its thematic sheet."""
    Meeting.objects.filter(pk=month.meeting.pk).update(kind=MeetingKind.COMBINED)
    return replace(month, part=SheetPart.THEMATIC)


def verifying(month: RecordedMonth) -> Sent:
    committee = month.people.cell.placements.get().parent
    follower = make_user("cap-uy-vien", follows=month.people.cell)
    return Sent(month, committee, make_user("van-phong", full_name="Phạm Thị Văn", office_of=committee), follower)
