"""From what the meetings tables hold to the facts of a month: one statement for one cell or for two hundred thousand.

The caller says which (cell, month) pairs are meant; `SOURCES` gathers what each fact needs, `COLUMNS` says what each fact is.
`evaluations.checking.facts` measures the same in plain Python, slowly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from evaluations.models import CriteriaScope, MonthFacts, SheetPart
from meetings.models import Meeting, Step, path_end
from meetings.tree import place_in_month


@dataclass(frozen=True, slots=True)
class Targets:
    """Which months of which cells: a SELECT of (cell_id bigint, month date) with its parameters."""

    sql: str
    params: tuple

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, date]]) -> "Targets":
        """Listed pairs of cell key and first of the month."""
        return cls(
            "SELECT * FROM unnest(%s::bigint[], %s::date[])",
            ([cell for cell, _month in pairs], [month for _cell, month in pairs]),
        )

    @classmethod
    def from_month_on(cls, pairs: Sequence[tuple[int, date]], *, until: date) -> "Targets":
        """Each cell's month and all after it up to `until` (December's tasks fall due in January), none before it is known in the tree.

        Sittings follow each other by day: an October sitting held after November's takes its tasks from it, so a change of November
        reaches October too.
        """
        return cls(
            "SELECT changed.cell_id, later::date FROM (SELECT noted.cell_id, min(least(noted.month, sat_later.month)) AS month "
            "FROM unnest(%s::bigint[], %s::date[]) AS noted(cell_id, month) "
            "CROSS JOIN LATERAL (SELECT min(m.for_month) AS month FROM meetings_meeting m WHERE m.cell_id = noted.cell_id "
            "AND m.held_on >= least(noted.month, (SELECT min(own.held_on) FROM meetings_meeting own "
            "WHERE own.cell_id = noted.cell_id AND own.for_month = noted.month))) AS sat_later "
            "GROUP BY noted.cell_id) AS changed "
            "CROSS JOIN LATERAL (SELECT least("
            "(SELECT date_trunc('month', min(lower(p.during)))::date FROM meetings_placement p WHERE p.cell_id = changed.cell_id), "
            # Where it stood before its place was corrected.
            "(SELECT min(s.month) FROM evaluations_monthscore s WHERE s.cell_id = changed.cell_id)) AS month) AS known "
            "CROSS JOIN LATERAL generate_series(greatest(changed.month, known.month), %s::date, interval '1 month') AS later",
            ([cell for cell, _month in pairs], [month for _cell, month in pairs], until),
        )

    @classmethod
    def under(cls, path: str, month: date, first_cell: int, last_cell: int) -> "Targets":
        """The cells that stood in the subtree of `path` at any time of the month, with keys in [first_cell, last_cell]."""
        return cls(
            "SELECT p.cell_id, %s::date FROM meetings_placement p WHERE p.cell_id BETWEEN %s AND %s "
            "AND p.path >= %s AND p.path < %s AND p.during && daterange(%s::date, (%s::date + interval '1 month')::date)",
            (month, first_cell, last_cell, path, path_end(path), month, month),
        )


# Kinds of sitting that a sheet of the part hangs on.
KINDS = {SheetPart.MONTH: "('REGULAR', 'COMBINED')", SheetPart.THEMATIC: "('THEMATIC', 'COMBINED')"}
# What else differs: what tells a month's sheets apart (`of_sitting_field`), and which sittings give the tasks that fall due at one.
OF_SITTING = {SheetPart.MONTH: "0::bigint", SheetPart.THEMATIC: "m.id"}
GIVERS = {SheetPart.MONTH: "", SheetPart.THEMATIC: f"AND g.kind IN {KINDS[SheetPart.THEMATIC]}"}

# Each name is a relation of one row per sitting (or per target), joined below. Sittings count when they were held.
SOURCES = f"""
WITH target(cell_id, month) AS MATERIALIZED (SELECT DISTINCT * FROM ({{targets}}) AS named(cell_id, month)),
sitting AS MATERIALIZED (
    SELECT m.*, {{of_sitting}} AS of_sitting, t.month, c.kind AS cell_kind, c.uses_handbook, place.path AS counted_path,
           before.held_on AS previous_on, before.for_month AS previous_month
    FROM target t
    JOIN meetings_cell c ON c.id = t.cell_id
    JOIN meetings_meeting m ON m.cell_id = t.cell_id AND m.for_month = t.month
        AND m.kind IN {{kinds}} AND m.state IN ('HELD', 'CONCLUDED')
    JOIN LATERAL ({place_in_month("t.cell_id", "t.month")}) place ON true
    -- Sittings follow each other by their day; two of one day by the month they are for.
    LEFT JOIN LATERAL (
        SELECT e.held_on, e.for_month FROM meetings_meeting e
        WHERE e.cell_id = m.cell_id AND e.kind IN {{kinds}} AND e.state IN ('HELD', 'CONCLUDED')
          AND (e.held_on, e.for_month) < (m.held_on, m.for_month)
        ORDER BY e.held_on DESC, e.for_month DESC LIMIT 1) before ON true
),
roll AS (
    SELECT a.meeting_id,
        count(*) FILTER (WHERE a.standing <> '') AS roster_size,
        count(*) FILTER (WHERE a.standing <> '' AND a.exemption = '' AND a.presence <> 'SPECIAL_DUTY') AS expected,
        count(*) FILTER (WHERE a.standing <> '' AND a.exemption = '' AND a.presence = 'PRESENT') AS expected_present,
        count(*) FILTER (WHERE a.standing <> '' AND a.exemption = '' AND a.presence = 'EXCUSED') AS excused,
        count(*) FILTER (WHERE a.standing <> '' AND a.presence = 'PRESENT') AS present,
        count(*) FILTER (WHERE a.standing <> '' AND a.exemption = '' AND a.presence = 'UNEXCUSED') AS unexcused
    FROM meetings_attendance a JOIN sitting s ON s.id = a.meeting_id GROUP BY a.meeting_id
),
spoken AS (
    SELECT o.meeting_id, count(*) AS opinions,
        count(DISTINCT o.attendance_id) FILTER (WHERE a.presence = 'PRESENT' AND a.standing <> '') AS speakers
    FROM meetings_opinion o JOIN sitting s ON s.id = o.meeting_id
    JOIN meetings_attendance a ON a.id = o.attendance_id
    GROUP BY o.meeting_id
),
-- As floats: equal shares of whole numbers this small are equal, and unequal ones are not.
voted AS (
    SELECT DISTINCT ON (d.meeting_id) d.meeting_id, d.votes_for, d.votes_base
    FROM meetings_decision d JOIN sitting s ON s.id = d.meeting_id
    WHERE d.kind IN ('CONCLUSION', 'RESOLUTION') AND d.votes_for IS NOT NULL AND d.votes_base > 0
    ORDER BY d.meeting_id, d.votes_for::float8 / d.votes_base DESC, d.number
),
calendar AS MATERIALIZED (
    SELECT generate_series(date_trunc('year', min(month)), max(month), interval '1 month')::date AS month FROM sitting
),
missed AS (
    SELECT s.id AS sitting_id, count(*) AS months
    FROM sitting s
    JOIN calendar y ON y.month BETWEEN date_trunc('year', s.month) AND s.month
    JOIN meetings_placement p ON p.cell_id = s.cell_id AND p.during @> y.month
    WHERE NOT EXISTS (SELECT FROM meetings_meeting m WHERE m.cell_id = s.cell_id AND m.for_month = y.month
        AND m.kind IN ('REGULAR', 'COMBINED') AND m.state IN ('HELD', 'CONCLUDED'))
    GROUP BY s.id
),
year_sitting AS (
    SELECT s.id AS sitting_id, m.id, row_number() OVER (PARTITION BY s.id ORDER BY m.for_month, m.held_on, m.id) AS number
    FROM sitting s JOIN meetings_meeting m ON m.cell_id = s.cell_id
        AND m.kind IN {{kinds}} AND m.state IN ('HELD', 'CONCLUDED')
        AND m.for_month BETWEEN date_trunc('year', s.month)::date AND s.month
        AND (m.for_month, m.held_on, m.id) <= (s.month, s.held_on, s.id)
),
-- Absences that follow each other differ from their rank by the same number: an island.
excused AS (
    SELECT y.sitting_id, a.member_id,
        y.number - row_number() OVER (PARTITION BY y.sitting_id, a.member_id ORDER BY y.number) AS island
    FROM year_sitting y JOIN meetings_attendance a
      ON a.meeting_id = y.id AND a.presence = 'EXCUSED' AND a.exemption = '' AND a.standing <> ''
),
excused_run AS (
    SELECT sitting_id, max(length) AS longest
    FROM (SELECT sitting_id, count(*) AS length FROM excused GROUP BY sitting_id, member_id, island) AS islands
    GROUP BY sitting_id
),
-- A task falls due once: at the first regular sitting after the one that gave it, from its day on (without a day, at that first);
-- one of a thematic sitting also at the first thematic sitting.
due_task AS (
    SELECT s.id AS sitting_id, t.id, latest.state
    FROM sitting s
    JOIN meetings_meeting g ON g.cell_id = s.cell_id AND g.id <> s.id {{givers}}
        AND g.state IN ('HELD', 'CONCLUDED') AND (g.held_on, g.for_month) < (s.held_on, s.for_month)
    JOIN meetings_task t ON t.meeting_id = g.id
        AND (t.due_on IS NULL OR t.due_on <= s.held_on)
        AND (s.previous_on IS NULL OR (g.held_on, g.for_month) >= (s.previous_on, s.previous_month) OR t.due_on > s.previous_on)
    LEFT JOIN LATERAL (
        SELECT r.state FROM meetings_taskreport r JOIN meetings_meeting h ON h.id = r.meeting_id
        WHERE r.task_id = t.id AND h.state IN ('HELD', 'CONCLUDED') AND (h.held_on, h.for_month) <= (s.held_on, s.for_month)
        ORDER BY h.held_on DESC, h.for_month DESC, r.id DESC LIMIT 1) latest ON true
),
due AS (
    SELECT sitting_id, count(*) AS tasks_due,
        count(*) FILTER (WHERE state = 'DONE') AS tasks_done, count(*) FILTER (WHERE state = 'PARTLY') AS tasks_partly
    FROM due_task GROUP BY sitting_id
),
given AS (
    SELECT t.meeting_id, count(*) AS tasks_assigned, count(*) FILTER (WHERE t.assignee_id IS NULL) AS tasks_unnamed
    FROM meetings_task t JOIN sitting s ON s.id = t.meeting_id GROUP BY t.meeting_id
)
"""

# fact → its SQL over the sources; `today` is the day on which the measuring is done, `bound` holds the checklist of steps.
COLUMNS = {
    "cell_id": "s.cell_id",
    "month": "s.month",
    "meeting_id": "s.id",
    "part": "bound.part",
    "held_on": "s.held_on",
    "measured_on": "today.day",
    "counted_path": "s.counted_path",
    "cell_kind": "s.cell_kind",
    "criteria_set_id": "in_force.criteria_set_id",
    "pending": "array_remove(ARRAY[CASE WHEN s.ends_at IS NULL OR s.starts_at IS NULL THEN 'minutes' END, "
    "CASE WHEN conclusion.posted_on IS NULL THEN 'conclusion_lag_days' END], NULL)::varchar[]",
    "minutes": "(extract(epoch FROM s.ends_at - s.starts_at) / 60)::int",
    "is_combined": "s.kind = 'COMBINED'",
    "roster_size": "coalesce(roll.roster_size, 0)",
    "expected": "coalesce(roll.expected, 0)",
    "expected_present": "coalesce(roll.expected_present, 0)",
    "present": "coalesce(roll.present, 0)",
    "unexcused": "coalesce(roll.unexcused, 0)",
    "longest_excused_run": "coalesce(excused_run.longest, 0)",
    "draft_prepared": "coalesce(s.draft_prepared_on <= s.held_on, false)",
    "sole_secretary": "NOT EXISTS (SELECT FROM meetings_position p WHERE p.cell_id = s.cell_id AND p.during @> s.held_on "
    "AND p.title IN ('DEPUTY', 'COMMITTEE_MEMBER'))",
    "committee_met": "coalesce(prepared.has_minutes AND prepared.met_on <= s.held_on, false)",
    "members_notified": "coalesce(s.members_notified_on < s.held_on, false)",
    "following_member_notified": "coalesce(s.following_member_notified_on < s.held_on, false)",
    "uses_handbook": "s.uses_handbook",
    "app_outage": "s.app_outage",
    "is_secret": "s.is_secret",
    "files_posted": "files.posted_on IS NOT NULL",
    "files_lead_days": "s.held_on - files.posted_on",
    "steps_missing": "(SELECT count(*) FROM unnest(bound.steps) AS step WHERE step <> ALL (s.steps_held))",
    "thematic_held": "s.kind = 'COMBINED' OR EXISTS (SELECT FROM meetings_meeting h WHERE h.cell_id = s.cell_id "
    "AND h.for_month = s.month AND h.kind = 'THEMATIC' AND h.state IN ('HELD', 'CONCLUDED'))",
    "praise_considered": "'PRAISE_AND_REMINDERS' = ANY (s.steps_held)",
    "speakers": "coalesce(spoken.speakers, 0)",
    "minutes_signed": "s.minutes_signed_on IS NOT NULL AND s.chair_id IS NOT NULL AND s.minute_taker_id IS NOT NULL",
    "ideology_minutes": "s.ideology_minutes",
    "tasks_due": "coalesce(due.tasks_due, 0)",
    "tasks_done": "coalesce(due.tasks_done, 0)",
    "tasks_partly": "coalesce(due.tasks_partly, 0)",
    "conclusion_passed": "EXISTS (SELECT FROM meetings_decision d WHERE d.meeting_id = s.id "
    "AND d.kind IN ('CONCLUSION', 'RESOLUTION') AND d.votes_for * 2 > d.votes_base)",
    "minutes_passed": "'MINUTES_PASSED' = ANY (s.steps_held)",
    "tasks_assigned": "coalesce(given.tasks_assigned, 0)",
    "tasks_unnamed": "coalesce(given.tasks_unnamed, 0)",
    "conclusion_lag_days": "coalesce(conclusion.posted_on, today.day) - s.held_on",
    "expected_not_excused": "coalesce(roll.expected - roll.excused, 0)",
    "excused": "coalesce(roll.excused, 0)",
    "opinions": "coalesce(spoken.opinions, 0)",
    # A secret sitting keeps no agenda: how many items it had is not known.
    "agenda_items": "CASE WHEN NOT s.is_secret THEN (SELECT count(*) FROM meetings_agendaitem i WHERE i.meeting_id = s.id) END",
    "is_online": "CASE WHEN s.mode <> '' THEN s.mode <> 'IN_PERSON' END",
    "held_day": "s.held_on - s.month + 1",
    "prepared_lead_days": "s.held_on - prepared.met_on",
    "notified_lead_days": "s.held_on - s.members_notified_on",
    "conclusion_votes_for": "voted.votes_for",
    "conclusion_votes_base": "voted.votes_base",
    "regular_missed_this_year": "coalesce(missed.months, 0)",
    "thematic_this_quarter": "s.kind = 'COMBINED' OR EXISTS (SELECT FROM meetings_meeting h WHERE h.cell_id = s.cell_id "
    "AND h.for_month BETWEEN date_trunc('quarter', s.month)::date AND s.month AND h.kind IN ('THEMATIC', 'COMBINED') "
    "AND h.state IN ('HELD', 'CONCLUDED'))",
}


def set_in_force(part: str, path: str, cell_kind: str, day: str) -> str:
    """SQL for the key of the set in force: of the nearest committee above the cell that has one, the more exact on the kind of cell.

    All four are SQL: the set's part, and the cell's place, its kind and the sitting's day.
    """
    return f"""SELECT sc.criteria_set_id FROM evaluations_criteriascope sc
    JOIN meetings_placement above ON above.committee_id = sc.committee_id AND above.during @> {day}
    WHERE sc.part = {part} AND sc.during @> {day} AND starts_with({path}, above.path) AND sc.cell_kind IN ('', {cell_kind})
    ORDER BY length(above.path) DESC, sc.cell_kind = '' LIMIT 1"""


JOINS = f"""
FROM sitting s
CROSS JOIN (SELECT %s::date AS as_of, %s::varchar[] AS steps, %s::varchar AS part) bound
-- A run that is worked on after its day turns no days back that have gone by since.
LEFT JOIN evaluations_monthfacts known ON known.cell_id = s.cell_id AND known.month = s.month AND known.of_sitting = s.of_sitting
CROSS JOIN LATERAL (SELECT greatest(bound.as_of, known.measured_on) AS day) today
LEFT JOIN LATERAL ({set_in_force("bound.part", "s.counted_path", "s.cell_kind", "s.held_on")}) in_force ON true
LEFT JOIN roll ON roll.meeting_id = s.id
LEFT JOIN spoken ON spoken.meeting_id = s.id
LEFT JOIN voted ON voted.meeting_id = s.id
LEFT JOIN missed ON missed.sitting_id = s.id
LEFT JOIN meetings_committeepreparation prepared ON prepared.meeting_id = s.id
LEFT JOIN excused_run ON excused_run.sitting_id = s.id
LEFT JOIN due ON due.sitting_id = s.id
LEFT JOIN given ON given.meeting_id = s.id
LEFT JOIN meetings_posting files ON files.meeting_id = s.id AND files.kind = 'FILES'
LEFT JOIN meetings_posting conclusion ON conclusion.meeting_id = s.id AND conclusion.kind = 'CONCLUSION'
-- A thematic sitting has a sheet of its own only where there is a set for it.
WHERE bound.part = 'MONTH' OR in_force.criteria_set_id IS NOT NULL
"""


# What somebody else measured as of a later day while this was measuring stays.
NOT_OLDER = "WHERE excluded.measured_on >= evaluations_monthfacts.measured_on"


def measuring_sql(targets: Targets, as_of: date, part: SheetPart) -> tuple[str, list]:
    """The SELECT of the targets' facts for the sheets of a part, columns as in `COLUMNS`, and its parameters."""
    shown = ", ".join(f"{source} AS {name}" for name, source in COLUMNS.items())
    said = {"targets": targets.sql, "kinds": KINDS[part], "of_sitting": OF_SITTING[part], "givers": GIVERS[part]}
    return SOURCES.format(**said) + f"SELECT {shown}" + JOINS, [*targets.params, as_of, list(Step.values), part]


