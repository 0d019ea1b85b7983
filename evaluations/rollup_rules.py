"""Roll-up rules as plain values, which the roll-up, its oracle and pages read; three queries load them, however many there are."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from evaluations.models import Grade, RollupRule
from evaluations.period_measures import PERIOD_MEASURES, PeriodMeasure


@dataclass(frozen=True, slots=True)
class PeriodTest:
    """One comparison: `measure comparison value`, the value in months, per cent or points."""

    measure: PeriodMeasure
    comparison: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Rung:
    """A row: the class of a period for which all tests hold."""

    grade: str
    words: str
    tests: tuple[PeriodTest, ...] = ()

    @property
    def grade_label(self) -> str:
        return str(Grade(self.grade).label)


@dataclass(frozen=True, slots=True)
class Rollup:
    """A rule with its rows in order; the first that matches gives the class."""

    rule: RollupRule
    rungs: tuple[Rung, ...]


def rollups_of(rules: QuerySet[RollupRule]) -> list[Rollup]:
    """The rules' definitions. Raises KeyError for an unknown measure (publishing lets none through)."""
    return [
        Rollup(
            rule,
            tuple(
                Rung(
                    row.grade,
                    row.words,
                    tuple(
                        PeriodTest(PERIOD_MEASURES[condition.measure], condition.comparison, condition.value)
                        for condition in row.conditions.all()
                    ),
                )
                for row in rule.rows.all()
            ),
        )
        for rule in rules.prefetch_related("rows__conditions").order_by("pk")
    ]
