"""A draft that is sent round: each round with its text, its days and whom it asks; what each committee says of a line, and the answer."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet
from evaluations.models.set_versions import SetVersion
from meetings.models import Committee, User
from meetings.models.fields import CleanText


class Consultation(models.Model):
    """One round on a set. Comments come from `opens_on` to `closes_on` (included), unless it is ended before."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # A set that was sent round stays: others have said something of it.
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="consultations")
    number = models.PositiveSmallIntegerField()
    # The text that is sent round: the lines commented on are its lines, whatever becomes of the draft.
    sent = models.OneToOneField(SetVersion, models.PROTECT, related_name="+")
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("last day"))
    invited = models.ManyToManyField(Committee, verbose_name=_("invited"), related_name="+")
    invitation = CleanText(_("word of invitation"), default="", blank=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("round of consultation")
        verbose_name_plural = _("rounds of consultation")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "number"], name="rounds_of_a_set_are_numbered"),
            models.UniqueConstraint(fields=["criteria_set"], condition=Q(ended_at__isnull=True), name="a_set_is_in_one_round_at_a_time"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rounds_are_numbered_from_one"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="a_round_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False), name="who_ended_a_round_did_so_at_a_time"
            ),
        ]

    def __str__(self):
        return f"{self.criteria_set} · {self.number}"

    def takes_comments(self, today: date) -> bool:
        return self.ended_at is None and self.opens_on <= today <= self.closes_on

    def is_under_way(self, today: date) -> bool:
        """Whether comments come, or may still come."""
        return self.ended_at is None and today <= self.closes_on


class AnswerKind(models.TextChoices):
    ACCEPTED = "ACCEPTED", _("Accepted")
    PARTLY = "PARTLY", _("Accepted in part")
    NOT = "NOT", _("Not accepted")


class Comment(models.Model):
    """What a committee says of a line in a round, as its office last wrote it, and the answer of the set's owner."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="comments")
    # The place of the line in the text that was sent round, from 1 on; 0: the whole set.
    line = models.PositiveSmallIntegerField()
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    text = CleanText(_("comment"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=10, choices=AnswerKind.choices, default="", blank=True)
    why = CleanText(_("why"), default="", blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    # Counts each change of the comment or its answer: who writes says which they saw.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("comment on a set")
        verbose_name_plural = _("comments on sets")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "line", "committee"], name="a_committee_comments_on_a_line_once_a_round"),
            models.CheckConstraint(condition=~Q(text=""), name="a_comment_says_something"),
            models.CheckConstraint(condition=Q(answer__in=["", *AnswerKind.values]), name="answer_to_a_comment_is_known"),
            models.CheckConstraint(
                condition=Q(answer__in=["", AnswerKind.ACCEPTED]) | ~Q(why=""), name="what_is_not_wholly_accepted_is_answered_why"
            ),
            models.CheckConstraint(
                condition=Q(answer="", why="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="an_answer_says_who_gave_it_and_when",
            ),
        ]

    def __str__(self):
        return f"{self.consultation_id} · {self.line} · {self.committee}"
