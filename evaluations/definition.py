"""A criteria set as plain values, which compiler, pages and oracle read; a fixed number of queries loads it, whatever its size."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from uuid import UUID

from django.db.models import Prefetch

from evaluations.measures import MEASURES, Measure
from evaluations.models import (
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Grade,
    GradeLimit,
    GroupPart,
    JointCap,
    NotApplicable,
    Parameter,
    Row,
    SetState,
)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: `measure comparison value`, or with a delegated parameter in the value's place."""

    measure: Measure
    comparison: str
    value: Decimal | None = None
    parameter: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A row: points (hundredths, below zero in a deduction) where all tests hold."""

    points: int
    words: str
    tests: tuple[Test, ...] = ()
    key: int | None = None


@dataclass(frozen=True)
class Line:
    """One criterion with its rows in order; `index` is its place in the sheet's arrays."""

    index: int
    criterion: Criterion
    levels: tuple[Level, ...]
    applies_when: tuple[Test, ...] = ()
    part: str = GroupPart.BASE

    @property
    def max_points(self) -> int:
        return self.criterion.max_points

    @property
    def min_points(self) -> int:
        """The fewest that anyone may give it: none, or in a deduction what it takes off at most."""
        return min([0, *(level.points for level in self.levels)])

    @property
    def unmoved(self) -> int:
        """What it gives where nothing is lost and nothing gained: a bonus nothing, all else its full points (a deduction has none)."""
        return 0 if self.part == GroupPart.BONUS else self.max_points

    @property
    def most(self) -> int:
        """The most it can move the total: of a deduction the most that it takes off (below 0)."""
        return self.min_points if self.part == GroupPart.DEDUCTION else self.max_points

    @property
    def not_applicable_points(self) -> int | None:
        """What the line counts where it does not apply; None where it is left out of the maximum too."""
        return {NotApplicable.FULL: self.max_points, NotApplicable.ZERO: 0, NotApplicable.EXCLUDE: None}[
            NotApplicable(self.criterion.not_applicable)
        ]

    @cached_property
    def may_be_pending(self) -> tuple[Measure, ...]:
        """The measures of its rows whose fact may come after the sitting."""
        asked = {test.measure.name: test.measure for level in self.levels for test in level.tests}
        return tuple(measure for measure in asked.values() if measure.may_be_pending)

    def index_of(self, row_key: int) -> int:
        return next(place for place, level in enumerate(self.levels) if level.key == row_key)


@dataclass(frozen=True, slots=True)
class Cap:
    """Lines (by index) that together count at most so many hundredths, or in a deduction take off at most so many."""

    points: int
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClassLimit:
    """The class is at most this where the lines (by index) have fewer hundredths together, if any are named, and all tests hold."""

    at_most: Grade
    words: str
    clause: str
    indices: tuple[int, ...] = ()
    fewer_than: int | None = None
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Definition:
    """A whole sheet, its lines in the order of the arrays.

    `caps` are joint caps of the sheet's points, `group_caps` what groups of bonus and deductions come to at most; a line is in one at most.
    """

    criteria_set: CriteriaSet
    lines: tuple[Line, ...]
    caps: tuple[Cap, ...] = ()
    group_caps: tuple[Cap, ...] = ()
    limits: tuple[ClassLimit, ...] = ()

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @cached_property
    def max_points(self) -> int:
        """The points of the sheet: bonus comes on top."""
        return sum(cap.points for cap in self.base)

    @cached_property
    def base(self) -> tuple[Cap, ...]:
        """What the points of the sheet are summed of: joint caps, and every other line for itself."""
        return tuple(self._within(GroupPart.BASE, self.caps))

    @cached_property
    def extras(self) -> tuple[tuple[str, Cap], ...]:
        """(part, lines with what they add or take off at most) of bonus and deductions."""
        return tuple((part, cap) for part in (GroupPart.BONUS, GroupPart.DEDUCTION) for cap in self._within(part, self.group_caps))

    def _within(self, part: str, caps: Iterable[Cap]) -> Iterator[Cap]:
        of_part = [cap for cap in caps if self.lines[cap.indices[0]].part == part]
        capped = {index for cap in of_part for index in cap.indices}
        for cap in of_part:
            yield replace(cap, points=min(cap.points, sum(abs(self.lines[index].most) for index in cap.indices)))
        for line in self.lines:
            if line.part == part and line.index not in capped:
                yield Cap(abs(line.most), (line.index,))

    def without(self, codes: Collection[str]) -> "Definition":
        """The set as if it had no such lines; what only they were asked for is gone too."""
        kept = [line for line in self.lines if line.criterion.code not in codes]
        places = {line.index: place for place, line in enumerate(kept)}

        def moved(each: Iterable[Cap | ClassLimit]) -> tuple:
            now = [(old, replace(old, indices=tuple(places[index] for index in old.indices if index in places))) for old in each]
            return tuple(new for old, new in now if new.indices or not old.indices)

        lines = tuple(replace(line, index=place) for place, line in enumerate(kept))
        return Definition(self.criteria_set, lines, moved(self.caps), moved(self.group_caps), moved(self.limits))


