"""Jobs through real requests: one's own alone, with how far they are, what came of them, and their files."""

from datetime import timedelta

import pytest
from celery import Celery
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from evaluations.models import Job, JobState
from meetings.models import Committee, User
from tests.costs import queries_of
from tests.evaluations.exported import work_on
from tests.evaluations.test_board_pages import grow
from tests.factories import make_committee, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def province() -> Committee:
    return make_committee("Tỉnh ủy Minh Họa", "PROVINCE")


@pytest.fixture
def board(province) -> User:
    return make_user("ban", board_of=province)


@pytest.fixture
def client(board) -> Client:
    return logged_in(board)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def ask(client: Client, committee: Committee, **posted) -> Job:
    answer = client.post(reverse("exports", args=[committee.public_id, "2026-11"]), {"name": "cells", "form": "xlsx", **posted})
    job = Job.objects.order_by("pk").last()
    assert (answer.status_code, answer.url) == (302, reverse("job", args=[job.public_id]))
    return job


def text_of(client: Client, job: Job) -> str:
    page = client.get(reverse("job", args=[job.public_id]))
    assert page.status_code == 200
    return page.content.decode()


def test_an_export_is_asked_for_followed_and_fetched(client, province, exports_folder):
    grow(province, 1, 3)
    job = ask(client, province)
    assert 'data-refresh="2"' in text_of(client, job)
    work_on(job, timezone.now())
    text = text_of(client, job)
    assert "data-refresh" not in text and job.file_name in text and "6/6 phần" in text
    answer = client.get(reverse("job_file", args=[job.public_id]))
    assert answer["Content-Disposition"] == f'attachment; filename="{job.file_name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_a_broker_that_is_down_fails_no_page(client, province, monkeypatch, django_capture_on_commit_callbacks):
    def broker_is_down(*_args, **_options):
        raise OperationalError

    monkeypatch.setattr(Celery, "send_task", broker_is_down)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(client, province)
    assert job.state == JobState.WAITING
    assert text_of(client, job)


def test_somebody_elses_job_is_404(client, province, exports_folder):
    job = work_on(ask(client, province), timezone.now())
    other = logged_in(make_user("other", board_of=province))
    for name, method in (("job", "get"), ("job_file", "get"), ("job_cancel", "post"), ("job_rerun", "post")):
        assert getattr(other, method)(reverse(name, args=[job.public_id])).status_code == 404
    assert job.title not in other.get(reverse("jobs")).content.decode()
    assert job.title in client.get(reverse("jobs")).content.decode()


def test_twin_without_the_owners_filter_it_would_be_shown(client, province, monkeypatch):
    job = ask(client, province)
    other = logged_in(make_user("other", board_of=province))
    monkeypatch.setattr("evaluations.views.jobs._own", lambda _request, public_id: Job.objects.get(public_id=public_id))
    assert text_of(other, job)


def test_a_file_is_gone_after_its_time_and_with_the_office(client, board, province, exports_folder):
    job = work_on(ask(client, province), timezone.now())
    path = reverse("job_file", args=[job.public_id])
    fetched = client.get(path)
    assert fetched.status_code == 200 and fetched.getvalue()
    Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404
    assert "job_file" not in text_of(client, job) and path not in text_of(client, job)
    Job.objects.update(expires_at=timezone.now() + timedelta(days=1))
    board.appointments.update(committee=make_committee("Tỉnh ủy khác", "PROVINCE"))
    assert client.get(path).status_code == 404


def test_a_file_that_somebody_deleted_is_404(client, province, exports_folder):
    job = work_on(ask(client, province), timezone.now())
    (exports_folder / job.stored_as).unlink()
    assert client.get(reverse("job_file", args=[job.public_id])).status_code == 404


def test_cancelling_and_running_again(client, province):
    job = ask(client, province)
    client.post(reverse("job_cancel", args=[job.public_id]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    answer = client.post(reverse("job_rerun", args=[job.public_id]))
    again = Job.objects.order_by("pk").last()
    assert answer.url == reverse("job", args=[again.public_id]) and again != job and again.asked == job.asked
    late = client.post(reverse("job_cancel", args=[job.public_id]), follow=True)
    assert "Công việc đã kết thúc từ trước." in late.content.decode()


def test_too_many_jobs_are_refused_in_words(client, province, english):
    for show in ("", "held", "sent", "scored", "good", "fair", "average", "poor", "late", "on_time"):
        ask(client, province, query=f"show={show}")
    path = reverse("exports", args=[province.public_id, "2026-11"])
    answer = client.post(path, {"name": "committees", "form": "xlsx"}, follow=True)
    assert "10 công việc chưa xong" in answer.content.decode()
    assert Job.objects.count() == 10


def test_what_failed_says_why(client, province, exports_folder):
    job = ask(client, province)
    Job.objects.update(state=JobState.FAILED, error="Dừng ở: tháng 11/2026.", log="5/11/2026 Bắt đầu.\n")
    text = text_of(client, job)
    assert "Dừng ở: tháng 11/2026." in text and "5/11/2026 Bắt đầu." in text


def test_how_far_it_is_and_how_long_it_takes(client, province):
    job = ask(client, province)
    Job.objects.update(state=JobState.RUNNING, total=400, done=100, started_at=timezone.now() - timedelta(minutes=1, seconds=10))
    text = text_of(client, job)
    assert 'value="100" max="400"' in text and "100/400 phần" in text and "25 %" in text and "còn khoảng 4 phút" in text


def test_every_page_says_how_many_jobs_are_under_way(client, province):
    page = reverse("exports", args=[province.public_id, "2026-11"])
    assert "under-way" not in client.get(page).content.decode()
    ask(client, province)
    assert "1 công việc đang chạy" in client.get(page).content.decode()


def test_a_list_of_jobs_costs_the_same_for_one_and_for_thirty(client, board, province):
    ask(client, province)
    few = queries_of(client, reverse("jobs"))
    Job.objects.bulk_create(
        Job(kind="EXPORT", committee=province, title=f"Việc {n}", requested_by=board, requested_at=timezone.now(), state="DONE")
        for n in range(30)
    )
    assert queries_of(client, reverse("jobs")) == few <= 10


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "x", "' or 1=1"])
def test_pages_that_are_not_there_are_harmless(client, page):
    assert client.get(reverse("jobs"), {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "posted", [{}, {"name": "cells"}, {"name": "x", "form": "xlsx"}, {"name": "cells", "form": "xlsx", "query": "show=x"}]
)
def test_asking_for_what_is_not_there_is_404(client, province, posted):
    assert client.post(reverse("exports", args=[province.public_id, "2026-11"]), posted).status_code == 404


def test_scoring_anew_is_a_job_of_the_office(client, province, exports_folder):
    grow(province, 1, 1)
    answer = client.post(reverse("score_anew", args=[province.public_id, "2026-Q4"]))
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.public_id])
    assert (job.kind, job.asked["period"]) == ("SCORES", "2026-Q4")


def test_what_has_not_begun_is_not_scored_anew(client, province):
    assert client.post(reverse("score_anew", args=[province.public_id, "2199"])).status_code == 404
