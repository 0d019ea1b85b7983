"""Quarters, half-years and years made of months: by rules of every shape, beside the slow way; and what each policy does."""

from collections import Counter
from contextlib import ExitStack
from datetime import date
from fractions import Fraction
from random import Random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from cellquality.processes import wait_until
from evaluations import rollup
from evaluations.checking.months import stored_sums
from evaluations.checking.periods import MEASURED, Counted, period_score_of, period_sums_under
from evaluations.levels import committees_above
from evaluations.measures import MEASURES
from evaluations.measuring import Targets
from evaluations.models import (
    CriteriaSet,
    Grade,
    MissingMonth,
    MonthScore,
    PeriodScore,
    PeriodState,
    RollupRule,
    ScoreState,
    UnverifiedMonth,
)
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import Half, Month, Period, PeriodKind, Quarter, Year, longer_periods_of
from evaluations.rollup import measure_period, roll_up
from evaluations.summaries import summarise
from meetings.models import Cell, CellKind, Committee, Level
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.oracle import make_set, steady
from tests.evaluations.rolling import Writer, make_rule, rules, write_months
from tests.factories import make_cell, make_committee, make_user

MONTHS = [Month(2025, 11), Month(2025, 12), *Year(2026, 1).months]
AS_OF = date(2026, 10, 20)
QUARTER, HALF, YEAR = Quarter(2026, 3), Half(2026, 2), Year(2026, 1)
JULY, AUGUST, SEPTEMBER = QUARTER.months


def columns(row: PeriodScore) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in PeriodScore._meta.concrete_fields if not field.primary_key}


def stored(cell: Cell, period: Period) -> PeriodScore | None:
    return PeriodScore.objects.filter(cell=cell, period_kind=period.KIND, first_on=period.first).first()


def rolled(cell: Cell, period: Period, *, as_of: date = AS_OF) -> PeriodScore | None:
    """The period's score, made by the set-based way and checked against the slow one."""
    roll_up(Targets.of([(cell.pk, period.first)]), as_of=as_of)
    row, again = stored(cell, period), period_score_of(cell.pk, period, as_of=as_of)
    assert (row and columns(row)) == again
    return row


def plain_measures(cell: Cell, period: Period, rule: RollupRule | None) -> dict[str, object]:
    months = MonthScore.objects.filter(cell=cell, month__gte=period.first, month__lt=period.end, month__lte=AS_OF).order_by("month")
    there = [score for score in months if Month.of(score.month).end <= AS_OF or score.state == ScoreState.SCORED]
    return {name: measure(Counted(period, there, rule)) for name, measure in MEASURED.items()}


def measured(cell: Cell, period: Period) -> dict[str, object]:
    found = measure_period(cell.pk, period, as_of=AS_OF)
    return {name: (Fraction(value, base) if base else None) if base is not None else value for name, (value, base) in found.items()}


@pytest.mark.django_db
@steady(5)
@given(seed=st.integers(0, 2**32), drawn=st.tuples(rules(), rules()))
def test_periods_of_many_cells_come_to_what_the_slow_way_says(seed, drawn):
    with transaction.atomic():
        rng = Random(seed)
        province = make_committee("Tỉnh ủy", Level.PROVINCE)
        communes = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in range(2)]
        sets = [make_set(f"bo-{rng.getrandbits(60)}") for _ in drawn]
        for criteria_set, by_kind in zip(sets, drawn, strict=True):
            for kind, said in by_kind.items():
                make_rule(criteria_set, kind, *said["rows"], missing=said["missing"], unverified=said["unverified"])
        writer = Writer(make_user(f"ghi-{rng.getrandbits(60)}"))
        cells = [make_cell(committee=communes[0], kind=rng.choice([CellKind.VILLAGE, CellKind.SCHOOL])) for _ in range(4)]
        for cell in cells:
            write_months(rng, writer, cell, [month for month in MONTHS if month.first <= AS_OF], communes, sets)
        targets = Targets.of([(cell.pk, month.first) for cell in cells for month in MONTHS])
        roll_up(targets, as_of=AS_OF)
        summarise(committees_above(targets))

        periods = {period for month in MONTHS for period in longer_periods_of(month)}
        for cell in cells:
            for period in periods:
                row, again = stored(cell, period), period_score_of(cell.pk, period, as_of=AS_OF)
                assert (row and columns(row)) == again
                if row:
                    assert measured(cell, period) == plain_measures(cell, period, row.rule)
        for committee in (province, *communes):
            for period in periods:
                assert stored_sums(committee.pk, period.first, period.KIND) == period_sums_under(committee.scope_path, period)
        transaction.set_rollback(True)


