"""What each number of a committee's page counts, as the list of exactly those cells: every number leads to its list.

A month's number counts cells. A longer period's number counts cells too where it is about their class, and months of cells elsewhere: each
cell of the list then says how many of the number are its own, and they add up.
"""

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.counts import mean_of
from evaluations.models import Grade, MonthScore, PeriodScore, PeriodState, ScoreState
from evaluations.periods import Month, Period
from meetings.models import CellKind, Committee, path_end


@dataclass(frozen=True, slots=True)
class Shown:
    """`months`: which months it counts. Of a longer period either `cells`, which cells, or `counted`, how many of a cell's months.

    `number` names the number itself in a committee's `Counts`, and `of` what it is a part of there ('' for the whole).
    """

    label: str | Promise
    number: str
    of: str
    months: Q
    cells: Q | None = None
    counted: Combinable | None = None


def _of_class(grade: Grade) -> Shown:
    return Shown(grade.label, grade.name.lower(), "scored", Q(grade=grade), cells=Q(grade=grade))


# Waits for the committee's decision, as `rollup.WAITS` counts it.
WAITS = Q(sent=True, verified=False, returned=False) & ~Q(state=ScoreState.NO_SET)
SHOWN = {
    "": Shown(_("All cells"), "cells", "", Q(), cells=Q()),
    "expected": Shown(_("Expected"), "expected", "", Q(), counted=F("months")),
    "held": Shown(_("Held"), "held", "expected", Q(held=True), counted=F("held")),
    "not_held": Shown(_("Not held"), "not_held", "expected", Q(held=False), counted=F("months") - F("held")),
    "on_day": Shown(_("Held on the day"), "held_on_day", "with_day", Q(held_on_day=True), counted=F("held_on_day")),
    "thematic": Shown(_("Thematic sitting held"), "thematic_held", "expected", Q(thematic_held=True), counted=F("thematic_held")),
    "sent": Shown(_("Score sent"), "sent", "held", Q(sent=True), counted=F("sent")),
    "not_sent": Shown(_("Held, score not sent"), "not_sent", "held", Q(held=True, sent=False), counted=F("held") - F("sent")),
    "on_time": Shown(_("Sent on time"), "sent_on_time", "with_deadline", Q(sent_on_time=True), counted=F("sent_on_time")),
    "late": Shown(_("Sent late"), "late", "with_deadline", Q(sent_on_time=False), counted=F("with_deadline") - F("sent_on_time")),
    "verified": Shown(_("Verified"), "verified", "sent", Q(verified=True), counted=F("verified")),
    "not_verified": Shown(_("To be verified"), "not_verified", "sent", WAITS, counted=F("not_verified")),
    "undecided": Shown(_("Sent, not verified"), "undecided", "sent", Q(sent=True, verified=False), counted=F("sent") - F("verified")),
    "set_aside": Shown(
        _("Returned, or without a set"),
        "set_aside",
        "sent",
        Q(sent=True, verified=False) & ~WAITS,
        counted=F("sent") - F("verified") - F("not_verified"),
    ),
    "no_set": Shown(_("Not scorable: no set in force"), "no_set", "expected", Q(state=ScoreState.NO_SET), counted=F("no_set")),
    "not_due": Shown(_("Sent, a line is not due yet"), "not_due", "sent", Q(state=ScoreState.NOT_DUE), counted=F("not_due")),
    "scored": Shown(_("Scored"), "scored", "cells", Q(state=ScoreState.SCORED), cells=Q(state=PeriodState.SCORED)),
    "good": _of_class(Grade.GOOD),
    "fair": _of_class(Grade.FAIR),
    "average": _of_class(Grade.AVERAGE),
    "poor": _of_class(Grade.POOR),
}
_BY_NAME = ("cell__order_key", "cell_id")
# What a list can be sorted by, each then by name. A class is sorted by its points: the words of the classes stand in no order.
SORTED_BY = {
    "name": (),
    "committee": (F("committee__order_key"), F("committee_id")),
    # In the order in which they are offered.
    "kind": (Case(*(When(cell_kind=kind, then=place) for place, kind in enumerate(CellKind.values)), output_field=IntegerField()),),
    "state": (F("state"),),
    "counted": (F("counted"),),
    "points": (F("total"),),
    "grade": (F("total"),),
}
TO_DO = "todo"
_LOWEST_FIRST = (F("total").asc(nulls_last=True), *_BY_NAME)
# What still wants something done comes first: to be held, sent, verified; then what is scored lowest.
TO_DO_OF_MONTHS = ("held", "sent", Case(When(WAITS, then=0), default=1), *_LOWEST_FIRST)
TO_DO_OF_LONGER = ((F("months") - F("sent") + F("not_verified")).desc(), *_LOWEST_FIRST)


