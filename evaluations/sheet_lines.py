"""One line of a month's score sheet, as the cell sees and answers it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluations.compiler import Outcome
from evaluations.definition import Line
from evaluations.explaining import Explanation
from evaluations.models import CriterionGroup


@dataclass(frozen=True, slots=True)
class Answer:
    """What the cell says on one line; nothing at all is a blank."""

    level: int | None = None  # index of the chosen row of a judged line
    confirmed: bool = False
    claimed_points: int | None = None  # hundredths, where the cell scores otherwise than the log
    reason: str = ""

    @property
    def is_blank(self) -> bool:
        return self == Answer()


@dataclass(frozen=True)
class SheetLine:
    """One line of the page: what the log says, what the cell answered, and what is still to do on it."""

    explanation: Explanation
    answer: Answer
    own: int | None  # hundredths that the cell gives, None while it doesn't or where nothing is given
    note: str = ""
    voted: int | None = None  # hundredths when the cell last answered a sheet not sent yet; None also where the line was not due then

    @property
    def line(self) -> Line:
        return self.explanation.line

    @property
    def counts(self) -> bool:
        """Whether the line is part of the maximum this month."""
        return self.explanation.is_applicable or self.line.not_applicable_points is not None

    @property
    def is_claimed(self) -> bool:
        return self.answer.claimed_points is not None

    @property
    def differs(self) -> bool:
        """Whether the cell gives other points than the log."""
        return self.own is not None and self.explanation.points is not None and self.own != self.explanation.points

    @property
    def is_changed(self) -> bool:
        """Whether the record changed since the cell last answered: the line would now be sent with other points than it voted on."""
        return self.voted is not None and self.voted != self.own

    @property
    def asks_confirmation(self) -> bool:
        return self.line.criterion.asks_confirmation and self.explanation.outcome >= 0

    @property
    def problem(self) -> str:
        """What keeps the line from being filled; '' when it is, or when there is nothing to fill."""
        if self.explanation.outcome == Outcome.NOT_ANSWERED:
            return _("Choose a level.")
        if self.is_claimed and not self.answer.reason:
            return _("Say why the cell scores otherwise.")
        if self.asks_confirmation and not self.answer.confirmed and not self.is_claimed:
            return _("Confirm what the log proposes, or score otherwise with a reason.")
        return ""


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """Hundredths; `own` is None while a line of the group is open, `most` 0 where no line of it counts, and below 0 in a deduction.

    Neither minds caps: what they take away is said with the total.
    """

    group: CriterionGroup
    own: int | None
    most: int

    @classmethod
    def of(cls, group: CriterionGroup, lines: list[SheetLine]) -> "GroupTotal":
        counted = [line for line in lines if line.explanation.outcome != Outcome.NOT_DUE and line.counts]
        own = None if any(line.own is None for line in counted) else sum(line.own for line in counted)
        return cls(group, own, sum(line.line.most for line in counted))


def own_points(answer: Answer, points: int | None) -> int | None:
    """What the cell gives on a line: what it claims, else what the log or its chosen level comes to."""
    return points if answer.claimed_points is None else answer.claimed_points
