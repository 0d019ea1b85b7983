"""A month in a URL: 2026-11."""

from evaluations.periods import Month


class MonthConverter:
    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        # A ValueError here means that the URL matches nothing: 404. Months around it are shown too, so keep clear of the edges.
        month = Month.parse(value)
        if not 1950 <= month.year < 2200:
            raise ValueError(value)
        return month

    def to_url(self, value: Month | str) -> str:
        return str(value)
