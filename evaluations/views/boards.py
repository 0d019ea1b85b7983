"""A committee's board: how complete a period is, how good, and down to the cells."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations import dashboard, shown
from evaluations.periods import Month, Period
from meetings.models import Committee
from meetings.permissions import Authority
from meetings.scope import committee_in_scope

CELLS_PER_PAGE = 50


def _crumbs(authority: Authority, committee: Committee) -> list[Committee]:
    """The committees above that the user may see."""
    return [above for above in dashboard.chain_above(committee) if authority.sees_figures(above)]


def committee_board(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """Completeness and classes over the subtree; a table of the committees below and of the cells right below."""
    committee = committee_in_scope(request.authority, committee)
    return render(
        request,
        "evaluations/committee_board.html",
        {
            "committee": committee,
            "period": period,
            "crumbs": _crumbs(request.authority, committee),
            "has_next": period.next.first <= timezone.localdate(),
            "counts": dashboard.counts_of(committee, period),
            "before": dashboard.counts_of(committee, period.previous),
            "below": dashboard.committees_below(committee, period),
            "cells": shown.cells_within(committee, period).filter(committee=committee),
            "is_month": isinstance(period, Month),
        },
    )


def committee_cells(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """The cells that one number of a committee's page counts: `?show=` one of the counts, `?order=` name or points."""
    committee = committee_in_scope(request.authority, committee)
    show, order = request.GET.get("show", ""), request.GET.get("order", "name")
    if show not in shown.SHOWN:
        raise Http404
    cells = shown.cells_within(committee, period, show=show, order=order)
    counts_months = not isinstance(period, Month) and shown.SHOWN[show].counted is not None
    return render(
        request,
        "evaluations/committee_cells.html",
        {
            "committee": committee,
            "period": period,
            "crumbs": [*_crumbs(request.authority, committee), committee],
            "show": show,
            "shown": shown.SHOWN[show].label,
            "order": order,
            "page": Paginator(cells, CELLS_PER_PAGE).get_page(request.GET.get("page")),
            "is_month": isinstance(period, Month),
            "counted_as": shown.SHOWN[show].label if counts_months else "",
            "months_counted": shown.months_counted(cells) if counts_months else None,
        },
    )