def look(cell_id: int, month: date, *, as_of: date) -> MonthFacts | None:
    """The facts of one month as they stand now, stored nowhere; None where no regular or combined sitting was held."""
    return next(iter(_look(cell_id, month, SheetPart.MONTH, as_of)), None)


def look_at_sitting(meeting: Meeting, part: SheetPart, *, as_of: date) -> MonthFacts | None:
    """The facts that a sitting's sheet of a part asks, as they stand now; None where it was not held, or has no sheet of that part."""
    return next((facts for facts in _look(meeting.cell_id, meeting.for_month, part, as_of) if facts.meeting_id == meeting.pk), None)


def _look(cell_id: int, month: date, part: SheetPart, as_of: date) -> list[MonthFacts]:
    with connection.cursor() as cursor:
        cursor.execute(*measuring_sql(Targets.of([(cell_id, month)]), as_of, part))
        return [MonthFacts(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]


def measure(targets: Targets, *, as_of: date) -> int:
    """Store the targets' facts as of a day, over what was stored; months without a sitting or place lose theirs. Returns rows stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM evaluations_monthfacts f USING ({targets.sql}) AS target(cell_id, month) "
            "WHERE f.cell_id = target.cell_id AND f.month = target.month AND NOT EXISTS ("
            "SELECT FROM meetings_meeting m WHERE m.cell_id = f.cell_id AND m.for_month = f.month AND f.of_sitting IN (0, m.id) "
            "AND m.kind IN (CASE f.part WHEN 'MONTH' THEN 'REGULAR' ELSE 'THEMATIC' END, 'COMBINED') "
            "AND m.state IN ('HELD', 'CONCLUDED') AND EXISTS ("
            "SELECT FROM meetings_placement p WHERE p.cell_id = f.cell_id "
            "AND p.during && daterange(f.month, (f.month + interval '1 month')::date)))",
            targets.params,
        )
        return sum(_measure(cursor, targets, part, as_of) for part in _parts_in_use())


def _parts_in_use() -> list[SheetPart]:
    """Where no set scores thematic sittings, nothing is asked of them."""
    thematic = CriteriaScope.objects.filter(part=SheetPart.THEMATIC).exists()
    return [SheetPart.MONTH, SheetPart.THEMATIC] if thematic else [SheetPart.MONTH]


def _measure(cursor, targets: Targets, part: SheetPart, as_of: date) -> int:
    sql, params = measuring_sql(targets, as_of, part)
    names = ", ".join(COLUMNS)
    renewed = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("cell_id", "month"))
    # In the order of the keys, so that two workers on the same cells wait for each other instead of locking each other out.
    cursor.execute(
        f"INSERT INTO evaluations_monthfacts ({names}) SELECT * FROM ({sql}) AS measured ORDER BY cell_id, month, meeting_id "
        f"ON CONFLICT (cell_id, month, of_sitting) DO UPDATE SET {renewed} {NOT_OLDER}",
        params,
    )
    return cursor.rowcount
