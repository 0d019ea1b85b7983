"""How the points of the lines became a total, in sentences: what was rescaled, capped, added and taken off. Words only."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from evaluations.definition import Cap, Definition
from evaluations.figures import points as figure
from evaluations.models import GroupPart
from evaluations.totals import rescale, sum_points


def summing(definition: Definition, points: Sequence[int | None]) -> tuple[str, ...]:
    """The steps from points per line to their total; none where it is their plain sum."""
    summed = sum_points(definition, points)
    return () if summed.total is None else tuple(_steps(definition, points, summed.counted_max, summed.total))


def _steps(definition: Definition, points: Sequence[int | None], counted_max: int, total: int) -> Iterator[str]:
    whole = definition.max_points
    capped = {index for cap in definition.caps for index in cap.indices}
    for cap in definition.caps:
        if _of(cap, points) > cap.points:
            words = {"codes": _codes(definition, cap), "sum": figure(_of(cap, points)), "most": figure(cap.points)}
            yield _("%(codes)s together have %(sum)s points and count as %(most)s, the most that they give.") % words
    gained = sum(min(cap.points, _of(cap, points)) for cap in definition.caps)
    gained += sum(points[line.index] or 0 for line in definition if line.part == GroupPart.BASE and line.index not in capped)
    reached = rescale(gained, counted_max, whole)
    if counted_max != whole:
        words = {"gained": figure(gained), "counted": figure(counted_max), "whole": figure(whole), "total": figure(reached)}
        yield _("%(gained)s of the %(counted)s points that apply this month; over %(whole)s points that is %(total)s.") % words
    for part, cap in definition.extras:
        reached += yield from _extra(definition, part, cap, points)
    if reached != total:
        yield _("The total stays between 0 and %(whole)s points.") % {"whole": figure(whole)}


def _extra(definition: Definition, part: str, cap: Cap, points: Sequence[int | None]) -> Iterator[str]:
    worth = _of(cap, points)
    counted = max(-cap.points, worth) if part == GroupPart.DEDUCTION else min(cap.points, worth)
    words = {"title": definition.lines[cap.indices[0]].criterion.group.title, "points": figure(abs(counted)), "most": figure(cap.points)}
    if counted > 0:
        yield _("“%(title)s” adds %(points)s points (%(most)s at most).") % words
    if counted < 0:
        yield _("“%(title)s” takes %(points)s points off (%(most)s at most).") % words
    return counted


def _of(cap: Cap, points: Sequence[int | None]) -> int:
    return sum(points[index] or 0 for index in cap.indices)


def _codes(definition: Definition, cap: Cap) -> str:
    return ", ".join(definition.lines[index].criterion.code for index in cap.indices)
