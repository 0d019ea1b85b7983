"""The cells of a month that have not held or not sent, as their page lists them: days and known reasons, and nobody's name."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import late
from evaluations.exporting.asking import Asked
from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.filters import FilterOfCells, asked_of
from evaluations.models import MonthScore

ROWS_AT_A_TIME = 1000


def chosen_late(query: QueryDict) -> dict[str, str]:
    """Which cells, in which order, as the page reads it. 404 for a list that isn't there."""
    show, order = query.get("show", "late"), query.get("order", "due")
    if show not in late.SHOWN:
        raise Http404
    return asked_of(query) | {"show": show, "order": order if order in late.ORDERS else "due"}


def late_list(asked: Asked) -> Book:
    today, show = timezone.localdate(asked.at), asked.chosen["show"]
    filters = FilterOfCells(asked.chosen, queryset=late.unfinished(asked.committee, asked.period))
    months = late.shown(filters.left, show, asked.period, today=today)
    listed = late.ordered(late.with_reasons(months, today=today), asked.chosen["order"])
    table = Table(
        title=_("Not held or not sent, %(month)s") % {"month": asked.period.label},
        columns=(
            Column(_("Committee"), width=36),
            Column(_("Cell"), width=38),
            Column(_("Kind of cell"), width=20),
            Column(_("What is open"), width=18),
            Column(_("Due by"), Kind.DAY, 14),
            Column(_("Days past"), Kind.WHOLE, 12),
            Column(_("Known reasons"), width=60),
            Column(_("Last reminded"), Kind.DAY, 14),
        ),
        rows=_rows(listed, asked),
        count=months.count(),
        filters=[_("Shown: %(what)s") % {"what": late.SHOWN[show]}, *(f"{label}: {value}" for label, value in filters.chosen)],
    )
    return Book(table.title, asked.committee.name, [table])


def _rows(listed: QuerySet[MonthScore], asked: Asked) -> Iterator[tuple]:
    today = timezone.localdate(asked.at)
    for row in late.rows_of(listed.iterator(ROWS_AT_A_TIME), today=today):
        score, reminded = row.score, row.score.reminded_at
        yield (
            *(score.committee.name, score.cell.name, str(score.get_cell_kind_display()), str(row.what), score.due_by, row.days),
            *("; ".join(row.reasons), timezone.localdate(reminded) if reminded else None),
        )
