"""A drafter makes a sheet of four groups of a printed table, sees what is wrong, mends it, rehearses it over a year, publishes it.

Then a month of a cell is scored under it.
"""

from dataclasses import dataclass
from datetime import date

import pytest
from django.utils import timezone

from evaluations.jobs import work_job
from evaluations.models import CriteriaSet, Job, ScoreSheet, SetState
from evaluations.submission import submit
from evaluations.works import WORKERS
from meetings.models import Committee, Level
from meetings.recording import Issue, record_posting, record_sitting
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import RecordedMonth, filled_in, put_in_force
from tests.factories import make_cell, make_committee, make_user
from tests.journeys.people import PICTURES, Person
from tests.meetings.sittings import Five, a_sitting, five, held

pytestmark = pytest.mark.journey

GROUPS = [
    ("I", "Thời gian và dự sinh hoạt", 30),
    ("II", "Chuẩn bị", 20),
    ("III", "Nội dung sinh hoạt", 30),
    ("IV", "Kết quả thực hiện", 20),
]


@dataclass(frozen=True)
class Printed:
    """A line of the printed table, and its rows as they are typed into the quick editor."""

    group: str
    code: str
    title: str
    points: str
    kind: str
    shape: str
    rows: str
    measure: str = ""
    applies_when: str = ""


TABLE = [
    Printed(
        "I", "I.1", "Tỷ lệ dự sinh hoạt", "20", "COMPUTED", "BANDS", "90; 20; Từ 90 %\n75; 15; Từ 75 %\n; 5; Dưới 75 %", "attendance_rate"
    ),
    Printed("I", "I.2", "Thời lượng", "10", "COMPUTED", "BANDS", "90; 10; Từ 90 phút\n60; 6; Từ 60 phút\n; 2; Dưới 60 phút", "minutes"),
    Printed("II", "II.1", "Chi ủy họp trước", "20", "DOCUMENTARY", "YES_NO", "20; Có họp, có biên bản\n0; Không họp", "committee_met"),
    # As it was misprinted: the group says 30.
    Printed("III", "III.1", "Nội dung đầy đủ, có trọng tâm", "25", "JUDGED", "LEVELS", "25; Đầy đủ\n15; Còn thiếu\n0; Sơ sài"),
    Printed(
        "IV",
        "IV.1",
        "Kết quả nhiệm vụ kỳ trước",
        "20",
        "COMPUTED",
        "BANDS",
        "90; 20; Từ 90 %\n50; 12; Từ 50 %\n; 4; Dưới 50 %",
        "tasks_done_rate",
        "tasks_due > 0",
    ),
]


@dataclass
class Place:
    province: Committee
    people: Five
    last_year: int


@pytest.fixture
def place(site) -> Place:
    """A cell under a set in force whose November of last year was sent: all present, and no committee that met first."""
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    people = five(make_cell("Chi bộ Thôn Một", committee=make_committee("Đảng ủy xã Minh Họa", parent=province)), "bi-thu")
    make_user("tieu-chi", full_name="Phạm Tiêu Chí", criteria_admin_of=province)
    today = timezone.localdate()
    month = RecordedMonth(people, None, put_in_force(province, "dang-dung"))
    record(month, date(today.year - 1, 11, 1), date(today.year - 1, 11, 3), today)
    filled_in(month, as_of=today)
    submit(meeting=month.meeting, by=people.user, at=timezone.now(), expected_version=month.sheet.version)
    settle(timezone.now())
    return Place(province, people, today.year - 1)


def record(month: RecordedMonth, for_month: date, day: date, today: date) -> None:
    """A sitting of that day, its conclusion posted on it."""
    who = {"by": month.people.user, "today": today}
    meeting = held(month.people, for_month=for_month, held_on=day, today=today)
    sitting = a_sitting(month.people, held_on=day, minutes_signed_on=day)
    meeting = record_sitting(meeting=meeting, sitting=sitting, expected_version=meeting.version, **who)
    issue = Issue(document_number="05-KL/CB", issued_on=day, posted_on=day)
    month.meeting = record_posting(meeting=meeting, issue=issue, expected_version=meeting.version, **who)


def seen(person: Person, name: str) -> None:
    """A picture of the stock admin's page, whose look is Django's own."""
    if PICTURES:
        person.page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)


def save(person: Person, name: str = "_save") -> None:
    person.tap(f"input[name={name}]")
    assert person.page.locator(".errornote, .errorlist").count() == 0, person.page.locator("#content").inner_text()


def test_a_printed_table_becomes_a_set_is_rehearsed_published_and_scores_the_next_month(place, at_desk: Person, on_phone: Person):
    drafter, this_month = at_desk, timezone.localdate().replace(day=1)
    drafter.log_in("tieu-chi")
    draft = make_the_set(drafter, this_month)
    for line in TABLE:
        add_line(drafter, draft, line)
    mend_what_is_wrong(drafter, draft)
    rehearse(drafter, place, draft)
    publish(drafter, draft)
    score_a_month(on_phone, place, draft, this_month)


