"""How invented cells behave: a few sorts, each cell a little different from its sort.

The shares are chosen so that the figures come out as the real ones are told: marks run high, the carrying-out of the cell's own
resolution is the weakest part, and some sheets are filled in backwards from a wanted total.
"""

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Temper:
    """Chances, 0 to 1."""

    share: int
    care: float  # that something is prepared, noted or posted in time
    skips: float  # that a month goes by without a sitting
    on_day: float  # that it sits on the day the rules name
    attendance: float  # that a member who is expected comes
    unexcused: float  # that one who stays away gives no reason
    speaking: float  # that one present speaks
    done: float  # that a task is done when it falls due
    claims: float  # that full marks are voted where the log says less
    strict: float  # that a judged line is voted below its best level
    late: float  # that the sheet is sent late
    varied: bool = True  # whether months differ, or the last one is copied


CAREFUL = Temper(24, 0.97, 0.003, 0.94, 0.96, 0.004, 0.56, 0.95, 0.15, 0.05, 0.04)
ORDINARY = Temper(40, 0.90, 0.010, 0.88, 0.94, 0.010, 0.45, 0.87, 0.40, 0.05, 0.10)
BOASTFUL = Temper(14, 0.78, 0.015, 0.80, 0.91, 0.040, 0.32, 0.72, 0.90, 0.01, 0.15)
COPYING = Temper(9, 0.93, 0.010, 0.97, 0.97, 0.000, 0.25, 0.92, 0.80, 0.00, 0.05, varied=False)
CANDID = Temper(8, 0.64, 0.020, 0.75, 0.88, 0.060, 0.28, 0.54, 0.02, 0.30, 0.10)
SLACK = Temper(5, 0.48, 0.220, 0.50, 0.83, 0.120, 0.18, 0.42, 0.60, 0.08, 0.45)
TEMPERS = (CAREFUL, ORDINARY, BOASTFUL, COPYING, CANDID, SLACK)


def invented_temper(rng: Random) -> Temper:
    sort = rng.choices(TEMPERS, [temper.share for temper in TEMPERS])[0]
    return replace(
        sort,
        care=_near(rng, sort.care, 0.06),
        attendance=_near(rng, sort.attendance, 0.03),
        speaking=_near(rng, sort.speaking, 0.12),
        done=_near(rng, sort.done, 0.08),
    )


def _near(rng: Random, middle: float, spread: float) -> float:
    return min(0.995, max(0.02, rng.gauss(middle, spread)))
