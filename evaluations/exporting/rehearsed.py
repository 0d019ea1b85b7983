"""A rehearsal as a spreadsheet: the matrix of classes by kind of cell, and the months of cells that come to another class."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from evaluations.exporting.files import KEPT_FOR, new_file
from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.exporting.xlsx import write_xlsx
from evaluations.jobs import Work
from evaluations.models import Grade, Rehearsal
from evaluations.periods import Month
from evaluations.rehearsed import COLUMNS, crossings
from meetings.models import CellKind, DemoData

ROWS_AT_A_TIME = 2000


def write_rehearsal(work: Work, rehearsal: Rehearsal) -> None:
    """Write the job's file; named to its owner once it is whole."""
    job, at = work.job, work.clock()
    path = new_file("xlsx")
    try:
        banner = DemoData.objects.values_list("note", flat=True).first() or ""
        write_xlsx(book_of(rehearsal), path, banner=banner, by=job.requested_by.full_name, at=at, passed=lambda rows: None)
        work.write(stored_as=path.name, file_name=f"{rehearsal.criteria_set.code}-{rehearsal.period}.xlsx", expires_at=at + KEPT_FOR)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def book_of(rehearsal: Rehearsal) -> Book:
    title = _("Rehearsal of “%(title)s”, %(period)s") % {"title": rehearsal.criteria_set.title, "period": rehearsal.period.label}
    return Book(title, rehearsal.committee.name, [_matrix(rehearsal), _moves(rehearsal)])


def _matrix(rehearsal: Rehearsal) -> Table:
    after = [str(Grade(column).label) if column else _("no class") for column in COLUMNS]
    rows = [
        (str(CellKind(kind).label) if kind else _("all"), str(crossing.before.label), *crossing.after, crossing.whole)
        for kind in ("", *CellKind.values)
        if kind in ("", *rehearsal.matrix)
        for crossing in crossings(rehearsal, kind)
    ]
    columns = (
        Column(_("Kind of cell"), width=24),
        Column(_("Class before"), width=16),
        *(Column(label, Kind.WHOLE, 14, _("Class under the draft")) for label in after),
        Column(_("Months of cells"), Kind.WHOLE, 16),
    )
    unknown = "; ".join(f"{code} {title}: {why}" for code, title, why in rehearsal.unknown)
    note = _("Left out, for the past says nothing of it: %(lines)s") % {"lines": unknown} if unknown else ""
    return Table(_("Classes before and under the draft"), columns, rows, len(rows), note=note)


def _moves(rehearsal: Rehearsal) -> Table:
    columns = (
        Column(_("Committee"), width=36),
        Column(_("Cell"), width=38),
        Column(_("Kind of cell"), width=20),
        Column(_("Month"), width=12),
        Column(_("Points before"), Kind.POINTS),
        Column(_("Class before"), width=14),
        Column(_("Points under the draft"), Kind.POINTS),
        Column(_("Class under the draft"), width=14),
        Column(_("Line that moves it"), width=60),
        Column(_("It alone moves"), Kind.POINTS),
    )
    return Table(_("What comes to another class"), columns, _rows(rehearsal), rehearsal.moves.count())


def _rows(rehearsal: Rehearsal) -> Iterator[tuple]:
    kinds, grades = ({value: str(label) for value, label in each.choices} for each in (CellKind, Grade))
    moves = rehearsal.moves.order_by("committee__order_key", "committee_id", "cell__order_key", "cell_id", "month")
    for committee, cell, kind, month, before, grade_before, after, grade_after, line, by in moves.values_list(
        *("committee__name", "cell__name", "cell_kind", "month", "before", "grade_before", "after", "grade_after", "line", "moves_by")
    ).iterator(ROWS_AT_A_TIME):
        was, becomes = grades[grade_before], grades.get(grade_after)
        yield committee, cell, kinds[kind], Month.of(month).label, before, was, after, becomes, line or _("the thresholds"), by
