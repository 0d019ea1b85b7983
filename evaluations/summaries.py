"""Sums over the cells of a committee's subtree, for months and for longer periods: one mechanism, level by level from below.

`evaluations.checking` makes the same sums straight from the cells.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from evaluations.levels import Level, below, last_month_of, together
from evaluations.losses import Lines, renew_losses
from evaluations.models import CommitteeSummary
from evaluations.periods import Month, Period
from evaluations.rollup import WAITS

COUNTS = tuple(
    field.column
    for field in CommitteeSummary._meta.concrete_fields
    if field.column not in ("id", "committee_id", "period_kind", "first_on", "cell_kind")
)
CLASSES = {
    "scored": "(m.state = 'SCORED')::int",
    "good": "(m.grade = 'GOOD')::int",
    "fair": "(m.grade = 'FAIR')::int",
    "average": "(m.grade = 'AVERAGE')::int",
    "poor": "(m.grade = 'POOR')::int",
    "points": "coalesce(m.total, 0)",
    "points_squared": "coalesce(m.total::bigint * m.total / 10000, 0)",
}
# What one cell's month adds to each count.
COUNTED_OF_MONTH = {
    "cells": "1",
    "expected": "1",
    "held": "m.held::int",
    "held_on_day": "coalesce(m.held_on_day, false)::int",
    "with_day": "(m.held_on_day IS NOT NULL)::int",
    "thematic_held": "m.thematic_held::int",
    "sent": "m.sent::int",
    "sent_on_time": "coalesce(m.sent_on_time, false)::int",
    "with_deadline": "(m.sent_on_time IS NOT NULL)::int",
    "verified": "m.verified::int",
    "not_verified": f"{WAITS}::int",
    "no_set": "(m.state = 'NO_SET')::int",
    "not_due": "(m.state = 'NOT_DUE')::int",
} | CLASSES
# What one cell's longer period adds: its months, but for cells and classes.
COUNTED_OF_LONGER = {name: f"m.{name}" for name in COUNTS} | {"cells": "1", "expected": "m.months"} | CLASSES


def _summarise_sql(source: str, counted: dict[str, str]) -> str:
    """One level of the tree: the committees' own cells, and the summaries of the committees right below them. Left open: {below}."""
    return f"""
WITH below AS MATERIALIZED ({{below}})
INSERT INTO evaluations_committeesummary (committee_id, period_kind, first_on, cell_kind, {", ".join(COUNTS)})
SELECT committee_id, %s, %s, cell_kind, {", ".join(f"sum({name})" for name in COUNTS)} FROM (
    SELECT m.committee_id, m.cell_kind, {", ".join(f"{counted[name]} AS {name}" for name in COUNTS)}
    FROM {source} AND m.committee_id = ANY (%s)
    UNION ALL
    SELECT below.parent_id, b.cell_kind, {", ".join(f"b.{name}" for name in COUNTS)}
    FROM below JOIN evaluations_committeesummary b USING (committee_id) WHERE b.period_kind = %s AND b.first_on = %s
) AS parts GROUP BY committee_id, cell_kind
"""


SUMMARISE_MONTH = _summarise_sql("evaluations_monthscore m WHERE m.month = %s", COUNTED_OF_MONTH)
SUMMARISE_LONGER = _summarise_sql("evaluations_periodscore m WHERE m.period_kind = %s AND m.first_on = %s", COUNTED_OF_LONGER)


@transaction.atomic
def summarise(levels: Iterable[Level]) -> int:
    """Renew the sums of committees, and for months where their points are lost. Returns the summaries written.

    One period is summed up by one transaction at a time: each then reads what the one before it committed.
    """
    written, last_months, lines = 0, {}, Lines()
    for level in together(levels):
        if level.period not in last_months:
            hold_period(level.period)
            last_months[level.period] = last_month_of(level.period)
        written += _summarise(level, last_months[level.period])
        if isinstance(level.period, Month):
            renew_losses(level, lines)
    return written


def hold_period(period: Period) -> None:
    """Wait for, and keep until the transaction ends, the right to renew a period's sums."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('summaries ' || %s, 0))", [f"{period.KIND} {period.first}"])


def _summarise(level: Level, last_month: date) -> int:
    kind, first_on, committees = level.period.KIND, level.period.first, level.keys
    under = below(level, last_month)
    sql, own = (SUMMARISE_MONTH, [first_on]) if isinstance(level.period, Month) else (SUMMARISE_LONGER, [kind, first_on])
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM evaluations_committeesummary WHERE period_kind = %s AND first_on = %s AND committee_id = ANY (%s)",
            [kind, first_on, committees],
        )
        cursor.execute(sql.replace("{below}", under.sql), [*under.params, kind, first_on, *own, committees, kind, first_on])
        return cursor.rowcount
