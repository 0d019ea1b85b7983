"""Charts as values: parts add up to their whole, what is drawn is what is said, and nothing is drawn of what cannot be compared."""

import re
from datetime import date
from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from evaluations import charts, figures
from evaluations.comparing import ALARMS, Limits, Yardstick
from evaluations.counts import Counts
from evaluations.dashboard import Board, CellBelow, MonthOfCell, MonthShare
from evaluations.funnel import funnel_of
from evaluations.heat import heat_of_cells, heat_of_committees
from evaluations.lost_points import CriterionLoss, FrameLosses
from evaluations.models import Grade, MonthScore, PeriodScore
from evaluations.periods import Month, Year
from evaluations.stages import busiest, stages_of, to_do
from meetings.models import Cell, Committee
from tests.evaluations.boards import below
from tests.evaluations.month import NOVEMBER

pytestmark = pytest.mark.usefixtures("english")
MONTH = Month.of(NOVEMBER)


def to_name(each) -> str:
    return f"/{getattr(each, 'name', '') or each.cell.name}"


def number(place: str) -> float:
    """'62.50%' → 62.5: a decimal point, whatever language is spoken."""
    assert re.fullmatch(r"-?\d+(\.\d+)?%", place), place
    return float(place[:-1])


@given(st.lists(st.integers(0, 5000), min_size=4, max_size=4))
def test_the_parts_of_a_bar_fill_it_one_after_the_other(numbers):
    good, fair, average, poor = numbers
    segments = charts.classes_of(Counts(scored=sum(numbers), good=good, fair=fair, average=average, poor=poor))
    assert [segment.fill for segment in segments] == [
        fill for fill, count in zip(("good", "fair", "average", "poor"), numbers, strict=True) if count
    ]
    end = 0.0
    for segment in segments:
        assert number(segment.start) == pytest.approx(end, abs=0.02)
        end = number(segment.start) + number(segment.length)
    assert not segments or end == pytest.approx(100, abs=0.02)


def test_lengths_are_written_for_a_drawing_and_values_for_a_reader():
    with override("vi"):
        bars = charts.completeness([below("Đảng ủy xã 1", 1200, 80, 80)], to_name)
    row = bars.rows[0]
    assert (row.segments[0].length, row.segments[0].value) == ("100.00%", "1.200")
    assert row.numbers == ("1.200", "0", "0", "0", "1.200")
    assert [name for name, _numbers in bars.table] == ["Đảng ủy xã 1"]


def test_completeness_is_told_step_by_step():
    each = below("Đảng ủy xã 1", 0, 0, 0)
    counts = Counts(expected=10, held=8, sent=5, verified=2)
    row = charts.completeness([type(each)(**{name: getattr(each, name) for name in each.__slots__} | {"counts": counts})], to_name).rows[0]
    assert row.words == "verified: 2, sent, not verified yet: 3, held, not sent: 3, not held: 2"
    assert (row.value, row.url) == (figures.percent_of(8, 10), "/Đảng ủy xã 1")


def test_months_stand_side_by_side_the_lowest_class_on_top():
    counts = Counts(cells=10, scored=10, good=5, fair=3, average=1, poor=1)
    months = [(MONTH.shifted(-1), Counts()), (MONTH, counts)]
    empty, full = charts.classes_over_months(months)
    assert (number(empty.middle), number(full.middle)) == (25, 75)
    assert [segment.fill for segment in full.segments] == ["poor", "average", "fair", "good"]
    assert [segment.share for segment in full.segments] == ["10", "10", "30", "50"]
    assert empty.words == "10/2026: no cell is scored"
    assert full.words == "11/2026: Poor: 1, Average: 1, Fair: 3, Good: 5"


FRAME = FrameLosses(
    "Frame",
    (
        CriterionLoss(1, "1", "Time", 10_000, 1_000, 10, 9_500, 9_000),
        CriterionLoss(2, "2", "Attendance", 10_000, 4_000, 10, 6_000, 6_000),
        CriterionLoss(3, "3", "Preparation", 20_000, 0, 10, 500, 100),
    ),
)


def to_loss(loss) -> str:
    return f"/{loss.key}"


def test_losses_are_measured_on_all_that_could_be_had():
    rows = charts.losses(FRAME, to_loss).rows
    assert [(row.name, row.value, row.segments[0].length) for row in rows] == [
        ("2. Attendance", "10.0", "100.00%"),
        ("1. Time", "2.5", "25.00%"),
    ]
    assert rows[0].numbers == ("10.0", "40", figures.percent_of(40, 100))
    assert [row.name for row in charts.losses(FRAME, to_loss, most=1).rows] == ["2. Attendance"]


def test_cells_against_the_log_are_drawn_on_the_paper_and_written_as_they_are():
    rows = {row.name: row for row in charts.self_against_log(FRAME, to_loss).rows}
    assert set(rows) == {"1. Time", "3. Preparation"}, "where they agree there is nothing to show"
    assert rows["3. Preparation"].difference == "+400.0"
    assert number(rows["3. Preparation"].to) <= 100
    assert rows["1. Time"].words == "90 → 95 (+5.6)"
    assert number(rows["1. Time"].from_) == number(rows["3. Preparation"].from_)


