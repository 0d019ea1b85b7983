"""Which committees' sums are to be made, for which periods, and in which order: from below, so that each finds those below it made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from evaluations.compiler import Expression
from evaluations.measuring import Targets
from evaluations.periods import KINDS, Month, Period, longer_periods_of
from evaluations.rollup import ASKED
from meetings.models import path_end


@dataclass(frozen=True, slots=True)
class Level:
    """Committees at one depth of the tree whose sums of a period are to be made."""

    period: Period
    depth: int
    committees: tuple[int, ...]

    @property
    def keys(self) -> list[int]:
        return list(self.committees)


def together(*lists: Iterable[Level]) -> list[Level]:
    """Several lists as one, in the order in which sums are made: period by period, the deepest committees first."""
    found: dict[tuple[Period, int], set[int]] = {}
    for levels in lists:
        for level in levels:
            found.setdefault((level.period, level.depth), set()).update(level.committees)
    order = list(KINDS)
    keys = sorted(found, key=lambda key: (order.index(key[0].KIND), key[0].first, -key[1]))
    return [Level(period, depth, tuple(sorted(found[period, depth]))) for period, depth in keys]


def committees_above(targets: Targets) -> list[Level]:
    """The committees above the targets' cells: in their months, and in the longer periods that these lie in."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH target(cell_id, month) AS MATERIALIZED (SELECT DISTINCT * FROM ({targets.sql}) AS named(cell_id, month)), "
            f"asked AS ({ASKED}), counted AS ("
            "SELECT 'MONTH' AS period_kind, m.month AS first_on, m.counted_path FROM target JOIN evaluations_monthscore m "
            "USING (cell_id, month) UNION ALL "
            "SELECT p.period_kind, p.first_on, p.counted_path FROM asked "
            "JOIN evaluations_periodscore p USING (cell_id, period_kind, first_on)), "
            "place AS (SELECT DISTINCT period_kind, first_on, regexp_replace(counted_path, 'c[0-9]+/$', '') AS path FROM counted) "
            "SELECT place.period_kind, place.first_on, above.depth, array_agg(DISTINCT above.segment::bigint) FROM place "
            "CROSS JOIN LATERAL unnest(string_to_array(rtrim(place.path, '/'), '/')) WITH ORDINALITY AS above(segment, depth) "
            "GROUP BY place.period_kind, place.first_on, above.depth",
            targets.params,
        )
        return together(Level(KINDS[kind].of(first_on), depth, tuple(keys)) for kind, first_on, depth, keys in cursor.fetchall())


def committees_to_renew(path: str, month: Month) -> list[Level]:
    """The committees of a whole subtree, in the same order: those above its cells in that month and its longer periods, and those that
    have a summary already, whose last cell may have been placed elsewhere since."""
    summarised = []
    with connection.cursor() as cursor:
        for period in (month, *longer_periods_of(month)):
            cursor.execute(
                "SELECT DISTINCT p.path FROM evaluations_committeesummary b JOIN meetings_placement p USING (committee_id) "
                "WHERE b.period_kind = %s AND b.first_on = %s AND p.path >= %s AND p.path < %s AND p.during && daterange(%s, %s)",
                [period.KIND, period.first, path, path_end(path), period.first, period.end],
            )
            summarised += [Level(period, place.count("/"), (int(place.split("/")[-2]),)) for (place,) in cursor.fetchall()]
    return together(committees_above(Targets.under(path, month.first, 0, 2**62)), summarised)


def last_month_of(period: Period) -> date:
    """The latest month of the period that any cell has a score of; its first where none has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(month) FROM evaluations_monthscore WHERE month >= %s AND month < %s", [period.first, period.end])
        return cursor.fetchone()[0] or period.first


def below(level: Level, last_month: date) -> Expression:
    """SELECT (committee_id, parent_id): the committees right below those of a level.

    Each in its first place of the period's last month, as its cells are counted; where it ended before, in its last place.
    """
    first, end = level.period.first, Month.of(last_month).end
    return Expression(
        "SELECT placed.committee_id, placed.parent_id FROM ("
        "SELECT DISTINCT ON (q.committee_id) q.committee_id, q.parent_id FROM meetings_placement q "
        "WHERE q.during && daterange(%s, %s) AND q.committee_id IN ("
        "SELECT child.committee_id FROM meetings_placement child "
        "WHERE child.parent_id = ANY (%s) AND child.during && daterange(%s, %s)) "
        "ORDER BY q.committee_id, q.during && daterange(%s, %s) DESC, greatest(lower(q.during), %s), lower(q.during) DESC) AS placed "
        "WHERE placed.parent_id = ANY (%s)",
        [first, end, level.keys, first, end, last_month, end, last_month, level.keys],
    )
