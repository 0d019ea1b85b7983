"""What committees' pages read: counts and sums over the cells of a subtree, made by jobs and never in a request."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet
from evaluations.periods import PeriodKind
from meetings.models import CellKind, Committee


class CommitteeSummary(models.Model):
    """Counts over the cells in a committee's subtree for a period, by kind of cell.

    `cells` and the classes count cells; `expected` to `not_due` count months of cells (for a month the two are the same). `not_verified`
    are those that wait for the committee's decision: not what was returned, nor what was sent without a set.
    """

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="summaries", db_index=False)
    period_kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    first_on = models.DateField()
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    cells = models.IntegerField()
    expected = models.IntegerField()
    held = models.IntegerField()
    held_on_day = models.IntegerField()
    with_day = models.IntegerField()
    thematic_held = models.IntegerField()
    sent = models.IntegerField()
    # `with_day` above and `with_deadline` are the bases of "on the day" and "on time": cells that rules set one for.
    sent_on_time = models.IntegerField()
    with_deadline = models.IntegerField()
    verified = models.IntegerField()
    not_verified = models.IntegerField(default=0)
    no_set = models.IntegerField()
    not_due = models.IntegerField()
    scored = models.IntegerField()
    good = models.IntegerField()
    fair = models.IntegerField()
    average = models.IntegerField()
    poor = models.IntegerField()
    points = models.BigIntegerField()
    # Sum of squared points in points (not hundredths), rounded down: for the spread of the cells' scores.
    points_squared = models.BigIntegerField()

    class Meta:
        verbose_name = _("summary of a committee")
        verbose_name_plural = _("summaries of committees")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "period_kind", "first_on", "cell_kind"], name="one_summary_per_committee_period_and_kind"
            )
        ]

    def __str__(self):
        return f"{self.committee_id} · {self.period_kind} · {self.first_on:%m/%Y} · {self.cell_kind}"


class LossSummary(models.Model):
    """Where points go in a month, over the sent and scored sheets of a subtree, by kind of cell and by the frame's criteria.

    The arrays stand in the order of the frame's criteria, so that sheets of different sets add up. Sums in hundredths: `most` is what
    could be had, `lost` what was not; `own` and `computed` are what the cells and the log say on the `compared` lines that are
    computed. Lines that concretise nothing of the frame are left out.
    """

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="losses", db_index=False)
    month = models.DateField()
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    frame = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="+", db_index=False)
    most = ArrayField(models.BigIntegerField())
    lost = ArrayField(models.BigIntegerField())
    compared = ArrayField(models.IntegerField())
    own = ArrayField(models.BigIntegerField())
    computed = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("points lost under a committee")
        verbose_name_plural = _("points lost under committees")
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "month", "cell_kind", "frame"], name="one_loss_summary_per_committee_month_and_kind"
            )
        ]

    def __str__(self):
        return f"{self.committee_id} · {self.month:%m/%Y} · {self.cell_kind}"
