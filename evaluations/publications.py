"""Closed periods as pages read them: editions beside what is known now, cell by cell and summed up, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.counts import SUMS, Counts
from evaluations.dashboard import counts_of
from evaluations.models import CommitteeSummary, DifferingCells, Edition, PublishedSummary
from evaluations.periods import KINDS, Period, Year
from evaluations.published import BESIDE, COLUMN_LABELS, DIFFERING, PUBLISHED_COUNTS, SCORE_COLUMNS, Standing, bound, differing_columns
from meetings.models import Committee


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell's score as published and as known now; None where the cell is not in the one or the other."""

    cell_id: int
    name: str
    public_id: str
    published: Standing | None
    known: Standing | None

    @property
    def others(self) -> list[str | Promise]:
        """What differs beside state, points and class, in words."""
        return [COLUMN_LABELS[name] for name in differing_columns(self.published, self.known) if name in COLUMN_LABELS]


class Differences:
    """The cells whose scores differ between an edition and what is known now, in Vietnamese order: counted once, read page by page."""

    def __init__(self, parameters: dict[str, object]):
        self.parameters = parameters

    @cached_property
    def _count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"{BESIDE} SELECT count(*) {DIFFERING}", self.parameters)
            return cursor.fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, page: slice) -> list[Difference]:
        sides = ", ".join(f"{side}.{name}" for side in ("published", "known") for name in SCORE_COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{BESIDE}, differing AS (SELECT cell_id, published.state IS NOT NULL, known.state IS NOT NULL, {sides} {DIFFERING}) "
                "SELECT c.name, c.public_id, d.* FROM differing d LEFT JOIN meetings_cell c ON c.id = d.cell_id "
                "ORDER BY c.order_key, d.cell_id LIMIT %(limit)s OFFSET %(offset)s",
                self.parameters | {"limit": page.stop - page.start, "offset": page.start},
            )
            return [_difference(*row) for row in cursor.fetchall()]


def _difference(name: str | None, public_id: str, cell_id: int, is_published: bool, is_known: bool, *values) -> Difference:
    half = len(SCORE_COLUMNS)
    published, known = (
        Standing(dict(zip(SCORE_COLUMNS, side, strict=True))) if is_there else None
        for is_there, side in ((is_published, values[:half]), (is_known, values[half:]))
    )
    return Difference(cell_id, name or "", public_id, published, known)


@dataclass(frozen=True)
class Publication:
    """A closed period as one committee sees it: the editions of the committee that published it, itself or one above (`publication_of`)."""

    committee: Committee
    period: Period
    editions: tuple[Edition, ...]

    @property
    def publisher(self) -> Committee:
        return self.editions[0].committee

    @property
    def latest(self) -> Edition:
        return self.editions[-1]

    def edition(self, number: int) -> Edition | None:
        return next((edition for edition in self.editions if edition.number == number), None)

    def differences(self, number: int) -> Differences:
        """Of the committee's cells, those whose score as published in an edition is not what is known now."""
        return Differences(bound(self.publisher, self.committee, self.period, number))

    @property
    def differing(self) -> int:
        """How many of the committee's cells differ between the latest edition and what is known now, as last counted."""
        return self.latest.differing or 0

    def published_counts(self, number: int) -> Counts:
        """The committee's counts over all kinds of cell, as the edition has them."""
        rows = PublishedSummary.objects.filter(edition=self.edition(number), committee_id=self.committee.pk)
        return Counts.of(rows.aggregate(**{name: SUMS[name] for name in PUBLISHED_COUNTS}))

    def known_counts(self) -> Counts:
        """The same as they stand now."""
        return counts_of(self.committee, self.period)


_ABOVE = """
SELECT segment::bigint FROM meetings_placement p CROSS JOIN LATERAL unnest(string_to_array(rtrim(p.path, '/'), '/')) AS segment
WHERE p.committee_id = %s AND p.during && daterange(%s, %s)"""


def publication_of(committee: Committee, period: Period) -> Publication | None:
    """The period as published by the committee or one that stood above it then; None while it is open. One query.

    Of two, where the committee stood under both in the period, the one above it today.
    """
    differing = DifferingCells.objects.filter(
        publisher=OuterRef("committee"), committee=committee, period_kind=period.KIND, first_on=period.first
    )
    editions = Edition.objects.filter(
        period_kind=period.KIND, first_on=period.first, committee__in=RawSQL(_ABOVE, [committee.pk, period.first, period.end])
    )
    found = editions.annotate(differing=Subquery(differing.values("cells"))).select_related("committee", "closed_by").order_by("number")
    publishers = {edition.committee for edition in found}
    publisher = max(publishers, key=lambda each: committee.is_within(each.scope_path), default=None)
    own = tuple(edition for edition in found if edition.committee == publisher)
    return Publication(committee, period, own) if own else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure as published and as known now; `out_of` is what each is counted of, where it is a part of something.

    `show`: the list of the cells that it counts now, a key of `evaluations.shown.SHOWN`; None where it counts none.
    """

    label: str | Promise
    published: int | None
    known: int | None
    out_of: tuple[int, int] | None = None
    grade: str = ""
    is_points: bool = False
    show: str | None = None

    @property
    def differs(self) -> bool:
        return self.published != self.known


def compared(published: Counts, known: Counts) -> list[Compared]:
    """A committee's figures, one per line of the page."""
    sides = (published, known)
    expected, cells = (tuple(getattr(side, name) for side in sides) for name in ("expected", "cells"))
    named = [("held", _("Held"), expected), ("sent", _("Score sent"), expected), ("verified", _("Verified"), expected)]
    rows = [Compared(_("Cells"), *cells, show="")]
    rows += [Compared(label, *(getattr(side, name) for side in sides), out_of, show=name) for name, label, out_of in named]
    rows.append(Compared(_("Scored"), published.scored, known.scored, cells, show="scored"))
    for (grade, before), (_grade, now) in zip(published.grades, known.grades, strict=True):
        rows.append(Compared(grade.label, before, now, (published.scored, known.scored), grade=grade.value, show=grade.value.lower()))
    return [*rows, Compared(_("Mean score"), published.mean, known.mean, is_points=True)]


@dataclass(frozen=True, slots=True)
class Stands:
    """How a period stands: open (no edition) or closed, and by how many cells what is known now differs from its latest edition.

    Without figures, no cell of the province is counted in it: there is nothing to publish.
    """

    period: Period
    edition: Edition | None
    differing: int
    is_over: bool
    has_figures: bool


def periods_of_year(publisher: Committee, year: Year, *, today: date) -> list[Stands]:
    """The year, its halves, quarters and months that have begun, the longest first. Three queries, however many are closed."""
    editions = Edition.objects.filter(committee=publisher, first_on__gte=year.first, first_on__lt=year.end).select_related("closed_by")
    latest = {(edition.period_kind, edition.first_on): edition for edition in editions.order_by("number")}
    counted = DifferingCells.objects.filter(publisher=publisher, committee=publisher, first_on__gte=year.first, first_on__lt=year.end)
    differing = {(count.period_kind, count.first_on): count.cells for count in counted}
    periods = [kind(year.year, number) for kind in reversed(KINDS.values()) for number in range(1, 12 // kind.LENGTH + 1)]
    summed = CommitteeSummary.objects.filter(committee=publisher, first_on__gte=year.first, first_on__lt=year.end)
    figures = set(summed.values_list("period_kind", "first_on").distinct())
    keyed = [(period, (period.KIND, period.first)) for period in periods if period.first <= today]
    return [Stands(period, latest.get(key), differing.get(key, 0), period.end <= today, key in figures) for period, key in keyed]
