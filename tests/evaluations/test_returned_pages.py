"""A returned sheet at its cell through real requests."""

from uuid import uuid4

import pytest
from django.urls import reverse

from evaluations.models import PastVote, SheetState
from meetings.models import FormDraft
from meetings.models.fields import TypedField
from tests.costs import queries_of
from tests.evaluations.sent_months import LATER, returned, sent_month
from tests.meetings.closed_months import lock
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
lay = sent_month


def url(sent, name="cell_returned") -> str:
    return reverse(name, args=[sent.people.cell.public_id, "2026-11"])


def answer(sent, status=302, **said):
    form = {"version": sent.sheet.seen, "form_key": uuid4(), "explanation": ""}
    page = browser_of(sent.people.user).post(url(sent), form | said)
    assert page.status_code == status, words_of(page)[:600]
    return page


def vote_fields(sent, **changes) -> dict:
    page = browser_of(sent.people.user).get(url(sent, "cell_vote_anew"))
    form = page.context["form"]
    said = {name: form[name].value() for name in form.fields}
    fields = {name: "on" if value is True else value for name, value in said.items() if value is not None and value is not False}
    return fields | {"votes_for": "2", "votes_base": "3"} | changes


class TestReturned:
    def test_it_says_why_in_general_and_beside_lines_and_what_can_be_done(self, sent):
        sent = returned(sent, "Giải trình thời lượng", line_1="Sao lại 95 phút?")
        page = browser_of(sent.people.user).get(url(sent))
        words = words_of(page)
        for expected in ("Phạm Thị Văn", "Giải trình thời lượng", "Sao lại 95 phút?", "Vote anew", "Send again"):
            assert expected in words
        for name in ("meeting_hold", "meeting_prepare", "meeting_post"):
            assert reverse(name, args=[sent.meeting.public_id]) in page.content.decode()

    def test_an_explanation_is_sent_and_the_committee_reads_it(self, sent):
        sent = returned(sent)
        answer(sent, explanation="Đồng hồ hội trường chạy chậm")
        assert sent.sheet.state == SheetState.SUBMITTED
        assert "Đồng hồ hội trường chạy chậm" in words_of(browser_of(sent.office).get(url(sent, "cell_review")))

    def test_what_is_too_long_is_refused_with_its_length_and_stays_whole(self, sent):
        sent = returned(sent)
        words = "Giải trình. " * 376
        page = answer(sent, status=422, explanation=words)
        assert "at most 4000 characters (it has 4511)" in words_of(page)
        assert words.strip() in page.content.decode() and sent.sheet.is_returned

    @pytest.mark.parametrize("whole", [True, False], ids=["whole", "twin with the browser's own limit"])
    def test_no_browser_cuts_what_is_pasted(self, sent, monkeypatch, whole):
        if not whole:
            monkeypatch.delattr(TypedField, "widget_attrs")
        sent = returned(sent)
        pages = [url(sent), url(sent, "cell_vote_anew"), reverse("meeting_post", args=[sent.meeting.public_id])]
        browser = browser_of(sent.people.user)
        assert any(' maxlength="' in browser.get(page).content.decode() for page in pages) is not whole

    def test_without_an_answer_it_stays_and_says_what_to_do(self, sent):
        sent = returned(sent)
        page = answer(sent, status=422)
        assert "Explain, correct what is wrong, or vote anew" in words_of(page)
        assert sent.sheet.is_returned

    def test_in_a_locked_month_it_asks_why(self, sent):
        sent = returned(sent)
        lock(sent.committee, by=sent.office)
        assert "Why a closed month is still sent" in words_of(answer(sent, status=422, explanation="x" * 9))
        answer(sent, explanation="x" * 9, reason="Cấp ủy yêu cầu")

    def test_a_stale_page_is_shown_anew(self, sent):
        sent = returned(sent)
        page = answer(sent, version="1.0", explanation="Câu cũ")
        assert (page.url, sent.sheet.is_returned) == (url(sent), True)

    def test_what_is_not_returned_leads_to_the_month(self, sent):
        browser = browser_of(sent.people.user)
        for name in ("cell_returned", "cell_vote_anew"):
            assert browser.get(url(sent, name)).url == url(sent, "cell_month")
            assert browser.post(url(sent, name), {}).url == url(sent, "cell_month")
            assert browser.get(url(sent, name).replace("2026-11", "2026-09")).status_code == 404

    def test_only_the_secretary_answers(self, sent):
        sent = returned(sent)
        for user in (sent.office, sent.follower):
            assert browser_of(user).get(url(sent)).status_code == 403

    def test_what_is_typed_is_kept_while_it_is_typed(self, sent):
        sent = returned(sent)
        browser = browser_of(sent.people.user)
        kept = browser.post(url(sent), {"version": sent.sheet.seen, "explanation": "Đang viết"}, headers={"X-Autosave": "1"})
        assert (kept.status_code, "Đang viết" in browser.get(url(sent)).content.decode()) == (200, True)
        assert browser.post(url(sent), {"discard": "1"}).status_code == 302
        assert not FormDraft.objects.exists()

    def test_the_month_and_the_front_page_say_so(self, sent):
        sent = returned(sent, "Giải trình thời lượng")
        browser = browser_of(sent.people.user)
        month = browser.get(url(sent, "cell_month"))
        assert "The sheet was returned: answer the committee" in words_of(month)
        assert (url(sent) in month.content.decode(), "Giải trình thời lượng" in words_of(month)) == (True, True)
        assert browser.get(reverse("home")).url == url(sent, "cell_month")

    def test_a_page_costs_the_same_however_much_was_corrected(self, sent):
        sent = returned(sent)
        browser = browser_of(sent.people.user)
        few = queries_of(browser, url(sent))
        for number in range(30):
            sent.meeting.amendments.create(reason=f"Sửa {number}", by=sent.people.user, at=LATER)
        assert queries_of(browser, url(sent)) == few <= 32


