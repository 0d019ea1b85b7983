"""Two who measure one month at once, each as of a day of its own."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import transaction

from cellquality.processes import wait_until
from evaluations import measuring
from evaluations.measuring import Targets, measure
from evaluations.models import MonthFacts
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.logs import AS_OF
from tests.evaluations.measured import JANUARY, sit
from tests.factories import make_cell


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the guard"])
def test_what_was_measured_for_a_later_day_meanwhile_stays(committed_db, monkeypatch, guarded):
    cell = make_cell()
    sit(cell, JANUARY)
    targets, day = Targets.of([(cell.pk, JANUARY)]), AS_OF + timedelta(days=1)
    measure(targets, as_of=AS_OF - timedelta(days=1))
    if not guarded:
        monkeypatch.setattr(measuring, "NOT_OLDER", "")
    with ExitStack() as joining, transaction.atomic():
        measure(targets, as_of=day)
        joining.enter_context(meanwhile(lambda: measure(targets, as_of=AS_OF)))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
    assert MonthFacts.objects.get().measured_on == (day if guarded else AS_OF)
