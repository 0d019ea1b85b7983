"""The committee's side: proposing, deciding on one or many, returning, reopening; who may not; and what follows."""

from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations import review
from evaluations.changes import take_changes
from evaluations.checking.points import grade_of, sum_up
from evaluations.definition import definition_of
from evaluations.models import (
    CommitteeSummary,
    MonthScore,
    Notice,
    NoticeKind,
    ReviewDecision,
    ReviewEntry,
    ScoreSheet,
    SheetAct,
    SheetState,
)
from evaluations.notices import notices_of, words_of
from evaluations.review import Remark, StaleReview, Way, decide, decide_lines, propose, reopen, send_back
from evaluations.sheet_lines import Answer
from meetings.models import MeetingState
from meetings.permissions import authority_of
from meetings.recording import Refused
from tests.evaluations.month import NOVEMBER, NOW, TODAY
from tests.evaluations.oracle import TIMES, official_points
from tests.evaluations.sent_months import LATER, another, returned, sent_month
from tests.factories import make_committee, make_user
from tests.meetings.closed_months import lock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
lay = sent_month
CLAIM = {"line_1": Answer(claimed_points=100, reason="Đồng hồ hỏng")}


def decided_on(*months, way=Way.OWN, **fields):
    """The decision of the first one's office on all of them, as they stand."""
    first = months[0]
    call = {"committee": first.committee, "by": first.office, "at": LATER, "way": way}
    return decide(sheets={each.sheet.public_id: each.sheet.seen for each in months}, **call | fields)


def _any_lines(rng: Random, definition) -> tuple[list, list, list]:
    """Per line an outcome (rarely one that has no points yet), own points and proposed points."""
    outcome = [rng.choice([*range(len(line.levels)), -1] * 9 + [-2, -3]) for line in definition]
    some = [[rng.choice([None, 0, line.max_points, rng.randint(0, line.max_points)]) for line in definition] for _twice in range(2)]
    return outcome, *some


def reset(sent, definition, outcome, own, proposed) -> None:
    """The sheet as if it had just been sent with these lines."""
    ReviewEntry.objects.all().delete()
    ScoreSheet.objects.update(state=SheetState.SUBMITTED, decision=None, verified=None, verified_total=None, outcome=outcome, own=own)
    ReviewEntry.objects.bulk_create(
        ReviewEntry(sheet=sent.sheet, criterion=line.criterion, points=points, by=sent.office, at=LATER)
        for line, points in zip(definition, proposed, strict=True)
        if points is not None
    )


def acts(sheet) -> list[str]:
    return list(sheet.events.values_list("act", flat=True))


