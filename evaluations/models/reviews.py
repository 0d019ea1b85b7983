"""The committee's verification of a sheet: what is proposed, what is decided, and everything that happened on the way."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import Criterion, Grade
from evaluations.models.fields import PointsField, SignedPointsField
from evaluations.models.scores import Proposer, ScoreSheet
from meetings.models import Committee, Member, User
from meetings.models.fields import CleanLine, CleanText


class ReviewDecision(models.Model):
    """One act of a committee that settles the official points and class of one or many sheets."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="decisions")
    # The committee's own minutes or notice, where it names one.
    document = CleanLine(_("minutes or notice"), max_length=200, default="", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision on sheets")
        verbose_name_plural = _("decisions on sheets")

    def __str__(self):
        return f"{self.committee} · {self.decided_at:%d/%m/%Y}"


class ReviewEntry(models.Model):
    """What the committee's side says on one line: points where it proposes others than those that count, and a note beside the line."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="review_entries")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    points = SignedPointsField(_("points"), null=True, blank=True)
    note = CleanText(_("note"), default="", blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("entry of a verification")
        verbose_name_plural = _("entries of verifications")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="a_line_is_reviewed_once"),
            models.CheckConstraint(condition=Q(points__isnull=False) | ~Q(note=""), name="a_review_entry_says_something"),
        ]

    def __str__(self):
        return f"{self.sheet_id} · {self.criterion_id}"


class SheetAct(models.TextChoices):
    SENT = "SENT", _("Sent")
    PROPOSED = "PROPOSED", _("Verification proposed")
    RETURNED = "RETURNED", _("Returned to the cell")
    EXPLAINED = "EXPLAINED", _("Explained by the cell")
    CORRECTED = "CORRECTED", _("A fact corrected")
    VOTED_ANEW = "VOTED_ANEW", _("Voted anew")
    DECIDED = "DECIDED", _("Decided")
    REOPENED = "REOPENED", _("Reopened")


class SheetEvent(models.Model):
    """One thing that happened to a sheet: who, when, and in whose words why. Only ever added to.

    `total` and `grade` are what it settled: the cell's own points with a sending or a new vote, the official ones with a decision.
    """

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="events")
    act = models.CharField(max_length=10, choices=SheetAct.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = CleanText(_("reason"), default="", blank=True)
    decision = models.ForeignKey(ReviewDecision, models.PROTECT, null=True, related_name="+")
    total = PointsField(null=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)

    class Meta:
        verbose_name = _("event of a sheet")
        verbose_name_plural = _("events of sheets")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(act__in=SheetAct.values), name="sheet_act_is_known")]

    def __str__(self):
        return f"{self.sheet_id} · {self.get_act_display()}"


class PastVote(models.Model):
    """A vote of the cell that a new one replaced, as it was: the voted score itself is never changed."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="past_votes")
    number = models.PositiveSmallIntegerField()
    scorer = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    proposer = models.CharField(max_length=25, choices=Proposer.choices, default="", blank=True)
    votes_for = models.PositiveSmallIntegerField(null=True)
    votes_base = models.PositiveSmallIntegerField(null=True)
    weak_points = CleanText(default="", blank=True)
    remedies = CleanText(default="", blank=True)
    levels = ArrayField(models.SmallIntegerField(null=True), null=True)
    own = ArrayField(models.IntegerField(null=True), null=True)
    own_total = PointsField(null=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("earlier vote on a sheet")
        verbose_name_plural = _("earlier votes on sheets")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="past_votes_are_numbered")]

    def __str__(self):
        return f"{self.sheet_id} · {self.number}"
