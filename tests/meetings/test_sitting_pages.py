"""The secretary's small pages through real requests: plan, prepare, post, close; and who may."""

from datetime import date, time
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import (
    Meeting,
    MeetingKind,
)
from meetings.recording import Preparation, cancel_meeting, conclude_meeting, read_issue, read_preparation, record_preparation
from tests.factories import make_cell, make_user
from tests.meetings.sitting_pages import BACKEND, NOW, browser_of, page_of, words_of
from tests.meetings.sittings import THE_3RD, TODAY, five, held, planned, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]


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

    def test_a_sitting_entered_for_another_month_leads_back_to_that_month(self):
        people = five()
        month = f"/cells/{people.cell.public_id}/months/"
        fields = {"for_month": "2026-10-01", "kind": "REGULAR", "day": "2026-10-03", "form_key": str(uuid4())}
        answer = browser_of(people.user).post(self.url(people, month="2026-11", held=1, next=f"{month}2026-11/"), fields)
        assert answer.headers["Location"] == page_of("meeting_hold", Meeting.objects.get(), next=f"{month}2026-10/")

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


class TestPostingAndClosing:
    def test_posting_is_recorded_also_once_concluded(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        browser = browser_of(people.user)
        fields = {"version": 3, "document_number": "05-KL/CB", "issued_on": "2026-11-03", "posted_on": "2026-11-04"}
        assert browser.post(page_of("meeting_post", meeting), fields).status_code == 302
        assert read_issue(meeting).document_number == "05-KL/CB"
        early = browser.post(page_of("meeting_post", meeting), fields | {"version": 4, "posted_on": "2026-11-01", "reason": "Nhầm"})
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
        meeting = cancel_meeting(meeting=held(people), reason="Nhầm tháng", expected_version=1, by=people.user, at=NOW)
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


def test_a_form_with_an_old_token_is_not_recorded_and_nothing_is_promised_that_only_some_pages_do():
    people = five()
    meeting = planned(people)
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    browser.force_login(people.user, backend=BACKEND)
    refused = browser.post(page_of("meeting_not_held", meeting), {"version": 1, "reason": "Bão"})
    assert refused.status_code == 403
    words = words_of(refused)
    assert "nothing was recorded" in words and "copy what you typed" in words
    assert "kept on this device" not in words
    assert b"data-autosave" not in browser.get(page_of("meeting_not_held", meeting)).content  # this is one of the pages that keep nothing
    assert Meeting.objects.get().state == "PLANNED"


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
