"""What a draft would have made of months that were: counted and listed, and never a score."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet, Grade
from evaluations.models.fields import PointsField
from evaluations.models.jobs import Job
from evaluations.periods import KINDS, Period, PeriodKind
from meetings.models import Cell, CellKind, Committee
from meetings.models.fields import CleanText


class Rehearsal(models.Model):
    """A draft held over the scored months of a subtree. It goes with its job, and with its draft."""

    job = models.OneToOneField(Job, models.CASCADE, related_name="rehearsal")
    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="rehearsals")
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="+")
    period_kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    first_on = models.DateField()
    rehearsed_at = models.DateTimeField()
    # What the draft said then, as its file would say it.
    text = models.TextField()
    # {kind of cell: {class before: {class after: months of cells}}}; '' is no class.
    matrix = models.JSONField(default=dict)
    # Months of cells whose sheet was sent and scored, and those that moved to another class.
    months = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    # Of each line that was rehearsed: code, title, the most it gives, the worths of its rows, and how often each outcome came
    # (`compiler.Outcome`, or the index of the row).
    lines = models.JSONField(default=list)
    # [[line, another, months in which both or neither had full marks, months in which both applied]], of a sample.
    alike = models.JSONField(default=list)
    # [[code, title, why]]: the draft's lines that the past says nothing of; they are left out and the rest is rescaled.
    unknown = models.JSONField(default=list)

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")

    def __str__(self):
        return f"{self.criteria_set} · {self.committee} · {self.period}"

    @property
    def period(self) -> Period:
        return KINDS[self.period_kind].of(self.first_on)


class RehearsedMove(models.Model):
    """A month of a cell that would have come to another class, with the line that moves it most."""

    rehearsal = models.ForeignKey(Rehearsal, models.CASCADE, related_name="moves")
    cell = models.ForeignKey(Cell, models.CASCADE, related_name="+", db_index=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    before = PointsField()
    after = PointsField(null=True)
    grade_before = models.CharField(max_length=10, choices=Grade.choices)
    grade_after = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)
    # The line (of the draft; where it dropped one, of the set before), and what it alone moves, in hundredths of the whole. '' where no
    # line moves it: only the thresholds do.
    line = CleanText(default="", blank=True)
    moves_by = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("move in a rehearsal")
        verbose_name_plural = _("moves in rehearsals")

    def __str__(self):
        return f"{self.cell_id} · {self.month:%m/%Y}"
