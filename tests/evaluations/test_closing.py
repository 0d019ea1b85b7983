"""Closing and correcting as jobs: published once, refused in words, and not at all where it was cancelled."""

from random import Random

import pytest

from evaluations import closing
from evaluations.closing import start_closing, start_correction
from evaluations.jobs import work_job
from evaluations.models import Edition, Job, JobState, Notice
from evaluations.periods import Month
from evaluations.works import WORKERS
from meetings.models import ChangedCell
from tests.evaluations.closed_periods import AT, Ground, change, fill, make_ground
from tests.evaluations.test_changes import transaction_of_another

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
        monkeypatch.setattr("evaluations.jobs.Work.reach", lambda *args: None)
    assert worked(job).state == JobState.CANCELLED
    assert Edition.objects.exists() != asking
