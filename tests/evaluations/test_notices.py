"""A user's notices: what is new, where each leads, and nobody else's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Job, JobState, Notice, NoticeKind
from meetings.models import Appointment, User
from tests.costs import queries_of
from tests.evaluations.late_months import MONTH, NOVEMBER, NOW, late_cell, make_ground, secretary_of
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
PAGE = "/notices/"


@pytest.fixture(autouse=True)
def the_20th(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def month():
    return late_cell(make_ground().commune, "Chi bộ Thôn Một")


def tell(score, kind=NoticeKind.REMINDER, user=None, **columns) -> Notice:
    usual = {"cell": score.cell, "month": NOVEMBER, "created_at": NOW}
    return Notice.objects.create(user=user or secretary_of(score), kind=kind, **usual | columns)


def office() -> User:
    return User.objects.get(username="van-phong")


def ended_job() -> Job:
    user = office()
    committee = user.appointments.get().committee
    return Job.objects.create(kind="EXPORT", committee=committee, title="Chi bộ", requested_by=user, requested_at=NOW, state=JobState.DONE)


def test_what_is_new_is_counted_on_every_page_until_it_is_read(month):
    tell(month, text="Trước thứ Sáu")
    tell(month, NoticeKind.RETURNED, text="Giải trình mục 1", created_at=NOW - timedelta(days=1))
    browser = browser_of(secretary_of(month))
    page = browser.get(PAGE)
    words = words_of(page)
    assert "2 new notices" in words
    assert words.index("Chi bộ Thôn Một: month 11/2026 is still to be held or sent up") < words.index("returned the sheet of month 11/2026")
    assert "Trước thứ Sáu" in words
    assert browser.post(PAGE).url == PAGE
    words = words_of(browser.get(PAGE))
    assert ("new notice" in words, "Mark all" in words, "Trước thứ Sáu" in words) == (False, False, True)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (NoticeKind.REMINDER, "cell_month"),
        (NoticeKind.EXTENDED, "cell_month"),
        (NoticeKind.RETURNED, "cell_returned"),
        (NoticeKind.DECIDED, "cell_explanation"),
        (NoticeKind.REOPENED, "cell_explanation"),
    ],
)
def test_each_leads_to_its_page_and_is_read_then(month, kind, name):
    notice, other = tell(month, kind), tell(month, kind)
    answer = browser_of(secretary_of(month)).post(reverse("notice_open", args=[notice.public_id]))
    assert answer.url == reverse(name, args=[month.cell.public_id, MONTH])
    notice.refresh_from_db()
    other.refresh_from_db()
    assert (notice.read_at, other.read_at) == (NOW, None)


def test_of_a_job_that_has_ended(month):
    job = ended_job()
    notice = tell(month, NoticeKind.JOB, user=office(), cell=None, month=None, job=job, text="Đã xong: Chi bộ.")
    browser = browser_of(office())
    assert words_of(browser.get(PAGE)).count("Đã xong: Chi bộ.") == 2, "as a heading and on its button, not as text again"
    assert browser.post(reverse("notice_open", args=[notice.public_id])).url == reverse("job", args=[job.public_id])


def test_who_sees_the_end_of_a_job_has_read_its_notice(month):
    job = ended_job()
    notice = tell(month, NoticeKind.JOB, user=office(), cell=None, month=None, job=job, text="Đã xong: Chi bộ.")
    page = browser_of(office()).get(reverse("job", args=[job.public_id]))
    notice.refresh_from_db()
    assert notice.read_at == NOW
    assert "new notice" not in words_of(page)


def test_somebody_elses_are_not_there(month):
    notice = tell(month)
    browser = browser_of(office())
    assert "Chi bộ Thôn Một" not in words_of(browser.get(PAGE))
    assert browser.post(reverse("notice_open", args=[notice.public_id])).status_code == 404
    browser.post(PAGE)
    notice.refresh_from_db()
    assert notice.read_at is None


def test_with_the_appointment_goes_what_was_said_of_the_cell(month):
    notice, user = tell(month, text="Giải trình mục 1"), secretary_of(month)
    Appointment.objects.create(
        user=user, role="SECRETARY", cell=late_cell(month.committee, secretary=False).cell, during=("2025-07-01", None)
    )
    user.appointments.filter(cell=month.cell).update(during=("2025-07-01", "2026-11-20"))
    browser = browser_of(user)
    words = words_of(browser.get(PAGE))
    assert ("Giải trình" in words, "new notice" in words) == (False, False)
    assert browser.post(reverse("notice_open", args=[notice.public_id])).status_code == 404


def test_the_page_costs_the_same_with_one_and_with_thirty(month):
    tell(month)
    browser = browser_of(secretary_of(month))
    few = queries_of(browser, PAGE)
    for _each in range(29):
        tell(month, NoticeKind.EXTENDED, sent_by=office())
    assert queries_of(browser, PAGE) == few <= 10


class TestAddress:
    def post(self, month, email: str):
        return browser_of(secretary_of(month)).post(PAGE, {"act": "address", "email": email})

    def test_is_asked_only_where_a_mail_server_is_named(self, month, settings):
        browser = browser_of(secretary_of(month))
        assert b'name="email"' not in browser.get(PAGE).content
        assert self.post(month, "bi-thu@example.vn").status_code == 422
        assert secretary_of(month).email == ""
        settings.SENDS_MAIL = True
        assert b'name="email"' in browser.get(PAGE).content

    def test_is_kept_and_taken_away(self, month, settings):
        settings.SENDS_MAIL = True
        for email in ("bi-thu@example.vn", ""):
            assert self.post(month, email).status_code == 302
            assert secretary_of(month).email == email

    def test_what_is_none_gets_a_sentence_and_stays(self, month, settings):
        settings.SENDS_MAIL = True
        notice = tell(month)
        answer = self.post(month, "bi-thu@")
        assert answer.status_code == 422
        assert b'value="bi-thu@"' in answer.content
        assert secretary_of(month).email == ""
        notice.refresh_from_db()
        assert notice.read_at is None