def test_the_slow_way_knows_every_measure_and_none_is_one_of_a_month():
    assert set(MEASURED) == set(PERIOD_MEASURES)
    # A condition is written with the measure's name alone.
    assert not set(PERIOD_MEASURES) & set(MEASURES)


@pytest.fixture
def criteria_set(db) -> CriteriaSet:
    return make_set("bo")


@pytest.fixture
def writer(db) -> Writer:
    return Writer(make_user("ghi-diem"))


@pytest.fixture
def commune(db) -> Committee:
    return make_committee()


@pytest.fixture
def cell(commune) -> Cell:
    return make_cell(committee=commune)


def test_the_mean_is_rounded_once_and_never_made_of_rounded_quarters(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER)
    make_rule(criteria_set, PeriodKind.HALF)
    for month, total in zip(HALF.months, (90_00, 90_00, 90_01, 90_00, 90_00, 90_01), strict=True):
        writer.month(cell, month, committee=commune, criteria_set=criteria_set, total=total)
    late = date(2027, 1, 2)
    quarters = [rolled(cell, period, as_of=late).total for period in (QUARTER, QUARTER.next)]
    assert quarters == [90_00, 90_00]  # 90.00333… each
    assert rolled(cell, HALF, as_of=late).total == 90_00
    MonthScore.objects.filter(month=HALF.months[4].first).update(total=90_01)
    # 540.03 / 6 = 90.005: up. Of the rounded quarters, 90.00 and 90.01, it would be the same; of three months' it is not.
    assert [rolled(cell, period, as_of=late).total for period in (QUARTER, QUARTER.next)] == [90_00, 90_01]
    assert rolled(cell, HALF, as_of=late).total == 90_01
    MonthScore.objects.filter(month=HALF.months[1].first).update(total=90_01)
    MonthScore.objects.filter(month=HALF.months[4].first).update(total=90_00)
    MonthScore.objects.filter(month=HALF.months[5].first).update(total=90_00)
    # 540.02 / 6 = 90.00333…; the mean of the rounded quarters, 90.01 and 90.00, would be 90.005.
    assert [rolled(cell, period, as_of=late).total for period in (QUARTER, QUARTER.next)] == [90_01, 90_00]
    assert rolled(cell, HALF, as_of=late).total == 90_00


def test_the_first_row_that_matches_gives_the_class_and_the_last_holds_always(cell, commune, writer, criteria_set):
    make_rule(
        criteria_set,
        PeriodKind.QUARTER,
        (Grade.GOOD, [("good", ">=", 2), ("below_fair", "=", 0)]),
        (Grade.FAIR, [("at_least_fair", ">=", 2)]),
        (Grade.POOR, []),
    )
    for totals, outcome in {(92_00, 92_00, 70_00): 0, (92_00, 92_00, 50_00): 1, (92_00, 69_99, 50_00): 2}.items():
        MonthScore.objects.all().delete()
        Cell.objects.get(pk=cell.pk).sheets.all().delete()
        cell.meetings.all().delete()
        for month, total in zip(QUARTER.months, totals, strict=True):
            writer.month(cell, month, committee=commune, criteria_set=criteria_set, total=total)
        row = rolled(cell, QUARTER)
        assert (row.outcome, row.grade) == (outcome, (Grade.GOOD, Grade.FAIR, Grade.POOR)[outcome])


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (MissingMonth.SKIP, (PeriodState.SCORED, 85_00, Grade.FAIR)),
        (MissingMonth.ZERO, (PeriodState.SCORED, 56_67, Grade.AVERAGE)),
        (MissingMonth.BLOCK, (PeriodState.BLOCKED, None, "")),
    ],
)
def test_a_month_without_a_score_does_what_the_rule_says(cell, commune, writer, criteria_set, missing, expected):
    rows = [(grade, [("mean", ">=", least)]) for grade, least in ((Grade.GOOD, 90), (Grade.FAIR, 70), (Grade.AVERAGE, 50))]
    make_rule(criteria_set, PeriodKind.QUARTER, *rows, (Grade.POOR, []), missing=missing)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set, total=80_00)
    writer.month(cell, AUGUST, ScoreState.NOT_HELD, committee=commune)
    writer.month(cell, SEPTEMBER, committee=commune, criteria_set=criteria_set, total=90_00)
    row = rolled(cell, QUARTER)
    assert (row.state, row.total, row.grade) == expected
    assert row.points_by_month == [80_00, None, 90_00]
    assert (row.months, row.held) == (3, 2)


