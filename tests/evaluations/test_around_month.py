"""What stands around a cell's month: one statement reads what the rows themselves say."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.around_month import MoreTime, Opening, PastMonth, Posted, around
from evaluations.models import Extension, Grade, ScoreState, SheetState
from evaluations.periods import Month
from evaluations.which_sheet import WhichSheet
from meetings.models import ContentOpening, Meeting, MeetingKind, MeetingState, Posting, PostingKind, RecordingLock
from meetings.recording import locks_over
from tests.evaluations.boards import SCORED, make_month
from tests.evaluations.month import NOVEMBER, NOW
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.closed_months import lock

pytestmark = pytest.mark.django_db
MONTH = Month.of(NOVEMBER)


@pytest.fixture
def commune():
    return make_committee("Đảng ủy xã Một", parent=make_committee("Tỉnh ủy Minh Họa", "PROVINCE"))


@pytest.fixture
def cell(commune):
    return make_cell(committee=commune)


def sitting(cell, month: date = NOVEMBER) -> Meeting:
    columns = {"held_on": month, "starts_at": time(19), "ends_at": time(20, 30), "state": MeetingState.CONCLUDED}
    return Meeting.objects.create(cell=cell, for_month=month, kind=MeetingKind.REGULAR, **columns)


def test_nothing_is_known_of_a_new_cell(cell):
    found = around(cell, MONTH, None)
    assert found.past == [PastMonth(MONTH.shifted(-back), "", "") for back in range(11, -1, -1)]
    assert (found.more_time, found.postings, found.returned, found.openings, found.lock) == (None, {}, [], [], None)


def test_the_twelve_months_up_to_it_say_what_they_came_to(cell, commune):
    for month in (MONTH, MONTH.shifted(-11), MONTH.shifted(-12), MONTH.next):
        make_month(cell, commune, month.first, **SCORED)
    make_month(cell, commune, MONTH.previous.first, held=True, state=ScoreState.NOT_SENT)
    make_month(make_cell(committee=commune), commune, MONTH.shifted(-2).first, **SCORED)
    past = around(cell, MONTH, None).past
    scored = {each.month: each.label for each in past if each.label}
    good = Grade(SCORED["grade"]).label
    assert scored == {MONTH.shifted(-11): good, MONTH.previous: ScoreState.NOT_SENT.label, MONTH: good}
    assert [each.month for each in past] == sorted((each.month for each in past), key=lambda month: month.first)


def test_the_latest_extension_counts(cell):
    office = make_user()
    for hours, until in ((1, 20), (2, 25)):
        at = NOW + timedelta(hours=hours)
        Extension.objects.create(
            cell=cell, month=NOVEMBER, until=date(2026, 11, until), reason=f"Bão {until}", granted_by=office, granted_at=at
        )
    assert around(cell, MONTH, None).more_time == MoreTime(date(2026, 11, 25), "Bão 25")
    assert around(cell, MONTH.previous, None).more_time is None


def test_postings_are_those_of_the_sitting(cell):
    own, other = sitting(cell), sitting(cell, MONTH.previous.first)
    Posting.objects.create(meeting=own, kind=PostingKind.CONCLUSION, document_number="05-KL/CB", issued_on=date(2026, 11, 4))
    Posting.objects.create(meeting=other, kind=PostingKind.FILES, posted_on=date(2026, 10, 1))
    assert around(cell, MONTH, own).postings == {PostingKind.CONCLUSION: Posted("05-KL/CB", date(2026, 11, 4), None)}


def test_returned_months_and_the_ten_latest_openings(cell):
    reader = make_user("can-bo", full_name="Lê Văn Đọc")
    for back in (3, 1):
        meeting = sitting(cell, MONTH.shifted(-back).first)
        columns = {"state": SheetState.RETURNED, "submitted_at": NOW, "submitted_by": reader}
        meeting.cell.sheets.create(month=meeting.for_month, meeting=meeting, levels=[], **columns)
    at = datetime(2026, 11, 10, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    for hour in range(12):
        ContentOpening.objects.create(meeting=meeting, user=reader, reason=f"Kiểm tra {hour}", opened_at=at + timedelta(hours=hour))
    found = around(cell, MONTH, None)
    assert found.returned == [WhichSheet(MONTH.shifted(-3)), WhichSheet(MONTH.previous)]
    assert found.openings == [
        Opening("Lê Văn Đọc", at + timedelta(hours=hour), MONTH.previous, f"Kiểm tra {hour}") for hour in range(11, 1, -1)
    ]


def test_the_lock_is_the_one_that_recording_asks(cell, commune):
    province = commune.placements.get().parent
    office = make_user()
    lock(commune, by=office)
    lock(province, by=office)
    nearest = locks_over([(cell.pk, NOVEMBER)])[cell.pk, NOVEMBER]
    assert around(cell, MONTH, None).lock == nearest.pk == RecordingLock.objects.get(committee=commune).pk


def test_it_is_one_query(cell):
    meeting = sitting(cell)
    with CaptureQueriesContext(connection) as captured:
        around(cell, MONTH, meeting)
    assert len(captured) == 1
