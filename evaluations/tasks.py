"""Celery tasks: thin, with keys only. What is to do stands in the ledger; a lost message is sent again from there."""

from celery import shared_task
from django.utils import timezone

from evaluations import changes, jobs, running
from evaluations.exporting import files
from evaluations.works import WORKERS


@shared_task
def work_chunk(chunk_id: int) -> None:
    """Do one chunk of a run; then send what its end made ready."""
    if running.work_chunk(chunk_id, at=timezone.now()):
        resend_undone()


# Above the longest job; the broker's second delivery, which comes before, finds the job held and leaves.
@shared_task(soft_time_limit=6 * 3600, time_limit=6 * 3600 + 60)
def work_job(job_id: int) -> None:
    """Work on a job that a user started, to its end."""
    jobs.work_job(job_id, WORKERS)


@shared_task
def resend_undone() -> None:
    """Send the chunks and jobs that are to do and that nobody is at."""
    now = timezone.now()
    for key in running.chunks_to_send(at=now):
        work_chunk.delay(key)
    for key in jobs.jobs_to_send(at=now):
        jobs.send_job(key, at=now)


@shared_task
def take_changes() -> None:
    """Bring scores and summaries up to what was recorded since."""
    changes.take_changes(as_of=timezone.localdate(), at=timezone.now())


@shared_task
def take_scopes() -> None:
    """Set out runs for what changed for whole subtrees, and send their chunks."""
    if changes.take_scopes(as_of=timezone.localdate(), at=timezone.now()):
        resend_undone()


@shared_task
def nightly() -> None:
    """Set out the night's runs, and send their chunks."""
    running.start_nightly(as_of=timezone.localdate(), at=timezone.now())
    resend_undone()


@shared_task
def remove_expired() -> None:
    """Delete the exports whose time is over."""
    files.remove_expired(at=timezone.now())
