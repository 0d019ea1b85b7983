"""A set over the facts of a month, in plain Python: the slow and obvious twin of `evaluations.compiler`.

A comparison has three answers. It is not known yet (None) while its fact is still to come and could change it: days gone by only grow, so
"more than 2 days" is certain on the third day, and "at most 2 days" is not before the posting, or the third day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from evaluations.compiler import Outcome
from evaluations.definition import Definition, Line, Test
from evaluations.measures import Unit
from evaluations.models import CriteriaSet, Grade, MonthFacts, NotApplicable, ParameterValue


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a set comes to on facts; points and total in hundredths."""

    outcome: list[int]
    points: list[int | None]
    counted_max: int
    total: int | None
    grade: str  # '' where there is no total


def evaluate_plainly(definition: Definition, facts: MonthFacts, levels: Sequence[int | None]) -> Evaluated:
    """Outcome and points per line, and the total."""
    return settle(definition, [_outcome(line, facts, chosen) for line, chosen in zip(definition, levels, strict=True)])


def settle(definition: Definition, outcome: list[int]) -> Evaluated:
    """What an outcome per line is worth: the share of what counts, over the set's maximum, rounded half up."""
    points = [_points(line, code) for line, code in zip(definition, outcome, strict=True)]
    counted = [(line.max_points, worth) for line, worth in zip(definition, points, strict=True) if worth is not None]
    counted_max = sum(maximum for maximum, _worth in counted)
    total = None
    if counted_max and Outcome.NOT_DUE not in outcome and Outcome.NOT_ANSWERED not in outcome:
        share = Fraction(sum(worth for _maximum, worth in counted), counted_max)
        total = floor(share * sum(line.max_points for line in definition) + Fraction(1, 2))
    return Evaluated(outcome, points, counted_max, total, grade_of(definition.criteria_set, total))


def sum_up(definition: Definition, outcome: list[int], official: list[int | None]) -> Evaluated:
    """Total (over the set's maximum, rounded half up) and class of official points."""
    counted = [(line.max_points, points) for line, points in zip(definition, official, strict=True) if points is not None]
    counted_max = sum(maximum for maximum, _points in counted)
    share = Fraction(sum(points for _maximum, points in counted), counted_max)
    total = floor(share * sum(line.max_points for line in definition) + Fraction(1, 2))
    return Evaluated(outcome, official, counted_max, total, grade_of(definition.criteria_set, total))


def grade_of(criteria_set: CriteriaSet, total: int | None) -> str:
    if total is None:
        return ""
    steps = (criteria_set.good_from, Grade.GOOD), (criteria_set.fair_from, Grade.FAIR), (criteria_set.average_from, Grade.AVERAGE)
    return next((grade for least, grade in steps if total >= least), Grade.POOR)


def _outcome(line: Line, facts: MonthFacts, chosen: int | None) -> int:
    applies = _all_hold(line.applies_when, facts)
    if applies is None:
        return Outcome.NOT_DUE
    if not applies:
        return Outcome.NOT_APPLICABLE
    if line.criterion.asks_level and chosen is None:
        return Outcome.NOT_ANSWERED
    for index, level in enumerate(line.levels[:-1]):
        if line.criterion.asks_level and index != chosen:
            continue
        holds = _all_hold(level.tests, facts)
        if holds is None:
            return Outcome.NOT_DUE
        if holds:
            return index
    return len(line.levels) - 1


def _points(line: Line, outcome: int) -> int | None:
    if outcome == Outcome.NOT_APPLICABLE:
        return {NotApplicable.FULL: line.max_points, NotApplicable.ZERO: 0, NotApplicable.EXCLUDE: None}[line.criterion.not_applicable]
    return line.levels[outcome].points if outcome >= 0 else None


def _all_hold(tests: Sequence[Test], facts: MonthFacts) -> bool | None:
    answers = [_holds(test, facts) for test in tests]
    if False in answers:
        return False
    return None if None in answers else True


def _holds(test: Test, facts: MonthFacts) -> bool | None:
    limit = Fraction(test.value if test.parameter is None else value_in_force(test, facts))
    measured = test.measure.value(facts)
    if test.measure.unit is Unit.RATIO:
        base = test.measure.base(facts)
        return bool(base) and measured is not None and compares(Fraction(measured, base) * 100, test.comparison, limit)
    if test.measure.name in facts.pending:
        # What stands there is the least it will come to.
        if measured is None:
            return None
        if test.comparison in (">", ">="):
            return compares(measured, test.comparison, limit) or None
        return None if measured < limit or (measured == limit and test.comparison != "<") else False
    return measured is not None and compares(int(measured), test.comparison, limit)


def compares(measured: int | Fraction, comparison: str, limit: Fraction) -> bool:
    """Whether `measured comparison limit` holds."""
    if comparison == "<":
        return measured < limit
    if comparison == "<=":
        return measured <= limit
    if comparison == "=":
        return measured == limit
    return measured >= limit if comparison == ">=" else measured > limit


def committee_keys(path: str) -> list[int]:
    """The keys of the committees on a cell's path, nearest first."""
    return [int(segment) for segment in reversed(path.strip("/").split("/")) if segment.isdigit()]


def value_in_force(test: Test, facts: MonthFacts) -> Decimal:
    """What a delegated parameter is for the cell on the day of its sitting: the nearest committee that set it for such a cell decides;
    of its values the one for the cell's kind, then the one from the largest size that the cell reaches."""
    for committee in committee_keys(facts.counted_path):
        for kind in (facts.cell_kind, ""):
            fitting = [
                value
                for value in ParameterValue.objects.filter(parameter=test.parameter, committee=committee, cell_kind=kind)
                if facts.held_on in value.during and value.from_size <= facts.roster_size
            ]
            if fitting:
                return max(fitting, key=lambda value: value.from_size).value
    return test.parameter.default
