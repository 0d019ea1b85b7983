"""A sitting is planned, entered after the fact, or known not to have been held."""

from datetime import date, time
from uuid import uuid4

import pytest

from meetings.models import Meeting, MeetingKind, MeetingRules, MeetingState, SubmittedForm
from meetings.recording import (
    Refused,
    StaleForm,
    cancel_meeting,
    defaults_for_new_sitting,
    mark_not_held,
    record_preparation,
)
from meetings.recording.preparing import Preparation
from meetings.roll_call import roster_on
from tests.factories import make_committee
from tests.meetings.sitting_pages import NOW
from tests.meetings.sittings import NOVEMBER, THE_3RD, TODAY, five, held, planned, recorded

pytestmark = pytest.mark.django_db


def problems_of(call, *arguments, **named) -> dict:
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value.problems


def test_a_sitting_is_planned_for_a_month():
    meeting = planned(five(), for_month=date(2026, 11, 17), planned_on=THE_3RD)
    assert (meeting.for_month, meeting.state, meeting.version) == (NOVEMBER, MeetingState.PLANNED, 1)


def test_a_sitting_already_held_is_entered_in_one_call():
    meeting = held(five())
    assert (meeting.state, meeting.held_on) == (MeetingState.HELD, THE_3RD)


def test_an_october_sitting_held_in_november_is_recorded():
    assert held(five(), for_month=date(2026, 10, 1), held_on=date(2026, 11, 2)).for_month == date(2026, 10, 1)


def test_a_sitting_of_tomorrow_is_not_held_yet():
    assert set(problems_of(held, five(), held_on=date(2026, 11, 6))) == {"held_on"}
    assert not Meeting.objects.exists()


def test_a_slip_in_the_year_is_caught():
    people = five()
    assert set(problems_of(held, people, held_on=date(2016, 11, 3))) == {"held_on"}
    assert set(problems_of(planned, people, planned_on=date(2062, 11, 3))) == {"planned_on"}
    assert set(problems_of(planned, people, for_month=date(2062, 11, 1))) == {"for_month"}


@pytest.mark.parametrize("second", [MeetingKind.REGULAR, MeetingKind.COMBINED])
def test_a_second_regular_or_combined_sitting_of_a_month_is_refused(second):
    people = five()
    held(people)
    assert set(problems_of(planned, people, kind=second)) == {"kind"}
    assert set(problems_of(held, people, kind=second)) == {"kind"}
    assert Meeting.objects.count() == 1


def test_thematic_sittings_may_repeat():
    people = five()
    for _ in range(2):
        planned(people, kind=MeetingKind.THEMATIC)
    assert planned(people).pk


def test_entering_a_held_sitting_takes_up_the_one_that_was_planned():
    people = five()
    plan = planned(people, planned_on=THE_3RD)
    meeting = held(people, kind=MeetingKind.COMBINED)
    assert meeting.pk == plan.pk
    assert (meeting.state, meeting.kind, meeting.planned_on, meeting.version) == ("HELD", "COMBINED", THE_3RD, 2)


def test_a_double_tap_makes_one_sitting_and_without_the_key_two():
    people, key = five(), uuid4()
    thematic = {"kind": MeetingKind.THEMATIC}
    assert planned(people, form_key=key, **thematic).pk == planned(people, form_key=key, **thematic).pk
    assert Meeting.objects.count() == 1
    planned(people, **thematic)
    planned(people, **thematic)
    assert Meeting.objects.count() == 3


def test_a_refused_form_may_be_sent_again_with_its_key():
    people, key = five(), uuid4()
    problems_of(held, people, held_on=date(2026, 11, 6), form_key=key)
    assert not SubmittedForm.objects.exists()
    assert held(people, form_key=key).pk


def test_a_planned_sitting_is_marked_as_not_held_with_a_reason():
    people = five()
    meeting = planned(people)
    call = {"meeting": meeting, "expected_version": 1, "by": people.user, "at": NOW}
    assert set(problems_of(mark_not_held, reason="  ", **call)) == {"reason"}
    mark_not_held(reason="Bão số 12.", **call)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.state_reason, meeting.version) == ("NOT_HELD", "Bão số 12.", 2)


def test_a_held_sitting_cannot_be_marked_as_not_held_but_taken_back():
    people = five()
    meeting = held(people)
    call = {"meeting": meeting, "expected_version": 1, "by": people.user, "at": NOW, "reason": "Nhập nhầm tháng"}
    assert set(problems_of(mark_not_held, **call)) == {""}
    assert cancel_meeting(**call).state == MeetingState.CANCELLED
    assert held(people).pk != meeting.pk  # the month is free again


def test_a_sitting_marked_as_not_held_can_be_planned_or_held_after_all():
    people = five()
    meeting = planned(people)
    mark_not_held(meeting=meeting, reason="Lũ", expected_version=1, by=people.user, at=NOW)
    again = record_preparation(meeting=meeting, preparation=Preparation(), expected_version=2, by=people.user, today=TODAY)
    assert (again.state, again.state_reason) == (MeetingState.PLANNED, "")
    mark_not_held(meeting=meeting, reason="Lũ", expected_version=3, by=people.user, at=NOW)
    again.refresh_from_db()
    assert recorded(people, again).state == MeetingState.HELD


def test_a_stale_mark_is_not_made():
    people = five()
    meeting = planned(people)
    with pytest.raises(StaleForm):
        mark_not_held(meeting=meeting, reason="Bão", expected_version=7, by=people.user, at=NOW)


class TestDefaults:
    def test_the_first_sitting_is_chaired_by_the_secretary(self):
        people = five()
        defaults = defaults_for_new_sitting(meeting=planned(people), roster=roster_on(people.cell, THE_3RD))
        assert (defaults.chair, defaults.minute_taker) == (people.secretary, None)
        assert (defaults.planned_on, defaults.starts_at, defaults.place, defaults.agenda) == (None, None, "", ())

    def test_afterwards_it_is_as_last_time(self):
        people = five()
        october = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        agenda = Preparation(agenda=("Thời sự", "Nhiệm vụ tháng 11"))
        record_preparation(meeting=october, preparation=agenda, expected_version=1, by=people.user, today=TODAY)
        october.refresh_from_db()
        recorded(
            people, october, held_on=date(2026, 10, 3), minutes_signed_on=None, chair_id=people.deputy.pk, minute_taker_id=people.binh.pk
        )
        defaults = defaults_for_new_sitting(meeting=planned(people), roster=roster_on(people.cell, THE_3RD))
        assert (defaults.chair, defaults.minute_taker) == (people.deputy, people.binh)
        assert (defaults.starts_at, defaults.place) == (time(19, 30), "Nhà văn hóa thôn Một")
        assert defaults.agenda == ("Thời sự", "Nhiệm vụ tháng 11")

    def test_the_day_comes_from_the_nearest_rules_and_only_from_rules(self):
        people = five()
        commune = people.cell.placements.get().parent
        MeetingRules.objects.create(committee=commune, during=(date(2026, 1, 1), None), document="42-HD/BTCTW", meeting_day=3)
        other = make_committee("Đảng ủy khác")
        MeetingRules.objects.create(committee=other, during=(date(2026, 1, 1), None), document="Khác", meeting_day=20)
        defaults = defaults_for_new_sitting(meeting=planned(people), roster=roster_on(people.cell, THE_3RD))
        assert defaults.planned_on == THE_3RD
