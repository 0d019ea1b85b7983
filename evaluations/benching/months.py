"""Months of a made-up country: sittings, sheets and decisions made set by set, and the scores and sums that the product makes of them."""

import json
from datetime import date
from random import Random

from django.db import connection

from evaluations import levels, scoring, summaries
from evaluations.benching.country import LIVED_IN
from evaluations.compiler import Outcome
from evaluations.definition import Definition
from evaluations.demo.loading import every_month
from evaluations.measuring import Targets
from evaluations.periods import Month
from evaluations.rollup import roll_up
from evaluations.scoring import Scored, points_of
from evaluations.totals import sum_points
from meetings.models import Committee, Step
from meetings.statistics import refresh_statistics

ALL_CELLS = (0, 2**62)
CELLS_ROLLED_UP_AT_A_TIME = 20_000
# So many different sheets there are; which one a cell sends in a month is drawn.
PATTERNS = 2000
# Months back from the newest: that is in progress, the one before is being verified.
IN_PROGRESS, BEING_VERIFIED = 0, 1
OPINION = "Nhất trí với báo cáo; đề nghị phân công rõ người, rõ việc, rõ thời hạn."


def draw(which: int) -> str:
    """SQL of a number in [0, 1000) that belongs to a cell's month; another one for each `which`."""
    return f"mod(hashint8extended(c.id * 1000 + back, {which}) & 1048575, 1000)::int"


