"""A month's score sheet as the cell sees and answers it, before and after it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

from django.db import transaction
from django.utils.functional import SimpleLazyObject

from evaluations.compiler import Outcome
from evaluations.definition import Definition, Line, definition_of
from evaluations.delegating import values_applied
from evaluations.explaining import explain
from evaluations.measuring import look_at_sitting
from evaluations.models import CriteriaSet, CriterionGroup, MonthFacts, ScoreSheet, SheetEntry, SheetNote, SheetPart, SheetState
from evaluations.scoring import Scored, evaluate
from evaluations.sheet_lines import Answer, GroupTotal, SheetLine, own_points
from evaluations.summing import summing
from evaluations.totals import Classed, classify, sum_points
from meetings.models import Cell, Meeting, Member, Presence, User
from meetings.roll_call import vote_base


@dataclass(frozen=True, slots=True)
class Vote:
    """The cell's vote on its sheet (domain: who watched and scored, who proposed, n of N, weak points, remedies)."""

    scorer: Member | None = None
    proposer: str = ""
    votes_for: int | None = None
    votes_base: int | None = None
    weak_points: str = ""
    remedies: str = ""


class StaleSheet(Exception):
    """Someone else answered the sheet since the form was made; nothing was written."""

    def __init__(self, sheet: ScoreSheet):
        super().__init__(f"sheet {sheet.pk} is at version {sheet.version}")
        self.sheet = sheet


class AlreadySent(Exception):
    """The sheet was sent: the voted score is frozen."""


@dataclass(frozen=True)
class Sheet:
    """A whole sheet: its meeting, set, facts, lines by group, and the vote."""

    # None of a preview.
    cell: Cell | None
    meeting: Meeting | None
    stored: ScoreSheet | None
    definition: Definition | None  # None where no set was in force
    facts: MonthFacts
    scored: Scored | None
    lines: tuple[SheetLine, ...]
    # A sheet that was returned, opened to be voted on once more.
    is_voted_anew: bool = False

    @property
    def criteria_set(self) -> CriteriaSet | None:
        return self.definition.criteria_set if self.definition else None

    @property
    def is_sent(self) -> bool:
        return self.stored is not None and self.stored.is_sent and not self.is_voted_anew

    @property
    def version(self) -> int:
        return self.stored.version if self.stored else 0

    @property
    def stands(self) -> bool:
        """Whether what the cell voted is a vote on this sheet: not where it is opened anew, nor where another set came into force since."""
        if self.stored is None or self.is_voted_anew:
            return False
        return self.is_sent or self.stored.criteria_set == self.criteria_set

    @property
    def voted_points(self) -> list[int | None]:
        """What each line came to when the cell last answered a sheet not sent yet, in hundredths; empty without a vote that stands."""
        return self.stored.voted or [] if self.stands and not self.is_sent else []

    @property
    def vote(self) -> Vote:
        if self.stored is None:
            return Vote()
        return Vote(
            self.stored.scorer,
            self.stored.proposer,
            self.stored.votes_for if self.stands else None,
            self.stored.votes_base if self.stands else None,
            self.stored.weak_points,
            self.stored.remedies,
        )

    @cached_property
    def groups(self) -> list[tuple[CriterionGroup, list[SheetLine]]]:
        grouped: dict[int, tuple[CriterionGroup, list[SheetLine]]] = {}
        for line in self.lines:
            group = line.line.criterion.group
            grouped.setdefault(group.pk, (group, []))[1].append(line)
        return list(grouped.values())

    @cached_property
    def open_lines(self) -> list[SheetLine]:
        """The lines the cell still has to answer."""
        return [] if self.is_sent else [line for line in self.lines if line.problem]

    @property
    def answered(self) -> int:
        return len(self.lines) - len(self.open_lines)

    @property
    def summing(self) -> tuple[str, ...]:
        """How the computed points of the lines became the total, where that is not their plain sum."""
        return summing(self.definition, self.scored.points)

    @property
    def own_summing(self) -> tuple[str, ...]:
        """The same of the points that the cell gives itself, once it has."""
        return summing(self.definition, [line.own for line in self.lines]) if self.is_filled else ()

    @cached_property
    def classed(self) -> Classed:
        """The computed class, and the limits that keep it down."""
        return self.scored.classed(self.definition)

    @property
    def group_totals(self) -> list[GroupTotal]:
        """Per group, what the cell gives and the most it could, over the lines that count this month."""
        return [GroupTotal.of(group, lines) for group, lines in self.groups]

    @property
    def is_filled(self) -> bool:
        return not self.open_lines

    @cached_property
    def changed_lines(self) -> list[SheetLine]:
        """The lines of a sheet not sent yet that the cell has to look at again: their points are others than it voted on."""
        return [line for line in self.lines if line.is_changed]

    @cached_property
    def to_look_at(self) -> SheetLine | None:
        """The first line of a sheet not sent yet that is open or has changed."""
        return next((line for line in self.lines if line.problem or line.is_changed), None)

    @property
    def own_total(self) -> int | None:
        """What the cell gives itself, summed over the lines that count so far; None until every line is answered."""
        if not self.is_filled:
            return None
        # A line that isn't due takes no part in the vote: for the cell's own total it is left out like one that doesn't apply.
        return sum_points(self.definition, [line.own for line in self.lines]).total if self.definition else None

    @property
    def own_classed(self) -> Classed:
        """The class that the cell's own points would be, and the limits that keep it down."""
        return classify(self.definition, self.own_total, [line.own for line in self.lines], self.scored.limits)

    @property
    def not_due(self) -> list[SheetLine]:
        return [line for line in self.lines if line.explanation.outcome == Outcome.NOT_DUE]


