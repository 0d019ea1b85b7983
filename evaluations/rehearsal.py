"""A draft rehearsed on months that were: each scored sheet's facts and answers under the draft, set-based; nothing is stored as a score.

A line of the draft scores from the month's facts, as it would have. One that the cell judges takes the answer to the line before it that it
is paired with (`evaluations.matching`): the level with the same words, or else of the same worth. What has no line before it, the past says
nothing of: it is named, left out, and the rest is rescaled to the draft's whole.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations.compiler import Expression, Outcome, compile_outcome, compile_points
from evaluations.definition import Definition, Line, definition_of
from evaluations.editing import to_rehearse
from evaluations.exporting.rehearsed import write_rehearsal
from evaluations.jobs import CannotBeDone, Work, start_job
from evaluations.matching import paired
from evaluations.models import BINDING, CriteriaSet, Job, JobKind, Rehearsal
from evaluations.periods import Month, Period, parse_period
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from evaluations.set_files import write_set
from evaluations.totals import compile_limits, compile_sums, compile_total, graded, limiting
from meetings.models import Committee, User, path_end
from meetings.permissions import authority_of
from meetings.refusing import Refused

# Moves that are kept to be looked through; the matrix counts them all.
MOST_MOVES = 100_000
# Sheets of a part (a month under one set) whose lines are compared with each other, each with each.
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Paired:
    """A line of the draft and of the set before, in hundredths of what each is worth; one of the two may be None."""

    new: Line | None
    old: Line | None

    @property
    def named(self) -> str:
        criterion = (self.new or self.old).criterion
        return f"{criterion.code} {criterion.title}"


@dataclass(slots=True)
class Tally:
    """What the parts of a rehearsal come to together. Lines by their codes: parts under other sets leave out other lines."""

    matrix: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    outcomes: dict[str, Counter] = field(default_factory=dict)
    alike: dict[tuple[str, str], Counter] = field(default_factory=dict)
    months: int = 0
    moved: int = 0

    def add(self, rows: Iterable[tuple], lines: Sequence[Line]) -> None:
        """Rows of a part: (what is counted, …, how many)."""
        for what, one, two, three, count in rows:
            if what == "class":
                row = self.matrix.setdefault(one, {}).setdefault(two, {})
                row[three] = row.get(three, 0) + count
                self.months += count
                self.moved += count if two != three else 0
            elif what == "line":
                self.outcomes.setdefault(lines[int(one) - 1].criterion.code, Counter())[two] += count
            else:
                pair = lines[int(one) - 1].criterion.code, lines[int(two) - 1].criterion.code
                self.alike.setdefault(pair, Counter())[three == "true"] += count

    def keep(self, rehearsal: Rehearsal, definition: Definition) -> None:
        named = {line.criterion.code: f"{line.criterion.code} {line.criterion.title}" for line in definition}
        rehearsal.matrix, rehearsal.months, rehearsal.moved = self.matrix, self.months, self.moved
        rehearsal.lines = [
            {
                "code": line.criterion.code,
                "title": line.criterion.title,
                "most": line.max_points,
                "worths": [level.points for level in line.levels],
                "counts": dict(self.outcomes.get(line.criterion.code, {})),
            }
            for line in definition
        ]
        rehearsal.alike = [[named[one], named[other], found[True], found.total()] for (one, other), found in self.alike.items()]
        rehearsal.save()


def start_rehearsal(*, criteria_set: CriteriaSet, committee: Committee, period: Period, by: User, at: datetime) -> Job:
    """Set out to rehearse a draft over a past period of a subtree. Raises `Refused` where the draft is faulty, or as `start_job` does."""
    if faults := faults_of(criteria_set):
        raise Refused({"": _("First mend what keeps it from being published: %(fault)s") % {"fault": faults[0].sentence}})
    title = _("Rehearse “%(title)s”: %(committee)s, %(period)s")
    words = {"title": criteria_set.title, "committee": committee.name, "period": period.label}
    asked = {"set": str(criteria_set.public_id), "period": str(period)}
    return start_job(kind=JobKind.REHEARSAL, committee=committee, title=(title % words)[:300], asked=asked, by=by, at=at)


def rehearse(work: Work) -> None:
    """The worker: month by month and set by set, each in a transaction. Begun again it begins anew."""
    job = work.job
    draft = CriteriaSet.objects.filter(public_id=job.asked["set"]).exclude(state__in=BINDING).first()
    if draft is None:
        raise CannotBeDone(_("There is no such draft any more: it was published or deleted."))
    permit = to_rehearse(authority_of(job.requested_by, timezone.localdate(work.clock())), draft, job.committee)
    if not permit:
        raise CannotBeDone(str(permit.reason))
    if faults := faults_of(draft):
        raise CannotBeDone(_("The draft has a fault by now: %(fault)s") % {"fault": faults[0].sentence})
    period = parse_period(job.asked["period"])
    rehearsal = _begin(job, draft, period, at=work.clock())
    definition = definition_of(draft)
    parts = [(month, before) for month in period.months for before in _sets_before(job.committee, draft.part, month)]
    work.expect(len(parts))
    unknown: dict[str, list[str]] = {}
    tally = Tally()
    for done, (month, before) in enumerate(parts):
        work.reach(done, _("month %(month)s") % {"month": month.label})
        pairs = _pairs(draft, definition, before)
        unknown |= {pair.new.criterion.code: _why_unknown(pair) for pair in pairs if pair.new and _is_unknown(pair)}
        with transaction.atomic():
            _rehearse_month(rehearsal, tally, definition, before, pairs, month)
    rehearsal.unknown = [unknown[line.criterion.code] for line in definition if line.criterion.code in unknown]
    tally.keep(rehearsal, definition)
    work.reach(len(parts), _("writing the rows"))
    write_rehearsal(work, rehearsal)
    words = {"months": rehearsal.months, "moved": rehearsal.moved}
    work.note(_("%(months)s months of cells were rehearsed; %(moved)s come to another class.") % words)


def _begin(job: Job, draft: CriteriaSet, period: Period, *, at: datetime) -> Rehearsal:
    Rehearsal.objects.filter(job=job).delete()
    return Rehearsal.objects.create(
        job=job,
        criteria_set=draft,
        committee=job.committee,
        period_kind=period.KIND,
        first_on=period.first,
        rehearsed_at=at,
        text=write_set(as_entry(draft)),
    )


def _sets_before(committee: Committee, part: str, month: Month) -> list[CriteriaSet]:
    """The sets under which the subtree's sheets of a part were scored in a month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.criteria_set_id FROM evaluations_monthscore m "
            "JOIN evaluations_scoresheet s ON s.cell_id = m.cell_id AND s.month = m.month AND s.part = %s "
            "WHERE m.month = %s AND m.counted_path >= %s AND m.counted_path < %s AND s.total IS NOT NULL ORDER BY 1",
            [part, month.first, committee.scope_path, path_end(committee.scope_path)],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return list(CriteriaSet.objects.filter(pk__in=keys).order_by("pk"))


