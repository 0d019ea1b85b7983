"""A cell's quarter, half-year or year made again slowly from its months, in plain Python: the twin of `evaluations.rollup`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from evaluations.checking.months import in_subtree, sums_of, waits_for_decision
from evaluations.checking.points import compares
from evaluations.measures import Unit
from evaluations.models import (
    Grade,
    MissingMonth,
    MonthScore,
    PeriodScore,
    PeriodState,
    RollupRule,
    ScoreState,
    UnverifiedMonth,
)
from evaluations.periods import Month, Period
from evaluations.rollup_rules import PeriodTest, rollups_of


@dataclass(frozen=True, slots=True)
class Counted:
    """A period's months that are there, in order, under a rule (None where there is none)."""

    period: Period
    months: list[MonthScore]
    rule: RollupRule | None

    def points(self, score: MonthScore) -> int | None:
        """The month's points, where they count."""
        only_verified = self.rule is not None and self.rule.unverified_month == UnverifiedMonth.MISSING
        return None if only_verified and not score.verified else score.total

    @property
    def scored(self) -> list[MonthScore]:
        return [score for score in self.months if self.points(score) is not None]

    @property
    def missing(self) -> list[MonthScore]:
        return [score for score in self.months if self.points(score) is None and score.state != ScoreState.NO_SET]

    @property
    def unverified(self) -> list[MonthScore]:
        return [score for score in self.months if score.total is not None and not score.verified]

    @property
    def averaged(self) -> list[int]:
        """The points that the mean is over."""
        zeros = len(self.missing) if self.rule is not None and self.rule.missing_month == MissingMonth.ZERO else 0
        return [score.total for score in self.scored] + [0] * zeros if self.scored else []

    @property
    def mean(self) -> int | None:
        """In hundredths, rounded half up."""
        return floor(Fraction(sum(self.averaged), len(self.averaged)) + Fraction(1, 2)) if self.averaged else None

    def of(self, *grades: Grade) -> int:
        """How many months are of one of the classes; a month that counts as zero points is Poor."""
        zeros = len(self.averaged) - len(self.scored) if Grade.POOR in grades else 0
        return sum(score.grade in grades for score in self.scored) + zeros

    def share(self, *grades: Grade) -> Fraction | None:
        base = len(self.scored) + len(self.missing)
        return Fraction(self.of(*grades), base) if base else None

    def quarters_without_thematic(self) -> int:
        there = {Month.of(score.month): score for score in self.months}
        quarters = [self.period.months[start : start + 3] for start in range(0, self.period.LENGTH, 3)]
        return sum(
            all(month in there for month in quarter) and not any(there[month].thematic_held for month in quarter) for quarter in quarters
        )


GOOD, FAIR, AVERAGE, POOR = Grade.values
MEASURED: dict[str, Callable[[Counted], int | Fraction | None]] = {
    "months": lambda period: len(period.months),
    "held": lambda period: sum(score.held for score in period.months),
    "not_held": lambda period: sum(not score.held for score in period.months),
    "held_on_day": lambda period: sum(score.held_on_day is True for score in period.months),
    "thematic": lambda period: sum(score.thematic_held for score in period.months),
    "quarters_without_thematic": Counted.quarters_without_thematic,
    "sent": lambda period: sum(score.sent for score in period.months),
    "sent_on_time": lambda period: sum(score.sent_on_time is True for score in period.months),
    "scored": lambda period: len(period.scored),
    "missing": lambda period: len(period.missing),
    "no_set": lambda period: sum(score.state == ScoreState.NO_SET for score in period.months),
    "verified": lambda period: sum(score.verified for score in period.months),
    "unverified": lambda period: len(period.unverified),
    "good": lambda period: period.of(GOOD),
    "fair": lambda period: period.of(FAIR),
    "average": lambda period: period.of(AVERAGE),
    "poor": lambda period: period.of(POOR),
    "at_least_fair": lambda period: period.of(GOOD, FAIR),
    "at_least_average": lambda period: period.of(GOOD, FAIR, AVERAGE),
    "below_fair": lambda period: period.of(AVERAGE, POOR),
    "good_share": lambda period: period.share(GOOD),
    "at_least_fair_share": lambda period: period.share(GOOD, FAIR),
    "at_least_average_share": lambda period: period.share(GOOD, FAIR, AVERAGE),
    "mean": lambda period: period.mean,
    "lowest": lambda period: min(period.averaged, default=None),
}


