"""Sheets of thematic sittings: beside the month's own, each with its facts, its vote, its verification."""

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluations import changes
from evaluations.around_month import around
from evaluations.cloning import clone
from evaluations.jobs import work_job
from evaluations.models import CriteriaSet, Grade, MonthFacts, MonthScore, Notice, Rehearsal, ScoreSheet, ScoreState, SheetPart, SheetState
from evaluations.notices import words_of
from evaluations.periods import Month
from evaluations.publishing import NotPublishable
from evaluations.queue import Attention, sheets_of
from evaluations.rehearsal import start_rehearsal
from evaluations.returned import send_again, vote_anew
from evaluations.review import Way, decide
from evaluations.set_faults import faults_of
from evaluations.sheets import Sheet, Vote, open_for_new_vote, open_sheet
from evaluations.submission import NotReady, submit
from evaluations.which_sheet import WhichSheet
from evaluations.works import WORKERS
from meetings.models import Meeting, MeetingKind, MeetingState
from meetings.recording import Correction, Refused, read_sitting, record_sitting
from tests.evaluations.month import (
    NOVEMBER,
    NOW,
    TODAY,
    RecordedMonth,
    drafted,
    filled_in,
    posted,
    put_in_force,
    put_thematic_in_force,
)
from tests.evaluations.sent_months import LATER, returned, send
from tests.evaluations.thematic_months import combined, month_with_both, thematic, verifying
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


lay = month_with_both
AFTER = LATER + timedelta(hours=1)
LONG_AFTER = date(2026, 11, 20)


class TestBesideTheMonth:
    def test_each_sitting_has_its_own_facts_and_sheet(self, month):
        first, second = thematic(month), thematic(month, TODAY, ideology_minutes=5)
        for each in (month, first, second):
            send(each)
        facts = {row.meeting_id: (row.part, row.ideology_minutes) for row in MonthFacts.objects.all()}
        assert facts == {
            month.meeting.pk: (SheetPart.MONTH, 20),
            first.meeting.pk: (SheetPart.THEMATIC, 20),
            second.meeting.pk: (SheetPart.THEMATIC, 5),
        }
        assert [sheet.state for sheet in ScoreSheet.objects.all()] == [SheetState.SUBMITTED] * 3
        assert first.sheet.total > second.sheet.total
        assert month.sheet.criteria_set.part == SheetPart.MONTH != first.sheet.criteria_set.part

    def test_the_months_score_is_that_of_its_own_sheet(self, month):
        other = thematic(month, ideology_minutes=5)
        send(other)
        assert MonthScore.objects.get().state == ScoreState.NOT_SENT
        send(month)
        score = MonthScore.objects.get()
        assert (score.state, score.sheet, score.total) == (ScoreState.SCORED, month.sheet, month.sheet.total)
        assert score.thematic_held and other.sheet.total != score.total

    def test_without_a_set_for_them_there_is_no_such_sheet(self, month):
        place = five(make_cell("Chi bộ Thôn Hai", committee=make_committee("Đảng ủy xã Khác")), username="bi-thu-khac")
        put_in_force(place.cell.placements.get().parent, "khac")
        month = replace(month, people=place, meeting=recorded(place))
        other = thematic(month)
        with pytest.raises(Meeting.DoesNotExist):
            open_sheet(other.meeting, SheetPart.THEMATIC, as_of=TODAY)
        send(month)
        assert MonthFacts.objects.get(cell=place.cell).part == SheetPart.MONTH

    def test_a_regular_sitting_has_none_and_a_thematic_one_no_months(self, month):
        for meeting, part in ((month.meeting, SheetPart.THEMATIC), (thematic(month).meeting, SheetPart.MONTH)):
            with pytest.raises(Meeting.DoesNotExist):
                open_sheet(meeting, part, as_of=TODAY)

    def test_what_is_missing_keeps_it_from_being_sent(self, month):
        with pytest.raises(NotReady):
            submit(meeting=thematic(month).meeting, part=SheetPart.THEMATIC, by=month.people.user, at=NOW, expected_version=0)

    def test_tasks_of_a_thematic_sitting_fall_due_at_the_next_of_them(self, month):
        first, second = thematic(month), thematic(month, TODAY)
        assert open_sheet(first.meeting, SheetPart.THEMATIC, as_of=TODAY).facts.tasks_due == 0
        # Its own one task; that of the regular sitting falls due at the next regular one.
        assert open_sheet(second.meeting, SheetPart.THEMATIC, as_of=TODAY).facts.tasks_due == 1

    def test_a_sitting_taken_back_loses_its_facts_alone(self, month):
        other = thematic(month)
        send(month)
        assert MonthFacts.objects.count() == 2
        Meeting.objects.filter(pk=other.meeting.pk).update(state=MeetingState.CANCELLED)
        send_again_as_it_is(month)
        assert MonthFacts.objects.get().meeting_id == month.meeting.pk


