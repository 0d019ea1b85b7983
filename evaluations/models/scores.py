"""Score sheets and the month's score of every cell."""

import hashlib
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from evaluations.models.criteria import CriteriaSet, Criterion, Grade, Row, SheetPart
from evaluations.models.fields import PointsField, SignedPointsField, of_sitting_field
from meetings.models import THEMATIC_KINDS, Cell, CellKind, Committee, Meeting, Member, User
from meetings.models.fields import CleanText


class SheetState(models.TextChoices):
    DRAFT = "DRAFT", _("Being filled in")
    SUBMITTED = "SUBMITTED", _("Sent")
    RETURNED = "RETURNED", _("Returned to the cell")
    VERIFIED = "VERIFIED", _("Verified")


class Proposer(models.TextChoices):
    CELL_COMMITTEE = "CELL_COMMITTEE", _("The cell committee")
    SECRETARY_AND_DEPUTY = "SECRETARY_AND_DEPUTY", _("Secretary and deputy")
    SECRETARY = "SECRETARY", _("The secretary")


class ScoreSheetQuerySet(models.QuerySet):
    def standing(self):
        """Without those of sittings that were corrected and are no thematic ones any more: they say nothing until they are again."""
        return self.filter(Q(part=SheetPart.MONTH) | Q(meeting__kind__in=THEMATIC_KINDS))


class ScoreSheet(models.Model):
    """A month's sheet, hanging on its regular or combined sitting; or the sheet of a thematic (or combined) sitting (`part`).

    The arrays stand in the order of the frozen set's criteria; points in hundredths, NULL = not applicable, not due or not asked.
    `own` is what the cell voted, frozen on sending. `outcome` is what the rules say of today's facts: the index of the row that
    matched, or one of the codes of `evaluations.compiler.Outcome`. A sheet without a set was sent where none was in force.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="sheets", db_index=False)
    month = models.DateField(_("month"))
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="sheets")
    part = models.CharField(_("what it scores"), max_length=10, choices=SheetPart.choices, default=SheetPart.MONTH)
    of_sitting = of_sitting_field()
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, related_name="sheets")
    state = models.CharField(_("state"), max_length=10, choices=SheetState.choices, default=SheetState.DRAFT)
    version = models.PositiveIntegerField(default=1)

    # the cell's act
    scorer = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    proposer = models.CharField(_("proposed by"), max_length=25, choices=Proposer.choices, default="", blank=True)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_base = models.PositiveSmallIntegerField(_("of"), null=True, blank=True)
    weak_points = CleanText(_("weak points"), default="", blank=True)
    remedies = CleanText(_("remedies"), default="", blank=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # By which day the rules of its day wanted it sent; NULL where none was set.
    due_on = models.DateField(null=True)

    # Who recorded the cell's answers and its vote last, before it was sent: not known of sheets from before this was asked.
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # What the cell gave on each line when it last answered: sending asks it to look again where the record has moved since.
    voted = ArrayField(models.IntegerField(null=True), null=True)
    levels = ArrayField(models.SmallIntegerField(null=True), null=True)
    own = ArrayField(models.IntegerField(null=True), null=True)
    outcome = ArrayField(models.SmallIntegerField(), null=True)
    computed = ArrayField(models.IntegerField(null=True), null=True)
    # Places (from 0) of the set's limits of the class whose facts hold; whether a limit's points hold too depends on whose points they are.
    limits = ArrayField(models.SmallIntegerField(), null=True)
    # Sum of what counts, rescaled to the set's maximum; NULL until every line is filled and due.
    total = PointsField(null=True)
    counted_max = PointsField(null=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)
    # The total of the cell's own points, on the same maximum.
    own_total = PointsField(null=True)
    # How many lines the cell scores otherwise than the log.
    differing = models.PositiveSmallIntegerField(default=0)
    # `outcome` as it was on sending: what has changed since is what the two differ in.
    sent_outcome = ArrayField(models.SmallIntegerField(), null=True)

    # the committee's act
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    decision = models.ForeignKey("evaluations.ReviewDecision", models.PROTECT, null=True, related_name="sheets")
    verified = ArrayField(models.IntegerField(null=True), null=True)
    verified_total = PointsField(null=True)
    # `limits` as they were then.
    verified_limits = ArrayField(models.SmallIntegerField(), null=True)
    verified_grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["cell", "month", "of_sitting"], name="one_sheet_of_a_month_and_of_a_thematic_sitting"),
            models.CheckConstraint(condition=Q(part__in=SheetPart.values), name="sheet_part_is_known"),
            models.CheckConstraint(condition=Q(state__in=SheetState.values), name="sheet_state_is_known"),
            models.CheckConstraint(
                condition=Q(votes_for__isnull=True) | Q(votes_for__lte=F("votes_base")), name="sheet_votes_fit_the_base"
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="a_sent_sheet_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="VERIFIED", decision__isnull=False) | (~Q(state="VERIFIED") & Q(decision__isnull=True)),
                name="a_verified_sheet_has_its_decision",
            ),
        ]

    def __str__(self):
        return f"{self.cell} · {self.month:%m/%Y}"

    @property
    def is_thematic(self) -> bool:
        return self.part == SheetPart.THEMATIC

    @property
    def is_sent(self) -> bool:
        """Whether it went up: the voted points are frozen, also while the committee has returned it."""
        return self.state != SheetState.DRAFT

    @property
    def is_returned(self) -> bool:
        return self.state == SheetState.RETURNED

    @property
    def is_verified(self) -> bool:
        return self.state == SheetState.VERIFIED

    @property
    def counting_total(self) -> int | None:
        """What counts: the official total once the committee has decided, the provisional one before."""
        return self.verified_total if self.is_verified else self.total

    @property
    def counting_grade(self) -> Grade | None:
        grade = self.verified_grade if self.is_verified else self.grade
        return Grade(grade) if grade else None

    @property
    def seen(self) -> str:
        """Says the same as long as a reader of the sheet would see the same: its version, and which rows its facts match."""
        matched = hashlib.blake2b(repr(self.outcome).encode(), digest_size=6).hexdigest()
        return f"{self.version}.{matched}"


class SheetEntry(models.Model):
    """What the cell has answered on one line of a sheet that is not sent yet; sending folds it into the sheet's arrays."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="entries")
    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="+")
    level = models.ForeignKey(Row, models.CASCADE, null=True, blank=True, related_name="+")
    confirmed = models.BooleanField(default=False)
    # Set where the cell scores a computed or documentary line otherwise than the log does; sending then asks for the reason.
    claimed_points = SignedPointsField(null=True, blank=True)
    reason = CleanText(_("reason"), default="", blank=True)

    class Meta:
        verbose_name = _("entry of a sheet")
        verbose_name_plural = _("entries of sheets")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="a_line_is_answered_once"),
        ]

    def __str__(self):
        return f"{self.sheet_id} · {self.criterion_id}"


