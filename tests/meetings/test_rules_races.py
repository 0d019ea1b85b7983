"""Two who set a committee's rules at once."""

from contextlib import ExitStack
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from cellquality.processes import wait_until
from meetings import in_force
from meetings.models import MeetingRules
from tests.databases import meanwhile, waiting_for_a_lock
from tests.factories import make_committee

NOW = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the lock"])
def test_the_second_of_two_sees_what_the_first_stored(committed_db, monkeypatch, guarded):
    committee = make_committee()
    rivals = MeetingRules.objects.filter(committee=committee)
    results = []

    def begin(day: date) -> None:
        try:
            in_force.begin(MeetingRules(committee=committee, document="QĐ"), rivals=rivals, on=day, at=NOW)
        except IntegrityError as error:
            results.append(type(error))

    if not guarded:
        monkeypatch.setattr(in_force, "hold", lambda committee: None)
    with ExitStack() as joining, transaction.atomic():
        begin(date(2026, 12, 1))
        joining.enter_context(meanwhile(lambda: begin(date(2026, 12, 10))))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
    spans = [(rules.during.lower.day, rules.during.upper and rules.during.upper.day) for rules in rivals.order_by("during")]
    assert (spans, results) == (([(1, 10), (10, None)], []) if guarded else ([(1, None)], [IntegrityError]))