def month_score(name: str, total: int | None, own: int | None) -> CellBelow:
    return CellBelow(MonthScore(cell=Cell(name=name), total=total, own_total=own), None, "", {})


def test_own_and_counting_totals_of_the_cells_that_part_most():
    cells = [month_score("A", 8000, 8000), month_score("B", 7000, 9000), month_score("C", 9000, 8500), month_score("D", None, 9000)]
    cells.append(CellBelow(PeriodScore(cell=Cell(name="E"), total=8000), None, "", {}))
    drawn = charts.self_against_official(cells, to_name)
    assert [(row.name, row.difference, row.url) for row in drawn.rows] == [("B", "+20.0", "/B"), ("C", "−5.0", "/C")]
    assert number(drawn.rows[0].left) == number(drawn.rows[0].from_)
    assert number(drawn.rows[0].to) - number(drawn.rows[0].from_) == pytest.approx(number(drawn.rows[0].width), abs=0.02)


def board(rows=(), spread: float | None = 8.0, **counts: Counts) -> Board:
    return Board(
        committee=Committee(name="Tỉnh ủy"),
        period=MONTH,
        kind="",
        kinds=[],
        now=counts.get("now", Counts()),
        before=counts.get("before", Counts()),
        year_ago=counts.get("year_ago", Counts()),
        months=[],
        yardstick=Yardstick({}, {}, {}, spread),
        yardstick_of_months=Yardstick({}, {}, {}, None),
        below=list(rows),
        cells=[],
        frames=[],
    )


def test_only_moves_beyond_chance_are_told_falls_first():
    rows = [
        below("Up", 50, 90, 80, before=(50, 80)),
        below("Still", 50, 80, 80, before=(50, 81)),
        below("Down", 50, 70, 80, before=(50, 80)),
        below("Few", 4, 20, 80, before=(50, 80)),
    ]
    assert [(row.name, row.difference) for row in charts.movements(board(rows), to_name).rows] == [("Down", "−10.0"), ("Up", "+10.0")]
    assert charts.movements(board(rows, spread=100.0), to_name).rows == ()
    assert charts.movements(board(), to_name).rows == ()


def test_the_funnel_tells_who_stands_out_and_names_no_rank():
    rows = [below(f"Xã {place}", 20 + place, 80 + place % 3 - 1, 80) for place in range(30)] + [below("Low", 40, 60, 80)]
    limits = Limits(8.0, 0.0)
    drawn = funnel_of(rows, limits, to_name)
    assert [dot.name for dot in drawn.outside] == ["Low"]
    low = drawn.outside[0]
    assert (low.shape, low.offset, low.cells, low.url, bool(low.side)) == ("alarms", "−20.0", "40", "/Low", True)
    assert [dot.side for dot in drawn.dots if dot.name != "Low"] == [""] * 30
    for dot in drawn.dots:
        assert 0 <= number(dot.x) <= 100
        assert 0 <= number(dot.y) <= 100


def test_the_limits_are_drawn_where_they_are_reckoned():
    rows = [below(f"Xã {place}", cells, 80, 80) for place, cells in enumerate((10, 40, 90))]
    limits = Limits(8.0, 0.0)
    drawn = funnel_of(rows, limits, to_name)
    upper, lower = (_points(path) for path in drawn.alarm_curves)
    assert all(above + under == pytest.approx(100, abs=0.02) for (_x, above), (_y, under) in zip(upper, lower, strict=True))
    # At the right end: 90 cells, ± 3.09 · 8 / √90, on the scale that the ticks give.
    unit = _unit(drawn)
    assert (50 - upper[-1][1]) / unit == pytest.approx(limits.reach(90, ALARMS), rel=0.01)
    assert all(one[1] <= other[1] + 0.001 for one, other in pairwise(upper)), "a funnel narrows"


def _points(path: str) -> list[tuple[float, float]]:
    assert path.startswith("M")
    return [tuple(map(float, point.split())) for point in path[1:].split(" L")]


def _unit(drawn) -> float:
    """How many hundredths of the height a point takes."""
    ticks = {tick.label: number(tick.at) for tick in drawn.up}
    label = next(label for label in ticks if label.startswith("+"))
    return (ticks["0.0"] - ticks[label]) / float(label[1:])


@pytest.mark.parametrize(("rows", "spread"), [(2, 8.0), (5, 0.0)])
def test_there_is_no_funnel_of_two_or_where_all_cells_are_alike(rows, spread):
    assert funnel_of([below(f"Xã {each}", 20, 80, 80) for each in range(rows)], Limits(spread, 0.0), to_name) is None


def test_names_that_would_fall_on_each_other_are_left_to_the_table():
    rows = [below(f"Low {place}", 40, 60 + place * 0.01, 80) for place in range(9)] + [below("Xã", 40, 80, 80)]
    drawn = funnel_of(rows, Limits(8.0, 0.0), to_name)
    assert len(drawn.outside) == 9
    assert sum(bool(dot.side) for dot in drawn.dots) == 1


