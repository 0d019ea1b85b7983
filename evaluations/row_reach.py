"""Whether a row can ever match: a grid of values is tried, at and between all that the rows' tests tell apart.

A delegated parameter may have any value, so a test against one may hold or fail as it likes.
"""

import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product
from math import prod

from evaluations.definition import Test
from evaluations.measures import Measure, Unit
from evaluations.models import MonthFacts
from evaluations.period_measures import PeriodMeasure
from evaluations.rollup_rules import PeriodTest

AnyTest = Test | PeriodTest
Value = Decimal | int | None

HOLDS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}

# A line asks of one measure or two; what asks of so many at once that the grid outgrows this is taken to match somewhere.
MOST_CASES = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A test as far as it matters here: of what, how, and against which value."""

    subject: str
    comparison: str
    value: Decimal

    def holds(self, values: dict[str, Value]) -> bool:
        """A fact that is not there meets no comparison."""
        value = values[self.subject]
        return value is not None and HOLDS[self.comparison](value, self.value)


def never_matching(
    rows: Sequence[Sequence[AnyTest]], *, given: Sequence[AnyTest] = (), first_wins: bool = True, months: int = 12
) -> list[int]:
    """Indices of the rows that match for no facts at all; of a judged line (`first_wins=False`) those that are open for none.

    `given` holds wherever the rows are asked (`applies_when`); `months` are those of the period, for measures of one.
    """
    subjects: dict[str, tuple[AnyTest, list[Decimal]]] = {}
    asked = [[_asked(test, subjects) for test in tests] for tests in (given, *rows)]
    grids = {subject: list(_grid(test, limits, months)) for subject, (test, limits) in subjects.items()}
    if prod(map(len, grids.values())) > MOST_CASES:
        return [index for index, tests in enumerate(asked[1:]) if not _any_case([*asked[0], *tests], grids)]
    left = set(range(len(rows)))
    for values in _cases(grids, grids):
        if not left:
            break
        if not all(test.holds(values) for test in asked[0]):
            continue
        for index, tests in enumerate(asked[1:]):
            if all(test.holds(values) for test in tests):
                left.discard(index)
                if first_wins:
                    break
    return sorted(left)


def _any_case(tests: list[Asked], grids: dict[str, list[Value]]) -> bool:
    """Whether the tests hold together somewhere; True where there is too much to try."""
    subjects = dict.fromkeys(test.subject for test in tests)
    if prod(len(grids[subject]) for subject in subjects) > MOST_CASES:
        return True
    return any(all(test.holds(values) for test in tests) for values in _cases(subjects, grids))


def _cases(subjects: Iterable[str], grids: dict[str, list[Value]]) -> Iterator[dict[str, Value]]:
    subjects = list(subjects)
    return (dict(zip(subjects, values, strict=True)) for values in product(*(grids[subject] for subject in subjects)))


def _asked(test: AnyTest, subjects: dict[str, tuple[AnyTest, list[Decimal]]]) -> Asked:
    if isinstance(test, Test) and test.parameter is not None:
        # True or false, whichever the committees' values make it.
        subject, comparison, value = f"{test.measure.name} {test.comparison} {test.parameter.code}", "=", Decimal(1)
    else:
        subject, comparison, value = test.measure.name, test.comparison, test.value
    subjects.setdefault(subject, (test, []))[1].append(value)
    return Asked(subject, comparison, value)


def _grid(test: AnyTest, limits: list[Decimal], months: int) -> Iterator[Value]:
    """The values to try of what a test asks, one of each stretch within which no test of it changes."""
    measure = test.measure
    if isinstance(test, Test) and test.parameter is not None:
        yield from (0, 1)
        return
    if _may_be_missing(measure):
        yield None
    least, most = _bounds(measure, months)
    if measure.unit in (Unit.RATIO, Unit.POINTS):
        edges = sorted({*limits, Decimal(least), Decimal(most)})
        yield from edges
        yield from ((low + high) / 2 for low, high in pairwise(edges))
        return
    near = {int(limit) + step for limit in limits for step in (-1, 0, 1)}
    yield from sorted(value for value in near if (least is None or value >= least) and (most is None or value <= most))


def _bounds(measure: Measure | PeriodMeasure, months: int) -> tuple[int | None, int | None]:
    """The least and the most it can be; None: without bound."""
    if measure.unit is Unit.DAYS:
        return None, None  # before the sitting, or after it
    top = {Unit.RATIO: 100, Unit.POINTS: 1000, Unit.YES_NO: 1, Unit.MINUTES: 24 * 60}.get(measure.unit)
    return 0, months if top is None and isinstance(measure, PeriodMeasure) else top


def _may_be_missing(measure: Measure | PeriodMeasure) -> bool:
    """Whether there may be no such fact: a share of nothing, a mean of no month, or what a log may leave out."""
    if measure.unit in (Unit.RATIO, Unit.POINTS):
        return True
    return isinstance(measure, Measure) and MonthFacts._meta.get_field(measure.columns[0]).null
