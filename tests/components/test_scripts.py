"""static/js/rollcall.js, rows.js and page.js in a real browser: what a clerk's keys and a hasty tap do."""

import pytest
from playwright.sync_api import Page, expect

from tests.components.conftest import Answer, Stand, shell

MEMBERS = ["Nguyễn Thị Ánh Tuyết", "Trần Văn Đức", "Lê Công Tôn Nữ Hoàng Oanh"]
ROLL = (
    '<form method="post"><b data-present-count>3/3</b><ul class="roll" data-roll>'
    + "".join(
        f'<li data-called="{key}"><div class="segments">'
        + "".join(
            f'<label><input type="radio" name="presence-{key}" value="{value}"{" checked" if value == "PRESENT" else ""}>'
            f"<span>{value.title()}</span></label>"
            for value in ("PRESENT", "EXCUSED", "UNEXCUSED")
        )
        + f'</div><input data-reason name="reason-{key}" aria-label="Reason of {name}"></li>'
        for key, name in enumerate(MEMBERS)
    )
    + "</ul>"
    + "".join(
        f'<label class="chip" data-speaker="{key}"><input type="checkbox" name="spoke-{key}">{name}</label>'
        for key, name in enumerate(MEMBERS)
    )
    + "<button>Save</button></form>"
)
ROW = """<div data-row><div data-content><input name="tasks-{n}-text" aria-label="Task {n}"></div>
<input type="hidden" name="tasks-{n}-DELETE">
<button type="button" data-remove data-label="Take away" data-undo="Put back">Take away</button></div>"""
ROWS = f"""<form method="post"><div data-rows="tasks"><input type="hidden" name="tasks-TOTAL_FORMS" value="1">
<input type="hidden" name="tasks-MAX_NUM_FORMS" value="2"><div data-list>{ROW.replace("{n}", "0")}</div>
<template>{ROW.replace("{n}", "__prefix__")}</template><button type="button" data-add>Add a task</button></div></form>"""


def segment(page: Page, key: int, value: str):
    return page.locator(f"input[name=presence-{key}][value={value}]")


@pytest.fixture
def roll(quiet_stand: Stand) -> Page:
    return quiet_stand.show(ROLL)


def test_the_present_are_counted_as_they_are_called(roll):
    expect(roll.locator("[data-present-count]")).to_have_text("3/3")
    segment(roll, 1, "EXCUSED").check()
    expect(roll.locator("[data-present-count]")).to_have_text("2/3")


def test_a_reason_is_asked_for_absences_only(roll):
    reason = roll.get_by_label(f"Reason of {MEMBERS[1]}")
    expect(reason).to_be_hidden()
    segment(roll, 1, "UNEXCUSED").check()
    expect(reason).to_be_visible()


def test_who_is_tapped_absent_by_mistake_has_still_spoken(roll):
    chip = roll.locator("[data-speaker='1']")
    chip.locator("input").check()
    segment(roll, 1, "EXCUSED").check()
    expect(chip).to_be_hidden()
    expect(chip.locator("input")).not_to_be_checked()
    segment(roll, 1, "PRESENT").check()
    expect(chip.locator("input")).to_be_checked()


def test_a_clerk_calls_the_roll_without_a_mouse(roll):
    segment(roll, 0, "PRESENT").focus()
    roll.keyboard.press("Enter")
    expect(segment(roll, 1, "PRESENT")).to_be_focused()
    roll.keyboard.press("Space")
    expect(segment(roll, 1, "EXCUSED")).to_be_checked()
    roll.keyboard.press("Space")
    expect(segment(roll, 1, "PRESENT")).to_be_checked()
    roll.keyboard.press("ArrowRight")
    expect(segment(roll, 1, "EXCUSED")).to_be_checked()
    roll.keyboard.press("Tab")
    expect(roll.get_by_label(f"Reason of {MEMBERS[1]}")).to_be_focused()
    roll.keyboard.type("Ốm")
    roll.keyboard.press("Enter")
    expect(segment(roll, 2, "PRESENT")).to_be_focused()
    roll.keyboard.press("ArrowUp")
    expect(segment(roll, 1, "EXCUSED")).to_be_focused()


def test_enter_in_the_roll_never_sends_the_form(roll, quiet_stand):
    segment(roll, 2, "PRESENT").focus()
    roll.keyboard.press("Enter")
    roll.wait_for_timeout(100)
    assert quiet_stand.posts == []


def test_rows_are_added_up_to_the_most_and_taken_away_with_a_way_back(quiet_stand):
    page = quiet_stand.show(ROWS)
    adding = page.get_by_role("button", name="Add a task")
    adding.click()
    expect(page.get_by_label("Task 1")).to_be_focused()
    assert page.input_value("[name=tasks-TOTAL_FORMS]") == "2"
    expect(adding).to_be_hidden()

    page.get_by_label("Task 1").fill("Vận động hộ chị Hoà")
    page.get_by_role("button", name="Take away").last.click()
    expect(page.get_by_label("Task 1")).to_be_hidden()
    assert page.input_value("[name=tasks-1-DELETE]") == "on"
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_label("Task 1")).to_have_value("Vận động hộ chị Hoà")
    assert page.input_value("[name=tasks-1-DELETE]") == ""


@pytest.mark.parametrize(("mark", "is_there"), [("False", True), ("", True), ("True", False), ("on", False)])
def test_rows_of_a_form_that_was_refused_are_there_unless_they_were_taken_away(stand, mark, is_there):
    rows = ROWS.replace('name="tasks-0-DELETE"', f'name="tasks-0-DELETE" value="{mark}"')
    stand.server = lambda request: Answer(shell(rows))
    page = stand.open()
    expect(page.get_by_role("button", name="Take away" if is_there else "Put back")).to_be_visible()
    assert page.get_by_label("Task 0").is_visible() is is_there


def test_a_double_tap_sends_once(stand):
    stand.server = lambda request: Answer(shell('<form method="post"><button name="do" value="it">Send</button></form>'))
    page = stand.open()
    with page.expect_navigation():
        page.evaluate("const button = document.querySelector('button'); button.click(); button.click();")
    page.wait_for_timeout(200)
    assert [request.fields for request in stand.posts] == [{"do": "it"}]


def test_slash_searches_and_a_question_mark_lists_the_keys_but_not_while_typing(quiet_stand):
    page = quiet_stand.show(
        '<input type="search" aria-label="Search"><textarea aria-label="Words"></textarea><dialog id="keys">Keys</dialog>'
    )
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.get_by_label("Words").focus()
    page.keyboard.type("/?")
    assert page.input_value("textarea") == "/?"
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Words").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_large_text_is_remembered(quiet_stand):
    page = quiet_stand.show('<button type="button" data-large-text>Large text</button>')
    button = page.get_by_role("button", name="Large text")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert [(cookie["name"], cookie["value"]) for cookie in page.context.cookies()] == [("text", "large")]
    button.click()
    assert page.context.cookies() == []


def test_a_linked_field_in_closed_details_is_opened(quiet_stand):
    page = quiet_stand.show('<a href="#id_number">Number: write one.</a><details><summary>More</summary><input id="id_number"></details>')
    page.get_by_role("link").click()
    expect(page.locator("#id_number")).to_be_focused()
