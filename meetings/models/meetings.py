"""A meeting and what happened in it."""

import uuid
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from meetings.models.committees import Cell
from meetings.models.fields import CleanLine, CleanText
from meetings.models.people import ExemptionKind, Member, StandingKind


class MeetingKind(models.TextChoices):
    REGULAR = "REGULAR", _("Regular")
    THEMATIC = "THEMATIC", _("Thematic")
    COMBINED = "COMBINED", _("Regular and thematic, combined")


# A combined sitting counts once as regular and once as thematic.
MONTHLY_KINDS = (MeetingKind.REGULAR, MeetingKind.COMBINED)
THEMATIC_KINDS = (MeetingKind.THEMATIC, MeetingKind.COMBINED)


class MeetingMode(models.TextChoices):
    IN_PERSON = "IN_PERSON", _("In person")
    ONLINE = "ONLINE", _("Online")
    HYBRID = "HYBRID", _("In person and online")


class MeetingState(models.TextChoices):
    PLANNED = "PLANNED", _("Planned")
    HELD = "HELD", _("Held")
    CONCLUDED = "CONCLUDED", _("Concluded")
    NOT_HELD = "NOT_HELD", _("Not held")
    CANCELLED = "CANCELLED", _("Cancelled")


class Step(models.TextChoices):
    """The steps of a sitting, in order (42-HD/BTCTW, as its published summaries list them)."""

    OPENED = "OPENED", _("Opening: reason, guests")
    MINUTE_TAKER = "MINUTE_TAKER", _("Minute-taker named")
    ROLL_CALL = "ROLL_CALL", _("Roll call")
    FEES = "FEES", _("Party fees reported")
    AGENDA = "AGENDA", _("Agenda adopted")
    REPORT = "REPORT", _("Secretary's report on the month")
    TASK_RESULTS = "TASK_RESULTS", _("Results of members' tasks")
    DISCUSSION = "DISCUSSION", _("Discussion")
    PRAISE_AND_REMINDERS = "PRAISE_AND_REMINDERS", _("Praise and reminders considered")
    SELF_CRITICISM = "SELF_CRITICISM", _("Criticism and self-criticism")
    IDEOLOGY = "IDEOLOGY", _("Ideology and current affairs")
    SUMMING_UP = "SUMMING_UP", _("Chair sums up")
    TASKS_ASSIGNED = "TASKS_ASSIGNED", _("Tasks assigned with person and deadline")
    CONCLUSION_VOTED = "CONCLUSION_VOTED", _("Conclusion or resolution voted")
    SCORED = "SCORED", _("Meeting scored and the score voted")
    MINUTES_PASSED = "MINUTES_PASSED", _("Minutes read and passed")


class Presence(models.TextChoices):
    PRESENT = "PRESENT", _("Present")
    EXCUSED = "EXCUSED", _("Absent with reason")
    UNEXCUSED = "UNEXCUSED", _("Absent without reason")
    SPECIAL_DUTY = "SPECIAL_DUTY", _("On special duty")
    NOT_EXPECTED = "NOT_EXPECTED", _("Not expected")


class MeetingQuerySet(models.QuerySet):
    def monthly(self):
        """Regular and combined sittings: the one that a month must have."""
        return self.filter(kind__in=MONTHLY_KINDS).exclude(state=MeetingState.CANCELLED)

    def thematic(self):
        return self.filter(kind__in=THEMATIC_KINDS).exclude(state=MeetingState.CANCELLED)

    def held(self):
        return self.filter(state__in=[MeetingState.HELD, MeetingState.CONCLUDED])

    def for_month_of(self, day: date):
        return self.filter(for_month=day.replace(day=1))

    def locked(self):
        """With their cells, and locked until the transaction ends against whoever writes them; rows that refer to them may come."""
        return self.select_for_update(of=("self",), no_key=True).select_related("cell")


