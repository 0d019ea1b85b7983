"""Counts of what waits for a committee's decision, put into the periods and summaries that were made before there were any."""

_WAITS = "m.sent AND NOT m.verified AND NOT m.returned AND m.state <> 'NO_SET'"
PERIODS = f"""
UPDATE evaluations_periodscore p SET not_verified = waiting.months
FROM (
    SELECT p.id, count(*) AS months
    FROM evaluations_periodscore p
    CROSS JOIN LATERAL (SELECT (CASE p.period_kind WHEN 'QUARTER' THEN 3 WHEN 'HALF' THEN 6 ELSE 12 END) * interval '1 month' AS length) kind
    JOIN evaluations_monthscore m ON m.cell_id = p.cell_id AND m.month >= p.first_on AND m.month < p.first_on + kind.length
    WHERE {_WAITS} AND (m.month < date_trunc('month', current_date) OR m.state = 'SCORED')
    GROUP BY p.id) waiting
WHERE waiting.id = p.id"""
SUMMARIES = f"""
UPDATE evaluations_committeesummary c SET not_verified = waiting.months
FROM (
    SELECT segment::bigint AS committee_id, period_kind, first_on, cell_kind, sum(months) AS months
    FROM (
        SELECT 'MONTH' AS period_kind, m.month AS first_on, m.cell_kind, m.counted_path, 1 AS months
        FROM evaluations_monthscore m WHERE {_WAITS}
        UNION ALL
        SELECT period_kind, first_on, cell_kind, counted_path, not_verified FROM evaluations_periodscore WHERE not_verified > 0) known
    CROSS JOIN LATERAL unnest(string_to_array(rtrim(counted_path, '/'), '/')) AS segment
    WHERE segment NOT LIKE 'c%%'
    GROUP BY 1, 2, 3, 4) waiting
WHERE (c.committee_id, c.period_kind, c.first_on, c.cell_kind)
    = (waiting.committee_id, waiting.period_kind, waiting.first_on, waiting.cell_kind)"""