def open_sheet(meeting: Meeting, part: SheetPart = SheetPart.MONTH, *, as_of: date) -> Sheet:
    """A sheet of a held sitting, from the facts as they stand now; from what is stored once it is with the committee.

    A fixed number of queries, whatever the number of criteria. Raises `Meeting.DoesNotExist` where it was not held, or has no such sheet.
    """
    return _opened(meeting, part, _stored(meeting, part), as_of)


def glance_at_sheet(meeting: Meeting, *, as_of: date) -> Sheet:
    """As `open_sheet`, and without its lines once it is with the committee: for pages that say only how far a month is."""
    stored = _stored(meeting, SheetPart.MONTH)
    facts = _facts_kept(stored) if stored is not None and stored.is_sent else None
    if facts is None or facts.meeting_id != meeting.pk:
        return _opened(meeting, SheetPart.MONTH, stored, as_of)
    definition = definition_of(stored.criteria_set) if stored.criteria_set else None
    return Sheet(meeting.cell, meeting, stored, definition, facts, None, ())


def _stored(meeting: Meeting, part: SheetPart) -> ScoreSheet | None:
    # Few pages name who sent, proposed and decided; joining them all takes the database longer to plan than to read.
    return ScoreSheet.objects.select_related("criteria_set", "scorer", "decision__committee").filter(meeting=meeting, part=part).first()


def _opened(meeting: Meeting, part: SheetPart, stored: ScoreSheet | None, as_of: date) -> Sheet:
    sent = stored is not None and stored.is_sent
    facts = _facts_kept(stored) if sent else None
    facts = facts or look_at_sitting(meeting, part, as_of=as_of)
    if facts is None or facts.meeting_id != meeting.pk:
        raise Meeting.DoesNotExist
    criteria_set = stored.criteria_set if sent else _set_in_force(facts)
    if criteria_set is None:
        return Sheet(meeting.cell, meeting, stored, None, facts, None, ())
    definition = definition_of(criteria_set)
    sheet = Sheet(meeting.cell, meeting, stored, definition, facts, None, ())
    if not sent:
        return _beside_the_vote(_answered(sheet, _answers(definition, stored)))
    answers = {line.index: Answer(level=stored.levels[line.index]) for line in definition}
    notes = dict(SheetNote.objects.filter(sheet=stored).values_list("criterion_id", "text"))
    if stored.is_returned:
        # Whoever corrects a fact sees at once what it comes to.
        return _with_lines(sheet, evaluate(definition, facts, stored.levels), answers, stored.own, notes)
    return _with_lines(sheet, Scored.kept(definition, stored), answers, stored.own, notes)


