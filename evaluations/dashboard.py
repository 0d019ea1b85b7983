"""What a committee's page reads: stored summaries and month scores, in a fixed number of queries. Nothing is computed over cells here."""

from dataclasses import dataclass, fields

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from evaluations.models import CommitteeSummary, Grade, MonthScore, ScoreState
from evaluations.periods import Month, PeriodKind
from evaluations.scoring import COUNTS
from meetings.models import Committee, Placement, path_end


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of a summary, over all kinds of cell or over one."""

    cells: int = 0
    expected: int = 0
    held: int = 0
    held_on_day: int = 0
    with_day: int = 0
    thematic_held: int = 0
    sent: int = 0
    sent_on_time: int = 0
    with_deadline: int = 0
    verified: int = 0
    no_set: int = 0
    not_due: int = 0
    scored: int = 0
    good: int = 0
    fair: int = 0
    average: int = 0
    poor: int = 0
    points: int = 0
    points_squared: int = 0

    @classmethod
    def of(cls, row: dict | None) -> "Counts":
        return cls(**{field.name: (row or {}).get(field.name) or 0 for field in fields(cls)})

    @property
    def not_held(self) -> int:
        return self.cells - self.held

    @property
    def not_sent(self) -> int:
        return self.held - self.sent

    @property
    def grades(self) -> list[tuple[Grade, int]]:
        return [(Grade.GOOD, self.good), (Grade.FAIR, self.fair), (Grade.AVERAGE, self.average), (Grade.POOR, self.poor)]

    @property
    def mean(self) -> int | None:
        """The mean of the scored cells' points, in hundredths."""
        return (2 * self.points + self.scored) // (2 * self.scored) if self.scored else None


@dataclass(frozen=True, slots=True)
class Below:
    """A committee one level down, with its counts."""

    committee: Committee
    counts: Counts


SUMS = {name: Sum(name) for name in COUNTS}


def counts_of(committee: Committee, month: Month) -> Counts:
    """Over the committee's whole subtree."""
    return Counts.of(
        CommitteeSummary.objects.filter(committee=committee, period_kind=PeriodKind.MONTH, first_on=month.first).aggregate(**SUMS)
    )


def committees_below(committee: Committee, month: Month) -> list[Below]:
    """The committees that stood right below in that month, in Vietnamese order, each over its whole subtree."""
    below = Committee.objects.filter(
        pk__in=Placement.objects.filter(parent=committee, committee__isnull=False, during__overlap=(month.first, month.end)).values(
            "committee"
        )
    ).in_vietnamese_order()
    rows = (
        CommitteeSummary.objects.filter(committee__in=below, period_kind=PeriodKind.MONTH, first_on=month.first)
        .values("committee")
        .annotate(**SUMS)
    )
    counts = {row["committee"]: Counts.of(row) for row in rows}
    return [Below(each, counts.get(each.pk, Counts())) for each in below]


# What a number on the page counts, as a condition on month scores: every number links to the list of exactly those.
SHOWN = {
    "": Q(),
    "held": Q(held=True),
    "not_held": Q(held=False),
    "on_day": Q(held_on_day=True),
    "thematic": Q(thematic_held=True),
    "sent": Q(sent=True),
    "not_sent": Q(held=True, sent=False),
    "on_time": Q(sent_on_time=True),
    "late": Q(sent_on_time=False),
    "no_set": Q(state=ScoreState.NO_SET),
    "not_due": Q(state=ScoreState.NOT_DUE),
    "scored": Q(state=ScoreState.SCORED),
    "good": Q(grade=Grade.GOOD),
    "fair": Q(grade=Grade.FAIR),
    "average": Q(grade=Grade.AVERAGE),
    "poor": Q(grade=Grade.POOR),
}
LABELS = {
    "": _("All cells"),
    "held": _("Held"),
    "not_held": _("Not held"),
    "on_day": _("Held on the day"),
    "thematic": _("Thematic sitting held"),
    "sent": _("Score sent"),
    "not_sent": _("Held, score not sent"),
    "on_time": _("Sent on time"),
    "late": _("Sent late"),
    "no_set": _("Not scorable: no set in force"),
    "not_due": _("Sent, a line is not due yet"),
    "scored": _("Scored"),
    "good": Grade.GOOD.label,
    "fair": Grade.FAIR.label,
    "average": Grade.AVERAGE.label,
    "poor": Grade.POOR.label,
}
ORDERS = {
    "name": ("cell__order_key", "cell_id"),
    "points": (F("total").asc(nulls_last=True), "cell__order_key", "cell_id"),
}


def path_in(committee: Committee, month: Month) -> str:
    """The committee's place in a month: its first one there, or today's where it had none."""
    placed = committee.placements.filter(during__overlap=(month.first, month.end)).order_by("during").first()
    return placed.path if placed else committee.scope_path


def cells_within(committee: Committee, month: Month, *, show: str = "", order: str = "name") -> QuerySet[MonthScore]:
    """The months of the cells in the committee's subtree of that month; `show` is a key of `SHOWN`. Raises KeyError for others."""
    path = path_in(committee, month)
    scores = MonthScore.objects.filter(SHOWN[show], month=month.first, counted_path__gte=path, counted_path__lt=path_end(path))
    return scores.select_related("cell", "committee", "sheet").order_by(*ORDERS.get(order, ORDERS["name"]))


def chain_above(committee: Committee) -> list[Committee]:
    """The committees above it today, from the root down."""
    keys = [int(segment) for segment in committee.scope_path.rstrip("/").split("/")][:-1]
    by_key = Committee.objects.in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]
