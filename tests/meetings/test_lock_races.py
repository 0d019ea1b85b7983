"""Closing months while somebody writes in them: a writer that began before is waited for, one that comes after says why."""

from contextlib import ExitStack, contextmanager

import pytest
from django.db import transaction

from cellquality.processes import wait_until
from meetings.models import Amendment, RecordingLock
from meetings.recording import Refused, corrections, lift_lock, record_preparation
from meetings.recording.preparing import Preparation
from tests.databases import meanwhile, waiting_for_a_lock
from tests.factories import make_user
from tests.meetings.closed_months import NOW, WHY, above, lock
from tests.meetings.sittings import THE_3RD, TODAY, five, held

GUARDED = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the guard"])


def prepare(people, meeting, correction=None):
    return record_preparation(
        meeting=meeting,
        preparation=Preparation(planned_on=THE_3RD),
        expected_version=meeting.version,
        by=people.user,
        today=TODAY,
        correction=correction,
    )


@contextmanager
def begun(work):
    """`work` on another connection, once it has ended or waits for a lock. Yields whether it waits."""
    with ExitStack() as joining:
        thread = joining.enter_context(meanwhile(work))
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not thread.is_alive(), within=10)
        yield thread


@GUARDED
def test_a_lock_waits_for_the_writer_that_began_before_it(committed_db, monkeypatch, guarded):
    people = five()
    meeting = held(people)
    committee = above(people.cell)
    office = make_user("ban", office_of=committee)
    if not guarded:
        monkeypatch.setattr(corrections, "keep_writers_away", lambda: None)
    with ExitStack() as ended, transaction.atomic():
        prepare(people, meeting)
        locking = ended.enter_context(begun(lambda: lock(committee, by=office)))
        # Guarded, the closing sees what this writer leaves; the twin has closed the months under its hands.
        assert locking.is_alive() is guarded
        assert RecordingLock.objects.exists() is not guarded
    assert RecordingLock.objects.get().committee == committee
    assert not Amendment.objects.exists()


@GUARDED
def test_a_writer_that_comes_while_months_are_being_closed_waits_and_then_says_why(committed_db, monkeypatch, guarded):
    people = five()
    meeting = held(people)
    committee = above(people.cell)
    office = make_user("ban", office_of=committee)
    answers = []
    if not guarded:
        monkeypatch.setattr(corrections, "keep_writers_away", lambda: None)

    def write():
        try:
            answers.append(prepare(people, meeting).version)
        except Refused as refused:
            answers.append(list(refused.problems))

    with ExitStack() as ended, transaction.atomic():
        lock(committee, by=office)
        writer = ended.enter_context(begun(write))
        assert writer.is_alive() is guarded
    assert answers == ([["reason"]] if guarded else [2])
    assert prepare(people, held(people, kind="THEMATIC", correction=WHY), WHY).version == 2


def test_two_writers_of_one_cell_and_month_do_not_wait_for_each_others_locks(committed_db):
    people = five()
    first, second = held(people), held(people, kind="THEMATIC")
    lock(above(people.cell))
    with transaction.atomic():
        prepare(people, first, WHY)
        with begun(lambda: prepare(people, second, WHY)) as other:
            assert not other.is_alive()
    assert Amendment.objects.count() == 2


@GUARDED
def test_lifting_waits_for_the_writer_that_gave_its_reason(committed_db, monkeypatch, guarded):
    people = five()
    meeting = held(people)
    made = lock(above(people.cell))
    if not guarded:
        read = corrections.locks_over
        monkeypatch.setattr(corrections, "locks_over", lambda months, share: read(months))
    with ExitStack() as ended, transaction.atomic():
        prepare(people, meeting, WHY)
        lifting = ended.enter_context(begun(lambda: lift_lock(lock=made, by=people.user, at=NOW)))
        assert lifting.is_alive() is guarded
    assert RecordingLock.objects.get().lifted_at == NOW
