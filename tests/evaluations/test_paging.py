"""A page of a list chosen by its keys first holds what a page of the whole rows would."""

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.paging import ChosenFirst
from evaluations.periods import Month, Quarter
from evaluations.shown import cells_within
from tests.evaluations.boards import mixed_months, mixed_periods
from tests.evaluations.month import NOVEMBER
from tests.factories import make_committee

pytestmark = pytest.mark.django_db
QUARTER = Quarter.of(NOVEMBER)


@pytest.fixture
def committee():
    commune = make_committee()
    mixed_months(commune)
    mixed_periods(commune, QUARTER)
    return commune


@pytest.mark.parametrize("period", [Month.of(NOVEMBER), QUARTER])
@pytest.mark.parametrize(("show", "order"), [("", "name"), ("held", "points"), ("expected", "todo"), ("good", "name")])
def test_each_page_holds_the_same_rows_in_the_same_order(committee, period, show, order):
    cells = cells_within(committee, period, show=show, order=order)
    whole, chosen = Paginator(cells, 5), ChosenFirst(cells, 5)
    assert chosen.count == whole.count > 0
    for number in whole.page_range:
        rows, expected = list(chosen.get_page(number)), list(whole.get_page(number))
        assert [row.pk for row in rows] == [row.pk for row in expected]
        assert [getattr(row, "counted", None) for row in rows] == [getattr(row, "counted", None) for row in expected]
    assert list(chosen.get_page(10**9)) == list(whole.get_page(10**9))


def test_a_page_is_read_with_its_cells_in_one_query(committee):
    page = ChosenFirst(cells_within(committee, Month.of(NOVEMBER)), 5).get_page(2)
    with CaptureQueriesContext(connection) as captured:
        assert [row.cell.name and row.committee.name for row in page]
    assert len(captured) == 1
