"""What is typed and not recorded yet."""

import pytest
from django.urls import reverse

from meetings.models import (
    FormDraft,
    Meeting,
)
from meetings.recording import DraftForm, conclude_meeting, keep_draft
from tests.meetings.sitting_pages import NOW, a_form, browser_of, page_of, words_of
from tests.meetings.sittings import five, held, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]


class TestDrafts:
    def test_what_is_typed_is_kept_even_where_it_is_wrong_and_comes_back(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        url = reverse("meeting_draft", args=[meeting.public_id, "hold"])
        typed = a_form(people, meeting, ends_at="25:99", place="Nhà\u200b văn hóa", **{f"reason-{people.binh.pk}": "Ốm"})
        answer = browser.post(url, typed, headers={"x-autosave": "1"})
        assert answer.json() == {"saved_at": "09:41"}
        page = browser.get(page_of("meeting_hold", meeting))
        body = page.content.decode()
        assert 'value="25:99"' in body
        assert "Not recorded yet" in words_of(page)
        assert page.context["form"].errors == {}
        assert page.context["form"]["place"].value() == "Nhà văn hóa"
        assert page.context["tasks"].forms[0]["text"].value() == "Làm đường"
        assert page.context["decisions"].forms[0]["unanimous"].value() is True
        assert next(row for row in page.context["roll"].rows if row.member == people.binh).called.opinion == "Đề nghị sửa đường."

    def test_recording_forgets_the_draft_and_so_does_its_writer(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        keep = reverse("meeting_draft", args=[meeting.public_id, "hold"])
        browser.post(keep, a_form(people, meeting, place="Sân đình"))
        browser.post(page_of("meeting_hold", meeting), a_form(people, meeting))
        assert not FormDraft.objects.exists()
        browser.post(keep, a_form(people, meeting, place="Sân đình"))
        assert browser.post(page_of("meeting_hold", meeting), {"discard": "1"}).status_code == 302
        assert not FormDraft.objects.exists()

    def test_a_draft_from_before_someone_else_recorded_leads_to_the_comparison(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        mine = a_form(people, meeting, place="Trường học")
        browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), mine)
        Meeting.objects.update(version=2)
        assert browser.get(page_of("meeting_hold", meeting)).context["form"]["version"].value() == "1"

    def test_a_late_word_of_a_recorded_page_does_not_come_back_as_a_draft(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        form = a_form(people, meeting)
        browser.post(page_of("meeting_hold", meeting), form)
        late = browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), form)
        assert (late.status_code, "recorded anew" in late.json()["error"]) == (409, True)
        assert not FormDraft.objects.exists()

    def test_a_draft_of_a_hundred_rows_shows_one_more_than_may_be_recorded(self, monkeypatch):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        fields = {f"{rows}-{number}-text": ["x"] for rows in ("tasks", "decisions") for number in range(100)}
        keep_draft(meeting=meeting, form=DraftForm.HOLD, fields=fields, base_version=1, by=people.user, at=NOW)

        def shown():
            page = browser.get(page_of("meeting_hold", meeting))
            return [len(page.context[rows].forms) for rows in ("tasks", "decisions")]

        assert shown() == [41, 41]
        monkeypatch.setattr("meetings.forms.holding.MOST_ROWS", 10_000)
        assert shown() == [100, 100]

    @pytest.mark.parametrize("form", ["prepare", "post"])
    def test_the_other_forms_keep_theirs_too(self, form):
        people = five()
        meeting, browser = recorded(people), browser_of(people.user)
        name = {"prepare": "files_posted_on", "post": "posted_on"}[form]
        browser.post(reverse("meeting_draft", args=[meeting.public_id, form]), {"version": 2, name: "31/02/2026"})
        assert 'value="31/02/2026"' in browser.get(page_of(f"meeting_{form}", meeting)).content.decode()

    def test_an_unknown_form_is_not_found_and_a_huge_one_is_refused(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "other"]), {}).status_code == 404
        huge = browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), {"place": "x" * 700_000})
        assert (huge.status_code, list(huge.json())) == (422, ["error"])

    def test_a_closed_record_keeps_no_draft(self):
        people = five()
        meeting = conclude_meeting(meeting=recorded(people), expected_version=2, by=people.user, at=NOW)
        browser = browser_of(people.user)
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "hold"]), {"place": "x"}).status_code == 409
        assert browser.post(reverse("meeting_draft", args=[meeting.public_id, "post"]), {"posted_on": "x"}).status_code == 200
