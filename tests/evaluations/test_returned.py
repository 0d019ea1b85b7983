"""A returned sheet at its cell: explained, corrected, voted on anew, sent again."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest

from evaluations.models import CommitteeSummary, MonthScore, PastVote, SheetAct, SheetState
from evaluations.returned import has_answered, send_again, vote_anew
from evaluations.review import StaleReview, propose
from evaluations.sheet_lines import Answer
from evaluations.sheets import Vote, open_for_new_vote, open_sheet
from evaluations.submission import NotReady
from evaluations.verification import review_of
from meetings.models import Amendment, Meeting, MeetingState
from meetings.recording import Correction, Refused, read_sitting, record_sitting
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import TODAY
from tests.evaluations.sent_months import LATER, another, returned, sent_month
from tests.meetings.closed_months import lock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
lay = sent_month
AFTER = LATER + timedelta(hours=1)
MUCH_LATER = AFTER + timedelta(days=3)


def again(sent, explanation="Đã đối chiếu sổ biên bản", **changes):
    call = {"meeting": sent.meeting, "explanation": explanation, "seen": sent.sheet.seen, "by": sent.people.user, "at": AFTER}
    return send_again(**call | changes)


def correct(sent, at=AFTER, **changes) -> Meeting:
    """The sitting recorded once more, with a reason."""
    meeting = sent.meeting
    sitting = replace(read_sitting(meeting), **changes)
    why = Correction("Ghi nhầm giờ kết thúc", at)
    return record_sitting(
        meeting=meeting, sitting=sitting, expected_version=meeting.version, by=sent.people.user, today=TODAY, correction=why
    )


def vote(sent, votes_for=2, at=AFTER, answers=None, **changes):
    sheet = open_for_new_vote(sent.meeting, as_of=TODAY)
    said = {line.line.index: replace(line.answer, confirmed=line.asks_confirmation) for line in sheet.lines}
    call = {"meeting": sent.meeting, "seen": sent.sheet.seen, "by": sent.people.user, "at": at}
    return vote_anew(answers=said | (answers or {}), vote=Vote(votes_for=votes_for, votes_base=3), **call | changes)


class TestSendingAgain:
    def test_an_explanation_sends_the_voted_score_as_it_was(self, sent):
        sent = returned(sent)
        before = sent.sheet
        propose_again = before.proposed_by
        again(sent)
        sheet = sent.sheet
        assert (sheet.state, sent.meeting.state) == (SheetState.SUBMITTED, MeetingState.CONCLUDED)
        assert (sheet.own, sheet.submitted_at, sheet.submitted_by) == (before.own, before.submitted_at, before.submitted_by)
        assert [event.act for event in sheet.events.all()] == ["SENT", "RETURNED", "EXPLAINED", "SENT"]
        assert sheet.events.get(act=SheetAct.EXPLAINED).text == "Đã đối chiếu sổ biên bản"
        assert not MonthScore.objects.get().returned
        assert propose_again is None

    def test_a_proposal_made_before_is_one_no_longer(self, sent):
        propose(sheet=sent.sheet, remarks={}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        again(returned(sent))
        assert (sent.sheet.proposed_by, sent.sheet.proposed_at) == (None, None)

    def test_nothing_said_and_nothing_done_is_no_answer(self, sent):
        sent = returned(sent)
        assert not has_answered(sent.sheet)
        with pytest.raises(Refused) as refused:
            again(sent, explanation="  ")
        assert list(refused.value.problems) == ["explanation"]
        assert sent.sheet.is_returned

    def test_a_corrected_fact_is_an_answer_and_what_it_changed_is_seen(self, sent):
        sent = returned(sent)
        computed = sent.sheet.computed
        correct(sent, ends_at=time(20, 20))
        assert has_answered(sent.sheet)
        # Before anything is measured anew, whoever corrects sees what it comes to.
        assert [line.line.line.criterion.code for line in review_of(open_sheet(sent.meeting, as_of=TODAY)).changed] == ["1"]
        again(sent, explanation="")
        review = review_of(open_sheet(sent.meeting, as_of=TODAY))
        assert [line.line.line.criterion.code for line in review.changed] == ["1"]
        [line] = review.changed
        assert (line.points_when_sent, line.line.explanation.points) == (500, sent.sheet.computed[0]) != (500, computed[0])
        assert sent.sheet.own[0] == 500
        happened = [(str(each.label), each.text) for each in review.history]
        assert ("A fact corrected", "Ghi nhầm giờ kết thúc") in happened
        assert [label for label, _text in happened] == ["Sent", "Returned to the cell", "A fact corrected", "Sent"]

    def test_it_stays_sent_in_time_or_late_as_it_was_first(self, sent):
        type(sent.sheet).objects.update(due_on=TODAY)
        returned(sent)
        again(sent, at=MUCH_LATER)
        assert MonthScore.objects.get().sent_on_time

    def test_only_what_is_returned_and_was_seen_is_sent(self, sent):
        with pytest.raises(StaleReview):
            again(sent)
        returned(sent)
        with pytest.raises(StaleReview):
            again(sent, seen="1.0")

    def test_what_lacks_in_the_record_is_named(self, sent):
        sent = returned(sent)
        correct(sent, ends_at=None)
        with pytest.raises(Refused) as refused:
            again(sent)
        assert list(refused.value.problems) == ["ends_at"]
        assert sent.sheet.is_returned

    def test_in_a_locked_month_it_takes_a_reason(self, sent):
        sent = returned(sent)
        lock(sent.committee, by=sent.office)
        with pytest.raises(Refused) as refused:
            again(sent)
        assert list(refused.value.problems) == ["reason"]
        again(sent, reason="Cấp ủy yêu cầu")
        assert Amendment.objects.get().reason == "Cấp ủy yêu cầu"

    def test_two_taps_send_once(self, sent):
        sent = returned(sent)
        seen, key = sent.sheet.seen, uuid4()
        first = again(sent, form_key=key)
        assert again(sent, seen=seen, form_key=key) == first
        with pytest.raises(StaleReview):
            again(sent, seen=seen)
        assert sent.sheet.events.filter(act=SheetAct.SENT).count() == 2


class TestVotingAnew:
    def test_in_a_locked_month_it_takes_a_reason_which_is_kept(self, sent):
        sent = returned(sent)
        lock(sent.committee, by=sent.office)
        with pytest.raises(Refused) as refused:
            vote(sent)
        assert list(refused.value.problems) == ["reason"]
        vote(sent, reason="Biểu quyết lại theo yêu cầu")
        assert sent.sheet.events.get(act=SheetAct.VOTED_ANEW).text == "Biểu quyết lại theo yêu cầu"

    @pytest.mark.parametrize("noted", [True, False], ids=["noted", "twin that notes nothing"])
    def test_the_sums_above_follow_the_new_vote(self, sent, monkeypatch, noted):
        sent = returned(sent)
        settle(AFTER)
        if not noted:
            monkeypatch.setattr("evaluations.changes.note", lambda months: None)
        judged = next(line for line in open_for_new_vote(sent.meeting, as_of=TODAY).lines if line.line.criterion.asks_level)
        vote(sent, answers={judged.line.index: Answer(level=len(judged.line.levels) - 1)})
        monkeypatch.undo()
        settle(AFTER)
        summed = CommitteeSummary.objects.get(committee=sent.committee, period_kind="MONTH", first_on=sent.sheet.month)
        assert (summed.points == MonthScore.objects.get(cell=sent.people.cell, month=sent.sheet.month).total) == noted

    def test_the_new_vote_takes_the_place_of_the_earlier_one_which_is_kept(self, sent):
        sent = returned(sent)
        before, line = sent.sheet, sent.line("3.1")
        vote(sent, answers={line: Answer(level=1)})
        sheet, kept = sent.sheet, PastVote.objects.get()
        assert (sheet.own[line], sheet.votes_for, sheet.state) == (0, 2, SheetState.RETURNED)
        assert (kept.number, kept.own, kept.own_total, kept.levels, kept.votes_for) == (1, before.own, before.own_total, before.levels, 3)
        assert (kept.submitted_at, kept.submitted_by, kept.weak_points) == (before.submitted_at, before.submitted_by, "Ít ý kiến")
        assert sheet.own_total < before.own_total
        event = sheet.events.get(act=SheetAct.VOTED_ANEW)
        assert (event.total, MonthScore.objects.get().own_total) == (sheet.own_total, sheet.own_total)
        assert again(sent, explanation="").state == SheetState.SUBMITTED

    def test_it_starts_from_the_earlier_vote_and_asks_again_where_a_fact_changed(self, sent):
        sent = returned(another(sent, "Chi bộ Chấm khác", line_1=Answer(claimed_points=100, reason="Đồng hồ hỏng")))
        correct(sent, minutes_signed_on=None)
        sheet = open_for_new_vote(sent.meeting, as_of=TODAY)
        lines = {line.line.criterion.code: line for line in sheet.lines}
        assert (lines["1"].answer.claimed_points, lines["1"].answer.reason) == (100, "Đồng hồ hỏng")
        assert lines["3.1"].answer.level == 0
        assert [line.line.criterion.code for line in sheet.open_lines] == ["4.6"]
        assert sheet.vote.votes_for is None

    def test_what_changed_is_then_counted_from_the_new_vote_on(self, sent):
        sent = returned(sent)
        correct(sent, ends_at=time(20, 20))
        vote(sent)
        again(sent, explanation="")
        assert review_of(open_sheet(sent.meeting, as_of=TODAY)).changed == []
        assert sent.sheet.own[0] == sent.sheet.computed[0] < 500

    def test_a_second_new_vote_keeps_when_the_first_was_sent_and_by_whom(self, sent):
        sent = returned(sent)
        vote(sent)
        again(sent, explanation="")
        returned(sent, "Vẫn chưa rõ")
        vote(sent, at=MUCH_LATER)
        assert list(PastVote.objects.values_list("number", "submitted_at")) == [(1, sent.sheet.submitted_at), (2, AFTER)]

    def test_an_open_line_or_no_vote_is_named_and_nothing_is_written(self, sent):
        sent = returned(sent)
        with pytest.raises(NotReady) as refused:
            vote(sent, votes_for=None, answers={sent.line("3.1"): Answer()})
        assert [sentence for sentence in refused.value.missing if str(sentence).startswith("3.1:")]
        assert len(refused.value.missing) == 2
        assert not PastVote.objects.exists()

    def test_what_was_not_returned_is_not_voted_on(self, sent):
        with pytest.raises(StaleReview):
            vote(sent)