class TestDeciding:
    def test_agreeing_makes_the_cells_own_points_official(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        decided = decided_on(sent, document="05-TB/ĐU")
        sheet = sent.sheet
        assert (decided.sheets, decided.left, sheet.state) == (1, (), SheetState.VERIFIED)
        assert sheet.verified == sheet.own != sheet.computed
        assert (sheet.verified_total, sheet.verified_grade) == (sheet.own_total, grade_of(sheet.criteria_set, sheet.own_total))
        assert (sheet.decision.document, sheet.decision.decided_by, sheet.decision.committee) == ("05-TB/ĐU", sent.office, sent.committee)

    def test_what_is_computed_stands_against_the_cells_claim(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        decided_on(sent, way=Way.COMPUTED)
        assert (sent.sheet.verified[0], sent.sheet.verified_total) == (500, sent.sheet.total)

    def test_own_points_line_by_line_add_up_rescaled(self, sent):
        """3.1 loses 3 points: the total is what is left of those that count, over 100, rounded half up."""
        line, before = sent.line("3.1"), sent.sheet
        gained = sum(points for points in before.own if points is not None)
        decide_lines(
            committee=sent.committee,
            sheet=before,
            remarks={line: Remark(0, "Nội dung chép lại tháng trước")},
            way=Way.REVIEWED,
            seen=before.seen,
            by=sent.office,
            at=LATER,
        )
        sheet = sent.sheet
        assert (sheet.own[line], sheet.verified[line]) == (300, 0)
        assert sheet.verified_total == (2 * (gained - 300) * 10_000 + sheet.counted_max) // (2 * sheet.counted_max)
        assert sheet.verified_grade == grade_of(sheet.criteria_set, sheet.verified_total)
        assert sheet.review_entries.get().note == "Nội dung chép lại tháng trước"

    def test_the_month_and_the_sums_above_follow(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        decided_on(sent)
        month = MonthScore.objects.get(cell=sent.people.cell)
        assert (month.verified, month.total, month.grade) == (True, sent.sheet.verified_total, sent.sheet.verified_grade)
        take_changes(as_of=TODAY, at=NOW)
        summary = CommitteeSummary.objects.get(committee=sent.committee, period_kind="MONTH", first_on=NOVEMBER)
        points = MonthScore.objects.filter(month=NOVEMBER).values_list("total", flat=True)
        assert (summary.verified, summary.points) == (1, sum(points))

    def test_it_is_told_and_kept_in_the_history(self, sent):
        decided_on(sent)
        notice = Notice.objects.get()
        assert (notice.user, notice.kind, notice.cell, notice.sent_by) == (sent.people.user, "DECIDED", sent.people.cell, sent.office)
        event = sent.sheet.events.last()
        assert (event.act, event.by, event.total, event.decision) == (
            "DECIDED",
            sent.office,
            sent.sheet.verified_total,
            sent.sheet.decision,
        )

    def test_many_are_one_decision(self, sent):
        months = [sent, *(another(sent, f"Chi bộ {number}") for number in range(3))]
        decided = decided_on(*months)
        assert decided.sheets == ReviewDecision.objects.get().sheets.count() == Notice.objects.count() == 4

    def test_those_that_cannot_be_decided_are_left_and_named(self, sent):
        verified, back, changed, mine, fine = (another(sent, f"Chi bộ {number}") for number in range(5))
        decided_on(verified)
        returned(back)
        ScoreSheet.objects.filter(pk=mine.sheet.pk).update(submitted_by=sent.office)
        seen = {each.sheet.public_id: each.sheet.seen for each in (verified, back, changed, mine, fine)}
        propose(sheet=changed.sheet, remarks={}, text="", seen=changed.sheet.seen, by=sent.follower, at=LATER)
        decided = decide(committee=sent.committee, sheets=seen, way=Way.OWN, by=sent.office, at=LATER)
        assert decided.sheets == 1
        assert fine.sheet.is_verified and not changed.sheet.is_verified and not mine.sheet.is_verified
        assert [left.why.split(" ")[0] for left in decided.left] == ["Phạm", "It", "It", "You"]
        assert "Phạm Thị Văn decided on it at" in decided.left[0].why

    def test_a_line_without_points_keeps_a_sheet_undecided_until_it_has_some(self, sent):
        line = sent.line("8.3")
        outcome = [-2 if place == line else code for place, code in enumerate(sent.sheet.outcome)]
        ScoreSheet.objects.update(outcome=outcome, total=None, own=None)
        decided = decided_on(sent, way=Way.COMPUTED)
        assert (decided.decision, len(decided.left), ReviewDecision.objects.count()) == (None, 1, 0)
        sheet = sent.sheet
        call = {"committee": sent.committee, "sheet": sheet, "way": Way.REVIEWED, "seen": sheet.seen, "by": sent.office, "at": LATER}
        with pytest.raises(Refused):
            decide_lines(remarks={}, **call)
        decide_lines(remarks={line: Remark(100)}, **call)
        assert sent.sheet.verified[line] == 100

    def test_what_was_proposed_is_taken_only_where_something_was(self, sent):
        other = another(sent, "Chi bộ Không đề nghị")
        propose(sheet=sent.sheet, remarks={sent.line("5.1"): Remark(100)}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        decided = decided_on(sent, other, way=Way.REVIEWED)
        assert (decided.sheets, [left.sheet for left in decided.left]) == (1, [other.sheet])
        assert "Nobody proposed anything" in str(decided.left[0].why)
        assert (sent.sheet.is_verified, other.sheet.is_verified) == (True, False)

    def test_a_line_left_out_of_the_maximum_has_no_points_whatever_was_given(self, sent):
        line = sent.line("7")  # no task was due
        ScoreSheet.objects.update(own=[3000 if place == line else points for place, points in enumerate(sent.sheet.own)])
        decided_on(sent)
        assert sent.sheet.verified[line] is None
        assert sent.sheet.verified_total == sent.sheet.own_total

    def test_whatever_the_lines_come_to_it_is_what_plain_python_makes_of_it(self, sent):
        """Lines of any outcome, own points and proposals of any kind: official points, total and class, or that nothing can be decided."""
        definition, undecided = definition_of(sent.month.criteria_set), 0
        for seed in range(24 * TIMES):
            rng, way = Random(seed), Way.values[seed % 3]
            outcome, own, proposed = _any_lines(rng, definition)
            reset(sent, definition, outcome, own, proposed)
            decided_on(sent, way=Way(way))
            given = {"OWN": own, "COMPUTED": [None] * len(own), "REVIEWED": proposed}[way]
            official = official_points(definition, outcome, given)
            undecided += official is None
            sheet = sent.sheet
            if official is None:
                assert (sheet.state, sheet.verified) == (SheetState.SUBMITTED, None)
            else:
                plain = sum_up(definition, outcome, official, [])
                assert (sheet.verified, sheet.verified_total, sheet.verified_grade) == (official, plain.total, plain.grade)
        assert 2 < undecided < 22 * TIMES

    def test_a_sheet_of_another_committee_is_none_of_its(self, sent):
        decided = decided_on(sent, committee=make_committee("Đảng ủy xã Khác"))
        assert (decided.sheets, decided.left, sent.sheet.state) == (0, (), SheetState.SUBMITTED)

    @pytest.mark.parametrize("most", [2, 3], ids=["too many", "twin with room"])
    def test_more_than_a_statement_should_hold_are_refused_whole(self, sent, monkeypatch, most):
        monkeypatch.setattr(review, "MOST_AT_ONCE", most)
        months = [sent, *(another(sent, f"Chi bộ {number}") for number in range(2))]
        if most == 2:
            with pytest.raises(Refused) as refused:
                decided_on(*months)
            assert list(refused.value.problems.values()) == ["At most 2 sheets are decided at once."]
        else:
            decided_on(*months)
        assert [each.sheet.is_verified for each in months] == [most == 3] * 3

    def test_two_taps_decide_once(self, sent):
        seen = {sent.sheet.public_id: sent.sheet.seen}
        call = {"committee": sent.committee, "sheets": seen, "way": Way.OWN, "by": sent.office, "at": LATER}
        key = uuid4()
        first = decide(form_key=key, **call)
        assert decide(form_key=key, **call) == first
        assert decide(**call).left[0].why  # without the key it is a second deciding
        assert acts(sent.sheet).count(SheetAct.DECIDED) == 1

    def test_in_a_locked_month_it_takes_a_reason_that_is_kept(self, sent):
        lock(sent.committee, by=sent.office)
        with pytest.raises(Refused) as refused:
            decided_on(sent)
        assert list(refused.value.problems) == ["reason"]
        assert not sent.sheet.is_verified
        decided_on(sent, reason="Thẩm định muộn")
        assert sent.sheet.events.last().text == "Thẩm định muộn"


class TestProposing:
    def test_a_proposal_is_points_and_notes_that_the_committee_takes_or_leaves(self, sent):
        line = sent.line("3.1")
        remarks = {line: Remark(100, "Thiếu liên hệ thực tế"), 0: Remark(500, "")}
        propose(sheet=sent.sheet, remarks=remarks, text="Đề nghị Khá", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        entry = ReviewEntry.objects.get()  # line 1 counts 5 points anyway: nothing is proposed there
        assert (entry.criterion.code, entry.points, entry.note, entry.by) == ("3.1", 100, "Thiếu liên hệ thực tế", sent.follower)
        assert (sent.sheet.proposed_by, sent.sheet.state) == (sent.follower, SheetState.SUBMITTED)
        assert sent.sheet.events.last().text == "Đề nghị Khá"
        decided_on(sent, way=Way.REVIEWED)
        assert sent.sheet.verified[line] == 100

    def test_what_the_follower_wrote_stays_theirs_where_the_committee_leaves_it(self, sent):
        one, other = sent.line("3.1"), sent.line("5.1")
        remarks = {one: Remark(100, "Một"), other: Remark(100, "Hai")}
        propose(sheet=sent.sheet, remarks=remarks, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        decide_lines(
            committee=sent.committee,
            sheet=sent.sheet,
            remarks={one: Remark(100, "Một"), other: Remark(None, "Hai, sửa")},
            way=Way.REVIEWED,
            seen=sent.sheet.seen,
            by=sent.office,
            at=LATER,
        )
        entries = {entry.criterion.code: (entry.note, entry.by) for entry in ReviewEntry.objects.select_related("criterion", "by")}
        assert entries == {"3.1": ("Một", sent.follower), "5.1": ("Hai, sửa", sent.office)}
        assert sent.sheet.verified[other] == 200

    @pytest.mark.parametrize("points", [-1, 301])
    def test_points_a_line_cannot_have_are_refused_at_their_field(self, points, sent):
        line = sent.line("3.1")
        with pytest.raises(Refused) as refused:
            propose(sheet=sent.sheet, remarks={line: Remark(points)}, text="", seen=sent.sheet.seen, by=sent.follower, at=LATER)
        assert list(refused.value.problems) == [f"points_{line}"]
        assert not ReviewEntry.objects.exists()


class TestReturning:
    def test_the_sheet_goes_back_with_why_and_its_sitting_is_open_again(self, sent):
        own = sent.sheet.own
        returned(sent, "Giải trình thời lượng", line_1="Sao lại 95 phút?")
        sheet = sent.sheet
        assert (sheet.state, sheet.own, sheet.own_total) == (SheetState.RETURNED, own, sheet.own_total)
        assert sent.meeting.state == MeetingState.HELD
        assert sheet.review_entries.get().note == "Sao lại 95 phút?"
        assert acts(sheet) == [SheetAct.SENT, SheetAct.RETURNED]
        assert MonthScore.objects.get().returned
        notice = Notice.objects.get()
        assert (notice.kind, notice.user, notice.text) == ("RETURNED", sent.people.user, "Giải trình thời lượng")

    def test_it_takes_a_reason(self, sent):
        with pytest.raises(Refused) as refused:
            returned(sent, "  ")
        assert list(refused.value.problems) == ["reason_of_return"]
        assert sent.meeting.state == MeetingState.CONCLUDED

    def test_what_is_returned_or_decided_is_not_returned(self, sent):
        sent = returned(sent)
        with pytest.raises(StaleReview):
            returned(sent)


class TestReopening:
    def test_a_decision_is_taken_back_with_a_reason_and_the_provisional_points_count(self, sent):
        sent = another(sent, "Chi bộ Chấm khác", **CLAIM)
        decided_on(sent)
        official = sent.sheet.verified_total
        reopen(sheet=sent.sheet, reason="Có đơn kiến nghị", seen=sent.sheet.seen, by=sent.office, at=LATER)
        sheet = sent.sheet
        assert (sheet.state, sheet.verified, sheet.verified_total, sheet.verified_grade) == (SheetState.SUBMITTED, None, None, "")
        month = MonthScore.objects.get(cell=sent.people.cell)
        assert (month.total, month.verified) == (sheet.total, False)
        history = {event.act: event for event in sheet.events.all()}
        assert (history["DECIDED"].total, history["REOPENED"].text) == (official, "Có đơn kiến nghị")
        assert ReviewDecision.objects.count() == 1
        decided_on(sent, way=Way.COMPUTED)
        assert sent.sheet.is_verified

    def test_the_secretary_is_told_with_the_reason(self, sent, english):
        decided_on(sent)
        reopen(sheet=sent.sheet, reason="Có đơn kiến nghị", seen=sent.sheet.seen, by=sent.office, at=LATER)
        told = notices_of(authority_of(sent.people.user, TODAY)).first()
        assert (told.kind, told.text, told.sent_by) == (NoticeKind.REOPENED, "Có đơn kiến nghị", sent.office)
        assert "took its decision on the sheet of month 11/2026 back" in words_of(told)
        decided_on(sent)
        assert notices_of(authority_of(sent.people.user, TODAY)).first().kind == NoticeKind.DECIDED

    def test_it_takes_a_reason_and_a_decision(self, sent):
        with pytest.raises(StaleReview):
            reopen(sheet=sent.sheet, reason="x", seen=sent.sheet.seen, by=sent.office, at=LATER)
        decided_on(sent)
        with pytest.raises(Refused):
            reopen(sheet=sent.sheet, reason=" ", seen=sent.sheet.seen, by=sent.office, at=LATER)


ACTS = {
    "propose": lambda sent, seen: propose(sheet=sent.sheet, remarks={}, text="", seen=seen, by=sent.follower, at=LATER),
    "return": lambda sent, seen: send_back(sheet=sent.sheet, remarks={}, reason="Vì sao", seen=seen, by=sent.office, at=LATER),
    "decide": lambda sent, seen: decide_lines(
        committee=sent.committee, sheet=sent.sheet, remarks={}, way=Way.OWN, seen=seen, by=sent.office, at=LATER
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("what", ["a reviewer", "a fact"])
def test_what_changed_since_the_form_was_made_is_seen(act, what, sent):
    seen = sent.sheet.seen
    if what == "a reviewer":
        propose(sheet=sent.sheet, remarks={}, text="", seen=seen, by=sent.follower, at=LATER)
    else:
        ScoreSheet.objects.update(outcome=[8, *sent.sheet.outcome[1:]])
    before = ScoreSheet.objects.values().get()
    with pytest.raises(StaleReview) as stale:
        ACTS[act](sent, seen)
    assert stale.value.sheet.seen == sent.sheet.seen
    assert ScoreSheet.objects.values().get() == before


class TestWhoMay:
    def authority(self, user):
        return authority_of(user, TODAY)

    def test_the_committee_right_above_decides_and_the_follower_proposes(self, sent):
        cell = sent.people.cell
        province = make_user("tinh", board_of=make_committee("Tỉnh ủy", level="PROVINCE"))
        for user, decides, proposes in (
            (sent.office, True, False),
            (sent.follower, False, True),
            (sent.people.user, False, False),
            (province, False, False),
        ):
            authority = self.authority(user)
            assert (bool(authority.to_verify(cell)), bool(authority.to_propose(cell))) == (decides, proposes)
        assert self.authority(sent.office).to_verify_under(sent.committee)
        assert not self.authority(province).to_verify_under(sent.committee)

    @pytest.mark.parametrize("guarded", [True, False], ids=["told who sent it", "twin that is not"])
    def test_nobody_verifies_a_sheet_they_sent(self, guarded, sent):
        both = make_user("kiem-nhiem", office_of=sent.committee, follows=sent.people.cell)
        senders = {both.pk} if guarded else ()
        authority = self.authority(both)
        assert bool(authority.to_verify(sent.people.cell, senders)) is not guarded
        assert bool(authority.to_propose(sent.people.cell, senders)) is not guarded


def test_deciding_on_many_costs_the_same_number_of_statements(sent):
    few = [another(sent, f"Chi bộ {number}") for number in range(2)]
    many = [another(sent, f"Chi bộ {number}") for number in range(10, 18)]
    counts = []
    for months in (few, many):
        seen = {each.sheet.public_id: each.sheet.seen for each in months}
        with CaptureQueriesContext(connection) as captured:
            decide(committee=sent.committee, sheets=seen, way=Way.OWN, by=sent.office, at=LATER)
        counts.append(len(captured))
    assert counts[0] == counts[1]
