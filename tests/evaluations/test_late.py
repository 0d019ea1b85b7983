"""The list of cells that have not held or not sent: who stands in it, with what is known of why, through real requests."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluations import late
from evaluations.extending import extend
from evaluations.models import Extension, MonthScore, Notice, NoticeKind, ScoreState
from meetings.models import Meeting, User
from tests.costs import queries_of
from tests.evaluations.boards import SCORED, make_month
from tests.evaluations.exported import ask, rows_of, top_of, written
from tests.evaluations.late_months import MONTH, NOVEMBER, NOW, TODAY, late_cell, make_ground, secretary_of
from tests.factories import make_cell, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_20th(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def ground():
    return make_ground()


def url(committee, month=MONTH, **query) -> str:
    return reverse("late", args=[committee.public_id, month], query=query or None)


def names_in(page) -> list[str]:
    return [row.score.cell.name for row in page.context["rows"]]


def counts_in(page) -> dict[str, int]:
    return {key: count for key, _label, count in page.context["shown"]}


class TestWhoIsLate:
    def test_each_stands_where_it_belongs(self, ground):
        late_cell(ground.commune, "Chưa họp")
        late_cell(ground.commune, "Chưa gửi", held=True)
        late_cell(ground.commune, "Còn hạn", hold_by=TODAY)
        late_cell(ground.commune, "Họp, không hạn gửi", held=True, send_by=None)
        make_month(make_cell("Đã gửi", committee=ground.commune), ground.commune, hold_by=date(2026, 11, 7), **SCORED)
        late_cell(ground.beside, "Xã bên")
        browser = browser_of(ground.office)
        page = browser.get(url(ground.commune))
        assert names_in(page) == ["Chưa họp", "Chưa gửi"]
        assert counts_in(page) == {"late": 2, "not_held": 1, "not_sent": 1, "extended": 0, "open": 1}
        for show, names in (("not_held", ["Chưa họp"]), ("not_sent", ["Chưa gửi"]), ("open", ["Còn hạn"]), ("extended", [])):
            assert names_in(browser.get(url(ground.commune, show=show))) == names
        assert set(names_in(browser_of(ground.board).get(url(ground.province)))) == {"Chưa họp", "Chưa gửi", "Xã bên"}

    def test_the_last_day_itself_is_not_late(self, ground):
        month = late_cell(ground.commune, hold_by=TODAY)
        assert names_in(browser_of(ground.office).get(url(ground.commune))) == []
        MonthScore.objects.filter(pk=month.pk).update(hold_by=TODAY - timedelta(days=1))
        page = browser_of(ground.office).get(url(ground.commune))
        assert [(row.days, row.what) for row in page.context["rows"]] == [(1, late.SHOWN["not_held"])]

    def test_without_a_rule_a_month_is_to_be_held_by_its_last_day(self, ground):
        month = late_cell(ground.commune, hold_by=None)
        assert MonthScore.objects.get(pk=month.pk).due_by == date(2026, 11, 30)

    def test_the_longest_overdue_stand_first_or_all_by_name(self, ground):
        late_cell(ground.commune, "Chi bộ Ân", hold_by=date(2026, 11, 9))
        late_cell(ground.commune, "Chi bộ Bình", hold_by=date(2026, 11, 3))
        browser = browser_of(ground.office)
        assert names_in(browser.get(url(ground.commune))) == ["Chi bộ Bình", "Chi bộ Ân"]
        for order in ("name", "name; DROP TABLE"):
            names = names_in(browser.get(url(ground.commune, order=order)))
            assert names == (["Chi bộ Ân", "Chi bộ Bình"] if order == "name" else ["Chi bộ Bình", "Chi bộ Ân"])

    def test_odd_addresses_are_404_or_the_last_page(self, ground):
        late_cell(ground.commune, "Chi bộ Một")
        browser = browser_of(ground.office)
        assert browser.get(url(ground.commune, show="'--")).status_code == 404
        assert browser.get(url(ground.commune).replace("2026-11", "2026-13")).status_code == 404
        assert names_in(browser.get(url(ground.commune, page=10**9))) == ["Chi bộ Một"]
        assert browser.get(url(ground.beside)).status_code == 404

    def test_other_months_are_named(self, ground):
        month = late_cell(ground.commune)
        make_month(month.cell, ground.commune, date(2026, 9, 1), hold_by=date(2026, 9, 7))
        page = browser_of(ground.office).get(url(ground.commune))
        assert [(other.first, cells) for other, cells in page.context["others"]] == [(date(2026, 9, 1), 1)]

    def test_of_other_months_no_more_are_counted_than_a_page_can_wait_for(self, ground, monkeypatch):
        for cell in (late_cell(ground.commune).cell for _each in range(3)):
            make_month(cell, ground.commune, date(2026, 9, 1), hold_by=date(2026, 9, 7))
        assert "9/2026 (3)" in words_of(browser_of(ground.office).get(url(ground.commune)))
        monkeypatch.setattr(late, "COUNTED", 2)
        assert "9/2026 (2+)" in words_of(browser_of(ground.office).get(url(ground.commune)))

    def test_a_board_leads_to_it_and_it_leads_to_the_cells_month(self, ground):
        month = late_cell(ground.commune)
        page = browser_of(ground.office).get(url(ground.commune))
        assert reverse("cell_month", args=[month.cell.public_id, MONTH]) in page.content.decode()


class TestKnownReasons:
    def reasons(self, ground, show="late") -> list[str]:
        [row] = browser_of(ground.office).get(url(ground.commune, show=show)).context["rows"]
        return row.reasons

    def test_none(self, ground):
        month = late_cell(ground.commune)
        User.objects.filter(pk=secretary_of(month).pk).update(last_login=NOW)
        assert self.reasons(ground) == []

    def test_nobody_records_or_nobody_came_yet(self, ground):
        month = late_cell(ground.commune, secretary=False)
        assert self.reasons(ground) == ["no secretary is appointed"]
        make_user("bi-thu-moi", secretary_of=month.cell)
        assert self.reasons(ground) == ["the secretary has not logged in yet"]
        User.objects.filter(username="bi-thu-moi").update(last_login=NOW)
        assert self.reasons(ground) == []

    def test_a_secretary_of_the_past_is_none(self, ground):
        month = late_cell(ground.commune)
        secretary_of(month).appointments.update(during=("2025-07-01", "2026-11-20"))
        assert self.reasons(ground) == ["no secretary is appointed"]

    def test_no_set(self, ground):
        month = late_cell(ground.commune, held=True, state=ScoreState.NO_SET)
        User.objects.filter(pk=secretary_of(month).pk).update(last_login=NOW)
        assert self.reasons(ground) == ["no set of criteria in force"]

    def test_recorded_as_not_held_without_what_was_said_of_it(self, ground):
        month = late_cell(ground.commune)
        User.objects.filter(pk=secretary_of(month).pk).update(last_login=NOW)
        said = {"cell": month.cell, "for_month": NOVEMBER, "kind": "REGULAR", "state": "NOT_HELD"}
        Meeting.objects.create(**said, state_reason="Đồng chí An ốm")
        assert self.reasons(ground) == ["recorded as not held"]
        assert "ốm" not in words_of(browser_of(ground.office).get(url(ground.commune)))

    def test_time_that_is_given_and_time_that_has_run_out(self, ground):
        month = late_cell(ground.commune)
        User.objects.filter(pk=secretary_of(month).pk).update(last_login=NOW)
        given = {"cell": month.cell, "month": NOVEMBER, "granted_by": ground.office, "granted_at": NOW}
        Extension.objects.create(until=date(2026, 11, 15), reason="Lũ lụt", **given)
        assert self.reasons(ground) == ["time was given until 15/11/2026: Lũ lụt"]
        MonthScore.objects.filter(pk=month.pk).update(hold_by=date(2026, 11, 25))
        Extension.objects.create(until=date(2026, 11, 25), reason="Hệ thống dừng", **given)
        assert self.reasons(ground, "extended") == ["time is given until 25/11/2026: Hệ thống dừng"]

    def test_the_last_reminder(self, ground):
        month = late_cell(ground.commune)
        told = {"user": secretary_of(month), "cell": month.cell, "month": NOVEMBER}
        Notice.objects.create(kind=NoticeKind.DECIDED, created_at=NOW, **told)
        [row] = browser_of(ground.office).get(url(ground.commune)).context["rows"]
        assert row.score.reminded_at is None
        Notice.objects.create(kind=NoticeKind.REMINDER, created_at=NOW - timedelta(days=3), **told)
        [row] = browser_of(ground.office).get(url(ground.commune)).context["rows"]
        assert row.score.reminded_at == NOW - timedelta(days=3)


def test_the_page_costs_the_same_with_one_row_and_with_thirty(ground):
    for columns in ({}, {"held": True}, {"hold_by": TODAY}, {"hold_by": date(2026, 11, 25)}):
        month = late_cell(ground.commune, **columns)
    given = {"granted_by": ground.office, "granted_at": NOW, "reason": "Lũ lụt"}
    Extension.objects.create(cell=month.cell, month=NOVEMBER, until=month.hold_by, **given)
    browser = browser_of(ground.board)
    addresses = [url(ground.province, show=show, order=order) for show in late.SHOWN for order in late.ORDERS]
    few = [queries_of(browser, address) for address in addresses]
    for number in range(30):
        late_cell((ground.commune, ground.beside)[number % 2], held=bool(number % 3), secretary=bool(number % 5))
    many = [queries_of(browser, address) for address in addresses]
    assert few == many
    assert max(many) <= 12


def test_nobodys_name_stands_on_the_page_or_in_the_file(ground, exports_folder):
    late_cell(ground.commune)
    assert "Trần Thị Thư" not in words_of(browser_of(ground.office).get(url(ground.commune)))
    sheet = load_workbook(written(ask(ground.office, ground.commune, "late", MONTH), exports_folder, NOW)).active
    assert "Trần Thị Thư" not in str(rows_of(sheet))


def test_the_file_holds_what_the_page_lists(ground, exports_folder, english):
    late_cell(ground.commune, "Chi bộ Một")
    month = late_cell(ground.beside, "Chi bộ Hai", held=True)
    extend_one = {"month": MONTH, "until": date(2026, 11, 25), "reason": "Lũ lụt", "at": NOW, "by": ground.office}
    waiting = late_cell(ground.commune, "Chi bộ Ba")
    extend(committee=ground.commune, cells=[waiting.cell.public_id], **extend_one)
    Notice.objects.create(kind=NoticeKind.REMINDER, created_at=NOW, user=ground.office, cell=month.cell, month=NOVEMBER)
    for show, label in late.SHOWN.items():
        page = browser_of(ground.board).get(url(ground.province, show=show))
        sheet = load_workbook(written(ask(ground.board, ground.province, "late", MONTH, query=f"show={show}"), exports_folder, NOW)).active
        assert [(row[1], row[4].date(), row[5], row[6] or "", row[7] and row[7].date()) for row in rows_of(sheet)] == [
            (
                row.score.cell.name,
                row.score.due_by,
                row.days,
                "; ".join(row.reasons),
                row.score.reminded_at and timezone.localdate(row.score.reminded_at),
            )
            for row in page.context["rows"]
        ]
        assert f"Shown: {label}" in top_of(sheet)
