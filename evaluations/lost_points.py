"""Which criteria of the frame lose most points under a committee, and where cells score otherwise than the log: read from stored sums."""

from dataclasses import dataclass
from itertools import groupby

from django.db import connection

from evaluations.periods import Period
from meetings.models import CellKind, Committee


@dataclass(frozen=True, slots=True)
class CriterionLoss:
    """A frame criterion over the months of a period; points in hundredths.

    `own` and `computed` are what the cells and the log say on the `compared` lines that are computed.
    """

    key: int
    code: str
    title: str
    most: int
    lost: int
    compared: int
    own: int
    computed: int

    @property
    def own_per_hundred(self) -> float | None:
        """What the cells give themselves for every 100 points that the log gives; None where it gives none."""
        return 100 * self.own / self.computed if self.computed else None


@dataclass(frozen=True, slots=True)
class FrameLosses:
    """The criteria of one frame, in its order."""

    title: str
    criteria: tuple[CriterionLoss, ...]

    @property
    def most(self) -> int:
        return sum(each.most for each in self.criteria)

    @property
    def compared(self) -> int:
        return sum(each.compared for each in self.criteria)

    @property
    def own_per_hundred(self) -> float | None:
        computed = sum(each.computed for each in self.criteria)
        return 100 * sum(each.own for each in self.criteria) / computed if computed else None

    def of_hundred(self, each: CriterionLoss) -> float:
        """How many of every 100 points that could be had were lost on a criterion: so sheets of another maximum add up too."""
        return 100 * each.lost / self.most

    @property
    def heaviest(self) -> list[CriterionLoss]:
        """Those that lose points, most first."""
        return sorted((each for each in self.criteria if each.lost), key=lambda each: -each.lost)

    @property
    def differing(self) -> list[CriterionLoss]:
        """Those on which cells and log part, widest first."""
        parted = [each for each in self.criteria if each.computed and each.own != each.computed]
        return sorted(parted, key=lambda each: -abs(each.own - each.computed))


SUMS = ("most", "lost", "compared", "own", "computed")
LOSSES = f"""
WITH summed AS (
    SELECT loss.frame_id, line.place, {", ".join(f"sum(line.{name})::bigint AS {name}" for name in SUMS)}
    FROM evaluations_losssummary loss
    CROSS JOIN LATERAL unnest({", ".join(f"loss.{name}" for name in SUMS)}) WITH ORDINALITY AS line({", ".join(SUMS)}, place)
    WHERE loss.committee_id = %(committee)s AND loss.month >= %(first)s AND loss.month < %(end)s AND loss.cell_kind = ANY (%(kinds)s)
    GROUP BY loss.frame_id, line.place),
criterion AS (
    SELECT criteria_set_id AS frame_id, id, code, title, row_number() OVER (PARTITION BY criteria_set_id ORDER BY position) AS place
    FROM evaluations_criterion WHERE criteria_set_id IN (SELECT frame_id FROM summed))
SELECT frame.id, frame.title, criterion.id, criterion.code, criterion.title, {", ".join(SUMS)}
FROM summed JOIN criterion USING (frame_id, place) JOIN evaluations_criteriaset frame ON frame.id = summed.frame_id
ORDER BY frame.id, place
"""


def losses_of(committee: Committee, period: Period, *, kind: str = "") -> list[FrameLosses]:
    """What is lost in the period's months under the committee, for one kind of cell or all; the frame with most at stake first."""
    with connection.cursor() as cursor:
        kinds = [kind] if kind else CellKind.values
        cursor.execute(LOSSES, {"committee": committee.pk, "first": period.first, "end": period.end, "kinds": kinds})
        frames = [_frame(list(rows)) for _key, rows in groupby(cursor.fetchall(), key=lambda row: row[0])]
    return sorted((frame for frame in frames if frame.most), key=lambda frame: -frame.most)


def _frame(rows: list[tuple]) -> FrameLosses:
    return FrameLosses(rows[0][1], tuple(CriterionLoss(*row[2:]) for row in rows))
