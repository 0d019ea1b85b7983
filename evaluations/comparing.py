"""Comparing committees fairly: each as its own mix of kinds of cell, and no further than chance allows. Pure arithmetic over stored sums.

Standardised indirectly: a committee is held against what its cells would come to if each did as cells of its kind do over the whole
committee above. That needs no kind to be present everywhere, and stays steady where a kind has two cells; within one kind it is the plain
difference. Points here are points, not hundredths.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import sqrt

from evaluations.counts import Counts

# A mean or a share over fewer scored cells is shown and never compared, coloured or drawn.
FEWEST = 5
# Two-sided 95 % and 99.8 % of a normal distribution.
WARNS, ALARMS = 1.96, 3.09
# In percentage points: what a difference of shares must reach to be worth a colour, and a strong one.
NOTABLE, LARGE = 5, 15
# With fewer committees the spread between them cannot be told from chance.
FEWEST_FOR_SPREAD = 10


class Standing(IntEnum):
    """Where a committee stands against its like: beyond what chance explains, or not."""

    FAR_BELOW = -2
    BELOW = -1
    WITHIN = 0
    ABOVE = 1
    FAR_ABOVE = 2


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What cells of each kind come to over a whole committee: mean points, share of Good and Fair, spread of points within kinds."""

    means: Mapping[str, float]
    shares: Mapping[str, float]
    # How many cells are scored.
    scored: Mapping[str, int]
    # Standard deviation of one cell's points around the mean of its kind; None where too few cells are scored to tell.
    spread: float | None

    @classmethod
    def of(cls, by_kind: Mapping[str, Counts]) -> "Yardstick":
        scored = {kind: counts for kind, counts in by_kind.items() if counts.scored}
        return cls(
            {kind: counts.points / counts.scored / 100 for kind, counts in scored.items()},
            {kind: counts.good_or_fair / counts.scored for kind, counts in scored.items()},
            {kind: counts.scored for kind, counts in scored.items()},
            _spread_within(scored.values()),
        )


def _spread_within(kinds: Iterable[Counts]) -> float | None:
    """The pooled standard deviation within kinds: √(Σ(Σx² − (Σx)²/n) / (N − number of kinds)).

    Σx² is stored cut to whole points² per cell, so the variance comes out low by half a point² on average; a variance is at least 0.
    """
    kinds = list(kinds)
    free = sum(counts.scored for counts in kinds) - len(kinds)
    if free < 1:
        return None
    squares = sum(counts.points_squared - (counts.points / 100) ** 2 / counts.scored for counts in kinds)
    spread = sqrt(max(squares, 0) / free)
    # Points are whole hundredths; what is less comes of the sums.
    return spread if spread >= 0.01 else 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How far from 0 the mean of n cells may lie, once its kinds are allowed for, without anything being remarkable about it.

    A funnel plot (D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005) 1185–1202):
    ± z·√(s²/n + τ²), z = 1.96 and 3.09 for 95 % and 99.8 %. s is the spread of cells within their kinds; τ the spread between committees
    beyond what s explains, without which every province of eight thousand cells would lie outside.
    """

    spread: float
    between: float

    @classmethod
    def of(cls, spread: float, offsets: Iterable[tuple[int, float]]) -> "Limits":
        """From (scored cells, distance from 0) of each committee.

        τ² = max(0, (Σz² − (I − 1)) / (Σw − Σw²/Σw)), w = n/s², over I committees: the moment estimate of DerSimonian and Laird, by which
        Spiegelhalter allows for over-dispersion. The tenth of the z-scores at either end is pulled in to the next one first, so that the
        outliers sought do not widen the limits themselves.
        """
        offsets = list(offsets)
        if len(offsets) < FEWEST_FOR_SPREAD or spread == 0:
            return cls(spread, 0)
        scores = sorted(offset * sqrt(cells) / spread for cells, offset in offsets)
        cut = len(scores) // 10
        lowest, highest = scores[cut], scores[-1 - cut]
        dispersion = sum(min(max(score, lowest), highest) ** 2 for score in scores)
        weights = [cells / spread**2 for cells, _offset in offsets]
        free = sum(weights) - sum(weight**2 for weight in weights) / sum(weights)
        return cls(spread, sqrt(max(0.0, (dispersion - (len(scores) - 1)) / free)))

    def reach(self, cells: int, z: float) -> float:
        return z * sqrt(self.spread**2 / cells + self.between**2)

    def standing(self, cells: int, offset: float) -> Standing:
        if abs(offset) <= self.reach(cells, WARNS):
            return Standing.WITHIN
        far = abs(offset) > self.reach(cells, ALARMS)
        if offset < 0:
            return Standing.FAR_BELOW if far else Standing.BELOW
        return Standing.FAR_ABOVE if far else Standing.ABOVE


def standing_of_share(reached: int, expected: float, variance: float, cells: int) -> Standing | None:
    """A share of `cells` against the one expected of them: remarkable from 5 percentage points on if chance (95 %) does not explain it,
    very from 15 on. `variance` is Σ n·p·(1 − p) over the kinds. None for fewer cells than can be compared."""
    if cells < FEWEST:
        return None
    difference = reached - expected
    percent = abs(difference) * 100 / cells
    if percent < NOTABLE or abs(difference) <= WARNS * sqrt(variance):
        return Standing.WITHIN
    far = percent >= LARGE
    if difference < 0:
        return Standing.FAR_BELOW if far else Standing.BELOW
    return Standing.FAR_ABOVE if far else Standing.ABOVE


def moved(change: float, cells: int, cells_before: int, spread: float | None) -> bool:
    """Whether the mean of some cells moved by more than chance explains (95 %).

    As if the cells of the two periods were drawn anew: they are the same ones, so true changes are found a little later than they might be.
    """
    if spread is None or min(cells, cells_before) < FEWEST:
        return False
    return abs(change) > WARNS * spread * sqrt(1 / cells + 1 / cells_before)
