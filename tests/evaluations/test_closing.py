"""Closing and correcting as jobs: published once, refused in words, and not at all where it was cancelled."""

from contextlib import ExitStack
from datetime import date, timedelta
from random import Random

import pytest
from django.urls import reverse

from cellquality.processes import wait_until
from evaluations import closing, jobs
from evaluations.closing import edition_of, start_closing, start_correction
from evaluations.jobs import Work, cancel_job, work_job
from evaluations.models import Edition, Job, JobState, MonthScore, Notice, PeriodScore, Run, RunState
from evaluations.periods import Month, Quarter
from evaluations.works import WORKERS
from meetings.models import ChangedCell, Committee, Level
from meetings.permissions import YES
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.closed_periods import AT, TODAY, Ground, change, fill, make_ground
from tests.evaluations.test_changes import transaction_of_another
from tests.meetings.sitting_pages import browser_of, words_of

OCTOBER = Month(2026, 10)
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def ground(db) -> Ground:
    ground = make_ground()
    fill(ground, OCTOBER, Random(1))
    return ground


def closing_of(ground: Ground, period: Month = OCTOBER) -> Job:
    return start_closing(committee=ground.province, period=period, by=ground.office, at=AT)


def worked(job: Job) -> Job:
    work_job(job.pk, WORKERS, clock=lambda: AT)
    job.refresh_from_db()
    return job


def test_a_period_is_closed_and_its_office_told(ground):
    job = worked(closing_of(ground))
    edition = Edition.objects.get()
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)
    assert (edition.committee, edition.period, edition.closed_by) == (ground.province, OCTOBER, ground.office)
    assert f"Edition 1 holds 4 new scores; its digest is {edition.digest}." in job.log
    assert Notice.objects.get().text == "Done: Close and publish: 10/2026."


def test_a_correction_is_the_next_edition_with_its_reason(ground):
    worked(closing_of(ground))
    change(ground.cells[0], OCTOBER, Random(2))
    job = worked(start_correction(committee=ground.province, period=OCTOBER, reason="Sửa", by=ground.office, at=AT))
    assert job.state == JobState.DONE
    assert list(Edition.objects.order_by("number").values_list("number", "reason", "changed")) == [(1, "", 4), (2, "Sửa", 1)]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that runs anything again"])
def test_what_was_published_is_shown_and_not_asked_for_once_more(ground, monkeypatch, guarded):
    if not guarded:
        monkeypatch.setattr(Job, "may_run_again", True)
    job = worked(closing_of(ground))
    page, rerun = reverse("job", args=[job.public_id]), reverse("job_rerun", args=[job.public_id])
    browser = browser_of(ground.office)
    assert ("Run it again" in words_of(browser.get(page))) is not guarded
    assert reverse("edition", args=[ground.province.public_id, OCTOBER, 1]) in browser.get(page).content.decode()
    answer = browser.post(rerun, follow=True)
    assert ("This job need not run again" in words_of(answer)) is guarded
    assert Job.objects.count() == (1 if guarded else 2)


def test_each_closing_leads_to_its_own_edition_and_one_that_failed_may_run_again(ground):
    first = worked(closing_of(ground))
    change(ground.cells[0], OCTOBER, Random(2))
    second, at = start_correction(committee=ground.province, period=OCTOBER, reason="Sửa", by=ground.office, at=AT), AT + timedelta(hours=1)
    work_job(second.pk, WORKERS, clock=lambda: at)
    second.refresh_from_db()
    assert [edition_of(job).number for job in (first, second)] == [1, 2]
    failed = worked(start_correction(committee=ground.province, period=OCTOBER, reason="Sửa nữa", by=ground.office, at=AT))
    assert (failed.state, failed.may_run_again, edition_of(failed)) == (JobState.FAILED, True, None)


def test_why_it_could_not_be_closed_is_said_in_words(ground):
    note = ChangedCell.objects.create(cell=ground.cells[0], from_month=OCTOBER.first)
    job = worked(closing_of(ground))
    assert (job.state, job.error) == (JobState.FAILED, "1 cell was recorded anew and is being scored; it takes a moment.")
    note.delete()
    job = worked(closing_of(ground, Month(2026, 11)))
    assert job.error == "This period is not over yet; it can be closed from 1/12/2026 on."
    assert not Edition.objects.exists()


