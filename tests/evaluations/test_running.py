"""Runs: the ledger keeps what is to do, whatever becomes of workers and broker."""

import os
import signal
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.app.task import Task
from django.db import DataError
from django.db.models import F, QuerySet

from cellquality.processes import wait_until
from evaluations import running, scoring, tasks
from evaluations.checking.months import stored_sums, sums_under
from evaluations.models import Chunk, ChunkState, MonthScore, Run, RunState, Stage
from evaluations.periods import Month
from evaluations.submission import submit
from meetings.models import Cell, CellKind, ChangedCell, Committee, Level, Meeting, MeetingState
from meetings.tree import place_all
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations import month as months
from tests.evaluations.test_changes import transaction_of_another
from tests.evaluations.workshops import sender
from tests.factories import SINCE, make_committee
from tests.site import Site

NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
NOVEMBER = date(2026, 11, 1)


def make_cells(committee: Committee, count: int) -> list[Cell]:
    """Cells that sat in November, in a handful of statements, with nothing noted."""
    cells = Cell.objects.bulk_create(Cell(name=f"Chi bộ {number}", kind=CellKind.VILLAGE) for number in range(count))
    place_all([(cell, committee) for cell in cells], from_=SINCE)
    sitting = {"for_month": NOVEMBER, "held_on": date(2026, 11, 3), "state": MeetingState.CONCLUDED}
    Meeting.objects.bulk_create(Meeting(cell=cell, starts_at=time(19), ends_at=time(21), **sitting) for cell in cells)
    ChangedCell.objects.all().delete()
    return cells


def start(committee: Committee, cells_per_chunk: int = 2) -> Run:
    return running.start_run(committee=committee, month=Month.of(NOVEMBER), as_of=NOW.date(), at=NOW, cells_per_chunk=cells_per_chunk)


def work_all(at: datetime = NOW) -> None:
    while keys := running.chunks_to_send(at=at):
        for key in keys:
            running.work_chunk(key, at=at)


@pytest.mark.django_db
def test_a_run_goes_through_its_stages_to_the_end():
    province = make_committee("Tỉnh ủy", Level.PROVINCE)
    commune = make_committee(parent=province)
    cells = make_cells(commune, 5)
    run = start(province)
    assert run.chunks.count() == 3
    work_all()
    run.refresh_from_db()
    assert (run.state, run.finished_at) == (RunState.DONE, NOW)
    assert [(chunk.stage, chunk.rows) for chunk in run.chunks.order_by("pk")] == [
        *[(Stage.CELLS, 2), (Stage.CELLS, 2), (Stage.CELLS, 1)],
        (Stage.COMMITTEES, 8),
    ]
    assert MonthScore.objects.filter(held=True).count() == len(cells)
    for committee in (province, commune):
        assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER) != {}


@pytest.mark.django_db
def test_a_subtree_without_cells_is_done_all_the_same():
    run = start(make_committee())
    assert [chunk.stage for chunk in run.chunks.all()] == [Stage.COMMITTEES]
    work_all()
    run.refresh_from_db()
    assert run.state == RunState.DONE


@pytest.mark.django_db
def test_a_chunk_that_is_done_is_not_done_again_and_not_sent_again():
    committee = make_committee()
    make_cells(committee, 1)
    run = start(committee)
    (key,) = running.chunks_to_send(at=NOW)
    assert running.chunks_to_send(at=NOW) == []
    assert running.work_chunk(key, at=NOW)
    assert not running.work_chunk(key, at=NOW)
    later = NOW + timedelta(minutes=1)
    assert running.chunks_to_send(at=later) == [run.chunks.get(stage=Stage.COMMITTEES).pk]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError, DataError])
def test_a_chunk_that_always_fails_ends_failed_and_says_only_the_class(monkeypatch, error, caplog):
    def fail(*_args, **_kwargs):
        raise error("Nguyễn Văn An vắng")

    committee = make_committee()
    make_cells(committee, 1)
    run = start(committee)
    monkeypatch.setattr(scoring, "score", fail)
    for attempt in range(running.MOST_ATTEMPTS):
        (key,) = running.chunks_to_send(at=NOW + timedelta(minutes=attempt))
        assert not running.work_chunk(key, at=NOW)
    chunk = Chunk.objects.get()
    run.refresh_from_db()
    assert (chunk.state, chunk.error, chunk.attempts) == (ChunkState.FAILED, error.__name__, running.MOST_ATTEMPTS)
    assert (run.state, run.finished_at) == (RunState.FAILED, NOW)
    assert running.chunks_to_send(at=NOW + timedelta(hours=1)) == []
    assert "Nguyễn" not in caplog.text and error.__name__ in caplog.text


