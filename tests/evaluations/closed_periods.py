"""A province whose cells have scores of a period, put there by hand: for the tests of editions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from evaluations import changes, running
from evaluations.differing import count_differing
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import CommitteeSummary, Grade, MonthScore, PeriodScore, PeriodState, Run, ScoreState
from evaluations.periods import Month, Period
from evaluations.summaries import COUNTS, summarise
from meetings.models import Cell, CellKind, Committee, Level, User
from tests.factories import make_cell, make_committee, make_user

AT = datetime(2026, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = AT.date()


@dataclass(frozen=True)
class Ground:
    province: Committee
    communes: list[Committee]
    cells: list[Cell]
    office: User


def make_ground(communes: int = 2, cells: int = 2, name: str = "Tỉnh ủy Minh Họa", above: Committee | None = None) -> Ground:
    """Centre → province → communes → cells of two kinds; nothing of it waits to be scored."""
    province = make_committee(name, Level.PROVINCE, parent=above or make_committee("Trung ương", Level.CENTRAL))
    below = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in range(1, communes + 1)]
    kinds = [CellKind.VILLAGE, CellKind.SCHOOL]
    made = [make_cell(f"Chi bộ {number}", kind=kinds[number % 2], committee=commune) for commune in below for number in range(1, cells + 1)]
    settle()
    return Ground(province, below, made, make_user(f"ban-{province.pk}", full_name="Lê Văn Ban", board_of=province))


def settle(at: datetime = AT) -> None:
    """Take what waits to be scored, as the worker does."""
    changes.take_changes(as_of=at.date(), at=at)
    changes.take_scopes(as_of=at.date(), at=at)
    while keys := running.chunks_to_send(at=at):
        for key in keys:
            running.work_chunk(key, at=at)
    assert not Run.objects.filter(state="RUNNING").exists()


def random_month(rng: Random) -> dict[str, object]:
    """Columns of a month's score, of any state."""
    state = rng.choice(ScoreState.values)
    held, sent = state != ScoreState.NOT_HELD, state in (ScoreState.SCORED, ScoreState.NOT_DUE)
    return {
        "state": state,
        "held": held,
        "held_on_day": rng.choice([None, False, held]),
        "thematic_held": rng.random() < 0.3,
        "sent": sent,
        "sent_on_time": rng.choice([None, False, True]) if sent else None,
        "verified": state == ScoreState.SCORED and rng.random() < 0.5,
        **_points(rng, state == ScoreState.SCORED),
    }


def _points(rng: Random, scored: bool) -> dict[str, object]:
    return {"total": rng.randint(0, 10000) if scored else None, "grade": rng.choice(Grade.values) if scored else ""}


def set_month(cell: Cell, month: date, **columns) -> None:
    """What a month's score is from now on, with the sums above it; nothing is noted, as if a worker had scored it."""
    _write_month(cell, month, columns)
    _sum_up([cell], Month.of(month))


def _write_month(cell: Cell, month: date, columns: dict[str, object]) -> None:
    usual = {"committee": cell.placements.get().parent, "counted_path": cell.scope_path, "cell_kind": cell.kind}
    blank = {"state": ScoreState.NOT_HELD, "held": False, "sent": False, "thematic_held": False}
    MonthScore.objects.update_or_create(cell=cell, month=month, defaults=columns, create_defaults=usual | blank | columns)


def _sum_up(cells: Iterable[Cell], period: Period) -> None:
    levels = committees_above(Targets.of([(cell.pk, period.first) for cell in cells]))
    if isinstance(period, Month):
        summarise(levels)
    else:
        sum_periods(period)
    count_differing(levels)


def random_period(rng: Random, period: Period) -> dict[str, object]:
    """Columns of a longer period's score; its points need not follow from its months for what these tests look at."""
    state = rng.choice(PeriodState.values)
    length = len(period.months)
    return {
        "state": state,
        "months": length,
        **{name: rng.randint(0, length) for name in _COUNTS_OF_MONTHS},
        "points_by_month": [rng.choice([None, rng.randint(0, 10000)]) for _month in period.months],
        "verified_by_month": [rng.random() < 0.5 for _month in period.months],
        **_points(rng, state == PeriodState.SCORED),
    }


_COUNTS_OF_MONTHS = ["held", "held_on_day", "with_day", "thematic_held", "sent"]
_COUNTS_OF_MONTHS += ["sent_on_time", "with_deadline", "verified", "no_set", "not_due"]


def set_period(cell: Cell, period: Period, **columns) -> None:
    """What a longer period's score is from now on, with the sums above it."""
    _write_period(cell, period, columns)
    _sum_up([cell], period)


def _write_period(cell: Cell, period: Period, columns: dict[str, object]) -> None:
    usual = {"committee": cell.placements.get().parent, "counted_path": cell.scope_path, "cell_kind": cell.kind}
    named = {"cell": cell, "period_kind": period.KIND, "first_on": period.first}
    PeriodScore.objects.update_or_create(**named, defaults=columns, create_defaults=usual | columns)


def sum_periods(period: Period) -> None:
    """Sum a longer period's scores up, committee by committee, in plain Python."""
    CommitteeSummary.objects.filter(period_kind=period.KIND, first_on=period.first).delete()
    for committee in Committee.objects.all():
        rows = PeriodScore.objects.filter(period_kind=period.KIND, first_on=period.first, counted_path__startswith=committee.scope_path)
        for kind in CellKind.values:
            if of_kind := [row for row in rows if row.cell_kind == kind]:
                CommitteeSummary.objects.create(
                    committee=committee, period_kind=period.KIND, first_on=period.first, cell_kind=kind, **_sums(of_kind)
                )


def _sums(rows: Iterable[PeriodScore]) -> dict[str, int]:
    sums = dict.fromkeys(COUNTS, 0)
    for row in rows:
        counted = {name: getattr(row, name) for name in _COUNTS_OF_MONTHS} | {"cells": 1, "expected": row.months}
        counted |= {"scored": row.total is not None, "points": row.total or 0, "points_squared": (row.total or 0) ** 2 // 10000}
        counted |= {name.lower(): row.grade == name for name in Grade.values}
        for name, count in counted.items():
            sums[name] += int(count)
    return sums


def fill(ground: Ground, period: Period, rng: Random) -> None:
    """Random scores of every cell of the ground for the period; the months of a longer one are there too, whatever they say."""
    if not isinstance(period, Month):
        for cell in ground.cells:
            for month in period.months:
                if not MonthScore.objects.filter(cell=cell, month=month.first).exists():
                    _write_month(cell, month.first, {})
    _score_at_random(ground.cells, period, rng)


def change(cell: Cell, period: Period, rng: Random) -> None:
    """A new random score of one cell."""
    _score_at_random([cell], period, rng)


def _score_at_random(cells: Iterable[Cell], period: Period, rng: Random) -> None:
    for cell in cells:
        if isinstance(period, Month):
            _write_month(cell, period.first, random_month(rng))
        else:
            _write_period(cell, period, random_period(rng, period))
    _sum_up(cells, period)
