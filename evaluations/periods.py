"""Periods as values: half-open spans of days, with no clock and no database in them."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month: [first, end)."""

    year: int
    number: int

    def __post_init__(self):
        if not (1 <= self.number <= 12 and 1900 <= self.year <= 9998):
            raise ValueError(f"no such month: {self.number}/{self.year}")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """'2026-11' → November 2026. Raises ValueError for anything else."""
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
        if not found:
            raise ValueError(f"a month is written YYYY-MM, not {text!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        return self.shifted(1).first

    def shifted(self, months: int) -> "Month":
        whole = self.year * 12 + self.number - 1 + months
        return Month(whole // 12, whole % 12 + 1)

    @property
    def previous(self) -> "Month":
        return self.shifted(-1)

    @property
    def next(self) -> "Month":
        return self.shifted(1)

    @property
    def label(self) -> str:
        return _("%(month)s/%(year)s") % {"month": self.number, "year": self.year}

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"