class TestVotingAnew:
    def test_it_starts_filled_in_and_the_earlier_vote_is_kept(self, sent):
        sent = returned(sent)
        line = sent.line("3.1")
        fields = vote_fields(sent, **{f"level_{line}": "1"})
        page = browser_of(sent.people.user).post(url(sent, "cell_vote_anew"), fields)
        assert page.url == url(sent)
        assert (sent.sheet.own[line], sent.sheet.votes_for, PastVote.objects.get().votes_for) == (0, 2, 3)
        assert "voted anew" in words_of(browser_of(sent.people.user).get(url(sent)))
        answer(sent)
        assert "Vote 1, sent on" in words_of(browser_of(sent.office).get(url(sent, "cell_review")))

    def test_what_it_lacks_is_named_and_nothing_is_lost(self, sent):
        sent = returned(sent)
        fields = vote_fields(sent, votes_for="", weak_points="Giữ câu này")
        page = browser_of(sent.people.user).post(url(sent, "cell_vote_anew"), fields)
        assert (page.status_code, "Giữ câu này" in page.content.decode()) == (422, True)
        assert "The vote on the score (n of N) is not recorded yet." in words_of(page)
        assert not PastVote.objects.exists()

    def test_a_group_is_confirmed_at_once_and_the_rest_stays_typed(self, sent):
        sent = returned(sent)
        browser = browser_of(sent.people.user)
        group = sent.month.criteria_set.groups.get(code="3").pk
        fields = vote_fields(sent, confirm_group=group, weak_points="Giữ câu này")
        assert browser.post(url(sent, "cell_vote_anew"), fields).url.endswith(f"#group-{group}")
        assert "Giữ câu này" in browser.get(url(sent, "cell_vote_anew")).content.decode()
        assert not PastVote.objects.exists()

    @pytest.mark.parametrize("wrong", [{"votes_for": "9"}, {"claimed_0": "6"}, {"level_3": "7"}, {"version": "x" * 99}])
    def test_bad_input_is_named(self, wrong, sent):
        sent = returned(sent)
        page = browser_of(sent.people.user).post(url(sent, "cell_vote_anew"), vote_fields(sent) | wrong)
        assert page.status_code == 422
        assert not PastVote.objects.exists()
