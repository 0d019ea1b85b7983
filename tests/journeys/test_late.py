"""A board finds the late, gives one more time, reminds the rest, and drills to a fact; a secretary reads the notice."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from evaluations.jobs import work_job
from evaluations.measuring import Targets
from evaluations.models import Extension, Job, JobKind, JobState, Notice, NoticeKind
from evaluations.periods import Month
from evaluations.scoring import score
from evaluations.works import WORKERS
from meetings.models import MeetingRules
from tests.evaluations.boards import summed_up
from tests.factories import SINCE, make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded
from tests.meetings.sittings import held as entered

pytestmark = pytest.mark.journey
JANUARY = Month(2026, 1)
THE_3RD = date(2026, 1, 3)


@pytest.fixture
def late(site):
    """Two cells that held nothing in January, one that held and has not sent."""
    commune = make_committee("Đảng ủy xã Minh Họa")
    rules = {"meeting_day": 3, "last_day": 7, "sending_lag_days": 2, "sending_lag_unit": "CALENDAR"}
    MeetingRules.objects.create(committee=commune, during=(SINCE, None), document="QĐ 12", **rules)
    people = five(make_cell("Chi bộ Đã họp", committee=commune), username="thu")
    sat = entered(people, for_month=JANUARY.first, held_on=THE_3RD)
    recorded(people, sat, held_on=THE_3RD, minutes_signed_on=THE_3RD)
    cells = [people.cell, *(make_cell(f"Chi bộ Thôn {name}", committee=commune) for name in ("Một", "Hai"))]
    make_user("bi-thu", secretary_of=cells[1])
    office = make_user("van-phong", full_name="Phạm Thị Văn", office_of=commune)
    score(Targets.of([(cell.pk, JANUARY.first) for cell in cells]), as_of=timezone.localdate())
    summed_up(JANUARY.first)
    return commune, cells, office, people.user


def test_a_board_finds_the_late_extends_one_reminds_the_rest_and_drills_to_a_fact(late, at_desk, on_phone):
    commune, (held, one, _two), office, secretary = late
    at_desk.log_in(office.username)
    at_desk.go(f"/committees/{commune.public_id}/{JANUARY}/")
    at_desk.taps = 0
    at_desk.tap("main a[href$='/late']")
    at_desk.looks("late")
    assert at_desk.taps == 1
    names = at_desk.page.locator("table.queue tbody th a").all_inner_texts()
    assert sorted(names) == ["Chi bộ Thôn Hai", "Chi bộ Thôn Một", "Chi bộ Đã họp"]
    assert "chưa có tài khoản bí thư" in at_desk.says

    at_desk.press(at_desk.page.locator(f"main input[name=cell][value='{one.public_id}']"))
    at_desk.type("until", (timezone.localdate() + timedelta(days=5)).isoformat())
    at_desk.type("reason", "Mất điện cả tuần sau bão")
    at_desk.tap("button[name=act][value=extend]")
    assert "1 chi bộ được gia hạn" in at_desk.says
    assert Extension.objects.get(cell=one).reason == "Mất điện cả tuần sau bão"
    assert "Chi bộ Thôn Một" not in at_desk.page.locator("table.queue").inner_text()
    at_desk.tap("nav.periods a[href*='show=extended']")
    at_desk.looks("late-extended")
    assert "Mất điện cả tuần sau bão" in at_desk.says

    at_desk.tap("nav.periods a[href*='show=late']")
    at_desk.type("words", "Đề nghị gửi trước thứ Sáu.")
    at_desk.tap("button[name=act][value=remind_all]")
    job = Job.objects.get(kind=JobKind.REMINDERS, committee=commune)
    work_job(job.pk, WORKERS)
    at_desk.page.reload()
    assert at_desk.page.locator("details.more[open]").count() == 1
    at_desk.looks("reminding-job")
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert "Đã nhắc: 1 trên 2 chi bộ" in at_desk.says
    assert Notice.objects.get(cell=held, kind=NoticeKind.REMINDER).user == secretary

    at_desk.go(f"/committees/{commune.public_id}/{JANUARY}/late")
    at_desk.tap("table.queue tbody th a >> text=Chi bộ Đã họp")
    at_desk.looks("late-cell")
    assert "3/1/2026, 95 phút" in at_desk.says  # the fact: when it sat, and how long

    on_phone.log_in(secretary.username)
    on_phone.tap("header a.told")
    on_phone.looks("notices")
    assert "Đề nghị gửi trước thứ Sáu." in on_phone.says
    on_phone.tap("main form[action*='/notices/'] button")
    assert f"/months/{JANUARY}/" in on_phone.page.url
    assert Notice.objects.get(cell=held, kind=NoticeKind.REMINDER).read_at is not None
