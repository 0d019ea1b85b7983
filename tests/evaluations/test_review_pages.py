"""The verification of one sheet through real requests: the following member, the committee, and who is neither."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from evaluations.figures import points
from evaluations.models import ReviewDecision, ReviewEntry, ScoreSheet, SheetAct, SheetEvent, SheetState
from evaluations.models.fields import PointsFormField
from evaluations.returned import send_again
from evaluations.review import Remark, Way, decide, propose
from evaluations.sheet_lines import Answer
from evaluations.totals import sum_points
from meetings.models import ChangedCell, FormDraft, Meeting
from tests.costs import queries_of
from tests.evaluations.month import TODAY
from tests.evaluations.sent_months import LATER, another, returned, sent_month
from tests.factories import make_committee, make_user
from tests.meetings.closed_months import lock
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
lay = sent_month
CLAIM = {"line_1": Answer(claimed_points=100, reason="Đồng hồ hỏng")}


def url(sent, name="cell_review") -> str:
    return reverse(name, args=[sent.people.cell.public_id, "2026-11"])


def fields(sent, act, **said) -> dict:
    return {"version": sent.sheet.seen, "form_key": str(uuid4()), "act": act} | said


def post(sent, act, user=None, status=302, **said):
    answer = browser_of(user or sent.office).post(url(sent), fields(sent, act, **said))
    assert answer.status_code == status, words_of(answer)[:600]
    return answer


class TestReading:
    def test_own_computed_fact_rule_and_reason_stand_side_by_side(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        page = words_of(browser_of(sent.office).get(url(sent)))
        for expected in ("Đồng hồ hỏng", "95 minutes", "self-score 1, computed 5", "voted 3/3", "What happened to this sheet"):
            assert expected in page

    def test_what_changed_since_it_was_sent_is_counted_and_named(self, sent):
        assert "changed since" not in words_of(browser_of(sent.office).get(url(sent)))
        ScoreSheet.objects.update(outcome=[8, *sent.sheet.outcome[1:]])
        page = words_of(browser_of(sent.office).get(url(sent)))
        assert "1 line has changed since the cell sent the sheet" in page
        assert "5 → 1" in page

    def test_what_the_record_shows_as_the_cell_scores_it_is_folded_until_somebody_says_something_of_it(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        propose(sheet=sent.sheet, remarks={1: Remark(note="Xem lại")}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        page = browser_of(sent.office).get(url(sent))
        groups = list(page.context["form"].grouped())
        looked_at, plain = ({line.index for group in groups for line, _fields in group[place]} for place in (1, 2))
        judged = {sent.line(line.code) for line in sent.month.criteria_set.criteria.filter(kind__in=["JUDGED", "MIXED"])}
        applies = {line.index for line in page.context["review"].lines if line.line.explanation.is_applicable}
        assert {0, 1} | judged & applies <= looked_at
        assert len(looked_at) + len(plain) == len(sent.sheet.own)
        assert sent.line("2.2") in plain
        assert '<details class="more">' in page.content.decode()
        typed = browser_of(sent.office).post(url(sent), fields(sent, "REVIEWED", note_5="x" * 1001)).content.decode()
        assert ('<details class="more">' in typed, '<details class="more" open>' in typed) == (False, True)

    def test_each_page_costs_the_same_whatever_happened_before(self, sent):
        browser = browser_of(sent.office)
        few = queries_of(browser, url(sent))
        for number in range(30):
            sent.sheet.events.create(act="EXPLAINED", by=sent.people.user, at=LATER, text=f"Lần {number}")
            sent.meeting.amendments.create(reason=f"Sửa {number}", by=sent.people.user, at=LATER)
        for line in sent.month.criteria_set.criteria.all():
            ReviewEntry.objects.create(sheet=sent.sheet, criterion=line, note="Ý kiến", by=sent.follower, at=LATER)
        assert queries_of(browser, url(sent)) == few <= 32

    def test_who_neither_proposes_nor_decides_is_told_why(self, sent):
        assert browser_of(sent.people.user).get(url(sent)).status_code == 403
        beside = make_user("xa-khac", office_of=make_committee("Đảng ủy xã Khác"))
        assert browser_of(beside).get(url(sent)).status_code == 404

    def test_a_month_that_was_not_sent_has_nothing_to_verify(self, sent):
        path = reverse("cell_review", args=[sent.people.cell.public_id, "2026-10"])
        assert browser_of(sent.office).get(path).status_code == 404


RECOUNTED = "What was recorded last is being counted"


class TestBetweenTwoCounts:
    """A fact was corrected, and no worker has scored it yet."""

    def test_a_returned_sheet_has_its_total_from_the_lines_of_the_page(self, sent):
        returned(sent)
        Meeting.objects.filter(pk=sent.meeting.pk).update(ideology_minutes=3)
        page = browser_of(sent.office).get(url(sent))
        review = page.context["review"]
        now = sum_points(review.sheet.definition, review.sheet.scored.points).total
        assert sent.sheet.total > now, "what is stored is from before"
        for name, label in (("cell_review", "Computed"), ("cell_explanation", "What counts")):
            assert f"{label} {points(now)}" in words_of(browser_of(sent.office).get(url(sent, name)))

    @pytest.mark.parametrize("noted", [True, False], ids=["noted", "twin without a note"])
    def test_each_page_with_the_total_says_that_it_is_being_counted(self, sent, noted):
        ChangedCell.objects.all().delete()
        if noted:
            Meeting.objects.filter(pk=sent.meeting.pk).update(ideology_minutes=3)
        reader = browser_of(sent.office)
        pages = [url(sent), url(sent, "cell_explanation"), url(sent, "cell_month")]
        pages.append(reverse("cell_period", args=[sent.people.cell.public_id, "2026-Q4"]))
        assert [RECOUNTED in words_of(reader.get(page)) for page in pages] == [noted] * 4
        before = reverse("cell_period", args=[sent.people.cell.public_id, "2026-Q3"])
        assert RECOUNTED not in words_of(reader.get(before))


class TestAReturn:
    """Why it was returned and what the cell says to it stand before the lines."""

    def answered(self, sent) -> str:
        returned(sent, "Giải trình thời lượng", line_1="Sao lại 95 phút?")
        said = {"explanation": "Đồng hồ hội trường chạy chậm", "seen": sent.sheet.seen}
        send_again(meeting=sent.meeting, by=sent.people.user, at=LATER + timedelta(hours=1), **said)
        return browser_of(sent.office).get(url(sent)).content.decode()

    def test_it_stands_on_top_with_who_and_when(self, sent):
        page = self.answered(sent)
        order = ["Why it was returned", "Giải trình thời lượng", "· Phạm Thị Văn", 'href="#line-1"', "What the cell answered"]
        order += ["Explained by the cell", "Đồng hồ hội trường chạy chậm", f"· {sent.people.user.full_name}", 'id="line-1"']
        places = [page.index(each) for each in order]
        assert places == sorted(places)

    def test_corrections_and_a_second_return_are_told_of_the_latest_only(self, sent):
        self.answered(sent)
        returned(sent, "Bổ sung biên bản")
        SheetEvent.objects.filter(text="Bổ sung biên bản").update(at=LATER + timedelta(hours=2))
        review = browser_of(sent.office).get(url(sent)).context["review"]
        assert (review.returned.asked.text, review.returned.answers) == ("Bổ sung biên bản", ())
        sent.meeting.amendments.create(reason="Ghi nhầm giờ", by=sent.people.user, at=LATER + timedelta(hours=3))
        (answer,) = browser_of(sent.office).get(url(sent)).context["review"].returned.answers
        assert (answer.label, answer.text) == (SheetAct.CORRECTED.label, "Ghi nhầm giờ")

    def test_a_sheet_that_was_never_returned_has_none_of_it(self, sent):
        assert "Why it was returned" not in words_of(browser_of(sent.office).get(url(sent)))


class TestProposing:
    def test_the_follower_proposes_and_the_committee_finds_it_filled_in(self, sent):
        line = sent.line("3.1")
        said = {f"points_{line}": "1", f"note_{line}": "Thiếu liên hệ thực tế", "text": "Đề nghị Khá"}
        answer = post(sent, "propose", sent.follower, **said)
        assert answer.url == reverse("home")
        page = browser_of(sent.office).get(url(sent))
        assert page.context["form"][f"points_{line}"].value() == 1
        for expected in ("Thiếu liên hệ thực tế", "proposed by Lê Phụ Trách", "Đề nghị Khá"):
            assert expected in words_of(page)
        post(sent, "REVIEWED", **{f"points_{line}": "1", f"note_{line}": "Thiếu liên hệ thực tế"})
        assert sent.sheet.verified[line] == 100

    def test_the_follower_neither_decides_nor_returns(self, sent):
        for act in (*Way.values, "return", "reopen"):
            said = {"reason_of_return": "x" * 9, "reason": "x" * 9}
            assert browser_of(sent.follower).post(url(sent), fields(sent, act, **said)).status_code in (403, 409)
        assert (sent.sheet.state, ReviewDecision.objects.count()) == (SheetState.SUBMITTED, 0)

    def test_the_committee_does_not_propose(self, sent):
        assert browser_of(sent.office).post(url(sent), fields(sent, "propose")).status_code == 403


class TestDeciding:
    @pytest.mark.parametrize("way", Way.values)
    def test_each_way_settles_the_sheet_and_leads_back_to_the_queue(self, way, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        answer = post(sent, way, points_0="3", document="05-TB/ĐU")
        assert answer.url == reverse("queue", args=[sent.committee.public_id, "2026-11"])
        assert sent.sheet.verified[0] == {"OWN": 100, "COMPUTED": 500, "REVIEWED": 300}[way]
        assert sent.sheet.decision.document == "05-TB/ĐU"

    @pytest.mark.parametrize(
        "wrong", [{"points_0": "6"}, {"points_0": "-1"}, {"points_0": "ba"}, {"note_0": "ế" * 1001}, {"act": "burn"}, {"version": ""}]
    )
    def test_bad_input_is_named_and_loses_nothing(self, wrong, sent):
        answer = browser_of(sent.office).post(url(sent), fields(sent, "REVIEWED", note_3="Giữ câu này") | wrong)
        assert (answer.status_code, "Giữ câu này" in answer.content.decode()) == (422, True)
        assert not ReviewDecision.objects.exists()

    def test_what_is_wrong_names_its_line_and_leads_to_it(self, sent):
        page = browser_of(sent.office).post(url(sent), fields(sent, "REVIEWED", points_0="6", note_3="ế" * 1001)).content.decode()
        first, other = list(sent.month.criteria_set.criteria.all())[:4:3]
        assert f'<a href="#id_points_0">{first}: Official points: At most 5 points.</a>' in page
        assert f'<a href="#id_note_3">{other}: Note beside the line: ' in page

    @pytest.mark.parametrize(("language", "says"), [("en", "At most 4.5 points."), ("vi", "Nhiều nhất 4,5 điểm.")])
    def test_a_limit_is_written_as_points_are_written_here(self, language, says):
        with override(language):
            with pytest.raises(ValidationError) as refused:
                PointsFormField(max_value=4.5).clean("6")
            assert refused.value.messages == [says]

    def test_in_a_locked_month_a_decision_says_why(self, sent):
        lock(sent.committee, by=sent.office)
        assert "This has no end" in words_of(browser_of(sent.office).get(url(sent)))
        post(sent, "OWN", status=422)
        post(sent, "OWN", reason="Thẩm định muộn")
        assert sent.sheet.is_verified
        # Who would take the decision back, and the cell, read it too.
        assert "This has no end" in words_of(browser_of(sent.office).get(url(sent)))
        assert "This has no end" in words_of(browser_of(sent.people.user).get(url(sent, "cell_month")))

    def test_nobody_decides_on_a_sheet_they_sent(self, sent):
        ScoreSheet.objects.update(submitted_by=sent.office)
        browser = browser_of(sent.office)
        page = browser.get(url(sent))
        assert ("You scored or sent this sheet yourself" in words_of(page), "<textarea" in page.content.decode()) == (True, False)
        assert browser.post(url(sent), fields(sent, "OWN")).status_code == 403


class TestTwoAtOnce:
    def test_the_second_is_shown_the_firsts_decision_beside_what_they_typed(self, sent):
        other = make_user("van-phong-2", office_of=sent.committee)
        mine = fields(sent, "REVIEWED", points_0="2", note_0="Của tôi")
        decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
        answer = browser_of(other).post(url(sent), mine)
        words = words_of(answer)
        assert (answer.status_code, "Phạm Thị Văn decided on it at" in words, "Của tôi" in words) == (409, True, True)
        assert "Keep mine" not in words
        assert sent.sheet.verified == sent.sheet.own

    def test_where_only_words_changed_one_may_keep_ones_own(self, sent):
        mine = fields(sent, "REVIEWED", points_0="2", note_0="Của tôi")
        propose(sheet=sent.sheet, remarks={0: Remark(400, "Đề nghị")}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        browser = browser_of(sent.office)
        answer = browser.post(url(sent), mine)
        assert (answer.status_code, "Keep mine" in words_of(answer)) == (409, True)
        assert browser.post(url(sent), mine | {"version": sent.sheet.seen}).status_code == 302
        assert sent.sheet.verified[0] == 200

    def test_whoever_returns_a_sheet_that_was_decided_sees_the_decision(self, sent):
        mine = fields(sent, "return", reason_of_return="Giải trình")
        decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
        assert browser_of(sent.office).post(url(sent), mine).status_code == 409
        assert sent.sheet.is_verified

    @pytest.mark.parametrize("wrong", [{"note_1": "ế" * 1001}, {"act": "return"}, {"act": "burn"}, {"points_1": "ba"}])
    def test_what_is_wrong_in_it_comes_after_that_the_sheet_is_decided(self, wrong, sent):
        mine = fields(sent, "OWN", note_0="Của tôi", text="Lời chung") | wrong
        decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
        answer = browser_of(sent.office).post(url(sent), mine)
        words = words_of(answer)
        assert (answer.status_code, "Của tôi" in words, "Lời chung" in words) == (409, True, True)

    @pytest.mark.parametrize("reason", ["", "Có đơn"])
    def test_a_decision_that_somebody_took_back_is_not_taken_back_twice(self, reason, sent):
        post(sent, "OWN")
        mine = fields(sent, "reopen", reason=reason)
        post(sent, "reopen", reason="Nhầm")
        answer = browser_of(sent.office).post(url(sent), mine)
        assert (answer.status_code, "Keep mine" in words_of(answer)) == (409, False)
        assert sent.sheet.events.filter(act="REOPENED").count() == 1

    def test_two_taps_are_one_decision(self, sent):
        mine = fields(sent, "OWN")
        assert [browser_of(sent.office).post(url(sent), mine).status_code for _tap in range(2)] == [302, 302]
        assert sent.sheet.events.filter(act="DECIDED").count() == 1


class TestReturningAndReopening:
    def test_a_return_takes_a_reason_and_notes_go_along(self, sent):
        answer = post(sent, "return", status=422, note_0="Xem lại giờ")
        assert "Say what the cell is to explain or correct" in words_of(answer)
        post(sent, "return", note_0="Xem lại giờ", reason_of_return="Giải trình thời lượng")
        assert (sent.sheet.state, sent.sheet.review_entries.get().note) == (SheetState.RETURNED, "Xem lại giờ")
        page = words_of(browser_of(sent.office).get(url(sent)))
        assert "The sheet is with the cell" in page
        assert "Giải trình thời lượng" in page

    def test_a_decision_is_taken_back_with_a_reason(self, sent):
        post(sent, "OWN")
        page = browser_of(sent.office).get(url(sent))
        assert "Take the decision back" in words_of(page)
        post(sent, "reopen", status=422, reason="  ")
        assert post(sent, "reopen", reason="Có đơn").url == url(sent)
        assert sent.sheet.state == SheetState.SUBMITTED
        history = words_of(browser_of(sent.office).get(url(sent)))
        assert "Reopened" in history and "Có đơn" in history


class TestDrafts:
    def test_what_is_typed_is_kept_for_its_writer_and_goes_with_the_act(self, sent):
        browser = browser_of(sent.office)
        typed = fields(sent, "", note_0="Đang viết dở", reason_of_return="Cần giải trình")
        kept = browser.post(url(sent), typed, headers={"X-Autosave": "1"})
        assert (kept.status_code, "saved_at" in kept.json()) == (200, True)
        page = browser.get(url(sent)).content.decode()
        assert "Đang viết dở" in page and "Cần giải trình" in page
        assert "Đang viết dở" not in browser_of(sent.follower).get(url(sent)).content.decode()
        post(sent, "OWN")
        assert not FormDraft.objects.exists()

    def test_a_draft_about_what_has_changed_since_is_let_go(self, sent):
        browser = browser_of(sent.office)
        browser.post(url(sent), fields(sent, "", note_0="Cũ"), headers={"X-Autosave": "1"})
        propose(sheet=sent.sheet, remarks={}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        assert "Cũ" not in browser.get(url(sent)).content.decode()

    def test_it_can_be_dropped(self, sent):
        browser = browser_of(sent.office)
        browser.post(url(sent), fields(sent, "", note_0="Cũ"), headers={"X-Autosave": "1"})
        assert browser.post(url(sent), {"discard": "1"}).status_code == 302
        assert not FormDraft.objects.exists()


class TestTheCellsPages:
    def test_a_verified_sheet_shows_official_beside_own_and_computed_with_notes(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        post(sent, "REVIEWED", points_0="3", note_0="Biên bản ghi 95 phút")
        page = browser_of(sent.people.user).get(url(sent, "cell_explanation"))
        words = words_of(page)
        for expected in ("Official", "Verification notes", "Biên bản ghi 95 phút", sent.committee.name):
            assert expected in words
        month = words_of(browser_of(sent.people.user).get(url(sent, "cell_month")))
        assert "verified" in month and "The committee has verified the score." in month

    def test_words_of_the_verification_stay_near_the_cell(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        post(sent, "REVIEWED", points_0="3", note_0="Biên bản ghi 95 phút")
        auditor = make_user("kiem-tra", auditor_of=sent.committee)
        page = words_of(browser_of(auditor).get(url(sent, "cell_explanation")))
        assert ("Official" in page, "Biên bản ghi" in page, "What happened" in page) == (True, False, False)

    def test_a_lower_class_than_the_cells_own_is_said_as_it_is_said_here(self, sent):
        lines = {f"points_{place}": "0" for place, points in enumerate(sent.sheet.own) if points}
        post(sent, "REVIEWED", **lines)
        assert sent.sheet.verified_grade == "POOR"
        assert "adjusted down" in words_of(browser_of(sent.people.user).get(url(sent, "cell_explanation")))

    def test_other_months_say_that_one_was_returned(self, sent):
        sent = returned(sent)
        path = reverse("cell_month", args=[sent.people.cell.public_id, "2026-10"])
        assert "The sheet of 11/2026 was returned by the committee." in words_of(browser_of(sent.people.user).get(path))
        assert another(sent, "Chi bộ Hai").sheet.month.month == TODAY.month
