"""A list of cells: searched without tone marks, narrowed, sorted in the order of the alphabet, paged, and summed over all its pages."""

import re
import unicodedata
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.models import Grade, MonthScore, PeriodScore, ScoreState
from evaluations.periods import Month, Quarter
from evaluations.shown import cells_within
from meetings.models import CellKind, Level
from tests.evaluations.boards import SCORED, make_month, make_period, mixed_months, mixed_periods
from tests.evaluations.exported import ask, rows_of, written
from tests.evaluations.month import NOVEMBER
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MONTH, QUARTER = Month.of(NOVEMBER), Quarter.of(NOVEMBER)
LONG = "q=" + "a " * 60  # more than may be searched
NAMES = ("Chi bộ Đông", "Chi bộ Dương", "Chi bộ Ấp 10", "Chi bộ Ấp 2", "Chi bộ Hòa An", "Chi bộ Hoà Ăn")


def lay():
    """A province of one commune with cells of every standing, and cells with names of their own; another province beside it."""
    centre = make_committee("Trung ương", Level.CENTRAL)
    province, other = (make_committee(name, Level.PROVINCE, parent=centre) for name in ("Tỉnh ủy Minh Họa", "Tỉnh ủy bên cạnh"))
    commune = make_committee("Đảng ủy xã Hòa Bình", parent=province)
    quiet = make_committee("Đảng ủy xã Yên Lặng", parent=province)
    mixed_months(commune)
    mixed_periods(commune, QUARTER)
    for place, name in enumerate(NAMES):
        cell = make_cell(name, committee=quiet, kind=CellKind.SCHOOL)
        make_month(cell, quiet, **SCORED | {"total": 8000 + place * 100, "verified": place % 2 == 0})
        make_period(cell, quiet, QUARTER, held=place % 4)
    far = make_cell("Chi bộ Hòa Xa", committee=make_committee(parent=other))
    make_month(far, far.placements.get().parent, **SCORED)
    return province, other, make_user("ban", board_of=province)


@pytest.fixture
def province(laid):
    return laid[0]


@pytest.fixture
def board(laid) -> Client:
    return browser_of(laid[2])


def address(committee, period=MONTH) -> str:
    return reverse("committee_cells", args=[committee.public_id, period])


def listed(board: Client, committee, period=MONTH, **query) -> list:
    """The scores of all pages, in their order."""
    rows, number = [], 1
    while True:
        page = board.get(address(committee, period), query | {"page": number})
        assert page.status_code == 200
        rows += [row.record for row in page.context["page"].object_list]
        if not page.context["page"].has_next():
            return rows
        number += 1


