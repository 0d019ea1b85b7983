"""What a province published of its periods beside what is known now, as SQL over published rows and over scores as they stand.

A cell's score as of edition n is its row of the highest number up to n. Nothing of it depends on where bodies stand today: a
committee's part of an edition are the rows whose path, as published, leads through it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.models import Grade, PeriodState, PublishedScore, PublishedSummary, ScoreState
from evaluations.periods import Period
from evaluations.summaries import COUNTED_OF_MONTH
from meetings.models import Committee

SCORE_COLUMNS = tuple(
    field.column for field in PublishedScore._meta.concrete_fields if field.column not in ("id", "edition_id", "cell_id", "withdrawn")
)
# What waits for somebody is today's work, and not published.
PUBLISHED_COUNTS = tuple(
    field.column
    for field in PublishedSummary._meta.concrete_fields
    if field.column not in ("id", "edition_id", "committee_id", "cell_kind")
)
SUMMARY_COLUMNS = ("committee_id", "cell_kind", *PUBLISHED_COUNTS)

STATES = dict([*ScoreState.choices, *PeriodState.choices])
# What a column of a score is called where it differs; points, class and state are shown themselves.
COLUMN_LABELS = {
    "counted_path": _("place in the tree"),
    "committee_id": _("committee directly above"),
    "cell_kind": _("kind of cell"),
    "months": _("months counted"),
    "held": _("held"),
    "held_on_day": _("held on the day"),
    "with_day": _("months with a set day"),
    "thematic_held": _("thematic sittings"),
    "sent": _("score sent"),
    "sent_on_time": _("sent on time"),
    "with_deadline": _("months with a deadline"),
    "verified": _("verified"),
    "no_set": _("without a set in force"),
    "not_due": _("a line not due yet"),
    "points_by_month": _("points of a month"),
    "verified_by_month": _("months verified"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A cell's score of a period at one time, or on one side of a comparison: all that is published of it, by column."""

    values: Mapping[str, object]

    @property
    def state(self) -> str:
        return self.values["state"]

    @property
    def total(self) -> int | None:
        """Hundredths."""
        return self.values["total"]

    @property
    def grade(self) -> str:
        return self.values["grade"]

    @property
    def verified(self) -> int:
        """How many of its months are verified."""
        return self.values["verified"]

    @property
    def months(self) -> int:
        return self.values["months"]

    @property
    def grade_label(self) -> str:
        return Grade(self.grade).label if self.grade else ""

    @property
    def state_label(self) -> str | Promise:
        return STATES[self.state]


def differing_columns(one: Standing | None, other: Standing | None) -> list[str]:
    """Which columns differ; none where the cell stands only on one side."""
    if one is None or other is None:
        return []
    return [name for name in SCORE_COLUMNS if one.values[name] != other.values[name]]


# What one cell's month says in the columns of a period: 0 and 1 as counts.
_OF_A_MONTH = COUNTED_OF_MONTH | {"months": "1", "points_by_month": "ARRAY[m.total]", "verified_by_month": "ARRAY[m.verified]"}
# What is published of a score, read from a `m` of months' scores and of longer periods'.
OF_A_MONTH = ", ".join(f"{_OF_A_MONTH.get(name, f'm.{name}')} AS {name}" for name in SCORE_COLUMNS)
OF_A_PERIOD = ", ".join(f"m.{name}" for name in SCORE_COLUMNS)
_BELOW = "m.counted_path >= place.path AND m.counted_path < left(place.path, -1) || '0'"

# In the same columns `known`, the scores of a committee's cells as they stand, and `published`, those of the editions up to a number
# whose path leads through the committee. Where it stood in the period is nearly always one `place`.
BESIDE = f"""
WITH place AS MATERIALIZED (
    SELECT DISTINCT path FROM meetings_placement
    WHERE committee_id = %(committee)s AND during && daterange(%(first)s::date, %(end)s::date)),
known AS MATERIALIZED (
    SELECT m.cell_id, {OF_A_MONTH}
    FROM place JOIN evaluations_monthscore m ON m.month = %(first)s AND {_BELOW} WHERE %(kind)s = 'MONTH'
    UNION ALL
    SELECT m.cell_id, {OF_A_PERIOD}
    FROM place JOIN evaluations_periodscore m ON m.period_kind = %(kind)s AND m.first_on = %(first)s AND {_BELOW}),
published AS MATERIALIZED (
    SELECT * FROM (
        SELECT DISTINCT ON (s.cell_id) s.* FROM evaluations_edition e JOIN evaluations_publishedscore s ON s.edition_id = e.id
        WHERE e.committee_id = %(publisher)s AND e.period_kind = %(kind)s AND e.first_on = %(first)s AND e.number <= %(number)s
        ORDER BY s.cell_id, e.number DESC) latest
    WHERE NOT withdrawn AND strpos('/' || counted_path, %(segment)s) > 0)"""
DIFFERING = f"""
FROM known FULL JOIN published USING (cell_id)
WHERE ({", ".join(f"known.{name}" for name in SCORE_COLUMNS)})
IS DISTINCT FROM ({", ".join(f"published.{name}" for name in SCORE_COLUMNS)})"""


def bound(publisher: Committee, committee: Committee, period: Period, number: int = 0) -> dict[str, object]:
    """The parameters of `BESIDE`: the part of `publisher`'s editions that concerns `committee`."""
    return {
        "publisher": publisher.pk,
        "committee": committee.pk,
        "segment": f"/{committee.segment}",
        "kind": period.KIND.value,
        "first": period.first,
        "end": period.end,
        "number": number,
    }


def as_published(*, publisher: Committee, period: Period, number: int) -> list[PublishedScore]:
    """The scores as the `number`-th edition has them, in the order of cells' keys; each as the row of the edition that last changed it."""
    names = [field.column for field in PublishedScore._meta.concrete_fields]
    return list(
        PublishedScore.objects.raw(
            f"{BESIDE} SELECT {', '.join(names)} FROM published ORDER BY cell_id", bound(publisher, publisher, period, number)
        )
    )