def open_for_new_vote(
    meeting: Meeting, part: SheetPart = SheetPart.MONTH, answers: Mapping[int, Answer] | None = None, *, as_of: date
) -> Sheet:
    """The sheet of a returned month as the cell may vote on it once more: under its set, from the facts as they stand now.

    `answers` (by index of line) go over those of the earlier vote; what the log proposes on a line whose fact has changed since is to be
    confirmed again. Raises `Meeting.DoesNotExist` as `open_sheet`.
    """
    stored = ScoreSheet.objects.select_related("criteria_set", "scorer", "submitted_by").get(meeting=meeting, part=part)
    facts = look_at_sitting(meeting, part, as_of=as_of)
    if facts is None or stored.criteria_set is None:
        raise Meeting.DoesNotExist
    definition = definition_of(stored.criteria_set)
    sheet = Sheet(meeting.cell, meeting, stored, definition, facts, None, (), is_voted_anew=True)
    now = evaluate(definition, facts, stored.levels).outcome
    notes = dict(SheetNote.objects.filter(sheet=stored).values_list("criterion_id", "text"))
    earlier = {line.index: _voted_before(line, stored, notes.get(line.criterion.pk, ""), now[line.index]) for line in definition}
    return _answered(sheet, earlier | (answers or {}))


def _voted_before(line: Line, stored: ScoreSheet, note: str, now: int) -> Answer:
    """What the earlier vote said on a line. A reason stands only where the cell scored otherwise than the log."""
    index = line.index
    return Answer(
        level=stored.levels[index],
        confirmed=not note and stored.sent_outcome is not None and stored.sent_outcome[index] == now,
        claimed_points=stored.own[index] if note else None,
        reason=note,
    )


def preview_sheet(definition: Definition, facts: MonthFacts) -> Sheet:
    """The sheet of a month that never was, before it is answered: of no cell and no sitting. Two queries."""
    return _answered(Sheet(None, None, None, definition, facts, None, ()), {line.index: Answer() for line in definition})


def _answered(sheet: Sheet, answers: Mapping[int, Answer]) -> Sheet:
    """A sheet not sent yet, scored with these answers, one per line of its set. One query."""
    scored = evaluate(sheet.definition, sheet.facts, [answers[line.index].level for line in sheet.definition])
    own = [own_points(answers[line.index], points) for line, points in zip(sheet.definition, scored.points, strict=True)]
    return _with_lines(sheet, scored, answers, own, notes={})


def _beside_the_vote(sheet: Sheet) -> Sheet:
    """With what each line came to when the cell last answered."""
    if not sheet.voted_points:
        return sheet
    return replace(sheet, lines=tuple(replace(line, voted=then) for line, then in zip(sheet.lines, sheet.voted_points, strict=True)))


def _with_lines(sheet: Sheet, scored: Scored, answers: Mapping[int, Answer], own: list[int | None], notes: Mapping[int, str]) -> Sheet:
    # Read only for a page that says the rules in words.
    applied = SimpleLazyObject(lambda: values_applied(sheet.definition, sheet.facts))
    lines = tuple(
        SheetLine(explanation, answers[index], own[index], notes.get(explanation.line.criterion.pk, ""))
        for index, explanation in enumerate(explain(sheet.definition, sheet.facts, scored, applied))
    )
    return replace(sheet, scored=scored, lines=lines)


def _facts_kept(stored: ScoreSheet) -> MonthFacts | None:
    """The facts that a sent month was last scored from. While it is returned they are looked up anew: its record is being corrected."""
    if stored.is_returned:
        return None
    return MonthFacts.objects.filter(cell=stored.cell_id, month=stored.month, of_sitting=stored.of_sitting).first()


