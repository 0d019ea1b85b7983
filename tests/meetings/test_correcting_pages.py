"""The pages of a sitting ask a reason exactly where its writing is a correction, and say why, by whom and until when."""

import pytest
from django.urls import reverse

from meetings.models import Amendment, Meeting
from meetings.recording import Issue, conclude_meeting, record_posting, reopen_meeting
from tests.meetings.closed_months import NOW, above, concluded, lock, returned
from tests.meetings.sitting_pages import a_form, browser_of, page_of, words_of
from tests.meetings.sittings import TODAY, five, planned, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]

ASKS = "Why the record is corrected"
PAGES = ["meeting_hold", "meeting_prepare", "meeting_post"]


def in_an_open_month(people) -> Meeting:
    return recorded(people)


def in_a_locked_month(people) -> Meeting:
    meeting = recorded(people)
    lock(above(people.cell))
    return meeting


def sent_and_posted(people) -> Meeting:
    """Returned, with a posting on record."""
    meeting = concluded(people)
    record_posting(meeting=meeting, issue=Issue(posted_on=TODAY), expected_version=meeting.version, by=people.user, today=TODAY)
    return reopen_meeting(meeting=meeting)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("made", "asks", "says"),
    [
        (in_an_open_month, False, ""),
        (in_a_locked_month, True, "This has no end"),
        (sent_and_posted, True, "was sent up on 5/11/2026"),
    ],
    ids=["open", "locked", "returned"],
)
def test_a_reason_is_asked_exactly_where_one_is_needed(name, made, asks, says):
    people = five()
    page = words_of(browser_of(people.user).get(page_of(name, made(people))))
    assert (ASKS in page) is asks
    assert says in page


def test_the_first_posting_of_a_returned_sitting_is_no_correction():
    people = five()
    assert ASKS not in words_of(browser_of(people.user).get(page_of("meeting_post", returned(people))))


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("   ", 422), ("Đếm nhầm một đồng chí", 302)])
def test_a_correction_without_its_reason_keeps_what_was_typed(reason, status):
    people = five()
    meeting = returned(people)
    answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, place="Trường học", reason=reason))
    assert answer.status_code == status
    assert (Meeting.objects.get().place == "Trường học") is (status == 302)
    assert [kept.reason for kept in Amendment.objects.all()] == ([reason] if status == 302 else [])
    if status == 422:
        assert "Trường học" in answer.content.decode()
        assert "Say why, in a few words." in words_of(answer)


@pytest.mark.parametrize(
    ("name", "fields"), [("meeting_prepare", {"planned_on": "2026-11-03"}), ("meeting_post", {"posted_on": "2026-11-04"})]
)
def test_the_smaller_pages_keep_the_reason_too(name, fields):
    people = five()
    meeting = in_a_locked_month(people)
    fields |= {"version": meeting.version, "starts_at": "19:30"}
    browser = browser_of(people.user)
    assert browser.post(page_of(name, meeting), fields).status_code == 422
    assert browser.post(page_of(name, meeting), fields | {"reason": "Bổ sung"}).status_code == 302
    assert Amendment.objects.get().reason == "Bổ sung"


def test_a_sitting_not_held_gives_one_reason_for_both():
    people = five()
    meeting = planned(people)
    lock(above(people.cell))
    browser = browser_of(people.user)
    page = words_of(browser.get(page_of("meeting_not_held", meeting)))
    assert ("This has no end" in page, ASKS in page) == (True, False)
    assert browser.post(page_of("meeting_not_held", meeting), {"version": 1, "reason": "Bão"}).status_code == 302
    assert (Meeting.objects.get().state_reason, Amendment.objects.get().reason) == ("Bão", "Bão")


def test_a_new_sitting_in_a_locked_month_takes_a_reason():
    people = five()
    lock(above(people.cell))
    browser = browser_of(people.user)
    url = reverse("meeting_new", args=[people.cell.public_id])
    fields = {"for_month": "2026-11-01", "kind": "THEMATIC", "day": "2026-11-04"}
    assert ASKS in words_of(browser.get(url, {"month": "2026-11"}))
    assert ASKS not in words_of(browser.get(url, {"month": "2026-09"}))
    refused = browser.post(f"{url}?month=2026-09", fields)
    assert (refused.status_code, ASKS in words_of(refused)) == (422, True)
    assert browser.post(f"{url}?month=2026-09", fields | {"reason": "Bổ sung kỳ chuyên đề"}).status_code == 302
    assert Amendment.objects.get().meeting == Meeting.objects.get()


def test_a_lock_that_comes_between_the_page_and_its_sending_is_said_on_top(monkeypatch):
    people = five()
    meeting = in_a_locked_month(people)
    monkeypatch.setattr("meetings.views.holding.closed", lambda _meeting: None)
    answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting))
    assert (answer.status_code, "This has no end" in words_of(answer)) == (422, True)


class TestLockedPage:
    @pytest.mark.parametrize("name", ["meeting_hold", "meeting_prepare", "meeting_not_held"])
    def test_it_says_why_and_who_can_open_it(self, name):
        people = five()
        meeting = concluded(people)
        page = words_of(browser_of(people.user).get(page_of(name, meeting)))
        assert "sent up on 5/11/2026" in page
        assert "Đảng ủy xã Minh Họa can open the record again" in page
        assert "closed 10/2026" not in page

    def test_it_says_too_who_closed_the_month_and_until_when(self):
        people = five()
        meeting = concluded(people)
        lock(above(people.cell))
        page = words_of(browser_of(people.user).get(page_of("meeting_hold", meeting)))
        assert "Đảng ủy xã Minh Họa (Lê Văn Ban) closed 10/2026 – 12/2026 on 5/11/2026: Chốt quý IV. This has no end" in page

    def test_a_returned_sitting_is_corrected_and_not_taken_back(self):
        people = five()
        meeting = returned(people)
        browser = browser_of(people.user)
        page = browser.get(page_of("meeting_not_held", meeting))
        assert "Correct the record" in words_of(page)
        assert browser.post(page_of("meeting_not_held", meeting), {"version": meeting.version, "reason": "x"}).status_code == 409
        assert "entered by mistake" not in words_of(browser.get(page_of("meeting_hold", meeting)))


def test_a_draft_keeps_the_reason():
    people = five()
    meeting = returned(people)
    browser = browser_of(people.user)
    url = reverse("meeting_draft", args=[meeting.public_id, "prepare"])
    assert browser.post(url, {"version": meeting.version, "reason": "Đang viết dở"}).status_code == 200
    assert "Đang viết dở" in browser.get(page_of("meeting_prepare", meeting)).content.decode()


def test_sent_again_it_is_closed_again():
    people = five()
    meeting = returned(people)
    conclude_meeting(meeting=meeting, expected_version=meeting.version, by=people.user, at=NOW)
    assert "This record is closed" in words_of(browser_of(people.user).get(page_of("meeting_hold", meeting)))
