"""Periods in a URL: 2026-11, 2026-Q4, 2026-H2, 2026; and the sheets of a month."""

from uuid import UUID

from evaluations.periods import Month, Period, parse_period
from evaluations.which_sheet import WhichSheet

# Periods around one are shown too, so keep clear of the edges.
YEARS = range(1950, 2200)


class PeriodConverter:
    regex = "[0-9]{4}(?:-(?:[0-9]{2}|Q[0-9]|H[0-9]))?"

    def to_python(self, value: str) -> Period:
        """A ValueError means that the URL matches nothing: 404."""
        period = parse_period(value)
        if period.year not in YEARS:
            raise ValueError(value)
        return period

    def to_url(self, value: Period | str) -> str:
        return str(value)


class LongerConverter(PeriodConverter):
    regex = "[0-9]{4}(?:-(?:Q[0-9]|H[0-9]))?"


class MonthConverter(PeriodConverter):
    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        return super().to_python(value)


class SheetConverter(MonthConverter):
    """A month's own sheet (2026-11), or that of a thematic sitting of it (2026-11/thematic/<public id>)."""

    regex = MonthConverter.regex + "(?:/thematic/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?"

    def to_python(self, value: str) -> WhichSheet:
        month, _slash, sitting = value.partition("/thematic/")
        return WhichSheet(super().to_python(month), UUID(sitting) if sitting else None)
