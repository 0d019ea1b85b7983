"""Rows that can never match are found, and no others: held against trying every value."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evaluations import definition, row_reach
from evaluations.conditions import parse
from evaluations.measures import MEASURES
from evaluations.models import Parameter
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.rollup_rules import PeriodTest
from evaluations.row_reach import HOLDS, never_matching
from tests.evaluations.oracle import steady

TOP = Parameter(code="top")


def rows(*written: str) -> list[list[definition.Test]]:
    asked = [parse(row, ["top"]) for row in written]
    return [
        [definition.Test(MEASURES[one.measure], one.comparison, one.value, TOP if one.parameter else None) for one in row] for row in asked
    ]


def period_rows(*written: str) -> list[list[PeriodTest]]:
    asked = [parse(row, measures=PERIOD_MEASURES) for row in written]
    return [[PeriodTest(PERIOD_MEASURES[one.measure], one.comparison, one.value) for one in row] for row in asked]


@pytest.mark.parametrize(
    ("written", "never"),
    [
        (["minutes >= 90", "minutes >= 60"], []),
        (["minutes >= 60", "minutes >= 90"], [1]),
        (["minutes >= 90; minutes < 30"], [0]),
        (["minutes < 0", "minutes > 1440"], [0, 1]),
        (["unexcused >= 0", "unexcused >= 2"], [1]),
        # The log may hold no minutes, and then no comparison of them holds.
        (["minutes >= 0", "unexcused >= 2"], []),
        (["attendance_rate > 100"], [0]),
        (["attendance_rate > 99.99", "attendance_rate >= 100"], [1]),
        (["is_combined = yes", "is_combined = no", "unexcused = 0"], [2]),
        (["is_combined = yes; is_combined = no"], [0]),
        (["unexcused = 0", "unexcused = 1", "unexcused <= 1"], [2]),
        (["unexcused = 0; minutes >= 90", "unexcused = 0; minutes < 90", "unexcused = 0"], []),
        # Days are counted before and after.
        (["conclusion_lag_days < 0", "conclusion_lag_days <= 2"], []),
        (["speakers_rate >= top", "speakers_rate >= 50", "speakers_rate >= top"], [2]),
        (["speakers_rate >= top; speakers_rate < top"], []),
    ],
    ids=str,
)
def test_a_row_that_can_never_match_is_found(written, never):
    assert never_matching(rows(*written)) == never


def test_what_the_line_applies_to_is_given():
    assert never_matching(rows("minutes < 60"), given=rows("minutes >= 90")[0]) == [0]


def test_of_levels_that_the_cell_chooses_each_stands_for_itself():
    levels = rows("unexcused = 0", "unexcused = 0", "unexcused = 0; unexcused = 1")
    assert (never_matching(levels, first_wins=False), never_matching(levels)) == ([2], [1, 2])


def test_a_period_has_no_more_months_than_it_has():
    assert never_matching(period_rows("good >= 4", "mean >= 90", "mean > 1000"), months=3) == [0, 2]
    assert never_matching(period_rows("good >= 4"), months=6) == []


def test_what_asks_of_too_much_at_once_is_only_found_where_its_own_conditions_exclude_each_other(monkeypatch):
    written = rows("unexcused >= 1", "unexcused >= 2", "speakers < 3; speakers > 4")
    assert never_matching(written) == [1, 2]
    monkeypatch.setattr(row_reach, "MOST_CASES", 12)
    assert never_matching(written) == [2]
    monkeypatch.setattr(row_reach, "MOST_CASES", 1)
    assert never_matching(written) == []


asked = some.tuples(some.sampled_from(["unexcused", "speakers"]), some.sampled_from([*HOLDS]), some.integers(0, 4))
one_row = some.lists(asked.map(lambda one: f"{one[0]} {one[1]} {one[2]}"), max_size=3).map("; ".join)


@steady(200)
@given(some.lists(one_row, min_size=1, max_size=5))
def test_it_is_what_trying_every_value_says(written):
    tests, left = rows(*written), set(range(len(written)))
    for unexcused, speakers in product(range(8), repeat=2):
        facts = {"unexcused": unexcused, "speakers": speakers}
        met = (index for index, row in enumerate(tests) if all(HOLDS[t.comparison](facts[t.measure.name], t.value) for t in row))
        left.discard(next(met, None))
    assert never_matching(tests) == sorted(left)
