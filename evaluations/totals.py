"""From the points of the lines to a total and a class: what is capped, added, taken off, rescaled, and what limits the class.

Each rule is said twice, as SQL over an array of points and in plain Python, side by side; `evaluations.checking.points` is their oracle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evaluations.compiler import Expression, all_hold
from evaluations.definition import Cap, ClassLimit, Definition, definition_of
from evaluations.models import CriteriaSet, Grade, GroupPart, ScoreSheet

# From the lowest on.
RANKS = (Grade.POOR, Grade.AVERAGE, Grade.FAIR, Grade.GOOD)


@dataclass(frozen=True, slots=True)
class Summed:
    """In hundredths. `counted_max` is the most that the sheet's points could come to; no total where that is nothing."""

    counted_max: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Classed:
    """The class, and the limits that keep it below what the total alone would give."""

    grade: Grade | None
    limits: tuple[ClassLimit, ...] = ()


def sum_points(definition: Definition, points: Sequence[int | None]) -> Summed:
    """What points per line (None: left out) come to: capped, rescaled to the sheet's whole, then with bonus and deductions."""
    counted_max = sum(min(cap.points, sum(_maxima(definition, cap, points))) for cap in definition.base)
    if counted_max == 0:
        return Summed(0, None)
    gained = sum(min(cap.points, _gained(cap, points)) for cap in definition.base)
    total = rescale(gained, counted_max, definition.max_points)
    for part, cap in definition.extras:
        total += max(-cap.points, _gained(cap, points)) if part == GroupPart.DEDUCTION else min(cap.points, _gained(cap, points))
    return Summed(counted_max, max(0, min(definition.max_points, total)))


def _gained(cap: Cap, points: Sequence[int | None]) -> int:
    return sum(points[index] or 0 for index in cap.indices)


def _maxima(definition: Definition, cap: Cap, points: Sequence[int | None]) -> list[int]:
    return [definition.lines[index].max_points for index in cap.indices if points[index] is not None]


def compile_sums(definition: Definition, points: str) -> str:
    """SELECT gained, counted_max, extra: what a total is made of, over the array of that name. Nothing in it is a person's word."""
    gained = " + ".join(_capped(definition, cap, points) for cap in definition.base) or "0"
    counted_max = " + ".join(_counted(definition, cap, points) for cap in definition.base) or "0"
    extra = " + ".join(
        f"greatest({-cap.points:d}, {_sum(cap, points)})" if part == GroupPart.DEDUCTION else _capped(definition, cap, points)
        for part, cap in definition.extras
    )
    return f"SELECT ({gained})::bigint AS gained, {counted_max} AS counted_max, {extra or '0'} AS extra"


def compile_total(definition: Definition, sums: str, whole: int | None = None) -> str:
    """The total of a row of `compile_sums` by that name, over the sheet's whole or another; NULL where nothing counts."""
    whole = definition.max_points if whole is None else whole
    total = rescaled(f"{sums}.gained", f"{sums}.counted_max", whole)
    if definition.extras:
        total = f"least({whole:d}, greatest(0, {total} + {sums}.extra))"
    return f"CASE WHEN {sums}.counted_max > 0 THEN {total} END"


def _sum(cap: Cap, points: str) -> str:
    return " + ".join(f"coalesce({points}[{index + 1}], 0)" for index in cap.indices)


def _capped(definition: Definition, cap: Cap, points: str) -> str:
    return f"least({cap.points:d}, {_sum(cap, points)})" if _takes_away(definition, cap) else _sum(cap, points)


def _takes_away(definition: Definition, cap: Cap) -> bool:
    """Not from a line that stands by itself: it never comes to more than its own points."""
    return cap.points < sum(definition.lines[index].max_points for index in cap.indices)


def _counted(definition: Definition, cap: Cap, points: str) -> str:
    maxima = " + ".join(
        f"CASE WHEN {points}[{index + 1}] IS NULL THEN 0 ELSE {definition.lines[index].max_points:d} END" for index in cap.indices
    )
    return f"least({cap.points:d}, {maxima})" if _takes_away(definition, cap) else maxima


def rescaled(points: str, counted_max: str, whole: int) -> str:
    """The total over the whole maximum, rounded half up, in integers: SQL over two expressions. `rescale` is its twin."""
    return f"((2 * {points}::bigint * {whole:d} + {counted_max}) / (2 * {counted_max}))::int"


