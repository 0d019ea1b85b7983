"""The year's report: its months add up to the year, also while a month runs."""

from datetime import timedelta

import pytest
from django.db.models import F

from evaluations.dashboard import board_of
from evaluations.exporting.asking import Asked
from evaluations.exporting.report import report
from evaluations.exporting.tables import Table
from evaluations.measuring import Targets
from evaluations.models import CommitteeSummary, Grade, ScoreState
from evaluations.periods import Month, Year
from evaluations.rollup import roll_up
from tests.evaluations.boards import SCORED, summed_up
from tests.evaluations.closed_periods import AT, TODAY, Ground, make_ground, set_month

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
YEAR, OCTOBER, NOVEMBER = Year(2026, 1), Month(2026, 10), Month(2026, 11)
IN_PROGRESS = "The month in progress is counted as it stands."
MOVED = "A cell that moved counts in each month where it stood then"


def lay() -> Ground:
    """October over, November begun: two of three cells held it, one of them is scored."""
    ground = make_ground(communes=1, cells=3)
    first, second, third = ground.cells
    for cell, columns in ((first, SCORED), (second, {"held": True, "state": ScoreState.NOT_SENT}), (third, {})):
        set_month(cell, OCTOBER.first, **columns)
    for cell, columns in ((first, SCORED | {"grade": Grade.GOOD}), (second, {"held": True, "state": ScoreState.NOT_SENT}), (third, {})):
        set_month(cell, NOVEMBER.first, **columns)
    roll_up(Targets.of([(cell.pk, OCTOBER.first) for cell in ground.cells]), as_of=TODAY)
    summed_up(OCTOBER.first)
    return ground


def by_month(ground: Ground, at=AT) -> Table:
    return report(Asked(ground.province, YEAR, {}, at, "")).tables[0]


def sums_of(table: Table) -> tuple[int, ...]:
    """Of each column that counts months of cells."""
    return tuple(map(sum, zip(*(row[2:] for row in table.rows), strict=True)))


def test_the_rows_add_up_to_the_year_and_the_sentence_says_the_same(ground):
    table = by_month(ground)
    assert sums_of(table) == table.totals[2:]
    assert ([row[0] for row in table.rows[-2:]], IN_PROGRESS in table.note) == (["10/2026", "11/2026"], True)
    assert (MOVED in table.note, table.rows[-1][1:4]) == (False, (3, 3, 2))
    said = report(Asked(ground.province, YEAR, {}, AT, "")).opening
    assert f"Of {sums_of(table)[0]} regular sittings expected, {sums_of(table)[1]} were held" in " ".join(said)


def test_a_month_that_is_over_stands_whole(ground):
    table = by_month(ground, AT + timedelta(days=30))
    assert (table.rows[-1][1:4], IN_PROGRESS in table.note) == ((3, 3, 2), False)


def test_where_cells_moved_it_is_said_why_the_sums_differ(ground):
    CommitteeSummary.objects.filter(period_kind=YEAR.KIND).update(expected=F("expected") + 1)
    table = by_month(ground)
    assert table.totals[2] == board_of(ground.province, YEAR).now.expected != sums_of(table)[0]
    assert MOVED in table.note
