"""Two reviewers, and a reviewer and the worker, at one sheet at once."""

from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from django.db import OperationalError, transaction
from django.db.models import QuerySet

from cellquality.processes import wait_until
from evaluations import review
from evaluations.changes import take_changes
from evaluations.models import MonthScore, ReviewDecision, ScoreSheet, SheetAct
from evaluations.review import StaleReview, Way, decide, send_back
from meetings.models import Meeting
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.month import NOW, TODAY
from tests.evaluations.sent_months import LATER, sent_month
from tests.factories import make_user


def begun(ended: ExitStack, work) -> None:
    """`work` on another connection, once it has ended or waits for a lock."""
    thread = ended.enter_context(meanwhile(work))
    assert wait_until(lambda: waiting_for_a_lock() == 1 or not thread.is_alive(), within=10)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the row's lock"])
def test_of_two_who_decide_at_once_the_second_sees_the_firsts_decision(committed_db, monkeypatch, guarded):
    sent = sent_month()
    other = make_user("van-phong-2", full_name="Người thứ hai", office_of=sent.committee)
    seen, answers = {sent.sheet.public_id: sent.sheet.seen}, []
    if not guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)

    def decide_too():
        answers.append(decide(committee=sent.committee, sheets=seen, way=Way.COMPUTED, by=other, at=LATER))

    with ExitStack() as ended, transaction.atomic():
        decide(committee=sent.committee, sheets=seen, way=Way.OWN, by=sent.office, at=LATER)
        begun(ended, decide_too)
    [second] = answers
    assert ReviewDecision.objects.count() == (1 if guarded else 2)
    assert sent.sheet.events.filter(act=SheetAct.DECIDED).count() == (1 if guarded else 2)
    if guarded:
        assert second.decision is None
        assert "Phạm Thị Văn" in second.left[0].why
        assert sent.sheet.decision.decided_by == sent.office


def test_a_sheet_that_is_being_decided_on_is_not_returned(committed_db):
    sent = sent_month()
    sheet, answers = sent.sheet, []

    def return_it():
        try:
            send_back(sheet=sheet, remarks={}, reason="Vì sao", seen=sheet.seen, by=sent.office, at=LATER)
        except StaleReview as stale:
            answers.append(stale.sheet.state)

    with ExitStack() as ended, transaction.atomic():
        decide(committee=sent.committee, sheets={sheet.public_id: sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
        begun(ended, return_it)
    assert answers == ["VERIFIED"]
    assert sent.meeting.state == "CONCLUDED"


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that locks the sheet before its meeting"])
def test_returning_waits_for_who_writes_the_meeting_and_does_not_stand_in_their_way(committed_db, monkeypatch, guarded):
    """Whoever writes the sitting, and then scores what follows, holds the meeting and asks for the sheet."""
    sent, broken = sent_month(), []
    sheet = sent.sheet
    if not guarded:
        monkeypatch.setattr(review, "Meeting", SimpleNamespace(objects=SimpleNamespace(locked=Meeting.objects.all)))

    def return_it():
        try:
            send_back(sheet=sheet, remarks={}, reason="Vì sao", seen=sheet.seen, by=sent.office, at=LATER)
        except OperationalError as deadlock:
            broken.append(deadlock)

    with ExitStack() as ended:
        try:
            with transaction.atomic():
                Meeting.objects.locked().get(pk=sheet.meeting_id)
                begun(ended, return_it)
                ScoreSheet.objects.filter(pk=sheet.pk).update(differing=0)
        except OperationalError as deadlock:
            broken.append(deadlock)
    assert len(broken) == (0 if guarded else 1)
    if guarded:
        assert sent.sheet.is_returned


def test_a_decision_and_the_workers_scoring_wait_for_each_other_and_both_stand(committed_db):
    sent = sent_month()
    sheet = sent.sheet
    with ExitStack() as ended, transaction.atomic():
        decide(committee=sent.committee, sheets={sheet.public_id: sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
        begun(ended, lambda: take_changes(as_of=TODAY, at=NOW))
    take_changes(as_of=TODAY, at=NOW)
    month = MonthScore.objects.get(month=sheet.month)
    assert (month.verified, month.total) == (True, sheet.own_total)
