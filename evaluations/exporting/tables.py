"""A table as a value: what a file of any format is written from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.counts import Counts
from evaluations.models import Grade


class Kind(Enum):
    """What a column's cells hold; None stands for nothing in all of them."""

    TEXT = auto()  # str
    WHOLE = auto()  # int
    POINTS = auto()  # int, hundredths
    SHARE = auto()  # (part, whole); nothing of nothing
    DAY = auto()  # date
    PER_HUNDRED = auto()  # float, shown with one decimal


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters; columns beside each other with the same `group` stand under that heading together."""

    heading: str | Promise
    kind: Kind = Kind.TEXT
    width: int = 12
    group: str | Promise = ""


@dataclass(frozen=True)
class Table:
    """`rows` may be read once only; `count` is how many there are, or were when they were counted. `totals` is a last row, in bold."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence]
    count: int
    # What the rows were chosen by, in words.
    filters: Sequence[str] = ()
    totals: Sequence | None = None
    # What the table says, in a sentence before it.
    opening: str = ""
    # What a reader should know of the figures, under the table.
    note: str = ""


@dataclass(frozen=True)
class Book:
    """Tables that belong together: one sheet each, or one document, whose kind of paper ("Report") stands over its title."""

    title: str
    committee: str
    tables: Sequence[Table]
    paper: str = ""
    # What is to be said before the first table, a paragraph each.
    opening: Sequence[str] = ()

    @property
    def count(self) -> int:
        return sum(table.count for table in self.tables)


COUNTED = (
    Column(_("Cells"), Kind.WHOLE, 10),
    Column(_("Expected"), Kind.WHOLE, 10),
    Column(_("Held"), Kind.WHOLE, 12),
    Column(_("On the day"), Kind.WHOLE, 12),
    Column(_("Score sent"), Kind.WHOLE, 12),
    Column(_("On time"), Kind.WHOLE, 12),
    Column(_("Verified"), Kind.WHOLE, 12),
    Column(_("No set in force"), Kind.WHOLE, 14),
)
CLASSED = (
    Column(_("Scored"), Kind.WHOLE, 10),
    *(Column(grade.label, Kind.WHOLE, 10) for grade in (Grade.GOOD, Grade.FAIR, Grade.AVERAGE, Grade.POOR)),
    Column(_("Mean score"), Kind.POINTS, 12),
)


def counted(counts: Counts) -> tuple:
    """The cells of `COUNTED`."""
    return (
        *(counts.cells, counts.expected, counts.held, counts.held_on_day, counts.sent, counts.sent_on_time),
        *(counts.verified, counts.no_set),
    )


def classed(counts: Counts) -> tuple:
    """The cells of `CLASSED`."""
    return (counts.scored, *(n for _grade, n in counts.grades), counts.mean)