def plainly(text: str) -> str:
    """What the search is to compare, made another way."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@pytest.mark.parametrize("asked", ["hoa", "HÒA", "hoà an", "đông", "an hoa", "  xa  yen  ", "nowhere"])
def test_a_search_finds_every_word_without_tone_marks_in_cell_or_committee(board, province, asked):
    found = {score.cell.name for score in listed(board, province, q=asked)}
    words = plainly(asked).split()
    named = {score.cell.name: plainly(f"{score.cell.name}\n{score.committee.name}") for score in cells_within(province, MONTH)}
    assert found == {name for name, both in named.items() if all(word in both for word in words)}


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"kind": "SCHOOL"}, lambda score: score.cell_kind == CellKind.SCHOOL),
        ({"grade": "FAIR"}, lambda score: score.grade == Grade.FAIR),
        ({"state": "NOT_SENT"}, lambda score: score.state == ScoreState.NOT_SENT),
        ({"verified": "yes"}, lambda score: score.verified),
        ({"verified": "no", "grade": "FAIR"}, lambda score: not score.verified and score.grade == Grade.FAIR),
        ({"show": "held", "kind": "VILLAGE"}, lambda score: score.held and score.cell_kind == CellKind.VILLAGE),
    ],
)
def test_each_filter_leaves_what_it_says_and_the_totals_are_those_of_all_pages(board, province, query, holds):
    rows = listed(board, province, **query)
    assert {score.pk for score in rows} == {score.pk for score in cells_within(province, MONTH) if holds(score)} != set()
    totals = board.get(address(province), query).context["totals"]
    scored = [score.total for score in rows if score.total is not None]
    assert (totals.cells, totals.scored, totals.points) == (len(rows), len(scored), sum(scored))
    assert dict(totals.grades) == {grade: sum(score.grade == grade for score in rows) for grade in Grade}


def test_of_a_longer_period_the_months_counted_add_up(board, province):
    rows = listed(board, province, QUARTER, show="held", q="chi bo")
    assert board.get(address(province, QUARTER), {"show": "held", "q": "chi bo"}).context["totals"].months == sum(
        score.counted for score in rows
    )


def test_names_stand_in_vietnamese_order_and_numbers_by_their_value(board, province):
    names = [score.cell.name for score in listed(board, province, kind="SCHOOL")]
    assert names == ["Chi bộ Ấp 2", "Chi bộ Ấp 10", "Chi bộ Dương", "Chi bộ Đông", "Chi bộ Hòa An", "Chi bộ Hoà Ăn"]
    assert [score.cell.name for score in listed(board, province, kind="SCHOOL", order="-name")] == names[::-1]


@pytest.mark.parametrize("period", [MONTH, QUARTER], ids=str)
@pytest.mark.parametrize("order", ["points", "-points", "grade", "-grade"])
def test_points_sort_either_way_and_what_has_none_stands_last(board, province, period, order):
    totals = [score.total for score in listed(board, province, period, order=order)]
    known = [total for total in totals if total is not None]
    assert totals[: len(known)] == known
    assert all((a >= b) if order.startswith("-") else (a <= b) for a, b in pairwise(known))


@pytest.mark.parametrize(
    "order", ["", "committee", "-committee", "kind", "state", "counted", "todo", "-todo", "password", "--name", "name; DROP"]
)
def test_any_order_lists_the_same_cells(board, province, order):
    for period in (MONTH, QUARTER):
        rows = listed(board, province, period, order=order)
        assert sorted(score.pk for score in rows) == sorted(cells_within(province, period).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query", [{"grade": "BEST"}, {"state": "x'; DROP"}, {"verified": "perhaps"}, {"q": "a" * 101}, {"state": "NOT_SENT", "grade": "GOOD"}]
)
def test_what_leaves_nothing_or_is_no_choice_is_an_empty_list_that_says_what_to_do(board, province, query):
    page = board.get(address(province), query)
    assert page.status_code == 200 and page.context["totals"].cells == 0
    assert "take something of the search away" in page.content.decode()


def test_a_faulty_filter_is_told_at_its_field(board, province):
    assert 'id="error_1_id_grade"' in board.get(address(province), {"grade": "BEST"}).content.decode()


def test_pages_past_the_last_are_the_last(board, province):
    page = board.get(address(province), {"page": 10**9}).context["page"]
    assert page.number == page.paginator.num_pages


def test_no_cell_of_another_province_is_found_or_counted(board, laid):
    province, other, _user = laid
    assert MonthScore.objects.filter(cell__name="Chi bộ Hòa Xa").exists()
    assert "Chi bộ Hòa Xa" not in {score.cell.name for score in listed(board, province, q="hoa")}
    assert board.get(address(other), {"q": "hoa"}).status_code == 404


def test_headings_sort_one_way_then_the_other_and_keep_the_filters(board, province):
    page = board.get(address(province), {"kind": "SCHOOL", "page": "1"}).content.decode()
    assert re.search(r'<th scope="col"[^>]*aria-sort="ascending"><a href="\?kind=SCHOOL&amp;order=-name">', page)
    page = board.get(address(province), {"kind": "SCHOOL", "order": "points"}).content.decode()
    assert 'href="?kind=SCHOOL&amp;order=-points"' in page


@pytest.mark.parametrize("query", ["q=hoa&order=-points", "grade=FAIR&verified=yes", "kind=SCHOOL&state=SCORED", "grade=BEST", LONG])
def test_the_file_holds_what_the_page_lists(laid, board, exports_folder, query):
    province, _other, user = laid
    sheet = load_workbook(written(ask(user, province, "cells", MONTH, query=query), exports_folder)).active
    on_page = listed(board, province, **dict(part.split("=") for part in query.split("&")))
    assert sorted(row[1] for row in rows_of(sheet)) == sorted(score.cell.name for score in on_page)
    if "order" in query:
        assert [row[1] for row in rows_of(sheet)] == [score.cell.name for score in on_page]


def test_a_page_costs_the_same_for_one_row_and_for_thirty(board, province):
    counts = []
    for query in ({"q": "Đông"}, {"q": "chi"}):
        board.get(address(province), query)
        with CaptureQueriesContext(connection) as captured:
            page = board.get(address(province), query)
        counts.append((len(captured), len(page.context["page"].object_list)))
    (few, one), (many, rows) = counts
    assert few == many and one == 1 and rows > 20, counts
    assert PeriodScore.objects.exists()
