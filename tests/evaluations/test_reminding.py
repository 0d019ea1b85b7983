"""The reminding job: who is told, that nobody is told twice, and what becomes of e-mails."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from evaluations import reminding
from evaluations.jobs import work_job
from evaluations.models import Job, JobKind, JobState, MonthScore, Notice, NoticeKind
from evaluations.reminding import start_reminding
from evaluations.works import WORKERS
from meetings.models import User
from meetings.recording import Refused
from tests.evaluations.late_months import MONTH, NOVEMBER, NOW, TODAY, late_cell, make_ground, secretary_of
from tests.factories import make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
SITE = "https://chi-bo.example/"


@pytest.fixture(autouse=True)
def the_20th(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def ground():
    return make_ground()


@pytest.fixture
def post(settings):
    """A mail server that takes everything."""
    settings.SENDS_MAIL = True
    return mail


def remind(ground, *cells, by=None, committee=None, at=NOW, **asked) -> Job:
    chosen = [cell.public_id for cell in cells] or None
    committee = committee or ground.commune
    job = start_reminding(committee=committee, month=MONTH, cells=chosen, site=SITE, by=by or ground.office, at=at, **asked)
    return work_on(job, at)


def work_on(job: Job, at=NOW) -> Job:
    work_job(job.pk, WORKERS, clock=lambda: at)
    job.refresh_from_db()
    return job


def reminded() -> list[User]:
    return [told.user for told in Notice.objects.filter(kind=NoticeKind.REMINDER).order_by("pk")]


def with_address(month, email="bi-thu@example.vn") -> User:
    user = secretary_of(month)
    User.objects.filter(pk=user.pk).update(email=email)
    return user


class TestWhoIsTold:
    def test_all_that_are_late_each_once_with_the_words(self, ground, english):
        months = [late_cell(ground.commune, held=held) for held in (False, True)]
        late_cell(ground.commune, hold_by=TODAY)
        late_cell(ground.beside)
        job = remind(ground, words="Trước thứ Sáu")
        assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
        assert reminded() == [secretary_of(month) for month in months]
        told = Notice.objects.filter(kind=NoticeKind.REMINDER).first()
        assert (told.cell, told.month, told.text, told.sent_by, told.job) == (months[0].cell, NOVEMBER, "Trước thứ Sáu", ground.office, job)
        assert "Reminded: 2 of 2 cells." in job.log

    def test_only_those_chosen_or_shown(self, ground):
        held, not_held = late_cell(ground.commune, held=True), late_cell(ground.commune)
        remind(ground, not_held.cell)
        assert reminded() == [secretary_of(not_held)]
        remind(ground, show="not_sent")
        assert reminded() == [secretary_of(not_held), secretary_of(held)]

    def test_a_committee_further_up_reminds_its_whole_subtree(self, ground):
        months = [late_cell(ground.commune), late_cell(ground.beside)]
        remind(ground, by=ground.board, committee=ground.province)
        assert reminded() == [secretary_of(month) for month in months]

    def test_who_is_late_no_more_when_the_job_is_worked_on_is_left(self, ground):
        month, other = late_cell(ground.commune), late_cell(ground.commune)
        job = start_reminding(committee=ground.commune, month=MONTH, cells=None, site=SITE, by=ground.office, at=NOW)
        MonthScore.objects.filter(pk=month.pk).update(hold_by=TODAY + timedelta(days=5))
        work_on(job)
        assert reminded() == [secretary_of(other)]

    def test_nobody_late_is_refused(self, ground):
        late_cell(ground.commune, hold_by=TODAY)
        foreign = late_cell(ground.beside)
        for cells in ((), (foreign.cell,)):
            with pytest.raises(Refused):
                remind(ground, *cells)
        assert not Job.objects.exists()

    def test_a_cell_without_a_secretary_is_counted(self, ground, english):
        late_cell(ground.commune, secretary=False)
        job = remind(ground)
        assert (job.state, reminded()) == (JobState.DONE, [])
        assert "Without a secretary: 1." in job.log

    def test_who_left_the_office_reminds_nobody(self, ground, english):
        late_cell(ground.commune)
        job = start_reminding(committee=ground.commune, month=MONTH, cells=None, site=SITE, by=ground.office, at=NOW)
        ground.office.appointments.update(during=("2025-07-01", "2026-11-20"))
        work_on(job)
        assert (job.state, reminded()) == (JobState.FAILED, [])
        assert "no longer work" in job.error


class TestNotTwice:
    def test_within_a_day_whoever_reminds(self, ground, english):
        late_cell(ground.commune)
        remind(ground)
        again = remind(ground, by=ground.board, committee=ground.province, at=NOW + timedelta(hours=23))
        assert len(reminded()) == 1
        assert "Reminded within a day already: 1." in again.log
        remind(ground, at=NOW + timedelta(hours=25))
        assert len(reminded()) == 2

    def test_twin_without_the_span_it_would(self, ground, monkeypatch):
        monkeypatch.setattr(reminding, "NOT_AGAIN_WITHIN", timedelta(0))
        late_cell(ground.commune)
        remind(ground)
        remind(ground, by=ground.board, committee=ground.province, at=NOW + timedelta(hours=1))
        assert len(reminded()) == 2

    def test_a_job_begun_again_tells_the_rest(self, ground, monkeypatch):
        months = [late_cell(ground.commune) for _each in range(3)]
        monkeypatch.setattr(reminding, "CELLS_AT_A_TIME", 1)
        tell, told = reminding._tell, []

        def fail_at_the_second(job, cells, *, at):
            told.append(cells)
            if len(told) == 2:
                raise RuntimeError
            tell(job, cells, at=at)

        monkeypatch.setattr(reminding, "_tell", fail_at_the_second)
        job = remind(ground)
        assert (job.state, len(reminded())) == (JobState.WAITING, 1)
        assert work_on(job).state == JobState.DONE
        assert reminded() == [secretary_of(month) for month in months]


class TestEmail:
    def test_only_to_who_left_an_address_and_only_where_a_server_is_named(self, ground, settings, english):
        month = late_cell(ground.commune, "Chi bộ Thôn Một")
        late_cell(ground.commune)
        with_address(month)
        remind(ground)
        assert mail.outbox == []
        assert "E-mails" not in Job.objects.get().log
        settings.SENDS_MAIL = True
        job = remind(ground, words="Trước thứ Sáu", at=NOW + timedelta(days=2))
        [letter] = mail.outbox
        assert (letter.to, letter.from_email) == (["bi-thu@example.vn"], settings.DEFAULT_FROM_EMAIL)
        assert "Chi bộ Thôn Một" in letter.subject
        assert "Trước thứ Sáu" in letter.body
        assert SITE.rstrip("/") + reverse("cell_month", args=[month.cell.public_id, MONTH]) in letter.body
        assert "E-mails sent: 1" in job.log
        assert Notice.objects.filter(mailed_at__isnull=False).count() == 1

    def test_a_broken_server_takes_no_notice_back_and_is_asked_once(self, ground, post, monkeypatch, english):
        for number in range(3):
            with_address(late_cell(ground.commune), f"bi-thu-{number}@example.vn")
        asked = []

        def break_off(_self, letters):
            asked.extend(letters)
            raise SMTPServerDisconnected

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", break_off)
        job = remind(ground)
        assert (job.state, len(reminded()), len(asked)) == (JobState.DONE, 3, 1)
        assert "The mail server does not answer" in job.log
        assert not Notice.objects.filter(mailed_at__isnull=False).exists()

    def test_twin_any_other_error_is_not_kept_quiet(self, ground, post, monkeypatch):
        with_address(late_cell(ground.commune))

        def fail(_self, _letters):
            raise ZeroDivisionError

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
        job = remind(ground)
        assert (job.state, len(reminded())) == (JobState.WAITING, 1)

    def test_one_address_that_is_refused_keeps_no_other_waiting(self, ground, post, monkeypatch, english):
        with_address(late_cell(ground.commune), "khong-co@example.vn")
        with_address(late_cell(ground.commune), "co@example.vn")
        send = type(mail.get_connection()).send_messages

        def refuse_one(self, letters):
            if letters[0].to == ["khong-co@example.vn"]:
                raise SMTPRecipientsRefused({})
            return send(self, letters)

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse_one)
        job = remind(ground)
        assert [letter.to for letter in mail.outbox] == [["co@example.vn"]]
        assert "E-mails sent: 1, not accepted by the server: 1." in job.log
        assert "example.vn" not in job.log


class TestThePage:
    def post(self, ground, user=None, committee=None, show="late", **fields):
        path = reverse("late", args=[(committee or ground.commune).public_id, MONTH], query={"show": show})
        return browser_of(user or ground.office).post(path, fields)

    @pytest.mark.parametrize("act", ["remind", "remind_all"])
    def test_the_ticked_or_all_are_reminded_by_a_job(self, ground, act):
        chosen = late_cell(ground.commune).cell
        late_cell(ground.commune)
        answer = self.post(ground, act=act, cell=[chosen.public_id], words="Trước thứ Sáu")
        job = Job.objects.get(kind=JobKind.REMINDERS)
        assert answer.url == reverse("job", args=[job.public_id])
        assert (job.asked["cells"], job.asked["words"]) == ([str(chosen.public_id)] if act == "remind" else None, "Trước thứ Sáu")
        assert job.asked["site"] == "http://testserver/"

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"act": "remind"}, "Tick the cells first"),
            ({"act": "remind", "cell": ["nonsense", "'--"]}, "Tick the cells first"),
            ({"act": "shout"}, "Choose what is to be done"),
            ({"act": "remind_all", "show": "open"}, "not past a deadline"),
            ({"act": "remind_all", "words": "x" * 301}, "300"),
        ],
    )
    def test_what_cannot_be_gets_a_sentence(self, ground, fields, says):
        late_cell(ground.commune)
        late_cell(ground.commune, hold_by=TODAY)
        answer = self.post(ground, **fields)
        assert answer.status_code == 422
        assert says in words_of(answer)
        assert not Job.objects.exists()

    def test_cells_out_of_scope_are_not_reminded(self, ground):
        late_cell(ground.commune)
        foreign = late_cell(ground.beside).cell
        answer = self.post(ground, act="remind", cell=[foreign.public_id])
        assert answer.status_code == 422
        assert not Job.objects.exists()

    def test_an_auditor_reminds_nobody(self, ground):
        late_cell(ground.commune)
        auditor = make_user("kiem-tra", auditor_of=ground.province)
        assert self.post(ground, auditor, act="remind_all").status_code == 403
        path = reverse("late", args=[ground.commune.public_id, MONTH])
        assert b'name="act"' not in browser_of(auditor).get(path).content
        assert not Job.objects.exists()

    def test_twin_without_the_guard_they_would(self, ground, monkeypatch):
        late_cell(ground.commune)
        auditor = make_user("kiem-tra", auditor_of=ground.province)
        monkeypatch.setattr("meetings.permissions.Authority.to_remind", lambda *_: True)
        assert self.post(ground, auditor, act="remind_all").status_code == 302
        assert Job.objects.get().requested_by == auditor
