"""What a set said after each change, who changed it, when and why: its history, and what any two of its texts are compared from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet
from meetings.models import User
from meetings.models.fields import CleanLine


class SetAct(models.TextChoices):
    MADE = "MADE", _("made")
    CHANGED = "CHANGED", _("changed")
    SENT_ROUND = "SENT_ROUND", _("sent round for comments")
    TAKEN_BACK = "TAKEN_BACK", _("taken back to a draft")
    PUBLISHED = "PUBLISHED", _("published")
    ENDED = "ENDED", _("given an end")
    SUPERSEDED = "SUPERSEDED", _("superseded")


class SetVersion(models.Model):
    """One act on a set, with the whole of what the set said after it, as its file would say it (`evaluations.set_files`)."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=12, choices=SetAct.choices)
    at = models.DateTimeField()
    # None: made by loading files or demo data.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    why = CleanLine(_("why"), max_length=300, default="", blank=True)
    text = models.TextField()

    class Meta:
        verbose_name = _("version of a set")
        verbose_name_plural = _("versions of sets")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "number"], name="versions_of_a_set_are_numbered"),
            models.CheckConstraint(condition=models.Q(act__in=SetAct.values), name="act_on_a_set_is_known"),
        ]

    def __str__(self):
        return f"{self.criteria_set_id} · {self.number}"
