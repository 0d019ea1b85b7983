"""A cell's quarter, half-year or year as its page shows it: the months that made it, what they come to together, and the row that matched.

The score is read as stored; what the rule asks of the months is measured as they stand now.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from evaluations.explaining import Fact
from evaluations.models import (
    Comparison,
    MissingMonth,
    MonthScore,
    PeriodScore,
    PeriodState,
    RollupRule,
    ScoreState,
    UnverifiedMonth,
)
from evaluations.period_measures import PERIOD_MEASURES, PeriodMeasure
from evaluations.periods import Month, Period
from evaluations.rollup import measure_period
from evaluations.rollup_rules import PeriodTest, Rollup, rollups_of
from meetings.models import Cell

# Told of every period, whatever its rule asks.
ALWAYS_TOLD = ("months", "held", "thematic", "scored", "missing", "verified", "unverified")


@dataclass(frozen=True, slots=True)
class MonthWithin:
    """One month of a period: its score, and what it does to the period's, in words.

    `points` (hundredths) are those that count there; None where the month has none that do.
    """

    month: Month
    score: MonthScore | None
    points: int | None
    standing: str

    @property
    def total(self) -> int | None:
        """Its own points, whether they count there or not."""
        return self.score.total if self.score else None


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the rule: the class, its words, what it asks beside what the months say; `matched`: it gave the class."""

    label: str
    grade: str
    words: str
    asked: tuple[str, ...]
    matched: bool


@dataclass(frozen=True)
class CellPeriod:
    """A cell's period; `score` is None where none of its months is there yet, `rollup` where no rule holds."""

    cell: Cell
    period: Period
    score: PeriodScore | None
    rollup: Rollup | None
    months: tuple[MonthWithin, ...]
    measured: dict[str, tuple[int | None, int | None]]

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What the months say together: what is told always, and what the rule asks; each once."""
        asked = {test.measure.name for rung in self._rungs for test in rung.tests}
        names = [name for name in PERIOD_MEASURES if name in ALWAYS_TOLD or name in asked] if self.measured else []
        return tuple(
            Fact(str(measure.label), self._said(measure), str(measure.definition), measure.name in asked)
            for measure in map(PERIOD_MEASURES.get, names)
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        matched = self.score.outcome if self.score else None
        return tuple(
            Step(rung.grade_label, rung.grade, rung.words, tuple(map(self._asked, rung.tests)), index == matched)
            for index, rung in enumerate(self._rungs)
        )

    @property
    def matched(self) -> Step | None:
        return next((step for step in self.steps if step.matched), None)

    @property
    def why_none(self) -> str:
        """Why the period has no points, '' where it has."""
        if self.score is None:
            return _("None of its months is over or scored yet.")
        if self.score.state == PeriodState.SCORED:
            return ""
        if self.score.state == PeriodState.NO_RULE:
            return _("The set of criteria in force has no rule for this kind of period.")
        if self.score.state == PeriodState.BLOCKED:
            return _("Its rule wants every month; these keep it from having a score: %(months)s.") % {"months": ", ".join(self._blocking)}
        return _("None of its months has points that count.")

    @property
    def _blocking(self) -> list[str]:
        rule = self.score.rule
        missing, unverified = rule.missing_month == MissingMonth.BLOCK, rule.unverified_month == UnverifiedMonth.BLOCK
        return [
            within.month.label
            for within in self.months
            if within.score and ((missing and _is_missing(within.score, within.points)) or (unverified and _is_unverified(within.score)))
        ]

    @property
    def _rungs(self):
        return self.rollup.rungs if self.rollup else ()

    def _said(self, measure: PeriodMeasure) -> str:
        return measure.says(*self.measured[measure.name])

    def _asked(self, test: PeriodTest) -> str:
        """'Share of Good months: at least 66.66 % (8/12 = 66.6 %)'."""
        wanted = f"{test.measure.label}: {Comparison(test.comparison).label} {test.measure.says_limit(test.value)}"
        return f"{wanted} ({self._said(test.measure)})" if self.measured else wanted


def _is_missing(score: MonthScore, points: int | None) -> bool:
    return points is None and score.state != ScoreState.NO_SET


def _is_unverified(score: MonthScore) -> bool:
    return score.total is not None and not score.verified


def period_of_cell(cell: Cell, period: Period, *, today: date) -> CellPeriod:
    """The page of a cell's longer period. A fixed number of queries."""
    score = (
        PeriodScore.objects.filter(cell=cell, period_kind=period.KIND, first_on=period.first).select_related("rule__criteria_set").first()
    )
    rule = score.rule if score else None
    (rollup,) = rollups_of(RollupRule.objects.filter(pk=rule.pk)) if rule else (None,)
    of_months = MonthScore.objects.filter(cell=cell, month__gte=period.first, month__lt=period.end)
    by_month = {Month.of(each.month): each for each in of_months}
    counted = score.points_by_month if score else [None] * period.LENGTH
    return CellPeriod(
        cell,
        period,
        score,
        rollup,
        tuple(
            MonthWithin(month, by_month.get(month), points, _standing(month, by_month.get(month), points, rule, today))
            for month, points in zip(period.months, counted, strict=True)
        ),
        measure_period(cell.pk, period, as_of=today),
    )


def _standing(month: Month, score: MonthScore | None, points: int | None, rule: RollupRule | None, today: date) -> str:
    """What a month does to its period, in words."""
    if month.first > today:
        return _("still to come")
    if score is None:
        return _("not counted: the cell had no place in the tree, or nothing is measured yet")
    if score.state != ScoreState.SCORED and month.end > today:
        return _("in progress: counts once it is scored")
    if points is not None:
        return _("counts, verified") if score.verified else _("counts with its provisional points, not verified")
    if score.state == ScoreState.NO_SET:
        return _("left out: no set was in force")
    what = _("not verified") if score.total is not None else score.get_state_display()
    return f"{what}: {rule.get_missing_month_display()}" if rule else what
