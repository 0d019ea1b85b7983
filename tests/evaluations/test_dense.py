"""What is put together outside templates says and escapes what a template would."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from evaluations import figures
from evaluations.addresses import address_of
from evaluations.charts import Column, Segment
from evaluations.counts import Counts
from evaluations.dashboard import Below
from evaluations.heat import HeatRow, Tile
from evaluations.models import PeriodScore
from evaluations.periods import Month, Quarter, Year
from evaluations.templatetags.dense import (
    columns_of_classes,
    committees_below,
    heat_figures,
    heat_rows,
    months_of_classes,
    months_of_score,
    parts_of_bar,
)
from meetings.models import Cell, Committee

NASTY = "<b>&\"'"
ESCAPED = "&lt;b&gt;&amp;&quot;&#x27;"
NOVEMBER = Month(2026, 11)


@pytest.mark.parametrize("period", [NOVEMBER, Quarter(2026, 4), Year(2026, 1)])
def test_an_address_is_the_one_that_looking_it_up_gives(period):
    key = uuid4()
    for name in ("committee_board", "committee_cells"):
        assert address_of(name)(key, period) == reverse(name, args=[key, period])
    assert address_of("cell_month")(key, NOVEMBER) == reverse("cell_month", args=[key, NOVEMBER])


def test_what_stands_in_a_heatmap_is_escaped():
    tiles = (Tile(NOVEMBER, f"/{NASTY}", NASTY, NASTY, "good", NASTY, NASTY), Tile(NOVEMBER, "", NASTY, "", "none", NASTY, ""))
    rows = [HeatRow(NASTY, f"/{NASTY}", tiles)]
    drawn = heat_rows(rows, [NOVEMBER, NOVEMBER], NASTY) + heat_figures(rows)
    assert NASTY not in drawn and "<b>" not in drawn
    # name and address of the row; address, mark, text, unit and words (twice) of the one box, text of the other; three of the figures.
    assert drawn.count(ESCAPED) == 12


def test_the_first_half_of_the_months_may_be_folded_away():
    tile = Tile(NOVEMBER, "/", "1", "", "good", "1", "one")
    drawn = heat_rows([HeatRow("Đảng ủy", "/", (tile,) * 12)], [NOVEMBER] * 12)
    assert drawn.count("<td") == 12 and drawn.count('class="older"') == 6


def test_the_months_of_a_period_lead_to_the_cells_months():
    score = PeriodScore(cell=Cell(public_id=uuid4()), points_by_month=[8050, None, 9000])
    with override("vi"):
        drawn = months_of_score(score, Quarter(2026, 4))
    assert [reverse("cell_month", args=[score.cell.public_id, month]) in drawn for month in Quarter(2026, 4).months] == [True] * 3
    assert ">80,5</a>" in drawn and ">–</a>" in drawn and ">90</a>" in drawn


@pytest.mark.parametrize("language", ["vi", "en"])
@given(st.integers(-30_000, 3_000_000), st.integers(1, 5_000), st.floats(-300, 300))
def test_figures_are_written_as_django_writes_them(language, number, whole, value):
    with override(language):
        exact = number_format(Decimal(number) / 100, use_l10n=True)
        # But for the sign, which is a minus and no hyphen.
        assert figures.points(number) == exact.replace("-", "−")
        assert figures.count(abs(number)) == number_format(abs(number), use_l10n=True, force_grouping=True)
        assert figures.decimal(value) == number_format(round(value, 1), decimal_pos=1, use_l10n=True)
        tenths = Decimal(abs(number) * 1000 // whole) / 10
        assert figures.percent_of(abs(number), whole) == number_format(tenths, decimal_pos=1, use_l10n=True) + "\N{NO-BREAK SPACE}%"


def test_what_stands_in_bars_and_columns_is_escaped():
    part = Segment(NASTY, "0%", "10%", NASTY, NASTY, NASTY, is_wide=True)
    column = Column(NOVEMBER, "4%", "0%", "8%", (part,), Counts())
    for drawn in (parts_of_bar([part]), columns_of_classes([column])):
        assert NASTY not in drawn and "<b>" not in drawn
        # fill (of the part, of its pattern, of the number on it), label and value, and the number on it.
        assert drawn.count(ESCAPED) == 6


def test_a_narrow_part_has_no_number_on_it_and_a_month_without_scores_a_dash():
    narrow = Segment("good", "0%", "2%", "Tốt", "1", "2", is_wide=False)
    assert "<text" not in parts_of_bar([narrow])
    assert ">–</text>" in columns_of_classes([Column(NOVEMBER, "4%", "0%", "8%", (), Counts())])


def test_the_numbers_of_committees_and_months_lead_to_the_cells_they_count():
    committee = Committee(public_id=uuid4(), name=NASTY)
    counts = Counts(cells=9, expected=8, held=7, held_on_day=6, sent=5, verified=4, scored=3, good=2, fair=1, points=27_000)
    below = Below(1, committee.public_id, NASTY, counts, Counts(), 270.0, 0.0, 20)
    with override("vi"):
        drawn = committees_below([below], NOVEMBER, "?kind=SCHOOL", "&kind=SCHOOL")
        behind = months_of_classes([Column(NOVEMBER, "4%", "0%", "8%", (), counts)], committee, "?kind=SCHOOL", "&kind=SCHOOL")
    cells = reverse("committee_cells", args=[committee.public_id, NOVEMBER])
    numbers = {"": 9, "expected": 8, "held": 7, "on_day": 6, "sent": 5, "verified": 4, "good": 2, "fair": 1, "average": 0, "poor": 0}
    for show, number in numbers.items():
        assert f'"{cells}?show={show}&amp;kind=SCHOOL">{number}</a>' in drawn
    assert NASTY not in drawn and ESCAPED in drawn
    assert f'"{cells}?show=scored&amp;kind=SCHOOL">3</a>' in behind and ">90</td>" in behind
    assert f'"{reverse("committee_board", args=[committee.public_id, NOVEMBER])}?kind=SCHOOL"' in drawn
