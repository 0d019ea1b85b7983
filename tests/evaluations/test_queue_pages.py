"""A committee's queue through real requests."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from evaluations.models import ReviewDecision, ScoreSheet
from evaluations.queue import returned_to, to_propose, waiting_for
from evaluations.review import Way, decide
from evaluations.sheet_lines import Answer
from evaluations.views import queue as queue_pages
from tests.costs import queries_of
from tests.evaluations.month import NOVEMBER, TODAY
from tests.evaluations.sent_months import LATER, another, copies, returned, sent_month
from tests.factories import make_cell, make_user
from tests.meetings.closed_months import lock
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
lay = sent_month
CLAIM = {"line_1": Answer(claimed_points=100, reason="Đồng hồ hỏng")}


def url(sent, **query) -> str:
    return reverse("queue", args=[sent.committee.public_id, "2026-11"], query=query or None)


def token(sent) -> str:
    return f"{sent.sheet.public_id}:{sent.sheet.seen}"


def names_in(page) -> list[str]:
    return [row.sheet.cell.name for row in page.context["rows"]]


def counts_in(page) -> dict[str, int]:
    return {key: count for key, _label, count in page.context["shown"]}


class TestWhatIsShown:
    def test_those_that_need_a_look_come_first_and_each_says_why(self, sent):
        another(sent, "Chi bộ Chấm khác", **CLAIM)
        wide, near = another(sent, "Chi bộ Lệch"), another(sent, "Chi bộ Sát mức")
        ScoreSheet.objects.filter(pk=wide.sheet.pk).update(own_total=wide.sheet.total - 400)
        ScoreSheet.objects.filter(pk=near.sheet.pk).update(total=9099, own_total=9099)
        page = browser_of(sent.office).get(url(sent))
        assert names_in(page)[:3] == ["Chi bộ Chấm khác", "Chi bộ Lệch", "Chi bộ Sát mức"]
        assert names_in(page)[3] == sent.people.cell.name
        words = words_of(page)
        for why in ("1 line scored otherwise", "self-score 4 below", "0.99 points from another class"):
            assert why in words
        assert counts_in(page) == {"waiting": 4, "first": 3, "proposed": 0, "returned": 0, "decided": 0}
        assert names_in(browser_of(sent.office).get(url(sent, show="first"))) == names_in(page)[:3]

    def test_what_needs_a_look_is_a_setting_in_sight(self, sent):
        ScoreSheet.objects.update(total=9250, own_total=9450)
        browser = browser_of(sent.office)
        assert counts_in(browser.get(url(sent)))["first"] == 0
        assert "member" not in browser.get(url(sent)).content.decode().split('name="near"')[1].split(">")[0]
        assert counts_in(browser.get(url(sent, near="2.5", gap="3")))["first"] == 1
        assert counts_in(browser.get(url(sent, near="1", gap="2")))["first"] == 1
        for odd in ("x", "-1", "1e9", ""):
            assert counts_in(browser.get(url(sent, near=odd, gap=odd)))["first"] == 0

    def test_what_is_done_and_what_was_returned_have_their_places(self, sent):
        back, done = another(sent, "Chi bộ Trả lại"), another(sent, "Chi bộ Xong", **CLAIM)
        returned(back)
        decide(
            committee=sent.committee,
            sheets={done.sheet.public_id: done.sheet.seen},
            way=Way.COMPUTED,
            by=sent.office,
            at=LATER,
            document="05-TB/ĐU",
        )
        ScoreSheet.objects.filter(pk=done.sheet.pk).update(verified_total=8000, verified_grade="FAIR", own_total=9500)
        browser = browser_of(sent.office)
        assert names_in(browser.get(url(sent, show="returned"))) == ["Chi bộ Trả lại"]
        decided = browser.get(url(sent, show="decided"))
        assert names_in(decided) == ["Chi bộ Xong"]
        for expected in ("80 ", "adjusted down", "Phạm Thị Văn", "05-TB/ĐU"):
            assert expected in words_of(decided)
        assert 'name="sheet"' not in decided.content.decode()

    def test_the_cells_of_another_committee_are_not_there_though_their_office_may_look(self, sent):
        sent.people.cell.placements.update(parent=make_cell("Chi bộ xã khác").placements.get().parent)
        assert names_in(browser_of(sent.office).get(url(sent))) == []

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"show": "everything"}, 404),
            ({"page": "1000000000"}, 200),
            ({"page": "' or 1=1"}, 200),
            ({"near": "1", "gap": "x" * 5000}, 200),
        ],
    )
    def test_hostile_queries_are_harmless(self, query, status, sent):
        assert browser_of(sent.office).get(url(sent, **query)).status_code == status

    def test_an_empty_queue_says_what_will_come(self, sent):
        page = browser_of(sent.office).get(reverse("queue", args=[sent.committee.public_id, "2026-08"]))
        assert "No sheet waits" in words_of(page)
        assert [(each.month.first, each.sheets) for each in page.context["others"]] == [(NOVEMBER, 1)]

    def test_a_page_costs_the_same_with_one_row_and_with_thirty(self, sent):
        browser = browser_of(sent.office)
        few = [queries_of(browser, url(sent, show=show)) for show in ("waiting", "first")]
        copies(sent, 30)
        many = [queries_of(browser, url(sent, show=show)) for show in ("waiting", "first")]
        assert few == many
        assert max(many) <= 14

    def test_what_waits_is_counted_in_one_query(self, django_assert_num_queries, sent):
        returned(another(sent, "Chi bộ Trả lại"))
        copies(sent, 5)
        with django_assert_num_queries(1):
            [waiting] = waiting_for([sent.committee], today=TODAY)
        assert (waiting.committee, waiting.month.first, waiting.sheets) == (sent.committee, NOVEMBER, 6)
        with django_assert_num_queries(1):
            assert [sheet.cell for sheet in to_propose([sent.people.cell])] == [sent.people.cell]
        with django_assert_num_queries(1):
            assert returned_to([sent.people.cell]) == []


class TestDeciding:
    def post(self, sent, user=None, status=302, **fields):
        answer = browser_of(user or sent.office).post(url(sent), {"form_key": uuid4(), "document": ""} | fields)
        assert answer.status_code == status
        return answer

    def test_many_are_decided_on_at_once(self, sent):
        other, unticked = another(sent, "Chi bộ Hai", **CLAIM), another(sent, "Chi bộ Ba")
        self.post(sent, sheet=[token(sent), token(other)], way="COMPUTED", document="05-TB/ĐU")
        assert other.sheet.verified_total == other.sheet.total
        assert (ReviewDecision.objects.get().document, unticked.sheet.is_verified) == ("05-TB/ĐU", False)

    def test_afterwards_the_first_are_named_with_the_way_to_each_and_to_all(self, sent, monkeypatch):
        monkeypatch.setattr(queue_pages, "MOST_NAMED", 1)
        other = another(sent, "Chi bộ Ba")
        answer = browser_of(sent.office).post(
            url(sent), {"sheet": [token(sent), token(other)], "way": "OWN", "form_key": uuid4()}, follow=True
        )
        first, second = (reverse("cell_review", args=[each.people.cell.public_id, "2026-11"]) for each in (other, sent))
        told = re.search(r'<p class="note success".*?</p>', answer.content.decode()).group()
        assert "2 sheets are decided:" in told and f'<a href="{first}">Chi bộ Ba</a>, …' in told and second not in told
        assert f'href="{url(sent)}?show=decided"' in told

    def test_one_tap_agrees_with_the_self_score_whatever_else_is_ticked(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        other = another(sent, "Chi bộ Hai")
        self.post(sent, sheet=[token(other)], one=token(sent))
        assert (sent.sheet.verified, other.sheet.is_verified) == (sent.sheet.own, False)

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"way": "OWN"}, "Tick the sheets to decide on first"),
            ({"sheet": ["nonsense", ":", "x:y"], "way": "OWN"}, "Tick the sheets to decide on first"),
            ({"sheet": ["TOKEN"], "way": "BEST"}, "Choose what the official points are made of"),
            ({"sheet": ["TOKEN"], "way": "OWN", "document": "x" * 201}, "minutes or notice"),
        ],
    )
    def test_what_cannot_be_done_gets_a_sentence_and_the_ticks_stay(self, fields, says, sent):
        fields = fields | {"sheet": [token(sent) if each == "TOKEN" else each for each in fields.get("sheet", [])]}
        answer = self.post(sent, status=422, **fields)
        assert says in words_of(answer)
        assert ("checked" in answer.content.decode()) is (token(sent) in fields["sheet"])
        assert not ReviewDecision.objects.exists()

    def test_the_second_of_two_reviewers_is_told_of_the_first(self, sent):
        other = make_user("van-phong-2", office_of=sent.committee)
        seen = token(sent)
        self.post(sent, sheet=[seen], way="OWN")
        answer = browser_of(other).post(url(sent), {"sheet": [seen], "way": "COMPUTED"}, follow=True)
        assert "Phạm Thị Văn decided on it at" in words_of(answer)
        assert sent.sheet.decision.decided_by == sent.office

    def test_a_sheet_out_of_scope_is_left_in_silence(self, sent):
        stranger = make_cell("Chi bộ xã khác").placements.get().parent
        foreign = make_user("van-phong-khac", office_of=stranger)
        path = reverse("queue", args=[stranger.public_id, "2026-11"])
        browser_of(foreign).post(path, {"sheet": [token(sent)], "way": "OWN"})
        assert not sent.sheet.is_verified

    def test_ones_own_sheet_has_no_box_and_is_not_decided_on(self, sent):
        ScoreSheet.objects.update(submitted_by=sent.office)
        page = browser_of(sent.office).get(url(sent))
        assert ('name="sheet"' in page.content.decode(), "scored by yourself" in words_of(page)) == (False, True)
        self.post(sent, sheet=[token(sent)], way="OWN")
        assert not sent.sheet.is_verified

    def test_in_a_locked_month_the_reason_is_asked(self, sent):
        lock(sent.committee, by=sent.office)
        page = browser_of(sent.office).get(url(sent))
        assert "Why a closed month is still decided on" in words_of(page)
        self.post(sent, status=422, sheet=[token(sent)], way="OWN")
        self.post(sent, sheet=[token(sent)], way="OWN", reason="Thẩm định muộn")
        assert sent.sheet.events.last().text == "Thẩm định muộn"


def test_the_way_in_leads_to_the_newest_month_that_waits_and_names_the_others(sent):
    path, reader = reverse("queue_now", args=[sent.committee.public_id]), browser_of(sent.office)
    older = another(sent, "Chi bộ Tháng trước")
    ScoreSheet.objects.filter(pk=older.sheet.pk).update(month="2026-09-01")
    page = reader.get(path)
    assert page.url == url(sent)
    assert "Sheets of other months wait too: 9/2026 (1)" in words_of(reader.get(page.url))
    ScoreSheet.objects.update(month="2026-09-01")
    assert reader.get(path).url.endswith("/2026-09/queue")


class TestHomes:
    def home(self, user):
        return browser_of(user).get(reverse("home"), follow=True)

    def test_the_follower_sees_what_waits_for_a_proposal(self, sent):
        page = self.home(sent.follower)
        assert "1 sheet waits for your proposal" in words_of(page)
        assert reverse("cell_review", args=[sent.people.cell.public_id, "2026-11"]) in page.content.decode()

    def test_whoever_works_in_several_places_sees_what_waits_for_the_committee_and_what_was_returned(self, sent):
        back = another(sent, "Chi bộ Trả lại")
        returned(back)
        both = make_user("kiem-nhiem", office_of=sent.committee, follows=sent.people.cell)
        page = self.home(both)
        assert "Score sheets wait for verification" in words_of(page)
        assert url(sent) in page.content.decode()
        page = self.home(back.people.user)
        assert "The sheet was returned: answer the committee" in words_of(page)
        assert page.redirect_chain[0][0].endswith("/months/2026-11/")
