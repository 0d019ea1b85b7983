"""A set over the facts of a month, in plain Python: the slow and obvious twin of `evaluations.compiler`.

A comparison has three answers. It is not known yet (None) while its fact is still to come and could change it: days gone by only grow, so
"more than 2 days" is certain on the third day, and "at most 2 days" is not before the posting, or the third day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from evaluations.compiler import Outcome
from evaluations.definition import Cap, Definition, Line, Test
from evaluations.measures import Unit
from evaluations.models import CriteriaSet, Grade, GroupPart, MonthFacts, NotApplicable, ParameterValue


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a set comes to on facts; points and total in hundredths."""

    outcome: list[int]
    points: list[int | None]
    counted_max: int
    total: int | None
    grade: str  # '' where there is no total


def evaluate_plainly(definition: Definition, facts: MonthFacts, levels: Sequence[int | None]) -> Evaluated:
    """Outcome and points per line, the total and the class."""
    outcome = [_outcome(line, facts, chosen) for line, chosen in zip(definition, levels, strict=True)]
    return settle(definition, outcome, limits_holding(definition, facts))


def settle(definition: Definition, outcome: list[int], limits: Collection[int]) -> Evaluated:
    """What an outcome per line is worth, under the limits (by place) whose facts hold."""
    points = [_points(line, code) for line, code in zip(definition, outcome, strict=True)]
    evaluated = sum_up(definition, outcome, points, limits)
    if Outcome.NOT_DUE in outcome or Outcome.NOT_ANSWERED in outcome:
        return replace(evaluated, total=None, grade="")
    return evaluated


def sum_up(definition: Definition, outcome: list[int], points: list[int | None], limits: Collection[int]) -> Evaluated:
    """Total and class of points line by line.

    The sheet's points: the share of what counts, over the sheet's maximum, rounded half up; then what bonus adds and deductions take off,
    between nothing and the maximum.
    """
    sheet = [line for line in definition if line.part == GroupPart.BASE]
    counted = [line for line in sheet if points[line.index] is not None]
    counted_max = _together(definition.caps, {line.index: line.max_points for line in counted})
    whole = _together(definition.caps, {line.index: line.max_points for line in sheet})
    total = None
    if counted_max:
        share = Fraction(_together(definition.caps, {line.index: points[line.index] for line in counted}), counted_max)
        added = {line.index: points[line.index] or 0 for line in definition if line.part == GroupPart.BONUS}
        taken_off = {line.index: -(points[line.index] or 0) for line in definition if line.part == GroupPart.DEDUCTION}
        total = floor(share * whole + Fraction(1, 2))
        total += _together(definition.group_caps, added) - _together(definition.group_caps, taken_off)
        total = min(max(total, 0), whole)
    return Evaluated(outcome, points, counted_max, total, _grade(definition, total, points, limits))


def _together(caps: Iterable[Cap], worths: Mapping[int, int]) -> int:
    """The sum of what lines (by index) give, where those under a cap give no more than it."""
    total = sum(worths.values())
    for cap in caps:
        total -= max(0, sum(worths.get(index, 0) for index in cap.indices) - cap.points)
    return total


def limits_holding(definition: Definition, facts: MonthFacts) -> list[int]:
    """The places of the set's limits of the class whose facts hold."""
    return [place for place, limit in enumerate(definition.limits) if _all_hold(limit.tests, facts)]


def grade_of(criteria_set: CriteriaSet, total: int) -> Grade:
    """The class of a total by the thresholds alone."""
    steps = (criteria_set.good_from, Grade.GOOD), (criteria_set.fair_from, Grade.FAIR), (criteria_set.average_from, Grade.AVERAGE)
    return next((grade for least, grade in steps if total >= least), Grade.POOR)


def _grade(definition: Definition, total: int | None, points: Sequence[int | None], limits: Collection[int]) -> str:
    if total is None:
        return ""
    grade = grade_of(definition.criteria_set, total)
    downward = [Grade.GOOD, Grade.FAIR, Grade.AVERAGE, Grade.POOR]
    for place in limits:
        limit = definition.limits[place]
        asked = [points[index] for index in limit.indices if points[index] is not None]
        falls_short = bool(asked) and sum(asked) < limit.fewer_than if limit.indices else True
        if falls_short and downward.index(limit.at_most) > downward.index(grade):
            grade = limit.at_most
    return grade


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