@pytest.mark.parametrize(
    ("unverified", "expected", "points"),
    [
        (UnverifiedMonth.PROVISIONAL, (PeriodState.SCORED, 85_00), [80_00, 90_00, None]),
        (UnverifiedMonth.MISSING, (PeriodState.SCORED, 80_00), [80_00, None, None]),
        (UnverifiedMonth.BLOCK, (PeriodState.BLOCKED, None), [80_00, 90_00, None]),
    ],
)
def test_a_month_not_verified_does_what_the_rule_says(cell, commune, writer, criteria_set, unverified, expected, points):
    make_rule(criteria_set, PeriodKind.QUARTER, unverified=unverified)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set, total=80_00, verified=True)
    writer.month(cell, AUGUST, committee=commune, criteria_set=criteria_set, total=90_00)
    row = rolled(cell, QUARTER)
    assert (row.state, row.total) == expected
    assert (row.points_by_month, row.verified_by_month) == (points, [True, False, False])


def test_a_month_without_a_set_is_neither_scored_nor_missing(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER, missing=MissingMonth.BLOCK)
    writer.month(cell, JULY, ScoreState.NO_SET, committee=commune)
    for month in (AUGUST, SEPTEMBER):
        writer.month(cell, month, committee=commune, criteria_set=criteria_set, total=80_00)
    row = rolled(cell, QUARTER)
    assert (row.state, row.total, row.months, row.no_set) == (PeriodState.SCORED, 80_00, 3, 1)


def test_this_month_is_there_once_it_is_scored_and_months_to_come_are_not(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER, missing=MissingMonth.ZERO)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set, total=80_00)
    august = writer.month(cell, AUGUST, ScoreState.NOT_HELD, committee=commune)
    assert rolled(cell, QUARTER, as_of=date(2026, 8, 31)).total == 80_00
    assert rolled(cell, QUARTER, as_of=date(2026, 9, 1)).total == 40_00
    august.delete()
    writer.month(cell, AUGUST, committee=commune, criteria_set=criteria_set, total=90_00)
    row = rolled(cell, QUARTER, as_of=date(2026, 8, 5))
    assert (row.months, row.total) == (2, 85_00)


RUNNING = date(2026, 8, 20)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that waits until a month is scored"])
def test_how_complete_a_period_is_counts_this_month_of_every_cell_and_its_points_do_not(
    commune, writer, criteria_set, monkeypatch, guarded
):
    if not guarded:
        there_only = rollup.COUNTED.replace("<= bound.this_month\n        ) m", "<= bound.this_month AND of_month.state = 'SCORED') m")
        assert there_only != rollup.COUNTED
        monkeypatch.setattr(rollup, "COUNTED", there_only)
    make_rule(criteria_set, PeriodKind.QUARTER, missing=MissingMonth.ZERO)
    done, late, new = (make_cell(f"Chi bộ {name}", committee=commune) for name in ("xong", "chậm", "mới"))
    for each in (done, late):
        writer.month(each, JULY, committee=commune, criteria_set=criteria_set, total=80_00)
    writer.month(done, AUGUST, committee=commune, criteria_set=criteria_set, total=90_00)
    for each in (late, new):
        writer.month(each, AUGUST, ScoreState.NOT_HELD, committee=commune)
    targets = Targets.of([(each.pk, AUGUST.first) for each in (done, late, new)])
    roll_up(targets, as_of=RUNNING)
    summarise(committees_above(targets))
    of_quarter = sum(stored_sums(commune.pk, QUARTER.first, QUARTER.KIND).values(), Counter())
    of_months = [sum(stored_sums(commune.pk, month.first).values(), Counter()) for month in (JULY, AUGUST)]
    # July's sums were not asked for: its two cells held and sent.
    adds_up = {name: of_months[1][name] + 2 for name in ("expected", "held", "sent")} == {
        name: of_quarter[name] for name in ("expected", "held", "sent")
    }
    assert adds_up is guarded
    if guarded:
        assert (of_quarter["cells"], of_quarter["expected"], of_quarter["held"]) == (3, 5, 3)
        assert [stored(each, QUARTER).total for each in (done, late, new)] == [85_00, 80_00, None]
        assert stored(new, QUARTER).state == PeriodState.NO_MONTH
        for each in (done, late, new):
            assert columns(stored(each, QUARTER)) == period_score_of(each.pk, QUARTER, as_of=RUNNING)


def test_a_rule_asks_only_about_months_that_are_there(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set)
    writer.month(cell, AUGUST, ScoreState.NOT_HELD, committee=commune)
    assert rolled(cell, QUARTER, as_of=RUNNING).months == 2
    found = measure_period(cell.pk, QUARTER, as_of=RUNNING)
    assert [found[name][0] for name in ("months", "held", "not_held", "missing")] == [1, 1, 0, 0]


def test_a_period_none_of_whose_months_is_known_has_no_row_and_loses_the_one_it_had(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER)
    july = writer.month(cell, JULY, committee=commune, criteria_set=criteria_set)
    assert rolled(cell, QUARTER, as_of=date(2026, 7, 20))
    july.delete()
    writer.month(cell, AUGUST, ScoreState.NOT_SENT, committee=commune)
    assert rolled(cell, QUARTER, as_of=date(2026, 7, 31)) is None
    assert not PeriodScore.objects.exists()


