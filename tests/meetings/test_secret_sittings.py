"""A secret sitting keeps counts, days and its number, and no word: not in the record, not in a draft, not from before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from meetings.models import FormDraft, Meeting
from meetings.recording import (
    DraftForm,
    NewTask,
    Preparation,
    Report,
    Vote,
    draft_of,
    keep_draft,
    read_preparation,
    read_sitting,
    record_preparation,
    record_sitting,
)
from tests.meetings.sitting_pages import a_form, browser_of, page_of, words_of
from tests.meetings.sittings import TODAY, called, five, held, planned, recorded, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]
NOW = datetime(2026, 11, 5, 2, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


class TestRecordedAsSecret:
    def test_no_word_is_kept(self):
        people = five()
        words = {
            "theme": "x",
            "roll": called(people, people.binh, spoke=True, opinion="x"),
            "decisions": (Vote(text="x"),),
            "tasks": (NewTask(text="x", team="y"),),
        }
        problems = refusal(people, is_secret=True, **words)
        assert {field.rsplit(".")[-1] for field in problems} == {"theme", "opinion", "text", "team"}
        assert len(problems) == 5

    def test_counts_days_and_the_number_stay_and_the_agenda_goes(self):
        people = five()
        meeting = planned(people)
        meeting = record_preparation(
            meeting=meeting, preparation=Preparation(agenda=("Nhân sự",)), expected_version=1, by=people.user, today=TODAY
        )
        recorded(
            people,
            meeting,
            is_secret=True,
            reference_number="07-BB/CB",
            roll=called(people, people.binh, spoke=True),
            decisions=(Vote(votes_for=3, votes_base=3),),
            tasks=(NewTask(assignee_id=people.binh.pk, due_on=date(2026, 12, 1)),),
        )
        meeting = Meeting.objects.get()
        assert (meeting.agenda.count(), meeting.tasks.get().text, meeting.opinions.count()) == (0, "", 1)


class TestMadeSecretAfterwards:
    """What was written down before; the record shows it no more, whichever page the secret was ticked on."""

    WORDS = ("Đề nghị", "Thông qua", "Vận động", "Tổ Đảng", "Ghi chú", "Thời sự", "Chưa lưu")

    def a_month_in_words(self, people) -> Meeting:
        """Every place that keeps words of a sitting, its drafts too."""
        given = recorded(people, held(people, for_month=OCTOBER, held_on=OCTOBER), held_on=OCTOBER, minutes_signed_on=None).tasks.get()
        meeting = planned(people)
        keep = {"meeting": meeting, "preparation": Preparation(agenda=("Thời sự",)), "expected_version": 1}
        meeting = record_preparation(**keep, by=people.user, today=TODAY)
        tasks = (NewTask(text="Vận động làm đường", team="Tổ Đảng số 1"),)
        meeting = recorded(people, meeting, tasks=tasks, reports=(Report(given.pk, "PARTLY", note="Ghi chú"),))
        for form, fields in (
            (DraftForm.HOLD, {f"opinion-{people.binh.pk}": ["Chưa lưu"], "tasks-0-team": ["Chưa lưu"], "place": ["Sân đình"]}),
            (DraftForm.PREPARE, {"agenda": ["Chưa lưu"], "place": ["Sân đình"]}),
        ):
            keep_draft(meeting=meeting, form=form, fields=fields, base_version=meeting.version, by=people.user, at=NOW)
        return meeting

    def make_secret(self, people, meeting, step) -> None:
        signed = {"meeting": meeting, "expected_version": meeting.version, "by": people.user, "today": TODAY}
        if step == DraftForm.PREPARE:
            record_preparation(preparation=Preparation(is_secret=True, starts_at=meeting.starts_at), **signed)
        else:
            sitting = read_sitting(meeting)
            wordless = {
                "roll": tuple(replace(line, opinion="") for line in sitting.roll),
                "decisions": tuple(replace(vote, text="") for vote in sitting.decisions),
                "tasks": tuple(replace(task, text="", team="") for task in sitting.tasks),
                "reports": tuple(replace(report, note="") for report in sitting.reports),
            }
            record_sitting(sitting=replace(sitting, is_secret=True, **wordless), **signed)

    def all_words(self, meeting) -> str:
        meeting = Meeting.objects.get(pk=meeting.pk)
        drafts = list(meeting.drafts.values_list("fields", flat=True))
        return f"{read_sitting(meeting)} {read_preparation(meeting)} {drafts}"

    @pytest.mark.parametrize("step", [DraftForm.PREPARE, DraftForm.HOLD])
    def test_no_word_stays_and_every_count_does(self, step):
        people = five()
        meeting = self.a_month_in_words(people)
        before = read_sitting(meeting)
        assert [word for word in self.WORDS if word not in self.all_words(meeting)] == []
        self.make_secret(people, meeting, step)
        assert [word for word in self.WORDS if word in self.all_words(meeting)] == []
        after = read_sitting(Meeting.objects.get(pk=meeting.pk))
        assert [line.spoke for line in after.roll] == [line.spoke for line in before.roll]
        assert [(vote.votes_for, vote.votes_base) for vote in after.decisions] == [(3, 3)]
        assert [(task.task_id, task.due_on) for task in after.tasks] == [(task.task_id, task.due_on) for task in before.tasks]
        assert [report.state for report in after.reports] == ["PARTLY"]

    def test_what_else_waits_in_the_other_pages_draft_stays_and_is_secret(self):
        people = five()
        meeting = self.a_month_in_words(people)
        self.make_secret(people, meeting, DraftForm.PREPARE)
        assert draft_of(meeting, DraftForm.HOLD).fields == {"place": ["Sân đình"], "is_secret": ["on"]}

    @pytest.mark.parametrize("step", [DraftForm.PREPARE, DraftForm.HOLD])
    def test_the_twin_that_takes_nothing_away_keeps_words(self, step, monkeypatch):
        monkeypatch.setattr("meetings.recording.preparing.take_words_away", lambda meeting: None)
        monkeypatch.setattr("meetings.recording.holding.take_words_away", lambda meeting: None)
        people = five()
        meeting = self.a_month_in_words(people)
        self.make_secret(people, meeting, step)
        assert "Thời sự" in self.all_words(meeting) or "Thông qua" in self.all_words(meeting)


class TestItsPage:
    def test_no_word_of_a_secret_sitting_is_taken(self):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, is_secret="on"))
        assert answer.status_code == 422
        assert words_of(answer).count("The content of this sitting is secret") >= 3

    def test_not_even_in_a_draft(self):
        people = five()
        meeting = held(people)
        browser_of(people.user).post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), a_form(people, meeting, is_secret="on"))
        kept = FormDraft.objects.get().fields
        assert "Đề nghị sửa đường." not in str(kept)
        assert "Làm đường" not in str(kept)
        assert kept["place"] == ["Nhà văn hóa"]
