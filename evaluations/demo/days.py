"""Days: public holidays, the day on which an invented cell sits, and its quarter's thematic sitting."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from evaluations.demo.tempers import Temper
from evaluations.periods import Month
from meetings.models import MeetingKind

A_DAY = timedelta(days=1)

# Those that follow the lunar calendar, as announced: (first day off, first working day, name).
LUNAR_HOLIDAYS = (
    (date(2025, 1, 25), date(2025, 2, 3), "Tết Nguyên đán Ất Tỵ"),
    (date(2025, 4, 7), date(2025, 4, 8), "Giỗ Tổ Hùng Vương"),
    (date(2026, 2, 14), date(2026, 2, 23), "Tết Nguyên đán Bính Ngọ"),
    (date(2026, 4, 26), date(2026, 4, 28), "Giỗ Tổ Hùng Vương"),
)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """[first, end)"""

    first: date
    end: date
    name: str


def days_off(first: date, end: date) -> list[DaysOff]:
    """The public holidays of the years that [first, end) touches."""
    found = [DaysOff(*lunar) for lunar in LUNAR_HOLIDAYS if first.year <= lunar[0].year <= end.year]
    for year in range(first.year, end.year + 1):
        found += [
            DaysOff(date(year, 1, 1), date(year, 1, 2), "Tết Dương lịch"),
            DaysOff(date(year, 4, 30), date(year, 5, 2), "Ngày Chiến thắng và Quốc tế Lao động"),
            # Two days: the second of September and one beside it.
            DaysOff(date(year, 9, 1), date(year, 9, 3), "Quốc khánh"),
        ]
    return sorted(found, key=lambda off: off.first)


def sitting_day(month: Month, temper: Temper, off: list[DaysOff], rng: Random) -> date:
    """The third, mostly; else within the first week, and for some later, a few even in the next month."""
    day = month.first + 2 * A_DAY
    draw = rng.random()
    if draw >= temper.on_day:
        elsewhere = (draw - temper.on_day) / (1 - temper.on_day)
        if elsewhere < 0.12:
            day = month.first + rng.randrange(0, 2) * A_DAY
        elif elsewhere < 0.70:
            day = month.first + rng.randrange(3, 7) * A_DAY
        elif elsewhere < 0.97:
            day = month.first + rng.randrange(7, 27) * A_DAY
        else:
            day = month.end + rng.randrange(0, 2) * A_DAY
    while any(holiday.first <= day < holiday.end for holiday in off):
        day += A_DAY
    return day


def thematic_plan(months: list[Month], temper: Temper, rng: Random) -> dict[Month, str]:
    """In which months the cell has thematic content: COMBINED with the regular sitting, or a THEMATIC one apart. Once a quarter."""
    plan: dict[Month, str] = {}
    quarters: dict[tuple[int, int], list[Month]] = {}
    for month in months:
        quarters.setdefault((month.year, (month.number - 1) // 3), []).append(month)
    for of_quarter in quarters.values():
        month = rng.choice(of_quarter)
        # A quarter of which the log has one month only gets its sitting less often.
        if rng.random() < min(0.97, temper.care + 0.05) * (len(of_quarter) + 3) / 6:
            plan[month] = MeetingKind.COMBINED if rng.random() < 0.45 else MeetingKind.THEMATIC
    return plan


def thematic_day(month: Month, rng: Random) -> date:
    return month.first + rng.randrange(11, 25) * A_DAY
