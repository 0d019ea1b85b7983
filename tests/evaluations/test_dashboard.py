"""What a board reads: own counts by period, what stands below against its own kinds, cells right below beside the period before."""

from datetime import date

import pytest

from evaluations.dashboard import board_of, counts_of, months_to, shares_by_month
from evaluations.models import CommitteeSummary, Grade, ScoreState
from evaluations.periods import Month, Quarter, Year
from meetings.models import CellKind, Level
from tests.evaluations.boards import SCORED, counts_of_classes, make_month, make_summary, summed_up
from tests.evaluations.month import NOVEMBER
from tests.factories import make_cell, make_committee

pytestmark = pytest.mark.django_db
MONTH = Month.of(NOVEMBER)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def province():
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)


@pytest.fixture
def communes(province):
    return [make_committee(f"Đảng ủy xã {number}", parent=province) for number in (1, 2)]


def test_the_twelve_months_end_with_the_period():
    assert [str(month) for month in months_to(MONTH)][::11] == ["2025-12", "2026-11"]
    assert [str(month) for month in months_to(Year(2026, 1))][::11] == ["2026-01", "2026-12"]


def test_a_board_knows_the_period_before_and_the_one_a_year_ago(province):
    for period, cells in ((MONTH, 3), (MONTH.previous, 4), (MONTH.year_before, 5), (Quarter.of(NOVEMBER), 6), (Quarter(2026, 3), 7)):
        make_summary(province, period, **counts_of_classes(good=cells))
    board = board_of(province, MONTH)
    assert (board.now.cells, board.before.cells, board.year_ago.cells) == (3, 4, 5)
    assert [counts.cells for _month, counts in board.months] == [0] * 10 + [4, 3]
    board = board_of(province, Quarter.of(NOVEMBER))
    assert (board.now.cells, board.before.cells, board.year_ago.cells) == (6, 7, 0)


def test_each_is_held_against_what_its_own_kinds_come_to(province, communes):
    """Villages have 80 and schools 90 everywhere: the commune of schools is no better than the one of villages."""
    villages, schools = communes
    for committee, kinds in ((villages, {"VILLAGE": 10}), (schools, {"SCHOOL": 10}), (province, {"VILLAGE": 10, "SCHOOL": 10})):
        for kind, cells in kinds.items():
            points = cells * (8000 if kind == "VILLAGE" else 9000)
            make_summary(committee, MONTH, kind, **counts_of_classes(good=cells) | {"points": points})
    board = board_of(province, MONTH)
    assert [each.counts.mean for each in sorted(board.below, key=lambda each: each.name)] == [8000, 9000]
    assert [each.offset for each in board.below] == [0, 0]
    # All the villages are one commune's: there is nobody to hold it against.
    assert [each.against_others for each in board.below] == [None, None]
    make_summary(schools, MONTH, "VILLAGE", **counts_of_classes(good=5) | {"points": 5 * 7400})
    CommitteeSummary.objects.filter(committee=province, cell_kind="VILLAGE").update(scored=15, points=10 * 8000 + 5 * 7400)
    assert [each.against_others for each in board_of(province, MONTH, order="name").below] == [pytest.approx(2), pytest.approx(-4 / 3)]


def test_what_moved_is_told_apart_from_a_change_of_kinds(province, communes):
    """Ten villages became ten schools: the mean went up by ten points and nothing moved. In the other commune five points were lost."""
    changed, fallen = communes
    rows = [
        (changed, MONTH.previous, "VILLAGE", 8000),
        (changed, MONTH, "SCHOOL", 9000),
        (fallen, MONTH.previous, "VILLAGE", 8500),
        (fallen, MONTH, "VILLAGE", 8000),
        (province, MONTH, "VILLAGE", 8000),
        (province, MONTH, "SCHOOL", 9000),
        (province, MONTH.previous, "VILLAGE", 8250),
    ]
    for committee, month, kind, points in rows:
        make_summary(committee, month, kind, **counts_of_classes(good=10) | {"points": 10 * points})
    changes = {each.name: each.change for each in board_of(province, MONTH).below}
    assert changes == {"Đảng ủy xã 1": pytest.approx(0), "Đảng ủy xã 2": pytest.approx(-5)}


def test_fewer_than_five_cells_are_counted_and_not_compared(province, communes):
    for committee, cells in zip(communes, (4, 5), strict=True):
        make_summary(committee, MONTH, **counts_of_classes(good=cells))
    make_summary(province, MONTH, **counts_of_classes(good=9))
    board = board_of(province, MONTH, order="name")
    assert [each.counts.cells for each in board.below] == [4, 5]
    assert [each.offset for each in board.below] == [None, 0]
    assert [each.name for each in board.compared] == ["Đảng ủy xã 2"]


