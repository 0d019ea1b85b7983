"""What a board asks to be verified is what stands in the queue: not what was sent without a set, nor what was returned."""

import pytest
from django.db import connection

from evaluations.dashboard import board_of
from evaluations.migrations import _waiting
from evaluations.models import CommitteeSummary, PeriodScore
from evaluations.periods import Half, Month, Quarter, Year
from evaluations.queue import waiting_for
from evaluations.review import Way, decide
from evaluations.sheets import open_sheet
from evaluations.shown import cells_within
from evaluations.stages import stages_of, to_do
from evaluations.submission import submit
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import NOVEMBER, NOW, TODAY, posted, recorded_month
from tests.evaluations.sent_months import LATER, another, returned, sent_month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
PERIODS = [kind.of(NOVEMBER) for kind in (Month, Quarter, Half, Year)]


def asked_of(committee, period) -> tuple[list[str], list[str]]:
    """What the board asks to be done, and what falls out of its steps."""
    board = board_of(committee, period)
    return [each.show for each in to_do(board)], [stage.rest.show for stage in stages_of(board) if stage.rest]


def in_queue(committee) -> int:
    return sum(each.sheets for each in waiting_for([committee], today=TODAY))


def test_a_month_sent_without_a_set_is_not_to_be_verified():
    month = recorded_month(with_set=False)
    posted(month)
    sheet = open_sheet(month.meeting, as_of=TODAY)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=sheet.version)
    settle(NOW)
    committee = month.people.cell.placements.get().parent
    assert in_queue(committee) == 0
    assert asked_of(committee, PERIODS[0]) == (["no_set"], [])
    assert board_of(committee, PERIODS[0]).now.to_do == 0


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_of_those_sent_only_what_waits_is_asked_for(period):
    sent = sent_month()
    back, done = another(sent, "Chi bộ Trả lại"), another(sent, "Chi bộ Xong")
    returned(back)
    decide(committee=sent.committee, sheets={done.sheet.public_id: done.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
    settle(NOW)
    now = board_of(sent.committee, period).now
    assert (now.sent, now.verified, now.not_verified, now.to_do - now.not_held, in_queue(sent.committee)) == (3, 1, 1, 1, 1)
    of_others = ["not_held"] if now.not_held else []
    assert asked_of(sent.committee, period) == ([*of_others, "not_verified"], [*of_others, "not_verified"])
    assert [score.cell for score in cells_within(sent.committee, period, show="not_verified")] == [sent.people.cell]
    listed = [score.cell for score in cells_within(sent.committee, period, order="todo")]
    assert listed[0] == sent.people.cell, "what waits stands first"
    decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
    settle(NOW)
    assert asked_of(sent.committee, period) == (of_others, of_others)


def test_what_was_made_before_is_counted_by_the_migration():
    sent = sent_month()
    returned(another(sent, "Chi bộ Trả lại"))
    another(sent, "Chi bộ Chờ")
    settle(NOW)
    counted = [set(model.objects.values_list("pk", "not_verified")) for model in (PeriodScore, CommitteeSummary)]
    assert {waiting for _key, waiting in counted[0]} == {0, 1} and {waiting for _key, waiting in counted[1]} == {0, 2}
    for model in (PeriodScore, CommitteeSummary):
        model.objects.update(not_verified=0)
    with connection.cursor() as cursor:
        cursor.execute(_waiting.PERIODS)
        cursor.execute(_waiting.SUMMARIES)
    assert [set(model.objects.values_list("pk", "not_verified")) for model in (PeriodScore, CommitteeSummary)] == counted
