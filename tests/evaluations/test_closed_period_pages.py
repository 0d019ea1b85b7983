"""Writing in a closed period through real requests: the moves are told, a reason is asked, then it is saved."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations.editions import close_period
from evaluations.models import MonthScore, PastVote, ScoreSheet
from evaluations.periods import Month
from evaluations.published import as_published
from evaluations.review import send_back
from evaluations.submission import submit
from evaluations.views import closed_periods
from meetings.models import Amendment, Committee, FormDraft, Level, Meeting, Posting, RosterChange
from meetings.recording import DraftForm, keep_draft
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import NOW, RecordedMonth, filled_in, posted, put_in_force
from tests.evaluations.test_moves import AT
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import a_form, browser_of, page_of, words_of
from tests.meetings.sittings import five, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

MONTH = Month(2026, 11)


@dataclass
class Closed:
    month: RecordedMonth
    browser: Client

    @property
    def meeting(self) -> Meeting:
        return Meeting.objects.get(pk=self.month.meeting.pk)

    def post(self, **fields):
        return self.browser.post(page_of("meeting_post", self.meeting), self.posting(**fields))

    def posting(self, **fields) -> dict:
        usual = {"version": self.meeting.version, "form_key": str(uuid4()), "document_number": "05-KL/CB", "reason": ""}
        return usual | {"issued_on": "2026-11-04", "posted_on": "2026-11-20"} | fields

    @property
    def score(self) -> int | None:
        return MonthScore.objects.get(cell=self.month.people.cell, month=MONTH.first).total

    @property
    def posted_on(self) -> str:
        return f"{Posting.objects.get(meeting=self.meeting).posted_on}"


def province() -> Committee:
    return Committee.objects.get(level=Level.PROVINCE)


def close() -> None:
    close_period(committee=province(), period=MONTH, by=make_user("ban", board_of=province()), at=AT)


def lay() -> RecordedMonth:
    """November recorded and not sent."""
    above = make_committee("Tỉnh ủy", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    cell = make_cell(committee=make_committee(parent=above))
    month = RecordedMonth(five(cell), None, put_in_force(above, effective_from=date(2026, 10, 1)))
    month.meeting = recorded(month.people)
    filled_in(month)
    posted(month)
    settle(AT)
    return month


@pytest.fixture
def sent(month) -> Closed:
    """November sent and closed."""
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    settle(AT)
    close()
    return Closed(month, browser_of(month.people.user))


@pytest.fixture
def unsent(month) -> Closed:
    """November closed before it was sent."""
    close()
    return Closed(month, browser_of(month.people.user))


def hidden(page) -> dict[str, str]:
    """The fields that the page of moves posts again."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode()))
    return {name: value for name, value in fields.items() if name not in ("csrfmiddlewaretoken", "next")}


def test_the_moves_are_told_a_reason_is_asked_and_then_it_is_saved(sent):
    before = sent.score
    page = sent.post()
    assert page.status_code == 409
    words = words_of(page)
    assert "This period is closed" in words and "11/2026 is published, edition 1 of" in words and "(Đồng chí ban)" in words
    assert "Saving moves these scores" in words
    assert (sent.score, sent.posted_on) == (before, "2026-11-04"), "nothing is saved yet"
    assert "The posting is recorded" not in words
    fields = hidden(page)
    saved = sent.browser.post(page_of("meeting_post", sent.meeting), fields | {"reason": "Ghi nhầm ngày đăng"})
    assert saved.status_code == 302
    assert sent.posted_on == "2026-11-20"
    assert list(Amendment.objects.values_list("meeting", "reason")) == [(sent.meeting.pk, "Ghi nhầm ngày đăng")]
    settle(AT)
    assert f"{before / 100:g}" in words and f"{sent.score / 100:g}" in words and sent.score < before
    (row,) = as_published(publisher=province(), period=MONTH, number=1)
    assert row.total == before, "what is published stays"


def test_a_reason_given_at_once_is_kept_while_the_moves_are_told(sent):
    page = sent.post(reason="Ghi nhầm ngày đăng")
    assert page.status_code == 409 and ">Ghi nhầm ngày đăng</textarea>" in page.content.decode()


