"""A secretary keeps the roster; an office keeps accounts: every page fit to be seen."""

import pytest
from django.urls import reverse

from meetings.models import Appointment, Cell, Committee, Member
from tests.factories import make_cell, make_committee, make_member, make_members, make_user

pytestmark = pytest.mark.journey
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Phương Khánh Ly"


@pytest.fixture(scope="module")
def cell(site) -> Cell:
    """A cell of 31 and its secretary, whose login is `bi-thu`."""
    cell = make_cell("Chi bộ Tổ dân phố số 12 khu đô thị Nam Thăng Long – Ciputra")
    make_members(cell, 30)
    make_member(cell, LONG_NAME, position="SECRETARY", exemption="EXEMPT")
    make_user("bi-thu", secretary_of=cell)
    return cell


@pytest.fixture(scope="module")
def member(site) -> Member:
    """A member about whom every page has something to say, in one of the 31 cells of the office `van-phong`."""
    committee = make_committee("Đảng ủy xã Hai")
    own = make_cell("Chi bộ Thôn Một", committee=committee)
    for number in range(30):
        make_cell(f"Chi bộ Thôn {number + 2}", committee=committee)
    make_user("van-phong", office_of=committee)
    make_user("bt.khac", full_name=LONG_NAME, secretary_of=own)
    return make_member(own, LONG_NAME, standing="PROBATIONARY", exemption="EXEMPT", position="DEPUTY")


def test_a_secretary_adds_exempts_and_takes_back(cell, on_phone):
    on_phone.log_in("bi-thu")
    on_phone.tap("header nav a[href$='roster']")
    on_phone.looks("roster")

    on_phone.tap("main a[href$='roster/add']")
    on_phone.looks("roster-add")
    on_phone.type("full_name", "Lê Thị Hoà")
    on_phone.save()
    assert "Lê Thị Hoà" in on_phone.says
    on_phone.looks("roster-added")

    on_phone.type("q", "hòa")
    on_phone.tap("main form[role=search] button")
    on_phone.tap("th a:has-text('Lê Thị Hoà')")
    on_phone.looks("roster-member")
    on_phone.tap("a[href$='/exempt']")
    on_phone.save()
    on_phone.complaints.clear()  # the browser's own word on a form that was refused (422)
    on_phone.looks("roster-exempt-errors")
    assert on_phone.page.locator("main .note.error a").count() == 2
    on_phone.page.locator("main input[name=kind][value=EXEMPT]").check()
    on_phone.type("resolution_number", "05-NQ/CB")
    on_phone.save()
    assert "05-NQ/CB" in on_phone.says

    member = Member.objects.get(full_name="Lê Thị Hoà")
    assert member.exemptions.count() == 1
    on_phone.tap("main form[action$='/undo'] button")
    assert not member.exemptions.exists()
    on_phone.tap("main form[action$='/undo'] button")
    assert not Member.objects.filter(pk=member.pk).exists()


def test_every_page_of_people_is_fit_to_be_seen(member, at_desk):
    own = Cell.objects.get(name="Chi bộ Thôn Một")
    committee = Committee.objects.get(name="Đảng ủy xã Hai")
    held = Appointment.objects.get(user__username="bt.khac")
    for page in ("login", "login_code"):
        at_desk.go(reverse(page))
        at_desk.looks(page)
    at_desk.log_in("van-phong")
    for action in ("official", "end-position", "exempt", "end-exemption", "transfer", "send", "introduce", "correct", "end"):
        at_desk.go(reverse("roster_change", args=[own.public_id, member.public_id, action]))
        at_desk.looks(f"roster-{action}")
    for name, args in (
        ("roster", [own.public_id]),
        ("roster_take_in", [own.public_id]),
        ("accounts", [committee.public_id]),
        ("accounts_of", [committee.public_id, own.public_id]),
        ("appoint", [committee.public_id, own.public_id, "FOLLOWING_MEMBER"]),
        ("hand_over", [committee.public_id, held.public_id]),
        ("end_appointment", [committee.public_id, held.public_id]),
        ("password_change", []),
    ):
        at_desk.go(reverse(name, args=args))
        at_desk.looks(name)