def _pairs(draft: CriteriaSet, definition: Definition, before: CriteriaSet) -> list[Paired]:
    news = {line.criterion.code: line for line in definition}
    olds = {line.criterion.code: line for line in definition_of(before)}
    found = paired(as_entry(before), as_entry(draft))
    return [Paired(news[new.line.code] if new else None, olds[old.line.code] if old else None) for old, new in found]


def _is_unknown(pair: Paired) -> bool:
    """Whether the cell would have had to answer what it was never asked."""
    return pair.new.criterion.asks_level and not (pair.old and pair.old.criterion.asks_level)


def _why_unknown(pair: Paired) -> list[str]:
    criterion = pair.new.criterion
    why = _("the cell was never asked") if pair.old is None else _("the cell did not judge it itself before")
    return [criterion.code, criterion.title, why]


def level_for(old: Line, new: Line, level: int) -> int:
    """Which level of the new line an answer to the old one is: that of the same words, else the nearest worth, the higher of two."""
    words = old.levels[level].words.strip().lower()
    for place, each in enumerate(new.levels):
        if each.words.strip().lower() == words:
            return place
    worth = old.levels[level].points * new.max_points
    return min(
        range(len(new.levels)), key=lambda place: (abs(new.levels[place].points * old.max_points - worth), -new.levels[place].points)
    )


def _levels(lines: Sequence[Line], pairs: Sequence[Paired]) -> str:
    """`smallint[]`: for each line, the level that the cell's answer `old.levels` comes to; NULL where it is not asked."""
    olds = {pair.new.criterion.code: pair.old for pair in pairs if pair.new}
    cases = []
    for line in lines:
        old = olds[line.criterion.code]
        if not line.criterion.asks_level:
            cases.append("NULL")
            continue
        whens = " ".join(f"WHEN {level} THEN {level_for(old, line, level)}" for level in range(len(old.levels)))
        cases.append(f"CASE old.levels[{old.index + 1}] {whens} END")
    return f"ARRAY[{', '.join(cases)}]::smallint[]"


