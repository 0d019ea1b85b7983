"""Periods as values: half-open spans of days, with no clock and no database in them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from django.db.models.enums import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class PeriodKind(TextChoices):
    MONTH = "MONTH", _("Month")
    QUARTER = "QUARTER", _("Quarter")
    HALF = "HALF", _("Half-year")
    YEAR = "YEAR", _("Year")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The `number`-th span of `LENGTH` months of a year: [first, end). One of the four kinds below; ValueError for one that isn't there."""

    KIND: ClassVar[PeriodKind]
    LENGTH: ClassVar[int]
    WRITTEN: ClassVar[str]  # how it stands in a URL
    LABELS: ClassVar[tuple[str | Promise, ...]]  # by number, the last for all after it

    year: int
    number: int

    def __post_init__(self):
        if not (1 <= self.number <= 12 // self.LENGTH and 1900 <= self.year <= 9998):
            raise ValueError(f"no such {self.KIND.lower()}: {self.number}/{self.year}")

    @classmethod
    def of(cls, day: date) -> Self:
        """The one in which the day lies."""
        return cls(day.year, (day.month - 1) // cls.LENGTH + 1)

    @property
    def first(self) -> date:
        return date(self.year, (self.number - 1) * self.LENGTH + 1, 1)

    @property
    def end(self) -> date:
        return self.shifted(1).first

    @property
    def months(self) -> list["Month"]:
        begin = Month.of(self.first)
        return [begin.shifted(later) for later in range(self.LENGTH)]

    def shifted(self, periods: int) -> Self:
        a_year = 12 // self.LENGTH
        whole = self.year * a_year + self.number - 1 + periods
        return type(self)(whole // a_year, whole % a_year + 1)

    @property
    def previous(self) -> Self:
        return self.shifted(-1)

    @property
    def next(self) -> Self:
        return self.shifted(1)

    @property
    def year_before(self) -> Self:
        """The same one of the year before."""
        return self.shifted(-(12 // self.LENGTH))

    @property
    def label(self) -> str:
        words = self.LABELS[min(self.number, len(self.LABELS)) - 1]
        return str(words) % {"number": self.number, "year": self.year}

    def __str__(self) -> str:
        return self.WRITTEN.format(year=self.year, number=self.number)


class Month(Period):
    __slots__ = ()
    KIND, LENGTH, WRITTEN = PeriodKind.MONTH, 1, "{year:04d}-{number:02d}"
    LABELS = (_("%(number)s/%(year)s"),)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """'2026-11' → November 2026. Raises ValueError for anything else, another kind of period included."""
        period = parse_period(text)
        if not isinstance(period, Month):
            raise ValueError(f"a month is written YYYY-MM, not {text!r}")
        return period


class Quarter(Period):
    __slots__ = ()
    KIND, LENGTH, WRITTEN = PeriodKind.QUARTER, 3, "{year:04d}-Q{number}"
    LABELS = (_("quarter %(number)s/%(year)s"),)


class Half(Period):
    __slots__ = ()
    KIND, LENGTH, WRITTEN = PeriodKind.HALF, 6, "{year:04d}-H{number}"
    LABELS = (_("first half of %(year)s"), _("second half of %(year)s"))


class Year(Period):
    __slots__ = ()
    KIND, LENGTH, WRITTEN = PeriodKind.YEAR, 12, "{year:04d}"
    LABELS = (_("year %(year)s"),)


KINDS: dict[str, type[Period]] = {kind.KIND.value: kind for kind in (Month, Quarter, Half, Year)}
LONGER = (Quarter, Half, Year)


def parse_period(text: str) -> Period:
    """'2026-11', '2026-Q4', '2026-H2' or '2026'. Raises ValueError for anything else."""
    found = re.fullmatch(r"([0-9]{4})(?:-(?:([0-9]{2})|Q([0-9])|H([0-9])))?", text)
    if not found:
        raise ValueError(f"a period is written YYYY, YYYY-MM, YYYY-Qn or YYYY-Hn, not {text!r}")
    year, month, quarter, half = found.groups()
    if month:
        return Month(int(year), int(month))
    if quarter:
        return Quarter(int(year), int(quarter))
    return Half(int(year), int(half)) if half else Year(int(year), 1)


def longer_periods_of(month: Month) -> list[Period]:
    """The quarter, half-year and year that a month lies in."""
    return [kind.of(month.first) for kind in LONGER]


def last_month_gone_by(period: Period, today: date) -> Month:
    """The period's last month, or today's while it lies in the period; its first where it is all to come."""
    return min(period.months[-1], max(period.months[0], Month.of(today)))
