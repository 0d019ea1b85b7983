"""The An Phú sheet, line by line: what each gives at every edge of its bands, with real SQL over hand-made facts."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evaluations.compiler import Outcome
from evaluations.criteria_files import read_criteria
from evaluations.definition import Definition, definition_of
from evaluations.loading import load_criteria
from evaluations.models import CriteriaSet, MonthFacts, Parameter, ParameterValue
from evaluations.reach import cases
from evaluations.scoring import Scored, evaluate
from meetings.models import CellKind
from tests.factories import make_cell, make_committee

DOCS = Path(__file__).resolve().parents[2] / "docs"

PERFECT = {
    "pending": [],
    "minutes": 120,
    "is_combined": True,
    "roster_size": 40,
    "expected": 40,
    "expected_present": 40,
    "present": 40,
    "unexcused": 0,
    "longest_excused_run": 0,
    "draft_prepared": True,
    "sole_secretary": False,
    "committee_met": True,
    "members_notified": True,
    "following_member_notified": True,
    "uses_handbook": True,
    "app_outage": False,
    "is_secret": False,
    "files_posted": True,
    "files_lead_days": 1,
    "steps_missing": 0,
    "thematic_held": True,
    "praise_considered": True,
    "speakers": 21,
    "minutes_signed": True,
    "ideology_minutes": 15,
    "tasks_due": 10,
    "tasks_done": 9,
    "tasks_partly": 0,
    "conclusion_passed": True,
    "minutes_passed": True,
    "tasks_assigned": 1,
    "tasks_unnamed": 0,
    "conclusion_lag_days": 2,
}
WORST = {
    **PERFECT,
    "minutes": 10,
    "unexcused": 1,
    "longest_excused_run": 4,
    "draft_prepared": False,
    "committee_met": False,
    "members_notified": False,
    "files_posted": False,
    "files_lead_days": None,
    "steps_missing": 16,
    "praise_considered": False,
    "speakers": 0,
    "minutes_signed": False,
    "ideology_minutes": None,
    "tasks_done": 0,
    "conclusion_passed": False,
    "minutes_passed": False,
    "tasks_assigned": 0,
    "conclusion_lag_days": 3,
}
SMALL = {"roster_size": 29, "is_combined": False}
LARGE = {"roster_size": 30, "is_combined": False}
COMBINED = {"roster_size": 5, "is_combined": True}
NO_APP = ("3.5", "4.8", "8.3")


def month(**facts) -> MonthFacts:
    fields = {
        "cell_id": 1,
        "meeting_id": 1,
        "month": date(2026, 3, 1),
        "held_on": date(2026, 3, 3),
        "measured_on": date(2026, 3, 5),
        "counted_path": "000001/c000001/",
        "cell_kind": CellKind.VILLAGE,
        "criteria_set_id": 1,
    }
    return MonthFacts(**fields | PERFECT | facts)


@pytest.fixture(scope="module")
def sheet(databases, django_db_blocker) -> Definition:
    """The sheet as it is loaded, in a database of this module's own."""
    with databases.committed(), django_db_blocker.unblock():
        load_criteria(files=read_criteria())
        yield definition_of(CriteriaSet.objects.get(code="an-phu-2025"))


def levels(sheet: Definition, index: int) -> list[int | None]:
    """The same level on every line that the cell judges."""
    return [index if line.criterion.asks_level else None for line in sheet]


def result(sheet: Definition, facts: dict, chosen: list[int | None] | None = None) -> Scored:
    return evaluate(sheet, month(**facts), levels(sheet, 0) if chosen is None else chosen)


def points_of(sheet: Definition, code: str, facts: dict) -> Decimal | None:
    line = next(line for line in sheet if line.criterion.code == code)
    worth = result(sheet, facts).points[line.index]
    return None if worth is None else Decimal(worth) / 100


