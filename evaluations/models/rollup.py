"""How months become a quarter, a half-year, a year: a rule that is data, and the scores it makes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import Comparison, CriteriaSet, Grade
from evaluations.models.fields import PointsField
from evaluations.periods import KINDS, Period, PeriodKind
from meetings.models import Cell, CellKind, Committee
from meetings.models.fields import CleanLine, CleanText

LONGER_KINDS = [choice for choice in PeriodKind.choices if choice[0] != PeriodKind.MONTH]


class MissingMonth(models.TextChoices):
    """What a month without a score does to the period."""

    SKIP = "SKIP", _("left out of the mean")
    ZERO = "ZERO", _("counts as zero points")
    BLOCK = "BLOCK", _("the period has no score")


class UnverifiedMonth(models.TextChoices):
    """What a month that the committee has not verified does."""

    PROVISIONAL = "PROVISIONAL", _("counts with its provisional points")
    MISSING = "MISSING", _("counts as a month without a score")
    BLOCK = "BLOCK", _("the period has no score")


class RollupRule(models.Model):
    """The rule of one set for one kind of period. The mean is over its months; the class is that of the first row that matches.

    The rule of the set in force in the period's last scored month holds for the whole period.
    """

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="rollup_rules")
    period_kind = models.CharField(_("period"), max_length=10, choices=LONGER_KINDS)
    missing_month = models.CharField(_("a month without a score"), max_length=10, choices=MissingMonth.choices)
    unverified_month = models.CharField(_("a month not verified"), max_length=12, choices=UnverifiedMonth.choices)
    clause = CleanLine(_("clause"), max_length=200)
    # How an unclear place of the document was settled.
    reading = CleanText(_("how the text is read here"), default="", blank=True)

    class Meta:
        verbose_name = _("roll-up rule")
        verbose_name_plural = _("roll-up rules")
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "period_kind"], name="one_rollup_rule_per_kind_of_period"),
            models.CheckConstraint(condition=Q(period_kind__in=["QUARTER", "HALF", "YEAR"]), name="months_roll_up_to_longer_periods"),
            models.CheckConstraint(condition=Q(missing_month__in=MissingMonth.values), name="missing_month_policy_is_known"),
            models.CheckConstraint(condition=Q(unverified_month__in=UnverifiedMonth.values), name="unverified_month_policy_is_known"),
        ]

    def __str__(self):
        return f"{self.criteria_set} · {self.get_period_kind_display()}"


class RollupRow(models.Model):
    """A class and the conditions for it, which must all hold. The last row has none: otherwise."""

    rule = models.ForeignKey(RollupRule, models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(_("order"))
    grade = models.CharField(_("class"), max_length=10, choices=Grade.choices)
    words = CleanText(_("in words"))

    class Meta:
        verbose_name = _("row of a roll-up rule")
        verbose_name_plural = _("rows of roll-up rules")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "position"], name="rollup_rows_have_an_order", deferrable=models.Deferrable.DEFERRED),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="rollup_grade_is_known"),
        ]

    def __str__(self):
        return self.words


class RollupCondition(models.Model):
    """One comparison of a period's measure (`evaluations.period_measures`) with a value: months, or points for the mean."""

    row = models.ForeignKey(RollupRow, models.CASCADE, related_name="conditions")
    measure = models.CharField(_("measure"), max_length=40)
    comparison = models.CharField(_("comparison"), max_length=2, choices=Comparison.choices)
    value = models.DecimalField(_("value"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("condition of a roll-up row")
        verbose_name_plural = _("conditions of roll-up rows")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(comparison__in=Comparison.values), name="rollup_comparison_is_known")]

    def __str__(self):
        return f"{self.measure} {self.comparison} {self.value}"


class PeriodState(models.TextChoices):
    SCORED = "SCORED", _("Scored")
    NO_MONTH = "NO_MONTH", _("No month is scored")
    BLOCKED = "BLOCKED", _("A month is missing or not verified")
    NO_RULE = "NO_RULE", _("No rule for this kind of period")


class PeriodScore(models.Model):
    """A cell's quarter, half-year or year, made of its months; or why it has no score.

    Counts are of months up to the day of measuring, its own month as it stands then: how complete the period is, and not what its rule
    asks about, for which a month is there once it is over or scored (`period_measures`). `points_by_month` (hundredths) and
    `verified_by_month` have one place per month of the period, in order: points are NULL where the month had none that count.
    """

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="period_scores", db_index=False)
    period_kind = models.CharField(max_length=10, choices=LONGER_KINDS)
    first_on = models.DateField()
    # Place, committee and kind in the last month in which the cell is counted, up to the day's.
    counted_path = models.TextField(db_collation="C")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+", db_index=False)
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    rule = models.ForeignKey(RollupRule, models.PROTECT, null=True, related_name="+", db_index=False)
    # Index of the row that matched.
    outcome = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=PeriodState.choices)
    months = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField()
    held_on_day = models.PositiveSmallIntegerField()
    with_day = models.PositiveSmallIntegerField()
    thematic_held = models.PositiveSmallIntegerField()
    sent = models.PositiveSmallIntegerField()
    sent_on_time = models.PositiveSmallIntegerField()
    with_deadline = models.PositiveSmallIntegerField()
    verified = models.PositiveSmallIntegerField()
    # Those that wait for the committee's decision.
    not_verified = models.PositiveSmallIntegerField(default=0)
    no_set = models.PositiveSmallIntegerField()
    not_due = models.PositiveSmallIntegerField()
    points_by_month = ArrayField(models.IntegerField(null=True))
    verified_by_month = ArrayField(models.BooleanField())
    # The mean, rounded half up once, from the months' points.
    total = PointsField(null=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)

    class Meta:
        verbose_name = _("score of a period")
        verbose_name_plural = _("scores of periods")
        constraints = [
            models.UniqueConstraint(fields=["cell", "period_kind", "first_on"], name="a_cells_period_has_one_score"),
            models.CheckConstraint(condition=Q(state__in=PeriodState.values), name="period_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="SCORED", total__isnull=False) | (~Q(state="SCORED") & Q(total__isnull=True, grade="")),
                name="only_a_scored_period_has_points",
            ),
        ]
        indexes = [
            models.Index(fields=["period_kind", "first_on", "counted_path"], name="period_score_by_place"),
            models.Index(fields=["committee", "period_kind", "first_on"], name="period_score_by_committee"),
        ]

    def __str__(self):
        return f"{self.cell_id} · {self.period_kind} · {self.first_on:%m/%Y}"

    @property
    def period(self) -> Period:
        return KINDS[self.period_kind].of(self.first_on)
