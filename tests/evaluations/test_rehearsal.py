"""A draft rehearsed on months that were: against a plain count, cell by cell, and through its pages."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import models
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.cloning import clone
from evaluations.conditions import parse
from evaluations.definition import Definition, definition_of
from evaluations.jobs import work_job
from evaluations.measuring import Targets
from evaluations.models import CriteriaSet, Criterion, Job, JobState, MonthFacts, MonthScore, Rehearsal, Row, ScoreSheet, SheetState
from evaluations.periods import Month, Period, Quarter
from evaluations.publishing import publish
from evaluations.rehearsal import level_for, start_rehearsal
from evaluations.scoring import evaluate, points_of, score_sheets
from evaluations.storing import store_conditions
from evaluations.totals import classify, rescale
from evaluations.works import WORKERS
from meetings.models import Cell, CellKind, Level
from meetings.refusing import Refused
from tests.evaluations.month import put_in_force
from tests.evaluations.rolling import Writer
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
AT = datetime(2026, 12, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
NOVEMBER, OCTOBER = Month(2026, 11), Month(2026, 10)
CELLS = 40


def random_facts(cell: Cell, month: Month, rng: Random, meeting: int, criteria_set: CriteriaSet) -> MonthFacts:
    """Facts that could be, of any kind."""
    facts = MonthFacts(cell=cell, month=month.first, meeting_id=meeting, held_on=month.first.replace(day=3), measured_on=AT.date())
    facts.counted_path, facts.cell_kind, facts.criteria_set_id, facts.pending = cell.scope_path, cell.kind, criteria_set.pk, []
    said = {field.attname for field in MonthFacts._meta.concrete_fields if getattr(facts, field.attname, None) is not None} | {"id"}
    for field in MonthFacts._meta.concrete_fields:
        if field.attname in said:
            continue
        if isinstance(field, models.BooleanField):
            setattr(facts, field.attname, rng.random() < 0.7)
        else:
            setattr(facts, field.attname, rng.randrange(0, 4))
    facts.minutes, facts.ideology_minutes = rng.randrange(40, 140), rng.randrange(0, 40)
    facts.expected = facts.roster_size = facts.present = rng.randrange(5, 40)
    facts.expected_present, facts.speakers = facts.expected - rng.randrange(4), rng.randrange(facts.present + 1)
    facts.tasks_due = rng.randrange(8)
    facts.tasks_done = rng.randrange(facts.tasks_due + 1)
    facts.tasks_partly = 0
    facts.save()
    return facts


def score_at_random(cell: Cell, month: Month, committee, criteria_set: CriteriaSet, writer: Writer, rng: Random) -> None:
    sheet = writer.month(cell, month, committee=committee, criteria_set=criteria_set).sheet
    random_facts(cell, month, rng, sheet.meeting_id, criteria_set)
    definition = definition_of(criteria_set)
    sheet.levels = [rng.randrange(len(line.levels)) if line.criterion.asks_level else None for line in definition]
    sheet.own = [line.max_points for line in definition]
    sheet.state = SheetState.SUBMITTED
    sheet.save()


def lay():
    """A province whose villages are scored by one set and its schools by another, and a draft that changes lines of the first."""
    rng = Random(7)
    province = make_committee("Tỉnh ủy", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    communes = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in (1, 2)]
    first = put_in_force(province, "mot", cell_kinds=(CellKind.VILLAGE,))
    other = clone(criteria_set=first, code="hai", title="Hai", document=first.document, owner=province, effective_from=date(2025, 7, 1))
    other.criteria.filter(code="5.1").delete()
    other.groups.filter(code="5").update(max_points=8_00)
    Criterion.objects.filter(criteria_set=other, code="1").update(code="1.9")
    publish(criteria_set=other, committee=province, cell_kinds=(CellKind.SCHOOL,), by=None, at=AT)
    writer = Writer(make_user("ghi"))
    for number in range(CELLS):
        kind = (CellKind.VILLAGE, CellKind.SCHOOL)[number % 2]
        commune = communes[number // 2 % 2]
        cell = make_cell(f"Chi bộ {number}", committee=commune, kind=kind)
        for month in (OCTOBER, NOVEMBER):
            score_at_random(cell, month, commune, first if kind == CellKind.VILLAGE else other, writer, rng)
    cells = Cell.objects.values_list("pk", flat=True)
    score_sheets(Targets.of([(cell, month.first) for cell in cells for month in (OCTOBER, NOVEMBER)]))
    draft = clone(
        criteria_set=first, code="nhap", title="Bản nháp", document=first.document, owner=province, effective_from=date(2027, 1, 1)
    )
    line = draft.criteria.get(code="2.1")
    row = line.rows.first()
    row.conditions.all().delete()
    store_conditions(parse("unexcused > 2"), {}, row=row)
    # One judged line is dropped for a new one, another gives its levels other worths.
    draft.criteria.filter(code="6.1").update(title="Một nội dung hoàn toàn mới do chi bộ tự đánh giá", code="6.9", concretises=None)
    Row.objects.filter(criterion__criteria_set=draft, criterion__code="4.2", position=2).update(points=500)
    draft.good_from = 80_00
    draft.save()
    return province, communes, draft, make_user("tieu-chi", criteria_admin_of=province)


@pytest.fixture
def province(laid):
    return laid[0]


@pytest.fixture
def draft(laid) -> CriteriaSet:
    return laid[2]


@pytest.fixture
def admin(laid):
    return laid[3]


@pytest.fixture(autouse=True)
def exports(settings, tmp_path):
    settings.EXPORTS_DIR = tmp_path


def rehearsed(draft: CriteriaSet, admin, committee=None, period: Period = NOVEMBER) -> Rehearsal:
    job = start_rehearsal(criteria_set=draft, committee=committee or draft.owner, period=period, by=admin, at=AT)
    assert work_job(job.pk, WORKERS, clock=lambda: AT), Job.objects.get(pk=job.pk).error
    return Rehearsal.objects.get(job=job)


def plainly(definition: Definition, sheet: ScoreSheet) -> int:
    """The total of one sheet under the draft, another way: its lines are known by their titles, and it is scored alone."""
    old = {line.criterion.title: line for line in definition_of(sheet.criteria_set)}
    facts = MonthFacts.objects.get(cell=sheet.cell_id, month=sheet.month)
    asked = [line.criterion.asks_level and line.criterion.title in old for line in definition]
    levels = [
        level_for(its := old[line.criterion.title], line, sheet.levels[its.index]) if is_asked else None
        for line, is_asked in zip(definition, asked, strict=True)
    ]
    outcome = evaluate(definition, facts, levels).outcome
    known = [not line.criterion.asks_level or is_asked for line, is_asked in zip(definition, asked, strict=True)]
    lines = [(line, points_of(line, code)) for line, code, is_known in zip(definition, outcome, known, strict=True) if is_known]
    worth = [(line, points) for line, points in lines if points is not None]
    counted = sum(line.max_points for line, _points in worth)
    return rescale(sum(points for _line, points in worth), counted, definition.max_points)


@pytest.mark.parametrize("period", [NOVEMBER, Quarter(2026, 4)], ids=str)
def test_the_matrix_and_the_moves_are_those_of_a_plain_count(draft, admin, period):
    found = rehearsed(draft, admin, period=period)
    crossings, moves, definition = Counter(), {}, definition_of(draft)
    for sheet in ScoreSheet.objects.filter(month__in=[month.first for month in period.months]).select_related("criteria_set", "cell"):
        total = plainly(definition, sheet)
        grade = classify(definition, total, [], []).grade or ""
        crossings[sheet.cell.kind, sheet.grade, f"{grade}"] += 1
        if grade != sheet.grade:
            moves[sheet.cell_id, sheet.month] = (sheet.total, total, sheet.grade, f"{grade}")
    counted = {(kind, was, becomes): n for kind, rows in found.matrix.items() for was, row in rows.items() for becomes, n in row.items()}
    assert counted == crossings and found.months == sum(crossings.values()) == CELLS * len({month for _c, month in moves}) > 0
    kept = {(move.cell_id, move.month): (move.before, move.after, move.grade_before, move.grade_after) for move in found.moves.all()}
    assert kept == moves and found.moved == len(moves) > 3


def test_the_line_that_moves_each_is_named(draft, admin):
    Criterion.objects.filter(criteria_set=draft, code="4.2").delete()
    draft.groups.filter(code="4").update(max_points=20_00)
    found = rehearsed(draft, admin)
    named = {move.line for move in found.moves.all()}
    assert any(line.startswith("4.2 ") for line in named), "the line that was dropped"
    for move in found.moves.exclude(line=""):
        assert (move.moves_by > 0) == (move.after * 100_00 > move.before * definition_of(draft).max_points)
    # With the text before and another threshold only, no line moves anything.
    same = clone(
        criteria_set=CriteriaSet.objects.get(code="mot"),
        code="nguong",
        title="Ngưỡng",
        document=draft.document,
        owner=draft.owner,
        effective_from=date(2027, 1, 1),
    )
    same.fair_from, same.average_from = 60_00, 40_00
    same.save()
    moved = rehearsed(same, admin).moves.filter(cell_kind=CellKind.VILLAGE)
    assert moved and {(move.line, move.moves_by) for move in moved} == {("", 0)}


def test_what_the_past_says_nothing_of_is_named(draft, admin):
    found = rehearsed(draft, admin)
    codes = {code: why for code, _title, why in found.unknown}
    assert codes["6.9"] == "the cell was never asked"
    assert "5.1" in codes, "the schools' set has no such line"


def test_nothing_of_it_is_a_score(draft, admin):
    before = [list(model.objects.order_by("pk").values()) for model in (MonthScore, ScoreSheet, MonthFacts)]
    rehearsed(draft, admin, period=Quarter(2026, 4))
    assert [list(model.objects.order_by("pk").values()) for model in (MonthScore, ScoreSheet, MonthFacts)] == before


def test_a_job_begun_again_counts_nothing_twice(draft, admin):
    found = rehearsed(draft, admin)
    Job.objects.filter(pk=found.job_id).update(state=JobState.RUNNING, attempts=1)
    assert work_job(found.job_id, WORKERS, clock=lambda: AT)
    again = Rehearsal.objects.get(job=found.job_id)
    assert (again.matrix, again.moved) == (found.matrix, found.moved)
    assert again.moves.count() == found.moved


@pytest.mark.parametrize("level", range(3))
def test_an_answer_becomes_the_level_of_the_same_words_or_worth(draft, level):
    (line,) = [line for line in definition_of(draft) if line.criterion.code == "4.2"]
    words = ["a", "b", "c"]
    old = replace(line, levels=tuple(replace(line.levels[0], points=p, words=w) for p, w in zip((1000, 500, 0), words, strict=True)))
    turned = replace(old, levels=old.levels[::-1])
    assert turned.levels[level_for(old, turned, level)] == old.levels[level]
    other = replace(old, levels=tuple(replace(each, words=f"khác {each.words}") for each in turned.levels))
    assert other.levels[level_for(old, other, level)].points == old.levels[level].points


def test_a_faulty_draft_is_not_rehearsed(draft, admin):
    draft.criteria.filter(code="1").update(max_points=1)
    with pytest.raises(Refused, match="First mend"):
        start_rehearsal(criteria_set=draft, committee=draft.owner, period=NOVEMBER, by=admin, at=AT)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that does not ask who it is for"])
def test_a_job_of_somebody_who_may_no_longer_counts_nothing(draft, admin, monkeypatch, guarded):
    job = start_rehearsal(criteria_set=draft, committee=draft.owner, period=NOVEMBER, by=admin, at=AT)
    admin.appointments.update(during=(date(2026, 1, 1), AT.date()))
    if not guarded:
        monkeypatch.setattr("evaluations.rehearsal.to_rehearse", lambda *args: True)
    assert work_job(job.pk, WORKERS, clock=lambda: AT) != guarded
    assert Rehearsal.objects.exists() != guarded


def test_how_often_each_line_came_to_what_is_counted(draft, admin):
    found = rehearsed(draft, admin)
    by_code = {line["code"]: sum(line["counts"].values()) for line in found.lines}
    unknown_at_schools = {code for code, _title, _why in found.unknown} - {"6.9"}
    assert by_code.pop("6.9") == 0
    assert {code: count for code, count in by_code.items() if count != found.months} == dict.fromkeys(unknown_at_schools, CELLS // 2)
    assert all(alike <= months <= found.months for _one, _other, alike, months in found.alike)


class TestPages:
    def page(self, found: Rehearsal, admin, **query):
        return browser_of(admin).get(reverse("rehearsal", args=[found.job.public_id]), query)

    def test_it_is_asked_for_on_the_drafts_page_and_leads_to_its_job(self, draft, admin):
        browser, address = browser_of(admin), reverse("rehearsals", args=[draft.public_id])
        words = words_of(browser.get(address))
        assert "Rehearse the draft" in words and "Honest but poor" in words and "What the points rest on" in words
        asked = browser.post(address, {"period": "2025", "committee": draft.owner_id})
        assert asked.url == reverse("job", args=[Job.objects.get().public_id])
        for faulty in ({"period": "1999"}, {"committee": "0"}, {"period": "x'"}):
            assert browser.post(address, {"period": "2025", "committee": draft.owner_id} | faulty).status_code == 422

    def test_the_matrix_leads_to_the_months_it_counts(self, draft, admin):
        found = rehearsed(draft, admin)
        page = self.page(found, admin)
        assert page.context["page"].paginator.count == found.moved
        for was, becomes, _whole in page.context["matrix"]:
            for column, number in becomes:
                if column != was.value and number:
                    listed = self.page(found, admin, before=was.value, after=column)
                    assert listed.context["page"].paginator.count == number
        kind = self.page(found, admin, kind=CellKind.SCHOOL)
        assert kind.context["page"].paginator.count == found.moves.filter(cell_kind=CellKind.SCHOOL).count()
        for order in ("cell", "-cell", "month", "before", "-after", "moves_by", "line", "' or 1=1"):
            assert self.page(found, admin, order=order).status_code == 200
        for hostile in ({"kind": "x"}, {"before": "x"}, {"after": "x"}):
            assert self.page(found, admin, **hostile).status_code == 404
        assert self.page(found, admin, page="1000000000").status_code == 200

    def test_its_job_leads_to_it_and_gives_out_no_file_of_its_own(self, draft, admin):
        found, browser = rehearsed(draft, admin), browser_of(admin)
        page = browser.get(reverse("job", args=[found.job.public_id]))
        assert reverse("rehearsal", args=[found.job.public_id]) in page.content.decode()
        assert browser.get(reverse("job_file", args=[found.job.public_id])).status_code == 404

    def test_a_draft_that_was_changed_since_says_so(self, draft, admin):
        found = rehearsed(draft, admin)
        assert "The draft was changed since" not in words_of(self.page(found, admin))
        draft.criteria.filter(code="1").update(title="Khác")
        assert "The draft was changed since" in words_of(self.page(found, admin))

    def test_the_file_holds_the_same_numbers(self, draft, admin):
        found = rehearsed(draft, admin)
        browser = browser_of(admin)
        address = reverse("rehearsal_file", args=[found.job.public_id])
        book = load_workbook(BytesIO(b"".join(browser.get(address).streaming_content)))
        matrix, moves = book.worksheets
        assert sum(1 for row in moves.iter_rows(values_only=True) if row[3] == "11/2026") == found.moved
        whole = [row[-1] for row in matrix.iter_rows(values_only=True) if row[0] == "all"]
        assert sum(whole) == found.months

    def test_nobody_else_finds_it(self, draft, admin, province):
        found = rehearsed(draft, admin)
        centre = province.placements.get().parent
        others = [
            make_user("khac", criteria_admin_of=make_committee("Tỉnh khác", Level.PROVINCE, parent=centre)),
            make_user("ban", board_of=province),
            make_user("tren", criteria_admin_of=centre),
        ]
        for user in others:
            browser = browser_of(user)
            for name in ("rehearsal", "rehearsal_file"):
                assert browser.get(reverse(name, args=[found.job.public_id])).status_code == 404
            assert browser.get(reverse("rehearsals", args=[draft.public_id])).status_code == 404