COMPUTED = [
    # 1 · 90 minutes where the cell is small and the sitting not combined
    *[("1", {**SMALL, "minutes": minutes}, points) for minutes, points in (
        (300, 5), (90, 5), (89, 4), (75, 4), (74, 3), (60, 3), (59, 2), (45, 2), (44, 1), (1, 1),
    )],
    # … 120 from 30 members on
    *[("1", {**LARGE, "minutes": minutes}, points) for minutes, points in (
        (120, 5), (119, 4), (105, 4), (104, 3), (90, 3), (89, 2), (60, 2), (59, 1),
    )],
    # … and 120 for a combined sitting, however small the cell
    *[("1", {**COMBINED, "minutes": minutes}, points) for minutes, points in (
        (120, 5), (119, 4), (105, 4), (104, 3), (90, 3), (89, 2), (60, 2), (59, 1),
    )],
    *[("2.1", {"expected": 1000, "expected_present": present, "unexcused": unexcused}, points) for present, unexcused, points in (
        (1000, 0, 4), (900, 0, 4), (899, 0, 3), (750, 0, 3), (749, 0, 2), (650, 0, 2), (649, 0, 1), (0, 0, 1),
        (999, 1, 1), (900, 3, 1), (640, 1, 1),
    )],
    ("2.1", {"expected": 0, "expected_present": 0}, 1),
    *[("2.2", {"longest_excused_run": run}, points) for run, points in ((0, 1), (3, 1), (4, 0), (12, 0))],
    *[("3.5", {"files_lead_days": days}, points) for days, points in ((5, 2), (1, 2), (0, 0), (-1, 0), (None, 0))],
    *[("4.5", {"present": 100, "speakers": speakers}, points) for speakers, points in (
        (100, 5), (51, 5), (50, 4), (40, 4), (39, 3), (30, 3), (29, 2), (0, 2),
    )],
    ("4.5", {"present": 0, "speakers": 0}, 2),
    # no rounding: 1 of 3 is above 33, 166 of 333 is below 50
    ("4.5", {"present": 333, "speakers": 167}, 5),
    *[("4.7", {"ideology_minutes": minutes}, points) for minutes, points in ((14, 0), (15, 1), (30, 1), (40, 1), (None, 0))],
    *[("4.8", {"files_posted": posted}, points) for posted, points in ((True, 1), (False, 0))],
    *[("7", {"tasks_due": 100, "tasks_done": done}, points) for done, points in (
        (100, 30), (90, 30), (89, 27), (80, 27), (79, 24), (70, 24), (69, 20), (60, 20), (59, 15), (50, 15), (49, 10), (0, 10),
    )],
    *[("8.3", {"conclusion_lag_days": days}, points) for days, points in ((0, 1), (2, 1), (3, 0), (40, 0))],
]  # fmt: skip
DOCUMENTARY = [
    ("3.2", {"draft_prepared": False}, 2),
    ("3.3", {"committee_met": False}, 2),
    ("3.4", {"members_notified": False}, 1),
    ("3.4", {"following_member_notified": False}, 1),
    ("4.1", {"steps_missing": 1}, 5),
    ("4.4", {"praise_considered": False}, 2),
    ("4.6", {"minutes_signed": False}, 1),
    ("8.1", {"conclusion_passed": False}, 2),
    ("8.2", {"minutes_passed": False}, 2),
    ("8.2", {"tasks_assigned": 0}, 2),
    ("8.2", {"tasks_unnamed": 1}, 2),
]
NOT_APPLICABLE = [
    ("3.3", {"sole_secretary": True, "committee_met": False}, 2),
    ("4.3", {"thematic_held": False}, None),
    ("7", {"tasks_due": 0, "tasks_done": 0}, None),
    *[(code, facts, None) for code in NO_APP for facts in ({"uses_handbook": False}, {"app_outage": True}, {"is_secret": True})],
]


@pytest.mark.parametrize(("code", "facts", "points"), COMPUTED)
def test_a_computed_line_at_every_edge(sheet, code, facts, points):
    assert points_of(sheet, code, facts) == points


@pytest.mark.parametrize(("code", "missing", "points"), DOCUMENTARY)
def test_a_documentary_line_is_full_or_nothing(sheet, code, missing, points):
    assert (points_of(sheet, code, {}), points_of(sheet, code, missing)) == (points, 0)


@pytest.mark.parametrize(("code", "facts", "points"), NOT_APPLICABLE)
def test_a_line_that_does_not_apply(sheet, code, facts, points):
    index = next(line.index for line in sheet if line.criterion.code == code)
    assert result(sheet, facts).outcome[index] == Outcome.NOT_APPLICABLE
    assert points_of(sheet, code, facts) == points


