"""The sitting's page through real requests: what it shows, what it records, what it gives back when something can't be."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import (
    Attendance,
    Meeting,
    Membership,
    Opinion,
    Relation,
    Task,
)
from meetings.recording import read_sitting
from tests.factories import make_cell, make_member
from tests.meetings.sitting_pages import a_cell_of, a_form, browser_of, page_of, words_of
from tests.meetings.sittings import THE_3RD, five, held, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]


class TestHolding:
    def test_the_page_shows_everyone_expected_as_present_and_the_exempt_as_not_expected(self):
        people = five()
        page = browser_of(people.user).get(page_of("meeting_hold", held(people)))
        rows = {row.member.full_name: row.called.presence for row in page.context["roll"].expected}
        assert rows == {
            "Trần Thị Ánh": "PRESENT",
            "Phạm Bình": "PRESENT",
            "Lê Văn Dũng": "PRESENT",
            "Vũ Đào": "PRESENT",
            "Nguyễn Thị Yến": "NOT_EXPECTED",
        }
        assert page.context["roll"].officials_present == 3
        assert "Probationary" in words_of(page)

    def test_a_month_is_recorded_in_one_go(self):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting, next="/x/"), a_form(people, meeting))
        assert answer.headers["Location"] == "/x/"
        meeting.refresh_from_db()
        sitting = read_sitting(meeting)
        assert (sitting.starts_at, sitting.ends_at, sitting.ideology_minutes, sitting.minutes_signed_on) == (
            time(19, 30),
            time(21, 5),
            20,
            THE_3RD,
        )
        assert (len(sitting.steps_held), len(sitting.roll)) == (16, 5)
        [vote] = sitting.decisions
        assert (vote.votes_for, vote.votes_base) == (3, 3)  # unanimous: of the official members present
        [task] = sitting.tasks
        assert (task.text, task.assignee_id, task.due_on) == ("Làm đường", people.binh.pk, None)
        assert Opinion.objects.get().text == "Đề nghị sửa đường."

    def test_how_it_was_held_is_proposed_as_in_person_recorded_and_shown(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        assert browser.get(url).context["form"]["mode"].value() == "IN_PERSON"
        assert browser.post(url, a_form(people, meeting, mode="BY_POST")).status_code == 422
        assert browser.post(url, a_form(people, meeting, mode="HYBRID")).status_code == 302
        assert read_sitting(Meeting.objects.get()).mode == "HYBRID"
        assert browser.get(url).context["form"]["mode"].value() == "HYBRID"
        assert "In person and online" in words_of(browser.get(page_of("meeting_content", meeting)))
        stale = browser.post(url, a_form(people, meeting, mode="ONLINE"))
        assert [(row["mine"], row["stored"]) for row in stale.context["rows"]] == [(["Online"], ["In person and online"])]

    def test_the_vote_follows_the_roll_call_as_it_is_sent(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{f"presence-{people.deputy.pk}": "EXCUSED", f"reason-{people.deputy.pk}": "Ốm"})
        form["minute_taker"] = people.binh.pk
        browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert read_sitting(Meeting.objects.get()).decisions[0].votes_base == 2
        assert Attendance.objects.get(member=people.deputy).reason == "Ốm"

    def test_who_is_not_on_the_roster_and_guests_are_recorded(self):
        people = five()
        away = make_member(people.cell, "Đi Xa")
        host = make_cell("Chi bộ khác")
        Membership.objects.create(member=away, cell=host, relation=Relation.TEMPORARY, during=(date(2026, 1, 1), None))
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        assert "temporarily elsewhere" in words_of(browser.get(url))
        browser.post(url, a_form(people, meeting, guests="Ông Tư\nBà Năm\n", **{f"presence-{away.pk}": "PRESENT"}))
        off = {str(line.member or line.guest_name) for line in Attendance.objects.filter(standing="")}
        assert off == {"Đi Xa", "Ông Tư", "Bà Năm"}
        again = browser.get(url)
        assert again.context["form"]["guests"].value() == "Ông Tư\nBà Năm"
        assert [row.member.full_name for row in again.context["roll"].off_roster if row.is_present] == ["Đi Xa"]

    def test_earlier_tasks_are_listed_and_reported_on(self):
        people = five()
        october = held(people, for_month=date(2026, 10, 1), held_on=date(2026, 10, 3))
        recorded(people, october, held_on=date(2026, 10, 3), minutes_signed_on=None)
        task, meeting, browser = Task.objects.get(), held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        assert "Vận động làm đường" in words_of(browser.get(url))
        form = a_form(people, meeting, **{f"report-{task.pk}": "PARTLY", f"note-{task.pk}": "Còn 200 m"})
        browser.post(url, form)
        report = task.reports.get()
        assert (report.meeting, report.state, report.note) == (meeting, "PARTLY", "Còn 200 m")

    def test_what_was_recorded_comes_back_to_be_changed(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        browser.post(url, a_form(people, meeting))
        page = browser.get(url)
        task = Task.objects.get()
        assert page.context["tasks"].forms[0].initial["task_id"] == task.pk
        meeting.refresh_from_db()
        changed = {"tasks-INITIAL_FORMS": 1, "tasks-0-task_id": task.pk, "tasks-0-text": "Làm đường thôn"}
        browser.post(url, a_form(people, meeting, **changed))
        assert (Task.objects.get().pk, Task.objects.get().text) == (task.pk, "Làm đường thôn")
        meeting.refresh_from_db()
        emptied = changed | {"tasks-0-text": "", "tasks-0-assignee": ""}
        browser.post(url, a_form(people, meeting, **emptied))
        assert not Task.objects.exists()

    def test_a_row_taken_away_is_not_recorded_whatever_it_holds(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{"decisions-0-votes_for": "99999999", "decisions-0-DELETE": "on"})
        browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert read_sitting(Meeting.objects.get()).decisions == ()

    def test_one_task_in_two_rows_gets_a_sentence_and_both_rows_stay(self):
        people = five()
        meeting = recorded(people)
        twice = {f"tasks-{row}-task_id": meeting.tasks.get().pk for row in (0, 1)} | {"tasks-1-text": "Việc hai"}
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, **twice))
        assert (answer.status_code, "stands in two rows" in words_of(answer)) == (422, True)
        assert [form["text"].value() for form in answer.context["tasks"].forms[:2]] == ["Làm đường", "Việc hai"]

    @pytest.mark.parametrize(
        ("changed", "place", "sentence"),
        [
            ({"ends_at": "19:00"}, "id_ends_at", "ends after it begins"),
            ({"ends_at": "25:99"}, "id_ends_at", "no such hour"),
            ({"held_on": "2026-11-06", "roster_day": "2026-11-06"}, "id_held_on", "still to come"),
            ({"held_on": "31/02/2026"}, "id_held_on", "no such day"),
            ({"decisions-0-votes_for": "9", "decisions-0-votes_base": "3"}, "id_decisions-0-votes_for", "More votes"),
            ({"tasks-1-team": "Tổ 2"}, "id_tasks-1-text", "Say what the task is"),
            ({"tasks-0-due_on": "2026-11-01"}, "id_tasks-0-due_on", "before the sitting"),
            ({"ideology": "other", "ideology_minutes": "600"}, "id_ideology_minutes", "95 minutes"),
            ({"chair": "999999999"}, "id_chair", "from the list"),
            ({"place": "x" * 201}, "id_place", "200"),
        ],
    )
    def test_the_impossible_gets_a_sentence_linked_to_its_field_and_every_word_stays(self, changed, place, sentence):
        people = five()
        meeting = held(people)
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, **changed))
        body = answer.content.decode()
        assert answer.status_code == 422
        assert f'href="#{place}"' in body
        assert f'id="{place}"' in body
        assert sentence in words_of(answer)
        assert "Đề nghị sửa đường." in body
        for name, value in changed.items():
            assert value == "other" or name == "chair" or f'value="{value}"' in body or f">\n{value}<" in body
        meeting.refresh_from_db()
        assert meeting.version == 1

    def test_someone_absent_who_spoke_is_named(self):
        people = five()
        meeting = held(people)
        form = a_form(people, meeting, **{f"presence-{people.binh.pk}": "UNEXCUSED"})
        answer = browser_of(people.user).post(page_of("meeting_hold", meeting), form)
        assert f'href="#roll-{people.binh.pk}"' in answer.content.decode()
        assert "Phạm Bình: Only someone present" in words_of(answer)

    def test_another_day_with_another_roster_is_shown_to_be_called_first(self):
        people = five()
        late = make_member(people.cell, "Mới Đến", since=date(2026, 11, 4))
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        moved = a_form(people, meeting, held_on="2026-11-04", signed_that_day=None)
        answer = browser.post(url, moved)
        assert answer.status_code == 422
        assert "New on it: Mới Đến" in words_of(answer)
        assert 'name="roster_day" value="2026-11-04"' in answer.content.decode()
        browser.post(url, moved | {"roster_day": "2026-11-04", f"presence-{late.pk}": "EXCUSED"})
        assert Attendance.objects.get(member=late).presence == "EXCUSED"

    def test_another_day_with_the_same_roster_is_recorded_at_once(self):
        people = five()
        meeting = held(people)
        browser_of(people.user).post(page_of("meeting_hold", meeting), a_form(people, meeting, held_on="2026-11-04"))
        assert Meeting.objects.get().held_on == date(2026, 11, 4)

    def test_a_stale_form_shows_both_and_loses_neither(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = page_of("meeting_hold", meeting)
        recorded(people, meeting, place="Sân đình")
        mine = a_form(people, meeting, place="Trường học", **{f"presence-{people.binh.pk}": "EXCUSED", f"spoke-{people.binh.pk}": None})
        mine[f"opinion-{people.binh.pk}"] = ""
        answer = browser.post(url, mine)
        assert answer.status_code == 409
        shown = words_of(answer)
        assert all(word in shown for word in ("Trường học", "Sân đình", "Phạm Bình: Absent with reason", "Phạm Bình: Present"))
        assert Meeting.objects.get().place == "Sân đình"
        assert "takes away" not in shown
        mine["place"] = ""
        assert "Keeping yours takes away what is stored under: Place." in words_of(browser.post(url, mine))
        kept = dict(answer.context["posted"]) | {"version": answer.context["version"]}
        assert browser.post(url, kept).status_code == 302
        assert Meeting.objects.get().place == "Trường học"

    def test_the_page_and_its_recording_cost_the_same_for_few_and_for_many(self):
        def costs(count):
            people, members = a_cell_of(count)
            meeting, browser = held(people), browser_of(people.user)
            url = page_of("meeting_hold", meeting)
            form = a_form(people, meeting, **{f"presence-{member.pk}": "PRESENT" for member in members})
            with CaptureQueriesContext(connection) as showing:
                assert browser.get(url).status_code == 200
            with CaptureQueriesContext(connection) as recording:
                assert browser.post(url, form).status_code == 302
            return len(showing), len(recording)

        assert costs(3) == costs(100)
