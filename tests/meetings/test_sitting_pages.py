"""The secretary's pages through real requests: what they show, what they record, what they give back when something can't be."""

import re
from datetime import date, datetime, time
from html import unescape
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import (
    Attendance,
    ContentOpening,
    FormDraft,
    Meeting,
    MeetingKind,
    Membership,
    Opinion,
    Relation,
    Task,
)
from meetings.recording import Preparation, cancel_meeting, conclude_meeting, read_issue, read_preparation, read_sitting, record_preparation
from tests.factories import make_cell, make_committee, make_member, make_members, make_user
from tests.meetings.sittings import THE_3RD, TODAY, Five, five, held, planned, recorded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 5, 9, 41, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def the_5th_of_november(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def browser_of(user) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, backend=BACKEND)
    return browser


def words_of(page) -> str:
    """What a reader sees of a page: no tags, single blanks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def page_of(name: str, meeting: Meeting, **query) -> str:
    return reverse(name, args=[meeting.public_id], query=query or None)


def a_cell_of(count: int) -> tuple[Five, list]:
    cell = make_cell(f"Chi bộ {count} đảng viên")
    members = make_members(cell, count)
    return Five(cell, make_user(f"bi-thu-{count}", secretary_of=cell), *members[:3], *members[:2]), members


def a_form(people: Five, meeting: Meeting, **changed) -> dict:
    """What the browser sends of the usual sitting."""
    roster = [people.secretary, people.deputy, people.binh, people.probationary]
    fields = {
        "version": meeting.version,
        "form_key": str(uuid4()),
        "roster_day": "2026-11-03",
        "held_on": "2026-11-03",
        "starts_at": "19:30",
        "ends_at": "21:05",
        "kind": "REGULAR",
        "theme": "",
        "place": "Nhà văn hóa",
        "chair": people.secretary.pk,
        "minute_taker": people.deputy.pk,
        **{f"presence-{member.pk}": "PRESENT" for member in roster},
        **{f"reason-{member.pk}": "" for member in roster},
        f"presence-{people.exempt.pk}": "NOT_EXPECTED",
        f"spoke-{people.binh.pk}": "on",
        f"opinion-{people.binh.pk}": "Đề nghị sửa đường.",
        "guests": "",
        "ideology": "20",
        "ideology_minutes": "",
        "all_steps": "on",
        "signed_that_day": "on",
        "minutes_signed_on": "",
        "reference_number": "",
        "decisions-TOTAL_FORMS": 1,
        "decisions-INITIAL_FORMS": 0,
        "decisions-0-kind": "CONCLUSION",
        "decisions-0-text": "Thông qua.",
        "decisions-0-unanimous": "on",
        "decisions-0-votes_for": "",
        "decisions-0-votes_base": "",
        "tasks-TOTAL_FORMS": 2,
        "tasks-INITIAL_FORMS": 0,
        "tasks-0-text": "Làm đường",
        "tasks-0-assignee": people.binh.pk,
        "tasks-0-team": "",
        "tasks-0-due_on": "",
        "tasks-1-text": "",
        "tasks-1-assignee": "",
        "tasks-1-team": "",
        "tasks-1-due_on": "",
    }
    return {name: value for name, value in (fields | changed).items() if value is not None}


class TestNewSitting:
    def url(self, people, **query):
        return reverse("meeting_new", args=[people.cell.public_id], query=query or None)

    def test_planning_leads_on_to_preparing_and_back_to_where_one_came_from(self):
        people = five()
        browser = browser_of(people.user)
        url = self.url(people, month="2026-12", next="/cells/")
        assert browser.get(url).context["form"].initial["for_month"] == "2026-12-01"
        answer = browser.post(url, {"for_month": "2026-12-01", "kind": "REGULAR", "day": "2026-12-03", "form_key": str(uuid4())})
        meeting = Meeting.objects.get()
        assert answer.headers["Location"] == page_of("meeting_prepare", meeting, next="/cells/")
        assert (meeting.for_month, meeting.planned_on) == (date(2026, 12, 1), date(2026, 12, 3))

    def test_a_sitting_already_held_leads_on_to_the_roll_call(self):
        people = five()
        fields = {"for_month": "2026-10-01", "kind": "COMBINED", "day": "2026-11-02", "form_key": str(uuid4())}
        answer = browser_of(people.user).post(self.url(people, month="2026-10", held=1), fields)
        meeting = Meeting.objects.get()
        assert answer.headers["Location"] == page_of("meeting_hold", meeting)
        assert (meeting.state, meeting.held_on, meeting.for_month) == ("HELD", date(2026, 11, 2), date(2026, 10, 1))

    def test_a_double_tap_makes_one_sitting(self):
        people = five()
        browser = browser_of(people.user)
        fields = {"for_month": "2026-11-01", "kind": "THEMATIC", "day": "", "form_key": str(uuid4())}
        first, second = (browser.post(self.url(people), fields) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert Meeting.objects.count() == 1
        browser.post(self.url(people), fields | {"form_key": str(uuid4())})
        assert Meeting.objects.count() == 2

    def test_a_second_regular_sitting_is_refused_and_the_first_one_offered(self):
        people = five()
        first = held(people)
        fields = {"for_month": "2026-11-01", "kind": "REGULAR", "day": "2026-11-04", "form_key": str(uuid4())}
        answer = browser_of(people.user).post(self.url(people, held=1), fields)
        assert answer.status_code == 422
        assert "already" in words_of(answer)
        assert page_of("meeting_hold", first) in answer.content.decode()

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [("2026-11-06", "still to come"), ("31/02/2026", "no such day"), ("", "which day"), ("2016-11-03", "check the year")],
    )
    def test_an_impossible_day_gets_a_sentence_and_stays_to_be_mended(self, day, sentence):
        people = five()
        fields = {"for_month": "2026-11-01", "kind": "REGULAR", "day": day, "form_key": str(uuid4())}
        answer = browser_of(people.user).post(self.url(people, held=1), fields)
        assert answer.status_code == 422
        assert sentence in words_of(answer)
        assert f'value="{day}"' in answer.content.decode() or not day
        assert not Meeting.objects.exists()

    def test_a_month_that_is_none_starts_at_this_month(self):
        people = five()
        for month in ("2026-13", "x", "0000-01", "2026-11-01"):
            page = browser_of(people.user).get(self.url(people, month=month))
            assert page.context["form"].initial["for_month"] == "2026-11-01"


class TestPreparing:
    def test_it_starts_as_last_time_and_records(self):
        people = five()
        october = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        agenda = Preparation(agenda=("Thời sự", "Nhiệm vụ"), place="Nhà văn hóa", starts_at=time(19, 30))
        record_preparation(meeting=october, preparation=agenda, expected_version=1, by=people.user, today=TODAY)
        meeting, browser = planned(people), browser_of(people.user)
        url = page_of("meeting_prepare", meeting, next="/x/")
        form = browser.get(url).context["form"]
        assert (form["agenda"].value(), form["place"].value()) == ("Thời sự\nNhiệm vụ", "Nhà văn hóa")
        fields = {
            "version": 1,
            "planned_on": "2026-11-03",
            "starts_at": "19:30",
            "place": "Nhà văn hóa",
            "agenda": "Thời sự\r\n\r\nNhiệm vụ tháng 11\r\n",
            "committee_met_on": "2026-10-30",
            "committee_kept_minutes": "on",
            "files_posted_on": "02/11/2026",
        }
        answer = browser.post(url, fields)
        assert answer.headers["Location"] == "/x/"
        stored = read_preparation(Meeting.objects.get(pk=meeting.pk))
        assert stored.agenda == ("Thời sự", "Nhiệm vụ tháng 11")
        assert (stored.committee_kept_minutes, stored.files_posted_on) == (True, date(2026, 11, 2))

    def test_two_hundred_thousand_odd_characters_get_a_sentence_and_stay(self):
        people = five()
        odd = "Ă\u0301\u200b\u202e𝔛‏" * 33_000
        answer = browser_of(people.user).post(page_of("meeting_prepare", planned(people)), {"version": 1, "agenda": odd, "place": "x"})
        assert answer.status_code == 422
        assert "20000" in words_of(answer) or "20,000" in words_of(answer)
        assert Meeting.objects.get().version == 1

    def test_a_next_page_elsewhere_is_not_followed(self):
        people = five()
        for asked in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
            answer = browser_of(people.user).post(page_of("meeting_prepare", planned(people, kind="THEMATIC"), next=asked), {"version": 1})
            assert answer.headers["Location"] == reverse("home")


class TestHolding:
    def test_the_page_shows_everyone_expected_as_present_and_the_exempt_as_not_expected(self):
        people = five()
        page = browser_of(people.user).get(page_of("meeting_hold", held(people)))
        rows = {row.member.full_name: row.called.presence for row in page.context["roll"].expected}
        assert rows == {
            "Trần Thị Ánh": "PRESENT",
            "Phạm Bình": "PRESENT",
            "Lê Văn Dũng": "PRESENT",
            "Vũ Đào": "PRESENT",
            "Nguyễn Thị Yến": "NOT_EXPECTED",
        }
        assert page.context["roll"].officials_present == 3
        assert "Probationary" in words_of(page)

    def test_a_month_is_recorded_in_one_go(self):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting, next="/x/"), a_form(people, meeting))
        assert answer.headers["Location"] == "/x/"
        meeting.refresh_from_db()
        sitting = read_sitting(meeting)
        assert (sitting.starts_at, sitting.ends_at, sitting.ideology_minutes, sitting.minutes_signed_on) == (
            time(19, 30),
            time(21, 5),
            20,
            THE_3RD,
        )
        assert (len(sitting.steps_held), len(sitting.roll)) == (16, 5)
        [vote] = sitting.decisions
        assert (vote.votes_for, vote.votes_base) == (3, 3)  # unanimous: of the official members present
        [task] = sitting.tasks
        assert (task.text, task.assignee_id, task.due_on) == ("Làm đường", people.binh.pk, None)
        assert Opinion.objects.get().text == "Đề nghị sửa đường."

    def test_the_vote_follows_the_roll_call_as_it_is_sent(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{f"presence-{people.deputy.pk}": "EXCUSED", f"reason-{people.deputy.pk}": "Ốm"})
        form["minute_taker"] = people.binh.pk
        browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert read_sitting(Meeting.objects.get()).decisions[0].votes_base == 2
        assert Attendance.objects.get(member=people.deputy).reason == "Ốm"

    def test_who_is_not_on_the_roster_and_guests_are_recorded(self):
        people = five()
        away = make_member(people.cell, "Đi Xa")
        host = make_cell("Chi bộ khác")
        Membership.objects.create(member=away, cell=host, relation=Relation.TEMPORARY, during=(date(2026, 1, 1), None))
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        assert "temporarily elsewhere" in words_of(browser.get(url))
        browser.post(url, a_form(people, meeting, guests="Ông Tư\nBà Năm\n", **{f"presence-{away.pk}": "PRESENT"}))
        off = {str(line.member or line.guest_name) for line in Attendance.objects.filter(standing="")}
        assert off == {"Đi Xa", "Ông Tư", "Bà Năm"}
        again = browser.get(url)
        assert again.context["form"]["guests"].value() == "Ông Tư\nBà Năm"
        assert [row.member.full_name for row in again.context["roll"].off_roster if row.is_present] == ["Đi Xa"]

    def test_earlier_tasks_are_listed_and_reported_on(self):
        people = five()
        october = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        recorded(people, october, held_on=date(2026, 10, 3), minutes_signed_on=None)
        task, meeting, browser = Task.objects.get(), held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        assert "Vận động làm đường" in words_of(browser.get(url))
        form = a_form(people, meeting, **{f"report-{task.pk}": "PARTLY", f"note-{task.pk}": "Còn 200 m"})
        browser.post(url, form)
        report = task.reports.get()
        assert (report.meeting, report.state, report.note) == (meeting, "PARTLY", "Còn 200 m")

    def test_what_was_recorded_comes_back_to_be_changed(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        browser.post(url, a_form(people, meeting))
        page = browser.get(url)
        task = Task.objects.get()
        assert page.context["tasks"].forms[0].initial["task_id"] == task.pk
        meeting.refresh_from_db()
        changed = {"tasks-INITIAL_FORMS": 1, "tasks-0-task_id": task.pk, "tasks-0-text": "Làm đường thôn"}
        browser.post(url, a_form(people, meeting, **changed))
        assert (Task.objects.get().pk, Task.objects.get().text) == (task.pk, "Làm đường thôn")
        meeting.refresh_from_db()
        emptied = changed | {"tasks-0-text": "", "tasks-0-assignee": ""}
        browser.post(url, a_form(people, meeting, **emptied))
        assert not Task.objects.exists()

    def test_a_row_taken_away_is_not_recorded_whatever_it_holds(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{"decisions-0-votes_for": "99999999", "decisions-0-DELETE": "on"})
        browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert read_sitting(Meeting.objects.get()).decisions == ()

    @pytest.mark.parametrize(
        ("changed", "place", "sentence"),
        [
            ({"ends_at": "19:00"}, "id_ends_at", "ends after it begins"),
            ({"ends_at": "25:99"}, "id_ends_at", "no such hour"),
            ({"held_on": "2026-11-06", "roster_day": "2026-11-06"}, "id_held_on", "still to come"),
            ({"held_on": "31/02/2026"}, "id_held_on", "no such day"),
            ({"decisions-0-votes_for": "9", "decisions-0-votes_base": "3"}, "id_decisions-0-votes_for", "More votes"),
            ({"tasks-1-team": "Tổ 2"}, "id_tasks-1-text", "Say what the task is"),
            ({"tasks-0-due_on": "2026-11-01"}, "id_tasks-0-due_on", "before the sitting"),
            ({"ideology": "other", "ideology_minutes": "600"}, "id_ideology_minutes", "95 minutes"),
            ({"chair": "999999999"}, "id_chair", "from the list"),
            ({"place": "x" * 201}, "id_place", "200"),
        ],
    )
    def test_the_impossible_gets_a_sentence_linked_to_its_field_and_every_word_stays(self, changed, place, sentence):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, **changed))
        body = answer.content.decode()
        assert answer.status_code == 422
        assert f'href="#{place}"' in body
        assert f'id="{place}"' in body
        assert sentence in words_of(answer)
        assert "Đề nghị sửa đường." in body
        for name, value in changed.items():
            assert value == "other" or name == "chair" or f'value="{value}"' in body or f">\n{value}<" in body
        meeting.refresh_from_db()
        assert meeting.version == 1

    def test_someone_absent_who_spoke_is_named(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{f"presence-{people.binh.pk}": "UNEXCUSED"})
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert f'href="#roll-{people.binh.pk}"' in answer.content.decode()
        assert "Phạm Bình: Only someone present" in words_of(answer)

    def test_another_day_with_another_roster_is_shown_to_be_called_first(self):
        people = five()
        late = make_member(people.cell, "Mới Đến", since=date(2026, 11, 4))
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        moved = a_form(people, meeting, held_on="2026-11-04", signed_that_day=None)
        answer = browser.post(url, moved)
        assert answer.status_code == 422
        assert "New on it: Mới Đến" in words_of(answer)
        assert 'name="roster_day" value="2026-11-04"' in answer.content.decode()
        browser.post(url, moved | {"roster_day": "2026-11-04", f"presence-{late.pk}": "EXCUSED"})
        assert Attendance.objects.get(member=late).presence == "EXCUSED"

    def test_another_day_with_the_same_roster_is_recorded_at_once(self):
        people = five()
        meeting = held(people)
        browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, held_on="2026-11-04"))
        assert Meeting.objects.get().held_on == date(2026, 11, 4)

    def test_a_stale_form_shows_both_and_loses_neither(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        recorded(people, meeting, place="Sân đình")
        mine = a_form(people, meeting, place="Trường học", **{f"presence-{people.binh.pk}": "EXCUSED", f"spoke-{people.binh.pk}": None})
        mine[f"opinion-{people.binh.pk}"] = ""
        answer = browser.post(url, mine)
        assert answer.status_code == 409
        shown = words_of(answer)
        assert all(word in shown for word in ("Trường học", "Sân đình", "Phạm Bình: Absent with reason", "Phạm Bình: Present"))
        assert Meeting.objects.get().place == "Sân đình"
        kept = dict(answer.context["posted"]) | {"version": answer.context["version"]}
        assert browser.post(url, kept).status_code == 302
        assert Meeting.objects.get().place == "Trường học"

    def test_the_page_and_its_recording_cost_the_same_for_few_and_for_many(self):
        def costs(count):
            people, members = a_cell_of(count)
            meeting, browser = held(people), browser_of(people.user)
            url = page_of("meeting_hold", meeting)
            form = a_form(people, meeting, **{f"presence-{member.pk}": "PRESENT" for member in members})
            with CaptureQueriesContext(connection) as showing:
                assert browser.get(url).status_code == 200
            with CaptureQueriesContext(connection) as recording:
                assert browser.post(url, form).status_code == 302
            return len(showing), len(recording)

        assert costs(3) == costs(100)


class TestSecret:
    def test_no_word_of_a_secret_sitting_is_taken(self):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, is_secret="on"))
        assert answer.status_code == 422
        assert words_of(answer).count("The content of this sitting is secret") >= 3

    def test_not_even_in_a_draft(self):
        people = five()
        meeting = held(people)
        browser_of(people.user).post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), a_form(people, meeting, is_secret="on"))
        kept = FormDraft.objects.get().fields
        assert "Đề nghị sửa đường." not in str(kept)
        assert "Làm đường" not in str(kept)
        assert kept["place"] == ["Nhà văn hóa"]


class TestDrafts:
    def test_what_is_typed_is_kept_even_where_it_is_wrong_and_comes_back(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = reverse("meeting_draft", args=[meeting.public_id, "hold"])
        typed = a_form(people, meeting, ends_at="25:99", place="Nhà\u200b văn hóa", **{f"reason-{people.binh.pk}": "Ốm"})
        answer = browser.post(url, typed, headers={"x-autosave": "1"})
        assert answer.json() == {"saved_at": "09:41"}
        page = browser.get(page_of("meeting_hold", meeting))
        body = page.content.decode()
        assert 'value="25:99"' in body
        assert "Not recorded yet" in words_of(page)
        assert page.context["form"].errors == {}
        assert page.context["form"]["place"].value() == "Nhà văn hóa"
        assert page.context["tasks"].forms[0]["text"].value() == "Làm đường"
        assert page.context["decisions"].forms[0]["unanimous"].value() is True
        assert next(row for row in page.context["roll"].rows if row.member == people.binh).called.opinion == "Đề nghị sửa đường."

    def test_recording_forgets_the_draft_and_so_does_its_writer(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        keep = reverse("meeting_draft", args=[meeting.public_id, "hold"])
        browser.post(keep, a_form(people, meeting, place="Sân đình"))
        browser.post(page_of("meeting_hold", meeting), a_form(people, meeting))
        assert not FormDraft.objects.exists()
        browser.post(keep, a_form(people, meeting, place="Sân đình"))
        assert browser.post(page_of("meeting_hold", meeting), {"discard": "1"}).status_code == 302
        assert not FormDraft.objects.exists()

    def test_a_draft_from_before_someone_else_recorded_leads_to_the_comparison(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        mine = a_form(people, meeting, place="Trường học")
        browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), mine)
        Meeting.objects.update(version=2)
        assert browser.get(page_of("meeting_hold", meeting)).context["form"]["version"].value() == "1"

    def test_a_late_word_of_a_recorded_page_does_not_come_back_as_a_draft(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        form = a_form(people, meeting)
        browser.post(page_of("meeting_hold", meeting), form)
        late = browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), form)
        assert (late.status_code, "recorded anew" in late.json()["error"]) == (409, True)
        assert not FormDraft.objects.exists()

    @pytest.mark.parametrize("form", ["prepare", "post"])
    def test_the_other_forms_keep_theirs_too(self, form):
        people = five()
        meeting, browser = recorded(people), browser_of(people.user)
        name = {"prepare": "files_posted_on", "post": "posted_on"}[form]
        browser.post(reverse("meeting_draft", args=[meeting.public_id, form]), {"version": 2, name: "31/02/2026"})
        assert 'value="31/02/2026"' in browser.get(page_of(f"meeting_{form}", meeting)).content.decode()

    def test_an_unknown_form_is_not_found_and_a_huge_one_is_refused(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "other"]), {}).status_code == 404
        huge = browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), {"place": "x" * 700_000})
        assert (huge.status_code, list(huge.json())) == (422, ["error"])

    def test_a_closed_record_keeps_no_draft(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        browser = browser_of(people.user)
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), {"place": "x"}).status_code == 409
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "post"]), {"posted_on": "x"}).status_code == 200


class TestPostingAndClosing:
    def test_posting_is_recorded_also_once_concluded(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        browser = browser_of(people.user)
        fields = {"version": 3, "document_number": "05-KL/CB", "issued_on": "2026-11-03", "posted_on": "2026-11-04"}
        assert browser.post(page_of("meeting_post", meeting), fields).status_code == 302
        assert read_issue(meeting).document_number == "05-KL/CB"
        early = browser.post(page_of("meeting_post", meeting), fields | {"version": 4, "posted_on": "2026-11-01"})
        assert (early.status_code, "on that day or later" in words_of(early)) == (422, True)

    @pytest.mark.parametrize("name", ["meeting_hold", "meeting_prepare", "meeting_not_held"])
    def test_a_concluded_record_says_why_it_is_closed(self, name):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        browser = browser_of(people.user)
        page = browser.get(page_of(name, meeting))
        assert (page.status_code, "sent up on" in words_of(page)) == (200, True)
        assert browser.post(page_of(name, meeting), {"version": 3}).status_code == 409

    def test_a_cancelled_one_too(self):
        people = five()
        meeting = cancel_meeting(meeting=held(people), reason="Nhầm tháng", expected_version=1, by=people.user)
        for name in ("meeting_hold", "meeting_post"):
            assert "Nhầm tháng" in words_of(browser_of(people.user).get(page_of(name, meeting)))

    def test_not_held_takes_a_reason_and_a_held_one_is_taken_back(self):
        people = five()
        meeting, browser = planned(people), browser_of(people.user)
        url = page_of("meeting_not_held", meeting)
        assert browser.post(url, {"version": 1, "reason": " "}).status_code == 422
        assert browser.post(url, {"version": 1, "reason": "Bão"}).status_code == 302
        assert Meeting.objects.get().state == "NOT_HELD"
        Meeting.objects.update(state="HELD", held_on=THE_3RD)
        assert browser.post(url, {"version": 1, "reason": "Nhầm"}).status_code == 409
        assert browser.post(url, {"version": 2, "reason": "Nhầm"}).status_code == 302
        assert Meeting.objects.get().state == "CANCELLED"


class TestContent:
    def test_the_secretary_reads_it_and_sees_who_opened_it(self):
        people = five()
        meeting = recorded(people)
        follower = make_user("theo-doi", follows=people.cell)
        ContentOpening.objects.create(meeting=meeting, user=follower, reason="Thẩm định", opened_at=NOW)
        shown = words_of(browser_of(people.user).get(page_of("meeting_content", meeting)))
        assert all(word in shown for word in ("Đề nghị sửa đường.", "Vận động làm đường", "Thẩm định", "theo-doi"))

    @pytest.mark.parametrize("role", ["follows", "office_of"])
    def test_from_above_a_reason_comes_first_and_is_kept(self, role):
        people = five()
        meeting = recorded(people)
        body = people.cell if role == "follows" else people.cell.placements.get().parent
        browser = browser_of(make_user("cap-tren", **{role: body}))
        url = page_of("meeting_content", meeting)
        assert "Đề nghị sửa đường." not in words_of(browser.get(url))
        assert browser.post(url, {"reason": "  "}).status_code == 422
        assert not ContentOpening.objects.exists()
        assert browser.post(url, {"reason": "Thẩm định tháng 11"}).status_code == 302
        assert ContentOpening.objects.get().reason == "Thẩm định tháng 11"
        shown = words_of(browser.get(url))
        assert "Đề nghị sửa đường." in shown
        assert "Who opened the content" not in shown

    def test_the_next_day_asks_again(self, monkeypatch):
        people = five()
        meeting = recorded(people)
        follower = make_user("theo-doi", follows=people.cell)
        url = page_of("meeting_content", meeting)
        browser_of(follower).post(url, {"reason": "Thẩm định"})
        assert "Đề nghị sửa đường." in words_of(browser_of(follower).get(url))
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.replace(day=6, hour=1))
        assert "Đề nghị sửa đường." not in words_of(browser_of(follower).get(url))

    def test_nobody_higher_reads_it(self):
        people = five()
        province = make_committee("Tỉnh ủy", "PROVINCE")
        commune = make_committee("Đảng ủy xã Hai", parent=province)
        cell = make_cell("Chi bộ Hai", committee=commune)
        meeting = held(Five(cell, people.user, *[people.binh] * 5))
        browser = browser_of(make_user("ban-to-chuc", board_of=province))
        answer = browser.get(page_of("meeting_content", meeting))
        assert answer.status_code == 403
        assert "direct superior" in words_of(answer)
        assert browser.post(page_of("meeting_content", meeting), {"reason": "Muốn xem"}).status_code == 403
        assert not ContentOpening.objects.exists()

    def test_a_secret_sitting_shows_its_number_only(self):
        people = five()
        meeting = recorded(people)
        Meeting.objects.update(is_secret=True, reference_number="07-BB/CB")
        shown = words_of(browser_of(people.user).get(page_of("meeting_content", meeting)))
        assert "07-BB/CB" in shown
        assert "Đề nghị sửa đường." not in shown
        assert "Phạm Bình" not in shown

    def test_it_costs_the_same_for_few_and_for_many(self):
        def costs(count):
            people, _members = a_cell_of(count)
            meeting, browser = recorded(people, tasks=()), browser_of(people.user)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page_of("meeting_content", meeting)).status_code == 200
            return len(queries)

        assert costs(3) == costs(100)


class TestWhoMayRecord:
    NAMES = ("meeting_prepare", "meeting_hold", "meeting_post", "meeting_not_held")

    def test_from_above_one_sees_why_not_and_from_beside_nothing_at_all(self):
        people = five()
        meeting = recorded(people)
        office = browser_of(make_user("van-phong", office_of=people.cell.placements.get().parent))
        stranger = browser_of(make_user("bi-thu-khac", secretary_of=make_cell("Chi bộ khác")))
        addresses = [page_of(name, meeting) for name in self.NAMES]
        addresses += [reverse("meeting_new", args=[people.cell.public_id]), reverse("meeting_draft", args=[meeting.public_id, "hold"])]
        for address in addresses:
            refused = office.post(address, {"version": 2})
            assert refused.status_code == 403
            assert "Only the secretary" in words_of(refused)
            assert stranger.post(address, {"version": 2}).status_code == 404
        meeting.refresh_from_db()
        assert meeting.version == 2


def test_planning_for_a_cell_costs_the_same_with_many_sittings():
    people = five()
    browser = browser_of(people.user)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("meeting_new", args=[people.cell.public_id]))
        counts.append(len(queries))
        for _number in range(5):
            planned(people, kind=MeetingKind.THEMATIC)
    assert counts[0] == counts[1]
