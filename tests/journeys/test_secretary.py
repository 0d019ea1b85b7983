"""A secretary's month: from nothing to sent, and from the minutes book."""

import itertools
import re
from datetime import date, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from evaluations.models import MonthScore, ScoreSheet, SheetState
from meetings.models import Cell, Committee, Level, Meeting, MeetingState
from tests.evaluations.month import put_in_force
from tests.factories import make_cell, make_committee, make_members, make_user
from tests.journeys.people import Person

pytestmark = pytest.mark.journey
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def commune(site) -> Committee:
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)
    put_in_force(province)
    return make_committee("Đảng ủy xã Minh Họa 1", parent=province)


def cell_of(person: Person, commune: Committee) -> Cell:
    """A cell of 22 whose secretary, `person`, has logged in and has recorded nothing yet."""
    number = next(NUMBERS)
    cell = make_cell(f"Chi bộ Thôn {number}", committee=commune)
    make_members(cell, 22)
    make_user(f"bi-thu-{number}", full_name="Trần Thị Ánh", secretary_of=cell)
    person.log_in(f"bi-thu-{number}")
    person.taps = 0
    return cell


def _record_the_sitting(person: Person, held_on: date) -> None:
    person.looks("hold")
    person.type("held_on", held_on.isoformat())
    person.type("starts_at", "19:30")
    person.type("ends_at", "21:05")
    person.press(person.page.locator('[name^="presence-"][value="EXCUSED"]').nth(3))
    for place in (0, 1, 4, 5, 7, 8, 9, 10, 11, 12, 14):
        person.press(person.page.locator('[name^="spoke-"]').nth(place))
    person.type("decisions-0-text", "Thông qua kết luận tháng này.")
    person.tick("decisions-0-unanimous")
    person.type("tasks-0-text", "Vận động làm đường thôn")
    person.page.locator('[name="tasks-0-assignee"]').select_option(index=2)
    person.taps += 1
    person.tick("all_steps")
    person.choose("ideology", "20")
    person.tick("signed_that_day")
    person.save()


def _score(person: Person) -> None:
    person.looks("sheet")
    for group in person.page.locator("section[id^=group-]").all():
        for line in group.locator(".choices[role=radiogroup]").all():
            person.press(line.locator("input").first)
    for button in range(person.page.locator("button[name=confirm_group]").count()):
        person.tap(person.page.locator("button[name=confirm_group]").nth(button))
    for box in person.page.locator('input[name^="confirmed_"]:not(:checked)').all():
        person.press(box)
    person.type("votes_for", "21")
    person.save()


def test_a_secretary_logs_a_month_from_nothing_on_a_phone_and_sends_it(commune, on_phone):
    person, cell = on_phone, cell_of(on_phone, commune)
    person.looks("month-empty")

    person.tap("main a.btn-primary")
    person.save()
    person.looks("prepare")
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    for field in ("draft_prepared_on", "members_notified_on", "following_member_notified_on", "files_posted_on", "committee_met_on"):
        person.type(field, yesterday)
    person.tick("committee_kept_minutes")
    person.save()
    person.tap("main a.btn-primary")
    _record_the_sitting(person, timezone.localdate())
    person.tap("main a.btn-primary")
    _score(person)
    person.looks("month-scored")

    person.tap("main a.btn-primary")
    person.looks("post")
    person.type("posted_on", timezone.localdate().isoformat())
    person.save()
    person.tap("main a.btn-primary")
    person.looks("send")
    person.save()

    sheet = ScoreSheet.objects.get(cell=cell)
    assert sheet.state == SheetState.SUBMITTED
    assert sheet.total is not None
    assert MonthScore.objects.get(cell=cell).grade == sheet.grade
    assert Meeting.objects.get(cell=cell).state == MeetingState.CONCLUDED
    person.looks("month-sent")
    assert person.taps <= 60, person.taps


def test_a_secretary_enters_a_past_month_from_the_minutes_book_at_a_desk(commune, at_desk):
    person, cell = at_desk, cell_of(at_desk, commune)
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    person.go(f"/cells/{cell.public_id}/months/{last_month:%Y-%m}/")
    person.tap("main a[href*='held=1']")
    person.looks("new-held")
    person.type("day", last_month.replace(day=3).isoformat())
    person.save()
    _record_the_sitting(person, last_month.replace(day=3))
    person.tap("main a.btn-primary")
    _score(person)
    person.tap("main a[href$='send']")
    person.save()
    assert ScoreSheet.objects.get(cell=cell).month == last_month.replace(day=1)
    assert person.taps <= 60, person.taps


def test_what_is_typed_outlives_a_lost_network_a_reload_and_a_refusal(commune, on_phone):
    person, cell = on_phone, cell_of(on_phone, commune)
    person.tap("main a[href*='held=1']")
    person.type("day", timezone.localdate().isoformat())
    person.save()
    person.page.context.set_offline(True)
    person.page.locator('[name="decisions-0-text"]').fill("Câu này không được mất")
    expect(person.page.locator("[data-save-state]").first).to_have_text(re.compile("."), timeout=10_000)
    person.page.wait_for_timeout(1500)
    person.page.context.set_offline(False)
    person.page.wait_for_timeout(2500)
    person.complaints.clear()
    person.page.reload()
    assert person.page.locator('[name="decisions-0-text"]').input_value() == "Câu này không được mất"

    for field, value in (("starts_at", "21:00"), ("ends_at", "19:30"), ("decisions-0-votes_for", "99")):
        person.type(field, value)
    person.save()
    person.complaints.clear()  # Chromium's own of the 422
    person.looks("hold-refused")
    wrong = person.page.locator("section.note.error a")
    assert wrong.count() == 2
    for link in wrong.all():
        field = link.get_attribute("href").removeprefix("#")
        person.touch(link)
        expect(person.page.locator(f"[id='{field}']")).to_be_focused()
        expect(person.page.locator(f"[id='{field}']")).to_be_in_viewport()
    assert person.page.locator('[name="decisions-0-text"]').input_value() == "Câu này không được mất"
    person.type("ends_at", "22:30")
    person.type("decisions-0-votes_for", "20")
    person.save()
    meeting = Meeting.objects.get(cell=cell)
    assert (meeting.ends_at, meeting.decisions.get().votes_for) == (time(22, 30), 20)
