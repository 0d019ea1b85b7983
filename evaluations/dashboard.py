"""What a committee's page reads: stored summaries and scores, in a fixed number of queries. Nothing is computed over cells here."""

from dataclasses import dataclass

from evaluations.counts import SUMS, Counts
from evaluations.models import CommitteeSummary
from evaluations.periods import Period
from meetings.models import Committee, Placement


@dataclass(frozen=True, slots=True)
class Below:
    """A committee one level down, with its counts."""

    committee: Committee
    counts: Counts


def counts_of(committee: Committee, period: Period) -> Counts:
    """Over the committee's whole subtree."""
    return Counts.of(CommitteeSummary.objects.filter(committee=committee, period_kind=period.KIND, first_on=period.first).aggregate(**SUMS))


def committees_below(committee: Committee, period: Period) -> list[Below]:
    """The committees that stood right below in that period, in Vietnamese order, each over its whole subtree."""
    below = Committee.objects.filter(
        pk__in=Placement.objects.filter(parent=committee, committee__isnull=False, during__overlap=(period.first, period.end)).values(
            "committee"
        )
    ).in_vietnamese_order()
    rows = (
        CommitteeSummary.objects.filter(committee__in=below, period_kind=period.KIND, first_on=period.first)
        .values("committee")
        .annotate(**SUMS)
    )
    counts = {row["committee"]: Counts.of(row) for row in rows}
    return [Below(each, counts.get(each.pk, Counts())) for each in below]


def chain_above(committee: Committee) -> list[Committee]:
    """The committees above it today, from the root down."""
    keys = [int(segment) for segment in committee.scope_path.rstrip("/").split("/")][:-1]
    by_key = Committee.objects.in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]
