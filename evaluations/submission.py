"""Sending a month up: conclude the sitting, freeze what the cell voted, measure and score, in one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations import scoring
from evaluations.compiler import Outcome
from evaluations.measuring import Targets
from evaluations.models import ScoreSheet, SheetAct, SheetEvent, SheetNote, SheetPart, SheetState
from evaluations.sheets import AlreadySent, Sheet, StaleSheet, Vote, drop_drafts_of_other_sittings, new_sheet, open_sheet
from evaluations.totals import own_class
from meetings.deadlines import deadlines_for
from meetings.models import Meeting, MeetingState, User
from meetings.recording import conclude_meeting, missing_to_conclude, once, require_reason


class NotReady(Exception):
    """The month can't be sent yet: what is missing, as sentences."""

    def __init__(self, missing: list[str | Promise]):
        super().__init__("; ".join(map(str, missing)))
        self.missing = missing


def missing_of(sheet: Sheet) -> list[str | Promise]:
    """What still keeps a month from being sent; empty when nothing does."""
    missing: list[str | Promise] = []
    if sheet.meeting.state != MeetingState.CONCLUDED:
        missing += [sentence for _field, sentence in missing_to_conclude(sheet.meeting)]
    if sheet.definition is not None:
        if sheet.changed_lines:
            codes = ", ".join(line.line.criterion.code for line in sheet.changed_lines)
            missing.append(_("%(codes)s: the record changed after the cell voted. Look at the score sheet and save it.") % {"codes": codes})
        missing += missing_of_vote(sheet, sheet.vote)
    return missing


def missing_of_vote(sheet: Sheet, vote: Vote) -> list[str | Promise]:
    """What a vote on the sheet still lacks: lines to answer, and n of N."""
    missing: list[str | Promise] = [f"{line.line.criterion.code}: {line.problem}" for line in sheet.open_lines]
    if vote.votes_for is None or vote.votes_base is None:
        missing.append(_("The vote on the score (n of N) is not recorded yet."))
    return missing


def submit(
    *,
    meeting: Meeting,
    part: SheetPart = SheetPart.MONTH,
    by: User,
    at: datetime,
    expected_version: int,
    reason: str = "",
    form_key: UUID | None = None,
) -> ScoreSheet:
    """Conclude the sitting, freeze the voted points, measure and score. One transaction; nothing is asked of the broker.

    A combined sitting that has two sheets is concluded with the first that is sent.

    Locks the meeting. The committees' summaries follow from the change log. Raises `NotReady` with what is missing, `StaleSheet`
    where the sheet was answered anew, `AlreadySent` where it was sent, `Refused` in a locked month without a reason; the second tap
    of one form gets the sheet that the first sent.
    """
    with once(by=by, form_key=form_key, work=("send", meeting.pk, str(part), expected_version)) as submission:
        if submission.target:
            return ScoreSheet.objects.get(public_id=submission.target)
        sheet = _send(meeting=meeting, part=part, by=by, at=at, expected_version=expected_version, reason=reason)
        submission.target = str(sheet.public_id)
        return sheet


@transaction.atomic
def _send(*, meeting: Meeting, part: SheetPart, by: User, at: datetime, expected_version: int, reason: str) -> ScoreSheet:
    meeting = Meeting.objects.locked().get(pk=meeting.pk)
    today = timezone.localdate(at)
    sheet = open_sheet(meeting, part, as_of=today)
    if sheet.is_sent:
        raise AlreadySent
    if sheet.version != expected_version:
        raise StaleSheet(sheet.stored or new_sheet(meeting, part))
    missing = missing_of(sheet)
    if missing:
        raise NotReady(missing)
    conclude(meeting, part, by=by, at=at, reason=reason)
    drop_drafts_of_other_sittings(meeting)
    stored = sheet.stored or new_sheet(meeting, part)
    freeze(stored, sheet)
    stored.state = SheetState.SUBMITTED
    stored.version += 1
    stored.submitted_by = by
    stored.submitted_at = at
    stored.due_on = deadlines_for(meeting.cell, meeting.for_month, meeting.held_on).send_by
    stored.save()
    stored.entries.all().delete()
    renew_notes(stored, sheet)
    scoring.score(Targets.of([(meeting.cell_id, meeting.for_month)]), as_of=today)
    stored.refresh_from_db()
    stored.sent_outcome = stored.outcome
    stored.save(update_fields=["sent_outcome"])
    note_act(stored, SheetAct.SENT, by=by, at=at, text=reason)
    return stored


def conclude(meeting: Meeting, part: SheetPart, *, by: User, at: datetime, reason: str) -> None:
    """Conclude the sitting of a sheet that goes up, unless it went up with its other sheet, or that one is with the cell for correction.

    Raises as `conclude_meeting`; `Refused` in a locked month without a reason.
    """
    others = ScoreSheet.objects.standing().filter(meeting=meeting).exclude(part=part)
    if meeting.state == MeetingState.CONCLUDED or others.filter(state=SheetState.RETURNED).exists():
        require_reason([(meeting.cell_id, meeting.for_month)], reason)
    else:
        conclude_meeting(meeting=meeting, expected_version=meeting.version, by=by, at=at, reason=reason)


def note_act(sheet: ScoreSheet, act: SheetAct, *, by: User, at: datetime, text: str = "") -> None:
    """Write into the sheet's history that the cell sent it, or voted anew: with its own total, and what class that would be."""
    grade = own_class(sheet).grade if sheet.criteria_set else None
    SheetEvent.objects.create(sheet=sheet, act=act, by=by, at=at, text=text, total=sheet.own_total, grade=grade or "")


def renew_notes(stored: ScoreSheet, sheet: Sheet) -> None:
    """The reasons that the cell gave on its lines."""
    stored.notes.all().delete()
    SheetNote.objects.bulk_create(
        SheetNote(sheet=stored, criterion=line.line.criterion, text=line.answer.reason) for line in sheet.lines if line.answer.reason
    )


def freeze(stored: ScoreSheet, sheet: Sheet) -> None:
    """Fold the answers into the arrays, in the set's order."""
    stored.criteria_set = sheet.criteria_set
    if sheet.definition is None:
        return
    stored.levels = [line.answer.level for line in sheet.lines]
    stored.own = [None if line.explanation.outcome == Outcome.NOT_DUE else line.own for line in sheet.lines]
    stored.own_total = sheet.own_total
