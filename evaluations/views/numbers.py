"""One number of a large committee's board by the committees below it, each leading on to its own: the way down to the cells."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
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
from evaluations.filters import FilterOfScores
from evaluations.periods import Month, Period
from evaluations.shown import SHOWN, Shown
from evaluations.views.cell_tables import NUMBER
from meetings.models import Committee

MOST_FIRST = "-number"
# What the parts of a number are held against, by its name in `Counts`.
WHOLES = {
    "cells": _("Cells"),
    "expected": _("Expected"),
    "held": _("Held"),
    "with_day": _("With a day to sit on"),
    "sent": _("Score sent"),
    "with_deadline": _("With a day to send by"),
    "scored": _("Scored"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a committee below has of a number, and of what; `place` in Vietnamese order. `public_id` None: the cells right below."""

    place: int
    name: str
    public_id: UUID | None
    number: int
    of: int

    @property
    def share(self) -> float:
        return self.number / self.of if self.of else 0.0


class PartsTable(tables.Table):
    """The parts of a number; `address` is where each leads."""

    name = tables.Column(verbose_name=_("Committee"), order_by="place")
    number = tables.Column(attrs=NUMBER)
    of = tables.Column(attrs=NUMBER)
    share = tables.Column(verbose_name=_("Share"), attrs=NUMBER)

    def __init__(self, parts: list[Part], *, shown: Shown, address: Callable[[Part], str], **options):
        super().__init__(parts, exclude=() if shown.of else ("of", "share"), **options)
        self.columns["number"].column.verbose_name = shown.label
        if shown.of:
            self.columns["of"].column.verbose_name = WHOLES[shown.of]
        self.address = address

    def render_name(self, record: Part) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.address(record), record.name)

    def render_number(self, value: int) -> str:
        return count(value)

    def render_of(self, value: int) -> str:
        return count(value)

    def render_share(self, record: Part) -> str:
        return percent_of(record.number, record.of)


def number_below(request: HttpRequest, committee: Committee, period: Period, show: str, kind: str, filters: FilterOfScores) -> HttpResponse:
    """`?order=` a column's name, with `-` before it for the other way round; else those with most of it first.

    Template `evaluations/committee_number.html`: committee, period, crumbs, shown, whole (Part), counts_months, table, filters, kept.
    """
    shown, order = SHOWN[show], request.GET.get("order", "")
    whole, parts = parts_of(committee, period, shown, kind)
    table = PartsTable(
        parts,
        shown=shown,
        address=_address_of_parts(committee, period, show, kind),
        order_by=order if order.removeprefix("-") in PartsTable.base_columns else MOST_FIRST,
    )
    return render(
        request,
        "evaluations/committee_number.html",
        {
            "committee": committee,
            "period": period,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "shown": shown,
            "whole": whole,
            "counts_months": not isinstance(period, Month) and shown.counted is not None,
            "table": table,
            "filters": filters,
            "kept": [("show", show)],
        },
    )


def _address_of_parts(committee: Committee, period: Period, show: str, kind: str) -> Callable[[Part], str]:
    address, kept = address_of("committee_cells"), {name: value for name, value in (("show", show), ("kind", kind)) if value}

    def of(part: Part) -> str:
        if part.public_id is None:
            return f"{address(committee.public_id, period)}?{urlencode(kept | {'direct': '1'})}"
        return f"{address(part.public_id, period)}?{urlencode(kept)}"

    return of


def parts_of(committee: Committee, period: Period, shown: Shown, kind: str) -> tuple[Part, list[Part]]:
    """The committee's own number, and what each of those below has of it, in Vietnamese order, those that have nothing left out."""
    now, below = dashboard.counts_below(committee, period, kind=kind)
    whole = _part(-1, committee.name, committee.public_id, shown, now)
    parts = [_part(place, each.name, each.public_id, shown, each.counts) for place, each in enumerate(below)]
    number, of = whole.number - sum(part.number for part in parts), whole.of - sum(part.of for part in parts)
    right_below = Part(len(parts), str(_("Cells right below")), None, number, of)
    return whole, [part for part in (*parts, right_below) if part.number > 0]


def _part(place: int, name: str, public_id: UUID, shown: Shown, counts: Counts) -> Part:
    return Part(place, name, public_id, getattr(counts, shown.number), getattr(counts, shown.of) if shown.of else 0)
