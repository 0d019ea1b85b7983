"""The ledger of jobs: each is done once, to its end or to a sentence, whatever becomes of workers, broker and owner."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.db import DataError, connection
from django.utils import translation
from kombu.exceptions import OperationalError

from cellquality.processes import wait_until
from evaluations import jobs, tasks
from evaluations.jobs import CannotBeDone, Work, cancel_job, jobs_to_send, rerun_job, start_job, work_job
from evaluations.models import Job, JobKind, JobState, Notice, NoticeKind
from meetings.models import Committee, User
from meetings.refusing import Refused
from tests.databases import meanwhile
from tests.evaluations.test_changes import transaction_of_another
from tests.factories import make_committee, make_user

NOW = datetime(2026, 11, 5, 9, 41, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
LATER = NOW + timedelta(seconds=31)


@pytest.fixture
def office(db) -> User:
    return make_user("office", office_of=make_committee())


def ask(user: User, **asked) -> Job:
    committee = Committee.objects.get()
    return start_job(kind=JobKind.SCORES, committee=committee, title="Chấm lại", asked=asked, by=user, at=NOW)


def work_on(job: Job, worker: Callable[[Work], None], at: datetime = NOW) -> bool:
    done = work_job(job.pk, {JobKind.SCORES: worker}, clock=lambda: at)
    job.refresh_from_db()
    return done


def three_parts(work: Work) -> None:
    work.expect(3)
    for done in range(3):
        work.reach(done, f"phần {done + 1}")


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """The keys that the broker was given."""
    keys: list[int] = []
    monkeypatch.setattr(Celery, "send_task", lambda _app, _name, args, **_options: keys.append(*args))
    return keys


def test_a_job_is_sent_once_its_row_is_there_for_good(office, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(office)
        assert sent == []
    job.refresh_from_db()
    assert (sent, job.sent_at, job.state) == ([job.pk], NOW, JobState.WAITING)
    assert jobs_to_send(at=NOW) == []
    assert jobs_to_send(at=LATER) == [job.pk]
    assert jobs_to_send(at=LATER) == []


def test_without_a_broker_the_job_waits_for_beat(office, monkeypatch, django_capture_on_commit_callbacks, caplog):
    def broker_is_down(*_args, **_options):
        raise OperationalError("redis://secret@host")

    monkeypatch.setattr(Celery, "send_task", broker_is_down)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(office)
    job.refresh_from_db()
    assert (job.state, job.sent_at) == (JobState.WAITING, None)
    assert "secret" not in caplog.text and "OperationalError" in caplog.text
    assert jobs_to_send(at=NOW) == [job.pk]


def test_beat_sends_what_is_undone(office, sent):
    waiting, cancelled = ask(office, n=1), ask(office, n=2)
    cancel_job(job=cancelled, at=NOW)
    tasks.resend_undone()
    assert sent == [waiting.pk]


def test_asking_again_leads_to_the_job_under_way(office):
    first = ask(office, period="2026")
    assert ask(office, period="2026") == first
    assert ask(office, period="2025") != first
    with translation.override("en"):
        assert ask(office, period="2026") != first, "its owner reads another language"
    work_on(first, three_parts)
    assert ask(office, period="2026") != first


def test_a_user_has_so_many_jobs_under_way_and_no_more(office):
    for n in range(jobs.MOST_AT_ONCE):
        last = ask(office, n=n)
    with pytest.raises(Refused):
        ask(office, n="one more")
    work_on(last, three_parts)
    ask(office, n="one more")


def test_a_job_goes_to_its_end_and_its_owner_is_told(office):
    job = ask(office)
    assert work_on(job, three_parts)
    assert (job.state, job.total, job.done, job.percent, job.attempts) == (JobState.DONE, 3, 3, 100, 1)
    assert (job.started_at, job.finished_at, job.error) == (NOW, NOW, "")
    assert job.log.splitlines() == ["5/11/2026 09:41:00 Bắt đầu.", "5/11/2026 09:41:00 Xong."]
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.job, notice.text) == (office, NoticeKind.JOB, job, "Đã xong: Chấm lại.")
    assert not work_on(job, three_parts), "done once"
    assert Notice.objects.count() == 1


def test_the_owner_reads_the_language_the_job_was_asked_in(office):
    with translation.override("en"):
        job = ask(office)
    work_on(job, three_parts)
    assert Notice.objects.get().text == "Done: Chấm lại."


def test_the_time_left_is_that_of_the_pace_so_far(office):
    job = ask(office)
    assert job.time_left(NOW) is None
    work_on(job, lambda work: work.expect(4) or work.reach(1) or fail(ValueError))
    job.state = JobState.RUNNING
    assert job.time_left(NOW + timedelta(seconds=20)) == timedelta(seconds=60)
    assert job.percent == 25


def fail(error: type[Exception]) -> None:
    raise error("Nguyễn Văn An vắng")


@pytest.mark.parametrize("error", [ValueError, DataError])
def test_an_error_is_tried_again_and_then_said_without_what_rows_hold(office, error, caplog):
    def breaks_at_the_second(work: Work) -> None:
        work.expect(3)
        work.reach(1, "tháng 11/2026")
        fail(error)

    job = ask(office)
    for attempt in range(jobs.MOST_ATTEMPTS):
        assert job.state == JobState.WAITING
        at = NOW + timedelta(minutes=attempt)
        assert not work_on(job, breaks_at_the_second, at=at)
    assert (job.state, job.attempts, job.finished_at) == (JobState.FAILED, jobs.MOST_ATTEMPTS, at)
    for words in ("tháng 11/2026", "1", "3", error.__name__):
        assert words in job.error
    assert "Nguyễn" not in job.error + job.log + caplog.text + Notice.objects.get().text
    assert job.error in Notice.objects.get().text
    assert jobs_to_send(at=NOW + timedelta(hours=1)) == []


def test_between_attempts_a_job_waits_half_a_minute(office):
    job = ask(office)
    work_on(job, lambda work: fail(ValueError))
    assert job.state == JobState.WAITING
    assert jobs_to_send(at=NOW + timedelta(seconds=29)) == []
    assert jobs_to_send(at=LATER) == [job.pk]
    assert work_on(job, three_parts, at=LATER)
    assert (job.state, job.error, job.attempts) == (JobState.DONE, "", 2)


def test_what_can_not_be_done_is_not_tried_again(office):
    def refuse(work: Work) -> None:
        raise CannotBeDone("Kỳ này chưa bắt đầu.")

    job = ask(office)
    work_on(job, refuse)
    assert (job.state, job.error, job.attempts) == (JobState.FAILED, "Kỳ này chưa bắt đầu.", 1)


def test_a_job_that_ends_every_worker_ends_itself(office):
    job = ask(office)
    Job.objects.filter(pk=job.pk).update(attempts=jobs.MOST_ATTEMPTS, state=JobState.RUNNING)
    assert not work_on(job, three_parts)
    assert job.state == JobState.FAILED and str(jobs.MOST_ATTEMPTS) in job.error
    assert Notice.objects.get().job == job


def unguarded(work: Work, **columns) -> None:
    Job.objects.filter(pk=work.job.pk).update(**columns)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the guard"])
def test_a_cancelled_job_stops_between_its_parts(office, monkeypatch, guarded):
    reached: list[int] = []

    def cancelled_in_the_second(work: Work) -> None:
        work.expect(3)
        for done in range(3):
            work.reach(done)
            reached.append(done)
            if done == 1:
                cancel_job(job=work.job, at=LATER)

    if not guarded:
        monkeypatch.setattr(Work, "write", unguarded)
    job = ask(office)
    assert not work_on(job, cancelled_in_the_second)
    assert reached == ([0, 1] if guarded else [0, 1, 2])
    assert (job.state, job.finished_at) == (JobState.CANCELLED, LATER)
    assert not Notice.objects.exists(), "who cancels needs not be told"
    assert not cancel_job(job=job, at=LATER)
    assert not work_on(job, three_parts), "nobody begins it again"


def test_a_job_cancelled_at_its_last_word_stays_cancelled(office):
    job = ask(office)
    assert not work_on(job, lambda work: cancel_job(job=work.job, at=NOW) and None)
    assert job.state == JobState.CANCELLED


def test_asking_the_same_again_is_a_new_job(office):
    first = ask(office, period="2026-Q3")
    work_on(first, three_parts)
    again = rerun_job(job=first, by=office, at=LATER)
    assert again != first
    assert (again.kind, again.title, again.asked, again.state) == (first.kind, first.title, first.asked, JobState.WAITING)


@contextmanager
def held_by_another(url: str, job: Job):
    """The job's lock in another session."""
    with transaction_of_another(url, f"SELECT pg_advisory_lock({jobs.LOCK})", job.pk) as other:
        yield other