def test_the_rule_is_that_of_the_last_scored_months_set(cell, commune, writer, criteria_set):
    other = make_set("bo-moi")
    old, new = make_rule(criteria_set, PeriodKind.QUARTER), make_rule(other, PeriodKind.QUARTER)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set)
    assert rolled(cell, QUARTER).rule == old
    writer.month(cell, AUGUST, ScoreState.NOT_DUE, committee=commune, criteria_set=other)
    assert rolled(cell, QUARTER).rule == old
    writer.month(cell, SEPTEMBER, committee=commune, criteria_set=other)
    assert rolled(cell, QUARTER).rule == new
    assert rolled(cell, HALF).state == PeriodState.NO_RULE


def test_without_a_scored_month_there_is_no_score_and_no_rule(cell, commune, writer, criteria_set):
    make_rule(criteria_set, PeriodKind.QUARTER, missing=MissingMonth.ZERO)
    writer.month(cell, JULY, ScoreState.NOT_HELD, committee=commune)
    row = rolled(cell, QUARTER)
    assert (row.state, row.rule, row.total, row.grade) == (PeriodState.NO_MONTH, None, None, "")


def test_a_quarter_is_without_a_thematic_sitting_only_when_it_is_over(cell, commune, writer, criteria_set):
    for month in (JULY, AUGUST, SEPTEMBER):
        assert plain_measures(cell, YEAR, None)["quarters_without_thematic"] == 0
        writer.month(cell, month, ScoreState.NOT_SENT, committee=commune)
    assert measured(cell, YEAR)["quarters_without_thematic"] == plain_measures(cell, YEAR, None)["quarters_without_thematic"] == 1
    MonthScore.objects.filter(month=AUGUST.first).update(thematic_held=True)
    assert measured(cell, YEAR)["quarters_without_thematic"] == plain_measures(cell, YEAR, None)["quarters_without_thematic"] == 0


def test_rolling_up_again_changes_nothing_and_a_new_month_reaches_every_longer_period(cell, commune, writer, criteria_set):
    for kind in (PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR):
        make_rule(criteria_set, kind)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set, total=80_00)
    targets = Targets.of([(cell.pk, JULY.first)])
    assert roll_up(targets, as_of=AS_OF) == 3
    before = list(PeriodScore.objects.order_by("pk").values())
    assert roll_up(targets, as_of=AS_OF) == 0
    assert list(PeriodScore.objects.order_by("pk").values()) == before
    writer.month(cell, SEPTEMBER, committee=commune, criteria_set=criteria_set, total=90_00)
    assert roll_up(Targets.of([(cell.pk, SEPTEMBER.first)]), as_of=AS_OF) == 3
    assert set(PeriodScore.objects.values_list("total", flat=True)) == {85_00}


def test_a_cell_that_moved_is_counted_in_a_period_where_it_stood_last(cell, commune, writer, criteria_set):
    other = make_committee("Đảng ủy xã Hai")
    make_rule(criteria_set, PeriodKind.QUARTER)
    writer.month(cell, JULY, committee=commune, criteria_set=criteria_set)
    writer.month(cell, AUGUST, ScoreState.NOT_HELD, committee=other)
    row = rolled(cell, QUARTER)
    assert (row.committee, row.counted_path) == (other, other.scope_path + cell.segment)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the lock"])
def test_two_months_of_a_cell_scored_at_once_are_both_in_its_year(committed_db, monkeypatch, guarded):
    commune, criteria_set = make_committee(), make_set("bo")
    cell, writer = make_cell(committee=commune), Writer(make_user("ghi-diem"))
    make_rule(criteria_set, PeriodKind.YEAR)
    for month in (JULY, AUGUST):
        writer.month(cell, month, committee=commune, criteria_set=criteria_set, total=80_00)
    roll_up(Targets.of([(cell.pk, JULY.first)]), as_of=AS_OF)
    if not guarded:
        monkeypatch.setattr(rollup, "_hold_cells", lambda targets: None)

    def score(month: Month, total: int) -> None:
        MonthScore.objects.filter(cell=cell, month=month.first).update(total=total)
        roll_up(Targets.of([(cell.pk, month.first)]), as_of=AS_OF)

    def score_august() -> None:
        with transaction.atomic():
            score(AUGUST, 90_00)

    with ExitStack() as stack, transaction.atomic():
        score(JULY, 60_00)
        stack.enter_context(meanwhile(score_august))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
    assert stored(cell, YEAR).total == (75_00 if guarded else 85_00)
