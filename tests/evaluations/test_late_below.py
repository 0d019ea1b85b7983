"""What is not held or not sent under a committee with more cells than are listed: by committee, each leading to its list."""

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations import dashboard
from evaluations.models import MonthScore
from tests.evaluations.boards import SCORED, make_month, summed_up
from tests.evaluations.late_months import MONTH, NOW, late_cell, make_ground
from tests.factories import make_cell, make_committee
from tests.meetings.sitting_pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def url(committee, **query) -> str:
    return reverse("late", args=[committee.public_id, MONTH], query=query or None)


@pytest.fixture
def ground(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    ground = make_ground()
    for _each in range(3):
        late_cell(ground.commune)
    late_cell(ground.commune, held=True)
    for held in (True, False):
        late_cell(ground.beside, held=held)
    make_month(make_cell("Đã gửi", committee=ground.beside), ground.beside, **SCORED)
    empty = make_committee("Đảng ủy xã Xong", parent=ground.province)
    make_month(make_cell("Xong", committee=empty), empty, **SCORED)
    summed_up()
    monkeypatch.setattr(dashboard, "MOST_LISTED", 7)
    monkeypatch.setattr(dashboard, "FEW_LISTED", 0)
    return ground


def test_what_is_open_stands_by_committee_and_each_leads_to_its_list(ground):
    page = browser_of(ground.board).get(url(ground.province))
    rows = [row.record for row in page.context["table"].rows]
    assert [(row.name, row.not_held, row.not_sent, row.expected) for row in rows] == [
        ("Đảng ủy xã Một", 3, 1, 4),
        ("Đảng ủy xã Hai", 1, 1, 3),
    ]
    for row in rows:
        led = browser_of(ground.board).get(reverse("late", args=[row.public_id, MONTH]))
        assert len(led.context["rows"]) == row.not_held + row.not_sent
        assert reverse("late", args=[row.public_id, MONTH]) in page.content.decode()


def test_any_heading_sorts(ground):
    def names(order):
        page = browser_of(ground.board).get(url(ground.province, order=order))
        return [row.record.name for row in page.context["table"].rows]

    assert names("name") == ["Đảng ủy xã Hai", "Đảng ủy xã Một"] == names("-name")[::-1]
    assert names("due") == names("' or 1=1") == names("-share")


@pytest.mark.parametrize("query", [{"show": "late"}, {"show": "open"}, {"q": "chi"}, {"kind": "VILLAGE"}])
def test_a_search_lists_the_cells_themselves(ground, query):
    assert "rows" in browser_of(ground.board).get(url(ground.province, **query)).context


def test_up_to_so_many_cells_are_listed_one_by_one(ground, monkeypatch):
    monkeypatch.setattr(dashboard, "MOST_LISTED", 8)
    assert len(browser_of(ground.board).get(url(ground.province)).context["rows"]) == 6


def test_nothing_open_says_where_to_look(ground):
    MonthScore.objects.update(held=True, sent=True)
    summed_up()
    assert "To the committee" in browser_of(ground.board).get(url(ground.province)).content.decode()
