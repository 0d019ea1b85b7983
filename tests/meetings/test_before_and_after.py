"""Preparation, posting and conclusion: what is written, what is refused, what is kept although it breaks a rule."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings.models import Amendment, Meeting
from meetings.recording import (
    Correction,
    Issue,
    Preparation,
    Refused,
    StaleForm,
    cancel_meeting,
    conclude_meeting,
    missing_to_conclude,
    read_issue,
    read_preparation,
    record_posting,
    record_preparation,
)
from meetings.recording.errors import Difference
from tests.meetings.sittings import THE_3RD, TODAY, called, five, held, planned, recorded, refusal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)


class TestPreparation:
    FULL = Preparation(
        planned_on=THE_3RD,
        starts_at=time(19, 30),
        place="Nhà văn hóa",
        theme="Học tập và làm theo",
        agenda=("Thời sự", "Kết quả tháng 10", "Nhiệm vụ tháng 11"),
        committee_met_on=date(2026, 10, 30),
        committee_kept_minutes=True,
        draft_prepared_on=date(2026, 10, 31),
        members_notified_on=date(2026, 10, 31),
        following_member_notified_on=date(2026, 10, 31),
        files_posted_on=date(2026, 11, 1),
    )

    def record(self, people, meeting, preparation, version=None):
        return record_preparation(
            meeting=meeting, preparation=preparation, expected_version=version or meeting.version, by=people.user, today=TODAY
        )

    def test_what_is_read_is_what_was_recorded(self):
        people = five()
        meeting = self.record(people, planned(people), self.FULL)
        assert read_preparation(Meeting.objects.get()) == self.FULL
        emptied = self.record(people, meeting, Preparation())
        assert read_preparation(Meeting.objects.get()) == Preparation()
        assert emptied.version == 3

    def test_what_is_still_to_come_is_not_done(self):
        people = five()
        later = replace(self.FULL, members_notified_on=TOMORROW, files_posted_on=TOMORROW, committee_met_on=TOMORROW)
        with pytest.raises(Refused) as refused:
            self.record(people, planned(people), later)
        assert set(refused.value.problems) == {"members_notified_on", "files_posted_on", "committee_met_on"}

    @pytest.mark.parametrize(
        "name",
        [
            "planned_on",
            "committee_met_on",
            "draft_prepared_on",
            "members_notified_on",
            "following_member_notified_on",
            "files_posted_on",
        ],
    )
    def test_a_slip_in_the_year_is_seen_by_its_bound_alone(self, name, monkeypatch):
        people = five()
        slip = replace(self.FULL, **{name: date(1, 1, 1)})
        with pytest.raises(Refused) as refused:
            self.record(people, planned(people), slip)
        assert list(refused.value.problems) == [name]
        monkeypatch.setattr("meetings.recording.planning.A_YEAR", timedelta.max)
        assert getattr(read_preparation(self.record(people, Meeting.objects.get(), slip)), name).year == 1

    def test_minutes_of_the_committee_need_their_day(self):
        people = five()
        with pytest.raises(Refused) as refused:
            self.record(people, planned(people), Preparation(committee_kept_minutes=True))
        assert set(refused.value.problems) == {"committee_met_on"}

    def test_files_posted_after_the_sitting_are_recorded_as_they_were(self):
        people = five()
        self.record(people, held(people), Preparation(files_posted_on=TODAY, members_notified_on=TODAY))
        assert read_preparation(Meeting.objects.get()).files_posted_on == TODAY

    def test_a_secret_sitting_keeps_no_agenda_and_no_theme(self):
        people = five()
        with pytest.raises(Refused) as refused:
            self.record(people, planned(people), replace(self.FULL, is_secret=True))
        assert set(refused.value.problems) == {"theme", "agenda"}
        self.record(people, Meeting.objects.get(), replace(self.FULL, is_secret=True, theme="", agenda=(), reference_number="05-BB/CB"))
        assert Meeting.objects.get().reference_number == "05-BB/CB"

    def test_a_stale_form_carries_what_differs_and_without_the_check_would_overwrite(self):
        people = five()
        meeting = planned(people)
        self.record(people, meeting, self.FULL)
        with pytest.raises(StaleForm) as stale:
            self.record(people, meeting, replace(self.FULL, place="Trường học"), version=1)
        assert stale.value.differences == [Difference("place", "Trường học", "Nhà văn hóa")]
        assert Meeting.objects.get().place == "Nhà văn hóa"
        self.record(people, meeting, replace(self.FULL, place="Trường học"), version=Meeting.objects.get().version)
        assert Meeting.objects.get().place == "Trường học"


class TestPostingAndConclusion:
    def post(self, people, meeting, correction=None, **fields):
        return record_posting(
            meeting=meeting,
            issue=Issue(**fields),
            expected_version=meeting.version,
            by=people.user,
            today=TODAY,
            correction=correction,
        )

    def test_issued_and_posted_also_after_conclusion(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        issue = {"document_number": "05-KL/CB", "issued_on": THE_3RD, "posted_on": date(2026, 11, 4)}
        meeting = self.post(people, meeting, **issue)
        assert read_issue(meeting) == Issue(**issue)
        assert not Amendment.objects.exists()

    def test_to_change_a_posting_once_concluded_is_a_correction(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        meeting = self.post(people, meeting, posted_on=date(2026, 11, 4))
        with pytest.raises(Refused) as refused:
            self.post(people, meeting)
        assert list(refused.value.problems) == ["reason"]
        self.post(people, meeting, correction=Correction("Ghi nhầm kỳ", NOW))
        assert read_issue(meeting) == Issue()
        assert Amendment.objects.get().reason == "Ghi nhầm kỳ"

    @pytest.mark.parametrize(
        ("fields", "at"),
        [
            ({"posted_on": TOMORROW}, "posted_on"),
            ({"posted_on": date(2026, 11, 2)}, "posted_on"),
            ({"issued_on": date(2026, 11, 2)}, "issued_on"),
            ({"document_number": "05-KL/CB"}, "issued_on"),
        ],
    )
    def test_the_impossible_is_refused(self, fields, at):
        people = five()
        with pytest.raises(Refused) as refused:
            self.post(people, recorded(people), **fields)
        assert list(refused.value.problems) == [at]

    def test_a_planned_sitting_has_no_conclusion(self):
        people = five()
        with pytest.raises(Refused):
            self.post(people, planned(people), posted_on=THE_3RD)

    def test_a_concluded_sitting_is_not_written_to(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        assert set(refusal(people, meeting)) == {""}
        for write in (
            lambda: cancel_meeting(meeting=meeting, reason="x", expected_version=3, by=people.user, at=NOW),
            lambda: conclude_meeting(meeting=meeting, expected_version=3, by=people.user, at=NOW),
            lambda: record_preparation(meeting=meeting, preparation=Preparation(), expected_version=3, by=people.user, today=TODAY),
        ):
            with pytest.raises(Refused):
                write()

    def test_what_is_missing_is_named(self):
        people = five()
        assert [field for field, _ in missing_to_conclude(planned(people))] == ["held_on"]
        meeting = held(people)
        assert [field for field, _ in missing_to_conclude(meeting)] == ["starts_at", "ends_at", "roll"]
        with pytest.raises(Refused):
            conclude_meeting(meeting=meeting, expected_version=meeting.version, by=people.user, at=NOW)
        partial = recorded(people, meeting, roll=called(people, people.binh)[:3], minute_taker_id=None, chair_id=None)
        [(field, sentence)] = missing_to_conclude(partial)
        assert (field, "Nguyễn Thị Yến" in str(sentence)) == ("roll", True)
