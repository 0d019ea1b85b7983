"""The ledger of runs: set out, do a chunk, go on to the next stage, send again what is undone.

A chunk's one transaction holds its row lock while it works: a worker that is killed gives it back, and a second one that was sent the same
chunk finds it locked or done and leaves. Delivery by the broker is therefore a hint, never a promise.
"""

import logging
from datetime import date, datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from evaluations import levels, scoring, summaries
from evaluations.differing import count_differing
from evaluations.measuring import Targets
from evaluations.models import Chunk, ChunkState, Run, RunState, Stage
from evaluations.periods import Month
from meetings.models import Committee, User

log = logging.getLogger(__name__)

CELLS_PER_CHUNK = 2000
MOST_ATTEMPTS = 5
# A chunk sent less than this ago is probably still waiting in the broker.
SENT_AGAIN_AFTER = timedelta(seconds=30)


@transaction.atomic
def start_run(
    *,
    committee: Committee,
    month: Month,
    as_of: date,
    at: datetime,
    by: User | None = None,
    cells_per_chunk: int = CELLS_PER_CHUNK,
) -> Run:
    """Set out to score a month of a subtree: the run and the chunks of its first stage, as rows. Sends nothing."""
    run = Run.objects.create(committee=committee, month=month.first, as_of=as_of, requested_by=by, started_at=at)
    Chunk.objects.bulk_create(
        Chunk(run=run, stage=Stage.CELLS, first_cell=first, last_cell=last)
        for first, last in _ranges_of_cells(committee, month, cells_per_chunk)
    )
    if not run.chunks.exists():
        _advance(run, at=at)
    return run


def _ranges_of_cells(committee: Committee, month: Month, cells_per_chunk: int) -> list[tuple[int, int]]:
    """The keys of the subtree's cells of that month, cut into spans of that many cells (or those left over)."""
    target = Targets.under(committee.scope_path, month.first, 0, 2**62)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(cell_id), max(cell_id) FROM (SELECT cell_id, (row_number() OVER (ORDER BY cell_id) - 1) / %s AS span "
            f"FROM (SELECT DISTINCT cell_id FROM ({target.sql}) AS target(cell_id, month)) AS cells) AS spans "
            "GROUP BY span ORDER BY span",
            [cells_per_chunk, *target.params],
        )
        return cursor.fetchall()


def work_chunk(chunk_id: int, *, at: datetime) -> bool:
    """Do one chunk, if it is still to do and nobody else is at it. Returns whether it did.

    An error leaves the chunk to do, with its attempt and the error's class noted; after `MOST_ATTEMPTS` it and its run fail.
    """
    try:
        with transaction.atomic():
            chunk = (
                Chunk.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("run__committee")
                .filter(pk=chunk_id, state=ChunkState.TODO, run__state=RunState.RUNNING)
                .first()
            )
            if chunk is None:
                return False
            began = monotonic()
            chunk.rows = _do(chunk)
            chunk.seconds = monotonic() - began
            chunk.state = ChunkState.DONE
            chunk.save(update_fields=["rows", "seconds", "state"])
            _advance_when_done(chunk, at=at)
    except Exception as error:
        # Whatever it was: a chunk whose failures nobody counts would be sent for ever, and its run would never end.
        log.error("chunk %s failed: %s", chunk_id, type(error).__name__)
        _note_failure(chunk_id, error, at=at)
        return False
    return True


def _do(chunk: Chunk) -> int:
    run = chunk.run
    if chunk.stage == Stage.CELLS:
        targets = Targets.under(run.committee.scope_path, run.month, chunk.first_cell, chunk.last_cell)
        scoring.hold_months(targets, shared=True)
        return scoring.score(targets, as_of=run.as_of)
    renewed = levels.committees_to_renew(run.committee.scope_path, Month.of(run.month))
    written = summaries.summarise(renewed)
    count_differing(renewed)
    return written


def _advance_when_done(chunk: Chunk, *, at: datetime) -> None:
    """After the last chunk of a stage, begin the next. The run's lock makes two last chunks see each other."""
    run = Run.objects.select_for_update().get(pk=chunk.run_id)
    if not run.chunks.filter(stage=chunk.stage).exclude(state=ChunkState.DONE).exists():
        _advance(run, at=at)


def _advance(run: Run, *, at: datetime) -> None:
    if not run.chunks.filter(stage=Stage.COMMITTEES).exists():
        Chunk.objects.create(run=run, stage=Stage.COMMITTEES)
    else:
        run.state = RunState.DONE
        run.finished_at = at
        run.save(update_fields=["state", "finished_at"])


@transaction.atomic
def cut_short(run_id: int, *, at: datetime) -> None:
    """Leave out the cells that nobody has begun; what is scored, and what somebody is at, is summarised as always."""
    run = Run.objects.select_for_update().filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None:
        return
    cells = run.chunks.filter(stage=Stage.CELLS)
    left = [chunk.pk for chunk in cells.select_for_update(skip_locked=True).filter(state=ChunkState.TODO)]
    Chunk.objects.filter(pk__in=left).delete()
    if left and not cells.exclude(state=ChunkState.DONE).exists():
        _advance(run, at=at)


def _note_failure(chunk_id: int, error: Exception, *, at: datetime) -> None:
    with transaction.atomic():
        chunk = Chunk.objects.select_for_update(skip_locked=True).filter(pk=chunk_id, state=ChunkState.TODO).first()
        if chunk is None:
            return
        chunk.attempts += 1
        # The class only: a message can carry what the rows hold.
        chunk.error = type(error).__name__
        if chunk.attempts >= MOST_ATTEMPTS:
            chunk.state = ChunkState.FAILED
            Run.objects.filter(pk=chunk.run_id).update(state=RunState.FAILED, finished_at=at)
        chunk.save(update_fields=["attempts", "error", "state"])


@transaction.atomic
def chunks_to_send(*, at: datetime, limit: int = 200) -> list[int]:
    """The chunks that are to do, that nobody is at and that were not sent just now; marked as sent."""
    waiting = (
        Chunk.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(sent_at__isnull=True) | Q(sent_at__lt=at - SENT_AGAIN_AFTER), state=ChunkState.TODO, run__state=RunState.RUNNING)
        .order_by("pk")[:limit]
    )
    keys = [chunk.pk for chunk in waiting]
    Chunk.objects.filter(pk__in=keys).update(sent_at=at)
    return keys


def roots_on(day: date) -> QuerySet[Committee]:
    """The tops of the trees that stand on a day."""
    return Committee.objects.filter(placements__parent__isnull=True, placements__during__contains=day)


@transaction.atomic
def start_nightly(*, as_of: date, at: datetime) -> list[Run]:
    """The night's runs: this month and the one before, from the top of each tree. A month whose run still goes on is left to it."""
    runs = []
    for root in roots_on(as_of):
        for month in (Month.of(as_of).shifted(-1), Month.of(as_of)):
            if not Run.objects.filter(committee=root, month=month.first, state=RunState.RUNNING).exists():
                runs.append(start_run(committee=root, month=month, as_of=as_of, at=at))
    return runs