class Months:
    """Writes them over the cells in the temporary table `bench_cell`."""

    def __init__(self, definition: Definition, *, months: list[Month], today: date):
        self.definition, self.months, self.today = definition, months, today

    def write(self, centre: Committee) -> None:
        with connection.cursor() as cursor:
            self._patterns(cursor)
            self._sittings(cursor)
            self._sheets(cursor)
            self._facts(cursor)
            self._record(cursor)
        # The planner knows nothing of the rows yet, and would join sittings with sittings one by one.
        refresh_statistics()
        for month in self.months:
            scoring.store_month_scores(Targets.under(centre.scope_path, month.first, *ALL_CELLS))
        refresh_statistics()
        self._sum_up()
        refresh_statistics()

    def _patterns(self, cursor) -> None:
        rng = Random("sheets")
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_pattern ON COMMIT DROP AS SELECT * FROM jsonb_to_recordset(%s::jsonb) AS pattern("
            "number int, levels smallint[], outcome smallint[], points int[], computed int[], own int[], total int, counted_max int, "
            "own_total int, grade text, differing int)",
            [json.dumps([{"number": number} | self._pattern(rng) for number in range(PATTERNS)])],
        )

    def _pattern(self, rng: Random) -> dict:
        definition = self.definition
        outcome = []
        for line in definition:
            best = max(range(len(line.levels)), key=lambda index, line=line: line.levels[index].points)
            worse = rng.random() < 0.12
            outcome.append(Outcome.NOT_APPLICABLE if line.applies_when and rng.random() < 0.1 else best)
            if worse and outcome[-1] == best:
                outcome[-1] = rng.randrange(len(line.levels))
        points = [points_of(line, code) for line, code in zip(definition, outcome, strict=True)]
        scored = Scored.of(definition, outcome, points, [])
        asked = [line.criterion.asks_level for line in definition]
        computed = [None if is_asked else worth for is_asked, worth in zip(asked, points, strict=True)]
        own = [
            line.max_points if worth is not None and not is_asked and rng.random() < 0.06 else worth
            for line, is_asked, worth in zip(definition, asked, points, strict=True)
        ]
        return {
            "levels": [code if is_asked and code >= 0 else None for is_asked, code in zip(asked, outcome, strict=True)],
            "outcome": outcome,
            "points": points,
            "computed": computed,
            "own": own,
            "total": scored.total,
            "counted_max": scored.counted_max,
            "own_total": sum_points(definition, own).total,
            "grade": scored.classed(definition).grade,
            "differing": sum(mine is not None and log is not None and mine != log for mine, log in zip(own, computed, strict=True)),
        }

    def _sittings(self, cursor) -> None:
        """One in forty is not held; of the month in progress half are, and a quarter sent."""
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_sitting ON COMMIT DROP AS SELECT "
            "nextval(pg_get_serial_sequence('meetings_meeting', 'id')) AS id, drawn.* FROM ("
            "SELECT c.id AS cell_id, c.committee_id, c.path, c.kind, c.is_lived_in, month, back, "
            f"least(month + CASE WHEN {draw(1)} < 600 THEN 2 ELSE 3 + {draw(2)} %% 6 END, %s::date) AS held_on, "
            f"(c.id + back) %% 3 = 0 AS is_combined, {draw(3)} %% 7 AS sent_after, "
            f"{draw(4)} < CASE back WHEN {IN_PROGRESS} THEN 500 ELSE 970 END AS is_sent, "
            f"{draw(5)} < CASE back WHEN {IN_PROGRESS} THEN 0 WHEN {BEING_VERIFIED} THEN 400 ELSE 980 END AS is_verified, "
            f"(hashint8extended(c.id * 1000 + back, 6) & 1048575) %% {PATTERNS} AS pattern, c.id %% 90 + 10 AS minutes_over "
            "FROM bench_cell c CROSS JOIN unnest(%s::date[]) WITH ORDINALITY AS of_month(month, number) "
            "CROSS JOIN LATERAL (SELECT %s - number AS back) later "
            f"WHERE {draw(7)} < CASE back WHEN {IN_PROGRESS} THEN 500 ELSE 975 END ORDER BY month, c.id) AS drawn",
            [self.today, [month.first for month in self.months], len(self.months)],
        )
        cursor.execute("CREATE INDEX ON bench_sitting (cell_id, month)")
        cursor.execute("ANALYZE bench_sitting")
        cursor.execute(
            "INSERT INTO meetings_meeting (id, public_id, cell_id, for_month, kind, state, state_reason, version, planned_on, theme, "
            "members_notified_on, following_member_notified_on, draft_prepared_on, held_on, starts_at, ends_at, mode, place, steps_held, "
            "ideology_minutes, minutes_signed_on, app_outage, is_secret, reference_number, concluded_at) "
            "SELECT id, gen_random_uuid(), cell_id, month, CASE WHEN is_combined THEN 'COMBINED' ELSE 'REGULAR' END, "
            "CASE WHEN is_sent THEN 'CONCLUDED' ELSE 'HELD' END, '', 3, held_on, '', held_on - 2, held_on - 2, held_on - 1, held_on, "
            "time '19:00', time '19:00' + (80 + minutes_over %% 40) * interval '1 minute', 'IN_PERSON', 'Nhà văn hóa thôn', "
            "%s::varchar[], 15, held_on, false, false, '', CASE WHEN is_sent THEN held_on + time '09:00' END "
            "FROM bench_sitting ORDER BY id",
            [list(Step.values)],
        )

    def _sheets(self, cursor) -> None:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_decision ON COMMIT DROP AS "
            "SELECT nextval(pg_get_serial_sequence('evaluations_reviewdecision', 'id')) AS id, decided.*, a.user_id FROM ("
            "SELECT DISTINCT committee_id, month FROM bench_sitting WHERE is_sent AND is_verified) AS decided "
            "JOIN meetings_appointment a USING (committee_id) ORDER BY decided.month, decided.committee_id"
        )
        cursor.execute("ANALYZE bench_decision")
        cursor.execute(
            "INSERT INTO evaluations_reviewdecision (id, public_id, committee_id, document, decided_by_id, decided_at) "
            "SELECT id, gen_random_uuid(), committee_id, '', user_id, (month + 45)::timestamptz FROM bench_decision ORDER BY id"
        )
        cursor.execute(
            "INSERT INTO evaluations_scoresheet (public_id, cell_id, month, meeting_id, part, criteria_set_id, state, version, proposer, "
            "votes_for, votes_base, weak_points, remedies, submitted_at, submitted_by_id, due_on, voted, levels, own, outcome, "
            "computed, total, counted_max, grade, own_total, differing, sent_outcome, decision_id, verified, verified_total, "
            "verified_grade) "
            "SELECT gen_random_uuid(), s.cell_id, s.month, s.id, 'MONTH', %s, CASE WHEN d.id IS NULL "
            "THEN 'SUBMITTED' ELSE 'VERIFIED' END, 2, "
            "'SECRETARY_AND_DEPUTY', 20, 22, 'Còn ít ý kiến phát biểu.', 'Phân công chuẩn bị ý kiến trước.', "
            "(s.held_on + s.sent_after)::timestamptz + interval '9 hours', a.user_id, s.held_on + 5, p.own, p.levels, p.own, p.outcome, "
            "p.computed, p.total, p.counted_max, p.grade, p.own_total, p.differing, p.outcome, d.id, "
            "CASE WHEN d.id IS NOT NULL THEN p.points END, CASE WHEN d.id IS NOT NULL THEN p.total END, "
            "CASE WHEN d.id IS NULL THEN '' ELSE p.grade END "
            "FROM bench_sitting s JOIN bench_pattern p ON p.number = s.pattern "
            "JOIN meetings_appointment a ON a.cell_id = s.cell_id "
            "LEFT JOIN bench_decision d ON d.committee_id = s.committee_id AND d.month = s.month AND s.is_verified "
            "WHERE s.is_sent ORDER BY s.id",
            [self.definition.criteria_set.pk],
        )
        for act, by, at, total, of_verified in (
            ("SENT", "x.submitted_by_id", "x.submitted_at", "x.own_total", "true"),
            ("DECIDED", "d.decided_by_id", "d.decided_at", "x.verified_total", "d.id IS NOT NULL"),
        ):
            cursor.execute(
                f"INSERT INTO evaluations_sheetevent (sheet_id, act, by_id, at, text, decision_id, total, grade) "
                f"SELECT x.id, '{act}', {by}, {at}, '', CASE WHEN '{act}' = 'DECIDED' THEN d.id END, {total}, x.grade "
                "FROM evaluations_scoresheet x LEFT JOIN evaluations_reviewdecision d ON d.id = x.decision_id "
                f"WHERE {of_verified} ORDER BY x.id"
            )

    def _facts(self, cursor) -> None:
        cursor.execute(
            "INSERT INTO evaluations_monthfacts (cell_id, month, meeting_id, part, held_on, measured_on, counted_path, cell_kind, "
            "criteria_set_id, pending, minutes, is_combined, roster_size, expected, expected_present, present, unexcused, "
            "longest_excused_run, draft_prepared, sole_secretary, committee_met, members_notified, following_member_notified, "
            "uses_handbook, app_outage, is_secret, files_posted, files_lead_days, steps_missing, thematic_held, praise_considered, "
            "speakers, minutes_signed, ideology_minutes, tasks_due, tasks_done, tasks_partly, conclusion_passed, minutes_passed, "
            "tasks_assigned, tasks_unnamed, conclusion_lag_days, expected_not_excused, excused, opinions, agenda_items, held_day, "
            "prepared_lead_days, notified_lead_days, conclusion_votes_for, conclusion_votes_base, regular_missed_this_year, "
            "thematic_this_quarter, is_online) "
            "SELECT cell_id, month, id, 'MONTH', held_on, %s, path, kind, %s, '{}', "
            "80 + minutes_over %% 40, is_combined, 24, 23, 21, 22, 0, 0, "
            "true, false, true, true, true, kind <> 'ARMY', false, false, true, 1, 0, is_combined, true, 9, true, 15, 3, 3, 0, true, true, "
            "3, 0, 2, 21, 2, 9, 5, held_on - month + 1, 2, 2, 20, 22, 0, is_combined, false FROM bench_sitting ORDER BY id",
            [self.today, self.definition.criteria_set.pk],
        )

    def _record(self, cursor) -> None:
        """Whole sittings of one cell in `LIVED_IN`: roll call, opinions, decision, tasks and their results, postings."""
        sat = f"bench_sitting s JOIN bench_member m ON m.cell_id = s.cell_id AND m.is_lived_in /* one in {LIVED_IN} */"
        for sql in (
            "INSERT INTO meetings_attendance (meeting_id, member_id, guest_name, standing, exemption, presence, reason) "
            "SELECT s.id, m.id, '', 'OFFICIAL', '', CASE WHEN (m.id + s.id) % 12 = 0 THEN 'EXCUSED' ELSE 'PRESENT' END, '' "
            f"FROM {sat} ORDER BY s.id, m.id",
            "INSERT INTO meetings_opinion (meeting_id, attendance_id, text) "
            f"SELECT a.meeting_id, a.id, '{OPINION}' FROM meetings_attendance a "
            "WHERE a.presence = 'PRESENT' AND a.id % 3 = 0 ORDER BY a.id",
            "INSERT INTO meetings_committeepreparation (meeting_id, met_on, has_minutes) "
            "SELECT s.id, s.held_on - 2, true FROM bench_sitting s WHERE s.is_lived_in ORDER BY s.id",
            "INSERT INTO meetings_agendaitem (meeting_id, number, title) "
            "SELECT s.id, number, 'Nội dung ' || number FROM bench_sitting s, generate_series(1, 5) AS number "
            "WHERE s.is_lived_in ORDER BY s.id, number",
            "INSERT INTO meetings_decision (meeting_id, number, kind, text, votes_for, votes_base) "
            "SELECT s.id, 1, 'CONCLUSION', 'Kết luận của kỳ sinh hoạt.', 20, 22 FROM bench_sitting s WHERE s.is_lived_in ORDER BY s.id",
            "INSERT INTO meetings_posting (meeting_id, kind, document_number, issued_on, posted_on) "
            "SELECT s.id, posted.kind, '', s.held_on + lag, s.held_on + lag FROM bench_sitting s, "
            "(VALUES ('FILES', -1), ('CONCLUSION', 1)) AS posted(kind, lag) WHERE s.is_lived_in ORDER BY s.id",
            "INSERT INTO meetings_task (public_id, meeting_id, number, text, assignee_id, team, due_on) "
            "SELECT gen_random_uuid(), s.id, m.place, 'Vận động các hộ trong tổ.', m.id, '', s.held_on + 25 "
            f"FROM {sat} WHERE m.place <= 3 ORDER BY s.id, m.place",
            "INSERT INTO meetings_taskreport (task_id, meeting_id, state, done_on, note) "
            "SELECT t.id, later.id, 'DONE', later.held_on, '' FROM meetings_task t JOIN bench_sitting s ON s.id = t.meeting_id "
            "JOIN bench_sitting later ON later.cell_id = s.cell_id AND later.month = (s.month + interval '1 month')::date ORDER BY t.id",
        ):
            cursor.execute(sql)

    def _sum_up(self) -> None:
        """From here on as the product does it every night."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM bench_cell")
            first, last = cursor.fetchone()
        for start in range(first, last + 1, CELLS_ROLLED_UP_AT_A_TIME):
            roll_up(every_month(start, start + CELLS_ROLLED_UP_AT_A_TIME - 1), as_of=self.today)
        summaries.summarise(levels.committees_above(every_month(*ALL_CELLS)))
