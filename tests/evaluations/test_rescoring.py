"""The job that scores a period anew: a run for each month, done by whoever is free, and every score summarised."""

import os
import signal
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F

from cellquality.processes import wait_until
from evaluations import jobs, rescoring, running, scoring
from evaluations.checking.months import stored_sums, sums_under
from evaluations.jobs import cancel_job, work_job
from evaluations.models import Chunk, Job, JobState, MonthScore, Notice, Run, RunState, Stage
from evaluations.periods import Quarter, parse_period
from evaluations.works import WORKERS
from meetings.models import Committee
from meetings.permissions import YES
from tests.databases import waiting_for_a_lock
from tests.evaluations.test_changes import transaction_of_another
from tests.evaluations.test_running import NOVEMBER, make_cells
from tests.evaluations.workshops import sender
from tests.factories import make_committee, make_user
from tests.site import Site

NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def ask(committee: Committee, period: str = "2026-11") -> Job:
    office = make_user("office", office_of=committee)
    return rescoring.start_rescoring(committee=committee, period=parse_period(period), by=office, at=NOW)


def work_on(job: Job) -> Job:
    work_job(job.pk, WORKERS, clock=lambda: NOW)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that does not ask who it is for"])
def test_a_job_of_somebody_who_may_no_longer_scores_nothing(guarded, monkeypatch):
    committee = make_committee()
    make_cells(committee, 2)
    job = ask(committee)
    job.requested_by.appointments.update(during=(date(2026, 1, 1), NOW.date()))
    if not guarded:
        monkeypatch.setattr("meetings.permissions.Authority.to_score_anew", lambda *args: YES)
    assert work_on(job).state == (JobState.FAILED if guarded else JobState.DONE)
    assert MonthScore.objects.exists() != guarded


@pytest.fixture
def committee(db) -> Committee:
    return make_committee()


def test_a_month_is_scored_and_summarised(committee):
    cells = make_cells(committee, 5)
    job = work_on(ask(committee))
    assert (job.state, job.done, job.error) == (JobState.DONE, job.total, "")
    assert job.total == job.runs.get().chunks.count()
    assert MonthScore.objects.filter(month=NOVEMBER, held=True).count() == len(cells)
    assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER) != {}


def test_of_a_longer_period_the_months_that_have_begun(committee):
    make_cells(committee, 2)
    job = work_on(ask(committee, "2026-Q4"))
    assert job.state == JobState.DONE
    assert [run.month for run in job.runs.order_by("month")] == [date(2026, 10, 1), NOVEMBER]
    assert {run.as_of for run in job.runs.all()} == {NOW.date()}


def test_a_period_that_has_not_begun_is_refused_in_words(committee, english):
    job = work_on(ask(committee, str(Quarter(2027, 1))))
    assert (job.state, job.error) == (JobState.FAILED, "This period has not begun yet: there is nothing to score.")
    assert not Run.objects.exists()


def test_progress_counts_parts_as_they_are_done(committee, monkeypatch):
    make_cells(committee, 6)
    monkeypatch.setattr(rescoring, "CELLS_PER_PART", 2)
    seen: list[tuple[int, int]] = []
    reach = jobs.Work.reach
    monkeypatch.setattr(jobs.Work, "reach", lambda work, done, part="": seen.append((done, work.job.total)) or reach(work, done, part))
    job = work_on(ask(committee))
    assert seen == [(done, job.total) for done in range(job.total + 1)]


def test_what_failed_is_said_with_its_month_and_stage(committee, english, monkeypatch):
    def fail(*_args, **_kwargs):
        raise ValueError("Nguyễn Văn An vắng")

    make_cells(committee, 1)
    monkeypatch.setattr(scoring, "score", fail)
    monkeypatch.setattr(rescoring, "PAUSE_SECONDS", 0)
    job = work_on(ask(committee))
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert job.error == "Month 11/2026, “Measure and score cells”: an unexpected error (ValueError). It was tried 5 times."


def test_cancelled_in_the_middle_what_is_scored_is_summarised(committee, monkeypatch):
    cells = make_cells(committee, 6)
    monkeypatch.setattr(rescoring, "CELLS_PER_PART", 2)
    work_chunk, job = running.work_chunk, ask(committee)

    def cancelled_after_the_first(key: int, *, at: datetime) -> bool:
        done = work_chunk(key, at=at)
        cancel_job(job=job, at=at)
        return done

    monkeypatch.setattr(running, "work_chunk", cancelled_after_the_first)
    work_on(job)
    run = job.runs.get()
    assert job.state == JobState.CANCELLED
    assert [chunk.stage for chunk in run.chunks.order_by("pk")][:2] == [Stage.CELLS, Stage.COMMITTEES]
    while keys := running.chunks_to_send(at=NOW):
        for key in keys:
            work_chunk(key, at=NOW)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert MonthScore.objects.filter(held=True).count() == 2 < len(cells)
    assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER) != {}
    assert not Notice.objects.exists()


def test_a_job_outlives_a_worker_that_is_killed(workshop: Site):
    """Killed in the middle of a part, with its lock and its statement; what beat sends finishes it, in a worker of its own."""
    committee = make_committee()
    cells = make_cells(committee, 50)
    job = ask(committee)
    last = cells[-1]
    columns = {"cell": last, "month": NOVEMBER, "counted_path": last.scope_path, "committee": committee, "cell_kind": last.kind}
    MonthScore.objects.create(**columns, state="NOT_HELD", held=False, thematic_held=False, sent=False)
    send = sender(workshop)

    lock = "SELECT FROM evaluations_monthscore WHERE cell_id = %s FOR UPDATE"
    with transaction_of_another(workshop.database_url, lock, last.pk):
        worker = workshop.start_worker()
        send()
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60, every=0.1), workshop.log("worker")
        os.killpg(worker.pid, signal.SIGKILL)
        assert wait_until(lambda: waiting_for_a_lock() == 0, within=10, every=0.1)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts) == (JobState.RUNNING, 0, 1)

    # As if job and chunk had been sent a while ago.
    Job.objects.update(sent_at=F("sent_at") - jobs.SENT_AGAIN_AFTER)
    Chunk.objects.update(sent_at=F("sent_at") - running.SENT_AGAIN_AFTER - timedelta(seconds=1))
    workshop.start_worker()
    send()
    assert wait_until(lambda: Job.objects.get().state == JobState.DONE, within=60, every=0.1), workshop.log("worker")
    job.refresh_from_db()
    assert (job.attempts, job.done) == (2, job.total)
    assert Notice.objects.get().job == job
    assert MonthScore.objects.filter(month=NOVEMBER, held=True).count() == len(cells)
    assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER)
