"""One criterion of the frame, from a board's chart down to the cells that lose points on it."""

from collections.abc import Callable
from uuid import UUID

import django_tables2 as tables
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from evaluations import dashboard
from evaluations.figures import percent_of, points
from evaluations.lost_at import Lost, lost_at
from evaluations.models import Criterion, SetKind
from evaluations.periods import Month, Period
from evaluations.views.cell_tables import NUMBER
from meetings.models import CellKind
from meetings.scope import committee_in_scope


class LostTable(tables.Table):
    """What bodies lose on a criterion; `address` is where each leads, `head` what they are."""

    name = tables.Column(order_by="place")
    lost = tables.Column(verbose_name=_("Points lost"), attrs=NUMBER)
    most = tables.Column(verbose_name=_("Of points"), attrs=NUMBER)
    share = tables.Column(verbose_name=_("Share"), attrs=NUMBER)
    apart = tables.Column(verbose_name=_("Self-score above the log"), attrs=NUMBER)

    def __init__(self, rows: list[Lost], *, head: str, address: Callable[[Lost], str], **options):
        super().__init__(rows, **options)
        self.columns["name"].column.verbose_name = head
        self.address = address

    def render_name(self, record: Lost) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.address(record), record.name)

    def render_lost(self, value: int) -> str:
        return points(value)

    def render_most(self, value: int) -> str:
        return points(value)

    def render_share(self, record: Lost) -> str:
        return percent_of(record.lost, record.most)

    def render_apart(self, value: int) -> str:
        return ("+" if value > 0 else "") + points(value)


MOST_FIRST = "-lost"


@never_cache
@require_GET
def committee_criterion(request: HttpRequest, committee: UUID, period: Period, criterion: int) -> HttpResponse:
    """`?kind=` one kind of cell; `?order=` a column's name, with `-` before it for the other way round; else most lost first.

    Template `evaluations/committee_criterion.html`: committee, period, crumbs, criterion, kind_label, whole (Lost), tables (one of the
    committees below, one of the cells right below, where there are any).
    """
    committee = committee_in_scope(request.authority, committee)
    criterion = get_object_or_404(Criterion.objects.select_related("criteria_set"), pk=criterion, criteria_set__kind=SetKind.FRAME)
    kind, order = request.GET.get("kind", ""), request.GET.get("order", "")
    if kind not in ("", *CellKind.values):
        raise Http404
    found, kept = lost_at(committee, period, criterion, kind=kind), f"?kind={kind}" if kind else ""

    def to_committee(each: Lost) -> str:
        return reverse("committee_criterion", args=[each.public_id, period, criterion.pk]) + kept

    def to_cell(each: Lost) -> str:
        return reverse("cell_explanation" if isinstance(period, Month) else "cell_period", args=[each.public_id, period])

    given = ((found.committees, _("Committee"), to_committee), (found.cells, _("Cell"), to_cell))
    order = order if order.removeprefix("-") in LostTable.base_columns else MOST_FIRST
    return render(
        request,
        "evaluations/committee_criterion.html",
        {
            "committee": committee,
            "period": period,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "criterion": criterion,
            "kind_label": CellKind(kind).label if kind else "",
            "whole": found.whole,
            "tables": [LostTable(rows, head=head, address=address, order_by=order) for rows, head, address in given if rows],
        },
    )