def _test(condition: Condition) -> Test:
    return Test(MEASURES[condition.measure], condition.comparison, condition.value, condition.parameter)


def definition_of(criteria_set: CriteriaSet) -> Definition:
    """The set's definition. Raises KeyError for an unknown measure (publishing lets none through).

    What is published never changes and is read once by each process; a draft is read every time.
    """
    read = _read if criteria_set.state == SetState.DRAFT else _read_published
    return Definition(criteria_set, *read(criteria_set.public_id))


def _read(public_id: UUID) -> tuple[tuple[Line, ...], tuple[Cap, ...], tuple[Cap, ...], tuple[ClassLimit, ...]]:
    lines = _lines_of(public_id)
    return lines, tuple(_caps_of(public_id, lines)), tuple(_group_caps_of(public_id, lines)), tuple(_limits_of(public_id, lines))


def _caps_of(public_id: UUID, lines: Iterable[Line]) -> Iterator[Cap]:
    places = {line.criterion.pk: line.index for line in lines}
    for cap in JointCap.objects.filter(criteria_set__public_id=public_id).prefetch_related("lines"):
        indices = sorted(places[line.pk] for line in cap.lines.all())
        if indices:
            yield Cap(cap.points, tuple(indices))


def _group_caps_of(public_id: UUID, lines: Iterable[Line]) -> Iterator[Cap]:
    for group in CriterionGroup.objects.filter(criteria_set__public_id=public_id).exclude(part=GroupPart.BASE):
        indices = [line.index for line in lines if line.criterion.group_id == group.pk]
        if indices and group.max_points is not None:
            yield Cap(group.max_points, tuple(indices))


def _limits_of(public_id: UUID, lines: Iterable[Line]) -> Iterator[ClassLimit]:
    conditions = Prefetch("conditions", Condition.objects.select_related("parameter"))
    for limit in GradeLimit.objects.filter(criteria_set__public_id=public_id).prefetch_related(conditions):
        asked = [line.index for line in lines if limit.criterion_id == line.criterion.pk or limit.group_id == line.criterion.group_id]
        tests = tuple(map(_test, limit.conditions.all()))
        yield ClassLimit(Grade(limit.at_most), limit.words, limit.clause, tuple(asked), limit.fewer_than, tests)


def _lines_of(public_id: UUID) -> tuple[Line, ...]:
    conditions = Condition.objects.select_related("parameter")
    criteria = (
        Criterion.objects.filter(criteria_set__public_id=public_id)
        .select_related("group", "concretises")
        .prefetch_related(
            Prefetch("applies_when", conditions),
            Prefetch("rows", Row.objects.prefetch_related(Prefetch("conditions", conditions))),
        )
    )
    return tuple(
        Line(
            index,
            criterion,
            tuple(Level(row.points, row.words, tuple(map(_test, row.conditions.all())), row.pk) for row in criterion.rows.all()),
            tuple(map(_test, criterion.applies_when.all())),
            criterion.group.part,
        )
        for index, criterion in enumerate(criteria)
    )


# A country has a set for each province and year, and few are asked for at a time.
_read_published = lru_cache(maxsize=128)(_read)
