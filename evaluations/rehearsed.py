"""What a rehearsal came to, as its page and its file read it."""

from collections.abc import Iterator
from dataclasses import dataclass

from evaluations.models import Grade, Rehearsal


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row of the matrix: months of cells of a class before, by the class after (in the order of `Grade`, then none)."""

    before: Grade
    after: tuple[int, ...]

    @property
    def whole(self) -> int:
        return sum(self.after)


COLUMNS = (*Grade.values, "")


def crossings(rehearsal: Rehearsal, kind: str = "") -> Iterator[Crossing]:
    """The matrix of one kind of cell, or ('') of all."""
    of_kinds = [rows for each, rows in rehearsal.matrix.items() if kind in ("", each)]
    for grade in Grade:
        yield Crossing(grade, tuple(sum(rows.get(grade, {}).get(column, 0) for rows in of_kinds) for column in COLUMNS))
