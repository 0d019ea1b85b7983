"""What changed since is scored anew: cells' notes in batches, what holds for whole subtrees as runs of the months it reaches.

The notes are rows that triggers wrote in the writer's transaction (`ChangedCell`, `ChangedScope`). They are taken in the transaction that
does the work: where it fails they are there again. What cannot be scored is found by halving its batch and set aside.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from evaluations import levels, scoring, summaries
from evaluations.differing import count_differing
from evaluations.measuring import Targets
from evaluations.models import ChangedScope, ChangeSetAside
from evaluations.periods import Month, Period
from evaluations.rollup import roll_up
from evaluations.running import roots_on, start_run
from meetings.models import Cell, ChangedCell, Committee, path_end

log = logging.getLogger(__name__)

NOTES_AT_A_TIME = 500
TRIED_AGAIN_AFTER = timedelta(hours=1)
# Days: longer than any rule lets pass between a sitting and what is due after it.
COUNTED_FROM_A_SITTING = 31

# The keys are picked once, in a relation of their own: as a subquery of the DELETE they may be picked again for every row, more each time.
NOTED = (
    "WITH picked AS MATERIALIZED (SELECT id FROM meetings_changedcell ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) "
    "DELETE FROM meetings_changedcell note USING picked WHERE note.id = picked.id RETURNING note.cell_id, note.from_month"
)
SET_ASIDE = (
    "WITH picked AS MATERIALIZED (SELECT id FROM evaluations_changesetaside WHERE tried_at <= %s "
    "ORDER BY tried_at, id LIMIT %s FOR UPDATE SKIP LOCKED) "
    "DELETE FROM evaluations_changesetaside note USING picked WHERE note.id = picked.id RETURNING note.cell_id, note.from_month"
)


class BatchFailed(Exception):
    """Several notes taken together could not be scored; they are there again."""

    def __init__(self, notes: int):
        super().__init__(notes)
        self.notes = notes


def note(months: Iterable[tuple[int, date]]) -> None:
    """Note months of cells (key, first of month) whose scores changed by other means than a record, in the writer's transaction."""
    ChangedCell.objects.bulk_create(ChangedCell(cell_id=cell, from_month=month) for cell, month in months)


def follow(months: Collection[tuple[int, date]], *, as_of: date) -> None:
    """Bring months' scores, and the periods made of them, up to what changed beside the record; a note brings the summaries up.

    No facts are measured here: who holds a sheet must not wait for who holds its facts.
    """
    targets = Targets.of(months)
    scoring.store_month_scores(targets)
    roll_up(targets, as_of=as_of)
    note(months)


def waits_to_be_scored(until: date) -> Q:
    """Of rows of cells, those whose record of a month before that day changed and is not scored yet: what is stored may be from before."""
    own = {"cell": OuterRef("pk"), "from_month__lt": until}
    return Q(Exists(ChangedCell.objects.filter(**own))) | Q(Exists(ChangeSetAside.objects.filter(**own)))


def is_being_scored(cell: Cell, period: Period) -> bool:
    """Whether the cell's scores of the period may still be from before its last record. One query."""
    return Cell.objects.filter(waits_to_be_scored(period.end), pk=cell.pk).exists()


def take_changes(*, as_of: date, at: datetime) -> int:
    """Re-measure, re-score and re-summarise what changed: each noted cell from its month on, up to today's month.

    Returns the number of notes taken. One that cannot be scored is set aside with the error's class and tried again after an hour, so
    that it holds up no other.
    """
    fresh = _take_all(lambda limit: _take(NOTED, [limit], as_of=as_of, at=at))
    return fresh + _take_all(lambda limit: _take(SET_ASIDE, [at - TRIED_AGAIN_AFTER, limit], as_of=as_of, at=at))


def _take_all(take: Callable[[int], int]) -> int:
    """Take until nothing is left: after a failure half as many at a time, after a success twice as many."""
    taken, limit = 0, NOTES_AT_A_TIME
    while True:
        try:
            count = take(limit)
        except BatchFailed as failure:
            limit = failure.notes // 2
            continue
        if not count:
            return taken
        taken += count
        limit = min(limit * 2, NOTES_AT_A_TIME)


