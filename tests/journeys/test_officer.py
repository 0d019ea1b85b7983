"""An officer drills from the province to a fact; an office appoints a secretary, who logs in for the first time."""

import pytest
from django.utils import timezone

from evaluations.changes import take_changes
from evaluations.periods import Month
from evaluations.submission import submit
from meetings.models import Appointment, Committee, Level, Role
from tests.evaluations.month import NOW, TODAY, RecordedMonth, filled_in, posted, put_in_force
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def commune(site) -> Committee:
    """A commune of a province with one month sent; its office and the province's board have their logins."""
    centre = make_committee("Trung ương", Level.CENTRAL)
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=centre)
    commune = make_committee("Đảng ủy xã Minh Họa 1", parent=province)
    make_committee("Đảng ủy xã Minh Họa 2", parent=province)
    cell = make_cell("Chi bộ Thôn Một", committee=commune)
    month = RecordedMonth(five(cell), None, put_in_force(province))
    month.meeting = recorded(month.people)
    filled_in(month)
    posted(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    take_changes(as_of=TODAY, at=NOW)
    make_user("ban-to-chuc", full_name="Lê Văn Ban", board_of=province)
    make_user("van-phong", full_name="Phạm Thị Văn", office_of=commune)
    return commune


def test_an_officer_drills_from_the_province_to_a_fact(commune, at_desk):
    person = at_desk
    person.log_in("ban-to-chuc")
    person.looks("province-today")
    person.go(f"/committees/{Committee.objects.get(level=Level.PROVINCE).public_id}/2026-11/")
    person.looks("province")
    person.taps = 0
    person.tap(f"text={commune.name}")
    person.looks("commune")
    person.tap("td[data-label] a[href$='explanation']")
    person.looks("explanation")
    assert person.taps <= 3
    assert "95 phút" in person.page.locator("#line-1").inner_text()  # the sitting's length, the fact under line 1
    assert "Đề nghị sửa đường" not in person.page.content(), "an opinion reached the province"


def test_an_office_appoints_a_secretary_who_logs_in_for_the_first_time(commune, at_desk, on_phone):
    cell = make_cell("Chi bộ Tổ dân phố 3", committee=commune)
    office, new = at_desk, on_phone
    office.log_in("van-phong")
    office.tap("header nav a[href$='accounts']")
    office.looks("accounts")
    office.tap(office.page.locator("tr, li, article", has_text=cell.name).locator("a").first)
    office.tap(f"a[href$='appoint/{Role.SECRETARY}']")
    office.looks("appoint")
    office.type("full_name", "Vũ Thị Hai")
    username = office.page.locator("main [name=username]").input_value()
    office.save()
    appointed = Appointment.objects.get(user__username=username)
    assert appointed.cell == cell
    if not office.page.locator(".code").count():
        office.tap("a[href$='/code'], form[action$='/code'] button")
        if not office.page.locator(".code").count():
            office.save()
    code = office.page.locator(".code").first.inner_text()
    office.looks("code")

    new.go("/login/code")
    new.looks("login-code")
    new.page.fill("main [name=username]", username)
    new.page.locator("main input:not([type=hidden])").nth(1).fill(code)
    new.tap("main button.btn-primary")
    new.looks("first-password")
    for field in new.page.locator("main input[type=password]").all():
        field.fill("mật khẩu dài của tôi 9")
    new.save()
    this_month = Month.of(timezone.localdate())
    new.page.wait_for_url(f"**/months/{this_month}/")
    assert cell.name in new.says