def period_score_of(cell_id: int, period: Period, *, as_of: date) -> dict[str, object] | None:
    """The columns of `PeriodScore` from the months' scores as stored; None where no month of the period is known."""
    known = [
        score
        for score in MonthScore.objects.filter(cell=cell_id).select_related("sheet").order_by("month")
        if period.first <= score.month < period.end and score.month <= as_of
    ]
    months = [score for score in known if Month.of(score.month).end <= as_of or score.state == ScoreState.SCORED]
    if not known:
        return None
    sets = [score.sheet.criteria_set_id for score in months if score.state == ScoreState.SCORED]
    rule = RollupRule.objects.filter(criteria_set__in=sets[-1:], period_kind=period.KIND).first()
    counted = Counted(period, months, rule)
    state = _state(counted, has_set=bool(sets))
    outcome, grade = _row_that_matches(counted) if state == PeriodState.SCORED else (None, "")
    there = {Month.of(score.month): score for score in months}
    return {
        "cell_id": cell_id,
        "period_kind": period.KIND,
        "first_on": period.first,
        "counted_path": known[-1].counted_path,
        "committee_id": known[-1].committee_id,
        "cell_kind": known[-1].cell_kind,
        "rule_id": rule and rule.pk,
        "outcome": outcome,
        "state": state,
        **_completeness(known),
        "points_by_month": [counted.points(there[month]) if month in there else None for month in period.months],
        "verified_by_month": [month in there and there[month].verified for month in period.months],
        "total": counted.mean if state == PeriodState.SCORED else None,
        "grade": grade,
    }


def _completeness(known: list[MonthScore]) -> dict[str, int]:
    """How far the period has got: counts of its months up to today's, this one as it stands."""
    return {
        "months": len(known),
        "held": sum(score.held for score in known),
        "held_on_day": sum(score.held_on_day is True for score in known),
        "with_day": sum(score.held_on_day is not None for score in known),
        "thematic_held": sum(score.thematic_held for score in known),
        "sent": sum(score.sent for score in known),
        "sent_on_time": sum(score.sent_on_time is True for score in known),
        "with_deadline": sum(score.sent_on_time is not None for score in known),
        "verified": sum(score.verified for score in known),
        "not_verified": sum(map(waits_for_decision, known)),
        "no_set": sum(score.state == ScoreState.NO_SET for score in known),
        "not_due": sum(score.state == ScoreState.NOT_DUE for score in known),
    }


def _state(counted: Counted, *, has_set: bool) -> str:
    if not has_set:
        return PeriodState.NO_MONTH
    if counted.rule is None:
        return PeriodState.NO_RULE
    if counted.missing and counted.rule.missing_month == MissingMonth.BLOCK:
        return PeriodState.BLOCKED
    if counted.unverified and counted.rule.unverified_month == UnverifiedMonth.BLOCK:
        return PeriodState.BLOCKED
    return PeriodState.SCORED if counted.scored else PeriodState.NO_MONTH


def _row_that_matches(counted: Counted) -> tuple[int, str]:
    (rollup,) = rollups_of(RollupRule.objects.filter(pk=counted.rule.pk))
    for index, rung in enumerate(rollup.rungs[:-1]):
        if all(_holds(test, counted) for test in rung.tests):
            return index, rung.grade
    return len(rollup.rungs) - 1, rollup.rungs[-1].grade


def _holds(test: PeriodTest, counted: Counted) -> bool:
    measured = MEASURED[test.measure.name](counted)
    if measured is None:
        return False
    scale = {Unit.RATIO: Fraction(100), Unit.POINTS: Fraction(1, 100)}.get(test.measure.unit, 1)
    return compares(measured * scale, test.comparison, Fraction(test.value))


def period_sums_under(path: str, period: Period) -> dict:
    """By kind of cell, the counts over all scores of the period in the subtree of `path`, straight from the cells."""
    rows = in_subtree(PeriodScore.objects.filter(period_kind=period.KIND, first_on=period.first), path)
    return sums_of(rows, _counted)


def _counted(row: PeriodScore) -> dict[str, int]:
    """What one cell's period adds: months of the cell, but for cells and their classes."""
    of_months = (
        "held",
        "held_on_day",
        "with_day",
        "thematic_held",
        "sent",
        "sent_on_time",
        "with_deadline",
        "verified",
        "not_verified",
        "no_set",
        "not_due",
    )
    return {name: getattr(row, name) for name in of_months} | {
        "cells": 1,
        "expected": row.months,
        "scored": row.state == PeriodState.SCORED,
    }
