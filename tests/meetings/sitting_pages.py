"""A secretary's browser and what it sends, for the tests of the sitting's pages; they run on 5 November 2026 (`the_5th_of_november`)."""

import re
from datetime import datetime
from html import unescape
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from meetings.models import (
    Meeting,
)
from tests.factories import make_cell, make_members, make_user
from tests.meetings.sittings import Five

NOW = datetime(2026, 11, 5, 9, 41, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(user) -> Client:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, backend=BACKEND)
    return browser


def words_of(page) -> str:
    """What a reader sees of a page: no tags, single blanks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.content.decode())))


def page_of(name: str, meeting: Meeting, **query) -> str:
    return reverse(name, args=[meeting.public_id], query=query or None)


def a_cell_of(count: int) -> tuple[Five, list]:
    cell = make_cell(f"Chi bộ {count} đảng viên")
    members = make_members(cell, count)
    return Five(cell, make_user(f"bi-thu-{count}", secretary_of=cell), *members[:3], *members[:2]), members


def a_form(people: Five, meeting: Meeting, **changed) -> dict:
    """What the browser sends of the usual sitting."""
    roster = [people.secretary, people.deputy, people.binh, people.probationary]
    fields = {
        "version": meeting.version,
        "form_key": str(uuid4()),
        "roster_day": "2026-11-03",
        "held_on": "2026-11-03",
        "starts_at": "19:30",
        "ends_at": "21:05",
        "kind": "REGULAR",
        "theme": "",
        "mode": "HYBRID",
        "place": "Nhà văn hóa",
        "chair": people.secretary.pk,
        "minute_taker": people.deputy.pk,
        **{f"presence-{member.pk}": "PRESENT" for member in roster},
        **{f"reason-{member.pk}": "" for member in roster},
        f"presence-{people.exempt.pk}": "NOT_EXPECTED",
        f"spoke-{people.binh.pk}": "on",
        f"opinion-{people.binh.pk}": "Đề nghị sửa đường.",
        "guests": "",
        "ideology": "20",
        "ideology_minutes": "",
        "all_steps": "on",
        "signed_that_day": "on",
        "minutes_signed_on": "",
        "reference_number": "",
        "decisions-TOTAL_FORMS": 1,
        "decisions-INITIAL_FORMS": 0,
        "decisions-0-kind": "CONCLUSION",
        "decisions-0-text": "Thông qua.",
        "decisions-0-unanimous": "on",
        "decisions-0-votes_for": "",
        "decisions-0-votes_base": "",
        "tasks-TOTAL_FORMS": 2,
        "tasks-INITIAL_FORMS": 0,
        "tasks-0-text": "Làm đường",
        "tasks-0-assignee": people.binh.pk,
        "tasks-0-team": "",
        "tasks-0-due_on": "",
        "tasks-1-text": "",
        "tasks-1-assignee": "",
        "tasks-1-team": "",
        "tasks-1-due_on": "",
    }
    return {name: value for name, value in (fields | changed).items() if value is not None}
