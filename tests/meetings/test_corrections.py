"""What is written once more after it was sent up, or after its month was closed, takes a reason, and the reason is kept."""

from collections.abc import Callable
from datetime import date, time

import pytest

from meetings.models import Amendment, Level, Meeting, MeetingState, Placement
from meetings.recording import (
    Issue,
    Preparation,
    Refused,
    cancel_meeting,
    closed,
    conclude_meeting,
    corrections,
    lift_lock,
    lock_months,
    locks_over,
    mark_not_held,
    record_posting,
    record_preparation,
    record_sitting,
    reopen_meeting,
)
from tests.factories import SINCE, make_cell, make_committee, make_user
from tests.meetings.closed_months import NOW, WHY, above, concluded, lock, returned
from tests.meetings.sittings import NOVEMBER, THE_3RD, TODAY, a_sitting, five, held, planned, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def signed(people, meeting) -> dict:
    return {"meeting": meeting, "expected_version": meeting.version, "by": people.user}


def record(people, meeting, correction=None):
    return record_sitting(sitting=a_sitting(people), today=TODAY, correction=correction, **signed(people, meeting))


def prepare(people, meeting, correction=None):
    prepared = Preparation(planned_on=THE_3RD, starts_at=time(19, 30))
    return record_preparation(preparation=prepared, today=TODAY, correction=correction, **signed(people, meeting))


def post(people, meeting, correction=None):
    return record_posting(issue=Issue(posted_on=TODAY), today=TODAY, correction=correction, **signed(people, meeting))


def plan(people, _meeting, correction=None):
    return planned(people, kind="THEMATIC", correction=correction)


def enter(people, _meeting, correction=None):
    return held(people, kind="THEMATIC", correction=correction)


def reason_asked(write: Callable, *args) -> str:
    """The sentence at the reason, which alone is missing; nothing was written."""
    before = list(Meeting.objects.order_by("pk").values())
    with pytest.raises(Refused) as refused:
        write(*args)
    assert list(refused.value.problems) == ["reason"]
    assert list(Meeting.objects.order_by("pk").values()) == before
    return str(refused.value)


class TestReopened:
    def test_a_concluded_sitting_is_opened_again_and_remembers(self):
        people = five()
        meeting = returned(people)
        assert (meeting.state, meeting.concluded_at, meeting.version) == (MeetingState.HELD, NOW, 4)
        with pytest.raises(Refused):
            reopen_meeting(meeting=meeting)

    @pytest.mark.parametrize("write", [record, prepare])
    def test_what_is_written_in_it_takes_a_reason_that_is_kept(self, write):
        people = five()
        meeting = returned(people)
        assert "sent up on 5/11/2026" in reason_asked(write, people, meeting)
        write(people, meeting, WHY)
        kept = Amendment.objects.get()
        assert (kept.meeting, kept.reason, kept.by, kept.at) == (meeting, WHY.reason, people.user, NOW)

    def test_the_twin_without_the_guard_writes_in_silence(self, monkeypatch):
        monkeypatch.setattr(corrections, "closed", lambda *_args, **_options: None)
        people = five()
        record(people, returned(people))
        assert not Amendment.objects.exists()

    def test_it_is_concluded_again_without_a_reason(self):
        people = five()
        meeting = record(people, returned(people), WHY)
        assert conclude_meeting(at=NOW, **signed(people, meeting)).state == MeetingState.CONCLUDED

    def test_it_stays_the_months_sitting(self):
        people = five()
        meeting = returned(people)
        for refusing_write, at in (
            (lambda: cancel_meeting(reason="Nhầm", at=NOW, **signed(people, meeting)), ""),
            (lambda: mark_not_held(reason="Nhầm", at=NOW, **signed(people, meeting)), ""),
            (lambda: recorded(people, meeting, kind="THEMATIC"), "kind"),
        ):
            with pytest.raises(Refused) as refused:
                refusing_write()
            assert list(refused.value.problems) == [at]

    def test_an_open_sitting_of_an_open_month_takes_none(self):
        people = five()
        meeting = recorded(people)
        for write in (record, prepare, post):
            assert closed(meeting) is None
            meeting = write(people, meeting)
        assert not Amendment.objects.exists()


