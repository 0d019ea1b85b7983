"""The counts of a committee's summary as one value: over all kinds of cell, or over one."""

from dataclasses import dataclass, fields

from django.db.models import Sum

from evaluations.models import Grade
from evaluations.summaries import COUNTS

SUMS = {name: Sum(name) for name in COUNTS}


def mean_of(points: int, count: int) -> int | None:
    """The mean in hundredths, half a hundredth rounded up; None over nothing."""
    return (2 * points + count) // (2 * count) if count else None


@dataclass(frozen=True, slots=True)
class Counts:
    """`cells`, `scored` and the classes count cells; `expected` to `not_due` count months of cells. Points in hundredths.

    `not_verified` wait for the committee; `undecided` are besides them the returned ones and those without a set.
    """

    cells: int = 0
    expected: int = 0
    held: int = 0
    held_on_day: int = 0
    with_day: int = 0
    thematic_held: int = 0
    sent: int = 0
    sent_on_time: int = 0
    with_deadline: int = 0
    verified: int = 0
    not_verified: int = 0
    no_set: int = 0
    not_due: int = 0
    scored: int = 0
    good: int = 0
    fair: int = 0
    average: int = 0
    poor: int = 0
    points: int = 0
    points_squared: int = 0

    @classmethod
    def of(cls, row: dict) -> "Counts":
        """From a row with a column of each name (others are left alone); NULL, the sum over nothing, is 0."""
        return cls(**{field.name: row.get(field.name) or 0 for field in fields(cls)})

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)})

    @property
    def not_held(self) -> int:
        return self.expected - self.held

    @property
    def not_sent(self) -> int:
        return self.held - self.sent

    @property
    def undecided(self) -> int:
        return self.sent - self.verified

    @property
    def set_aside(self) -> int:
        """Sent and neither verified nor waiting for it: with the cell again, or without a set to verify them by."""
        return self.undecided - self.not_verified

    @property
    def to_do(self) -> int:
        """Months of cells that still want something done: to be held, sent or verified."""
        return self.not_held + self.not_sent + self.not_verified

    @property
    def late(self) -> int:
        return self.with_deadline - self.sent_on_time

    @property
    def good_or_fair(self) -> int:
        return self.good + self.fair

    @property
    def grades(self) -> list[tuple[Grade, int]]:
        return [(Grade.GOOD, self.good), (Grade.FAIR, self.fair), (Grade.AVERAGE, self.average), (Grade.POOR, self.poor)]

    @property
    def mean(self) -> int | None:
        """The mean of the scored cells' points, in hundredths."""
        return mean_of(self.points, self.scored)
