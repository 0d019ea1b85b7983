"""The funnel plot: committees below by how many scored cells they have and how far their mean lies from that of their own kinds.

Coordinates as in `evaluations.charts`: per cent, as strings. The limits are those of `evaluations.comparing.Limits`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10, sqrt

from evaluations.charts import Link, percent
from evaluations.comparing import ALARMS, FEWEST, WARNS, Limits, Standing
from evaluations.dashboard import Below
from evaluations.figures import count, decimal, signed

# A curve is as many straight pieces.
PIECES = 48
NAMED_AT_MOST = 6
TICKS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Dot:
    """A committee. `side` is where its name stands, if it is named: start, end, or '' for not at all."""

    name: str
    url: str
    x: str
    y: str
    side: str
    standing: Standing
    cells: str
    mean: str
    offset: str
    limit: str

    @property
    def shape(self) -> str:
        """within, warns or alarms: hollow, half, full."""
        return ("within", "warns", "alarms")[abs(self.standing)]


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """`curves` are paths in a plane of 100 × 100: the two limits of 95 %, then those of 99.8 %."""

    dots: tuple[Dot, ...]
    warning_curves: tuple[str, ...]
    alarm_curves: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]

    @property
    def outside(self) -> list[Dot]:
        """Those beyond what chance explains, the lowest first."""
        return [dot for dot in self.dots if dot.standing is not Standing.WITHIN]


class _Plane:
    """Cells run to the right by their square root, so that small committees are not heaped up; 0 is halfway up."""

    def __init__(self, rows: Sequence[Below], limits: Limits):
        sizes = sorted(each.counts.scored for each in rows)
        self.fewest, self.most = max(FEWEST, round(sizes[0] * 0.7)), sizes[-1]
        farthest = max(abs(each.offset) for each in rows)
        self.top = max(farthest, limits.reach(sizes[len(sizes) // 2], ALARMS), 1.0) * 1.12

    def x(self, cells: float) -> float:
        low, high = sqrt(self.fewest), max(sqrt(self.most), sqrt(self.fewest) + 1)
        return 4 + 92 * (sqrt(cells) - low) / (high - low)

    def y(self, offset: float) -> float:
        return 50 - 50 * offset / self.top


def funnel_of(rows: Sequence[Below], limits: Limits, link: Link) -> Funnel | None:
    """The plot of the committees that can be compared; None for fewer than three of them."""
    if len(rows) < 3 or not limits.spread:
        return None
    plane = _Plane(rows, limits)
    named = _named(rows, limits, plane)
    dots = [_dot(each, limits, plane, link, is_named=each.key in named) for each in sorted(rows, key=lambda each: each.offset)]
    return Funnel(
        dots=tuple(dots),
        warning_curves=_curves(plane, limits, WARNS),
        alarm_curves=_curves(plane, limits, ALARMS),
        across=_across(plane),
        up=_up(plane),
    )


def _named(rows: Sequence[Below], limits: Limits, plane: _Plane) -> set[int]:
    """Those that get their name beside them: the most remarkable, as long as no two names fall on each other."""
    remarkable = [each for each in rows if limits.standing(each.counts.scored, each.offset) is not Standing.WITHIN]
    remarkable.sort(key=lambda each: -abs(each.offset) / limits.reach(each.counts.scored, WARNS))
    named: list[Below] = []
    for each in remarkable:
        if all(abs(plane.y(each.offset) - plane.y(other.offset)) > 6 for other in named) and len(named) < NAMED_AT_MOST:
            named.append(each)
    return {each.key for each in named}


def _dot(each: Below, limits: Limits, plane: _Plane, link: Link, *, is_named: bool) -> Dot:
    cells = each.counts.scored
    x = plane.x(cells)
    return Dot(
        name=each.name,
        url=link(each),
        x=percent(x, 100),
        y=percent(plane.y(each.offset), 100),
        side=("end" if x > 55 else "start") if is_named else "",
        standing=limits.standing(cells, each.offset),
        cells=count(cells),
        mean=decimal(each.counts.mean / 100),
        offset=signed(each.offset),
        limit=decimal(limits.reach(cells, WARNS)),
    )


def _curves(plane: _Plane, limits: Limits, z: float) -> tuple[str, ...]:
    low, high = sqrt(plane.fewest), sqrt(max(plane.most, plane.fewest + 1))
    sizes = [(low + (high - low) * piece / PIECES) ** 2 for piece in range(PIECES + 1)]
    return tuple("M" + " L".join(f"{plane.x(size):.2f} {plane.y(side * limits.reach(size, z)):.2f}" for size in sizes) for side in (1, -1))


def _across(plane: _Plane) -> tuple[Tick, ...]:
    ticks, last = [], -100.0
    for cells in TICKS:
        if plane.fewest <= cells <= plane.most and plane.x(cells) - last >= 9:
            last = plane.x(cells)
            ticks.append(Tick(percent(last, 100), count(cells)))
    return tuple(ticks)


def _up(plane: _Plane) -> tuple[Tick, ...]:
    rough = plane.top / 2.5
    unit = 10 ** floor(log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    reach = floor(plane.top / step)
    return tuple(Tick(percent(plane.y(step * times), 100), signed(step * times)) for times in range(-reach, reach + 1))
