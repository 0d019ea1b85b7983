"""Two taps and two writers at once, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cellquality.processes import wait_until
from meetings.models import Meeting, MeetingKind
from meetings.recording import Refused, StaleForm, open_content, planning, record_sitting
from tests.databases import meanwhile, waiting_for_a_lock
from tests.meetings.sittings import TODAY, a_sitting, five, held, planned


def at_once(*calls: Callable) -> list:
    """Run the calls together; what each returned, or the exception it raised."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=20)
            # As a request does: what the call wrote shows when the request ends.
            with transaction.atomic():
                return call()
        except (Refused, StaleForm) as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_taps_at_once_make_one_sitting(committed_db):
    people, key = five(), uuid4()
    first, second = at_once(*[lambda: planned(people, kind=MeetingKind.THEMATIC, form_key=key)] * 2)
    assert first.pk == second.pk
    assert Meeting.objects.count() == 1


def test_without_the_key_two_taps_make_two(committed_db):
    people = five()
    at_once(*[lambda: planned(people, kind=MeetingKind.THEMATIC)] * 2)
    assert Meeting.objects.count() == 2


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the lock"])
def test_two_taps_at_once_on_a_form_gone_back_to_make_one_more(committed_db, monkeypatch, guarded):
    people, key = five(), uuid4()
    planned(people, kind=MeetingKind.THEMATIC, form_key=key)
    both_are_planning = Barrier(2)

    def save_when_both_are(meeting):
        with suppress(BrokenBarrierError):  # guarded, the other waits for the key
            both_are_planning.wait(timeout=1)
        meeting.save()

    monkeypatch.setattr(planning, "save_monthly", save_when_both_are)
    if not guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    at_once(*[lambda: planned(people, kind=MeetingKind.THEMATIC, planned_on=TODAY, form_key=key)] * 2)
    assert Meeting.objects.filter(planned_on=TODAY).count() == (1 if guarded else 2)


def test_two_devices_planning_the_months_sitting_at_once_make_one(committed_db):
    people = five()
    results = at_once(*[lambda: planned(people, form_key=uuid4()) for _ in range(2)])
    assert sorted(type(result).__name__ for result in results) == ["Meeting", "Refused"]
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("shared", [True, False], ids=["locked against writers", "twin that locks the key too"])
def test_what_refers_to_a_meeting_does_not_wait_for_who_records_it(committed_db, shared):
    people = five()
    meeting = held(people)

    def open_it():
        open_content(meeting=meeting, reason="Kiểm tra đơn thư", by=people.user, at=timezone.now())

    with ExitStack() as joining, transaction.atomic():
        (Meeting.objects.locked() if shared else Meeting.objects.select_for_update()).get(pk=meeting.pk)
        opener = joining.enter_context(meanwhile(open_it))
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not opener.is_alive(), within=10)
        assert opener.is_alive() != shared


def test_of_two_devices_recording_at_once_the_second_sees_what_the_first_stored(committed_db):
    people = five()
    meeting = held(people)

    def record(place):
        return lambda: record_sitting(
            meeting=meeting, sitting=a_sitting(people, place=place), expected_version=1, by=people.user, today=TODAY, form_key=uuid4()
        )

    results = at_once(record("Sân đình"), record("Trường học"))
    [stale] = [result for result in results if isinstance(result, StaleForm)]
    assert {stale.mine.place, stale.stored.place} == {"Sân đình", "Trường học"}
    assert Meeting.objects.get().place == stale.stored.place
    assert Meeting.objects.get().version == 2