def send_again_as_it_is(month: RecordedMonth) -> None:
    sent = returned(verifying(month))
    send_again(meeting=sent.meeting, explanation="Đã rõ", seen=sent.sheet.seen, by=month.people.user, at=LATER)


class TestCombined:
    def test_it_has_both_and_is_concluded_with_the_first_sent(self, month):
        other = combined(month)
        send(other)
        assert month.meeting.__class__.objects.get(pk=month.meeting.pk).state == MeetingState.CONCLUDED
        filled_in(month)
        submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
        assert {sheet.part: sheet.state for sheet in ScoreSheet.objects.all()} == dict.fromkeys(SheetPart.values, SheetState.SUBMITTED)
        assert MonthScore.objects.get().sheet == month.sheet

    def test_both_returned_it_stays_open_until_both_are_sent_again(self, month):
        other = combined(month)
        send(month)
        filled_in(other)
        submit(meeting=other.meeting, part=other.part, by=month.people.user, at=NOW, expected_version=other.sheet.version)
        sent = verifying(month)
        returned(sent)
        returned(replace(sent, month=other))
        states = []
        for each in (other, month):
            call = {"explanation": "Đã rõ", "seen": each.sheet.seen, "by": month.people.user, "at": LATER}
            send_again(meeting=each.meeting, part=each.part, **call)
            states.append(sent.meeting.state)
        assert states == [MeetingState.HELD, MeetingState.CONCLUDED]
        assert [each.sheet.state for each in (month, other)] == [SheetState.SUBMITTED] * 2

    def test_corrected_to_a_regular_one_its_thematic_sheet_waits_for_nobody(self, month):
        other = combined(month)
        send(month)
        filled_in(other)
        submit(meeting=other.meeting, part=other.part, by=month.people.user, at=NOW, expected_version=other.sheet.version)
        sent = verifying(month)
        returned(sent)
        returned(replace(sent, month=other))
        correct(month, kind=MeetingKind.REGULAR)
        changes.take_changes(as_of=TODAY, at=LATER)
        waiting = sheets_of(sent.committee, Month.of(NOVEMBER), Attention(), today=TODAY)
        assert [sheet.part for sheet in waiting] == [SheetPart.MONTH]
        assert around(month.people.cell, Month.of(NOVEMBER), sent.meeting).returned == [WhichSheet(Month.of(NOVEMBER))]
        send_again(meeting=sent.meeting, explanation="Đã rõ", seen=month.sheet.seen, by=month.people.user, at=LATER)
        assert sent.meeting.state == MeetingState.CONCLUDED


def correct(month: RecordedMonth, **fields) -> Meeting:
    """The record of a returned sitting, once more, with a reason."""
    meeting = Meeting.objects.select_related("cell").get(pk=month.meeting.pk)
    said = {"expected_version": meeting.version, "by": month.people.user, "today": TODAY, "correction": Correction("Ghi nhầm", LATER)}
    return record_sitting(meeting=meeting, sitting=replace(read_sitting(meeting), **fields), **said)


class TestVerified:
    def test_the_record_of_one_that_was_returned_is_corrected_and_it_stays_thematic(self, month):
        other = thematic(month)
        send(other)
        returned(verifying(other))
        before = other.sheet.computed
        with pytest.raises(Refused) as refused:
            correct(other, kind=MeetingKind.COMBINED)
        assert refused.value.problems == {"kind": "This sitting was sent up as a thematic one; it stays one."}
        correct(other, ideology_minutes=5)
        send_again(meeting=other.meeting, part=other.part, explanation="", seen=other.sheet.seen, by=month.people.user, at=AFTER)
        assert other.sheet.computed != before

    def test_the_queue_holds_both_and_one_decision_settles_them(self, month):
        other = thematic(month)
        send(month)
        send(other)
        sent = verifying(month)
        waiting = sheets_of(sent.committee, Month.of(NOVEMBER), Attention(), today=TODAY)
        assert {sheet.part for sheet in waiting} == set(SheetPart)
        decided = decide(
            committee=sent.committee,
            sheets={sheet.public_id: sheet.seen for sheet in waiting},
            way=Way.OWN,
            by=sent.office,
            at=LATER,
        )
        assert (decided.sheets, other.sheet.verified_grade, month.sheet.verified_grade) == (2, Grade.FAIR, Grade.FAIR)
        assert MonthScore.objects.get().verified

    def test_one_that_was_returned_is_voted_on_anew_and_told_with_its_day(self, month):
        other = thematic(month)
        send(other)
        sent = returned(verifying(other))
        assert words_of(Notice.objects.get()).endswith("(thematic sitting of 4/11/2026)")
        sheet = open_for_new_vote(sent.meeting, SheetPart.THEMATIC, as_of=TODAY)
        answers = {line.line.index: replace(line.answer, confirmed=line.asks_confirmation) for line in sheet.lines}
        call = {"meeting": sent.meeting, "part": SheetPart.THEMATIC, "by": month.people.user, "at": AFTER}
        vote_anew(answers=answers, vote=Vote(votes_for=2, votes_base=3), seen=sent.sheet.seen, **call)
        send_again(explanation="", seen=sent.sheet.seen, **call)
        assert (sent.sheet.state, sent.sheet.votes_for, sent.sheet.past_votes.count()) == (SheetState.SUBMITTED, 2, 1)
        assert not ScoreSheet.objects.filter(part=SheetPart.MONTH).exists()


