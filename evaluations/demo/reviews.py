"""What the committees did with the sheets: months long gone verified, the newest waiting, a few returned. Set by set of rows.

Who is chosen for what is drawn from each sheet's public id, so that the same seed says the same.
"""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils.timezone import get_current_timezone

from evaluations.compiler import Expression, compile_points
from evaluations.definition import Definition, Line
from evaluations.demo import phrases
from evaluations.demo.logins import SECRETARY, USERNAMES
from evaluations.demo.province import invented_uuid
from evaluations.demo.tables import Keys, Rows, Table
from evaluations.models import ReviewDecision
from evaluations.periods import Month
from evaluations.totals import compile_sums, compile_total, graded
from meetings.models import Committee, Role

ACTS = "demo_acts"
# The newest month is in progress, the one before is being verified by some.
WAITING, UNDER_WAY = 0, 1


def draw(sheet: str, which: int) -> str:
    """SQL of a number in [0, 1000) that belongs to a sheet; another one for each `which`."""
    return f"mod(hashtextextended({sheet}.public_id::text, {which}) & 1048575, 1000)"


def one_of(words: tuple[str, ...], sheet: str, which: int) -> Expression:
    """SQL of one of some phrases, drawn for a sheet."""
    return Expression(f"(%s::text[])[1 + mod({draw(sheet, which)}, {len(words)})]", [list(words)])


def lowered(line: Line) -> int | None:
    """What a committee that thinks less of a judged line gives it: the level below full marks."""
    lower = [level.points for level in line.levels if level.points < line.max_points]
    return max(lower, default=None) if line.criterion.asks_level else None