class TestLockedMonths:
    @pytest.mark.parametrize("write", [record, prepare, post, plan, enter])
    def test_what_is_written_in_them_takes_a_reason_that_is_kept(self, write):
        people = five()
        meeting = recorded(people)
        lock(above(people.cell))
        sentence = reason_asked(write, people, meeting)
        for part in ("Đảng ủy xã Minh Họa (Lê Văn Ban) closed 10/2026 – 12/2026 on 5/11/2026", "Chốt quý IV", "This has no end"):
            assert part in sentence
        written = write(people, meeting, WHY)
        kept = Amendment.objects.get()
        assert (kept.meeting, kept.reason, kept.by, kept.at) == (written, WHY.reason, people.user, NOW)

    def test_the_reason_of_a_sitting_not_held_or_taken_back_is_the_corrections(self):
        people = five()
        meeting = planned(people)
        lock(above(people.cell))
        mark_not_held(reason="Bão", at=NOW, **signed(people, meeting))
        cancel_meeting(reason="Nhầm", at=NOW, **signed(people, Meeting.objects.get()))
        assert list(Amendment.objects.values_list("reason", flat=True)) == ["Bão", "Nhầm"]

    def test_to_conclude_in_them_takes_one_too(self):
        people = five()
        meeting = recorded(people)
        lock(above(people.cell))
        call = {"at": NOW, **signed(people, meeting)}
        reason_asked(lambda: conclude_meeting(**call))
        conclude_meeting(reason=WHY.reason, **call)
        assert Amendment.objects.get().reason == WHY.reason

    def test_other_months_other_cells_and_lifted_locks_hold_nothing(self):
        people = five()
        commune = above(people.cell)
        lock(commune, date(2026, 7, 1), date(2026, 10, 1))
        lock(commune, date(2026, 12, 1), date(2027, 1, 1))
        lock(make_committee("Đảng ủy xã bên"))
        lift_lock(lock=lock(commune), by=people.user, at=NOW)
        record(people, recorded(people))
        assert not Amendment.objects.exists()

    def test_of_several_the_nearest_is_named(self):
        province = make_committee("Tỉnh ủy", Level.PROVINCE)
        commune = make_committee("Đảng ủy xã Một", parent=province)
        people = five(make_cell(committee=commune))
        lock(commune)
        lock(province)
        what = closed(recorded_in_a_locked_month(people))
        assert (what.lock.committee, what.concluded_at) == (commune, None)

    def test_the_place_of_the_month_counts_and_not_todays(self):
        """A cell that moved: what its committee of then closed stays closed, what its committee of now closed does not reach back."""
        then, now = make_committee("Đảng ủy xã Cũ"), make_committee("Đảng ủy xã Mới")
        people = five(make_cell(committee=then))
        moved_on = date(2026, 12, 1)
        people.cell.placements.update(during=(SINCE, moved_on))
        Placement.objects.create(cell=people.cell, parent=now, path=now.scope_path + people.cell.segment, during=(moved_on, None))
        lock(now, date(2026, 11, 1), date(2027, 1, 1))
        here = people.cell.pk
        assert set(locks_over([(here, NOVEMBER), (here, date(2026, 12, 1))])) == {(here, date(2026, 12, 1))}
        lock(then, date(2026, 11, 1), date(2027, 1, 1))
        found = locks_over([(here, NOVEMBER), (here, date(2026, 12, 1))])
        assert {place: each.committee for place, each in found.items()} == {(here, NOVEMBER): then, (here, date(2026, 12, 1)): now}

    def test_both_reasons_are_told(self):
        people = five()
        meeting = returned(people)
        lock(above(people.cell))
        assert len(closed(meeting).sentences) == 2

    def test_a_lock_takes_a_reason_and_is_lifted_once(self):
        committee = make_committee()
        by = make_user("ban", office_of=committee)
        with pytest.raises(Refused):
            lock_months(committee=committee, during=(date(2026, 10, 1), date(2027, 1, 1)), reason=" ", by=by, at=NOW)
        made = lock(committee)
        assert lift_lock(lock=made, by=by, at=NOW).lifted_by == by
        with pytest.raises(Refused):
            lift_lock(lock=made, by=by, at=NOW)

    def test_many_months_are_looked_up_at_once(self, django_assert_max_num_queries):
        people = five()
        lock(above(people.cell))
        cells = [make_cell(f"Chi bộ {number}", committee=above(people.cell)).pk for number in range(30)]
        with django_assert_max_num_queries(2):
            assert len(locks_over([(cell, NOVEMBER) for cell in cells])) == 30


def recorded_in_a_locked_month(people) -> Meeting:
    meeting = held(people, correction=WHY)
    return record(people, meeting, WHY)


def test_a_concluded_sitting_is_closed_even_in_an_open_month():
    meeting = concluded(five())
    assert closed(meeting).concluded_at == NOW
    assert closed(meeting, adds=True) is None
