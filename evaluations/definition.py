"""A criteria set as plain values, which compiler, pages and oracle read; five queries load it, whatever its size."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from uuid import UUID

from django.db.models import Prefetch

from evaluations.measures import MEASURES, Measure
from evaluations.models import Condition, CriteriaSet, Criterion, NotApplicable, Parameter, Row, SetState


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: `measure comparison value`, or with a delegated parameter in the value's place."""

    measure: Measure
    comparison: str
    value: Decimal | None = None
    parameter: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A row: points (hundredths) where all tests hold."""

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

    @property
    def max_points(self) -> int:
        return self.criterion.max_points

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


@dataclass(frozen=True)
class Definition:
    """A whole sheet, its lines in the order of the arrays."""

    criteria_set: CriteriaSet
    lines: tuple[Line, ...]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def max_points(self) -> int:
        return sum(line.max_points for line in self.lines)


def _test(condition: Condition) -> Test:
    return Test(MEASURES[condition.measure], condition.comparison, condition.value, condition.parameter)


def definition_of(criteria_set: CriteriaSet) -> Definition:
    """The set's definition. Raises KeyError for an unknown measure (publishing lets none through).

    What is published never changes and is read once by each process; a draft is read every time.
    """
    lines = _read_lines if criteria_set.state == SetState.DRAFT else _published_lines
    return Definition(criteria_set, lines(criteria_set.public_id))


def _read_lines(public_id: UUID) -> tuple[Line, ...]:
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
        )
        for index, criterion in enumerate(criteria)
    )


# A country has a set for each province and year, and few are asked for at a time.
_published_lines = lru_cache(maxsize=128)(_read_lines)
