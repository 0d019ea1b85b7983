"""Sheets of thematic sittings through real requests: the secretary's way from the month to the committee's queue and back."""

from uuid import uuid4

import pytest
from django.urls import reverse

from evaluations.figures import points
from evaluations.models import Notice, ScoreSheet, SheetPart, SheetState
from evaluations.which_sheet import WhichSheet
from tests.costs import queries_of
from tests.evaluations.month import filled_in, posted
from tests.evaluations.sent_months import THE_4TH, returned, send
from tests.evaluations.thematic_months import combined, month_with_both, thematic, verifying
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
lay = month_with_both


def url(month, name: str) -> str:
    return reverse(name, args=[month.people.cell.public_id, WhichSheet.at(month.meeting, month.part)])


def month_page(month) -> str:
    return words_of(browser_of(month.people.user).get(reverse("cell_month", args=[month.people.cell.public_id, "2026-11"])))


def test_it_is_scored_sent_and_explained_from_the_months_page(month):
    assert "Score sheets of thematic sittings" not in month_page(month)
    other, browser = thematic(month), browser_of(month.people.user)
    assert "Thematic sitting of 4/11/2026 not sent yet Score" in month_page(month)
    posted(other)
    sheet = browser.get(url(other, "cell_sheet")).context["sheet"]
    answers = {f"level_{line.line.index}": 0 for line in sheet.lines if line.line.criterion.asks_level}
    answers |= {f"confirmed_{line.line.index}": "on" for line in sheet.lines if line.asks_confirmation}
    saved = browser.post(url(other, "cell_sheet"), answers | {"version": 0, "votes_for": 3, "votes_base": 3})
    assert (saved.status_code, saved.url) == (302, reverse("cell_month", args=[month.people.cell.public_id, "2026-11"]))
    fields = {"version": other.sheet.version, "form_key": uuid4()}
    assert browser.post(url(other, "cell_send"), fields).status_code == 302
    shown = month_page(month)
    assert f"Thematic sitting of 4/11/2026 {other.sheet.get_grade_display()} {points(other.sheet.total)} Why?" in shown
    assert "Thematic sitting of 4/11/2026" in words_of(browser.get(url(other, "cell_explanation")))
    assert not ScoreSheet.objects.filter(part=SheetPart.MONTH).exists()


def test_the_months_page_asks_no_more_for_it(month):
    page = reverse("cell_month", args=[month.people.cell.public_id, "2026-11"])
    before = queries_of(browser_of(month.people.user), page)
    thematic(month)
    assert queries_of(browser_of(month.people.user), page) == before


def test_it_is_the_next_step_once_the_months_own_is_sent(month):
    other = thematic(month)
    assert "Score the sitting and record the vote" in month_page(month)
    send(month)
    assert "The sheet of the thematic sitting of 4/11/2026 It is scored, voted on and sent by itself. Score" in month_page(month)
    send(other)
    assert "The month is done" in month_page(month)
    returned(verifying(other))
    assert "It was returned: answer the committee. Explain or correct" in month_page(month)


def test_both_sheets_of_a_combined_sitting_are_offered(month):
    combined(month)
    page = month_page(month)
    assert "Thematic sitting of 3/11/2026 not sent yet Score" in page and "Score the sitting and record the vote" in page


def test_the_queue_names_it_and_leads_to_its_own_verification(month):
    other = thematic(month)
    for each in (month, other):
        send(each)
    office = browser_of(verifying(month).office)
    committee = month.people.cell.placements.get().parent
    page = office.get(reverse("queue", args=[committee.public_id, "2026-11"]))
    assert "Chi bộ Thôn Một thematic, 4/11" in words_of(page)
    assert page.content.decode().count(url(other, "cell_review")) == 1 == page.content.decode().count(url(month, "cell_review") + '"')
    review = office.get(url(other, "cell_review"))
    assert "Thematic sitting of 4/11/2026" in words_of(review)
    fields = {"version": other.sheet.seen, "form_key": str(uuid4()), "act": "OWN"}
    assert office.post(url(other, "cell_review"), fields).status_code == 302
    assert (other.sheet.state, month.sheet.state) == (SheetState.VERIFIED, SheetState.SUBMITTED)


def test_a_return_is_told_and_answered_on_its_own_page(month):
    other = thematic(month)
    send(other)
    returned(verifying(other), "Giải trình kỳ chuyên đề")
    browser = browser_of(month.people.user)
    opened = browser.post(reverse("notice_open", args=[Notice.objects.get().public_id]))
    assert opened.url == url(other, "cell_returned")
    page = words_of(browser.get(opened.url))
    assert "Giải trình kỳ chuyên đề" in page and "Thematic sitting of 4/11/2026" in page
    assert "returned Explain or correct" in month_page(month)
    answer = {"version": other.sheet.seen, "form_key": uuid4(), "explanation": "Đã đối chiếu"}
    assert browser.post(url(other, "cell_returned"), answer).status_code == 302
    assert other.sheet.state == SheetState.SUBMITTED


@pytest.mark.parametrize("name", ["cell_sheet", "cell_send", "cell_explanation"])
def test_a_sitting_of_another_month_or_kind_has_no_such_page(month, name):
    other, browser = thematic(month), browser_of(month.people.user)
    cell = month.people.cell.public_id
    named = (("2026-10", other.meeting.public_id), ("2026-11", month.meeting.public_id), ("2026-11", uuid4()))
    for which in (f"{of_month}/thematic/{sitting}" for of_month, sitting in named):
        assert browser.get(f"/cells/{cell}/months/{which}/{name.removeprefix('cell_')}").status_code == 404


def test_a_draft_of_an_answer_is_of_its_own_sheet(month):
    other = combined(month)
    send(month)
    filled_in(other)
    browser = browser_of(month.people.user)
    fields = {"version": other.sheet.version, "form_key": uuid4()}
    assert browser.post(url(other, "cell_send"), fields).status_code == 302
    sent = verifying(month)
    returned(sent)
    returned(verifying_again(sent, other))
    kept = {"version": month.sheet.seen, "explanation": "Đang viết dở"}
    browser.post(url(month, "cell_returned"), kept, headers={"x-autosave": "1"})
    assert "Đang viết dở" in words_of(browser.get(url(month, "cell_returned")))
    assert "Đang viết dở" not in words_of(browser.get(url(other, "cell_returned")))


def verifying_again(sent, other):
    sent.month = other
    return sent


def test_it_is_posted_from_the_months_page(month):
    other = thematic(month)
    link = reverse("meeting_post", args=[other.meeting.public_id])
    page = browser_of(month.people.user).get(reverse("cell_month", args=[month.people.cell.public_id, "2026-11"]))
    assert link in page.content.decode()
    assert other.meeting.held_on == THE_4TH