def path_in(committee: Committee, period: Period) -> str:
    """The committee's place in a period: in a month its first one there, in a longer one its last; today's where it had none."""
    placed = committee.placements.filter(during__overlap=(period.first, period.end)).order_by("during")
    place = placed.first() if isinstance(period, Month) else placed.last()
    return place.path if place else committee.scope_path


def scores_in(period: Period) -> QuerySet[MonthScore] | QuerySet[PeriodScore]:
    """The scores of all cells in a period: of a month, or rolled up."""
    if isinstance(period, Month):
        return MonthScore.objects.filter(month=period.first)
    return PeriodScore.objects.filter(period_kind=period.KIND, first_on=period.first)


def cells_within(
    committee: Committee, period: Period, *, show: str = "", kind: str = "", order: str = "name"
) -> QuerySet[MonthScore] | QuerySet[PeriodScore]:
    """The cells in the committee's subtree of that period that one number counts (`show`, a key of `SHOWN`; KeyError for another).

    Months of cells, or their longer periods; these carry `counted`, how many of the number are theirs, where it counts months.
    """
    path = path_in(committee, period)
    return _listed(period, show, kind, order).filter(counted_path__gte=path, counted_path__lt=path_end(path))


def cells_right_below(
    committee: Committee, period: Period, *, show: str = "", kind: str = "", order: str = "name"
) -> QuerySet[MonthScore] | QuerySet[PeriodScore]:
    """The same of the cells that stand directly under the committee."""
    return _listed(period, show, kind, order).filter(committee=committee)


def _listed(period: Period, show: str, kind: str, order: str) -> QuerySet[MonthScore] | QuerySet[PeriodScore]:
    shown, scores = SHOWN[show], scores_in(period)
    if isinstance(period, Month):
        scores = scores.filter(shown.months)
    elif shown.counted is None:
        scores = scores.filter(shown.cells)
    else:
        scores = scores.annotate(counted=shown.counted).filter(counted__gt=0)
    if kind:
        scores = scores.filter(cell_kind=kind)
    scores = scores.select_related("cell", "committee")
    if order == TO_DO:
        return scores.order_by(*(TO_DO_OF_MONTHS if isinstance(period, Month) else TO_DO_OF_LONGER))
    return in_order(scores, order)


def is_order(order: str) -> bool:
    """Whether some list can be sorted so: by a key of `SORTED_BY`, with `-` before it for the other way round, or by `TO_DO`."""
    return order == TO_DO or order.removeprefix("-") in SORTED_BY


def known_order(order: str, period: Period, show: str) -> str:
    """The order as asked for, where this list can be sorted so; else by name."""
    counts = not isinstance(period, Month) and SHOWN[show].counted is not None
    return order if is_order(order) and (counts or order.removeprefix("-") != "counted") else "name"


def in_order(scores: QuerySet[MonthScore] | QuerySet[PeriodScore], order: str) -> QuerySet[MonthScore] | QuerySet[PeriodScore]:
    """Sorted by a known order; what has no value stands last either way."""
    by_name = _BY_NAME
    if order == "-name":
        by_name = ("-cell__order_key", "-cell_id")
    columns = SORTED_BY[order.removeprefix("-")]
    keys = [each.desc(nulls_last=True) if order.startswith("-") else each.asc(nulls_last=True) for each in columns]
    return scores.order_by(*keys, *by_name)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a whole list comes to: `points` is their sum in hundredths; `months`: how many the number counts, None if it counts cells."""

    cells: int
    scored: int
    points: int
    grades: tuple[tuple[Grade, int], ...]
    months: int | None

    @property
    def mean(self) -> int | None:
        return mean_of(self.points, self.scored)


def totals_of(scores: QuerySet[MonthScore] | QuerySet[PeriodScore]) -> Totals:
    """One query."""
    sums = {"cells": Count("pk"), "scored": Count("total"), "points": Sum("total")}
    sums |= {f"of_{grade.name}": Count("pk", filter=Q(grade=grade)) for grade in Grade}
    if "counted" in scores.query.annotations:
        sums["months"] = Sum("counted")
    found = scores.order_by().aggregate(**sums)
    grades = tuple((grade, found[f"of_{grade.name}"]) for grade in Grade)
    months = (found["months"] or 0) if "months" in found else None
    return Totals(found["cells"], found["scored"], found["points"] or 0, grades, months)
