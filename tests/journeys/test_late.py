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
from meetings.models import Cell, MeetingRules
from tests.evaluations.boards import summed_up
from tests.factories import SINCE, make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded
from tests.meetings.sittings import held as entered

pytestmark = pytest.mark.journey
JANUARY = Month(2026, 1)
THE_3RD = date(2026, 1, 3)


@pytest.fixture
def late(site, size):
    """A commune of its own for each size: two cells that held nothing in January, one that held and has not sent."""
    own = f"{size}-{Cell.objects.count()}"
    commune = make_committee(f"Đảng ủy xã Minh Họa {own}")
    rules = {"meeting_day": 3, "last_day": 7, "sending_lag_days": 2, "sending_lag_unit": "CALENDAR"}
    MeetingRules.objects.create(committee=commune, during=(SINCE, None), document="QĐ 12", **rules)
    people = five(make_cell("Chi bộ Đã họp", committee=commune), username=f"thu-{own}")
    sat = entered(people, for_month=JANUARY.first, held_on=THE_3RD)
    recorded(people, sat, held_on=THE_3RD, minutes_signed_on=THE_3RD)
    cells = [people.cell, *(make_cell(f"Chi bộ Thôn {name}", committee=commune) for name in ("Một", "Hai"))]
    make_user(f"bi-thu-{own}", secretary_of=cells[1])
    office = make_user(f"van-phong-{own}", full_name="Phạm Thị Văn", office_of=commune)
    score(Targets.of([(cell.pk, JANUARY.first) for cell in cells]), as_of=timezone.localdate())
    summed_up(JANUARY.first)
    return commune, cells, office, people.user


def test_a_board_finds_the_late_extends_one_reminds_the_rest_and_drills_to_a_fact(late, person, another):
    commune, (held, one, _two), office, secretary = late
    person.log_in(office.username)
    person.go(f"/committees/{commune.public_id}/{JANUARY}/")
    person.taps = 0
    person.tap("main a[href$='/late']")
    person.looks("late")
    assert person.taps == 1
    names = person.page.locator("table.queue tbody th a").all_inner_texts()
    assert sorted(names) == ["Chi bộ Thôn Hai", "Chi bộ Thôn Một", "Chi bộ Đã họp"]
    assert "chưa có tài khoản bí thư" in person.says

    person.press(person.page.locator(f"main input[name=cell][value='{one.public_id}']"))
    person.type("until", (timezone.localdate() + timedelta(days=5)).isoformat())
    person.type("reason", "Mất điện cả tuần sau bão")
    person.tap("button[name=act][value=extend]")
    assert "1 chi bộ được gia hạn" in person.says
    assert Extension.objects.get(cell=one).reason == "Mất điện cả tuần sau bão"
    assert "Chi bộ Thôn Một" not in person.page.locator("table.queue").inner_text()
    person.tap("nav.periods a[href*='show=extended']")
    person.looks("late-extended")
    assert "Mất điện cả tuần sau bão" in person.says

    person.tap("nav.periods a[href*='show=late']")
    person.type("words", "Đề nghị gửi trước thứ Sáu.")
    person.tap("button[name=act][value=remind_all]")
    job = Job.objects.get(kind=JobKind.REMINDERS, committee=commune)
    work_job(job.pk, WORKERS)
    person.page.reload()
    assert person.page.locator("details.more[open]").count() == 1
    person.looks("reminding-job")
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert "Đã nhắc: 1 trên 2 chi bộ" in person.says
    assert Notice.objects.get(cell=held, kind=NoticeKind.REMINDER).user == secretary

    person.go(f"/committees/{commune.public_id}/{JANUARY}/late")
    person.tap("table.queue tbody th a >> text=Chi bộ Đã họp")
    person.looks("late-cell")
    assert "3/1/2026, 95 phút" in person.says  # the fact: when it sat, and how long

    another.log_in(secretary.username)
    another.tap("header a.told")
    another.looks("notices")
    assert "Đề nghị gửi trước thứ Sáu." in another.says
    another.tap("main form[action*='/notices/'] button")
    assert f"/months/{JANUARY}/" in another.page.url
    assert Notice.objects.get(cell=held, kind=NoticeKind.REMINDER).read_at is not None
