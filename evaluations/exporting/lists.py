"""The lists that boards lead to, as tables: the cells that one number counts, and the committees one level down."""

from collections.abc import Iterator

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations import shown
from evaluations.dashboard import board_of
from evaluations.exporting.asking import Asked
from evaluations.exporting.tables import CLASSED, COUNTED, Book, Column, Kind, Table, classed, counted
from evaluations.filters import asked_of, filter_for
from evaluations.models import Grade, MonthFacts, MonthScore, PeriodScore, PeriodState, ScoreState, SheetPart
from evaluations.periods import Month
from meetings.models import CellKind

ROWS_AT_A_TIME = 2000
# A file is read from the top: cells of one committee stand together, in Vietnamese order.
BY_COMMITTEE = ("committee__order_key", "committee_id", "cell__order_key", "cell_id")

CELL = (
    Column(gettext_lazy("Committee"), width=36),
    Column(gettext_lazy("Cell"), width=38),
    Column(gettext_lazy("Kind of cell"), width=20),
    Column(gettext_lazy("State"), width=20),
)
SCORE = (
    Column(gettext_lazy("Points"), Kind.POINTS),
    Column(gettext_lazy("Class"), width=14),
)


def chosen_cells(query: QueryDict) -> dict[str, str]:
    """The filters of a list of cells, as its page reads them. 404 for a number or a kind that isn't there."""
    show, kind = query.get("show", ""), query.get("kind", "")
    if show not in shown.SHOWN or kind not in ("", *CellKind.values):
        raise Http404
    order = query.get("order", "")
    told = {"show": show, "order": order if shown.is_order(order) else "", "direct": "1" if query.get("direct") == "1" else ""}
    return asked_of(query) | told


def cells(asked: Asked) -> Book:
    """The cells that a number of the committee's page counts, with what is known of each."""
    show = asked.chosen["show"]
    order = shown.known_order(asked.chosen["order"], asked.period, show)
    listed = shown.cells_right_below if asked.chosen["direct"] else shown.cells_within
    narrowing = filter_for(asked.period)(asked.chosen, queryset=listed(asked.committee, asked.period, show=show, order=order))
    scores = narrowing.left
    if order == "name":
        scores = scores.order_by(*BY_COMMITTEE)
    what = shown.SHOWN[show]
    filters = [_("Shown: %(what)s") % {"what": what.label}]
    if asked.chosen["direct"]:
        filters.append(_("only cells right below"))
    filters += [f"{label}: {value}" for label, value in narrowing.chosen]
    of_month = isinstance(asked.period, Month)
    counted_as = "" if of_month or what.counted is None else str(what.label)
    table = Table(
        title=_("Cells, %(period)s") % {"period": asked.period_in_words},
        columns=MONTH_COLUMNS if of_month else _columns_of_longer(asked, counted_as),
        rows=_months(scores) if of_month else _longer(scores, counted_as),
        count=scores.count(),
        filters=filters,
    )
    return Book(table.title, asked.committee.name, [table])


MONTH_COLUMNS = (
    *CELL,
    Column(gettext_lazy("Day of the sitting"), Kind.DAY, 14),
    Column(gettext_lazy("Present"), Kind.WHOLE, 10, gettext_lazy("Members")),
    Column(gettext_lazy("In all"), Kind.WHOLE, 10, gettext_lazy("Members")),
    Column(gettext_lazy("On the day"), width=12),
    Column(gettext_lazy("On time"), width=12),
    Column(gettext_lazy("Verified"), width=12),
    *SCORE,
    Column(gettext_lazy("The cell's own points"), Kind.POINTS, 14),
    Column(gettext_lazy("Lines scored otherwise"), Kind.WHOLE, 14),
)


