"""The ledger of jobs: long work that a user starts, leaves and comes back to. Its rows are the truth; the broker's message is a hint.

A kind of job is a function of one `Work`, named in `evaluations.works.WORKERS`. It reads `work.job.committee` and `work.job.asked`,
runs outside a transaction, and tells how far it is by `work.expect` and `work.reach` between its parts, where a cancelled job ends it.
It may be begun again from the start at any time (its process was killed, a part failed): what it did before must not be done twice.
It raises `CannotBeDone` where trying again would not help; any other error is tried again, `MOST_ATTEMPTS` times in all.
Its end needs no word: a function that returns has done its job.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from evaluations import running
from evaluations.models import UNDONE, Job, JobState, Notice, NoticeKind, RunState
from meetings.models import Committee, User
from meetings.refusing import Refused

log = logging.getLogger(__name__)

TASK = "evaluations.tasks.work_job"
MOST_ATTEMPTS = 3
# How many jobs of one user may wait and run.
MOST_AT_ONCE = 10
# A job sent less than this ago is probably still waiting in the broker.
SENT_AGAIN_AFTER = timedelta(seconds=30)

Clock = Callable[[], datetime]
# Whoever works on a job holds this lock for the session: it goes with the process, whatever becomes of that.
LOCK = "hashtextextended('job ' || %s::bigint::text, 0)"


class Cancelled(Exception):
    """The job was cancelled meanwhile."""


class CannotBeDone(Exception):
    """Why the job can't be done, as a sentence for its owner; trying again would not help. It says nothing of what rows hold."""


@transaction.atomic
def start_job(*, kind: str, committee: Committee, title: str, asked: dict, by: User, at: datetime) -> Job:
    """Set out a job: its row, sent to a worker once that is committed. A broker that is down costs a second; beat sends it later.

    `asked` is what its worker reads, JSON. While the user's job of the same kind and words is under way, that one is answered.
    Raises `Refused` where the user has `MOST_AT_ONCE` jobs under way.
    """
    asked = asked | {"language": translation.get_language()}
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    under_way = Job.objects.filter(requested_by=by, state__in=UNDONE)
    if same := under_way.filter(kind=kind, committee=committee, asked=asked).first():
        return same
    if under_way.count() >= MOST_AT_ONCE:
        raise Refused({"": _("%(n)s of your jobs are under way. Wait for one to end, or cancel one.") % {"n": MOST_AT_ONCE}})
    job = Job.objects.create(kind=kind, committee=committee, title=title, asked=asked, requested_by=by, requested_at=at)
    transaction.on_commit(partial(send_job, job.pk, at=at))
    return job


def send_job(job_id: int, *, at: datetime) -> None:
    """Ask the broker to have a job worked on; without an answer the job waits for beat."""
    try:
        current_app.send_task(TASK, [job_id], expires=SENT_AGAIN_AFTER.total_seconds())
    except (OperationalError, OSError) as error:
        log.warning("job %s waits, the broker does not answer: %s", job_id, type(error).__name__)
    else:
        Job.objects.filter(pk=job_id).update(sent_at=at)


@transaction.atomic
def jobs_to_send(*, at: datetime, limit: int = 50) -> list[int]:
    """The jobs that are undone, that nobody works on and that were not sent just now; marked as sent."""
    waiting = (
        Job.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(sent_at__isnull=True) | Q(sent_at__lt=at - SENT_AGAIN_AFTER), state__in=UNDONE)
        .order_by("pk")[:limit]
    )
    keys = [job.pk for job in waiting]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key FROM unnest(%s::bigint[]) AS key WHERE pg_try_advisory_xact_lock({LOCK % 'key'})", [keys])
        free = sorted(key for (key,) in cursor.fetchall())
    Job.objects.filter(pk__in=free).update(sent_at=at)
    return free


@transaction.atomic
def cancel_job(*, job: Job, at: datetime) -> bool:
    """End a job that is under way: its worker stops before the next part. Returns whether there was something to end.

    Months that are being scored are left where they are; what was scored is still summarised.
    """
    if not Job.objects.filter(pk=job.pk, state__in=UNDONE).update(state=JobState.CANCELLED, finished_at=at):
        return False
    for run in job.runs.filter(state=RunState.RUNNING):
        running.cut_short(run.pk, at=at)
    return True


def rerun_job(*, job: Job, by: User, at: datetime) -> Job:
    """A new job that asks the same. Raises `Refused` as `start_job` does, and where it would come to nothing."""
    if not job.may_run_again:
        raise Refused({"": _("This job need not run again: it is under way, or what it was to do is done.")})
    asked = {name: value for name, value in job.asked.items() if name != "language"}
    return start_job(kind=job.kind, committee=job.committee, title=job.title, asked=asked, by=by, at=at)


