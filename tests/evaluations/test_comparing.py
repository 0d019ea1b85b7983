"""Comparing fairly: within kinds, and no further than chance allows. Figures worked out by hand, and against slow plain sums."""

import random
from dataclasses import replace
from math import sqrt
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.comparing import ALARMS, WARNS, Limits, Standing, Yardstick, moved, standing_of_share
from evaluations.counts import Counts


def counts_of(points: list[float], good_or_fair: int = 0) -> Counts:
    """Of cells with so many whole points each."""
    return Counts(
        scored=len(points), points=round(sum(points) * 100), points_squared=sum(int(each**2) for each in points), good=good_or_fair
    )


def test_the_yardstick_is_each_kinds_own_mean_and_share():
    yardstick = Yardstick.of({"VILLAGE": counts_of([80, 90], 1), "SCHOOL": counts_of([95, 97, 99], 3), "ARMY": Counts(cells=4)})
    assert yardstick.means == {"VILLAGE": 85, "SCHOOL": 97}
    assert yardstick.shares == {"VILLAGE": 0.5, "SCHOOL": 1}
    # (80−85)² + (90−85)² + (95−97)² + 0 + (99−97)² = 58 over 5 cells less 2 kinds
    assert yardstick.spread == pytest.approx(sqrt(58 / 3))


@given(st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=30), min_size=1, max_size=4))
def test_the_spread_is_that_of_the_cells_within_their_kinds(kinds):
    spread = Yardstick.of({str(number): counts_of(points) for number, points in enumerate(kinds)}).spread
    free = sum(map(len, kinds)) - len(kinds)
    if free == 0:
        assert spread is None
    else:
        assert spread == pytest.approx(sqrt(sum(pvariance(points) * len(points) for points in kinds) / free), abs=1e-6)


def test_squares_cut_to_whole_points_make_no_negative_spread():
    counts = replace(counts_of([89.99] * 9), points_squared=9 * 8098)  # 8098.2 each, and cut
    assert Yardstick.of({"VILLAGE": counts}).spread == 0


def test_limits_of_a_few_committees_are_those_of_chance_alone():
    limits = Limits.of(8, [(16, 3.0)] * 9)
    assert limits.between == 0
    assert limits.reach(16, WARNS) == pytest.approx(1.96 * 2)
    assert [limits.standing(16, offset) for offset in (-6.5, -4, 3.9, 4, 6.5)] == [
        Standing.FAR_BELOW,
        Standing.BELOW,
        Standing.WITHIN,
        Standing.ABOVE,
        Standing.FAR_ABOVE,
    ]


def test_spread_between_committees_widens_the_limits():
    """Twelve committees of 64 cells, ±3 points: z = ±3 each, Σz² = 108, w = 1, so τ² = (108 − 11) / (12 − 1)."""
    limits = Limits.of(8, [(64, 3.0), (64, -3.0)] * 6)
    assert limits.between == pytest.approx(sqrt(97 / 11))
    assert limits.standing(64, 3.0) is Standing.WITHIN
    assert replace(limits, between=0).standing(64, 3.0) is Standing.ABOVE, "the twin: without it every one of them stands out"


def test_the_outliers_that_are_sought_do_not_widen_the_limits_themselves():
    """Twenty committees: the two farthest at either end are pulled in to the third."""
    usual = [(64, offset) for offset in (-1.0, -0.5, 0.0, 0.5, 1.0)] * 4
    limits = Limits.of(8, [*usual[:-2], (64, 20.0), (64, -20.0)])
    assert limits.between == 0
    assert limits.standing(64, 20.0) is Standing.FAR_ABOVE


def test_chance_alone_stays_within_the_limits():
    """Two hundred committees drawn from one and the same: some 5 % lie beyond 95 %, next to none beyond 99.8 %."""
    rng = random.Random(7)
    sizes = [rng.randint(5, 60) for _each in range(200)]
    offsets = [(size, fmean(rng.gauss(0, 8) for _cell in range(size))) for size in sizes]
    standings = [Limits.of(8, offsets).standing(*each) for each in offsets]
    assert sum(abs(each) >= 1 for each in standings) <= 20
    assert sum(abs(each) == 2 for each in standings) <= 2


@given(st.lists(st.tuples(st.integers(5, 9000), st.floats(-100, 100)), max_size=60), st.just(0.0) | st.floats(0.01, 50))
def test_limits_are_never_narrower_than_chance(offsets, spread):
    limits = Limits.of(spread, offsets)
    for cells, _offset in offsets:
        assert limits.reach(cells, ALARMS) >= limits.reach(cells, WARNS) >= WARNS * spread / sqrt(cells) - 1e-9


@pytest.mark.parametrize(
    ("reached", "cells", "standing"),
    [
        (0, 4, None),  # too few to say anything
        (60, 100, Standing.FAR_BELOW),  # 80 expected ± 7.8 by chance; 20 points off
        (70, 100, Standing.BELOW),  # 10 points off
        (76, 100, Standing.WITHIN),  # 4 points off, whatever chance says
        (90, 100, Standing.ABOVE),
        (100, 100, Standing.FAR_ABOVE),
        (3, 5, Standing.WITHIN),  # 20 points off, and chance explains it
    ],
)
def test_a_share_stands_out_when_it_is_both_notable_and_beyond_chance(reached, cells, standing):
    assert standing_of_share(reached, cells * 0.8, cells * 0.8 * 0.2, cells) == standing


def test_small_differences_of_very_many_cells_are_no_matter():
    assert standing_of_share(7_700, 8_000, 10_000 * 0.16, 10_000) is Standing.WITHIN


@pytest.mark.parametrize(
    ("change", "cells", "before", "spread", "has_moved"),
    [
        (-4.0, 50, 50, 8.0, True),  # ± 3.1 by chance
        (3.0, 50, 50, 8.0, False),
        (-40.0, 50, 4, 8.0, False),  # too few cells then
        (-40.0, 4, 50, 8.0, False),  # or now
        (-4.0, 50, 50, None, False),
    ],
)
def test_a_mean_has_moved_when_chance_does_not_explain_it(change, cells, before, spread, has_moved):
    assert moved(change, cells, before, spread) is has_moved
