"""What an act would move of closed periods: told before, from the same scoring that follows it, and nothing of it stays."""

from datetime import date

import pytest
from django.db import transaction

from evaluations import moves
from evaluations.editions import close_period
from evaluations.models import MonthScore, PeriodScore
from evaluations.moves import reach_of, touches_closed
from evaluations.periods import Half, Month, Period, Quarter, Year
from evaluations.submission import submit
from meetings.models import Committee, Level, Meeting, MeetingState
from tests.evaluations.closed_periods import AT as IN_NOVEMBER
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import NOVEMBER, NOW, RecordedMonth, filled_in, posted, put_in_force
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded

pytestmark = pytest.mark.django_db

AT = IN_NOVEMBER.replace(year=2027, month=1)
TODAY = AT.date()
MONTH, QUARTER, HALF, YEAR = Month(2026, 11), Quarter(2026, 4), Half(2026, 2), Year(2026, 1)


def lay() -> RecordedMonth:
    """A cell of a province with November's sheet sent."""
    province = make_committee("Tỉnh ủy", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    cell = make_cell(committee=make_committee(parent=province))
    month = RecordedMonth(five(cell), None, put_in_force(province, effective_from=date(2026, 10, 1)))
    month.meeting = recorded(month.people)
    filled_in(month)
    posted(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    settle(AT)
    return month


def close(*periods: Period) -> None:
    province = Committee.objects.get(level=Level.PROVINCE)
    by = make_user("ban", board_of=province)
    for period in periods:
        close_period(committee=province, period=period, by=by, at=AT)


def fewer_minutes(month: RecordedMonth) -> None:
    """Ideology got 3 minutes and not 20: line 4.7 loses its point."""
    Meeting.objects.filter(pk=month.meeting.pk).update(ideology_minutes=3)


def reach(month: RecordedMonth, act=fewer_minutes, since: date = NOVEMBER):
    return reach_of(lambda: act(month), months=[(month.people.cell.pk, since)], as_of=TODAY)


def standings(month: RecordedMonth) -> dict[str, tuple]:
    cell = month.people.cell
    months = {str(Month.of(row.month)): (row.state, row.total, row.grade) for row in MonthScore.objects.filter(cell=cell)}
    rows = PeriodScore.objects.filter(cell=cell)
    longer = {(row.period_kind, row.first_on): (row.state, row.total, row.grade) for row in rows}
    return months | {str(period): longer[period.KIND, period.first] for period in (QUARTER, HALF, YEAR)}


def told(standing) -> tuple:
    return (standing.state, standing.total, standing.grade)


def test_each_closed_period_that_moves_is_told_with_what_then_comes_true(sent):
    close(MONTH, QUARTER, HALF, YEAR)
    before = standings(sent)
    found = reach(sent)
    assert standings(sent) == before, "nothing of the rehearsal stays"
    assert Meeting.objects.get(pk=sent.meeting.pk).ideology_minutes == 20
    fewer_minutes(sent)
    settle(AT)
    after = standings(sent)
    assert [str(move.period) for move in found.moves] == [str(period) for period in (MONTH, QUARTER, HALF, YEAR)]
    for move in found.moves:
        assert told(move.before) == before[str(move.period)]
        assert told(move.after) == after[str(move.period)]
        assert move.cell == sent.people.cell
        assert move.after.total < move.before.total
    assert [edition.period for edition in found.editions] == [MONTH, QUARTER, HALF, YEAR]
    assert found.wrote


def test_only_closed_periods_are_told(sent):
    close(QUARTER)
    assert [move.period for move in reach(sent).moves] == [QUARTER]


def test_where_nothing_is_closed_nothing_is_asked(sent):
    months = [(sent.people.cell.pk, NOVEMBER)]
    assert not touches_closed(months, as_of=TODAY)
    close(QUARTER)
    assert touches_closed(months, as_of=TODAY)
    assert not touches_closed([(sent.people.cell.pk, date(2027, 1, 1))], as_of=TODAY)


def test_a_writing_that_moves_no_score_still_tells_the_period_it_writes_in(sent):
    close(MONTH, YEAR)
    found = reach(sent, lambda month: Meeting.objects.filter(pk=month.meeting.pk).update(place="Nhà văn hóa"))
    assert (found.moves, [edition.period for edition in found.editions], found.wrote) == ((), [MONTH, YEAR], True)


def test_an_act_that_writes_nothing_says_so(sent):
    close(MONTH)
    assert not reach(sent, lambda month: None).wrote


def test_what_waited_to_be_scored_is_not_told_as_a_move_of_the_act(sent):
    close(MONTH)
    fewer_minutes(sent)
    assert reach(sent, lambda month: Meeting.objects.filter(pk=month.meeting.pk).update(place="Nhà văn hóa")).moves == ()


def test_a_sitting_taken_back_and_one_that_comes_to_be_move_the_score_out_and_in(sent):
    close(MONTH)
    found = reach(sent, lambda month: Meeting.objects.filter(pk=month.meeting.pk).update(state=MeetingState.CANCELLED))
    (move,) = found.moves
    assert (move.before.state, move.after.state, move.after.total) == ("SCORED", "NOT_HELD", None)


def test_an_earlier_month_that_moves_a_later_closed_one_is_told(sent):
    """The tasks of October fall due in November: what October gave moves November's score."""
    close(MONTH)

    def october_gave_a_task(month):
        recorded(month.people, held_in_october(month.people), held_on=date(2026, 10, 3), minutes_signed_on=date(2026, 10, 3))

    found = reach(sent, october_gave_a_task, since=date(2026, 10, 1))
    assert [move.period for move in found.moves] == [MONTH]
    assert [edition.period for edition in found.editions] == [MONTH]


def held_in_october(people):
    return Meeting.objects.create(cell=people.cell, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3), state=MeetingState.HELD)


def test_what_the_act_raises_goes_through_and_nothing_stays(sent):
    close(MONTH)

    class Stopped(Exception):
        pass

    def stopped(month):
        fewer_minutes(month)
        raise Stopped

    with pytest.raises(Stopped):
        reach(sent, stopped)
    assert Meeting.objects.get(pk=sent.meeting.pk).ideology_minutes == 20


def test_twin_without_the_rollback_the_rehearsal_would_stay(sent, monkeypatch):
    close(MONTH)
    with transaction.atomic():
        monkeypatch.setattr(moves.transaction, "set_rollback", lambda wanted: None)
        reach(sent)
        assert Meeting.objects.get(pk=sent.meeting.pk).ideology_minutes == 3
        monkeypatch.undo()
        transaction.set_rollback(True)
