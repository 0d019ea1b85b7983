"""What is not held or not sent under a committee too large for one list: how much of it by committee, each leading to its own list."""

from dataclasses import dataclass
from uuid import UUID

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from evaluations import dashboard
from evaluations.addresses import address_of
from evaluations.counts import Counts
from evaluations.figures import count, percent_of
from evaluations.filters import FilterOfCells
from evaluations.models import MonthScore
from evaluations.periods import Month
from evaluations.shown import SHOWN
from evaluations.views.cell_tables import NUMBER
from meetings.models import Committee


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a committee below has not held, and held and not sent, of what was expected; `place` in Vietnamese order."""

    place: int
    name: str
    public_id: UUID
    not_held: int
    not_sent: int
    expected: int

    @property
    def share(self) -> float:
        return (self.not_held + self.not_sent) / self.expected if self.expected else 0.0


class UnfinishedTable(tables.Table):
    name = tables.Column(verbose_name=_("Committee"), order_by="place")
    not_held = tables.Column(verbose_name=SHOWN["not_held"].label, attrs=NUMBER)
    not_sent = tables.Column(verbose_name=SHOWN["not_sent"].label, attrs=NUMBER)
    expected = tables.Column(verbose_name=SHOWN["expected"].label, attrs=NUMBER)
    share = tables.Column(verbose_name=_("Not held or not sent"), attrs=NUMBER)

    def __init__(self, committees: list[Unfinished], *, month: Month, **options):
        super().__init__(committees, **options)
        self.month, self.address = month, address_of("late")

    def render_name(self, record: Unfinished) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.address(record.public_id, self.month), record.name)

    def render_not_held(self, value: int) -> str:
        return count(value)

    def render_not_sent(self, value: int) -> str:
        return count(value)

    def render_expected(self, value: int) -> str:
        return count(value)

    def render_share(self, record: Unfinished) -> str:
        return percent_of(record.not_held + record.not_sent, record.expected)


def late_below(request: HttpRequest, committee: Committee, month: Month) -> HttpResponse:
    """`?order=` a column's name, with `-` before it for the other way round; else those of whose months the largest share is open.

    Template `evaluations/late_below.html`: committee, crumbs, month, now (Counts), table, filters, kept.
    """
    now, below = dashboard.counts_below(committee, month)
    rows = [_row(place, each.name, each.public_id, each.counts) for place, each in enumerate(below)]
    order = request.GET.get("order", "")
    return render(
        request,
        "evaluations/late_below.html",
        {
            "committee": committee,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "month": month,
            "now": now,
            "table": UnfinishedTable(
                [row for row in rows if row.not_held or row.not_sent],
                month=month,
                order_by=order if order.removeprefix("-") in UnfinishedTable.base_columns else "-share",
            ),
            "filters": FilterOfCells(queryset=MonthScore.objects.none()),
            "kept": [],
        },
    )


def _row(place: int, name: str, public_id: UUID, counts: Counts) -> Unfinished:
    return Unfinished(place, name, public_id, counts.not_held, counts.not_sent, counts.expected)
