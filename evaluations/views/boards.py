"""A committee's board: how complete a period is, how good, and down to the cells."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations import charts, dashboard, funnel, heat, stages
from evaluations.addresses import address_of
from evaluations.converters import YEARS
from evaluations.dashboard import Board
from evaluations.periods import KINDS, Month, Period, last_month_gone_by
from evaluations.publications import publication_of
from meetings.models import CellKind, Committee
from meetings.scope import committee_in_scope

# Up to the 34 provinces stand on one page.
COMMITTEES_PER_PAGE, AT_MOST_LEFT_OVER = 25, 9
CELLS_SHOWN = 40
ORDERS = (
    ("todo", _("most left to do")),
    ("name", _("by name")),
    ("points", _("furthest below their kinds")),
    ("change", _("largest fall")),
)


def _asked_kind(request: HttpRequest) -> str:
    """`?kind=`, one kind of cell or '' for all; 404 for one that isn't there."""
    kind = request.GET.get("kind", "")
    if kind not in ("", *CellKind.values):
        raise Http404
    return kind


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind of period, with the one of that kind to go to."""

    label: str | Promise
    period: Period
    is_current: bool


def _tabs(period: Period, today: date) -> list[Tab]:
    """The four kinds: the one shown, and those in which its last month lies."""
    last = last_month_gone_by(period, today)
    return [
        Tab(kind.KIND.label, period if isinstance(period, kind) else kind.of(last.first), isinstance(period, kind))
        for kind in KINDS.values()
    ]


def committee_board(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """Completeness, classes and where points go over the subtree; then the committees below and the cells right below, compared.

    `?kind=` one kind of cell, `?order=` and `?page=` of the committees below. Context: board, page, kept (what links keep of the
    address), tabs, decides (whether the reader verifies the cells right below), queues ([(Month, how many sheets wait)]), and a value for
    each chart.
    """
    committee = committee_in_scope(request.authority, committee)
    kind, today = _asked_kind(request), timezone.localdate()
    last_month = last_month_gone_by(period, today)
    order = request.GET.get("order", "todo")
    board = dashboard.board_of(committee, period, kind=kind, order=order)
    decides = bool(request.authority.to_verify_under(committee))
    page = Paginator(board.below, COMMITTEES_PER_PAGE, orphans=AT_MOST_LEFT_OVER).get_page(request.GET.get("page"))
    kept = f"?kind={kind}" if kind else ""
    return render(
        request,
        "evaluations/committee_board.html",
        {
            "committee": committee,
            "period": period,
            "is_month": isinstance(period, Month),
            "crumbs": dashboard.seen_above(request.authority, committee),
            "tabs": _tabs(period, today),
            "previous": period.previous if period.previous.year in YEARS else None,
            "next": period.next if period.next.first <= today else None,
            "this": type(period).of(today),
            # Of a year that is the one before, which is shown already.
            "has_year_ago": period.year_before != period.previous,
            "board": board,
            "decides": decides,
            "queues": stages.queues_of(board) if decides else [],
            "publication": publication_of(committee, period),
            "kind_label": CellKind(kind).label if kind else "",
            "kept": kept,
            "and_kept": f"&kind={kind}" if kind else "",
            "order": order if order in dashboard.ORDERS else "todo",
            "orders": ORDERS,
            "page": page,
            "last_month": last_month,
            "running": last_month if not isinstance(period, Month) and last_month == Month.of(today) else None,
            "cells": board.cells[:CELLS_SHOWN],
            **(_drawn(board, page, kept, today) if board.now.cells else {}),
        },
    )


def _drawn(board: Board, page: Page, kept: str, today: date) -> dict:
    """The charts of a board that has figures."""
    link, link_of_month, to_cell = _to_board(board.period, kept), _to_month_of_board(kept), _to_cell(board.period, today)
    to_criterion = _to_criterion(board.committee, board.period, kept)
    cells, months = board.cells[:CELLS_SHOWN], [month for month, _counts in board.months]
    frame = board.frames[0] if board.frames else None
    return {
        "stages": stages.stages_of(board),
        "to_do": stages.to_do(board),
        "busiest": stages.busiest(board),
        "columns": charts.classes_over_months(board.months),
        "classes": charts.classes_of(board.now),
        "losses": [(each, charts.losses(each, to_criterion)) for each in board.frames],
        "self_against_log": charts.self_against_log(frame, to_criterion) if frame else None,
        "self_against_official": charts.self_against_official(board.cells, to_cell),
        "movements": charts.movements(board, link),
        "completeness": charts.completeness(page, link),
        "funnel": funnel.funnel_of(board.compared, board.limits, link) if board.limits else None,
        "heat_months": months,
        "heat": heat.heat_of_committees(page, dashboard.shares_by_month(board, page), months, link, link_of_month) if board.below else [],
        "heat_key": heat.KEY_OF_SHARES,
        "cell_heat_key": heat.KEY_OF_CLASSES,
        "class_key": charts.CLASSES,
        "cell_scores": [each.score for each in cells],
        "cell_heat": heat.heat_of_cells(cells, months, to_cell, _to_month_of_cell()) if cells else [],
    }


def _to_board(period: Period, kept: str) -> charts.Link:
    address = address_of("committee_board")
    return lambda each: address(each.public_id, period) + kept


def _to_month_of_board(kept: str) -> heat.LinkOfMonth:
    address = address_of("committee_board")
    return lambda each, month: address(each.public_id, month) + kept


def _to_criterion(committee: Committee, period: Period, kept: str) -> charts.Link:
    return lambda loss: reverse("committee_criterion", args=[committee.public_id, period, loss.key]) + kept


def _to_cell(period: Period, today: date) -> charts.Link:
    last, address = last_month_gone_by(period, today), address_of("cell_month")
    return lambda score: address(score.cell.public_id, last)


def _to_month_of_cell() -> heat.LinkOfMonth:
    address = address_of("cell_month")
    return lambda score, month: address(score.cell.public_id, month)