class Reviews:
    """Writes decisions and returns, and the sheets' history, over sheets that were scored and whose votes are frozen."""

    def __init__(self, cursor, definition: Definition, *, months: list[Month], now: date):
        self.cursor, self.definition, self.months = cursor, definition, months
        self.now = datetime.combine(now, time(), get_current_timezone())

    def write(self, offices: dict[Committee, int]) -> None:
        """`offices`: for each committee with cells, the key of the account that acts for it."""
        self.decide_dates(offices)
        self.note_sent()
        self.verify()
        self.return_some()
        self.propose_some()

    def decide_dates(self, offices: dict[Committee, int]) -> None:
        """Each committee's acts: for a month, the decision (none where it has not decided yet), by whom and when."""
        self.cursor.execute(
            f"CREATE TEMPORARY TABLE {ACTS} (committee_id bigint NOT NULL, month date NOT NULL, office_id bigint NOT NULL, "
            "decision_id bigint, decided_at timestamptz, PRIMARY KEY (committee_id, month)) ON COMMIT DROP"
        )
        keys = Keys(self.cursor, ReviewDecision, 500)
        decisions = Table(ReviewDecision, "id", "public_id", "committee_id", "document", "decided_by_id", "decided_at")
        acts = Rows(ACTS, ("committee_id", "month", "office_id", "decision_id", "decided_at"))
        for committee, office in offices.items():
            rng = Random(f"{committee.public_id} reviews")
            for back, month in enumerate(reversed(self.months)):
                day = month.end + timedelta(days=rng.randint(8, 17))
                at = datetime.combine(day, time(rng.randint(8, 16), rng.randint(0, 59)), get_current_timezone())
                decides = rng.random() < {WAITING: 0, UNDER_WAY: 0.5}.get(back, 0.97) and at < self.now
                key = keys.next() if decides else None
                if decides:
                    document = f"{rng.randint(5, 95):02d}-TB/ĐU ngày {day:%d/%m/%Y}"
                    decisions.add(key, invented_uuid(rng), committee.pk, document, office, at)
                acts.add(committee.pk, month.first, office, key, at)
        decisions.write(self.cursor)
        acts.write(self.cursor)

    def note_sent(self) -> None:
        """The beginning of each sheet's history."""
        grade = graded(self.definition, "x.own_total", "x.own", "x.limits")
        self.cursor.execute(
            "INSERT INTO evaluations_sheetevent (sheet_id, act, by_id, at, text, total, grade) "
            f"SELECT x.id, 'SENT', x.submitted_by_id, x.submitted_at, '', x.own_total, {grade.sql} "
            "FROM evaluations_scoresheet x ORDER BY x.id",
            grade.params,
        )

    def verify(self) -> None:
        """Most sheets of the decided months: official points as computed, now and then lower, or as the cell explained."""
        definition = self.definition
        self.cursor.execute(
            "CREATE TEMPORARY TABLE demo_verified ON COMMIT DROP AS "
            "SELECT x.id, x.public_id, x.submitted_by_id, x.own_total, act.decision_id, act.office_id, act.decided_at, "
            f"x.submitted_at < act.decided_at - interval '6 days' AND {draw('x', 11)} < 40 AS was_returned "
            f"FROM evaluations_scoresheet x JOIN meetings_placement p ON p.cell_id = x.cell_id "
            f"JOIN {ACTS} act ON act.committee_id = p.parent_id AND act.month = x.month "
            "WHERE act.decision_id IS NOT NULL AND x.total IS NOT NULL AND x.own IS NOT NULL "
            f"AND x.submitted_at < act.decided_at - interval '1 day' AND {draw('x', 12)} >= 25 ORDER BY x.id"
        )
        self.remark()
        counting = compile_points(definition, "x.outcome")
        grade = graded(definition, "official.total", "official.points", "s.limits")
        self.cursor.execute(
            f"""
            WITH official AS (
                SELECT x.id, v.decision_id, given.points, {compile_total(definition, "sums")} AS total
                FROM demo_verified v JOIN evaluations_scoresheet x USING (id)
                CROSS JOIN LATERAL (SELECT {counting.sql} AS points OFFSET 0) counting
                CROSS JOIN LATERAL (
                    SELECT array_agg(coalesce(e.points, line.worth) ORDER BY line.place) AS points
                    FROM unnest(counting.points, %s::bigint[]) WITH ORDINALITY AS line(worth, criterion, place)
                    LEFT JOIN evaluations_reviewentry e ON e.sheet_id = x.id AND e.criterion_id = line.criterion) given
                CROSS JOIN LATERAL ({compile_sums(definition, "given.points")} OFFSET 0) sums)
            UPDATE evaluations_scoresheet s
            SET state = 'VERIFIED', version = s.version + 1, decision_id = official.decision_id, verified = official.points,
                verified_total = official.total, verified_grade = {grade.sql}, verified_limits = s.limits
            FROM official WHERE s.id = official.id""",
            [
                *counting.params,
                [line.criterion.pk for line in definition],
                *grade.params,
            ],
        )
        returned = one_of(phrases.REASONS_OF_RETURN, "v", 13)
        explained = one_of(phrases.EXPLANATIONS, "v", 14)
        self.cursor.execute(
            "INSERT INTO evaluations_sheetevent (sheet_id, act, by_id, at, text, decision_id, total, grade) "
            "SELECT v.id, said.act, said.by, said.at, said.text, said.decision, said.total, coalesce(said.grade, '') "
            "FROM demo_verified v JOIN evaluations_scoresheet x USING (id) "
            "JOIN evaluations_sheetevent sent ON sent.sheet_id = v.id AND sent.act = 'SENT' "
            "CROSS JOIN LATERAL (VALUES "
            f"(1, v.was_returned, 'RETURNED', v.office_id, v.decided_at - interval '5 days', {returned.sql}, NULL::bigint, NULL, NULL), "
            f"(2, v.was_returned, 'EXPLAINED', v.submitted_by_id, v.decided_at - interval '3 days', {explained.sql}, NULL, NULL, NULL), "
            "(3, v.was_returned, 'SENT', v.submitted_by_id, v.decided_at - interval '3 days', '', NULL, v.own_total, sent.grade), "
            "(4, true, 'DECIDED', v.office_id, v.decided_at, '', v.decision_id, x.verified_total, x.verified_grade)"
            ") AS said(place, happened, act, by, at, text, decision, total, grade) WHERE said.happened ORDER BY v.id, said.place",
            [*returned.params, *explained.params],
        )

    def remark(self) -> None:
        """The lines to which the committees give other points than those that count, with why."""
        definition = self.definition
        counting = compile_points(definition, "x.outcome")
        of_line = "mod(hashtextextended(x.public_id::text, 100 + line.place) & 1048575, 1000)"
        lower, agreed = one_of(phrases.LOWERING_NOTES, "x", 15), one_of(phrases.AGREEING_NOTES, "x", 16)
        self.cursor.execute(
            f"""
            INSERT INTO evaluations_reviewentry (sheet_id, criterion_id, points, note, by_id, at)
            SELECT x.id, line.criterion, coalesce(lowered.points, line.own),
                CASE WHEN lowered.points IS NULL THEN {agreed.sql} ELSE {lower.sql} END, v.office_id, v.decided_at
            FROM demo_verified v JOIN evaluations_scoresheet x USING (id)
            CROSS JOIN LATERAL (SELECT {counting.sql} AS points OFFSET 0) counting
            CROSS JOIN LATERAL unnest(counting.points, x.outcome, x.own, %s::int[], %s::int[], %s::bigint[]) WITH ORDINALITY
                AS line(worth, code, own, maximum, lower, criterion, place)
            CROSS JOIN LATERAL (SELECT CASE WHEN line.worth = line.maximum AND {draw("x", 17)} < 130 AND {of_line} < 150
                THEN line.lower END AS points) lowered
            WHERE line.code >= 0 AND (lowered.points IS NOT NULL OR (line.own > line.worth AND {draw("x", 18)} < 120))
            ORDER BY x.id, line.place""",
            [
                *agreed.params,
                *lower.params,
                *counting.params,
                [line.max_points for line in definition],
                [lowered(line) for line in definition],
                [line.criterion.pk for line in definition],
            ],
        )

    def return_some(self) -> None:
        """A few of the newest sheets went back to their cells, whose sittings are open again. Not the shown cell's, which is to go on."""
        reason = one_of(phrases.REASONS_OF_RETURN, "x", 21)
        self.cursor.execute(
            "CREATE TEMPORARY TABLE demo_returned ON COMMIT DROP AS "
            "SELECT x.id, x.cell_id, x.month, x.meeting_id, x.submitted_by_id, act.office_id, "
            f"x.submitted_at + interval '50 hours' AS at, {reason.sql} AS reason "
            "FROM evaluations_scoresheet x JOIN meetings_placement p ON p.cell_id = x.cell_id "
            f"JOIN {ACTS} act ON act.committee_id = p.parent_id AND act.month = x.month "
            "JOIN meetings_user u ON u.id = x.submitted_by_id "
            "WHERE x.state = 'SUBMITTED' AND x.month >= %s AND x.submitted_at + interval '50 hours' < %s "
            f"AND {draw('x', 22)} < 45 AND u.username <> %s ORDER BY x.id",
            [*reason.params, self.months[-2:][0].first, self.now, SECRETARY],
        )
        for sql in (
            "UPDATE evaluations_scoresheet x SET state = 'RETURNED', version = x.version + 1 FROM demo_returned r WHERE r.id = x.id",
            "UPDATE meetings_meeting m SET state = 'HELD', version = m.version + 1 FROM demo_returned r WHERE r.meeting_id = m.id",
            "INSERT INTO evaluations_sheetevent (sheet_id, act, by_id, at, text, grade) "
            "SELECT id, 'RETURNED', office_id, at, reason, '' FROM demo_returned ORDER BY id",
            "INSERT INTO evaluations_notice (public_id, user_id, kind, cell_id, month, text, sent_by_id, created_at) "
            "SELECT md5('returned ' || x.public_id)::uuid, r.submitted_by_id, 'RETURNED', r.cell_id, r.month, r.reason, r.office_id, r.at "
            "FROM demo_returned r JOIN evaluations_scoresheet x USING (id) ORDER BY r.id",
        ):
            self.cursor.execute(sql)

    def propose_some(self) -> None:
        """The demo's following member has looked at what waits of the cells that he follows, but for the shown one."""
        text = one_of(phrases.PROPOSALS, "x", 31)
        self.cursor.execute(
            "WITH proposed AS (UPDATE evaluations_scoresheet x SET proposed_by_id = u.id, "
            "proposed_at = x.submitted_at + interval '26 hours', version = x.version + 1 "
            "FROM meetings_user u JOIN meetings_appointment a ON a.user_id = u.id AND a.role = %s "
            "WHERE u.username = %s AND a.cell_id = x.cell_id AND x.state = 'SUBMITTED' AND x.month >= %s "
            "AND x.submitted_at + interval '26 hours' < %s AND x.submitted_by_id <> (SELECT id FROM meetings_user WHERE username = %s) "
            f"RETURNING x.id, x.proposed_by_id, x.proposed_at, {text.sql} AS text) "
            "INSERT INTO evaluations_sheetevent (sheet_id, act, by_id, at, text, grade) "
            "SELECT id, 'PROPOSED', proposed_by_id, proposed_at, text, '' FROM proposed ORDER BY id",
            [
                Role.FOLLOWING_MEMBER,
                USERNAMES[Role.FOLLOWING_MEMBER],
                self.months[-2:][0].first,
                self.now,
                SECRETARY,
                *text.params,
            ],
        )
