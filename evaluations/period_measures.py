"""The closed list of a period's measures: what a row of a roll-up rule can ask about a quarter, a half-year, a year.

Each is SQL over `p`, a period's row as `evaluations.rollup` counts it from the cell's months: counts of months, a ratio kept as numerator
and base, or points in hundredths. `evaluations.checking.periods` says the same in plain Python; docs/criteria.md lists them.

A month is *there* from its end on, or as soon as it is scored. One for which no set was in force is there, but neither scored nor missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.measures import Unit, ratio_in_words


@dataclass(frozen=True, slots=True)
class PeriodMeasure:
    """One thing the months of a period say together; a ratio has a `base` too. A measure of points is NULL where no month counts."""

    name: str
    unit: Unit
    label: str | Promise
    definition: str | Promise
    sql: str
    base: str = ""

    def compares_with(self, number: Decimal) -> bool:
        """Whether it makes sense to compare the measure with a number: per cent, points, or whole months of a year."""
        most = {Unit.RATIO: 100, Unit.POINTS: 1000}.get(self.unit, 12)
        return 0 <= number <= most and (self.unit is not Unit.COUNT or number == number.to_integral_value())

    def says_limit(self, number: Decimal) -> str:
        """What it is compared with, in words: '66.66 %', '90', '8'."""
        return number_format(number.normalize()) + (" %" if self.unit is Unit.RATIO else "")

    def says(self, value: int | None, base: int | None) -> str:
        """The measured value in words: '8/12 = 66.6 %', '91.25', '8'; an en dash for points where no month counts."""
        if self.unit is Unit.RATIO:
            return ratio_in_words(value, base)
        if value is None:
            return "–"
        return number_format(Decimal(value) / 100, decimal_pos=2) if self.unit is Unit.POINTS else str(value)


def _months(name: str, label, definition, sql: str | None = None) -> PeriodMeasure:
    return PeriodMeasure(name, Unit.COUNT, label, definition, sql or f"p.{name}")


def _share(name: str, label, definition, sql: str) -> PeriodMeasure:
    return PeriodMeasure(name, Unit.RATIO, label, definition, f"({sql})", "(p.scored + p.missing)")


_ALL = (
    _months("months", _("Months"), _("Months of the period that are there: those gone by, and this one once it is scored.")),
    _months("held", _("Months held"), _("Months with a regular or combined sitting.")),
    _months("not_held", _("Months not held"), _("Months without a regular or combined sitting."), "(p.months - p.held)"),
    _months("held_on_day", _("Months held on the day"), _("Months held on the day that the rules in force name.")),
    _months("thematic", _("Months with a thematic sitting"), _("Months with a thematic or combined sitting."), "p.thematic_held"),
    _months(
        "quarters_without_thematic",
        _("Quarters without a thematic sitting"),
        _("Quarters, all three months of which are there, without any thematic or combined sitting."),
    ),
    _months("sent", _("Months sent"), _("Months of which the score was sent.")),
    _months("sent_on_time", _("Months sent on time"), _("Months of which the score was sent by the day that the rules in force set.")),
    _months("scored", _("Months scored"), _("Months whose points count; one not verified counts or not, as the rule says.")),
    _months("missing", _("Months without a score"), _("Months not held, or whose points do not count although a set was in force.")),
    _months("no_set", _("Months without a set"), _("Months held while no set was in force: neither scored nor missing.")),
    _months("verified", _("Months verified"), _("Months that the committee has verified.")),
    _months("unverified", _("Months not verified"), _("Months with points that the committee has not verified.")),
    _months("good", _("Good months"), _("Scored months of the class Good.")),
    _months("fair", _("Fair months"), _("Scored months of the class Fair.")),
    _months("average", _("Average months"), _("Scored months of the class Average.")),
    _months(
        "poor",
        _("Poor months"),
        _("Scored months of the class Poor; and those without a score, where the rule counts them as zero points."),
    ),
    _months("at_least_fair", _("Months at least Fair"), _("Good and Fair months."), "(p.good + p.fair)"),
    _months("at_least_average", _("Months at least Average"), _("Good, Fair and Average months."), "(p.good + p.fair + p.average)"),
    _months("below_fair", _("Months below Fair"), _("Average and Poor months."), "(p.average + p.poor)"),
    _share("good_share", _("Share of Good months"), _("Good months, of those scored or missing."), "p.good"),
    _share(
        "at_least_fair_share", _("Share of months at least Fair"), _("Good and Fair months, of those scored or missing."), "p.good + p.fair"
    ),
    _share(
        "at_least_average_share",
        _("Share of months at least Average"),
        _("Good, Fair and Average months, of those scored or missing."),
        "p.good + p.fair + p.average",
    ),
    PeriodMeasure(
        "mean",
        Unit.POINTS,
        _("Mean points"),
        _("Mean of the scored months' points, rounded once, half up; a missing month is left out or zero, as the rule says."),
        "p.total",
    ),
    PeriodMeasure("lowest", Unit.POINTS, _("Lowest points"), _("Points of the lowest of the months that the mean is over."), "p.lowest"),
)

PERIOD_MEASURES: Mapping[str, PeriodMeasure] = {measure.name: measure for measure in _ALL}
