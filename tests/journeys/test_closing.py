"""A province closes a year; a cell corrects a fact of it, told what that moves; a correction is published; both editions are reproduced."""

from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from evaluations.jobs import work_job
from evaluations.models import Edition, Job, PeriodScore
from evaluations.periods import Year
from evaluations.published import SCORE_COLUMNS, as_published
from evaluations.submission import submit
from evaluations.works import WORKERS
from meetings.models import Amendment, Committee, Level, Posting
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import RecordedMonth, filled_in, posted, put_in_force
from tests.factories import make_cell, make_committee, make_user
from tests.journeys.people import Person
from tests.meetings.sittings import five, held, recorded

pytestmark = pytest.mark.journey

YEAR = Year(2025, 1)
NOVEMBER = date(2025, 11, 1)
SENT_AT = datetime(2025, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass
class Place:
    province: Committee
    month: RecordedMonth
    officer: str

    def published(self, number: int) -> dict[int, tuple]:
        rows = as_published(publisher=self.province, period=YEAR, number=number)
        return {row.cell_id: tuple(getattr(row, name) for name in SCORE_COLUMNS) for row in rows}

    def edition(self, number: int) -> Edition:
        return Edition.objects.get(committee=self.province, period_kind=YEAR.KIND, number=number)

    @property
    def total(self) -> str:
        """The year's points as a page says them in Vietnamese."""
        total = PeriodScore.objects.get(cell=self.month.people.cell, period_kind=YEAR.KIND, first_on=YEAR.first).total
        return f"{total / 100:g}".replace(".", ",")


@pytest.fixture
def place(site) -> Place:
    """A cell whose November of last year is sent, beside one that never sat."""
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    commune = make_committee("Đảng ủy xã Minh Họa", parent=province)
    cell = make_cell("Chi bộ Thôn Một", committee=commune)
    make_cell("Chi bộ Thôn Hai", committee=commune)
    people = five(cell, "bi-thu")
    month = RecordedMonth(people, None, put_in_force(province))
    sitting = held(people, for_month=NOVEMBER, held_on=date(2025, 11, 3))
    month.meeting = recorded(people, sitting, held_on=date(2025, 11, 3), minutes_signed_on=date(2025, 11, 3))
    posted(month, date(2025, 11, 4))
    filled_in(month)
    submit(meeting=month.meeting, by=people.user, at=SENT_AT, expected_version=month.sheet.version)
    settle(timezone.now())
    officer = "ban"
    make_user(officer, full_name="Lê Văn Ban", board_of=province)
    return Place(province, month, officer)


def work() -> None:
    """What a worker does with the job that was just started."""
    work_job(Job.objects.latest("pk").pk, WORKERS)


def test_a_year_is_closed_corrected_and_both_editions_are_reproduced(place, at_desk: Person, on_phone: Person):
    close_the_year(place, at_desk)
    first, total = place.published(1), place.total
    correct_a_fact(place, on_phone)
    settle(timezone.now())
    assert place.total != total, "the fact moved the year"
    publish_the_correction(place, at_desk)
    second = place.published(2)
    assert place.published(1) == first != second
    read_both_editions(place, at_desk, total)
    checked = StringIO()
    call_command("check_line", cell=place.month.people.cell.public_id, month="2025-11", stdout=checked, no_color=True)
    said = checked.getvalue()
    assert "Every link agrees." in said
    for number in (1, 2):
        assert f"edition {number} of 2025" in said and f"digest {place.edition(number).digest}" in said


def close_the_year(place: Place, officer: Person) -> None:
    officer.log_in(place.officer)
    officer.go(f"/committees/{place.province.public_id}/2025/")
    officer.tap("text=Tất cả các kỳ")
    officer.looks("periods-open")
    officer.tap(f"a[href$='/{YEAR}/close']")
    assert "Chốt" in officer.says
    officer.looks("period-close")
    officer.save()
    work()
    officer.go(f"/committees/{place.province.public_id}/2025/editions/1")
    assert place.edition(1).digest in officer.says and place.total in officer.says
    officer.looks("edition-first")


def correct_a_fact(place: Place, secretary: Person) -> None:
    """The conclusion was posted eight days later than recorded: line 8.3 loses its point."""
    secretary.log_in(place.month.people.user.username)
    secretary.go(f"/meetings/{place.month.meeting.public_id}/post")
    secretary.type("posted_on", "2025-11-12")
    secretary.type("reason", "Ghi nhầm ngày đăng")
    secretary.save()
    assert "Kỳ này đã chốt" in secretary.says and place.total in secretary.says
    secretary.complaints.clear()  # the browser's word for the page's status: nothing is saved yet
    secretary.looks("moves")
    assert Posting.objects.get(meeting=place.month.meeting, kind="CONCLUSION").posted_on == date(2025, 11, 4), "told before it is saved"
    secretary.save()
    assert Posting.objects.get(meeting=place.month.meeting, kind="CONCLUSION").posted_on == date(2025, 11, 12)
    assert Amendment.objects.get(meeting=place.month.meeting).reason == "Ghi nhầm ngày đăng"


def publish_the_correction(place: Place, officer: Person) -> None:
    officer.go(f"/committees/{place.province.public_id}/periods?year=2025")
    officer.looks("periods-differing")
    officer.tap(f"a[href$='/{YEAR}/correct']")
    officer.type("reason", "Chi bộ sửa ngày đăng kết luận tháng 11")
    officer.looks("period-correct")
    officer.save()
    work()


def read_both_editions(place: Place, officer: Person, first_total: str) -> None:
    officer.go(f"/committees/{place.province.public_id}/2025/editions/2")
    assert place.edition(2).digest in officer.says and "Chi bộ sửa ngày đăng kết luận tháng 11" in officer.says
    officer.looks("edition-second")
    officer.tap(f"a[href$='/{YEAR}/editions/1']")
    said = officer.says
    assert place.edition(1).digest in said and first_total in said and place.total in said, "as published beside what is known now"
    officer.looks("edition-first-corrected")
