"""The sheets of a month that wait for a committee's verification, as its queue lists them: figures, and nobody's name."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import queue
from evaluations.exporting.asking import Asked
from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.filters import FilterOfSheets, asked_of
from evaluations.models import ScoreSheet

SHEETS_AT_A_TIME = 500


def chosen_sheets(query: QueryDict) -> dict[str, str]:
    """Which sheets are shown, and what makes one need a look, as the page reads them. 404 for what is not shown anywhere."""
    show = query.get("show", "waiting")
    if show not in queue.SHOWN:
        raise Http404
    return asked_of(query) | {"show": show} | queue.Attention.read(query.get("near", ""), query.get("gap", "")).query


def sheets(asked: Asked) -> Book:
    """One row a sheet, those that need a look first."""
    show = asked.chosen["show"]
    attention = queue.Attention.read(asked.chosen["near"], asked.chosen["gap"])
    sent = queue.sheets_of(asked.committee, asked.period, attention, today=timezone.localdate(asked.at))
    filters = FilterOfSheets(asked.chosen, queryset=sent)
    listed = queue.shown(filters.left, show)
    table = Table(
        title=_("Verification, %(month)s") % {"month": asked.period.label},
        columns=(
            Column(_("Cell"), width=38),
            Column(_("State"), width=18),
            Column(_("Self-score"), Kind.POINTS, 12),
            Column(_("Computed"), Kind.POINTS, 12),
            Column(_("Official"), Kind.POINTS, 12),
            Column(_("Class"), width=14),
            Column(_("Lines scored otherwise"), Kind.WHOLE, 14),
            Column(_("Lines changed since sent"), Kind.WHOLE, 14),
            Column(_("Self-score and computed apart by"), Kind.POINTS, 14),
            Column(_("Points from another class"), Kind.POINTS, 14),
            Column(_("Thematic sitting of"), Kind.DAY, 14),
        ),
        rows=_rows(listed),
        count=listed.count(),
        filters=[
            _("Shown: %(what)s") % {"what": queue.SHOWN[show]},
            *(attention.in_words if show == "first" else []),
            *(f"{label}: {value}" for label, value in filters.chosen),
        ],
    )
    return Book(table.title, asked.committee.name, [table])


def _rows(listed: QuerySet[ScoreSheet]) -> Iterator[tuple]:
    for sheet in listed.iterator(SHEETS_AT_A_TIME):
        grade = sheet.counting_grade
        yield (
            *(sheet.cell.name, str(sheet.get_state_display()), sheet.own_total, sheet.total),
            *(sheet.verified_total if sheet.is_verified else None, str(grade.label) if grade else None),
            *(sheet.differing, sheet.changed, sheet.gap, sheet.distance, sheet.meeting.held_on if sheet.is_thematic else None),
        )
