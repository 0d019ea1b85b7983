"""Measure and score: set-based, for one cell's month or a whole country's. What it writes is derived, and can be done again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from evaluations import measuring
from evaluations.compiler import Outcome, compile_outcome, compile_points
from evaluations.definition import Definition, Line, definition_of
from evaluations.measuring import Targets
from evaluations.models import CriteriaSet, MonthFacts, MonthScore, ScoreSheet
from evaluations.rollup import roll_up
from evaluations.totals import Classed, classify, compile_limits, compile_sums, compile_total, graded, sum_points
from meetings.deadlines import nearest_rules
from meetings.tree import place_in_month

FACT_COLUMNS = tuple(field.attname for field in MonthFacts._meta.concrete_fields if not field.generated)


@dataclass(frozen=True, slots=True)
class Scored:
    """One month's outcome per line, with what counts and the total where every line is settled; points in hundredths.

    `limits` are the places of the set's limits of the class whose facts hold.
    """

    outcome: list[int]
    points: list[int | None]
    counted_max: int
    total: int | None
    limits: list[int]

    @classmethod
    def of(cls, definition: Definition, outcome: list[int], points: list[int | None], limits: list[int]) -> "Scored":
        summed = sum_points(definition, points)
        settled = all(code >= Outcome.NOT_APPLICABLE for code in outcome)
        return cls(outcome, points, summed.counted_max, summed.total if settled else None, limits)

    @classmethod
    def kept(cls, definition: Definition, sheet: ScoreSheet) -> "Scored":
        """What a sent sheet holds: which rows matched when it was last scored, and the total that was made of them."""
        points = [points_of(line, code) for line, code in zip(definition, sheet.outcome, strict=True)]
        return cls(sheet.outcome, points, sheet.counted_max, sheet.total, sheet.limits or [])

    def classed(self, definition: Definition) -> Classed:
        return classify(definition, self.total, self.points, self.limits)


def points_of(line: Line, outcome: int) -> int | None:
    """What an outcome counts: a row's points, what stands for a line that does not apply, or nothing."""
    if outcome >= 0:
        return line.levels[outcome].points
    return line.not_applicable_points if outcome == Outcome.NOT_APPLICABLE else None


def evaluate(definition: Definition, facts: MonthFacts, levels: list[int | None]) -> Scored:
    """What a set makes of facts that need not be stored anywhere, with the levels the cell chose (index of row, None = not answered)."""
    outcome = compile_outcome(definition)
    points, limits = compile_points(definition, "o.outcome"), compile_limits(definition)
    row = {column: getattr(facts, column) for column in FACT_COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.outcome, {points.sql}, {limits.sql} FROM jsonb_populate_record(NULL::evaluations_monthfacts, %s::jsonb) f "
            f"CROSS JOIN (SELECT %s::smallint[] AS levels) s CROSS JOIN LATERAL (SELECT {outcome.sql} AS outcome OFFSET 0) o",
            [*points.params, *limits.params, DjangoJSONEncoder().encode(row), levels, *outcome.params],
        )
        return Scored.of(definition, *cursor.fetchone())


@transaction.atomic
def score(targets: Targets, *, as_of: date) -> int:
    """Measure the targets, score those of their sheets that were sent, store the month's score of each cell, and roll its periods up.

    Returns the number of months of cells written. Idempotent: same log, sets and day → same rows.
    """
    measuring.measure(targets, as_of=as_of)
    score_sheets(targets)
    written = store_month_scores(targets)
    roll_up(targets, as_of=as_of)
    return written


def score_sheets(targets: Targets) -> None:
    """Renew outcome, points, total and class of the targets' sent sheets from the facts as stored."""
    for criteria_set in _sets_of_sent_sheets(targets):
        _score_sheets(definition_of(criteria_set), targets)


def _sets_of_sent_sheets(targets: Targets) -> Iterable[CriteriaSet]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT s.criteria_set_id FROM evaluations_scoresheet s JOIN ({targets.sql}) AS target(cell_id, month) "
            "USING (cell_id, month) WHERE s.state <> 'DRAFT' AND s.criteria_set_id IS NOT NULL ORDER BY 1",
            targets.params,
        )
        keys = [key for (key,) in cursor.fetchall()]
    return CriteriaSet.objects.filter(pk__in=keys).order_by("pk")