class TestSets:
    def test_one_of_each_part_is_in_force_for_the_same_cells(self, month):
        committee = month.people.cell.placements.get().parent
        again = drafted(committee, "lan-nua")
        again.part = SheetPart.THEMATIC
        again.save()
        again.rollup_rules.all().delete()
        with pytest.raises(NotPublishable, match="comes into force"):
            put_in_force(committee, draft=again)

    def test_it_has_no_roll_up_rules(self):
        draft = drafted(make_committee(), "khac")
        assert faults_of(draft) == []
        draft.part = SheetPart.THEMATIC
        draft.save()
        assert [fault.sentence for fault in faults_of(draft)] == [
            "Longer periods are made of months, not of thematic sittings: take the roll-up rules away."
        ]

    def test_a_copy_scores_what_its_original_does(self, month):
        original = put_thematic_in_force(make_committee("Đảng ủy khác"), "khac")
        said = {"title": "Bản sao", "document": original.document, "owner": original.owner, "effective_from": original.effective_from}
        assert clone(criteria_set=original, code="ban-sao", **said).part == SheetPart.THEMATIC


@pytest.mark.parametrize("part", SheetPart)
def test_a_draft_is_rehearsed_on_the_sheets_of_its_part(month, part, settings, tmp_path):
    settings.EXPORTS_DIR = tmp_path
    others = [thematic(month), thematic(month, TODAY)]
    for each in (month, *others):
        send(each)
    committee = month.people.cell.placements.get().parent
    draft = drafted(committee, "nhap", date(2027, 1, 1))
    CriteriaSet.objects.filter(pk=draft.pk).update(part=part)
    if part == SheetPart.THEMATIC:
        draft.rollup_rules.all().delete()
    admin = make_user("tieu-chi", criteria_admin_of=committee)
    draft.refresh_from_db()
    job = start_rehearsal(criteria_set=draft, committee=committee, period=Month.of(NOVEMBER), by=admin, at=LATER)
    work_job(job.pk, WORKERS, clock=lambda: LATER)
    assert Rehearsal.objects.get(job=job).months == {SheetPart.MONTH: 1, SheetPart.THEMATIC: 2}[part]


def test_check_line_walks_each_sheet_and_names_the_one_that_is_wrong(month):
    other = thematic(month)
    for each in (month, other):
        send(each)
    changes.take_changes(as_of=TODAY, at=NOW)
    changes.take_scopes(as_of=TODAY, at=NOW)
    said = StringIO()
    call_command("check_line", stdout=said, no_color=True)
    assert "points (thematic 2026-11-04)" in said.getvalue() and "Every link agrees." in said.getvalue()
    ScoreSheet.objects.filter(part=SheetPart.THEMATIC).update(total=1)
    with pytest.raises(CommandError, match=r"differ at: total \(thematic 2026-11-04\)\.$"):
        call_command("check_line", stdout=StringIO(), no_color=True)


def test_a_posting_after_the_vote_changes_the_sheet_of_its_own_sitting_alone(month):
    other = thematic(month)
    for each in (month, other):
        filled_in(each, as_of=LONG_AFTER)
    posted(other)
    changed = [[line.line.criterion.code for line in opened(each).changed_lines] for each in (month, other)]
    assert changed == [[], ["8.3"]]


def opened(month: RecordedMonth) -> Sheet:
    return open_sheet(month.meeting, month.part, as_of=LONG_AFTER)
