"""What is asked of an export, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evaluations.periods import Month, Period
from meetings.models import Committee


@dataclass(frozen=True, slots=True)
class Asked:
    """`chosen` is what the export's own `choose` made of the page's query; `at` is when the file is written, `by` the name of who asked."""

    committee: Committee
    period: Period
    chosen: Mapping[str, str]
    at: datetime
    by: str

    @property
    def period_in_words(self) -> str:
        if isinstance(self.period, Month):
            return _("month %(month)s") % {"month": self.period.label}
        return self.period.label