@pytest.mark.parametrize("code", ["3.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "6.4"])
def test_a_judged_line_is_blank_until_the_cell_chooses(sheet, code):
    line = next(line for line in sheet if line.criterion.code == code)

    def scored(level: int | None) -> Scored:
        return result(sheet, {}, [level if other is line else chosen for other, chosen in zip(sheet, levels(sheet, 0), strict=True)])

    blank = scored(None)
    assert (blank.outcome[line.index], blank.points[line.index], blank.total) == (Outcome.NOT_ANSWERED, None, None)
    assert [scored(level).points[line.index] for level in (0, 1)] == [line.max_points, 0]


def test_every_line_is_in_one_of_the_tables(sheet):
    tested = {code for code, _facts, _points in (*COMPUTED, *DOCUMENTARY)}
    assert {line.criterion.code for line in sheet if line.criterion.kind in ("COMPUTED", "DOCUMENTARY")} == tested
    assert {line.criterion.code for line in sheet if line.applies_when} == {code for code, _facts, _points in NOT_APPLICABLE}


def test_three_lines_follow_shares_that_a_committee_may_set(sheet):
    committee = make_committee()
    cell = make_cell(committee=committee, kind=CellKind.OFFICE)
    parameter = Parameter.objects.get(criteria_set=sheet.criteria_set, code="speakers-top")
    ParameterValue.objects.create(
        parameter=parameter,
        committee=committee,
        cell_kind=CellKind.OFFICE,
        from_size=30,
        value=20,
        document="01-QĐ/ĐU",
        during=(date(2026, 1, 1), None),
    )
    of_cell = {"counted_path": cell.scope_path, "cell_kind": CellKind.OFFICE, "present": 100, "speakers": 21}

    assert points_of(sheet, "4.5", {**of_cell, "roster_size": 30}) == 5
    assert points_of(sheet, "4.5", {**of_cell, "roster_size": 29}) == 2  # set for larger cells only
    assert points_of(sheet, "4.5", {**of_cell, "cell_kind": CellKind.VILLAGE}) == 2
    assert points_of(sheet, "4.5", {**of_cell, "held_on": date(2025, 12, 3)}) == 2


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"conclusion_lag_days": 0}, Outcome.NOT_DUE),
        ({"conclusion_lag_days": 2}, Outcome.NOT_DUE),
        ({"conclusion_lag_days": 3}, 1),  # nothing that still comes can be in time
    ],
)
def test_an_unposted_conclusion_is_not_due_until_it_is_late(sheet, facts, outcome):
    scored = result(sheet, {**facts, "pending": ["conclusion_lag_days"]})
    assert scored.outcome[-1] == outcome
    assert (scored.total is None) == (outcome == Outcome.NOT_DUE)


def test_a_sitting_without_an_end_has_no_total_yet(sheet):
    scored = result(sheet, {"minutes": None, "pending": ["minutes"]})
    assert (scored.outcome[0], scored.total) == (Outcome.NOT_DUE, None)


def test_a_task_partly_done_is_not_done(sheet):
    assert points_of(sheet, "7", {"tasks_due": 10, "tasks_done": 5, "tasks_partly": 5}) == 15


def test_a_perfect_month_has_all_points_and_the_worst_has_fourteen(sheet):
    assert result(sheet, PERFECT).total == 100_00
    assert result(sheet, WORST, levels(sheet, 1)).total == 14_00


LOWEST = [
    # what the month lacks → the facts of it, lowest total, out of how many points
    ((), {}, 14_00, 100_00),
    (("3.3",), {"sole_secretary": True}, 16_00, 100_00),
    (NO_APP, {"uses_handbook": False}, 14_58, 96_00),
    (("4.3",), {"thematic_held": False, "is_combined": False}, 14_74, 95_00),
    (("7",), {"tasks_due": 0}, 5_71, 70_00),
    (("4.3", "7"), {"thematic_held": False, "is_combined": False, "tasks_due": 0}, 6_15, 65_00),
    ((*NO_APP, "7"), {"uses_handbook": False, "tasks_due": 0}, 6_06, 66_00),
    (("3.3", "3.5", "4.3", "4.8", "7", "8.3"), {
        "sole_secretary": True, "uses_handbook": False, "thematic_held": False, "is_combined": False, "tasks_due": 0,
    }, 9_84, 61_00),
]  # fmt: skip


@pytest.mark.parametrize(("without", "facts", "lowest", "counted_max"), LOWEST)
def test_the_lowest_total_of_each_case_is_reached(sheet, without, facts, lowest, counted_max):
    case = next(case for case in cases(sheet) if sorted(case.without) == sorted(without))
    assert (case.lowest, case.highest, case.counted_max) == (lowest, 100_00, counted_max)

    worst = result(sheet, WORST | facts, levels(sheet, 1))
    assert (worst.total, worst.counted_max) == (lowest, counted_max)


def test_no_case_of_the_sheet_is_lower_than_a_month_without_due_tasks(sheet):
    found = list(cases(sheet))
    assert len(found) == 16
    assert min(found, key=lambda case: case.lowest).without == ("7",)


def test_the_lowest_totals_stand_in_the_documentation(sheet):
    documentation = (DOCS / "criteria.md").read_text(encoding="utf-8")
    for case in cases(sheet):
        missing = ", ".join(case.without) or "—"
        assert f"| {missing} | {case.counted_max // 100} | {case.lowest / 100:.2f} |" in documentation


def test_every_line_stands_in_the_documentation_as_it_is_loaded(sheet):
    documentation = (DOCS / "criteria.md").read_text(encoding="utf-8").splitlines()
    for line in sheet:
        criterion = line.criterion
        (shown,) = [row.split(" | ") for row in documentation if row.startswith(f"| {criterion.code} |") and row.count("|") == 9]
        measures = dict.fromkeys(test.measure.name for level in line.levels for test in level.tests)
        assert shown[2:5] == [f"{line.max_points // 100}", criterion.kind, criterion.concretises.code]
        assert shown[5].split(" · ")[0] == (", ".join(f"`{name}`" for name in measures) or "—")