def test_begun_again_after_its_worker_died_it_publishes_nothing_twice(ground):
    job = worked(closing_of(ground))
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    assert worked(job).state == JobState.DONE
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("asking", [True, False], ids=["asked", "twin that does not ask"])
def test_a_job_that_is_cancelled_meanwhile_publishes_nothing(committed_db, monkeypatch, asking):
    ground = make_ground()
    fill(ground, OCTOBER, Random(1))
    job = closing_of(ground)

    def cancelled_meanwhile(**signed):
        edition = close_period(**signed)
        cancel = "UPDATE evaluations_job SET state = 'CANCELLED', finished_at = now() WHERE id = %s"
        with transaction_of_another(committed_db, cancel, job.pk) as other:
            other.commit()
        return edition

    close_period = closing.close_period
    monkeypatch.setattr(closing, "close_period", cancelled_meanwhile)
    if not asking:
        monkeypatch.setattr("evaluations.jobs.Work.finish", lambda *args: None)
    assert worked(job).state == JobState.CANCELLED
    assert Edition.objects.exists() != asking


@pytest.mark.parametrize("finishing", [True, False], ids=["guarded", "twin that ends its job afterwards"])
def test_a_job_that_published_is_not_cancelled(committed_db, monkeypatch, finishing):
    """Who cancels while it publishes waits for its row, and then finds it done."""
    ground = make_ground()
    fill(ground, OCTOBER, Random(1))
    job, cancelled, threads = closing_of(ground), [], []
    finish, end = Work.finish, jobs._end

    def end_after_who_cancels(*args, **options) -> bool:
        for thread in threads:
            thread.join(60)
        return end(*args, **options)

    def finish_and_wait(work: Work, sentence: str) -> None:
        finish(work, sentence) if finishing else work.reach(1)
        cancelling = joining.enter_context(meanwhile(lambda: cancelled.append(cancel_job(job=Job.objects.get(pk=job.pk), at=AT))))
        threads.append(cancelling)
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not cancelling.is_alive(), within=60)

    monkeypatch.setattr(Work, "finish", finish_and_wait)
    monkeypatch.setattr(jobs, "_end", end_after_who_cancels)
    with ExitStack() as joining:
        worked(job)
    job.refresh_from_db()
    assert Edition.objects.exists()
    assert (cancelled, job.state) == (([False], JobState.DONE) if finishing else ([True], JobState.CANCELLED))


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that does not ask who it is for"])
def test_a_job_of_somebody_who_may_no_longer_publishes_nothing(ground, monkeypatch, guarded):
    job = closing_of(ground)
    ground.office.appointments.update(during=(date(2026, 1, 1), TODAY))
    if not guarded:
        monkeypatch.setattr("meetings.permissions.Authority.to_close_periods", lambda *args: YES)
    job = worked(job)
    assert (job.state, Edition.objects.exists()) == ((JobState.FAILED, False) if guarded else (JobState.DONE, True))
    assert not guarded or "by the office of the province itself" in job.error


def test_a_month_that_the_night_has_not_made_is_not_published(ground):
    gone = MonthScore.objects.filter(cell=ground.cells[0], month=OCTOBER.first)
    gone.delete()
    assert "no score yet for 10/2026" in worked(closing_of(ground)).error
    assert not Edition.objects.exists()


def test_a_quarter_without_its_last_month_is_not_published(db):
    ground, quarter = make_ground(), Quarter(2026, 3)
    fill(ground, quarter, Random(1))
    PeriodScore.objects.filter(cell=ground.cells[0]).update(months=2)
    assert "no score yet for 7/2026, 8/2026, 9/2026" in worked(closing_of(ground, quarter)).error
    PeriodScore.objects.update(months=3)
    assert worked(closing_of(ground, quarter)).state == JobState.DONE


@pytest.mark.parametrize(("above", "state"), [("", "FAILED"), ("commune", "FAILED"), ("province", "DONE"), ("centre", "DONE")])
def test_a_run_that_failed_holds_a_closing_up_until_one_over_the_same_cells_is_done(ground, above, state):
    where = {"province": ground.province, "commune": ground.communes[0], "centre": Committee.objects.get(level=Level.CENTRAL)}
    run = {"month": OCTOBER.first, "as_of": TODAY, "started_at": AT, "finished_at": AT}
    Run.objects.create(committee=ground.province, state=RunState.FAILED, **run)
    if above:
        Run.objects.create(committee=where[above], state=RunState.DONE, **run)
    job = worked(closing_of(ground))
    assert job.state == state
    assert state == "DONE" or "10/2026 were not made to the end" in job.error
