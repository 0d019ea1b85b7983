"""What a province has published of a period: rows that are only ever added to, so that each edition can be read again to the digit."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import Grade
from evaluations.models.fields import PointsField
from evaluations.periods import KINDS, Period, PeriodKind
from meetings.models import CellKind, Committee, User
from meetings.models.fields import CleanText


class Edition(models.Model):
    """The n-th publication of a period by a committee (the province): closing is the first, each correction one more, with its reason."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="editions")
    period_kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    first_on = models.DateField()
    number = models.PositiveSmallIntegerField()
    reason = CleanText(_("reason"), default="", blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    # How many scores this edition adds, changes or withdraws, and the SHA-256 of all scores as of it and of its summaries.
    changed = models.IntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["committee", "period_kind", "first_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "period_kind", "first_on", "number"], name="editions_are_numbered"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="a_correction_says_why"),
        ]

    def __str__(self):
        return f"{self.committee} · {self.period_kind} · {self.first_on:%m/%Y} · {self.number}"

    @property
    def period(self) -> Period:
        return KINDS[self.period_kind].of(self.first_on)


class PublishedScore(models.Model):
    """A cell's score as one edition has it; as published in edition n = the row of the highest number up to n."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="scores", db_index=False)
    # By key only: what was published stays, whatever becomes of the cell.
    cell_id = models.BigIntegerField()
    # The cell was in the edition before and is in this one no more.
    withdrawn = models.BooleanField(default=False)
    counted_path = models.TextField(db_collation="C")
    committee_id = models.BigIntegerField()
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    state = models.CharField(max_length=10)
    months = models.PositiveSmallIntegerField()
    held = models.PositiveSmallIntegerField()
    held_on_day = models.PositiveSmallIntegerField()
    with_day = models.PositiveSmallIntegerField()
    thematic_held = models.PositiveSmallIntegerField()
    sent = models.PositiveSmallIntegerField()
    sent_on_time = models.PositiveSmallIntegerField()
    with_deadline = models.PositiveSmallIntegerField()
    verified = models.PositiveSmallIntegerField()
    no_set = models.PositiveSmallIntegerField()
    not_due = models.PositiveSmallIntegerField()
    points_by_month = ArrayField(models.IntegerField(null=True))
    verified_by_month = ArrayField(models.BooleanField())
    total = PointsField(null=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)

    class Meta:
        verbose_name = _("published score")
        verbose_name_plural = _("published scores")
        constraints = [models.UniqueConstraint(fields=["edition", "cell_id"], name="an_edition_has_a_cell_once")]

    def __str__(self):
        return f"{self.edition_id} · {self.cell_id}"


class PublishedSummary(models.Model):
    """A committee's counts as one edition has them, by kind of cell; columns as in `CommitteeSummary`. Whole in every edition."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="summaries", db_index=False)
    committee_id = models.BigIntegerField()
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    cells = models.IntegerField()
    expected = models.IntegerField()
    held = models.IntegerField()
    held_on_day = models.IntegerField()
    with_day = models.IntegerField()
    thematic_held = models.IntegerField()
    sent = models.IntegerField()
    sent_on_time = models.IntegerField()
    with_deadline = models.IntegerField()
    verified = models.IntegerField()
    no_set = models.IntegerField()
    not_due = models.IntegerField()
    scored = models.IntegerField()
    good = models.IntegerField()
    fair = models.IntegerField()
    average = models.IntegerField()
    poor = models.IntegerField()
    points = models.BigIntegerField()
    points_squared = models.BigIntegerField()

    class Meta:
        verbose_name = _("published summary")
        verbose_name_plural = _("published summaries")
        constraints = [
            models.UniqueConstraint(fields=["edition", "committee_id", "cell_kind"], name="an_edition_has_a_committee_and_kind_once")
        ]

    def __str__(self):
        return f"{self.edition_id} · {self.committee_id} · {self.cell_kind}"


class DifferingCells(models.Model):
    """How many of a committee's cells are known otherwise than its province last published a period; no row where none is.

    Counted by whoever renews the period's summaries, and with each edition.
    """

    publisher = models.ForeignKey(Committee, models.CASCADE, related_name="+", db_index=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="+", db_index=False)
    period_kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    first_on = models.DateField()
    cells = models.IntegerField()

    class Meta:
        verbose_name = _("count of cells that differ")
        verbose_name_plural = _("counts of cells that differ")
        constraints = [
            models.UniqueConstraint(
                fields=["publisher", "period_kind", "first_on", "committee"], name="one_count_of_what_differs_per_committee_and_period"
            )
        ]

    def __str__(self):
        return f"{self.committee_id} · {self.period_kind} · {self.first_on:%m/%Y} · {self.cells}"
