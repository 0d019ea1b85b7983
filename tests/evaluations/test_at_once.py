"""Two who sum a period up, start jobs or remind at once: each guard beside its twin without it."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from celery import Celery
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cellquality.processes import wait_until
from evaluations import jobs, reminding, summaries
from evaluations.jobs import start_job
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import CommitteeSummary, Job, JobKind, MonthScore, Notice, NoticeKind
from evaluations.reminding import start_reminding
from evaluations.summaries import summarise
from meetings.refusing import Refused
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.closed_periods import AT
from tests.evaluations.closed_periods import make_ground as make_province
from tests.evaluations.late_months import MONTH, NOW, late_cell, make_ground
from tests.factories import make_committee, make_user

GUARDED = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the guard"])


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(Celery, "send_task", lambda *_args, **_options: None)


def one_while_the_other(first: Callable[[], object], second: Callable[[], object], *expected: type[Exception]) -> list[str]:
    """Do `first`, and before it is committed begin `second` on another connection. Returns what went wrong with the second."""
    broken: list[str] = []

    def try_it():
        try:
            second()
        except expected as error:
            broken.append(type(error).__name__)

    with ExitStack() as ended, transaction.atomic():
        first()
        other = ended.enter_context(meanwhile(try_it))
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not other.is_alive(), within=10)
    return broken


@GUARDED
def test_a_period_is_summed_up_by_one_at_a_time_and_each_reads_what_the_one_before_wrote(committed_db, monkeypatch, guarded):
    ground = make_province(communes=1, cells=1)
    month = MonthScore.objects.latest("month")
    levels = committees_above(Targets.of([(month.cell_id, month.month)]))
    if not guarded:
        monkeypatch.setattr(summaries, "hold_period", lambda period: None)

    def held_anew():
        MonthScore.objects.filter(pk=month.pk).update(held=True)
        summarise(levels)

    assert one_while_the_other(held_anew, lambda: summarise(levels), IntegrityError) == ([] if guarded else ["IntegrityError"])
    assert CommitteeSummary.objects.get(committee=ground.province, first_on=month.month, period_kind="MONTH").held == 1


@GUARDED
@pytest.mark.parametrize("same", [True, False], ids=["the same job", "one more than one may have"])
def test_a_users_jobs_are_counted_one_by_one(committed_db, monkeypatch, guarded, same):
    committee = make_committee()
    user = make_user("van-phong", office_of=committee)
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 1)
    if not guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)

    def start(n: int) -> Job:
        return start_job(kind=JobKind.SCORES, committee=committee, title="Chấm lại", asked={"n": n}, by=user, at=AT)

    refused = one_while_the_other(lambda: start(1), lambda: start(1 if same else 2), Refused)
    assert refused == (["Refused"] if guarded and not same else [])
    assert Job.objects.count() == (1 if guarded else 2)


@GUARDED
def test_of_two_jobs_that_remind_a_cell_one_does(committed_db, monkeypatch, guarded):
    ground = make_ground()
    late = late_cell(ground.commune)
    asked = {"month": MONTH, "cells": None, "site": "https://chi-bo.example/", "at": NOW}
    one = start_reminding(committee=ground.commune, by=ground.office, **asked)
    other = start_reminding(committee=ground.province, by=ground.board, **asked)
    if not guarded:
        monkeypatch.setattr(reminding, "_hold", lambda month: None)
    one_while_the_other(*(lambda job=job: reminding._tell(job, [late.cell_id], at=NOW) for job in (one, other)))
    assert Notice.objects.filter(kind=NoticeKind.REMINDER).count() == (1 if guarded else 2)