def make_the_set(person: Person, day: date) -> CriteriaSet:
    person.go("/admin/evaluations/criteriaset/add/")
    frame = CriteriaSet.objects.get(kind="FRAME", document__number="42-HD/BTCTW")
    said = {"title": "Phiếu bốn nhóm", "code": "bon-nhom", "effective_from": f"{day:%d/%m/%Y}", "good_from": "90", "fair_from": "70"}
    for name, value in {**said, "average_from": "50"}.items():
        person.page.fill(f"[name={name}]", value)
    person.page.select_option("[name=document]", str(frame.document_id))
    person.page.select_option("[name=based_on]", str(frame.pk))
    save(person)
    for number, (code, title, points) in enumerate(GROUPS):
        person.touch(person.page.locator("#groups-group .add-row a"))
        for name, value in {"code": code, "title": title, "max_points": f"{points}"}.items():
            person.page.fill(f"[name=groups-{number}-{name}]", value)
    save(person, "_continue")
    seen(person, "set-with-groups")
    return CriteriaSet.objects.get(code="bon-nhom")


def add_line(person: Person, draft: CriteriaSet, line: Printed) -> None:
    person.go(f"/admin/evaluations/criteriaset/{draft.pk}/change/")
    person.tap("#criteria a.addlink")
    person.page.select_option("[name=group]", str(draft.groups.get(code=line.group).pk))
    said = {"code": line.code, "title": line.title, "max_points": line.points, "clause": f"Bảng chấm, {line.code}"}
    for name, value in {**said, "applies_when": line.applies_when}.items():
        person.page.fill(f"[name={name}]", value)
    person.page.select_option("[name=kind]", line.kind)
    # The rows are filled in on the quick page: those that stand empty here are not kept.
    save(person)
    fill_rows(person, draft, line.code, line.shape, line.rows, line.measure)


def fill_rows(person: Person, draft: CriteriaSet, code: str, shape: str, rows: str, measure: str = "") -> None:
    person.go(f"/admin/evaluations/criterion/{draft.criteria.get(code=code).pk}/fill/")
    person.page.check(f"[name=shape][value={shape}]")
    if measure:
        person.page.select_option("[name=measure]", measure)
    person.page.fill("[name=table]", rows)
    seen(person, f"fill-{code}")
    person.tap("input[type=submit].default")
    assert person.page.locator(".errorlist").count() == 0


def mend_what_is_wrong(person: Person, draft: CriteriaSet) -> None:
    """The panel names the group whose lines do not add up; the line is put right, and nothing is wrong any more."""
    page = f"/admin/evaluations/criteriaset/{draft.pk}/change/"
    person.go(page)
    wrong = person.page.locator("#faults").inner_text()
    assert "III" in wrong and "không bằng điểm của nhóm" in wrong
    seen(person, "set-what-is-wrong")
    person.go(f"/admin/evaluations/criterion/{draft.criteria.get(code='III.1').pk}/change/")
    person.page.fill("[name=max_points]", "30")
    person.page.fill("[name=rows-0-points]", "30")
    person.page.fill("[name=why]", "In nhầm 25 điểm")
    save(person)
    person.go(page)
    assert person.page.locator("#faults li").count() == 0
    seen(person, "set-mended")


def rehearse(person: Person, place: Place, draft: CriteriaSet) -> None:
    person.tap("ul.object-tools a[href*='rehearsals']")
    person.looks("rehearsals")
    person.page.select_option("[name=period]", f"{place.last_year}")
    person.save()
    work_job(Job.objects.latest("pk").pk, WORKERS)
    person.page.reload()
    person.tap("main a[href*='/rehearsals/']")
    person.looks("rehearsal")
    # The committee did not meet first, which weighs more in this table than in the one in force.
    assert "1 trong 1" in person.page.locator("h1").inner_text()
    assert "II.1 Chi ủy họp trước" in person.says and "III.1" in person.says
    matrix = person.page.locator("table.matrix").inner_text()
    assert "Tốt" in matrix and draft.sheets.count() == 0, "nothing is stored as a score"


def publish(person: Person, draft: CriteriaSet) -> None:
    person.go(f"/admin/evaluations/criteriaset/{draft.pk}/publish/")
    person.page.check("[name=ends_others]")
    person.page.fill("[name=why]", "Theo quyết định của Ban Thường vụ")
    seen(person, "publish")
    person.tap("input[type=submit].default")
    draft.refresh_from_db()
    assert draft.state == SetState.PUBLISHED
    assert CriteriaSet.objects.get(code="dang-dung").effective_to == draft.effective_from


def score_a_month(person: Person, place: Place, draft: CriteriaSet, month: date) -> None:
    """The secretary's sheet is the new one, and what is sent is scored by it."""
    today = timezone.localdate()
    record(RecordedMonth(place.people, None, draft), month, today, today)
    person.log_in("bi-thu")
    person.go(f"/cells/{place.people.cell.public_id}/months/{month:%Y-%m}/sheet")
    person.looks("sheet-of-four-groups")
    assert person.page.locator("section[id^=group-]").count() == len(GROUPS)
    person.press(person.page.locator(".choices[role=radiogroup] input").first)
    for box in person.page.locator('input[name^="confirmed_"]').all():
        person.press(box)
    person.type("votes_for", "3")
    person.save()
    person.go(f"/cells/{place.people.cell.public_id}/months/{month:%Y-%m}/send")
    person.looks("send-four-groups")
    person.save()
    sheet = ScoreSheet.objects.get(cell=place.people.cell, month=month)
    # 20 + 10, nothing for a committee that did not meet, 30; and 4, for the task of the sitting before was not reported done.
    assert (sheet.criteria_set, sheet.total, sheet.grade) == (draft, 64_00, "AVERAGE")
    person.looks("month-of-four-groups")
