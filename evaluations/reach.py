"""How low and how high the totals of a sheet can come out, line by line and case by case: what a drafter should see before it binds."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from evaluations.definition import Definition
from evaluations.totals import sum_points


@dataclass(frozen=True, slots=True)
class Case:
    """The totals (hundredths) reachable where the lines `without` do not apply and all others do."""

    without: tuple[str, ...]
    counted_max: int
    lowest: int
    highest: int


def cases(definition: Definition) -> Iterator[Case]:
    """Every combination of conditions (`applies_when`) that fail, the fewest failing first; lines of one condition go together.

    Assumes that conditions and lines are independent of each other, so a total may be lower than any real month can get.
    Nothing is said of a case in which no line counts. Every condition doubles the cases: take only as many as are needed.
    """
    conditions = list(dict.fromkeys(line.applies_when for line in definition if line.applies_when))
    for count in range(len(conditions) + 1):
        for failing in combinations(conditions, count):
            case = _case(definition, failing)
            if case is not None:
                yield case


def _case(definition: Definition, failing: tuple) -> Case | None:
    without, lowest, highest = [], [], []
    for line in definition:
        worths = {level.points for level in line.levels}
        if line.applies_when in failing:
            without.append(line.criterion.code)
            worths = {line.not_applicable_points}
        lowest.append(None if None in worths else min(worths))
        highest.append(None if None in worths else max(worths))
    low, high = sum_points(definition, lowest), sum_points(definition, highest)
    return None if low.total is None else Case(tuple(without), low.counted_max, low.total, high.total)