class Work:
    """What a worker function is given: the job, and how to tell how far it is. Each word is committed at once."""

    def __init__(self, job: Job, clock: Clock):
        self.job = job
        self.clock = clock
        # The part in hand, in words: where a failure happened.
        self.part = ""
        self.is_finished = False

    def write(self, **columns) -> None:
        """Store columns of the job. Raises `Cancelled` where it is no longer running."""
        if not Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING).update(**columns):
            raise Cancelled
        for name, value in columns.items():
            setattr(self.job, name, value)

    def expect(self, total: int) -> None:
        """How many parts there are, none of them done. Raises `Cancelled`."""
        self.write(total=total, done=0)

    def reach(self, done: int, part: str = "") -> None:
        """So many parts are done; `part` names the next one. Raises `Cancelled`."""
        self.write(done=done)
        self.part = part

    def finish(self, sentence: str) -> None:
        """Write the end, with a line in the log, in the caller's transaction: neither is without the other. Raises `Cancelled`."""
        self.note(sentence)
        if not _end(self.job, JobState.DONE, at=self.clock()):
            raise Cancelled
        self.is_finished = True

    def note(self, sentence: str) -> None:
        """A line in the log that the owner reads."""
        _note(self.job, sentence, at=self.clock())


def _note(job: Job, sentence: str, *, at: datetime) -> None:
    line = f"{date_format(timezone.localtime(at), 'j/n/Y H:i:s')} {sentence}\n"
    Job.objects.filter(pk=job.pk).update(log=Concat(F("log"), Value(line)))


@contextmanager
def _held(job_id: int) -> Iterator[bool]:
    """Whether the job's lock is ours; given back at the end of the block, or by the server when this process dies."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({LOCK})", [job_id])
        (is_held,) = cursor.fetchone()
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({LOCK})", [job_id])


def work_job(job_id: int, workers: Mapping[str, Callable[[Work], None]], *, clock: Clock = timezone.now) -> bool:
    """Work on a job to its end, if it is undone and nobody else is at it. Returns whether it is done now.

    An error leaves it to be sent again; after `MOST_ATTEMPTS` it fails, with a sentence where and why. Its owner is told of the end.
    """
    with _held(job_id) as is_held:
        job = _begin(job_id, at=clock()) if is_held else None
        if job is None:
            return False
        work = Work(job, clock)
        with translation.override(job.asked["language"]):
            try:
                workers[job.kind](work)
            except Cancelled:
                return False
            except CannotBeDone as refusal:
                _end(job, JobState.FAILED, at=clock(), error=str(refusal))
            except Exception as error:
                # Whatever it was: a job whose failures nobody counts would be begun for ever.
                log.error("job %s failed: %s", job_id, type(error).__name__)
                _fail(work, error)
            else:
                return work.is_finished or _end(job, JobState.DONE, at=clock())
    return False


@transaction.atomic
def _begin(job_id: int, *, at: datetime) -> Job | None:
    """Count one more attempt; None where there is nothing to do, or where no attempt is left."""
    job = (
        Job.objects.select_for_update(of=("self",)).select_related("committee", "requested_by").filter(pk=job_id, state__in=UNDONE).first()
    )
    if job is None:
        return None
    with translation.override(job.asked["language"]):
        if job.attempts >= MOST_ATTEMPTS:
            why = _("It was begun %(n)s times, and each time the program was ended before its end.") % {"n": job.attempts}
            _end(job, JobState.FAILED, at=at, error=why)
            return None
        job.attempts += 1
        job.started_at = job.started_at or at
        job.state = JobState.RUNNING
        job.save(update_fields=["attempts", "started_at", "state"])
        _note(job, _("Begun.") if job.attempts == 1 else _("Begun again, attempt %(n)s.") % {"n": job.attempts}, at=at)
    return job


def _fail(work: Work, error: Exception) -> None:
    """Note where and why an attempt ended; the last one ends the job."""
    job, at = work.job, work.clock()
    # The class only: a message can carry what the rows hold.
    words = {"error": type(error).__name__, "done": job.done, "total": job.total, "part": work.part, "n": job.attempts}
    if work.part:
        why = _("It stopped at: %(part)s (%(done)s of %(total)s parts were done). An unexpected error: %(error)s.") % words
    else:
        why = _("It stopped before its first part. An unexpected error: %(error)s.") % words
    if job.attempts >= MOST_ATTEMPTS:
        tried = _("It was tried %(n)s times.") % words
        _end(job, JobState.FAILED, at=at, error=f"{why} {tried}")
    elif Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(state=JobState.WAITING, sent_at=at):
        again = _("It is tried again in half a minute.")
        _note(job, f"{why} {again}", at=at)


@transaction.atomic
def _end(job: Job, state: JobState, *, at: datetime, error: str = "") -> bool:
    """Write the end of a job and tell its owner, unless it was cancelled meanwhile. Returns whether it is done."""
    done = {"done": F("total")} if state == JobState.DONE and job.total is not None else {}
    if not Job.objects.filter(pk=job.pk, state__in=UNDONE).update(state=state, finished_at=at, error=error, **done):
        return False
    words = {"title": job.title, "error": error}
    text = _("Done: %(title)s.") % words if state == JobState.DONE else _("Not done: %(title)s. %(error)s") % words
    _note(job, error or _("Done."), at=at)
    told = Notice(user_id=job.requested_by_id, kind=NoticeKind.JOB, job=job, text=text, created_at=at)
    Notice.objects.bulk_create([told], ignore_conflicts=True)
    return state == JobState.DONE
