"""From months to quarters, half-years and years: one statement for one cell or for two hundred thousand.

Each period is made of its months' scores and never of shorter periods, so that it is rounded once. Which rule holds, what counts and which
row matches is worked out in SQL; `evaluations.checking.periods` does the same in plain Python, slowly.
"""

from datetime import date

from django.db import connection, transaction

from evaluations.compiler import Expression
from evaluations.measures import Unit
from evaluations.measuring import Targets
from evaluations.models import PeriodScore, RollupRule
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import LONGER, Period
from evaluations.rollup_rules import PeriodTest, Rollup, rollups_of

CELLS_LOCKED_TOGETHER = 1024
# A month (`m`) waits for the committee's decision: not while it is returned, and never where no set was in force.
WAITS = "(m.sent AND NOT m.verified AND NOT m.returned AND m.state <> 'NO_SET')"

# What is counted of a period's months. A rule may ask about the first eight, which are counted over the months that are there too.
_COUNTED = {
    "months": "m.month IS NOT NULL",
    "held": "m.held",
    "held_on_day": "m.held_on_day",
    "thematic_held": "m.thematic_held",
    "sent": "m.sent",
    "sent_on_time": "m.sent_on_time",
    "verified": "m.verified",
    "no_set": "m.state = 'NO_SET'",
    "with_day": "m.held_on_day IS NOT NULL",
    "with_deadline": "m.sent_on_time IS NOT NULL",
    "not_verified": WAITS,
    "not_due": "m.state = 'NOT_DUE'",
}
_ASKED_BY_RULES = tuple(_COUNTED)[:8]
_COUNTS = ", ".join(
    [f"count(*) FILTER (WHERE {what}) AS known_{name}" for name, what in _COUNTED.items()]
    + [f"count(*) FILTER (WHERE m.is_there AND {_COUNTED[name]}) AS {name}" for name in _ASKED_BY_RULES]
)

# The longer periods in which the months of `target` lie, cell by cell.
ASKED = f"""
SELECT DISTINCT t.cell_id, kind.period_kind, span.first_on, (span.first_on + kind.length * interval '1 month')::date AS end_on
FROM target t CROSS JOIN (VALUES {", ".join(f"('{kind.KIND.value}', {kind.LENGTH})" for kind in LONGER)}) AS kind(period_kind, length)
CROSS JOIN LATERAL (SELECT make_date(extract(year FROM t.month)::int,
    (extract(month FROM t.month)::int - 1) / kind.length * kind.length + 1, 1) AS first_on) span
"""

