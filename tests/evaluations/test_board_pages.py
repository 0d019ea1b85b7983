"""A committee's board through real requests: its numbers, its states, what it costs."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations.dashboard import counts_of
from evaluations.measuring import Targets
from evaluations.models import Grade, PeriodState
from evaluations.periods import Half, Month, Quarter, Year
from evaluations.scoring import score
from evaluations.shown import SHOWN, cells_within, totals_of
from meetings.models import Cell, CellKind, Level
from tests.costs import queries_of
from tests.evaluations.boards import (
    SCORED,
    counts_of_classes,
    crowd,
    make_month,
    make_period,
    make_summary,
    mixed_months,
    mixed_periods,
    summed_up,
)
from tests.evaluations.month import NOVEMBER, TODAY
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import browser_of

pytestmark = pytest.mark.django_db
MONTH, QUARTER = Month.of(NOVEMBER), Quarter.of(NOVEMBER)
MOST_QUERIES = 14  # two of them are the savepoint that the test's own transaction asks for


@pytest.fixture
def province():
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))


@pytest.fixture
def board(province) -> Client:
    client = Client()
    client.force_login(make_user("ban", board_of=province), backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(committee, period=MONTH, name="committee_board") -> str:
    return reverse(name, args=[committee.public_id, period])


def grow(province, communes: int, cells: int) -> None:
    for number in range(communes):
        commune = make_committee(f"Đảng ủy xã {number}", parent=province)
        for each in range(cells):
            make_cell(f"Chi bộ {each}", committee=commune)
            make_cell(f"Chi bộ trực thuộc {each}", committee=province)
    score(Targets.of([(key, NOVEMBER) for key in Cell.objects.values_list("pk", flat=True)]), as_of=TODAY)
    summed_up()


def test_a_page_costs_the_same_with_one_row_and_with_thirty(province, board):
    pages = [address(province, period, name) for period in (MONTH, QUARTER) for name in ("committee_board", "committee_cells")]
    grow(province, 1, 1)
    few = [queries_of(board, page) for page in pages]
    grow(province, 30, 2)
    assert [queries_of(board, page) for page in pages] == few
    assert max(few) <= MOST_QUERIES


@pytest.mark.parametrize("period", [MONTH, QUARTER, Half.of(NOVEMBER), Year.of(NOVEMBER)], ids=str)
def test_every_number_leads_to_exactly_what_it_counts(province, period):
    commune = make_committee("Đảng ủy xã 1", parent=province)
    if period == MONTH:
        mixed_months(commune)
    else:
        mixed_periods(commune, period)
    summed_up()
    columns = {"": "cells", "on_day": "held_on_day", "thematic": "thematic_held", "on_time": "sent_on_time"}
    counted_as = {show: columns.get(show, show) for show in SHOWN}
    for committee in (province, commune):
        counts = counts_of(committee, period)
        listed = {show: _listed(committee, period, show) for show in SHOWN}
        assert listed == {show: getattr(counts, name) for show, name in counted_as.items()}
    assert all(listed.values()), "a number of nothing proves nothing"


def _listed(committee, period, show: str) -> int:
    cells = cells_within(committee, period, show=show)
    return cells.count() if period == MONTH or SHOWN[show].counted is None else totals_of(cells).months


NUMBER = re.compile(r'<a [^>]*href="([^"]*/cells\?[^"]*)"[^>]*>\s*([\d.]+)')


def _numbers(board: Client, page: str) -> list[tuple[str, int, int]]:
    """Each number of the page that leads to a list, with what its list counts: (address, number, counted)."""
    found = []
    for url, number in dict.fromkeys(NUMBER.findall(page)):
        listed = board.get(url.replace("&amp;", "&")).context
        counted = listed["totals"].months if listed["counted_as"] else listed["page"].paginator.count
        found.append((url, int(number.replace(".", "")), counted))
    return found


def _commune_with_a_school(province, period):
    commune = make_committee("Đảng ủy xã 1", parent=province)
    school = make_cell("Chi bộ Trường", CellKind.SCHOOL, committee=commune)
    if period == MONTH:
        mixed_months(commune)
        make_month(school, commune, **SCORED)
    else:
        mixed_periods(commune, period)
        make_period(school, commune, period, held=2, sent=2, state=PeriodState.SCORED, total=9500, grade=Grade.GOOD)
    summed_up()
    return commune


@pytest.mark.parametrize(
    ("period", "kind", "at"),
    [
        (MONTH, "", ("province", "commune")),
        (QUARTER, "", ("province",)),
        (QUARTER, CellKind.VILLAGE, ("commune",)),
        (MONTH, CellKind.SCHOOL, ("province",)),
    ],
)
def test_every_number_on_the_page_is_that_of_the_list_it_links_to(province, board, period, kind, at):
    commune = _commune_with_a_school(province, period)
    for committee in ({"province": province, "commune": commune}[each] for each in at):
        numbers = _numbers(board, board.get(address(committee, period), {"kind": kind}).content.decode())
        assert len(numbers) >= 10
        assert [each for each in numbers if each[1] != each[2]] == []
        assert not kind or all(f"kind={kind}" in url for url, _number, _counted in numbers)


def test_twin_a_number_that_is_not_that_of_its_list_is_found(province, board, monkeypatch):
    _commune_with_a_school(province, MONTH)
    monkeypatch.setitem(SHOWN, "sent", replace(SHOWN["sent"], months=Q(held=True)))
    numbers = _numbers(board, board.get(address(province)).content.decode())
    assert {url.partition("?")[2] for url, number, counted in numbers if number != counted} == {"show=sent"}


def test_a_list_counts_only_what_stands_in_the_subtree(province, board):
    commune, beside = (make_committee(f"Đảng ủy xã {number}", parent=province) for number in (1, 2))
    for committee in (commune, beside):
        make_month(make_cell(committee=committee), committee, **SCORED)
    summed_up()
    assert board.get(address(commune, name="committee_cells")).context["page"].paginator.count == 1
    assert board.get(address(province, name="committee_cells")).context["page"].paginator.count == 2
    assert board.get(address(province, name="committee_cells"), {"direct": "1"}).context["page"].paginator.count == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"show": "everything"}, 404),
        ({"kind": "CATS"}, 404),
        ({"page": "1000000000"}, 200),
        ({"page": "' or 1=1"}, 200),
        ({"order": "total; drop table"}, 200),
        ({"direct": "' or 1=1"}, 200),
    ],
)
def test_hostile_queries_are_harmless(province, board, query, status):
    grow(province, 1, 1)
    assert board.get(address(province, name="committee_cells"), query).status_code == status
    if "show" not in query:
        assert board.get(address(province), query).status_code == status


@pytest.mark.parametrize("period", ["2026-13", "2026-Q5", "2026-H3", "2026-00", "1949", "2200", "9999-12", "26", "2026-q4", "2026-11-01"])
def test_a_period_that_is_none_is_not_found(province, board, period):
    path = address(province).replace("2026-11", period)
    assert board.get(path).status_code == board.get(path + "cells").status_code == 404


@pytest.mark.parametrize("period", ["1950", "1950-01", "2199-12", "2199-H2"])
def test_the_edges_of_time_are_empty_pages(province, board, period):
    path = address(province).replace("2026-11", period)
    assert board.get(path).status_code == board.get(path + "cells").status_code == 200


def empty_state(page) -> str:
    found = re.search(r'<section class="card empty">(.*?)</section>', page.content.decode(), re.DOTALL)
    return found[1] if found else ""


def test_before_the_first_run_the_page_says_what_will_happen(province, board):
    page = board.get(address(province))
    assert page.status_code == 200
    assert "ban đêm" in empty_state(page)


def test_a_period_to_come_leads_back_to_today(province, board):
    said = empty_state(board.get(address(province, Quarter(2099, 1))))
    assert re.search(r'<a class="btn[^>]*href="[^"]*/\d{4}-Q\d/"', said)


def test_a_kind_of_which_there_is_no_cell_leads_back_to_all(province, board):
    make_summary(province, MONTH, CellKind.VILLAGE, **counts_of_classes(good=5))
    said = empty_state(board.get(address(province), {"kind": CellKind.ARMY}))
    assert f'href="{address(province)}"' in said
    assert empty_state(board.get(address(province), {"kind": CellKind.VILLAGE})) == ""


def test_one_cell_makes_a_whole_board(province, board):
    commune = make_committee("Đảng ủy xã 1", parent=province)
    cell = make_cell("Chi bộ Thôn Một", committee=commune)
    make_month(cell, commune, **SCORED | {"own_total": 9000})
    make_month(cell, commune, date(2026, 10, 1), **SCORED | {"grade": Grade.GOOD, "total": 9500})
    summed_up()
    page = board.get(address(commune))
    assert page.context["board"].count_of_cells_below == 1
    assert [each.steps for each in page.context["board"].class_changes] == [1]
    assert [row.difference for row in page.context["self_against_official"].rows] == ["+10,0"]
    tiles = [tile.text for tile in page.context["cell_heat"][0].tiles if tile.text]
    assert tiles == ["Tốt", "Khá"]
    assert board.get(address(province)).status_code == 200


def test_all_provinces_stand_on_one_page(board, province):
    centre_user = Client()
    centre = province.placements.get().parent
    centre_user.force_login(make_user("tw", board_of=centre), backend="django.contrib.auth.backends.ModelBackend")
    crowd(centre, 33, months=[MONTH.previous, MONTH], cells=400)
    make_summary(province, MONTH, **counts_of_classes(good=300))
    page = centre_user.get(address(centre))
    assert page.context["page"].paginator.count == 34
    assert len(page.context["heat"]) == len(page.context["completeness"].rows) == 34
    assert len(page.context["funnel"].dots) == 34


def test_four_hundred_committees_come_by_the_page_and_cost_no_more(province, board):
    few = make_committee("Tỉnh ủy nhỏ", Level.PROVINCE, parent=province.placements.get().parent)
    make_user("nho", board_of=few)
    crowd(province, 400, months=[MONTH.previous, MONTH])
    page = board.get(address(province))
    assert len(page.context["page"]) == len(page.context["heat"]) == len(page.context["completeness"].rows) == 25
    assert len(page.context["funnel"].dots) == 400
    assert queries_of(board, address(province)) <= MOST_QUERIES
    last = board.get(address(province), {"page": "16", "order": "name"})
    assert last.context["page"].number == 16
    assert [each.name for each in last.context["page"]][-1] == "Đảng ủy xã 399"


def test_the_tabs_lead_to_the_periods_of_the_last_month_gone_by(province, board):
    links = {tab.label: str(tab.period) for tab in board.get(address(province, Half(2025, 2))).context["tabs"]}
    assert list(links.values()) == ["2025-12", "2025-Q4", "2025-H2", "2025"]


def test_what_is_asked_of_a_board_stays_in_its_links(province, board):
    crowd(province, 40, months=[MONTH])
    page = board.get(address(province), {"kind": "VILLAGE", "order": "name", "page": "1"}).content.decode()
    assert f'href="{address(province, MONTH.previous)}?kind=VILLAGE"' in page
    assert "?kind=VILLAGE&amp;order=name&amp;page=2" in page
    assert re.search(r'href="\?kind=VILLAGE&amp;order=points#below"', page)


def test_frozen_names_are_no_markup(province, board):
    commune = make_committee("<b>Đảng ủy</b> & 'xã'", parent=province)
    for number in range(6):
        make_month(make_cell(f"<i>Chi bộ</i> {number}", committee=commune), commune, **SCORED)
    summed_up()
    for committee in (province, commune):
        page = board.get(address(committee)).content.decode()
        assert "<b>Đảng" not in page
        assert "<i>Chi" not in page


def test_who_decides_is_led_to_the_queue_of_each_month_in_which_sheets_wait(province):
    commune = make_committee("Đảng ủy xã Một", parent=province)
    for number, period in ((2, MONTH), (3, MONTH.shifted(-4)), (5, QUARTER)):
        make_summary(commune, period, cells=9, expected=9, held=9, sent=9, not_verified=number)
    office = browser_of(make_user("van-phong", office_of=commune))
    auditor = browser_of(make_user("kiem-tra", auditor_of=commune))
    queues = [reverse("queue", args=[commune.public_id, month]) for month in (MONTH, MONTH.shifted(-4))]
    for period in (MONTH, QUARTER):
        page = office.get(address(commune, period)).content.decode()
        assert [page.count(f'href="{queue}"') for queue in queues] == [1, 1] and page.index(queues[0]) < page.index(queues[1])
        assert "show=not_verified&amp;order=todo" not in page
        page = auditor.get(address(commune, period)).content.decode()
        assert "show=not_verified&amp;order=todo" in page and not any(queue in page for queue in queues), "who only looks gets the list"


def test_a_committee_with_others_below_gets_its_list_and_the_way_to_its_own_queue(province, board):
    commune = make_committee("Đảng ủy xã Một", parent=province)
    counts = {"expected": 9, "held": 9, "sent": 9, "not_verified": 2}
    make_summary(commune, MONTH, cells=8, **counts)
    make_summary(province, MONTH, cells=9, **counts)
    page = board.get(address(province)).content.decode()
    assert "show=not_verified&amp;order=todo" in page and reverse("queue_now", args=[province.public_id]) in page


@pytest.mark.parametrize(("day", "said"), [(date(2026, 11, 20), True), (date(2027, 1, 5), False)], ids=["running", "over"])
def test_a_longer_board_says_which_month_still_runs_and_leads_to_it(province, board, monkeypatch, day, said):
    grow(province, 1, 1)
    monkeypatch.setattr(timezone, "localdate", lambda: day)
    page = board.get(address(province, QUARTER), {"kind": "VILLAGE"}).content.decode()
    assert (f'<a href="{address(province, MONTH)}?kind=VILLAGE">11/2026</a> đang diễn ra' in page) is said
    assert "đang diễn ra" not in board.get(address(province)).content.decode()
