"""What is to be scored anew: changes that hold for whole subtrees, and changes of cells that could not be scored yet."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models import Cell, Committee


class ChangedScope(models.Model):
    """What holds for a committee's whole subtree changed for a span of days: the set in force, a parameter, rules, a holiday.

    Written by row triggers on those tables, in the writer's transaction.
    """

    # None: for the whole country.
    committee = models.ForeignKey(Committee, models.CASCADE, null=True, related_name="+", db_constraint=False)
    during = DateRangeField()

    class Meta:
        verbose_name = _("change of a whole subtree")
        verbose_name_plural = _("changes of whole subtrees")

    def __str__(self):
        return f"{self.committee_id} · {self.during}"


class ChangeSetAside(models.Model):
    """A cell's change that could not be scored, kept apart so that it holds up no other; tried again every hour."""

    cell = models.OneToOneField(Cell, models.CASCADE, related_name="+")
    from_month = models.DateField()
    # The error's class only: a message can carry what the rows hold.
    error = models.CharField(max_length=100)
    tried_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change set aside")
        verbose_name_plural = _("changes set aside")

    def __str__(self):
        return f"{self.cell_id} · {self.from_month:%m/%Y} · {self.error}"