def rescale(points: int, counted_max: int, whole: int) -> int:
    """The total (hundredths) of points gained out of `counted_max`, over the whole maximum, rounded half up."""
    return (2 * points * whole + counted_max) // (2 * counted_max)


def thresholds_of(criteria_set: CriteriaSet) -> list[int]:
    return [criteria_set.good_from, criteria_set.fair_from, criteria_set.average_from]


def classify(definition: Definition, total: int | None, points: Sequence[int | None], holding: Collection[int]) -> Classed:
    """The class of a total that these points came to, under the limits (by place) whose facts hold."""
    if total is None:
        return Classed(None)
    steps = zip(thresholds_of(definition.criteria_set), (Grade.GOOD, Grade.FAIR, Grade.AVERAGE), strict=True)
    grade = next((grade for least, grade in steps if total >= least), Grade.POOR)
    met = [limit for place, limit in enumerate(definition.limits) if place in holding and _has_fewer(limit, points)]
    limits = tuple(limit for limit in met if RANKS.index(limit.at_most) < RANKS.index(grade))
    return Classed(min([grade, *(limit.at_most for limit in limits)], key=RANKS.index), limits)


def own_class(sheet: ScoreSheet) -> Classed:
    """The class of the total that the cell gave itself on a sent sheet that has a set."""
    return classify(definition_of(sheet.criteria_set), sheet.own_total, sheet.own or [], sheet.limits or [])


def official_class(sheet: ScoreSheet) -> Classed:
    """The class that the committee decided, with the limits as they held then."""
    return classify(definition_of(sheet.criteria_set), sheet.verified_total, sheet.verified or [], sheet.verified_limits or [])


def _has_fewer(limit: ClassLimit, points: Sequence[int | None]) -> bool:
    """A line that is left out falls short of nothing."""
    counted = [points[index] for index in limit.indices if points[index] is not None]
    return not limit.indices or (bool(counted) and sum(counted) < limit.fewer_than)


def compile_limits(definition: Definition) -> Expression:
    """`smallint[]`: the places of the limits whose facts hold, over facts `f`."""
    held = [all_hold(limit.tests) for limit in definition.limits]
    cases = ", ".join(f"CASE WHEN {holds.sql} THEN {place:d} END" for place, holds in enumerate(held))
    return Expression(f"array_remove(ARRAY[{cases}]::smallint[], NULL)", [param for holds in held for param in holds.params])


def graded(definition: Definition, total: str, points: str, limits: str) -> Expression:
    """The class of a total, '' where there is none: the SQL of `classify` over the names of a total and of the arrays it came from."""
    by_total = _by_total(definition, total)
    ranks = [by_total.sql]
    for place, limit in enumerate(definition.limits):
        # NULL, which `least` passes over, where it does not hold.
        ranks.append(f"CASE WHEN {_holds(limit, place, points, limits)} THEN {RANKS.index(limit.at_most):d} END")
    names = ", ".join(f"'{grade.value}'" for grade in RANKS)
    rank = ranks[0] if len(ranks) == 1 else f"least({', '.join(ranks)})"
    return Expression(f"CASE WHEN {total} IS NULL THEN '' ELSE (ARRAY[{names}])[1 + {rank}] END", by_total.params)


def limiting(definition: Definition, total: str, points: str, limits: str) -> Expression:
    """The words of the limit that keeps the class of a total down most, NULL where none does: SQL as `graded`."""
    cases, params = [], []
    for place, limit in sorted(enumerate(definition.limits), key=lambda each: RANKS.index(each[1].at_most)):
        by_total = _by_total(definition, total)
        cases.append(f"WHEN {by_total.sql} > {RANKS.index(limit.at_most):d} AND {_holds(limit, place, points, limits)} THEN %s")
        params += [*by_total.params, limit.words]
    return Expression(f"CASE {' '.join(cases)} END" if cases else "NULL::text", params)


def _by_total(definition: Definition, total: str) -> Expression:
    steps = f"CASE WHEN {total} >= %s THEN 3 WHEN {total} >= %s THEN 2 WHEN {total} >= %s THEN 1 ELSE 0 END"
    return Expression(steps, thresholds_of(definition.criteria_set))


def _holds(limit: ClassLimit, place: int, points: str, limits: str) -> str:
    holds = f"{place:d} = ANY ({limits})"
    if limit.indices:
        counts = " OR ".join(f"{points}[{index + 1}] IS NOT NULL" for index in limit.indices)
        holds += f" AND ({counts}) AND {_sum(Cap(0, limit.indices), points)} < {limit.fewer_than:d}"
    return f"({holds})"
