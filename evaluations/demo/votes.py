"""The score sheets as the cells would have voted and sent them, and their scoring, set by set of rows."""

from datetime import date, timedelta
from random import Random

from evaluations.compiler import Outcome, compile_points
from evaluations.definition import Definition
from evaluations.demo import phrases
from evaluations.demo.province import invented_uuid
from evaluations.demo.roll import Roll
from evaluations.demo.rosters import House
from evaluations.demo.tables import Keys, Rows, Table, array
from evaluations.demo.tempers import Temper
from evaluations.models import Proposer, ScoreSheet, SheetState
from evaluations.periods import Month
from evaluations.totals import compile_sums, compile_total
from meetings.models import PositionTitle

# Per line of a sheet: NULL = not due when it was sent; true = full marks whatever the log says; false = as the log or the level says.
CLAIMS = "demo_claims"


class Votes:
    """Draws the sheets of the months that were sent."""

    def __init__(self, cursor, definition: Definition):
        cursor.execute(f"CREATE TEMPORARY TABLE {CLAIMS} (sheet_id bigint NOT NULL, claims boolean[] NOT NULL) ON COMMIT DROP")
        self.definition = definition
        self.keys = Keys(cursor, ScoreSheet, 2000)
        # The levels of each line that the cell judges, the best one first; None for the others.
        self.asked = [
            sorted(range(len(line.levels)), key=lambda index, line=line: -line.levels[index].points) if line.criterion.asks_level else None
            for line in definition
        ]
        self.posted = [any(measure.name == "conclusion_lag_days" for measure in line.may_be_pending) for line in definition]
        self.sheets = Table(
            ScoreSheet,
            *("id", "public_id", "cell_id", "month", "meeting_id", "criteria_set_id", "state", "version", "scorer_id", "proposer"),
            *("votes_for", "votes_base", "weak_points", "remedies", "submitted_at", "submitted_by_id", "levels"),
        )
        self.claims = Rows(CLAIMS, ("sheet_id", "claims"))
        # Cell key → key of the user who sends.
        self.senders: dict[int, int] = {}

    def at(self, day: date, rng: Random) -> str:
        return f"{day} {rng.randint(7, 21):02d}:{rng.randint(0, 59):02d}:00+07"

    def sending_time(self, temper: Temper, day: date, *, is_last: bool, now: date, rng: Random) -> str | None:
        """When the sheet of a sitting is sent; None where it is not sent at all, or not yet."""
        is_late, is_forgotten = rng.random() < temper.late, rng.random() < temper.late * 0.15
        sent_on = day + timedelta(days=rng.randint(6, 20) if is_late else rng.choices((1, 2, 3, 0), (40, 35, 15, 10))[0])
        waits = is_last and rng.random() < 0.12
        return None if is_forgotten or waits or sent_on >= now else self.at(sent_on, rng)

    def vote(
        self, house: House, month: Month, meeting: int, held_on: date, roll: Roll, posted_on: date | None, sent_at: str, rng: Random
    ) -> None:
        key, temper = self.keys.next(), house.temper
        against = rng.choice((1, 1, 2, 3)) if rng.random() < 0.12 else 0
        scorer = rng.choice(roll.present)[0]
        self.sheets.add(
            *(key, invented_uuid(rng), house.cell.pk, month.first, meeting, self.definition.criteria_set.pk, SheetState.SUBMITTED, 2),
            *(scorer.key, self.proposer(house), max(0, roll.votes - against), roll.votes),
            rng.choice(phrases.WEAK_POINTS) if temper.varied else phrases.SAME_WEAK_POINT,
            rng.choice(phrases.REMEDIES) if temper.varied else phrases.SAME_REMEDY,
            *(sent_at, self.senders[house.cell.pk]),
            [self.level(places, temper, rng) for places in self.asked],
        )
        was_posted = posted_on is not None and posted_on <= date.fromisoformat(sent_at[:10])
        waits = not was_posted and date.fromisoformat(sent_at[:10]) <= held_on + timedelta(days=2)
        claims = [
            None if is_posted and waits else places is None and rng.random() < temper.claims
            for places, is_posted in zip(self.asked, self.posted, strict=True)
        ]
        self.claims.add(key, array(claims))

    def proposer(self, house: House) -> str:
        if PositionTitle.COMMITTEE_MEMBER in house.positions.values():
            return Proposer.CELL_COMMITTEE
        return Proposer.SECRETARY_AND_DEPUTY if house.deputy else Proposer.SECRETARY

    def level(self, places: list[int] | None, temper: Temper, rng: Random) -> int | None:
        if places is None:
            return None
        return places[min(1, len(places) - 1)] if rng.random() < temper.strict else places[0]

    def write(self, cursor) -> None:
        self.sheets.write(cursor)
        self.claims.write(cursor)