def _score_sheets(definition: Definition, targets: Targets) -> None:
    """Renew outcome, points, total and class of the sent sheets under one set."""
    outcome = compile_outcome(definition)
    points, limits = compile_points(definition, "o.outcome"), compile_limits(definition)
    grade = graded(definition, "scored.total", "scored.points", "scored.limits")
    asked = [line.index + 1 for line in definition if line.criterion.asks_level]
    with connection.cursor() as cursor:
        # OFFSET 0 keeps each expression in its own subquery: pulled up, the outcome would be worked out again for every line of the points.
        cursor.execute(
            f"""
            WITH target(cell_id, month) AS ({targets.sql}),
            scored AS (
                SELECT s.id, o.outcome, p.points, p.limits, sums.counted_max,
                    ARRAY(SELECT CASE WHEN line.place = ANY (%s) THEN NULL ELSE line.worth END
                          FROM unnest(p.points) WITH ORDINALITY AS line(worth, place) ORDER BY line.place) AS computed,
                    CASE WHEN {Outcome.NOT_DUE:d} = ANY (o.outcome) OR {Outcome.NOT_ANSWERED:d} = ANY (o.outcome)
                        THEN NULL ELSE {compile_total(definition, "sums")} END AS total
                FROM (SELECT DISTINCT * FROM target) t
                JOIN evaluations_scoresheet s USING (cell_id, month)
                JOIN evaluations_monthfacts f USING (cell_id, month, of_sitting)
                CROSS JOIN LATERAL (SELECT {outcome.sql} AS outcome OFFSET 0) o
                CROSS JOIN LATERAL (SELECT {points.sql} AS points, {limits.sql} AS limits OFFSET 0) p
                CROSS JOIN LATERAL ({compile_sums(definition, "p.points")} OFFSET 0) sums
                WHERE s.state <> 'DRAFT' AND s.criteria_set_id = %s
                ORDER BY s.id
            )
            UPDATE evaluations_scoresheet s
            SET outcome = scored.outcome, counted_max = scored.counted_max, total = scored.total,
                computed = scored.computed, limits = scored.limits,
                differing = (SELECT count(*) FROM unnest(scored.computed, s.own) AS line(computed, own) WHERE computed <> own),
                grade = {grade.sql}
            FROM scored WHERE s.id = scored.id""",
            [
                *targets.params,
                asked,
                *outcome.params,
                *points.params,
                *limits.params,
                definition.criteria_set.pk,
                *grade.params,
            ],
        )


