"""A sitting held after the next month's: what is changed in the one reaches the other."""

from datetime import date

import pytest

from evaluations.changes import take_changes
from evaluations.measuring import Targets
from evaluations.models import MonthFacts
from meetings.models import Task, TaskReport
from tests.evaluations.test_changes import NOVEMBER, NOW, OCTOBER, TODAY, sit
from tests.factories import make_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def late_october():
    """October's sitting was held on 4 November, after November's on the 3rd, which gave it a task."""
    cell = make_cell()
    november = sit(cell)
    october = sit(cell, OCTOBER, held_on=date(2026, 11, 4))
    task = Task.objects.create(meeting=november, number=1, text="Việc")
    TaskReport.objects.create(task=task, meeting=october, state="DONE")
    take_changes(as_of=TODAY, at=NOW)
    return cell, november


def due_in_october(cell) -> int:
    return MonthFacts.objects.get(cell=cell, month=OCTOBER).tasks_due


def test_a_change_of_november_reaches_october(late_october):
    cell, november = late_october
    before = due_in_october(cell)
    Task.objects.create(meeting=november, number=2, text="Việc nữa")
    take_changes(as_of=TODAY, at=NOW)
    fresh = MonthFacts.objects.get(cell=cell, month=OCTOBER)
    assert (before, fresh.tasks_due) == (1, 2)


def test_without_looking_back_october_would_stay_as_it_was(late_october, monkeypatch):
    cell, november = late_october
    monkeypatch.setattr(Targets, "from_month_on", classmethod(lambda cls, pairs, *, until: cls.of([(cell.pk, NOVEMBER)])))
    Task.objects.create(meeting=november, number=2, text="Việc nữa")
    take_changes(as_of=TODAY, at=NOW)
    assert due_in_october(cell) == 1
