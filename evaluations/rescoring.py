"""The job that measures and scores the months of a period anew, for a committee's whole subtree."""

from datetime import datetime
from time import sleep

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import running
from evaluations.jobs import CannotBeDone, Work, start_job
from evaluations.models import Chunk, ChunkState, Job, JobKind, Run, RunState, Stage
from evaluations.periods import Month, Period, parse_period
from meetings.models import Committee, User
from meetings.permissions import authority_of

# Fewer than in the night's runs: somebody watches the bar.
CELLS_PER_PART = 500
# How long to wait where other workers are at every chunk that is left.
PAUSE_SECONDS = 0.2


def start_rescoring(*, committee: Committee, period: Period, by: User, at: datetime) -> Job:
    """Set out to score a period anew. Raises `Refused` as `start_job` does."""
    words = {"committee": committee.name, "period": period.label}
    title = _("Score anew: %(committee)s, %(period)s") % words
    return start_job(kind=JobKind.SCORES, committee=committee, title=title, asked={"period": str(period)}, by=by, at=at)


def score_anew(work: Work) -> None:
    """A run for each month of the period that has begun; its chunks are done here and by every other worker that is free."""
    job = work.job
    if not (permit := authority_of(job.requested_by, timezone.localdate(work.clock())).to_score_anew(job.committee)):
        raise CannotBeDone(str(permit.reason))
    if not job.runs.exists():
        _set_out(work)
    chunks = Chunk.objects.filter(run__job=work.job)
    # Each run makes its later stages, a chunk each, when the one before is done.
    total = chunks.filter(stage=Stage.CELLS).count() + work.job.runs.count() * (len(Stage) - 1)
    work.expect(total)
    while True:
        left = chunks.filter(state=ChunkState.TODO, run__state=RunState.RUNNING).order_by("run__month", "pk")
        keys = list(left.values_list("pk", flat=True))
        months = work.job.runs.filter(state=RunState.RUNNING).order_by("month").values_list("month", flat=True)
        part = _("month %(month)s") % {"month": Month.of(months[0]).label} if months else ""
        work.reach(min(chunks.filter(state=ChunkState.DONE).count(), total), part)
        if failed := chunks.filter(state=ChunkState.FAILED).select_related("run").first():
            raise CannotBeDone(_what_failed(failed))
        if not months:
            return
        if not any(running.work_chunk(key, at=work.clock()) for key in keys):
            sleep(PAUSE_SECONDS)


@transaction.atomic
def _set_out(work: Work) -> None:
    # Holds the job's row: who cancels waits, and then finds the runs.
    work.write(done=0)
    at = work.clock()
    today = timezone.localdate(at)
    begun = [month for month in parse_period(work.job.asked["period"]).months if month.first <= today]
    if not begun:
        raise CannotBeDone(_("This period has not begun yet: there is nothing to score."))
    for month in begun:
        asked = {"committee": work.job.committee, "month": month, "as_of": today, "by": work.job.requested_by}
        run = running.start_run(**asked, at=at, cells_per_chunk=CELLS_PER_PART)
        Run.objects.filter(pk=run.pk).update(job=work.job)


def _what_failed(chunk: Chunk) -> str:
    words = {
        "month": Month.of(chunk.run.month).label,
        "stage": chunk.get_stage_display(),
        "error": chunk.error,
        "n": chunk.attempts,
    }
    return _("Month %(month)s, “%(stage)s”: an unexpected error (%(error)s). It was tried %(n)s times.") % words
