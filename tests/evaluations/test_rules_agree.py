"""A cell's page and its month's score ask for the same days: of the same rules, at the same place of the tree."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.measuring import Targets
from evaluations.models import MonthFacts, MonthScore
from evaluations.scoring import score
from meetings import deadlines
from meetings.deadlines import deadlines_for
from meetings.models import Cell, Holiday, MeetingRules, Placement
from tests.evaluations.logs import AS_OF, MONTHS, make_log, make_province
from tests.evaluations.measured import sit
from tests.evaluations.oracle import make_set, steady
from tests.factories import SINCE, make_cell, make_committee

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 1)


def shown(cell: Cell, month: date, held_on: date | None) -> tuple:
    days = deadlines_for(cell, month, held_on)
    return (days.meeting_day is not None, days.last_day or days.meeting_day, days.send_by)


def asked(score: MonthScore) -> tuple:
    return (score.held_on_day is not None, score.hold_by, score.send_by)


def disagreeing(cell: Cell) -> list[MonthScore]:
    """The months of a cell whose score was asked other days than its page shows."""
    held = dict(MonthFacts.objects.filter(cell=cell).values_list("month", "held_on"))
    scores = MonthScore.objects.filter(cell=cell)
    return [score for score in scores if asked(score) != shown(cell, score.month, held.get(score.month))]


@steady(10)
@given(seed=st.integers(0, 2**32))
def test_pages_and_scores_agree_on_random_logs(seed):
    province = make_province(make_set(f"bo-{seed}"))
    MeetingRules.objects.update(sending_lag_days=3)
    rng = Random(seed)
    cells = [make_log(rng, province) for _ in range(3)]
    score(Targets.of([(cell.pk, month) for cell in cells for month in MONTHS]), as_of=AS_OF)
    assert [disagreeing(cell) for cell in cells] == [[], [], []]


@pytest.fixture
def moved() -> Cell:
    """A cell that stood in one commune when January began, moved to another, and sat there; rules and holidays differ."""
    old, new = (make_committee(name) for name in ("Đảng ủy xã Cũ", "Đảng ủy xã Mới"))
    for committee, day, holiday in ((old, 3, 20), (new, 9, 21)):
        MeetingRules.objects.create(committee=committee, during=(SINCE, None), document="QĐ", meeting_day=day, sending_lag_days=3)
        Holiday.objects.create(committee=committee, during=(date(2026, 1, holiday), date(2026, 1, holiday + 1)), name="Lễ")
    cell = make_cell(committee=old)
    Placement.objects.filter(cell=cell).update(during=(SINCE, date(2026, 1, 8)))
    path = new.scope_path + cell.segment
    Placement.objects.create(cell=cell, parent=new, path=path, during=(date(2026, 1, 8), None))
    Cell.objects.filter(pk=cell.pk).update(scope_path=path)
    sit(cell, JANUARY, held_on=date(2026, 1, 19))
    score(Targets.of([(cell.pk, JANUARY)]), as_of=AS_OF)
    return Cell.objects.get(pk=cell.pk)


def test_a_cell_that_moved_is_asked_the_rules_of_where_it_counts(moved):
    days = deadlines_for(moved, JANUARY, date(2026, 1, 19))
    # The old commune's holiday on the 20th is no working day.
    assert (days.meeting_day, days.send_by) == (date(2026, 1, 3), date(2026, 1, 23))
    assert disagreeing(moved) == []


def test_twin_a_page_that_asks_where_the_cell_stands_on_the_day_is_found(moved, monkeypatch):
    on_the_day = "SELECT p.path FROM meetings_placement p WHERE p.cell_id = %(cell)s AND p.during @> date '2026-01-19'"
    monkeypatch.setattr(deadlines, "place_in_month", lambda cell, month: on_the_day)
    assert [score.month for score in disagreeing(moved)] == [JANUARY]


def test_a_cell_that_stands_nowhere_has_no_deadlines():
    assert deadlines_for(make_cell(since=date(2026, 2, 1)), JANUARY, None).rules is None
