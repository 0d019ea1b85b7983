"""The private folder of finished exports: random names, ours alone to read, nothing kept beyond its time."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

from evaluations.models import Job, JobState

KEPT_FOR = timedelta(days=7)
# A file that no job names is one that is being written, or that nobody finished.
UNFINISHED_FOR = timedelta(days=1)


def folder() -> Path:
    path = Path(settings.EXPORTS_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def new_file(suffix: str) -> Path:
    """A name that nobody can guess; the file is made empty, for ourselves alone."""
    path = folder() / f"{uuid4().hex}.{suffix}"
    path.touch(mode=0o600, exist_ok=False)
    return path


def open_file(job: Job) -> BinaryIO | None:
    """The job's file to read; None where it is gone."""
    try:
        return (folder() / job.stored_as).open("rb")
    except FileNotFoundError:
        return None


def remove_expired(*, at: datetime) -> int:
    """Delete the files whose time is over and those that nobody finished; jobs forget what is deleted. Returns how many went."""
    Job.objects.filter(expires_at__lte=at).exclude(stored_as="").update(stored_as="")
    kept = set(Job.objects.filter(state=JobState.DONE).exclude(stored_as="").values_list("stored_as", flat=True))
    unfinished = (at - UNFINISHED_FOR).timestamp()
    removed = [path for path in folder().iterdir() if path.name not in kept and path.stat().st_mtime < unfinished]
    for path in removed:
        path.unlink()
    return len(removed)
