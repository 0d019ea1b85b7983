"""What the system itself writes down: changed months, form keys, drafts, opened content, changes of rosters, made-up data."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.committees import Cell
from meetings.models.fields import CleanLine, CleanText
from meetings.models.meetings import Meeting
from meetings.models.people import Member, User


class ChangedCell(models.Model):
    """A cell whose recorded facts changed from a month on. Written by statement triggers, in the writer's transaction."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    from_month = models.DateField()

    class Meta:
        verbose_name = _("changed cell")
        verbose_name_plural = _("changed cells")

    def __str__(self):
        return f"{self.cell_id} · {self.from_month:%m/%Y}"


class SubmittedForm(models.Model):
    """A form's key, inserted first in the transaction that does its work: the second tap waits and goes to the target.

    `digest` is of the work that led to the target: a form gone back to, changed and sent again is no second tap.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.CharField(max_length=64, default="")
    target = models.TextField(default="")
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("submitted form")
        verbose_name_plural = _("submitted forms")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="a_form_is_submitted_once")]

    def __str__(self):
        return str(self.key)


class FormDraft(models.Model):
    """What someone has typed in a form of a meeting and not recorded yet; gone once it is recorded."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=20)
    # The form's fields as the browser sent them: {name: [values]}.
    fields = models.JSONField()
    base_version = models.PositiveIntegerField()
    saved_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["meeting", "form"], name="one_draft_per_form_of_a_meeting")]

    def __str__(self):
        return f"{self.meeting} · {self.form}"


class ContentOpening(models.Model):
    """Someone above the cell opened the content of a meeting, and why. Shown to the cell."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="openings")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = CleanText(_("reason"))
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("opening of content")
        verbose_name_plural = _("openings of content")

    def __str__(self):
        return f"{self.user} · {self.meeting}"


class Amendment(models.Model):
    """Why a record was written again after it was concluded or its month was closed: one row per such writing."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="amendments")
    reason = CleanText(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("correction of a record")
        verbose_name_plural = _("corrections of records")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.meeting} · {self.at:%d/%m/%Y}"


class RosterAction(models.TextChoices):
    ADDED = "ADDED", _("Added to the roster")
    CORRECTED = "CORRECTED", _("Name corrected")
    ENDED = "ENDED", _("Taken off the roster")
    TRANSFERRED = "TRANSFERRED", _("Transferred to another cell")
    SENT = "SENT", _("Sent to another cell for a time")
    MADE_OFFICIAL = "MADE_OFFICIAL", _("Made an official member")
    EXEMPTED = "EXEMPTED", _("Exemption recorded")
    EXEMPTION_ENDED = "EXEMPTION_ENDED", _("Exemption ended")
    POSITION_GIVEN = "POSITION_GIVEN", _("Position recorded")
    POSITION_ENDED = "POSITION_ENDED", _("Position ended")


class RosterChange(models.Model):
    """One change of a roster: who made it, when, and the rows it touched as they were before and after, so that it can be undone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="roster_changes")
    # Undoing the adding of a new member takes the member away again.
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=20, choices=RosterAction.choices)
    # [{"table": model name, "id": key, "before": {column: value} or null, "after": the same}], in the order of writing.
    rows = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Why it was made although it reaches a closed period.
    reason = CleanText(default="", blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of the roster")
        verbose_name_plural = _("changes of the roster")
        constraints = [models.CheckConstraint(condition=models.Q(action__in=RosterAction.values), name="roster_action_is_known")]

    def __str__(self):
        return f"{self.member} · {self.get_action_display()}"


class DemoData(models.Model):
    """Its one row says that this database holds made-up data; every page, export and print then says so."""

    note = CleanLine(max_length=300)
    seed = models.BigIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("made-up data")
        verbose_name_plural = _("made-up data")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_note_on_made_up_data")]

    def __str__(self):
        return self.note
