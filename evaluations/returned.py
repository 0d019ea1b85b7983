"""What a cell does with a sheet that was returned: it explains, corrects a fact (with a reason, in `meetings.recording`), votes anew where
it wants to, and sends it again. The voted score stays unless it votes anew; then the earlier vote is kept as it was.

Locks the meeting: nobody else writes a returned sheet. Facts are measured before the sheet is written, as whoever takes changes does.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import changes, measuring, scoring
from evaluations.measuring import Targets
from evaluations.models import PastVote, ScoreSheet, SheetAct, SheetEvent, SheetPart, SheetState
from evaluations.review import StaleReview
from evaluations.sheet_lines import Answer
from evaluations.sheets import Sheet, Vote, open_for_new_vote
from evaluations.submission import NotReady, conclude, freeze, missing_of_vote, note_act, renew_notes
from meetings.models import Amendment, Meeting, User
from meetings.recording import Refused, drop_draft, once, require_reason

# The forms of a meeting under which the draft of a new vote on a sheet is kept.
VOTE = {SheetPart.MONTH: "vote", SheetPart.THEMATIC: "thematic-vote"}


def returned_on(sheet: ScoreSheet) -> SheetEvent:
    """The latest return of a sheet, with who returned it."""
    return sheet.events.select_related("by").filter(act=SheetAct.RETURNED).latest("at", "pk")


def has_answered(sheet: ScoreSheet) -> bool:
    """Whether the cell has corrected a fact or voted anew since the sheet was returned. Three queries at most."""
    since = returned_on(sheet).at
    corrected = Amendment.objects.filter(meeting=sheet.meeting_id, at__gte=since)
    return corrected.exists() or sheet.events.filter(act=SheetAct.VOTED_ANEW, at__gte=since).exists()


def _returned(meeting: Meeting, part: SheetPart, seen: str) -> tuple[Meeting, ScoreSheet]:
    """The meeting, locked, and its returned sheet. Raises `StaleReview` where it is no longer returned, or not as it was seen."""
    now = Meeting.objects.locked().get(pk=meeting.pk)
    sheet = ScoreSheet.objects.select_related("criteria_set").get(meeting=now, part=part)
    if sheet.state != SheetState.RETURNED or sheet.seen != seen:
        raise StaleReview(sheet)
    return now, sheet


def vote_anew(
    *,
    meeting: Meeting,
    part: SheetPart = SheetPart.MONTH,
    answers: Mapping[int, Answer],
    vote: Vote,
    seen: str,
    by: User,
    at: datetime,
    reason: str = "",
    form_key: UUID | None = None,
) -> ScoreSheet:
    """Put a new vote of the cell in the place of the earlier one, which is kept (`PastVote`). The sheet stays to be sent again.

    Raises `NotReady` with the lines it leaves open, `StaleReview`, `Meeting.DoesNotExist` as `open_sheet`; `Refused` in a locked month
    without a `reason`.
    """
    work = ("vote anew", meeting.pk, str(part), seen, sorted(answers.items(), key=_by_line), vote)
    with once(by=by, form_key=form_key, work=work) as submission:
        if submission.target:
            return ScoreSheet.objects.get(meeting=meeting, part=part)
        now, stored = _returned(meeting, part, seen)
        require_reason([(now.cell_id, now.for_month)], reason)
        today = timezone.localdate(at)
        sheet = open_for_new_vote(now, part, answers, as_of=today)
        if missing := missing_of_vote(sheet, vote):
            raise NotReady(missing)
        _keep_earlier_vote(stored)
        targets = Targets.of([(now.cell_id, now.for_month)])
        measuring.measure(targets, as_of=today)
        _write_vote(stored, sheet, vote)
        scoring.score_sheets(targets)
        stored.refresh_from_db()
        stored.sent_outcome = stored.outcome
        stored.save(update_fields=["sent_outcome"])
        changes.follow([(now.cell_id, now.for_month)], as_of=today)
        note_act(stored, SheetAct.VOTED_ANEW, by=by, at=at, text=reason)
        drop_draft(meeting=now, form=VOTE[part])
        submission.target = str(stored.public_id)
        return stored


def _by_line(item: tuple[int, Answer]) -> int:
    return item[0]


def _keep_earlier_vote(sheet: ScoreSheet) -> None:
    columns = [field.name for field in PastVote._meta.concrete_fields if field.name not in ("id", "sheet", "number")]
    kept = {name: getattr(sheet, name) for name in columns}
    # A vote that was itself a new one was sent when the sheet was sent again.
    sent_again = sheet.events.filter(act=SheetAct.SENT).order_by("at", "pk").last()
    if sent_again is not None:
        kept |= {"submitted_at": sent_again.at, "submitted_by": sent_again.by}
    PastVote.objects.create(sheet=sheet, number=sheet.past_votes.count() + 1, **kept)


def _write_vote(stored: ScoreSheet, sheet: Sheet, vote: Vote) -> None:
    freeze(stored, sheet)
    for field in fields(Vote):
        setattr(stored, field.name, getattr(vote, field.name))
    stored.version += 1
    stored.save()
    renew_notes(stored, sheet)


def send_again(
    *,
    meeting: Meeting,
    part: SheetPart = SheetPart.MONTH,
    explanation: str,
    seen: str,
    by: User,
    at: datetime,
    reason: str = "",
    form_key: UUID | None = None,
) -> ScoreSheet:
    """Send a returned sheet again: conclude its sitting, score what was corrected. A proposal made before is one no longer.

    It was sent in time or not when it was first sent. Raises `Refused` where the cell has neither explained, corrected nor voted anew, or
    has no `reason` in a locked month; `StaleReview`.
    """
    with once(by=by, form_key=form_key, work=("send again", meeting.pk, str(part), seen, explanation)) as submission:
        if submission.target:
            return ScoreSheet.objects.get(meeting=meeting, part=part)
        now, sheet = _returned(meeting, part, seen)
        if not explanation.strip() and not has_answered(sheet):
            raise Refused({"explanation": _("Explain, correct what is wrong, or vote anew; then send it again.")})
        conclude(now, part, by=by, at=at, reason=reason)
        targets, today = Targets.of([(now.cell_id, now.for_month)]), timezone.localdate(at)
        scoring.score(targets, as_of=today)
        sheet.refresh_from_db()
        sheet.state = SheetState.SUBMITTED
        sheet.proposed_by = sheet.proposed_at = None
        sheet.version += 1
        sheet.save(update_fields=["state", "proposed_by", "proposed_at", "version"])
        scoring.store_month_scores(targets)
        if explanation.strip():
            SheetEvent.objects.create(sheet=sheet, act=SheetAct.EXPLAINED, by=by, at=at, text=explanation)
        note_act(sheet, SheetAct.SENT, by=by, at=at, text=reason)
        submission.target = str(sheet.public_id)
        return sheet