# `p`: a row per cell and longer period in which one of its target months lies, with its months (perhaps none) counted under the rule that
# holds. Known are all up to today's: they say how complete the period is. A rule asks about those that are there: gone by, or scored.
# Left open: {targets}, and the parameters of the targets and the first day of today's month.
COUNTED = f"""
target(cell_id, month) AS MATERIALIZED (SELECT DISTINCT * FROM ({{targets}}) AS named(cell_id, month)),
bound AS MATERIALIZED (SELECT %s::date AS this_month),
asked AS MATERIALIZED ({ASKED}),
counted AS (
    SELECT a.cell_id, a.period_kind, a.first_on, place.counted_path, place.committee_id, place.cell_kind,
        last.criteria_set_id, rule.id AS rule_id, rule.missing_month, rule.unverified_month, of_months.*
    FROM asked a CROSS JOIN bound
    LEFT JOIN LATERAL (
        SELECT m.counted_path, m.committee_id, m.cell_kind FROM evaluations_monthscore m
        WHERE m.cell_id = a.cell_id AND m.month >= a.first_on AND m.month < a.end_on AND m.month <= bound.this_month
        ORDER BY m.month DESC LIMIT 1) place ON true
    LEFT JOIN LATERAL (
        SELECT s.criteria_set_id FROM evaluations_monthscore m JOIN evaluations_scoresheet s ON s.id = m.sheet_id
        WHERE m.cell_id = a.cell_id AND m.month >= a.first_on AND m.month < a.end_on AND m.month <= bound.this_month
            AND m.state = 'SCORED'
        ORDER BY m.month DESC LIMIT 1) last ON true
    LEFT JOIN evaluations_rolluprule rule ON rule.criteria_set_id = last.criteria_set_id AND rule.period_kind = a.period_kind
    CROSS JOIN LATERAL (
        SELECT {_COUNTS},
            count(m.points) AS scored,
            count(*) FILTER (WHERE m.is_there AND m.points IS NULL AND m.state <> 'NO_SET') AS missing,
            count(*) FILTER (WHERE m.total IS NOT NULL AND NOT m.verified) AS unverified,
            count(m.points) FILTER (WHERE m.grade = 'GOOD') AS good,
            count(m.points) FILTER (WHERE m.grade = 'FAIR') AS fair,
            count(m.points) FILTER (WHERE m.grade = 'AVERAGE') AS average,
            count(m.points) FILTER (WHERE m.grade = 'POOR') AS scored_poor,
            sum(m.points) AS gained,
            min(m.points) AS lowest_scored,
            array_agg(m.points ORDER BY slot.month) AS points_by_month,
            array_agg(coalesce(m.is_there AND m.verified, false) ORDER BY slot.month) AS verified_by_month,
            array_agg(CASE WHEN m.is_there THEN m.thematic_held END ORDER BY slot.month) AS thematic_by_month
        FROM generate_series(a.first_on, a.end_on - 1, interval '1 month') AS slot(month)
        LEFT JOIN LATERAL (
            SELECT of_month.*, of_month.month < bound.this_month OR of_month.state = 'SCORED' AS is_there,
                CASE WHEN of_month.verified OR rule.unverified_month IS DISTINCT FROM 'MISSING' THEN of_month.total END AS points
            FROM evaluations_monthscore of_month
            WHERE of_month.cell_id = a.cell_id AND of_month.month >= a.first_on AND of_month.month < a.end_on
                AND of_month.month <= bound.this_month
        ) m ON m.month = slot.month::date) of_months
),
p AS MATERIALIZED (
    SELECT c.*, c.scored_poor + zero.months AS poor,
        (2 * c.gained + c.scored + zero.months) / nullif(2 * (c.scored + zero.months), 0) AS total,
        CASE WHEN zero.months > 0 THEN 0 ELSE c.lowest_scored END AS lowest,
        -- Three months that are there and none of them true: with a month that is not there the OR is not false but NULL.
        (SELECT count(*) FROM generate_series(1, cardinality(c.thematic_by_month), 3) AS q
         WHERE NOT (c.thematic_by_month[q] OR c.thematic_by_month[q + 1] OR c.thematic_by_month[q + 2])) AS quarters_without_thematic,
        CASE WHEN c.criteria_set_id IS NULL THEN 'NO_MONTH'
             WHEN c.rule_id IS NULL THEN 'NO_RULE'
             WHEN (c.missing_month = 'BLOCK' AND c.missing > 0) OR (c.unverified_month = 'BLOCK' AND c.unverified > 0) THEN 'BLOCKED'
             WHEN c.scored = 0 THEN 'NO_MONTH'
             ELSE 'SCORED' END AS state
    FROM counted c
    CROSS JOIN LATERAL (SELECT CASE WHEN c.missing_month = 'ZERO' AND c.scored > 0 THEN c.missing ELSE 0 END AS months) zero
)
"""
COLUMNS = tuple(field.column for field in PeriodScore._meta.concrete_fields if not field.primary_key)
KEY = ("cell_id", "period_kind", "first_on")
# Only a scored period has these.
OF_SCORED = ("outcome", "total", "grade")


def _test(test: PeriodTest) -> Expression:
    measure = test.measure
    if measure.unit is Unit.RATIO:
        # A share of nothing is neither high nor low: no comparison of it holds.
        return Expression(f"({measure.base} > 0 AND {measure.sql} * 100 {test.comparison} %s * {measure.base})", [test.value])
    limit = test.value * 100 if measure.unit is Unit.POINTS else test.value
    return Expression(f"({measure.sql} {test.comparison} %s) IS TRUE", [limit])


def _row_that_matches(rollup: Rollup) -> Expression:
    cases, params = [], []
    for index, rung in enumerate(rollup.rungs[:-1]):
        tests = [_test(test) for test in rung.tests]
        cases.append(f"WHEN {' AND '.join(test.sql for test in tests) or 'true'} THEN {index}")
        params += [param for test in tests for param in test.params]
    last = len(rollup.rungs) - 1
    return Expression(f"CASE {' '.join(cases)} ELSE {last} END" if cases else str(last), params)


def _outcome(rollups: list[Rollup]) -> Expression:
    """The index of the row of the period's rule that matches."""
    if not rollups:
        return Expression("NULL::smallint")
    each = [(rollup.rule.pk, _row_that_matches(rollup)) for rollup in rollups]
    cases = " ".join(f"WHEN %s THEN {row.sql}" for _key, row in each)
    return Expression(f"CASE p.rule_id {cases} END", [param for key, row in each for param in (key, *row.params)])


