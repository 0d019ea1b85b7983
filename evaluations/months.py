"""A cell's month as its page shows it: the four steps and what is next."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Exists, OuterRef
from django.utils import timezone

from evaluations.around_month import AroundMonth, Posted, ThematicSheet, around
from evaluations.models import ScoreSheet, SheetEvent, SheetPart, SheetState
from evaluations.periods import Month
from evaluations.queue import returned_to
from evaluations.returned import returned_on
from evaluations.sheets import Sheet, glance_at_sheet
from meetings.deadlines import Deadlines, deadlines_for
from meetings.models import (
    MONTHLY_KINDS,
    AgendaItem,
    Cell,
    CommitteePreparation,
    Meeting,
    MeetingState,
    PostingKind,
    RecordingLock,
)
from meetings.recording import Closed


@dataclass(frozen=True)
class CellMonth:
    """What is known of a cell's month: its monthly sitting, its other sittings, sheet and deadlines, and what stands around them."""

    cell: Cell
    month: Month
    today: date
    meeting: Meeting | None
    others: tuple[Meeting, ...]
    deadlines: Deadlines
    sheet: Sheet | None
    around: AroundMonth

    @property
    def is_held(self) -> bool:
        return self.meeting is not None and self.meeting.is_held

    @cached_property
    def closed(self) -> Closed | None:
        """The lock over the month, None where there is none."""
        lock = self.around.lock and RecordingLock.objects.select_related("committee", "locked_by").get(pk=self.around.lock)
        return lock and Closed(None, lock)

    @property
    def preparation(self) -> CommitteePreparation | None:
        return getattr(self.meeting, "preparation", None)

    @property
    def files(self) -> Posted | None:
        return self.around.postings.get(PostingKind.FILES)

    @property
    def conclusion(self) -> Posted | None:
        return self.around.postings.get(PostingKind.CONCLUSION)

    @property
    def is_prepared(self) -> bool:
        return self.meeting is not None and bool(
            self.preparation or self.meeting.members_notified_on or self.meeting.draft_prepared_on or self.files or self.meeting.has_agenda
        )

    @property
    def is_recorded(self) -> bool:
        """Held, with times and roll call: enough to be scored."""
        return self.is_held and self.meeting.minutes is not None and bool(self.sheet and self.sheet.facts.roster_size)

    @property
    def is_scored(self) -> bool:
        """The cell has answered every line and voted on what is recorded now (or there is no set to answer to)."""
        if self.sheet is None:
            return False
        if self.sheet.is_sent or self.sheet.definition is None:
            return True
        return self.sheet.is_filled and not self.sheet.changed_lines and self.sheet.vote.votes_for is not None

    @property
    def is_extended(self) -> bool:
        """Whether the cell was given more time to send than the rules do."""
        more, by = self.around.more_time, self.deadlines.send_by
        return more is not None and by is not None and more.until > by

    @property
    def send_by(self) -> date | None:
        """The day that counts: the rules', or a later one that was granted."""
        return self.around.more_time.until if self.is_extended else self.deadlines.send_by

    @property
    def is_posted(self) -> bool:
        return self.conclusion is not None

    @property
    def is_posting_overdue(self) -> bool:
        by = self.deadlines.conclusion_by
        return not self.is_posted and by is not None and by < self.today

    @property
    def is_sent(self) -> bool:
        return self.sheet is not None and self.sheet.is_sent

    @property
    def is_returned(self) -> bool:
        return self.is_sent and self.sheet.stored.is_returned

    @cached_property
    def returned(self) -> SheetEvent | None:
        """Who returned the sheet, when and why, while it is with the cell."""
        return returned_on(self.sheet.stored) if self.is_returned else None

    @property
    def open_thematic(self) -> ThematicSheet | None:
        """The first sheet of a thematic sitting that the cell has to score and send, or to answer for."""
        return next((sheet for sheet in self.around.thematic if sheet.is_returned or not sheet.is_sent), None)

    @property
    def next_step(self) -> str:
        """The one main action: answer a returned sheet, prepare, hold, score, post, send, then a thematic sitting's sheet, or done."""
        if self.is_returned:
            return "answer"
        if not self.is_held:
            planned = self.meeting.planned_on if self.meeting else None
            return "hold" if self.is_prepared or (planned and planned <= self.today) else "prepare"
        if not self.is_recorded:
            return "hold"
        if not self.is_scored:
            # Posting that is overdue already counts: recorded after the vote, it would have to be voted on again.
            return "post" if self.is_posting_overdue and not self.sheet.voted_points else "score"
        if self.is_sent:
            return "post" if not self.is_posted else "thematic" if self.open_thematic else "done"
        return "send" if self.is_posted else "post"


def month_of_cell(cell: Cell, month: Month, *, today: date) -> CellMonth:
    """The month's page of a cell. A fixed number of queries."""
    of_month = Meeting.objects.filter(cell=cell, for_month=month.first).exclude(state=MeetingState.CANCELLED).order_by("pk")
    has_agenda = Exists(AgendaItem.objects.filter(meeting=OuterRef("pk")))
    meetings = list(of_month.select_related("cell", "preparation").annotate(has_agenda=has_agenda))
    monthly = next((meeting for meeting in meetings if meeting.kind in MONTHLY_KINDS), None)
    sheet = _sheet_of(monthly, today) if monthly is not None and monthly.is_held else None
    return CellMonth(
        cell=cell,
        month=month,
        today=today,
        meeting=monthly,
        others=tuple(meeting for meeting in meetings if meeting is not monthly),
        deadlines=deadlines_for(cell, month.first, monthly.held_on if monthly else None),
        sheet=sheet,
        around=around(cell, month, monthly),
    )


def _sheet_of(meeting: Meeting, today: date) -> Sheet | None:
    """None for a month in which the cell stood nowhere in the tree: nothing is measured there."""
    try:
        return glance_at_sheet(meeting, as_of=today)
    except Meeting.DoesNotExist:
        return None


def month_to_begin_with(cell: Cell, *, now: datetime) -> Month:
    """The month a secretary most likely wants: one that was returned, last month's while it is held and not sent, else this one."""
    this = Month.of(timezone.localdate(now))
    if returned := returned_to([cell]):
        return Month.of(returned[0].month)
    before = this.shifted(-1)
    waiting = Meeting.objects.monthly().held().filter(cell=cell, for_month=before.first)
    sheets = ScoreSheet.objects.filter(cell=cell, month=before.first, part=SheetPart.MONTH)
    if waiting.exists() and not sheets.exclude(state=SheetState.DRAFT).exists():
        return before
    return this