def test_a_job_somebody_works_on_is_not_sent_again(committed_db):
    user = make_user("office", office_of=make_committee())
    held, free = ask(user, n=1), ask(user, n=2)
    with held_by_another(committed_db, held):
        assert jobs_to_send(at=LATER) == [free.pk]
    assert jobs_to_send(at=LATER) == [held.pk]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the lock"])
def test_two_workers_at_one_job_do_it_once(committed_db, monkeypatch, guarded):
    user = make_user("office", office_of=make_committee())
    job = ask(user)
    if not guarded:
        monkeypatch.setattr(jobs, "LOCK", "%s::bigint * 0 + (random() * 1e15)::bigint")
    began: list[int] = []
    may_end: list[bool] = []

    def slow(work: Work) -> None:
        began.append(1)
        wait_until(lambda: bool(may_end), within=10)

    def work():
        work_job(job.pk, {JobKind.SCORES: slow}, clock=lambda: NOW)

    with meanwhile(work), meanwhile(work) as second:
        wait_until(lambda: len(began) == 2 or not second.is_alive(), within=5)
        may_end.append(True)
    assert len(began) == (1 if guarded else 2)


def test_the_lock_is_given_back(committed_db):
    user = make_user("office", office_of=make_committee())
    work_job(ask(user).pk, {JobKind.SCORES: three_parts}, clock=lambda: NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)