@transaction.atomic
def _take(notes: str, params: list, *, as_of: date, at: datetime) -> int:
    """Take some notes and do what they ask for. Raises `BatchFailed` where several fail; a single one is set aside."""
    with connection.cursor() as cursor:
        cursor.execute(notes, params)
        noted = cursor.fetchall()
        if noted:
            try:
                _score_anew(noted, as_of=as_of)
            except Exception as error:
                # Whatever it was: a note that fails for ever would keep those behind it waiting for ever.
                log.error("%s changes could not be scored: %s", len(noted), type(error).__name__)
                if len(noted) > 1:
                    raise BatchFailed(len(noted)) from error
                cursor.execute(
                    "INSERT INTO evaluations_changesetaside (cell_id, from_month, error, tried_at) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (cell_id) DO UPDATE SET from_month = least(evaluations_changesetaside.from_month, excluded.from_month), "
                    "error = excluded.error, tried_at = excluded.tried_at",
                    [*noted[0], type(error).__name__, at],
                )
    return len(noted)


@transaction.atomic
def _score_anew(noted: list[tuple[int, date]], *, as_of: date) -> None:
    targets = Targets.from_month_on(noted, until=as_of.replace(day=1))
    scoring.hold_months(targets, shared=False)
    before = levels.committees_above(targets)
    scoring.score(targets, as_of=as_of)
    # A cell may have left a committee: its summary changed too.
    renewed = levels.together(before, levels.committees_above(targets))
    summaries.summarise(renewed)
    count_differing(renewed)


def take_scopes(*, as_of: date, at: datetime) -> int:
    """Set out a run for each month, up to today's, that a change of a whole subtree reaches. Returns how many runs were set out.

    Each committee's changes go in a transaction of their own; those that fail are there again the next time, and hold up no other's.
    """
    runs = 0
    for committee in ChangedScope.objects.order_by("committee").values_list("committee", flat=True).distinct():
        try:
            runs += _take_scope(committee, as_of=as_of, at=at)
        except Exception as error:
            log.error("changes under committee %s could not be set out: %s", committee, type(error).__name__)
    return runs


@transaction.atomic
def _take_scope(committee: int | None, *, as_of: date, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM evaluations_changedscope WHERE committee_id IS NOT DISTINCT FROM %s RETURNING during) "
            "SELECT range_agg(during)::text FROM taken",
            [committee],
        )
        (days,) = cursor.fetchone()
    if days is None:
        return 0
    tops = roots_on(as_of) if committee is None else Committee.objects.filter(pk=committee)
    wanted = [(top, month) for top in tops for month in _months_reached(top, days, until=as_of.replace(day=1))]
    _let_chunks_finish(month for _top, month in wanted)
    for top, month in wanted:
        start_run(committee=top, month=Month.of(month), as_of=as_of, at=at)
    return len(wanted)


def _months_reached(committee: Committee, days: str, *, until: date) -> list[date]:
    """The months whose scores depend on what holds on the days (a datemultirange).

    Those the days lie in, and those sat for on them or shortly before: days counted from a sitting may fall on a holiday.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH stood AS (SELECT cell_id, lower(during) AS since FROM meetings_placement "
            "WHERE cell_id IS NOT NULL AND path >= %s AND path < %s), "
            "first AS (SELECT date_trunc('month', min(since)) AS month FROM stood HAVING count(*) > 0), "
            "span AS (SELECT unnest(%s::datemultirange) AS during) "
            "SELECT generate_series(greatest(date_trunc('month', lower(span.during)), first.month), "
            "least(upper(span.during) - 1, %s), interval '1 month')::date AS month FROM span, first "
            "UNION SELECT m.for_month FROM span JOIN meetings_meeting m "
            "ON daterange(lower(span.during) - %s, upper(span.during)) @> m.held_on JOIN stood USING (cell_id) "
            "WHERE m.for_month <= %s ORDER BY month",
            [committee.scope_path, path_end(committee.scope_path), days, until, COUNTED_FROM_A_SITTING, until],
        )
        return [month for (month,) in cursor.fetchall()]


def _let_chunks_finish(months: Iterable[date]) -> None:
    """Wait for the chunks that are at these months: they may have read what held before, and would write it after the runs to come."""
    scoring.hold_months(Targets.of([(0, month) for month in months]), shared=False)
