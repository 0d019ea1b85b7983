"""A committee's report on a year: figures only, the same as its board's."""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import figures
from evaluations.dashboard import Board, board_of, history_of
from evaluations.exporting.asking import Asked
from evaluations.exporting.tables import CLASSED, COUNTED, Book, Column, Kind, Table, classed, counted
from evaluations.lost_points import FrameLosses
from evaluations.models import Grade
from meetings.models import CellKind


def report(asked: Asked) -> Book:
    """Completeness by month, classes by kind of cell, what is one level down, where points are lost, own points against computed ones."""
    board = board_of(asked.committee, asked.period, order="name")
    tables = [_by_month(board, timezone.localdate(asked.at)), _by_kind(board)]
    if board.below:
        tables.append(_below(board))
    if board.cells:
        tables.append(_cells(board))
    for frame in board.frames:
        tables += [_lost(frame), _against_the_log(frame)]
    title = _("Quality of cell meetings in %(year)s") % {"year": asked.period.year}
    return Book(title, asked.committee.name, [table for table in tables if table.count], paper=_("Report"), opening=_opening(board, asked))


def _opening(board: Board, asked: Asked) -> list[str]:
    now = board.now
    words = {"committee": asked.committee.name, "year": asked.period.year, "day": date_format(timezone.localtime(asked.at), "j/n/Y")}
    if not now.cells:
        return [_("As known on %(day)s, no cell of %(committee)s has figures for %(year)s.") % words]
    words |= {"cells": figures.count(now.cells), "scored": figures.count(now.scored)}
    first = _("As known on %(day)s, %(committee)s counts %(cells)s cells in %(year)s; %(scored)s have a score for the year") % words
    mean = _(", on average %(points)s points") % {"points": figures.points(now.mean)} if now.scored else ""
    said = [f"{first}{mean}."]
    if now.scored:
        classes = [f"{Grade(grade).label} {figures.count(n)} ({figures.percent_of(n, now.scored)})" for grade, n in now.grades]
        said.append(_("Classes for the year: %(classes)s.") % {"classes": ", ".join(classes)})
    words |= {name: figures.count(getattr(now, name)) for name in ("expected", "held", "sent", "verified")}
    words["share"] = figures.percent_of(now.held, now.expected)
    said.append(
        _(
            "Of %(expected)s regular sittings expected, %(held)s were held (%(share)s); "
            "%(sent)s scores were sent up, %(verified)s of them verified."
        )
        % words
    )
    if asked.period.end > timezone.localdate(asked.at):
        said.append(_("The year is not over: months to come are not counted."))
    return said


def _by_month(board: Board, today: date) -> Table:
    """The months that add up to the year, the one in progress as it stands."""
    rows = [(month.label, *counted(counts)) for month, counts in board.months if counts.cells]
    note = _("“On the day” and “on time” count only where the rules in force set a day or a deadline.")
    if any(counts.cells and month.end > today for month, counts in board.months):
        in_progress = _("The month in progress is counted as it stands.")
        note = f"{note} {in_progress}"
    if sum(counts.expected for _month, counts in board.months) != board.now.expected:
        moved = _("A cell that moved counts in each month where it stood then, and in the year where it stood last.")
        note = f"{note} {moved}"
    return Table(
        title=_("How complete, by month"),
        columns=(Column(_("Month"), width=12), *COUNTED),
        rows=rows,
        count=len(rows),
        totals=(_("Year"), *counted(board.now)),
        note=note,
    )


def _by_kind(board: Board) -> Table:
    of_kinds = history_of(board.committee, [board.period]).by_kind(board.period)
    rows = [(CellKind(kind).label, of_kinds[kind].cells, *classed(of_kinds[kind])) for kind in CellKind.values if kind in of_kinds]
    return Table(
        title=_("Classes of the year, by kind of cell"),
        columns=(Column(_("Kind of cell"), width=30), COUNTED[0], *CLASSED),
        rows=[tuple(map(_text_of, row)) for row in rows],
        count=len(rows),
        totals=(_("All"), board.now.cells, *classed(board.now)),
    )


