"""The cells that one number of a committee's board counts: searched, narrowed, sorted, and what they come to together."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evaluations import dashboard, shown
from evaluations.filters import asked_of, filter_for
from evaluations.periods import Month, Period, last_month_gone_by
from evaluations.views.cell_tables import LongerTable, MonthTable, RowsChosenFirst
from evaluations.views.numbers import number_below
from meetings.models import CellKind
from meetings.scope import committee_in_scope

CELLS_PER_PAGE = 50


def committee_cells(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """`?show=` the number, `?direct=1` only cells right below, the filters of `evaluations.filters`, `?order=` one of `shown.known_order`.

    Of a committee with more cells than are listed, the number by committee instead, unless something but the kind is asked for.

    Template `evaluations/committee_cells.html`: committee, period, crumbs, shown (its label), is_direct, table, filters, kept (what else
    the address says), totals, order, counted_as (what a cell's months are counted for; '' where the number is of cells).
    """
    committee = committee_in_scope(request.authority, committee)
    show, kind = request.GET.get("show", ""), request.GET.get("kind", "")
    if show not in shown.SHOWN or kind not in ("", *CellKind.values):
        raise Http404
    order = shown.known_order(request.GET.get("order", ""), period, show)
    is_direct = request.GET.get("direct") == "1"
    listed = shown.cells_right_below if is_direct else shown.cells_within
    filters = filter_for(period)(request.GET, queryset=listed(committee, period, show=show, order=order))
    if (
        not is_direct
        and asked_of(request.GET).keys() <= {"kind"}
        and not dashboard.is_listed(committee, period, number=shown.SHOWN[show].number, kind=kind)
    ):
        return number_below(request, committee, period, show, kind, filters)
    cells = filters.left
    is_month = isinstance(period, Month)
    counted_as = str(shown.SHOWN[show].label) if not is_month and shown.SHOWN[show].counted is not None else ""
    options = {"period": period, "leads_to": last_month_gone_by(period, timezone.localdate()), "order_by": order}
    table = MonthTable(cells, **options) if is_month else LongerTable(cells, counted_as=counted_as, **options)
    totals = shown.totals_of(cells)
    paginator = RowsChosenFirst(table.rows, CELLS_PER_PAGE)
    paginator.count = totals.cells
    table.paginator, table.page = paginator, paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "evaluations/committee_cells.html",
        {
            "committee": committee,
            "period": period,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "shown": shown.SHOWN[show].label,
            "is_direct": is_direct,
            "show": show,
            "table": table,
            "page": table.page,
            "filters": filters,
            "kept": [("show", show), ("direct", "1" if is_direct else ""), ("order", order if order != "name" else "")],
            "totals": totals,
            "order": order,
            "counted_as": counted_as,
        },
    )
