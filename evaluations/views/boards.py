"""A committee's month: how complete, how good, and down to the cells."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations import dashboard
from evaluations.periods import Month
from meetings.models import Committee
from meetings.permissions import Authority
from meetings.scope import committee_in_scope

CELLS_PER_PAGE = 50


def _crumbs(authority: Authority, committee: Committee) -> list[Committee]:
    """The committees above that the user may see."""
    return [above for above in dashboard.chain_above(committee) if authority.sees_figures(above)]


def committee_month(request: HttpRequest, committee: UUID, month: Month) -> HttpResponse:
    """Completeness and classes over the subtree; a table of the committees below and of the cells right below."""
    committee = committee_in_scope(request.authority, committee)
    return render(
        request,
        "evaluations/committee_month.html",
        {
            "committee": committee,
            "month": month,
            "crumbs": _crumbs(request.authority, committee),
            "has_next": month < Month.of(timezone.localdate()),
            "counts": dashboard.counts_of(committee, month),
            "before": dashboard.counts_of(committee, month.shifted(-1)),
            "below": dashboard.committees_below(committee, month),
            "cells": dashboard.cells_within(committee, month).filter(committee=committee),
        },
    )


def committee_cells(request: HttpRequest, committee: UUID, month: Month) -> HttpResponse:
    """The cells that one number of a committee's page counts: `?show=` one of the counts, `?order=` name or points."""
    committee = committee_in_scope(request.authority, committee)
    show, order = request.GET.get("show", ""), request.GET.get("order", "name")
    if show not in dashboard.SHOWN:
        raise Http404
    page = Paginator(dashboard.cells_within(committee, month, show=show, order=order), CELLS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "evaluations/committee_cells.html",
        {
            "committee": committee,
            "month": month,
            "crumbs": [*_crumbs(request.authority, committee), committee],
            "show": show,
            "shown": dashboard.LABELS[show],
            "order": order,
            "page": page,
        },
    )