def share(reached: int, scored: int) -> MonthShare:
    return MonthShare(scored, reached, scored * 0.8, scored * 0.16)


def test_a_share_is_shaded_by_its_own_kinds_and_not_where_cells_are_few():
    rows = [below("Xã 1", 20, 80, 80)]
    months = [MONTH.shifted(back) for back in (-4, -3, -2, -1, 0)]
    found = [share(4, 4), share(0, 4), share(50, 100), share(80, 100), None]
    shares = {rows[0].key: {month.first: each for month, each in zip(months, found, strict=True) if each}}
    tiles = heat_of_committees(rows, shares, months, to_name, lambda each, month: f"/{month}")[0].tiles
    assert [(tile.text, tile.mark, tile.shade) for tile in tiles] == [
        ("100", "", "few"),
        ("0", "", "few"),
        ("50", "▼", "far-below"),
        ("80", "", "within"),
        ("", "", "none"),
    ]
    assert tiles[2].words == f"50 of 100 scored cells are Good or Fair; its own kinds of cell: {figures.percent_of(80, 100)}"
    assert (tiles[2].url, tiles[2].behind, tiles[4].url) == ("/2026-09", "50/100", "")


def test_a_cells_months_are_told_by_their_class_in_a_word():
    months = [MONTH.shifted(-2), MONTH.shifted(-1), MONTH]
    of_cell = {date(2026, 10, 1): MonthOfCell("NOT_HELD", "", None), NOVEMBER: MonthOfCell("SCORED", Grade.POOR, 4150)}
    cell = CellBelow(MonthScore(cell=Cell(name="A")), None, "", of_cell)
    tiles = heat_of_cells([cell], months, to_name, lambda each, month: f"/{month}")[0].tiles
    assert [(tile.text, tile.shade, tile.words) for tile in tiles] == [
        ("", "none", "not in the tree"),
        ("–", "none", "Not held"),
        ("Poor", "poor", "Poor, 41.5"),
    ]


NOW = Counts(
    cells=10,
    expected=10,
    held=8,
    held_on_day=6,
    with_day=8,
    sent=6,
    sent_on_time=3,
    with_deadline=6,
    verified=1,
    no_set=1,
    not_due=2,
    not_verified=4,
)


def test_the_way_narrows_step_by_step():
    stages = stages_of(board(now=NOW, before=Counts(expected=10, held=9)))
    assert [(stage.show, stage.number, number(stage.length)) for stage in stages] == [
        ("expected", "10", 100),
        ("held", "8", 80),
        ("sent", "6", 60),
        ("verified", "1", 10),
    ]
    held, sent, verified = stages[1:]
    assert (held.share, held.before, held.year_ago) == (figures.percent_of(8, 10), figures.percent_of(9, 10), "")
    assert (held.timely.show, held.rest.show, held.rest.words) == ("on_day", "not_held", "2 not held")
    assert (sent.timely.words, sent.rest.show) == (f"3 on time ({figures.percent_of(3, 6)})", "not_sent")
    assert (verified.timely, verified.rest.show) == (None, "not_verified")
    assert "4" in verified.rest.words, "what is returned, or was sent without a set, waits for nobody's decision"


def test_what_is_to_be_done_is_a_list_of_lists_the_earliest_step_first():
    assert [each.show for each in to_do(board(now=NOW))] == ["not_held", "not_sent", "not_verified", "no_set", "not_due"]
    for verified in (3, 1):
        done = Counts(expected=3, held=3, sent=3, verified=verified)
        assert (to_do(board(now=done)), done.to_do) == ([], 0)
    rows = [below("A", 3, 80, 80), below("B", 9, 80, 80), below("C", 0, 80, 80)]
    assert [(words, each.name) for words, each in busiest(board(rows))] == [("9 to do", "B"), ("3 to do", "A")]


def test_a_year_counts_months_of_cells_in_its_funnel():
    drawn = board(now=Counts(cells=2, expected=24, held=12))
    assert stages_of(drawn)[1].share == figures.percent_of(12, 24)
    assert Year(2026, 1).year_before == Year(2026, 1).previous


@pytest.mark.parametrize(
    ("value", "words"), [(4.56, "+4.6"), (-0.26, "−0.3"), (0.04, "0.0"), (-0.04, "0.0"), (None, "–"), (1234.5, "+1234.5")]
)
def test_differences_carry_their_sign(value, words):
    assert figures.signed(value) == words


def test_every_standing_has_a_mark_of_its_own():
    each = below("Xã", 100, 80, 80)
    drawn = [
        heat_of_committees([each], {each.key: {NOVEMBER: share(reached, 100)}}, [MONTH], to_name, lambda *_: "/")[0].tiles[0]
        for reached in (50, 71, 80, 90, 100)
    ]
    assert len({tile.mark for tile in drawn}) == len({tile.shade for tile in drawn}) == 5