def set_deadlines(cursor, *, count: int, unit: str, path: str) -> None:
    """By when the province's rules wanted each sheet sent. Its holidays are the country's, so the day of the sitting is all that counts."""
    cursor.execute(
        "WITH due AS MATERIALIZED (SELECT held_on, deadline_after(held_on, %s, %s, %s) AS due_on "
        "FROM (SELECT DISTINCT held_on FROM meetings_meeting WHERE held_on IS NOT NULL) AS days) "
        "UPDATE evaluations_scoresheet s SET due_on = due.due_on "
        "FROM meetings_meeting m JOIN due USING (held_on) WHERE m.id = s.meeting_id",
        [count, unit, path],
    )


def freeze_votes(cursor, definition: Definition) -> None:
    """From the scored sheets to what the cells voted: what the log says or the level is worth, but full marks where they claimed them.

    A level on a line that does not apply was never asked; every point above the log's has the cell's reason.
    """
    points = compile_points(definition, "x.outcome")
    lines = "unnest(p.points, x.outcome, x.levels, c.claims, %s::int[], %s::bigint[]) WITH ORDINALITY AS line"
    lines += "(worth, code, level, claim, maximum, criterion, place)"
    claimed = "line.claim AND line.code >= 0 AND line.worth < line.maximum"
    maxima = [line.max_points for line in definition]
    criteria = [line.criterion.pk for line in definition]
    source = f"FROM evaluations_scoresheet x JOIN {CLAIMS} c ON c.sheet_id = x.id CROSS JOIN LATERAL (SELECT {points.sql} AS points) p "
    # Which reason: by the sheet's public id and the line, so that the same seed says the same.
    reason = "(%s::text[])[1 + abs(hashtextextended(x.public_id::text, line.place) %% %s)]"
    cursor.execute(
        f"INSERT INTO evaluations_sheetnote (sheet_id, criterion_id, text) SELECT x.id, line.criterion, {reason} {source} "
        f"CROSS JOIN LATERAL {lines} WHERE {claimed}",
        [list(phrases.CLAIM_REASONS), len(phrases.CLAIM_REASONS), *points.params, maxima, criteria],
    )
    cursor.execute(
        f"UPDATE evaluations_scoresheet s SET own = voted.own, levels = voted.levels FROM (SELECT x.id, "
        f"ARRAY(SELECT CASE WHEN line.claim IS NULL OR line.code = {Outcome.NOT_DUE:d} THEN NULL WHEN {claimed} THEN line.maximum "
        f"ELSE line.worth END FROM {lines} ORDER BY line.place) AS own, "
        f"ARRAY(SELECT CASE WHEN line.code = {Outcome.NOT_APPLICABLE:d} THEN NULL ELSE line.level END FROM {lines} ORDER BY line.place) "
        f"AS levels {source}) AS voted WHERE voted.id = s.id",
        [maxima, criteria, maxima, criteria, *points.params],
    )
    cursor.execute(
        f"UPDATE evaluations_scoresheet s SET sent_outcome = s.outcome, own_total = {compile_total(definition, 'sums')}, "
        "differing = (SELECT count(*) FROM unnest(x.own, x.computed) AS line(own, computed) WHERE line.own <> line.computed) "
        f"FROM evaluations_scoresheet x CROSS JOIN LATERAL ({compile_sums(definition, 'x.own')} OFFSET 0) sums "
        "WHERE x.id = s.id AND sums.counted_max > 0"
    )
