"""Closing beside those who score or close at the same time: each guard beside its twin without it."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date

import pytest
from django.db import IntegrityError

from cellquality.processes import wait_until
from evaluations import changes, editions
from evaluations.editions import close_period
from evaluations.models import Edition, MonthScore, PublishedScore, ScoreState
from evaluations.periods import Month
from meetings.models import Meeting, MeetingState
from meetings.refusing import Refused
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.closed_periods import AT, Ground, make_ground

OCTOBER = Month(2026, 10)


@pytest.fixture
def ground(committed_db) -> Ground:
    return make_ground(communes=1, cells=1)


def close(ground: Ground) -> str:
    """'' where it was closed, else what went wrong."""
    try:
        close_period(committee=ground.province, period=OCTOBER, by=ground.office, at=AT)
    except (Refused, IntegrityError) as error:
        return type(error).__name__
    return ""


def close_while(ground: Ground, monkeypatch, work: Callable[[], object]) -> str:
    """Close, with `work` going on in a thread from when the edition is stored to whenever it gets its locks."""
    asked = editions.unsettled
    with ExitStack() as joining:

        def asked_late(committee, period):
            monkeypatch.setattr(editions, "unsettled", asked)
            other = joining.enter_context(meanwhile(work))
            assert wait_until(lambda: waiting_for_a_lock() == 1 or not other.is_alive(), within=10)
            return asked(committee, period)

        monkeypatch.setattr(editions, "unsettled", asked_late)
        return close(ground)


@pytest.mark.parametrize("holding", [True, False], ids=["held", "twin that holds nothing"])
def test_scores_are_not_published_as_they_were_before_a_change_that_is_being_scored(ground, monkeypatch, holding):
    Meeting.objects.create(cell=ground.cells[0], for_month=OCTOBER.first, held_on=date(2026, 10, 3), state=MeetingState.HELD)
    if not holding:
        monkeypatch.setattr(editions, "_hold", lambda committee, period: None)
    refused = close_while(ground, monkeypatch, lambda: changes.take_changes(as_of=AT.date(), at=AT))
    assert MonthScore.objects.get(month=OCTOBER.first).state == ScoreState.NO_SET
    if holding:
        assert refused == "Refused" and not Edition.objects.exists()
    else:
        assert PublishedScore.objects.get().state == ScoreState.NOT_HELD


@pytest.mark.parametrize("holding", [True, False], ids=["held", "twin that holds nothing"])
def test_of_two_who_close_a_period_one_does_and_the_other_is_told(ground, monkeypatch, holding):
    if not holding:
        monkeypatch.setattr(editions, "_hold", lambda committee, period: None)
    other = []
    assert close_while(ground, monkeypatch, lambda: other.append(close(ground))) == ""
    assert other == ["Refused" if holding else "IntegrityError"]
    assert Edition.objects.count() == 1
