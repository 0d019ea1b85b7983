"""Scores and sums of committees, made straight, for the tests of boards: the pages read them, and others test how they come about."""

from datetime import date
from itertools import count

from evaluations.counts import Counts
from evaluations.dashboard import Below
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import CommitteeSummary, Grade, MonthScore, PeriodScore, PeriodState, ScoreState
from evaluations.periods import Month, Period
from evaluations.summaries import COUNTS, summarise
from meetings.models import Cell, CellKind, Committee
from tests.evaluations.month import NOVEMBER
from tests.factories import make_cell, make_committee

NUMBERS = count(1)


def make_summary(committee: Committee, period: Period, kind: str = CellKind.VILLAGE, **counts: int) -> CommitteeSummary:
    """Counts not given are 0; where cells are scored and points are not given, each has 80."""
    scored = counts.get("scored", 0)
    usual = dict.fromkeys(COUNTS, 0) | {"points": scored * 8000, "points_squared": scored * 6400}
    return CommitteeSummary.objects.create(
        committee=committee, period_kind=period.KIND, first_on=period.first, cell_kind=kind, **usual | counts
    )


def counts_of_classes(good: int = 0, fair: int = 0, average: int = 0, poor: int = 0) -> dict[str, int]:
    """The counts of so many cells, all scored."""
    cells = good + fair + average + poor
    reached = dict.fromkeys(("cells", "expected", "held", "sent", "scored"), cells)
    return reached | {"good": good, "fair": fair, "average": average, "poor": poor}


def crowd(above: Committee, committees: int, *, months: list[Month], cells: int = 20) -> list[Committee]:
    """So many committees below, each with so many villages and half as many schools, summed up in each of the months."""
    made = [make_committee(f"Đảng ủy xã {number:03}", parent=above) for number in range(committees)]
    rows = []
    for number, committee in enumerate([*made, above]):
        times = committees if committee == above else 1
        for month in months:
            for kind, size in ((CellKind.VILLAGE, cells), (CellKind.SCHOOL, cells // 2)):
                poor = 0 if committee == above else number % 7
                counts = counts_of_classes(good=(size - poor) * times, average=poor * times)
                points = size * times * 8000 - poor * 2000
                squares = points * points // 10_000 // (size * times) + size * times * 30
                usual = dict.fromkeys(COUNTS, 0)
                rows.append(
                    CommitteeSummary(
                        committee=committee,
                        period_kind=month.KIND,
                        first_on=month.first,
                        cell_kind=kind,
                        **usual | counts | {"points": points, "points_squared": squares},
                    )
                )
    CommitteeSummary.objects.bulk_create(rows)
    return made


MONTH_OF_CELL = {"held": False, "sent": False, "thematic_held": False, "grade": "", "state": ScoreState.NOT_HELD}
SCORED = {"held": True, "sent": True, "state": ScoreState.SCORED, "total": 8000, "grade": Grade.FAIR}


def make_month(cell: Cell, committee: Committee, month: date = NOVEMBER, **columns) -> MonthScore:
    return MonthScore.objects.create(
        cell=cell, committee=committee, month=month, counted_path=cell.scope_path, cell_kind=cell.kind, **MONTH_OF_CELL | columns
    )


PERIOD_OF_CELL = {"months": 3, "state": PeriodState.NO_MONTH, "points_by_month": [None] * 3, "verified_by_month": [False] * 3}
COUNTED = ("held", "held_on_day", "with_day", "thematic_held", "sent", "sent_on_time", "with_deadline", "verified", "not_verified")
COUNTED += ("no_set", "not_due")


def make_period(cell: Cell, committee: Committee, period: Period, **columns) -> PeriodScore:
    return PeriodScore.objects.create(
        cell=cell,
        committee=committee,
        period_kind=period.KIND,
        first_on=period.first,
        counted_path=cell.scope_path,
        cell_kind=cell.kind,
        **dict.fromkeys(COUNTED, 0) | PERIOD_OF_CELL | columns,
    )


def mixed_months(committee: Committee) -> None:
    """A November in which each count has another number of cells, so that no two can be taken for each other."""
    on_time = {"sent_on_time": True}
    kinds = [
        (1, {}),
        (2, {"state": ScoreState.NOT_SENT, "held": True, "held_on_day": True}),
        (3, {"state": ScoreState.NO_SET, "held": True, "sent": True, "thematic_held": True, **on_time}),
        (4, {"state": ScoreState.NOT_DUE, "held": True, "sent": True, "sent_on_time": False}),
        *((5 + place, SCORED | {"grade": grade}) for place, grade in enumerate(Grade.values)),
        (9, SCORED | {"verified": True, **on_time}),
        (2, SCORED | {"returned": True}),
    ]
    for number, columns in kinds:
        for _each in range(number):
            make_month(make_cell(f"Chi bộ {next(NUMBERS)}", committee=committee), committee, **columns)


def mixed_periods(committee: Committee, period: Period) -> None:
    """The same of a longer period, in which a cell has several months of a number."""
    kinds = [
        (1, {"held": 1, "with_day": 3, "held_on_day": 1}),
        (2, {"held": 3, "sent": 1, "thematic_held": 2, "with_deadline": 1, "no_set": 1}),
        (3, {"held": 3, "sent": 3, "with_deadline": 3, "sent_on_time": 2, "not_verified": 2, "not_due": 2}),
        *(
            (
                4 + place,
                {
                    "held": 3,
                    "sent": 3,
                    "verified": place,
                    "not_verified": 3 - place if place < 3 else 0,
                    "state": PeriodState.SCORED,
                    "total": 8000,
                    "grade": grade,
                },
            )
            for place, grade in enumerate(Grade.values)
        ),
    ]
    for number, columns in kinds:
        for _each in range(number):
            make_period(make_cell(f"Chi bộ {next(NUMBERS)}", committee=committee), committee, period, **columns)


def summed_up(month: date = NOVEMBER) -> None:
    """Sum up every cell's scores of a month and of the longer periods it lies in."""
    targets = Targets.of([(key, month) for key in Cell.objects.values_list("pk", flat=True)])
    summarise(committees_above(targets))


def below(name: str, scored: int, mean: float, expected: float, *, before: tuple[int, float] = (0, 0.0)) -> Below:
    """A committee below: its scored cells, their mean and the one expected, in points; `before`, cells and mean of the period before."""
    return Below(
        key=hash(name) % 10_000,
        public_id=None,
        name=name,
        counts=Counts(cells=scored, expected=scored, scored=scored, points=round(scored * mean * 100)),
        before=Counts(scored=before[0], points=round(before[0] * before[1] * 100)),
        expected=scored * expected,
        expected_before=before[0] * expected,
        alike=scored + 10,
    )
