"""A sheet beside its verification, for whoever reads it: official points, what is said beside lines, what changed since it was sent,
and everything that happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from evaluations.definition import ClassLimit
from evaluations.models import CriterionKind, Grade, PastVote, ReviewEntry, SheetAct, SheetEvent
from evaluations.scoring import points_of
from evaluations.sheet_lines import SheetLine
from evaluations.sheets import Sheet
from evaluations.summing import summing
from evaluations.totals import official_class, own_class
from meetings.models import User

ORDER = list(Grade)


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """One line with what the committee's side says of it; points in hundredths."""

    line: SheetLine
    official: int | None  # None before the decision, and where nothing counts
    entry: ReviewEntry | None
    sent_code: int | None  # what it came to when it was sent, None where that is not known

    @property
    def index(self) -> int:
        return self.line.line.index

    @property
    def note(self) -> str:
        return self.entry.note if self.entry else ""

    @property
    def proposed(self) -> int | None:
        """The points that stand proposed: others than those that count, or those."""
        return self.line.explanation.points if self.entry is None or self.entry.points is None else self.entry.points

    @property
    def standing(self) -> int | None:
        """The official points once there are any, those proposed before."""
        return self.proposed if self.official is None else self.official

    @property
    def has_changed(self) -> bool:
        """Whether its fact has changed since the cell sent it."""
        return self.sent_code is not None and self.sent_code != self.line.explanation.outcome

    @property
    def points_when_sent(self) -> int | None:
        return points_of(self.line.line, self.sent_code)

    @property
    def is_plain(self) -> bool:
        """Whether the record alone shows it, as it did when it was sent, the cell scores the same and nobody has said anything of it."""
        if not self.line.explanation.is_applicable:
            return self.entry is None
        is_shown = self.line.line.criterion.kind in (CriterionKind.COMPUTED, CriterionKind.DOCUMENTARY) and self.line.explanation.is_due
        return is_shown and not self.has_changed and not self.line.differs and self.entry is None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a sheet: an event of it, or a correction of its record."""

    act: SheetAct
    at: datetime
    by: User
    text: str
    total: int | None = None
    grade: Grade | None = None
    document: str = ""

    @classmethod
    def of(cls, event: SheetEvent) -> "Happening":
        grade = Grade(event.grade) if event.grade else None
        document = event.decision.document if event.decision else ""
        return cls(SheetAct(event.act), event.at, event.by, event.text, event.total, grade, document)

    @property
    def label(self) -> str:
        return self.act.label


# What a cell says to a return.
ANSWERS = (SheetAct.EXPLAINED, SheetAct.CORRECTED, SheetAct.VOTED_ANEW)


@dataclass(frozen=True, slots=True)
class Returned:
    """A return with what the cell has answered to it since, in order."""

    asked: Happening
    answers: tuple[Happening, ...]


@dataclass(frozen=True)
class Review:
    """A sheet with its verification."""

    sheet: Sheet
    lines: tuple[ReviewedLine, ...]

    def groups(self) -> Iterator[tuple]:
        """(group, its lines) in the set's order."""
        for group, lines in self.sheet.groups:
            yield group, [self.lines[line.line.index] for line in lines]

    @cached_property
    def changed(self) -> list[ReviewedLine]:
        """The lines whose facts have changed since the cell sent the sheet."""
        return [line for line in self.lines if line.has_changed]

    @property
    def differing(self) -> list[ReviewedLine]:
        """The lines that the cell scores otherwise than the log."""
        return [line for line in self.lines if line.line.differs]

    @property
    def own_grade(self) -> Grade | None:
        """The class that the cell's own total would be."""
        return own_class(self.sheet.stored).grade

    @property
    def official_limits(self) -> tuple[ClassLimit, ...]:
        """What keeps the official class below what its points alone would give."""
        return official_class(self.sheet.stored).limits if self.sheet.stored.is_verified else ()

    @property
    def official_summing(self) -> tuple[str, ...]:
        return summing(self.sheet.definition, self.sheet.stored.verified) if self.sheet.stored.is_verified else ()

    @property
    def is_adjusted_down(self) -> bool:
        return self._steps_down > 0

    @property
    def is_adjusted_up(self) -> bool:
        return self._steps_down < 0

    @property
    def _steps_down(self) -> int:
        """How many classes the official one lies below the cell's own; 0 before the decision."""
        stored = self.sheet.stored
        if not stored.is_verified or self.own_grade is None:
            return 0
        return ORDER.index(Grade(stored.verified_grade)) - ORDER.index(self.own_grade)

    @cached_property
    def history(self) -> list[Happening]:
        """Everything that happened to the sheet, and the corrections of its sitting's record, in order. Two queries."""
        stored = self.sheet.stored
        events = stored.events.select_related("by", "decision")
        corrections = stored.meeting.amendments.select_related("by")
        happened = [Happening(SheetAct.CORRECTED, each.at, each.by, each.reason) for each in corrections]
        happened += [Happening.of(event) for event in events]
        return sorted(happened, key=lambda happening: happening.at)

    @property
    def returned(self) -> Returned | None:
        """The latest return, None where there was none. Reads the history."""
        asked = next((each for each in reversed(self.history) if each.act == SheetAct.RETURNED), None)
        if asked is None:
            return None
        return Returned(asked, tuple(each for each in self.history if each.act in ANSWERS and each.at >= asked.at))

    @property
    def noted(self) -> list[ReviewedLine]:
        """The lines beside which something is said."""
        return [line for line in self.lines if line.note]

    @cached_property
    def past_votes(self) -> list[PastVote]:
        return list(self.sheet.stored.past_votes.select_related("scorer", "submitted_by"))


def review_of(sheet: Sheet) -> Review:
    """The verification of a sheet that has lines. One query; history and past votes are read where they are shown."""
    stored = sheet.stored
    entries, verified, sent = {}, None, None
    if sheet.is_sent:
        entries = {entry.criterion_id: entry for entry in stored.review_entries.select_related("by")}
        verified, sent = stored.verified, stored.sent_outcome
    return Review(
        sheet,
        tuple(
            ReviewedLine(
                line,
                verified[index] if verified else None,
                entries.get(line.line.criterion.pk),
                sent[index] if sent else None,
            )
            for index, line in enumerate(sheet.lines)
        ),
    )