@pytest.mark.parametrize(
    ("order", "names"), [("todo", "cab"), ("name", "abc"), ("points", "bca"), ("change", "acb"), ("'; drop table", "cab")]
)
def test_what_stands_below_comes_in_the_order_asked_for(province, order, names):
    # name, to do, mean now, mean before
    for name, to_do, mean, before in (("a", 6, 82, 90), ("b", 5, 70, 70), ("c", 7, 80, 82)):
        committee = make_committee(name, parent=province)
        usual = counts_of_classes(good=10)
        make_summary(committee, MONTH, **usual | {"verified": 10 - to_do, "not_verified": to_do, "points": mean * 1000})
        make_summary(committee, MONTH.previous, **usual | {"points": before * 1000})
    make_summary(province, MONTH, **counts_of_classes(good=30))
    assert "".join(each.name for each in board_of(province, MONTH, order=order).below) == names


def test_one_kind_only(province, communes):
    commune = communes[0]
    for committee in (commune, province):
        make_summary(committee, MONTH, "VILLAGE", **counts_of_classes(good=6, poor=2))
        make_summary(committee, MONTH, "ARMY", **counts_of_classes(good=5))
        make_summary(committee, MONTH.previous, "ARMY", **counts_of_classes(good=7))
    board = board_of(province, MONTH, kind="ARMY")
    assert (board.now.cells, board.before.cells, board.below[0].counts.cells, board.below[0].before.cells) == (5, 7, 5, 7)
    assert board.kinds == [CellKind.VILLAGE, CellKind.ARMY]
    assert set(board.yardstick.means) == {"ARMY"}
    share = shares_by_month(board, board.below)[commune.pk][NOVEMBER]
    assert (share.scored, share.reached) == (5, 5)


def test_shares_are_expected_by_kind_over_all_the_months_shown(province, communes):
    """Villages: 30 of 40 over two months, so 7.5 of 10 are expected of each month; schools, all of 20."""
    commune = communes[0]
    for committee in (commune, province):
        make_summary(committee, MONTH, "VILLAGE", **counts_of_classes(good=10, poor=10))
        make_summary(committee, MONTH.previous, "VILLAGE", **counts_of_classes(fair=20))
        make_summary(committee, MONTH, "SCHOOL", **counts_of_classes(good=20))
    board = board_of(province, MONTH)
    share = shares_by_month(board, board.below)[commune.pk][NOVEMBER]
    assert (share.scored, share.reached) == (40, 30)
    assert (share.expected, share.variance) == (pytest.approx(20 * 0.75 + 20), pytest.approx(20 * 0.75 * 0.25))


def test_cells_right_below_come_with_what_they_were(communes):
    commune = communes[0]
    fell, rose, idle = (make_cell(name, committee=commune) for name in ("Chi bộ A", "Chi bộ B", "Chi bộ C"))
    for cell, now, before in ((fell, Grade.POOR, Grade.GOOD), (rose, Grade.GOOD, Grade.FAIR)):
        make_month(cell, commune, **SCORED | {"grade": now, "verified": True, "total": 5000})
        make_month(cell, commune, OCTOBER, **SCORED | {"grade": before, "total": 9000})
    make_month(idle, commune)
    summed_up()
    board = board_of(commune, MONTH)
    assert [each.score.cell.name for each in board.cells] == ["Chi bộ C", "Chi bộ A", "Chi bộ B"], "what is to be done comes first"
    assert [(each.steps, each.total_before) for each in board.cells] == [(0, None), (3, 9000), (-1, 9000)]
    assert [each.score.cell.name for each in board.class_changes] == ["Chi bộ A", "Chi bộ B"]
    months = board.cells[1].months
    assert [(day, month.grade, month.total) for day, month in sorted(months.items())] == [
        (OCTOBER, "GOOD", 9000),
        (NOVEMBER, "POOR", 5000),
    ]
    assert board.cells[0].months[NOVEMBER].state == ScoreState.NOT_HELD


def test_a_committee_that_moved_away_is_listed_where_it_is_counted(province, communes):
    commune, other = communes[0], make_committee("Tỉnh ủy khác", Level.PROVINCE)
    cell = make_cell(committee=commune)
    for month in (OCTOBER, NOVEMBER):
        make_month(cell, commune, month, **SCORED)
    placed = commune.placements.get()
    placed.during = (placed.during.lower, NOVEMBER)
    placed.save()
    commune.placements.create(committee=commune, parent=other, path=other.scope_path + commune.segment, during=(NOVEMBER, None))
    names = lambda committee, period: [each.name for each in board_of(committee, period).below]  # noqa: E731
    for committee, cells in ((province, 1), (other, 1)):
        for period in (MONTH, MONTH.previous):
            make_summary(committee, period, **counts_of_classes(fair=cells))
    assert "Đảng ủy xã 1" in names(province, MONTH.previous)
    assert "Đảng ủy xã 1" not in names(province, MONTH)
    assert names(other, MONTH) == ["Đảng ủy xã 1"]


def test_counts_of_nothing_are_zero(province):
    assert counts_of(province, MONTH).cells == 0
    assert board_of(province, MONTH).below == []
