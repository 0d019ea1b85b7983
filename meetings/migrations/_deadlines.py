"""`deadline_after(day, count, unit, path)`: the one place that counts calendar or working days, for pages and for set-based SQL."""

FORWARD = """
CREATE FUNCTION deadline_after(day date, count integer, unit text, path text) RETURNS date
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN unit = 'CALENDAR' OR count = 0 THEN day + count
    ELSE (
        SELECT d::date FROM generate_series(day + 1, day + 2 * count + 30, interval '1 day') AS d
        WHERE extract(isodow FROM d) < 6
          AND NOT EXISTS (
              SELECT 1 FROM meetings_holiday h LEFT JOIN meetings_committee t ON t.id = h.committee_id
              WHERE h.during @> d::date AND (t.id IS NULL OR starts_with(path, t.scope_path)))
        ORDER BY d OFFSET count - 1 LIMIT 1
    ) END;
"""
BACKWARD = "DROP FUNCTION deadline_after(date, integer, text, text);"