def test_without_a_reason_it_is_asked_again_and_nothing_is_lost(sent):
    fields = hidden(sent.post())
    page = sent.browser.post(page_of("meeting_post", sent.meeting), fields | {"reason": "  "})
    assert page.status_code == 422
    assert "Say why, in a few words." in words_of(page)
    assert hidden(page) == fields
    assert sent.posted_on == "2026-11-04"


def test_who_was_told_of_other_moves_is_told_again(sent):
    fields = hidden(sent.post()) | {"reason": "Ghi nhầm", "posted_on": "2026-11-05"}
    page = sent.browser.post(page_of("meeting_post", sent.meeting), fields)
    assert page.status_code == 409 and "Nothing that is published changes" in words_of(page)
    assert sent.posted_on == "2026-11-04"
    assert sent.browser.post(page_of("meeting_post", sent.meeting), hidden(page) | {"reason": "Ghi nhầm"}).status_code == 302


def test_the_second_tap_of_what_was_agreed_to_writes_nothing_more(sent):
    agreed = hidden(sent.post()) | {"reason": "Ghi nhầm"}
    for _tap in range(2):
        assert sent.browser.post(page_of("meeting_post", sent.meeting), agreed).status_code == 302
    assert Amendment.objects.count() == 1


def test_what_is_wrong_in_a_form_is_told_by_its_own_page(sent):
    page = sent.post(issued_on="2026-11-01", reason="Ghi nhầm")
    assert page.status_code == 422 and "its conclusion is issued and posted on that day or later" in words_of(page)


def test_a_stale_form_is_compared_first(sent):
    page = sent.post(version=1, reason="Ghi nhầm")
    assert page.status_code == 409 and "The sitting was recorded anew meanwhile" in words_of(page)


def test_taking_what_is_stored_asks_nothing(sent):
    keep_draft(
        meeting=sent.meeting,
        form=DraftForm.POST,
        fields={"document_number": ["9"]},
        base_version=sent.meeting.version,
        by=sent.month.people.user,
        at=NOW,
    )
    assert FormDraft.objects.exists()
    page = sent.browser.post(page_of("meeting_post", sent.meeting), {"discard": "1"})
    assert page.status_code == 302 and not FormDraft.objects.exists()


def test_in_an_open_period_nothing_is_asked(month):
    open_month = Closed(month, browser_of(month.people.user))
    assert open_month.post().status_code == 302
    assert open_month.posted_on == "2026-11-20"


def test_twin_without_the_question_it_would_be_saved_untold(unsent, monkeypatch):
    assert unsent.post(reason="Ghi nhầm").status_code == 409
    monkeypatch.setattr(closed_periods, "touches_closed", lambda months, as_of: False)
    assert unsent.post(reason="Ghi nhầm").status_code == 302
    assert unsent.posted_on == "2026-11-20"


def test_a_sitting_recorded_anew_in_a_closed_month_keeps_every_field(unsent):
    meeting = unsent.meeting
    page = unsent.browser.post(page_of("meeting_hold", meeting), a_form(unsent.month.people, meeting, ideology_minutes="3", ideology=""))
    assert page.status_code == 409 and "Nothing that is published changes" in words_of(page), "it was not sent when it was closed"
    saved = unsent.browser.post(page_of("meeting_hold", meeting), hidden(page) | {"reason": "Biên bản ghi 3 phút"})
    assert saved.status_code == 302
    meeting = unsent.meeting
    assert (meeting.ideology_minutes, meeting.attendances.count(), meeting.decisions.count()) == (3, 5, 1)
    assert Amendment.objects.get().reason == "Biên bản ghi 3 phút"


