"""What a set says of its total beyond its lines: joint caps, and limits of the class."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet, Criterion, CriterionGroup, Grade
from evaluations.models.fields import PointsField
from meetings.models.fields import CleanLine, CleanText


class JointCap(models.Model):
    """Lines that together count at most so many points, whatever each of them gives."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="joint_caps")
    points = PointsField(_("points at most"))
    lines = models.ManyToManyField(Criterion, verbose_name=_("criteria"), related_name="+")
    clause = CleanLine(_("clause"), max_length=200)

    class Meta:
        verbose_name = _("joint cap")
        verbose_name_plural = _("joint caps")
        ordering = ["pk"]

    def __str__(self):
        return self.clause


class GradeLimit(models.Model):
    """A class that a month is not above where something holds: a critical line, or what a class asks for at the least.

    It holds where a criterion, or a group, has fewer points than so many, and the conditions of the facts hold too; one of the two may be
    missing. Twice the same class says “or”.
    """

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="grade_limits")
    position = models.PositiveSmallIntegerField(_("order"))
    at_most = models.CharField(_("class at most"), max_length=10, choices=Grade.choices)
    criterion = models.ForeignKey(Criterion, models.CASCADE, null=True, blank=True, verbose_name=_("criterion"), related_name="+")
    group = models.ForeignKey(CriterionGroup, models.CASCADE, null=True, blank=True, verbose_name=_("group"), related_name="+")
    fewer_than = PointsField(_("fewer points than"), null=True, blank=True)
    words = CleanText(_("in words"))
    clause = CleanLine(_("clause"), max_length=200)

    class Meta:
        verbose_name = _("limit of the class")
        verbose_name_plural = _("limits of the class")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(at_most__in=[*Grade.values][1:]), name="a_class_is_limited_to_one_below_the_best"),
            models.CheckConstraint(
                condition=Q(criterion__isnull=True, group__isnull=True, fewer_than__isnull=True)
                | Q(criterion__isnull=False, group__isnull=True, fewer_than__isnull=False)
                | Q(criterion__isnull=True, group__isnull=False, fewer_than__isnull=False),
                name="a_limit_asks_points_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["criteria_set", "position"], name="limits_have_an_order", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self):
        return self.words