class Meeting(models.Model):
    """One sitting (or planned sitting) of a cell, for a month, whatever day it is held."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="meetings")
    for_month = models.DateField(_("for the month"))
    kind = models.CharField(_("kind"), max_length=10, choices=MeetingKind.choices, default=MeetingKind.REGULAR)
    state = models.CharField(_("state"), max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    state_reason = CleanText(_("reason"), default="", blank=True)
    # Grows with every recorded change: a form made from an older version gets a comparison instead of overwriting.
    version = models.PositiveIntegerField(default=1)

    # prepare
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    theme = CleanLine(_("theme"), max_length=300, default="", blank=True)
    members_notified_on = models.DateField(_("members told on"), null=True, blank=True)
    following_member_notified_on = models.DateField(_("following member told on"), null=True, blank=True)
    draft_prepared_on = models.DateField(_("directions for debate and draft conclusion ready on"), null=True, blank=True)

    # hold
    held_on = models.DateField(_("held on"), null=True, blank=True)
    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("to"), null=True, blank=True)
    # '' where nobody said, as for sittings recorded before it was asked.
    mode = models.CharField(_("how it was held"), max_length=10, choices=MeetingMode.choices, default="", blank=True)
    place = CleanLine(_("place"), max_length=200, default="", blank=True)
    chair = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    minute_taker = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    steps_held = ArrayField(models.CharField(max_length=25, choices=Step.choices), default=list, blank=True)
    ideology_minutes = models.PositiveSmallIntegerField(_("minutes on ideology"), null=True, blank=True)
    minutes_signed_on = models.DateField(_("minutes signed on"), null=True, blank=True)
    app_outage = models.BooleanField(_("the e-handbook app was out of order"), default=False)
    is_secret = models.BooleanField(_("secret content: only its number is kept here"), default=False)
    reference_number = CleanLine(_("reference number"), max_length=60, default="", blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_is_known"),
            models.CheckConstraint(condition=Q(mode__in=["", *MeetingMode.values]), name="meeting_mode_is_known"),
            models.CheckConstraint(condition=Q(for_month__day=1), name="for_month_is_a_first"),
            models.CheckConstraint(condition=Q(steps_held__contained_by=Step.values), name="steps_held_are_known"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="a_sitting_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["HELD", "CONCLUDED"]) | Q(held_on__isnull=False),
                name="a_held_sitting_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="CONCLUDED") | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="a_concluded_sitting_has_its_times",
            ),
            models.UniqueConstraint(
                fields=["cell", "for_month"],
                condition=Q(kind__in=MONTHLY_KINDS) & ~Q(state=MeetingState.CANCELLED),
                name="one_regular_meeting_a_month",
            ),
        ]
        indexes = [
            models.Index(fields=["cell", "for_month"], name="meeting_by_cell_and_month"),
            models.Index(fields=["for_month", "cell"], name="meeting_by_month_and_cell"),
        ]

    def __str__(self):
        return f"{self.cell} · {self.for_month:%m/%Y} · {self.get_kind_display()}"

    @property
    def is_held(self) -> bool:
        return self.state in (MeetingState.HELD, MeetingState.CONCLUDED)

    @property
    def is_open(self) -> bool:
        """Whether its record may still be written."""
        return self.state in (MeetingState.PLANNED, MeetingState.HELD, MeetingState.NOT_HELD)

    @property
    def minutes(self) -> int | None:
        """Length of the sitting in minutes, once both times are known."""
        if self.starts_at is None or self.ends_at is None:
            return None
        day = date(2000, 1, 1)
        return int((datetime.combine(day, self.ends_at) - datetime.combine(day, self.starts_at)).total_seconds() // 60)


class CommitteePreparation(models.Model):
    """The meeting of the cell committee (or of secretary and deputy) before the sitting, with minutes of its own."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="preparation")
    met_on = models.DateField(_("met on"))
    has_minutes = models.BooleanField(_("minutes were kept"), default=False)

    class Meta:
        verbose_name = _("committee's meeting before")
        verbose_name_plural = _("committee's meetings before")

    def __str__(self):
        return f"{self.meeting} · {self.met_on:%d/%m/%Y}"


class AgendaItem(models.Model):
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    number = models.PositiveSmallIntegerField()
    title = CleanLine(_("item"), max_length=300)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="agenda_numbers_do_not_repeat")]

    def __str__(self):
        return self.title