@pytest.mark.django_db
def test_a_chunk_that_the_broker_lost_is_sent_again(monkeypatch):
    def broker_is_down(*_args, **_kwargs):
        raise ConnectionError

    committee = make_committee()
    make_cells(committee, 1)
    start(committee)
    monkeypatch.setattr(Task, "apply_async", broker_is_down)
    with pytest.raises(ConnectionError):
        tasks.resend_undone()
    sent_at = Chunk.objects.get().sent_at
    assert running.chunks_to_send(at=sent_at + timedelta(seconds=29)) == []
    assert running.chunks_to_send(at=sent_at + timedelta(seconds=31)) == [Chunk.objects.get().pk]


@pytest.mark.django_db
def test_the_night_scores_this_month_and_the_one_before_once():
    committee = make_committee()
    make_cells(committee, 1)
    runs = running.start_nightly(as_of=NOW.date(), at=NOW)
    assert [(run.committee, run.month) for run in runs] == [(committee, date(2026, 10, 1)), (committee, NOVEMBER)]
    assert running.start_nightly(as_of=NOW.date(), at=NOW) == []
    work_all()
    assert len(running.start_nightly(as_of=NOW.date(), at=NOW)) == 2


@pytest.mark.django_db
def test_sending_a_month_asks_nothing_of_the_broker(monkeypatch):
    def no_broker(*_args, **_kwargs):
        raise AssertionError("the broker was asked")

    month = months.recorded_month()
    months.filled_in(month)
    monkeypatch.setattr(Task, "apply_async", no_broker)
    monkeypatch.setattr(Celery, "connection_for_write", no_broker)
    sheet = submit(meeting=month.meeting, by=month.people.user, at=months.NOW, expected_version=month.sheet.version)
    assert sheet.is_sent


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the lock"])
def test_two_workers_at_one_chunk_do_it_once(committed_db, monkeypatch, guarded):
    committee = make_committee()
    first, *_others = make_cells(committee, 2)
    MonthScore.objects.create(
        cell=first,
        month=NOVEMBER,
        counted_path=first.scope_path,
        committee=committee,
        cell_kind=first.kind,
        state="NOT_HELD",
        held=False,
        thematic_held=False,
        sent=False,
    )
    start(committee)
    (key,) = running.chunks_to_send(at=NOW)
    if not guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    did: list[bool] = []

    def work():
        did.append(running.work_chunk(key, at=NOW))

    lock = "SELECT FROM evaluations_monthscore WHERE cell_id = %s FOR UPDATE"
    with transaction_of_another(committed_db, lock, first.pk) as blocker, meanwhile(work):
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
        with meanwhile(work) as second:
            assert wait_until(lambda: waiting_for_a_lock() == 2 or not second.is_alive(), within=10)
            blocker.rollback()
    assert sorted(did) == ([False, True] if guarded else [True, True])


def test_a_run_outlives_a_worker_that_is_killed(workshop: Site):
    committee = make_committee()
    cells = make_cells(committee, 200)
    run = start(committee, cells_per_chunk=20)
    last = cells[-1]
    columns = {"cell": last, "month": NOVEMBER, "counted_path": last.scope_path, "committee": committee, "cell_kind": last.kind}
    MonthScore.objects.create(**columns, state="NOT_HELD", held=False, thematic_held=False, sent=False)
    send = sender(workshop)

    lock = "SELECT FROM evaluations_monthscore WHERE cell_id = %s FOR UPDATE"
    with transaction_of_another(workshop.database_url, lock, last.pk):
        worker = workshop.start_worker()
        send()
        # Nine chunks are done; somebody is in the middle of the tenth.
        assert wait_until(lambda: run.chunks.filter(state=ChunkState.DONE).count() == 9 and waiting_for_a_lock(), within=30, every=0.1)
        os.killpg(worker.pid, signal.SIGKILL)
        assert wait_until(lambda: waiting_for_a_lock() == 0, within=10, every=0.1)  # its statement ended with it
    assert run.chunks.get(state=ChunkState.TODO).attempts == 0

    # As if it had been sent a while ago.
    run.chunks.filter(state=ChunkState.TODO).update(sent_at=F("sent_at") - running.SENT_AGAIN_AFTER)
    workshop.start_worker()
    send()
    assert wait_until(lambda: Run.objects.get().state == RunState.DONE, within=30, every=0.1), workshop.log("worker")
    assert sum(chunk.rows for chunk in run.chunks.filter(stage=Stage.CELLS)) == len(cells)
    assert MonthScore.objects.filter(held=True).count() == len(cells)
    assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER)
