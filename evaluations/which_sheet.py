"""Which sheet of a cell is meant: its month's own, or that of a thematic sitting of the month."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from evaluations.models import ScoreSheet, SheetPart
from evaluations.periods import Month
from meetings.models import THEMATIC_KINDS, Cell, Meeting


@dataclass(frozen=True, slots=True)
class WhichSheet:
    """As it stands in an address: '2026-03', or '2026-03/thematic/<public id of the meeting>'."""

    month: Month
    sitting: UUID | None = None

    @classmethod
    def of(cls, sheet: ScoreSheet) -> "WhichSheet":
        """Reads the meeting of a thematic one."""
        return cls.at(sheet.meeting, SheetPart.THEMATIC) if sheet.is_thematic else cls(Month.of(sheet.month))

    @classmethod
    def at(cls, meeting: Meeting, part: SheetPart) -> "WhichSheet":
        return cls(Month.of(meeting.for_month), meeting.public_id if part == SheetPart.THEMATIC else None)

    @property
    def part(self) -> SheetPart:
        return SheetPart.THEMATIC if self.sitting else SheetPart.MONTH

    def among(self, sheets: QuerySet[ScoreSheet]) -> QuerySet[ScoreSheet]:
        """This one of sheets of its cell."""
        of_month = sheets.filter(month=self.month.first, part=self.part)
        return of_month.filter(meeting__public_id=self.sitting) if self.sitting else of_month

    def meeting_of(self, cell: Cell) -> Meeting | None:
        """The held sitting on which the cell's sheet hangs, with its cell; None where there is none."""
        held = Meeting.objects.held().select_related("cell").filter(cell=cell, for_month=self.month.first)
        if self.sitting is None:
            return held.monthly().first()
        return held.filter(kind__in=THEMATIC_KINDS, public_id=self.sitting).first()

    def __str__(self) -> str:
        return f"{self.month}/thematic/{self.sitting}" if self.sitting else str(self.month)
