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
from evaluations.heat import HeatRow, Tile
from evaluations.models import PeriodScore
from evaluations.periods import Month, Quarter, Year
from evaluations.templatetags.dense import heat_figures, heat_rows, months_of_score
from meetings.models import Cell

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
        assert figures.points(number) == exact
        assert figures.count(abs(number)) == number_format(abs(number), use_l10n=True, force_grouping=True)
        assert figures.decimal(value) == number_format(round(value, 1), decimal_pos=1, use_l10n=True)
        tenths = Decimal(abs(number) * 1000 // whole) / 10
        assert figures.percent_of(abs(number), whole) == number_format(tenths, decimal_pos=1, use_l10n=True) + "\N{NO-BREAK SPACE}%"
