"""The sheets that wait for a committee's verification: of a month of the cells right under it, those first that need a look."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import ExpressionWrapper, RawSQL
from django.db.models.functions import Abs, Cast, Least
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations import figures
from evaluations.models import Grade, ScoreSheet, SheetState
from evaluations.models.fields import PointsFormField
from evaluations.periods import Month
from evaluations.review import scorers_of
from evaluations.totals import own_class
from meetings.models import Cell, Committee, Placement

NEAR, GAP = gettext_lazy("Points from a threshold"), gettext_lazy("Points between self-score and computed")


@dataclass(frozen=True, slots=True)
class Attention:
    """What makes a sheet need a look, beside lines scored otherwise: so near a threshold, so far from the self-score (hundredths)."""

    near: int = 100
    gap: int = 300

    @classmethod
    def read(cls, near: str, gap: str) -> Self:
        """From a page's query, in points. Anything odd is the usual."""
        try:
            return cls(near_field().clean(near), gap_field().clean(gap))
        except ValidationError:
            return cls()

    @property
    def in_words(self) -> list[str]:
        near = _("at most %(points)s") % {"points": figures.points(self.near)}
        gap = _("at least %(points)s") % {"points": figures.points(self.gap)}
        return [f"{NEAR}: {near}", f"{GAP}: {gap}"]

    @property
    def query(self) -> dict[str, str]:
        """What `read` reads as this."""
        return {"near": f"{self.near / 100:g}", "gap": f"{self.gap / 100:g}"}


def near_field(**options) -> PointsFormField:
    return PointsFormField(max_value=10, **options)


def gap_field(**options) -> PointsFormField:
    return PointsFormField(max_value=100, **options)


SHOWN: dict[str, str | Promise] = {
    "waiting": gettext_lazy("Waiting"),
    "first": gettext_lazy("To be looked at first"),
    "proposed": gettext_lazy("Proposed"),
    "returned": gettext_lazy("Returned"),
    "decided": gettext_lazy("Decided"),
}
_WAITING = Q(state=SheetState.SUBMITTED)
_WHERE = {
    "waiting": _WAITING,
    "first": _WAITING & Q(signals__gt=0),
    "proposed": _WAITING & Q(proposed_at__isnull=False),
    "returned": Q(state=SheetState.RETURNED),
    "decided": Q(state=SheetState.VERIFIED),
}
CHANGED = (
    "SELECT count(*) FROM unnest(evaluations_scoresheet.outcome, evaluations_scoresheet.sent_outcome) AS line(now, sent) WHERE now <> sent"
)


def _difference(one: str, other: str) -> Abs:
    return Abs(ExpressionWrapper(F(one) - F(other), output_field=IntegerField()))


def _yes(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def cells_under(committee: Committee, today: date) -> QuerySet:
    """The keys of the cells on whose sheets the committee decides: those right under it."""
    return committee.child_placements.on(today).filter(cell__isnull=False).values("cell")


def sheets_of(committee: Committee, month: Month, attention: Attention, *, today: date) -> QuerySet[ScoreSheet]:
    """The sent sheets that can be verified, with why each needs a look; those that need it most first, then by name."""
    of_month = ScoreSheet.objects.standing().filter(cell__in=cells_under(committee, today), month=month.first)
    sent = of_month.filter(criteria_set__isnull=False).exclude(state=SheetState.DRAFT)
    looked_at = sent.annotate(
        gap=_difference("own_total", "total"),
        distance=Least(*(_difference("total", f"criteria_set__{name}") for name in ("good_from", "fair_from", "average_from"))),
        changed=RawSQL(CHANGED, []),
    ).annotate(
        is_near=_yes(Q(distance__lte=attention.near)),
        is_wide=_yes(Q(gap__gte=attention.gap)),
        is_differing=_yes(Q(differing__gt=0)),
    )
    signals = sum((Cast(name, IntegerField()) for name in ("is_near", "is_wide", "is_differing")), Value(0))
    return (
        looked_at.annotate(signals=signals)
        .select_related("cell", "meeting", "criteria_set", "proposed_by", "decision__decided_by")
        .order_by(F("signals").desc(), F("gap").desc(nulls_last=True), "cell__order_key", "pk")
    )


def count_shown(sheets: QuerySet[ScoreSheet]) -> dict[str, int]:
    """How many sheets each key of `SHOWN` shows. One query."""
    return sheets.order_by().aggregate(**{name: Count("pk", filter=where) for name, where in _WHERE.items()})


def shown(sheets: QuerySet[ScoreSheet], show: str) -> QuerySet[ScoreSheet]:
    """Raises KeyError for what is not a key of `SHOWN`."""
    return sheets.filter(_WHERE[show])


@dataclass(frozen=True, slots=True)
class Row:
    """One sheet in the queue; `scored_by_reader` keeps it from being decided on here."""

    sheet: ScoreSheet
    scored_by_reader: bool

    @property
    def token(self) -> str:
        """Names the sheet and what was seen of it."""
        return f"{self.sheet.public_id}:{self.sheet.seen}"

    @property
    def may_be_decided(self) -> bool:
        return self.sheet.state == SheetState.SUBMITTED and self.sheet.total is not None and not self.scored_by_reader

    @property
    def grade(self) -> Grade | None:
        return self.sheet.counting_grade

    @property
    def own_grade(self) -> Grade | None:
        return own_class(self.sheet).grade

    @property
    def is_adjusted_down(self) -> bool:
        return self.sheet.is_verified and self.own_grade is not None and list(Grade).index(self.grade) > list(Grade).index(self.own_grade)

    @property
    def is_self_score_above(self) -> bool:
        return self.sheet.own_total > self.sheet.total


def rows_of(sheets: Collection[ScoreSheet], reader: int) -> list[Row]:
    """The rows of a page of sheets, for the user with that key. One query."""
    scorers = scorers_of(sheets)
    return [Row(sheet, reader in scorers[sheet.pk]) for sheet in sheets]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many sheets of a month wait for a committee's decision."""

    committee: Committee
    month: Month
    sheets: int


def waiting_for(committees: Collection[Committee], *, today: date) -> list[Waiting]:
    """What waits for the committees' decisions, the newest month first. One query."""
    by_key = {committee.pk: committee for committee in committees}
    rows = (
        ScoreSheet.objects.standing()
        .filter(
            state=SheetState.SUBMITTED,
            criteria_set__isnull=False,
            cell__placements__in=Placement.objects.on(today).filter(parent__in=by_key),
        )
        .values_list("cell__placements__parent", "month")
        .annotate(sheets=Count("pk"))
        .order_by("-month", "cell__placements__parent")
    )
    return [Waiting(by_key[key], Month.of(month), count) for key, month, count in rows]


def to_propose(cells: Collection[Cell]) -> list[ScoreSheet]:
    """The sheets of followed cells that wait for a proposal, the oldest month first. One query."""
    of_cells = ScoreSheet.objects.standing().filter(cell__in=cells, criteria_set__isnull=False)
    waiting = of_cells.filter(_WAITING, proposed_at__isnull=True)
    return list(waiting.select_related("cell", "meeting").order_by("month", "cell__order_key"))


def returned_to(cells: Collection[Cell]) -> list[ScoreSheet]:
    """The cells' sheets that the committee returned, the oldest month first. One query."""
    returned = ScoreSheet.objects.standing().filter(cell__in=cells, state=SheetState.RETURNED)
    return list(returned.select_related("cell", "meeting").order_by("month", "cell__order_key"))
