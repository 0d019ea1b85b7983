"""A cell's sittings with one thing recorded, and the facts read out of them twice."""

from datetime import date, time

from evaluations.checking.facts import facts_of
from evaluations.measuring import COLUMNS, look
from evaluations.models import MonthFacts
from meetings.models import Attendance, Meeting, MeetingKind, MeetingState, Presence, StandingKind
from tests.evaluations.logs import AS_OF

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def as_columns(facts: MonthFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in COLUMNS}


def sit(cell, month, kind=MeetingKind.REGULAR, held_on=None, **columns) -> Meeting:
    usual = {"state": MeetingState.CONCLUDED, "starts_at": time(19), "ends_at": time(20, 30)}
    return Meeting.objects.create(cell=cell, for_month=month, kind=kind, held_on=held_on or month.replace(day=3), **usual | columns)


def excuse(meeting, member, presence=Presence.EXCUSED, **columns):
    usual = {"standing": StandingKind.OFFICIAL}
    return Attendance.objects.create(meeting=meeting, member=member, presence=presence, **usual | columns)


def seen(cell, month, as_of=AS_OF) -> MonthFacts:
    """The month's facts, on which SQL and plain Python agree."""
    facts = look(cell.pk, month, as_of=as_of)
    assert as_columns(facts) == facts_of(cell, month, as_of=as_of)
    return facts