class Attendance(models.Model):
    """One line of the roll call, as it was called: with the person's standing and exemption of that day.

    Someone not on the roster has no standing; a guest has no member either, only a name.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="attendances")
    guest_name = CleanLine(_("name"), max_length=120, default="", blank=True)
    standing = models.CharField(max_length=15, choices=StandingKind.choices, default="", blank=True)
    exemption = models.CharField(max_length=15, choices=ExemptionKind.choices, default="", blank=True)
    presence = models.CharField(_("presence"), max_length=15, choices=Presence.choices)
    reason = CleanLine(_("reason"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.CheckConstraint(condition=Q(presence__in=Presence.values), name="presence_is_known"),
            models.CheckConstraint(condition=Q(standing__in=["", *StandingKind.values]), name="standing_then_is_known"),
            models.CheckConstraint(condition=Q(exemption__in=["", *ExemptionKind.values]), name="exemption_then_is_known"),
            models.CheckConstraint(
                condition=Q(member__isnull=False, guest_name="") | (Q(member__isnull=True, standing="") & ~Q(guest_name="")),
                name="attendance_is_of_a_member_or_a_named_guest",
            ),
            models.UniqueConstraint(fields=["meeting", "member"], name="a_member_is_called_once"),
        ]

    def __str__(self):
        return f"{self.member or self.guest_name} · {self.get_presence_display()}"


class Opinion(models.Model):
    """Someone spoke; the words are optional and stay near the cell."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="opinions")
    attendance = models.ForeignKey(Attendance, models.CASCADE, related_name="opinions")
    text = CleanText(_("opinion"), default="", blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")

    def __str__(self):
        return str(self.attendance)


class DecisionKind(models.TextChoices):
    CONCLUSION = "CONCLUSION", _("Conclusion")
    RESOLUTION = "RESOLUTION", _("Resolution")
    OTHER = "OTHER", _("Other decision")


class Decision(models.Model):
    """A decision with its vote n/N; N counts official members present."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=DecisionKind.choices, default=DecisionKind.CONCLUSION)
    text = CleanText(_("decision"), default="", blank=True)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_base = models.PositiveSmallIntegerField(_("of"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_is_known"),
            models.CheckConstraint(condition=Q(votes_for__isnull=True) | Q(votes_for__lte=F("votes_base")), name="votes_for_fit_the_base"),
            models.UniqueConstraint(fields=["meeting", "number"], name="decision_numbers_do_not_repeat"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"


class TaskQuerySet(models.QuerySet):
    def open_before(self, meeting: Meeting, day: date):
        """Tasks that earlier sittings of the cell gave and that none, this one left aside, has reported as done.

        `due` says whether this sitting is to hear of it: its day has come, or it was due by the next sitting.
        """
        earlier = Meeting.objects.held().filter(cell_id=meeting.cell_id).exclude(pk=meeting.pk)
        done = TaskReport.objects.filter(task=OuterRef("pk"), state=TaskState.DONE, meeting__in=earlier.filter(held_on__lte=day))
        return (
            self.filter(meeting__in=earlier.filter(held_on__lte=day))
            .exclude(Exists(done))
            .annotate(due=Case(When(due_on__gt=day, then=False), default=True))
            .select_related("meeting", "assignee")
            .order_by("-due", "meeting__held_on", "number")
        )


class Task(models.Model):
    """A task given by a meeting. A task for a team without a named member is recorded, and scored low."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="tasks")
    number = models.PositiveSmallIntegerField()
    text = CleanText(_("task"))
    assignee = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    team = CleanLine(_("team"), max_length=120, default="", blank=True)
    due_on = models.DateField(_("by"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="task_numbers_do_not_repeat")]

    def __str__(self):
        return self.text


class TaskState(models.TextChoices):
    DONE = "DONE", _("Done")
    PARTLY = "PARTLY", _("Partly done")
    NOT_DONE = "NOT_DONE", _("Not done")


class TaskReport(models.Model):
    """A task's result as reported at a meeting, so that March stays March in June."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="reports")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="task_reports")
    state = models.CharField(_("result"), max_length=10, choices=TaskState.choices)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    note = CleanLine(_("note"), max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("task report")
        verbose_name_plural = _("task reports")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_is_known"),
            models.UniqueConstraint(fields=["task", "meeting"], name="a_task_is_reported_once_a_meeting"),
        ]

    def __str__(self):
        return f"{self.task} · {self.get_state_display()}"


class PostingKind(models.TextChoices):
    FILES = "FILES", _("Files of the meeting")
    CONCLUSION = "CONCLUSION", _("Conclusion or resolution")


class Posting(models.Model):
    """That, and when, something was issued and posted in the e-handbook app. Never the file itself."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="postings")
    kind = models.CharField(_("what"), max_length=10, choices=PostingKind.choices)
    document_number = CleanLine(_("number"), max_length=60, default="", blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    posted_on = models.DateField(_("posted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PostingKind.values), name="posting_kind_is_known"),
            models.UniqueConstraint(fields=["meeting", "kind"], name="each_kind_is_posted_once"),
            models.CheckConstraint(condition=Q(issued_on__isnull=False) | Q(posted_on__isnull=False), name="a_posting_has_a_day"),
        ]

    def __str__(self):
        return f"{self.meeting} · {self.get_kind_display()}"