def _set_in_force(facts: MonthFacts) -> CriteriaSet | None:
    return CriteriaSet.objects.filter(pk=facts.criteria_set_id).first() if facts.criteria_set_id else None


def _answers(definition: Definition, stored: ScoreSheet | None) -> dict[int, Answer]:
    entries = {entry.criterion_id: entry for entry in stored.entries.all()} if stored else {}
    return {line.index: _answer(line, entries.get(line.criterion.pk)) for line in definition}


def _answer(line: Line, entry: SheetEntry | None) -> Answer:
    if entry is None:
        return Answer()
    level = line.index_of(entry.level_id) if entry.level_id else None
    return Answer(level, entry.confirmed, entry.claimed_points, entry.reason)


def vote_base_of(meeting: Meeting) -> int:
    """How many may vote on the sheet: official members present."""
    return vote_base(meeting.attendances.values_list("standing", "exemption", "presence"))


def present_members(meeting: Meeting) -> list[Member]:
    called = meeting.attendances.filter(presence=Presence.PRESENT, member__isnull=False).select_related("member")
    return [attendance.member for attendance in called.order_by("member__order_key")]


@transaction.atomic
def answer_sheet(
    *,
    meeting: Meeting,
    part: SheetPart = SheetPart.MONTH,
    answers: Mapping[int, Answer],
    vote: Vote,
    expected_version: int,
    by: User,
    as_of: date,
) -> Sheet:
    """Store the cell's answers (by index of line) and vote on a sheet that is not sent yet, and return it; blanks are kept as blanks.

    Locks the meeting; makes the sheet on its first answer. Raises `StaleSheet` where its version moved on, `AlreadySent` once it is
    frozen, `Meeting.DoesNotExist` as `open_sheet`.
    """
    meeting = Meeting.objects.locked().get(pk=meeting.pk)
    sheet = open_sheet(meeting, part, as_of=as_of)
    if sheet.is_sent:
        raise AlreadySent
    stored = sheet.stored or new_sheet(meeting, part)
    if stored.version != expected_version:
        raise StaleSheet(stored)
    drop_drafts_of_other_sittings(meeting)
    # A line that asks nothing just now keeps what was said on it before.
    said = {line.line.index: line.answer for line in sheet.lines} | answers
    sheet = replace(sheet, stored=stored)
    stored.version += 1
    stored.criteria_set = sheet.criteria_set
    stored.answered_by = by
    for field in fields(Vote):
        setattr(stored, field.name, getattr(vote, field.name))
    if sheet.definition is None:
        stored.save()
        return sheet
    sheet = _answered(sheet, said)
    stored.voted = [line.own for line in sheet.lines]
    stored.save()
    stored.entries.all().delete()
    SheetEntry.objects.bulk_create(_entry(stored, line) for line in sheet.lines if not line.answer.is_blank)
    return _beside_the_vote(sheet)


def new_sheet(meeting: Meeting, part: SheetPart) -> ScoreSheet:
    """A sheet that nobody has answered yet; not stored."""
    return ScoreSheet(cell_id=meeting.cell_id, month=meeting.for_month, meeting=meeting, part=part, version=0)


def drop_drafts_of_other_sittings(meeting: Meeting) -> None:
    """A month's sheet begun for a sitting that was taken back, or became another kind, makes room for this one's."""
    begun = ScoreSheet.objects.filter(cell=meeting.cell_id, month=meeting.for_month, part=SheetPart.MONTH, state=SheetState.DRAFT)
    begun.exclude(meeting=meeting).delete()


def _entry(stored: ScoreSheet, line: SheetLine) -> SheetEntry:
    answer = line.answer
    return SheetEntry(
        sheet=stored,
        criterion=line.line.criterion,
        level_id=None if answer.level is None else line.line.levels[answer.level].key,
        confirmed=answer.confirmed,
        claimed_points=answer.claimed_points,
        reason=answer.reason,
    )
