"""Sittings whose writing is a correction, for the tests of corrections and locks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateRange

from meetings.models import Cell, Committee, Meeting, RecordingLock, User
from meetings.recording import Correction, conclude_meeting, lock_months, reopen_meeting
from tests.factories import make_user
from tests.meetings.sittings import Five, recorded

NOW = datetime(2026, 11, 5, 9, 41, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
WHY = Correction("Đối chiếu lại sổ biên bản", NOW)


def above(cell: Cell) -> Committee:
    return cell.placements.get().parent


def lock(committee: Committee, first: date = date(2026, 10, 1), end: date = date(2027, 1, 1), by: User | None = None) -> RecordingLock:
    """The fourth quarter of 2026, unless said otherwise."""
    by = by or make_user(f"ban-{committee.pk}-{RecordingLock.objects.count()}", full_name="Lê Văn Ban", office_of=committee)
    return lock_months(committee=committee, during=DateRange(first, end), reason="Chốt quý IV", by=by, at=NOW)


def concluded(people: Five) -> Meeting:
    meeting = recorded(people)
    return conclude_meeting(meeting=meeting, expected_version=meeting.version, by=people.user, at=NOW)


def returned(people: Five) -> Meeting:
    return reopen_meeting(meeting=concluded(people))