def _text_of(value):
    """Labels come as promises of a text."""
    return value if value is None or isinstance(value, int) else str(value)


def _below(board: Board) -> Table:
    columns = (
        Column(_("Committee"), width=34),
        Column(_("Cells"), Kind.WHOLE, 9),
        Column(_("Held"), Kind.SHARE, 12),
        Column(_("Score sent"), Kind.SHARE, 12),
        Column(_("Verified"), Kind.SHARE, 12),
        *CLASSED[1:],
    )

    def row(name: str, counts) -> tuple:
        shares = ((counts.held, counts.expected), (counts.sent, counts.expected), (counts.verified, counts.expected))
        return (name, counts.cells, *shares, *classed(counts)[1:])

    return Table(
        title=_("Committees below"),
        columns=columns,
        rows=[row(each.name, each.counts) for each in board.below],
        count=len(board.below),
        totals=row(_("All"), board.now),
        note=_("Shares are of the sittings expected. The last row holds every cell of the committee, those right below it too."),
    )


def _cells(board: Board) -> Table:
    columns = (
        Column(_("Cell"), width=36),
        Column(_("Kind of cell"), width=24),
        Column(_("Months"), Kind.WHOLE, 11),
        Column(_("Held"), Kind.WHOLE, 11),
        Column(_("Score sent"), Kind.WHOLE, 11),
        Column(_("Verified"), Kind.WHOLE, 11),
        Column(_("Points"), Kind.POINTS, 10),
        Column(_("Class"), width=12),
    )
    scores = sorted((each.score for each in board.cells), key=lambda score: (score.cell.order_key, score.cell_id))
    rows = [
        (
            *(score.cell.name, str(score.get_cell_kind_display()), score.months, score.held, score.sent, score.verified),
            *(score.total, str(score.get_grade_display()) or None),
        )
        for score in scores
    ]
    left = board.count_of_cells_below - len(rows)
    note = ngettext("%(n)s more cell is not listed.", "%(n)s more cells are not listed.", left) % {"n": left} if left > 0 else ""
    return Table(title=_("Cells right below"), columns=columns, rows=rows, count=len(rows), note=note)


def _lost(frame: FrameLosses) -> Table:
    columns = (
        Column(_("Criterion"), width=60),
        Column(_("Points to be had"), Kind.POINTS, 14),
        Column(_("Points lost"), Kind.POINTS, 14),
        Column(_("Of every 100 points to be had"), Kind.PER_HUNDRED, 14),
    )
    rows = [(f"{each.code}. {each.title}", each.most, each.lost, frame.of_hundred(each)) for each in frame.heaviest]
    return Table(
        title=_("Criteria that lose most points"),
        columns=columns,
        rows=rows,
        count=len(rows),
        opening=frame.title,
        totals=(_("All"), frame.most, sum(each.lost for each in frame.criteria), _sum_of(frame)),
        note=_("By the frame's criteria, over the scored months of the year."),
    )


def _sum_of(frame: FrameLosses) -> float:
    return sum(frame.of_hundred(each) for each in frame.criteria)


def _against_the_log(frame: FrameLosses) -> Table:
    columns = (
        Column(_("Criterion"), width=60),
        Column(_("Lines compared"), Kind.WHOLE, 12),
        Column(_("The cell's own points"), Kind.POINTS, 14),
        Column(_("Points that the log gives"), Kind.POINTS, 14),
        Column(_("Own for every 100 of the log"), Kind.PER_HUNDRED, 14),
    )
    compared = [each for each in frame.criteria if each.compared]
    rows = [(f"{each.code}. {each.title}", each.compared, each.own, each.computed, each.own_per_hundred) for each in compared]
    sums = tuple(sum(getattr(each, name) for each in frame.criteria) for name in ("compared", "own", "computed"))
    return Table(
        title=_("Own points against computed ones"),
        columns=columns,
        rows=rows,
        count=len(rows),
        opening=frame.title,
        totals=(_("All"), *sums, frame.own_per_hundred),
        note=_("Only lines that are computed from the log; above 100 the cells give themselves more than the log does."),
    )