def _grade(rollups: list[Rollup]) -> Expression:
    """The class that the row named by `o.outcome` gives."""
    if not rollups:
        return Expression("''")
    cases = " ".join("WHEN %s THEN (%s::varchar[])[o.outcome + 1]" for _rollup in rollups)
    params = [param for rollup in rollups for param in (rollup.rule.pk, [rung.grade for rung in rollup.rungs])]
    return Expression(f"CASE p.rule_id {cases} END", params)


def _rollups_for(targets: Targets) -> list[Rollup]:
    """The rules of the sets under which the targets' cells sent a month of the years in question."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT s.criteria_set_id FROM (SELECT DISTINCT cell_id, date_trunc('year', month)::date AS year "
            f"FROM ({targets.sql}) AS target(cell_id, month)) AS asked JOIN evaluations_scoresheet s ON s.cell_id = asked.cell_id "
            "AND s.month >= asked.year AND s.month < (asked.year + interval '1 year')::date WHERE s.criteria_set_id IS NOT NULL",
            targets.params,
        )
        keys = [key for (key,) in cursor.fetchall()]
    return rollups_of(RollupRule.objects.filter(criteria_set__in=keys))


def _hold_cells(targets: Targets) -> None:
    """Wait for whoever rolls these cells up, and keep others waiting until the transaction ends.

    Two months of a cell may be scored at a time, and both make its year: the second then reads what the first committed. Taken after the
    months are written and before a period is read; cells lie together by key, or a chunk would need two thousand locks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('periods ' || together::text, 0)) "
            f"FROM (SELECT DISTINCT cell_id / {CELLS_LOCKED_TOGETHER} AS together FROM ({targets.sql}) AS target(cell_id, month) "
            "ORDER BY together) AS cells",
            targets.params,
        )


@transaction.atomic
def roll_up(targets: Targets, *, as_of: date) -> int:
    """Renew the quarters, half-years and years in which the targets' months lie, from the months' scores as stored.

    A period none of whose months is known has no row. Idempotent; returns how many rows were made or changed.
    """
    _hold_cells(targets)
    rollups = _rollups_for(targets)
    outcome, grade = _outcome(rollups), _grade(rollups)
    made = {name: f"p.known_{name}" if name in _COUNTED else f"p.{name}" for name in COLUMNS} | {
        "outcome": "CASE WHEN p.state = 'SCORED' THEN o.outcome END",
        "total": "CASE WHEN p.state = 'SCORED' THEN p.total END",
        "grade": f"CASE WHEN p.state = 'SCORED' THEN {grade.sql} ELSE '' END",
    }
    renewed = [name for name in COLUMNS if name not in KEY]
    stored, made_again = (", ".join(f"{row}.{name}" for name in renewed) for row in ("old", "excluded"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {COUNTED.replace('{targets}', targets.sql)}, gone AS (DELETE FROM evaluations_periodscore old USING p "
            f"WHERE p.known_months = 0 AND {' AND '.join(f'old.{name} = p.{name}' for name in KEY)}) "
            f"INSERT INTO evaluations_periodscore AS old ({', '.join(COLUMNS)}) "
            f"SELECT {', '.join(made.values())} FROM p CROSS JOIN LATERAL (SELECT {outcome.sql} AS outcome OFFSET 0) o "
            f"WHERE p.known_months > 0 ORDER BY {', '.join(f'p.{name}' for name in KEY)} "
            f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET ({', '.join(renewed)}) = ROW ({made_again}) "
            # Most periods of a night come out as they were: a row that says the same is left alone.
            f"WHERE ({stored}) IS DISTINCT FROM ({made_again})",
            [*targets.params, as_of.replace(day=1), *grade.params, *outcome.params],
        )
        return cursor.rowcount


def measure_period(cell_id: int, period: Period, *, as_of: date) -> dict[str, tuple[int | None, int | None]]:
    """The measures of a cell's period as its months stand now, by name: (value, base), the base None but for a ratio.

    {} where no month of the period is known.
    """
    shown = ", ".join(f"{measure.sql}, {measure.base or 'NULL::int'}" for measure in PERIOD_MEASURES.values())
    targets = Targets.of([(cell_id, period.first)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {COUNTED.replace('{targets}', targets.sql)} SELECT {shown} FROM p WHERE p.period_kind = %s AND p.known_months > 0",
            [*targets.params, as_of.replace(day=1), period.KIND],
        )
        row = cursor.fetchone()
    return {name: (row[place * 2], row[place * 2 + 1]) for place, name in enumerate(PERIOD_MEASURES)} if row else {}
