"""A cell's month."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations.months import month_of_cell, openings_of, past_months
from evaluations.periods import Month
from evaluations.queue import returned_to
from meetings.scope import cell_in_scope


def cell_month(request: HttpRequest, cell: UUID, month: Month) -> HttpResponse:
    """The four steps of a month, what is next, and the twelve months up to it. Figures only; content has a page of its own."""
    authority = request.authority
    cell = cell_in_scope(authority, cell)
    may_record = bool(authority.to_record(cell))
    return render(
        request,
        "evaluations/cell_month.html",
        {
            "cell": cell,
            "month": month,
            "page": month_of_cell(cell, month, today=timezone.localdate()),
            "past": past_months(cell, month),
            "returned_before": [sheet for sheet in returned_to([cell]) if sheet.month != month.first] if may_record else [],
            "openings": openings_of(cell) if may_record else [],
            "may_record": may_record,
            "may_read_content": bool(authority.to_read_content(cell)),
            "may_keep_roster": bool(authority.to_keep_roster(cell)),
        },
    )