class SheetNote(models.Model):
    """A reason the cell gave on one line of a sent sheet."""

    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="notes")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    text = CleanText(_("reason"))

    class Meta:
        verbose_name = _("note on a sheet")
        verbose_name_plural = _("notes on sheets")
        constraints = [models.UniqueConstraint(fields=["sheet", "criterion"], name="one_note_per_line")]

    def __str__(self):
        return self.text


class ScoreState(models.TextChoices):
    NOT_HELD = "NOT_HELD", _("Not held")
    NOT_SENT = "NOT_SENT", _("Held, not sent")
    NO_SET = "NO_SET", _("Not scorable: no set in force")
    NOT_DUE = "NOT_DUE", _("Sent, a line is not due yet")
    SCORED = "SCORED", _("Scored")


LAST_DAY = Func(F("month"), template="(%(expressions)s + interval '1 month - 1 day')::date", output_field=models.DateField())


class MonthScore(models.Model):
    """The month's score of a cell, or why there is none: one row for every cell that stood in the tree that month."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="month_scores", db_index=False)
    month = models.DateField()
    counted_path = models.TextField(db_collation="C")
    # The committee directly above the cell in that place.
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+", db_index=False)
    cell_kind = models.CharField(max_length=20, choices=CellKind.choices)
    state = models.CharField(max_length=10, choices=ScoreState.choices)
    held = models.BooleanField()
    # NULL where no rules set a day.
    held_on_day = models.BooleanField(null=True)
    thematic_held = models.BooleanField()
    sent = models.BooleanField()
    sent_on_time = models.BooleanField(null=True)
    # By which day the rules, or an extension, want it held, and sent; NULL where they set none, or none yet.
    hold_by = models.DateField(null=True)
    send_by = models.DateField(null=True)
    # By which day the cell's next step is due: held (without a rule by the month's last day), then sent; NULL once sent, or without a day.
    due_by = models.GeneratedField(
        expression=Case(When(held=False, then=Coalesce("hold_by", LAST_DAY)), When(sent=False, then=F("send_by"))),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    returned = models.BooleanField(default=False)
    verified = models.BooleanField(default=False)
    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, null=True, related_name="+")
    # What the committee decided, else the provisional points.
    total = PointsField(null=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default="", blank=True)
    own_total = PointsField(null=True)
    differing = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("month's score")
        verbose_name_plural = _("months' scores")
        constraints = [
            models.UniqueConstraint(fields=["cell", "month"], name="a_cells_month_has_one_score"),
            models.CheckConstraint(condition=Q(state__in=ScoreState.values), name="score_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="SCORED", total__isnull=False) | (~Q(state="SCORED") & Q(total__isnull=True, grade="")),
                name="only_a_scored_month_has_points",
            ),
        ]
        indexes = [
            models.Index(fields=["month", "counted_path"], name="month_score_by_place"),
            models.Index(fields=["committee", "month"], name="month_score_by_committee"),
            models.Index(
                fields=["month", "due_by", "counted_path"],
                include=["held", "cell"],
                name="month_score_to_be_done",
                condition=Q(due_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.cell_id} · {self.month:%m/%Y}"
