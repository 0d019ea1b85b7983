from uuid import uuid4

import pytest

from evaluations.checking.points import grade_of
from evaluations.compiler import Outcome
from evaluations.models import Grade, MonthFacts, MonthScore, ScoreState, SheetEntry, SheetNote
from evaluations.sheet_lines import Answer
from evaluations.sheets import AlreadySent, StaleSheet, open_sheet
from evaluations.submission import NotReady, submit
from meetings.models import Meeting, MeetingState
from tests.evaluations.month import NOW, TODAY, filled_in, posted, recorded_month

pytestmark = pytest.mark.django_db
lay = recorded_month


def send(month, sheet, **changes):
    return submit(**{"meeting": month.meeting, "by": month.people.user, "at": NOW, "expected_version": sheet.version} | changes)


def test_sending_concludes_measures_and_scores_at_once(month):
    filled_in(month)
    posted(month)

    sheet = send(month, month.sheet)

    assert Meeting.objects.get(pk=month.meeting.pk).state == MeetingState.CONCLUDED
    assert sheet.submitted_by == month.people.user
    assert sheet.criteria_set == month.criteria_set
    assert len(sheet.outcome) == len(sheet.computed) == len(sheet.own) == 28
    assert sheet.total is not None and sheet.grade == grade_of(month.criteria_set, sheet.total)
    assert MonthFacts.objects.get(cell=month.people.cell).conclusion_lag_days == 1
    score = MonthScore.objects.get(cell=month.people.cell)
    assert (score.state, score.total, score.grade) == (ScoreState.SCORED, sheet.total, sheet.grade)
    assert not SheetEntry.objects.exists()


def test_a_line_not_due_leaves_total_and_class_open(month):
    filled_in(month)
    posted_line = next(line.line.index for line in open_sheet(month.meeting, as_of=TODAY).lines if line.line.criterion.code == "8.3")

    sheet = send(month, month.sheet)

    assert sheet.outcome[posted_line] == Outcome.NOT_DUE
    assert sheet.own[posted_line] is None
    assert (sheet.total, sheet.grade) == (None, "")
    assert MonthScore.objects.get().state == ScoreState.NOT_DUE


def test_the_cells_other_points_are_kept_beside_the_logs_and_change_nothing(month):
    filled_in(month, line_1=Answer(claimed_points=100, reason="Đồng hồ hỏng"))
    posted(month)
    by_the_log = open_sheet(month.meeting, as_of=TODAY).scored.total

    sheet = send(month, month.sheet)

    assert (sheet.own[0], sheet.computed[0]) == (100, 500)
    assert sheet.total == by_the_log
    assert SheetNote.objects.get(sheet=sheet).text == "Đồng hồ hỏng"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"line_3_1": Answer()}, "3.1"),
        ({"line_7": Answer()}, None),
        ({"line_4_6": Answer()}, "4.6"),
        ({"line_1": Answer(claimed_points=100)}, "1"),
    ],
)
def test_an_open_line_keeps_the_month_from_being_sent(change, named, month):
    sheet = filled_in(month, **change)
    if named is None:  # no task was due, so line 7 does not apply and asks nothing
        assert send(month, sheet).is_sent
        return
    with pytest.raises(NotReady) as refused:
        send(month, sheet)
    assert [sentence for sentence in refused.value.missing if sentence.startswith(f"{named}:")]
    assert Meeting.objects.get(pk=month.meeting.pk).state == MeetingState.HELD
    assert not MonthScore.objects.exists()


def test_a_stale_version_sends_nothing(month):
    first = filled_in(month)
    seen = first.version
    filled_in(month)
    with pytest.raises(StaleSheet):
        submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=seen)
    assert not MonthScore.objects.exists()


def test_two_taps_send_once(month):
    sheet = filled_in(month)
    key = uuid4()
    first = send(month, sheet, form_key=key)
    assert send(month, sheet, form_key=key) == first
    # Without the key the second tap is a second sending, and is refused as one.
    with pytest.raises(AlreadySent):
        send(month, sheet)


def test_a_month_without_a_set_is_sent_without_a_score():
    month = recorded_month(with_set=False, username="bi-thu-khac")
    sheet = submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=0)
    assert sheet.criteria_set is None
    assert MonthScore.objects.get().state == ScoreState.NO_SET


@pytest.mark.parametrize(("total", "grade"), [(9000, Grade.GOOD), (8999, Grade.FAIR), (6999, Grade.AVERAGE), (4999, Grade.POOR)])
def test_the_class_follows_the_thresholds(total, grade, month):
    assert grade_of(month.criteria_set, total) == grade


def test_sending_is_written_into_the_sheets_history(month):
    filled_in(month)
    posted(month)
    sheet = send(month, month.sheet)
    [event] = sheet.events.all()
    assert (event.act, event.by, event.at, event.total) == ("SENT", month.people.user, NOW, sheet.own_total)
    assert event.grade == grade_of(month.criteria_set, sheet.own_total)
