"""Long work that a user started, and what comes of it: progress that survives leaving the page, a file to fetch, notices."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.models.consultations import Consultation
from meetings.models import Cell, Committee, Meeting, User
from meetings.models.fields import CleanLine, CleanText


class JobKind(models.TextChoices):
    SCORES = "SCORES", _("Measure and score anew")
    CLOSING = "CLOSING", _("Close a period")
    REMINDERS = "REMINDERS", _("Send reminders")
    EXPORT = "EXPORT", _("Export")
    REHEARSAL = "REHEARSAL", _("Rehearse a draft")


class JobState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", pgettext_lazy("job", "Cancelled")


UNDONE = (JobState.WAITING, JobState.RUNNING)


class Job(models.Model):
    """One piece of work with its count of parts. Whoever works on it holds the session's advisory lock on its key."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=JobKind.choices)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="jobs")
    # What is asked, in words that its owner reads, and as values that its worker reads; `language` is the one its owner reads.
    title = CleanLine(max_length=300)
    asked = models.JSONField(default=dict)
    requested_by = models.ForeignKey(User, models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    total = models.IntegerField(null=True)
    done = models.IntegerField(default=0)
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Where and why it failed, as a sentence without what the rows hold.
    error = models.TextField(default="")
    log = models.TextField(default="")
    # Name of the finished file, and its place under the exports' folder.
    file_name = models.CharField(max_length=200, default="")
    stored_as = models.CharField(max_length=100, default="")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known"),
        ]
        indexes = [models.Index(fields=["sent_at"], condition=Q(state__in=["WAITING", "RUNNING"]), name="jobs_to_do")]

    def __str__(self):
        return self.title

    @property
    def is_undone(self) -> bool:
        return self.state in UNDONE

    @property
    def may_run_again(self) -> bool:
        """Whether asking the same once more can come to something: an edition that is published is not published twice."""
        return not self.is_undone and not (self.kind == JobKind.CLOSING and self.state == JobState.DONE)

    @property
    def percent(self) -> int | None:
        """How much is done, cut; None while nobody knows how much there is."""
        return self.done * 100 // self.total if self.total else None

    def time_left(self, now: datetime) -> timedelta | None:
        """At the pace so far; None before the first part is done."""
        if self.state != JobState.RUNNING or not self.total or not self.done:
            return None
        return (now - self.started_at) * (self.total - self.done) / self.done

    def has_file(self, now: datetime) -> bool:
        return bool(self.state == JobState.DONE and self.stored_as and self.expires_at and now < self.expires_at)


class NoticeKind(models.TextChoices):
    REMINDER = "REMINDER", _("Reminder")
    RETURNED = "RETURNED", _("Sheet returned")
    DECIDED = "DECIDED", _("Sheet decided")
    REOPENED = "REOPENED", _("Decision taken back")
    EXTENDED = "EXTENDED", _("Deadline extended")
    JOB = "JOB", _("Job finished")
    CONSULTED = "CONSULTED", _("Asked for comments")


class Notice(models.Model):
    """Something one user is told in the product (and by e-mail where that is set up)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    cell = models.ForeignKey(Cell, models.CASCADE, null=True, related_name="+")
    month = models.DateField(null=True)
    # Of a thematic sitting's own sheet; without it, it is the month's that is meant.
    sitting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="+", db_index=False)
    job = models.ForeignKey(Job, models.CASCADE, null=True, related_name="notices")
    consultation = models.ForeignKey(Consultation, models.CASCADE, null=True, related_name="+")
    text = CleanText(default="", blank=True)
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_is_known"),
            # A reminding job that is sent again reminds nobody twice.
            models.UniqueConstraint(
                fields=["job", "user", "cell", "month"],
                name="a_job_tells_a_user_once",
                condition=Q(job__isnull=False),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="notices_of_a_user")]

    def __str__(self):
        return f"{self.user_id} · {self.get_kind_display()}"


class Extension(models.Model):
    """A cell may hold or send a month later, until a day (included), for a reason. Of several for a month the latest granted counts."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="extensions")
    month = models.DateField()
    until = models.DateField(_("until"))
    reason = CleanText(_("reason"))
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        indexes = [models.Index(fields=["month", "cell"], name="extensions_of_a_month")]

    def __str__(self):
        return f"{self.cell_id} · {self.month:%m/%Y} · {self.until:%d/%m/%Y}"


class SavedView(models.Model):
    """A page with its filters under a name of the user's own; the link itself says everything, so that it can be passed on."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = CleanLine(_("name"), max_length=100)
    path = models.CharField(max_length=1000)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_views_have_names")]

    def __str__(self):
        return self.name