def with_facts(scores: QuerySet[MonthScore]) -> QuerySet[MonthScore]:
    """Adds `held_on`, `present` and `members` from the facts of the month."""
    facts = MonthFacts.objects.filter(cell=OuterRef("cell"), month=OuterRef("month"), part=SheetPart.MONTH)
    measured = {"held_on": "held_on", "present": "present", "members": "roster_size"}
    return scores.annotate(**{name: Subquery(facts.values(column)) for name, column in measured.items()})


def _months(scores: QuerySet[MonthScore]) -> Iterator[tuple]:
    kinds, states, grades = _labels(CellKind), _labels(ScoreState), _labels(Grade)
    said = {True: _("yes"), False: _("no"), None: None}
    values = with_facts(scores).values_list(
        *("committee__name", "cell__name", "cell_kind", "state", "held_on", "present", "members"),
        *("held_on_day", "sent_on_time", "verified", "total", "grade", "own_total", "differing"),
    )
    for committee, cell, kind, state, held_on, present, members, on_day, on_time, verified, *score in values.iterator(ROWS_AT_A_TIME):
        total, grade, own, differing = score
        of_cell = (committee, cell, kinds[kind], states[state], held_on, present, members)
        yield (*of_cell, said[on_day], said[on_time], said[verified], total, grades.get(grade), own, differing)


def _columns_of_longer(asked: Asked, counted_as: str) -> tuple[Column, ...]:
    """`counted_as` names a last column: how many of the page's number are the cell's."""
    months = _("Points of the months")
    return (
        *CELL,
        Column(_("Months"), Kind.WHOLE, 10),
        Column(_("Held"), Kind.WHOLE, 12),
        Column(_("On the day"), Kind.WHOLE, 12),
        Column(_("Thematic"), Kind.WHOLE, 12),
        Column(_("Score sent"), Kind.WHOLE, 12),
        Column(_("On time"), Kind.WHOLE, 12),
        Column(_("Verified"), Kind.WHOLE, 12),
        *SCORE,
        *(Column(month.label, Kind.POINTS, 10, months) for month in asked.period.months),
        *([Column(_("Counted here: %(what)s") % {"what": counted_as}, Kind.WHOLE, 18)] if counted_as else []),
    )


def _longer(scores: QuerySet[PeriodScore], counted_as: str) -> Iterator[tuple]:
    kinds, states, grades = _labels(CellKind), _labels(PeriodState), _labels(Grade)
    values = scores.values_list(
        *("committee__name", "cell__name", "cell_kind", "state", "points_by_month", "grade"),
        *("months", "held", "held_on_day", "thematic_held", "sent", "sent_on_time", "verified", "total"),
        *(["counted"] if counted_as else []),
    )
    for committee, cell, kind, state, by_month, grade, *counts in values.iterator(ROWS_AT_A_TIME):
        counts, here = (counts[:-1], counts[-1:]) if counted_as else (counts, [])
        yield (committee, cell, kinds[kind], states[state], *counts, grades.get(grade), *by_month, *here)


def _labels(choices) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def chosen_committees(query: QueryDict) -> dict[str, str]:
    """The filter of the committees one level down: a kind of cell. 404 for one that isn't there."""
    kind = query.get("kind", "")
    if kind not in ("", *CellKind.values):
        raise Http404
    return {"kind": kind}


def committees(asked: Asked) -> Book:
    """The committees one level down with their counts, and the committee's own as the last row."""
    board = board_of(asked.committee, asked.period, kind=asked.chosen["kind"], order="name")
    filters = [_("Kind of cell: %(kind)s") % {"kind": CellKind(board.kind).label}] if board.kind else []
    table = Table(
        title=_("Committees below, %(period)s") % {"period": asked.period_in_words},
        columns=(Column(_("Committee"), width=40), *COUNTED, *CLASSED),
        rows=[(each.name, *counted(each.counts), *classed(each.counts)) for each in board.below],
        count=len(board.below),
        filters=filters,
        totals=(asked.committee.name, *counted(board.now), *classed(board.now)),
    )
    return Book(table.title, asked.committee.name, [table])