def test_sending_a_closed_month_tells_that_it_comes_to_a_score(unsent):
    path = reverse("cell_send", args=[unsent.month.people.cell.public_id, MONTH])
    sheet = ScoreSheet.objects.get()
    page = unsent.browser.post(path, {"version": sheet.version, "form_key": str(uuid4())})
    assert page.status_code == 409 and "Held, not sent" in words_of(page)
    assert ScoreSheet.objects.get().state == "DRAFT"
    assert unsent.browser.post(path, hidden(page) | {"reason": "Gửi muộn"}).status_code == 302
    assert ScoreSheet.objects.get().state == "SUBMITTED"


def test_a_sitting_entered_for_a_closed_month_is_told_too(unsent):
    cell = unsent.month.people.cell
    path = reverse("meeting_new", args=[cell.public_id]) + "?held=1&kind=THEMATIC"
    fields = {"for_month": "2026-11-01", "kind": "THEMATIC", "day": "2026-11-04", "form_key": str(uuid4())}
    page = unsent.browser.post(path, fields)
    assert page.status_code == 409 and "This period is closed" in words_of(page)
    assert Meeting.objects.count() == 1
    assert unsent.browser.post(path, hidden(page) | {"reason": "Nhập bù"}).status_code == 302
    assert Meeting.objects.count() == 2


@pytest.mark.parametrize("for_month", ["", "x", "2026-13-01", "0000-00-00"])
def test_an_odd_month_is_the_pages_own_business(unsent, for_month):
    path = reverse("meeting_new", args=[unsent.month.people.cell.public_id])
    assert unsent.browser.post(path, {"for_month": for_month}).status_code == 422


def test_whoever_may_not_write_learns_nothing_of_it(sent):
    stranger = browser_of(make_user("khac", secretary_of=make_cell("Chi bộ khác")))
    office = browser_of(make_user("tinh", board_of=province()))
    path = page_of("meeting_post", sent.meeting)
    assert stranger.post(path, sent.posting()).status_code == 404
    assert office.post(path, sent.posting()).status_code == 403


def test_an_entry_of_the_roster_that_reaches_a_closed_month_tells_its_moves_and_keeps_why(sent):
    people = sent.month.people
    page = reverse("roster_change", args=[people.cell.public_id, people.deputy.public_id, "end-position"])
    form = sent.browser.get(page).context["form"]
    fields = {field.html_name: field.value() or "" for field in form} | {"on": "2026-10-01"}
    before = sent.score
    told = sent.browser.post(page, fields)
    assert told.status_code == 409 and "Saving moves these scores" in words_of(told)
    assert not RosterChange.objects.exists()
    assert sent.browser.post(page, hidden(told) | {"reason": "Nghị quyết kiện toàn chi ủy"}).status_code == 302
    assert RosterChange.objects.get().reason == "Nghị quyết kiện toàn chi ủy"
    settle(AT)
    assert sent.score != before


def test_an_entry_of_today_is_made_without_a_word_of_closed_months(sent, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    page = reverse("roster_change", args=[sent.month.people.cell.public_id, sent.month.people.deputy.public_id, "end-position"])
    browser = browser_of(sent.month.people.user)
    fields = {field.html_name: field.value() or "" for field in browser.get(page).context["form"]}
    assert browser.post(page, fields | {"on": f"{AT.date()}"}).status_code == 302
    assert RosterChange.objects.get().reason == ""


def test_a_new_vote_in_a_closed_month_tells_its_moves(sent):
    office = make_user("van-phong", full_name="Phạm Thị Văn", office_of=sent.month.people.cell.placements.get().parent)
    sheet = sent.month.sheet
    send_back(sheet=sheet, remarks={}, reason="Giải trình", seen=sheet.seen, by=office, at=AT)
    settle(AT)
    page = reverse("cell_vote_anew", args=[sent.month.people.cell.public_id, MONTH])
    form = sent.browser.get(page).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    fields = {name: "on" if value is True else value for name, value in fields.items() if value is not None and value is not False}
    told = sent.browser.post(page, fields | {"votes_for": "2", "votes_base": "3"})
    assert told.status_code == 409, words_of(told)[:500]
    assert not PastVote.objects.exists()
    assert sent.browser.post(page, hidden(told) | {"reason": "Biểu quyết lại"}).status_code == 302
    assert PastVote.objects.count() == 1
