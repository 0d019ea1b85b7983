"""What a province published of its periods beside what is known now, as SQL over published rows and over scores as they stand.

A cell's score as of edition n is its row of the highest number up to n. Nothing of it depends on where bodies stand today: a
committee's part of an edition are the rows whose path, as published, leads through it.
"""

from evaluations.models import PublishedScore, PublishedSummary
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

# What one cell's month says in the columns of a period: 0 and 1 as counts.
_OF_A_MONTH = COUNTED_OF_MONTH | {"months": "1", "points_by_month": "ARRAY[m.total]", "verified_by_month": "ARRAY[m.verified]"}
_BELOW = "m.counted_path >= place.path AND m.counted_path < left(place.path, -1) || '0'"

# In the same columns `known`, the scores of a committee's cells as they stand, and `published`, those of the editions up to a number
# whose path leads through the committee. Where it stood in the period is nearly always one `place`.
BESIDE = f"""
WITH place AS MATERIALIZED (
    SELECT DISTINCT path FROM meetings_placement
    WHERE committee_id = %(committee)s AND during && daterange(%(first)s::date, %(end)s::date)),
known AS MATERIALIZED (
    SELECT m.cell_id, {", ".join(f"{_OF_A_MONTH.get(name, f'm.{name}')} AS {name}" for name in SCORE_COLUMNS)}
    FROM place JOIN evaluations_monthscore m ON m.month = %(first)s AND {_BELOW} WHERE %(kind)s = 'MONTH'
    UNION ALL
    SELECT m.cell_id, {", ".join(f"m.{name}" for name in SCORE_COLUMNS)}
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