def _rehearse_month(rehearsal: Rehearsal, tally: Tally, whole: Definition, before: CriteriaSet, pairs: list[Paired], month: Month) -> None:
    """Count and keep what the subtree's sheets of one month under one set would come to."""
    definition = whole.without({pair.new.criterion.code for pair in pairs if pair.new and _is_unknown(pair)})
    known, before_definition = definition.lines, definition_of(before)
    outcome, points, limits = compile_outcome(definition), compile_points(definition, "o.outcome"), compile_limits(definition)
    grade, limit = (compiled(definition, "after", "news", "limits") for compiled in (graded, limiting))
    points_before = compile_points(before_definition, "old.outcome")
    line = _line_that_moves(definition, before_definition, pairs, whole.max_points)
    path = rehearsal.committee.scope_path
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH rehearsed AS MATERIALIZED (
                SELECT m.cell_id, m.committee_id, m.month, m.cell_kind, old.total AS before, old.grade AS grade_before, o.outcome,
                    p.points AS news, p.points_before AS olds, p.limits,
                    CASE WHEN {Outcome.NOT_DUE:d} = ANY (o.outcome) OR {Outcome.NOT_ANSWERED:d} = ANY (o.outcome)
                        THEN NULL ELSE {compile_total(definition, "sums", whole.max_points)} END AS after
                FROM evaluations_monthscore m
                JOIN evaluations_scoresheet old ON old.cell_id = m.cell_id AND old.month = m.month
                JOIN evaluations_monthfacts f ON f.cell_id = m.cell_id AND f.month = m.month AND f.of_sitting = old.of_sitting
                CROSS JOIN LATERAL (SELECT {_levels(known, pairs)} AS levels) s
                CROSS JOIN LATERAL (SELECT {outcome.sql} AS outcome OFFSET 0) o
                CROSS JOIN LATERAL (
                    SELECT {points.sql} AS points, {points_before.sql} AS points_before, {limits.sql} AS limits OFFSET 0) p
                CROSS JOIN LATERAL ({compile_sums(definition, "p.points")} OFFSET 0) sums
                WHERE m.month = %s AND m.counted_path >= %s AND m.counted_path < %s
                    AND old.criteria_set_id = %s AND old.total IS NOT NULL),
            classed AS MATERIALIZED (SELECT rehearsed.*, {grade.sql} AS grade_after, {limit.sql} AS limited_by FROM rehearsed),
            moved AS (
                INSERT INTO evaluations_rehearsedmove (rehearsal_id, cell_id, committee_id, month, cell_kind, before, after, grade_before,
                    grade_after, line, moves_by)
                SELECT %s, c.cell_id, c.committee_id, c.month, c.cell_kind, c.before, c.after, c.grade_before, c.grade_after,
                    coalesce(c.limited_by, line.named, ''), coalesce(line.moves_by, 0)
                FROM (SELECT * FROM classed WHERE grade_before <> grade_after ORDER BY cell_id LIMIT %s) c
                LEFT JOIN LATERAL ({line.sql}) line ON true)
            SELECT 'class', cell_kind::text, grade_before::text, grade_after::text, count(*) FROM classed GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT 'line', line.place::text, line.outcome::text, '', count(*)
            FROM classed CROSS JOIN LATERAL unnest(outcome) WITH ORDINALITY AS line(outcome, place) GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT 'alike', one.place::text, other.place::text,
                ((one.worth = most.of[one.place]) = (other.worth = most.of[other.place]))::text, count(*)
            FROM (SELECT news FROM classed ORDER BY cell_id LIMIT {SAMPLE}) sampled
            CROSS JOIN (SELECT %s::int[] AS of) most
            CROSS JOIN LATERAL unnest(news) WITH ORDINALITY AS one(worth, place)
            JOIN LATERAL unnest(news) WITH ORDINALITY AS other(worth, place) ON one.place < other.place
            WHERE one.worth IS NOT NULL AND other.worth IS NOT NULL GROUP BY 1, 2, 3, 4""",
            [
                *outcome.params,
                *points.params,
                *points_before.params,
                *limits.params,
                month.first,
                path,
                path_end(path),
                before.pk,
                *grade.params,
                *limit.params,
                rehearsal.pk,
                max(0, MOST_MOVES - tally.moved),
                *line.params,
                [each.max_points for each in known],
            ],
        )
        tally.add(cursor.fetchall(), known)


def _line_that_moves(definition: Definition, before: Definition, pairs: list[Paired], whole: int) -> Expression:
    """SELECT (named, moves_by): of the lines of a row `c`, the one that moves its total most in the direction in which it moves.

    Each line loses a share of its set's whole; what it moves is how much less (more: negative) it loses now, in hundredths of the whole.
    """
    places = {line.criterion.code: line.index + 1 for line in definition}
    rows = [
        (
            pair.named,
            places.get(pair.new.criterion.code) if pair.new else None,
            pair.new.unmoved if pair.new else 0,
            pair.old.index + 1 if pair.old else None,
            pair.old.unmoved if pair.old else 0,
        )
        for pair in pairs
    ]
    names, new_places, new_most, old_places, old_most = (list(column) for column in zip(*rows, strict=True))
    # A line that does not apply, or is not known, loses nothing.
    return Expression(
        """
        SELECT each.named, each.moves_by FROM (
            SELECT lines.named, (coalesce(old_most - c.olds[old_place], 0) * 10000 / %s
                - coalesce(new_most - c.news[new_place], 0) * 10000 / %s)::int AS moves_by
            FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::int[], %s::bigint[])
                AS lines(named, new_place, new_most, old_place, old_most)) each
        WHERE each.moves_by <> 0 AND (each.moves_by > 0) = (coalesce(c.after, 0) * %s::bigint > c.before * %s::bigint)
        ORDER BY abs(each.moves_by) DESC, each.named LIMIT 1""",
        [before.max_points, whole, names, new_places, new_most, old_places, old_most, before.max_points, whole],
    )