# A cell counts in a month when it stood in the tree on the first of it, or when it sat for it.
MONTH_SCORES = f"""
WITH target(cell_id, month) AS ({{targets}})
SELECT t.cell_id, t.month, place.path AS counted_path, place.parent_id AS committee_id, c.kind AS cell_kind,
    CASE WHEN f.id IS NULL THEN 'NOT_HELD'
         WHEN coalesce(s.criteria_set_id, f.criteria_set_id) IS NULL OR (s.id IS NOT NULL AND s.criteria_set_id IS NULL) THEN 'NO_SET'
         WHEN s.id IS NULL THEN 'NOT_SENT'
         WHEN coalesce(s.verified_total, s.total) IS NULL THEN 'NOT_DUE'
         ELSE 'SCORED' END AS state,
    f.id IS NOT NULL AS held,
    CASE WHEN rules.meeting_day IS NULL THEN NULL ELSE coalesce(
        f.held_on = meeting_day.day
        OR (f.held_on BETWEEN t.month AND meeting_day.last
            AND EXISTS (SELECT FROM meetings_holiday h LEFT JOIN meetings_committee hc ON hc.id = h.committee_id
                        WHERE h.during @> meeting_day.day AND (hc.id IS NULL OR starts_with(place.path, hc.scope_path)))),
        false) END AS held_on_day,
    EXISTS (SELECT FROM meetings_meeting h WHERE h.cell_id = t.cell_id AND h.for_month = t.month
        AND h.kind IN ('THEMATIC', 'COMBINED') AND h.state IN ('HELD', 'CONCLUDED')) AS thematic_held,
    s.id IS NOT NULL AS sent,
    CASE WHEN s.due_on IS NULL THEN NULL
         ELSE (s.submitted_at AT TIME ZONE %s)::date <= greatest(s.due_on, extended.until) END AS sent_on_time,
    -- The latest extension counts; where rules set no day for sending, it sets none either.
    greatest(meeting_day.last, extended.until) AS hold_by,
    CASE WHEN sending.by IS NOT NULL THEN greatest(sending.by, extended.until) END AS send_by,
    coalesce(s.state = 'RETURNED', false) AS returned,
    coalesce(s.state = 'VERIFIED', false) AS verified,
    s.id AS sheet_id,
    CASE WHEN f.id IS NOT NULL THEN coalesce(s.verified_total, s.total) END AS total,
    CASE WHEN f.id IS NOT NULL THEN coalesce(nullif(s.verified_grade, ''), s.grade, '') ELSE '' END AS grade,
    s.own_total,
    coalesce(s.differing, 0) AS differing
FROM (SELECT DISTINCT * FROM target) t
JOIN meetings_cell c ON c.id = t.cell_id
JOIN LATERAL ({place_in_month("t.cell_id", "t.month")}) place ON true
LEFT JOIN evaluations_monthfacts f ON f.cell_id = t.cell_id AND f.month = t.month AND f.of_sitting = 0
LEFT JOIN evaluations_scoresheet s ON s.cell_id = t.cell_id AND s.month = t.month AND s.of_sitting = 0 AND s.state <> 'DRAFT'
LEFT JOIN LATERAL ({nearest_rules("place.path", "coalesce(f.held_on, t.month)")}) rules ON true
CROSS JOIN LATERAL (
    SELECT t.month + rules.meeting_day - 1 AS day, t.month + coalesce(rules.last_day, rules.meeting_day) - 1 AS last) meeting_day
CROSS JOIN LATERAL (SELECT coalesce(s.due_on,
    deadline_after(f.held_on, rules.sending_lag_days, rules.sending_lag_unit, place.path)) AS by) sending
LEFT JOIN LATERAL (SELECT e.until FROM evaluations_extension e WHERE e.cell_id = t.cell_id AND e.month = t.month
    ORDER BY e.granted_at DESC, e.id DESC LIMIT 1) extended ON true
WHERE place.during @> t.month OR f.id IS NOT NULL
"""
MONTH_SCORE_COLUMNS = tuple(field.column for field in MonthScore._meta.concrete_fields if not (field.primary_key or field.generated))


def store_month_scores(targets: Targets) -> int:
    """Renew the month's score of each target from its facts and sheet as stored. Returns the rows written."""
    names = ", ".join(MONTH_SCORE_COLUMNS)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in MONTH_SCORE_COLUMNS if name not in ("cell_id", "month"))
    selected = MONTH_SCORES.replace("{targets}", targets.sql)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH target(cell_id, month) AS ({targets.sql}) DELETE FROM evaluations_monthscore m USING target t "
            "WHERE m.cell_id = t.cell_id AND m.month = t.month AND NOT EXISTS (SELECT FROM meetings_placement p "
            "WHERE p.cell_id = t.cell_id AND p.during @> t.month) AND NOT EXISTS (SELECT FROM evaluations_monthfacts f "
            "WHERE f.cell_id = t.cell_id AND f.month = t.month AND f.of_sitting = 0)",
            targets.params,
        )
        cursor.execute(
            f"INSERT INTO evaluations_monthscore ({names}) SELECT {names} FROM ({selected}) AS months ORDER BY cell_id, month "
            f"ON CONFLICT (cell_id, month) DO UPDATE SET {renewed}",
            [*targets.params, settings.TIME_ZONE],
        )
        return cursor.rowcount


def hold_months(targets: Targets, *, shared: bool) -> None:
    """Wait for, and keep until the transaction ends, the right to write the month's scores of many cells.

    Chunks of a run share it. Who takes changes has it alone: else a chunk that read before a change could write after its
    scoring, and the note of the change would be gone. Sending a month holds nothing: its own note makes good what a chunk overwrote.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(hashtextextended('scores ' || month::text, 0)) "
            f"FROM (SELECT DISTINCT month FROM ({targets.sql}) AS target(cell_id, month) ORDER BY month) AS months",
            targets.params,
        )
