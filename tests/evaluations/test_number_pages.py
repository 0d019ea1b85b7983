"""A number over more cells than are listed, by the committees below: the parts come to the whole, and each leads to what it counts."""

import pytest
from django.test import Client
from django.urls import reverse

from evaluations import dashboard, shown
from evaluations.dashboard import counts_of
from evaluations.periods import Month, Quarter
from meetings.models import CellKind, Level
from tests.costs import queries_of
from tests.evaluations.boards import SCORED, make_month, make_period, mixed_months, mixed_periods, summed_up
from tests.evaluations.month import NOVEMBER
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "few_listed")]
MONTH, QUARTER = Month.of(NOVEMBER), Quarter.of(NOVEMBER)
MOST_QUERIES = 14  # two of them are the savepoint that the test's own transaction asks for


@pytest.fixture
def few_listed(monkeypatch):
    monkeypatch.setattr(dashboard, "MOST_LISTED", 50)
    monkeypatch.setattr(dashboard, "FEW_LISTED", 0)


@pytest.fixture
def province():
    """Two communes with cells of every standing, one of them larger, a commune with none yet, and a school right below."""
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    large, small = (make_committee(f"Đảng ủy xã {name}", parent=province) for name in ("Bình Yên", "An Hòa"))
    make_committee("Đảng ủy xã Mới", parent=province)
    for commune in (large, small):
        mixed_months(commune)
        mixed_periods(commune, QUARTER)
    for committee, kind in ((large, CellKind.VILLAGE), (province, CellKind.SCHOOL)):
        cell = make_cell("Chi bộ Trường", committee=committee, kind=kind)
        make_month(cell, committee, **SCORED | {"verified": True})
        make_period(cell, committee, QUARTER, held=2)
    summed_up()
    return province


@pytest.fixture
def board(province) -> Client:
    return browser_of(make_user("ban", board_of=province))


def address(committee, period=MONTH) -> str:
    return reverse("committee_cells", args=[committee.public_id, period])


def parts(page) -> list:
    return [row.record for row in page.context["table"].rows]


@pytest.mark.parametrize("period", [MONTH, QUARTER], ids=str)
def test_the_parts_come_to_the_whole_and_each_leads_to_what_it_counts(province, board, period):
    counts = counts_of(province, period)
    for show, what in shown.SHOWN.items():
        page = board.get(address(province, period), {"show": show})
        whole, listed = page.context["whole"], parts(page)
        assert whole.number == getattr(counts, what.number) == sum(part.number for part in listed) > 0, show
        assert whole.of == (getattr(counts, what.of) if what.of else 0)
        for row in page.context["table"].rows:
            led = board.get(row.get_cell("name").split('"')[1].replace("&amp;", "&")).context
            assert (led["totals"].months if led["counted_as"] else led["totals"].cells) == row.record.number, (show, row.record.name)


def test_those_with_most_stand_first_and_any_heading_sorts(province, board):
    ordered = {
        order: [part.name for part in parts(board.get(address(province), {"show": "verified", "order": order}))]
        for order in ("", "todo", "number", "name", "-name", "' or 1=1")
    }
    most_first = ["Đảng ủy xã Bình Yên", "Đảng ủy xã An Hòa", "Cells right below"]
    assert ordered[""] == ordered["todo"] == ordered["' or 1=1"] == most_first
    assert ordered["number"] == most_first[::-1]
    assert ordered["name"] == ["Đảng ủy xã An Hòa", "Đảng ủy xã Bình Yên", "Cells right below"] == ordered["-name"][::-1]


def test_one_kind_of_cell_is_kept_on_the_way_down(province, board):
    page = board.get(address(province), {"show": "verified", "kind": CellKind.SCHOOL})
    (part,) = parts(page)
    assert (part.name, part.number) == ("Cells right below", 1)
    assert f"show=verified&amp;kind={CellKind.SCHOOL}&amp;direct=1" in page.content.decode()


@pytest.mark.parametrize("query", [{"q": "truong"}, {"grade": "GOOD"}, {"direct": "1"}, {"state": "nonsense"}, {"q": "a" * 101}], ids=str)
def test_what_the_summaries_cannot_answer_lists_the_cells_themselves(province, board, query):
    """And what is faulty says so at its field, as on every list."""
    page = board.get(address(province), query)
    assert "whole" not in page.context
    assert bool(page.context["filters"].form.errors) == ("nonsense" in query.values() or len(query.get("q", "")) > 100)


def test_up_to_so_many_cells_are_listed_one_by_one(province, board, monkeypatch):
    cells = counts_of(province, MONTH).cells
    monkeypatch.setattr(dashboard, "MOST_LISTED", cells)
    assert board.get(address(province)).context["totals"].cells == cells
    monkeypatch.setattr(dashboard, "MOST_LISTED", cells - 1)
    assert board.get(address(province)).context["whole"].number == cells


def test_a_number_of_few_is_listed_whatever_the_committees_size(province, board, monkeypatch):
    few = board.get(address(province), {"show": "verified"}).context["whole"].number
    monkeypatch.setattr(dashboard, "FEW_LISTED", few)
    assert board.get(address(province), {"show": "verified"}).context["totals"].cells == few
    assert "whole" in board.get(address(province)).context
    monkeypatch.setattr(dashboard, "FEW_LISTED", few - 1)
    assert "whole" in board.get(address(province), {"show": "verified"}).context


def test_it_costs_the_same_for_three_committees_and_for_thirty(province, board):
    few = queries_of(board, address(province))
    for number in range(27):
        commune = make_committee(f"Đảng ủy xã {number}", parent=province)
        make_month(make_cell(f"Chi bộ {number}", committee=commune), commune, **SCORED)
    summed_up()
    assert queries_of(board, address(province)) == few <= MOST_QUERIES
