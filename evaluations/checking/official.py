"""What a committee's decision comes to, in plain Python: the slow and obvious twin of `evaluations.review`'s statement."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from evaluations.checking.points import Evaluated, grade_of, settle
from evaluations.compiler import Outcome
from evaluations.definition import Definition


def official_points(definition: Definition, outcome: list[int], given: Sequence[int | None]) -> list[int | None] | None:
    """The official points per line: those given, else those that count; None where a line has neither, and so nothing can be decided."""
    official = []
    for code, counts, chosen in zip(outcome, settle(definition, outcome).points, given, strict=True):
        is_left_out = code == Outcome.NOT_APPLICABLE and counts is None
        points = None if is_left_out else counts if chosen is None else chosen
        if points is None and not is_left_out:
            return None
        official.append(points)
    return official if any(points is not None for points in official) else None


def sum_up(definition: Definition, outcome: list[int], official: list[int | None]) -> Evaluated:
    """Total (over the set's maximum, rounded half up) and class of official points."""
    counted = [(line.max_points, points) for line, points in zip(definition, official, strict=True) if points is not None]
    counted_max = sum(maximum for maximum, _points in counted)
    share = Fraction(sum(points for _maximum, points in counted), counted_max)
    total = floor(share * sum(line.max_points for line in definition) + Fraction(1, 2))
    return Evaluated(outcome, official, counted_max, total, grade_of(definition.criteria_set, total))
