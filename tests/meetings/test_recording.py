"""The sitting itself: what is written, what is refused, what is kept although it breaks a rule."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Attendance, ChangedCell, Decision, Meeting, MeetingKind, Opinion, Step, Task, TaskReport
from meetings.recording import (
    Called,
    NewTask,
    Report,
    Sitting,
    StaleForm,
    Vote,
    cancel_meeting,
    enter_held_meeting,
    read_sitting,
    record_sitting,
    steps_seen_in,
    usual_roll,
    warnings_about,
)
from meetings.roll_call import roster_on
from tests.factories import make_cell, make_member, make_members, make_user
from tests.meetings.sittings import NOVEMBER, THE_3RD, TODAY, a_sitting, called, five, held, planned, recorded, refusal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)


class TestSitting:
    def test_what_is_read_is_what_was_recorded(self):
        people = five()
        sitting = a_sitting(people)
        recorded(people)
        stored = read_sitting(Meeting.objects.get())
        task = Task.objects.get()
        assert replace(stored, tasks=()) == replace(sitting, tasks=())
        assert stored.tasks == (replace(sitting.tasks[0], task_id=task.pk),)

    def test_standing_and_exemption_are_those_of_the_day(self):
        people = five()
        recorded(people)
        lines = {line.member.full_name: (line.standing, line.exemption, line.presence) for line in Attendance.objects.all()}
        assert lines == {
            "Trần Thị Ánh": ("OFFICIAL", "", "PRESENT"),
            "Lê Văn Dũng": ("OFFICIAL", "", "PRESENT"),
            "Phạm Bình": ("OFFICIAL", "", "PRESENT"),
            "Vũ Đào": ("PROBATIONARY", "", "PRESENT"),
            "Nguyễn Thị Yến": ("OFFICIAL", "EXEMPT", "NOT_EXPECTED"),
        }

    def test_recording_again_replaces_and_keeps_the_tasks_rows(self):
        people = five()
        meeting = recorded(people)
        task = Task.objects.get()
        again = read_sitting(meeting)
        renamed = replace(again.tasks[0], text="Vận động làm đường thôn", due_on=date(2026, 12, 1))
        recorded(people, meeting, tasks=(renamed, NewTask(text="Thu đảng phí", team="Tổ đảng 1")))
        assert Meeting.objects.get().version == 3
        assert [(each.pk == task.pk, each.number, each.text) for each in Task.objects.all()] == [
            (True, 1, "Vận động làm đường thôn"),
            (False, 2, "Thu đảng phí"),
        ]
        assert (Attendance.objects.count(), Opinion.objects.count(), Decision.objects.count()) == (5, 2, 1)

    def test_the_change_is_noted_for_scoring(self):
        people = five()
        meeting = held(people)
        ChangedCell.objects.all().delete()
        recorded(people, meeting)
        assert set(ChangedCell.objects.values_list("cell", "from_month")) == {(people.cell.pk, NOVEMBER)}

    def test_the_exempt_who_comes_and_the_one_not_on_the_roster_are_kept(self):
        people = five()
        stranger = make_member(make_cell("Chi bộ khác"), "Đỗ Thị Lan")
        roll = (*called(people, people.exempt, presence="PRESENT", spoke=True), Called(stranger.pk), Called(guest_name="Ông Tư"))
        recorded(people, roll=roll)
        assert Attendance.objects.get(member=people.exempt).exemption == "EXEMPT"
        assert Attendance.objects.get(member=stranger).standing == ""
        assert Attendance.objects.get(guest_name="Ông Tư").member is None

    def test_what_breaks_a_rule_is_recorded(self):
        people = five()
        meeting = held(people, kind=MeetingKind.COMBINED)
        recorded(people, meeting, kind=MeetingKind.COMBINED, ends_at=time(20, 0), tasks=(NewTask(text="Vệ sinh", team="Tổ 2"),))
        recorded(people, held(people, kind=MeetingKind.THEMATIC), kind=MeetingKind.THEMATIC, decisions=(), tasks=())
        assert Meeting.objects.held().count() == 2

    def test_a_vote_on_another_base_than_those_present_is_kept_with_a_warning(self):
        people = five()
        meeting = recorded(people, decisions=(Vote(votes_for=2, votes_base=5),), tasks=(NewTask(text="Vệ sinh"),))
        assert len(warnings_about(meeting)) == 2
        assert Decision.objects.get().votes_base == 5

    def test_the_usual_sitting_has_no_warning(self):
        assert warnings_about(recorded(five())) == []

    @pytest.mark.parametrize(
        ("fields", "at"),
        [
            ({"ends_at": time(19, 0)}, "ends_at"),
            ({"ends_at": time(19, 30)}, "ends_at"),
            ({"starts_at": None}, "starts_at"),
            ({"held_on": None}, "held_on"),
            ({"held_on": TOMORROW, "minutes_signed_on": None}, "held_on"),
            ({"minutes_signed_on": date(2026, 11, 2)}, "minutes_signed_on"),
            ({"minutes_signed_on": TOMORROW}, "minutes_signed_on"),
            ({"ideology_minutes": 96}, "ideology_minutes"),
            ({"steps_held": ("DANCING",)}, "steps_held"),
            ({"kind": "PICNIC"}, "kind"),
            ({"mode": "BY_POST"}, "mode"),
            ({"decisions": (Vote(votes_for=4, votes_base=3),)}, "decisions.0.votes_for"),
            ({"decisions": (Vote(), Vote(votes_for=4))}, "decisions.1.votes_base"),
            ({"decisions": (Vote(votes_base=4),)}, "decisions.0.votes_for"),
            ({"decisions": (Vote(votes_for=0, votes_base=0),)}, "decisions.0.votes_base"),
            ({"tasks": (NewTask(team="Tổ 1"),)}, "tasks.0.text"),
            ({"tasks": (NewTask(text="a", due_on=date(2026, 11, 2)),)}, "tasks.0.due_on"),
            ({"tasks": (NewTask(text="a", due_on=date(1, 1, 1)),)}, "tasks.0.due_on"),
            ({"tasks": (NewTask(text="a", due_on=date(2226, 11, 2)),)}, "tasks.0.due_on"),
            ({"tasks": (NewTask(text="a", assignee_id=10**9),)}, "tasks.0.assignee"),
            ({"tasks": (NewTask(text="a", task_id=10**9),)}, "tasks.0"),
            ({"reports": (Report(10**9),)}, "reports.0"),
            ({"roll": (Called(guest_name=""),), "chair_id": None, "minute_taker_id": None}, "roll.0.guest_name"),
        ],
    )
    def test_the_impossible_is_refused_at_its_field(self, fields, at):
        problems = refusal(five(), **fields)
        assert list(problems) == [at]
        assert len(str(problems[at])) > 10

    def test_a_slip_in_the_year_of_a_task_is_seen_by_its_bound_alone(self, monkeypatch):
        monkeypatch.setattr("meetings.recording.impossible.A_TERM", timedelta.max)
        recorded(five(), tasks=(NewTask(text="a", due_on=date(2226, 11, 2)),))
        assert Task.objects.get().due_on.year == 2226

    def test_one_task_in_two_rows_is_refused_and_would_lose_the_first(self, monkeypatch):
        people = five()
        meeting = recorded(people)
        task = meeting.tasks.get()
        twice = (NewTask(text="một", task_id=task.pk), NewTask(text="hai", task_id=task.pk), NewTask(text="ba"))
        assert list(refusal(people, meeting, tasks=twice)) == ["tasks.0", "tasks.1"]
        monkeypatch.setattr("meetings.recording.holding.check_sitting", lambda *_args: None)
        assert {task.text for task in recorded(people, meeting, tasks=twice).tasks.all()} == {"hai", "ba"}

    def test_someone_absent_neither_speaks_nor_chairs(self):
        people = five()
        absent = called(people, people.deputy, presence="EXCUSED", reason="Ốm", spoke=True)
        number = next(i for i, line in enumerate(absent) if line.member_id == people.deputy.pk)
        assert set(refusal(people, roll=absent, chair_id=people.deputy.pk)) == {f"roll.{number}.spoke", "chair_id", "minute_taker_id"}

    def test_nobody_is_called_twice_and_only_the_exempt_are_not_expected(self):
        people = five()
        twice = (*called(people, people.binh), Called(people.binh.pk))
        meeting = held(people)
        assert len(refusal(people, meeting, roll=twice)) == 2
        unexpected = called(people, people.binh, presence="NOT_EXPECTED")
        assert len(refusal(people, meeting, roll=unexpected)) == 1

    def test_a_second_monthly_sitting_does_not_come_about_by_changing_the_kind(self):
        people = five()
        held(people)
        thematic = held(people, kind=MeetingKind.THEMATIC)
        assert set(refusal(people, thematic, kind=MeetingKind.COMBINED)) == {"kind"}

    def test_a_cancelled_sitting_is_not_written_to(self):
        people = five()
        meeting = cancel_meeting(meeting=held(people), reason="Nhầm", expected_version=1, by=people.user, at=NOW)
        assert set(refusal(people, meeting)) == {""}

    def test_a_stale_form_is_not_recorded_and_carries_both_versions(self):
        people = five()
        meeting = held(people)
        recorded(people, meeting, place="Sân đình")
        with pytest.raises(StaleForm) as stale:
            recorded(people, meeting)  # still at version 1
        assert [each.field for each in stale.value.differences if each.field != "tasks"] == ["place"]
        assert Meeting.objects.get().place == "Sân đình"

    def test_a_double_tap_records_once_and_without_the_key_goes_stale(self):
        people, key = five(), uuid4()
        call = {"meeting": held(people), "sitting": a_sitting(people), "expected_version": 1, "by": people.user, "today": TODAY}
        assert record_sitting(**call, form_key=key).version == 2
        assert record_sitting(**call, form_key=key).version == 2
        with pytest.raises(StaleForm):
            record_sitting(**call)

    def test_one_key_of_two_users_is_two_forms(self):
        people, key = five(), uuid4()
        other = make_user("nguoi-khac")
        planned(people, kind=MeetingKind.THEMATIC, form_key=key)
        planned(people, kind=MeetingKind.THEMATIC, form_key=key, by=other)
        assert Meeting.objects.count() == 2

    def test_odd_unicode_is_cleaned(self):
        people = five()
        recorded(people, place="Nhà\u200b văn hoá\u0000\ud800 thôn", decisions=(Vote(text="Thông qua\u202e"),))
        assert Meeting.objects.get().place == "Nhà văn hoá thôn"
        assert Decision.objects.get().text == "Thông qua"

    def test_steps_seen_in_the_record_are_a_proposal(self):
        people = five()
        assert steps_seen_in(Sitting()) == ()
        assert steps_seen_in(a_sitting(people)) == (
            Step.OPENED,
            Step.MINUTE_TAKER,
            Step.ROLL_CALL,
            Step.DISCUSSION,
            Step.IDEOLOGY,
            Step.TASKS_ASSIGNED,
            Step.CONCLUSION_VOTED,
            Step.MINUTES_PASSED,
        )


class TestReports:
    def october(self, people):
        meeting = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        tasks = (
            NewTask(text="Đến kỳ sau"),
            NewTask(text="Cuối năm", due_on=date(2026, 12, 20)),
            NewTask(text="Tháng này", due_on=date(2026, 10, 20)),
        )
        return recorded(people, meeting, held_on=date(2026, 10, 3), minutes_signed_on=None, tasks=tasks)

    def test_open_tasks_are_listed_with_those_due_first(self):
        people = five()
        self.october(people)
        listed = Task.objects.open_before(held(people), THE_3RD)
        assert [(task.text, task.due) for task in listed] == [("Đến kỳ sau", True), ("Tháng này", True), ("Cuối năm", False)]

    def test_a_done_task_is_not_open_at_the_next_sitting_but_still_at_its_own(self):
        people = five()
        october = self.october(people)
        done, _late, partly = october.tasks.all()
        november = held(people)
        recorded(people, november, reports=(Report(done.pk, "DONE"), Report(partly.pk, "PARTLY")))
        december = held(people, for_month=date(2026, 12, 1), held_on=date(2026, 12, 3), today=date(2026, 12, 5))
        texts = [task.text for task in Task.objects.open_before(december, date(2026, 12, 3))]
        assert texts == ["Tháng này", "Vận động làm đường", "Cuối năm"]
        assert done in Task.objects.open_before(november, THE_3RD)

    def test_only_tasks_of_earlier_sittings_of_the_cell_are_reported_on(self):
        people, november = five(), None
        november = recorded(people)
        own = november.tasks.get()
        assert set(refusal(people, november, reports=(Report(own.pk),), tasks=(replace(read_sitting(november).tasks[0]),))) == {"reports.0"}
        october = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        assert "reports.0" in refusal(people, october, held_on=date(2026, 10, 3), minutes_signed_on=None, reports=(Report(own.pk),))

    def test_a_slip_in_the_year_of_a_report_is_seen_by_its_bound_alone(self, monkeypatch):
        people = five()
        task = self.october(people).tasks.first()
        november = held(people)
        slip = (Report(task.pk, done_on=date(2006, 11, 2)),)
        assert list(refusal(people, november, reports=slip)) == ["reports.0.done_on"]
        early = recorded(people, november, reports=(Report(task.pk, done_on=date(2026, 9, 30)),))  # done before it was given out
        monkeypatch.setattr("meetings.recording.impossible.A_YEAR", timedelta.max)
        assert read_sitting(recorded(people, early, reports=slip)).reports[0].done_on.year == 2006

    def test_a_task_reported_on_stays(self):
        people = five()
        october = self.october(people)
        recorded(people, held(people), reports=(Report(october.tasks.first().pk),))
        kept = [NewTask(task.text, task_id=task.pk) for task in october.tasks.all()]
        fields = {"held_on": date(2026, 10, 3), "minutes_signed_on": None}
        assert set(refusal(people, october, tasks=tuple(kept[1:]), **fields)) == {"tasks"}
        recorded(people, october, tasks=tuple(kept[:1]), **fields)
        assert (Task.objects.filter(meeting=october).count(), TaskReport.objects.count()) == (1, 1)


def test_recording_and_reading_cost_the_same_for_few_and_for_many():
    def costs(count):
        cell = make_cell()
        user = make_user(f"bi-thu-{count}", secretary_of=cell)
        make_members(cell, count)
        meeting = enter_held_meeting(cell=cell, for_month=NOVEMBER, held_on=THE_3RD, by=user, today=TODAY)
        roll = tuple(replace(line, spoke=True) for line in usual_roll(roster_on(cell, THE_3RD)))
        sitting = Sitting(held_on=THE_3RD, roll=roll, tasks=(NewTask(text="a"),))
        with CaptureQueriesContext(connection) as recording:
            record_sitting(meeting=meeting, sitting=sitting, expected_version=1, by=user, today=TODAY)
        with CaptureQueriesContext(connection) as reading:
            read_sitting(meeting)
        return len(recording), len(reading)

    assert costs(3) == costs(100)
