"""The ledger of runs: what a job set out to do, and which parts of it are done. The broker may forget; this does not."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Committee, User


class RunState(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class Stage(models.TextChoices):
    CELLS = "CELLS", _("Measure and score cells")
    COMMITTEES = "COMMITTEES", _("Summarise committees")


class Run(models.Model):
    """The scoring of one month of one subtree."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="runs")
    month = models.DateField()
    # The day on which lines are judged to be due; pinned, so that a chunk done again says the same.
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # The job that a user follows, where one asked for this and perhaps other months.
    job = models.ForeignKey("evaluations.Job", models.SET_NULL, null=True, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_is_known")]

    def __str__(self):
        return f"{self.committee} · {self.month:%m/%Y}"


class ChunkState(models.TextChoices):
    TODO = "TODO", _("To do")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class Chunk(models.Model):
    """A part of a run that is done in one transaction, which holds this row's lock."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="chunks")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    # Cells from–to by key, both included; empty in the committees' stage.
    first_cell = models.BigIntegerField(null=True)
    last_cell = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=ChunkState.choices, default=ChunkState.TODO)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows = models.IntegerField(null=True)
    seconds = models.FloatField(null=True)
    error = models.TextField(default="")

    class Meta:
        verbose_name = _("chunk of a run")
        verbose_name_plural = _("chunks of runs")
        constraints = [models.CheckConstraint(condition=Q(state__in=ChunkState.values), name="chunk_state_is_known")]
        indexes = [models.Index(fields=["sent_at"], condition=Q(state="TODO"), name="chunks_to_do")]

    def __str__(self):
        return f"{self.run_id} · {self.stage} · {self.pk}"
