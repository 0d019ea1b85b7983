"""A cell's month, and the longer periods made of its months."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations.cell_periods import period_of_cell
from evaluations.changes import is_being_scored
from evaluations.months import month_of_cell
from evaluations.periods import LONGER, Month, Period, last_month_gone_by, longer_periods_of
from meetings.scope import cell_in_scope


def cell_month(request: HttpRequest, cell: UUID, month: Month) -> HttpResponse:
    """The four steps of a month, what is next, and the twelve months up to it. Figures only; content has a page of its own."""
    authority = request.authority
    cell = cell_in_scope(authority, cell)
    may_record = bool(authority.to_record(cell))
    page = month_of_cell(cell, month, today=timezone.localdate())
    return render(
        request,
        "evaluations/cell_month.html",
        {
            "cell": cell,
            "month": month,
            "page": page,
            "past": page.around.past,
            "longer": longer_periods_of(month),
            "returned_before": [each for each in page.around.returned if each.month != month] if may_record else [],
            "openings": page.around.openings if may_record else [],
            "may_record": may_record,
            "may_read_content": bool(authority.to_read_content(cell)),
            "may_keep_roster": bool(authority.to_keep_roster(cell)),
        },
    )


def cell_period(request: HttpRequest, cell: UUID, longer: Period) -> HttpResponse:
    """A quarter, half-year or year of a cell: which months made it, what they come to, and by which row of which rule."""
    cell = cell_in_scope(request.authority, cell)
    today = timezone.localdate()
    last = last_month_gone_by(longer, today)
    return render(
        request,
        "evaluations/cell_period.html",
        {
            "cell": cell,
            "period": longer,
            "page": period_of_cell(cell, longer, today=today),
            "longer": [kind.of(last.first) for kind in LONGER],
            "is_being_scored": is_being_scored(cell, longer),
            "next": longer.next if longer.next.first <= today else None,
        },
    )
