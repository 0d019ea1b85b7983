"""Verification: the following member proposes, the committee directly above the cell decides, returns, or reopens what it decided.

Who may is asked before (`Authority.to_propose`, `.to_verify`, `.to_verify_under`), but that nobody decides on a sheet they scored is kept
here too. Each function takes `seen`, what its form showed of the sheet (`ScoreSheet.seen`): where that has changed, by another reviewer
or by a fact, nothing is written. Sheets are locked in the order of their keys, after their meeting where that is written too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations import changes, figures, scoring
from evaluations.compiler import Outcome, compile_points
from evaluations.definition import Definition, definition_of
from evaluations.models import (
    CriteriaSet,
    NoticeKind,
    ReviewDecision,
    ReviewEntry,
    ScoreSheet,
    SheetAct,
    SheetEvent,
    SheetState,
)
from evaluations.notices import tell_of_sheets
from evaluations.totals import compile_sums, compile_total, graded
from meetings.models import Committee, Meeting, MeetingState, User
from meetings.recording import Refused, once, reopen_meeting, require_reason
from meetings.refusing import Problems

MOST_AT_ONCE = 200


class Way(models.TextChoices):
    """What the official points of a sheet are made of."""

    OWN = "OWN", gettext_lazy("Agree with the self-score")
    COMPUTED = "COMPUTED", gettext_lazy("Take what is computed")
    REVIEWED = "REVIEWED", gettext_lazy("Take what was proposed")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said on one line: points (hundredths) where others are proposed than those that count, and a note beside the line."""

    points: int | None = None
    note: str = ""


class StaleReview(Exception):
    """The sheet is no longer what the form showed: decided, returned, or changed meanwhile. Nothing was written."""

    def __init__(self, sheet: ScoreSheet):
        super().__init__(f"sheet {sheet.pk} is {sheet.seen}, {sheet.state}")
        self.sheet = sheet


@dataclass(frozen=True, slots=True)
class Left:
    """A sheet that a decision on many left as it was, and why."""

    sheet: ScoreSheet
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of deciding on several sheets; no decision where all of them were left."""

    decision: ReviewDecision | None
    sheets: int
    left: tuple[Left, ...] = ()


def scorers_of(sheets: Collection[ScoreSheet]) -> dict[int, set[int]]:
    """By key of sheet, the keys of the users who scored it: recorded the cell's answers and vote last, or sent it, any time. One query."""
    scorers = {sheet.pk: {sheet.submitted_by_id, sheet.answered_by_id} for sheet in sheets}
    sent = SheetEvent.objects.filter(sheet__in=scorers, act__in=[SheetAct.SENT, SheetAct.VOTED_ANEW]).values_list("sheet_id", "by_id")
    for sheet, user in sent:
        scorers[sheet].add(user)
    return scorers


def _locked(sheet: ScoreSheet, seen: str, state: SheetState) -> ScoreSheet:
    """The sheet as it stands now, held until the transaction ends. Raises `StaleReview` unless it is in that state and as it was seen."""
    now = ScoreSheet.objects.select_for_update(of=("self",), no_key=True).select_related("cell", "criteria_set").get(pk=sheet.pk)
    if now.state != state or now.seen != seen:
        raise StaleReview(now)
    return now


def keep_remarks(*, sheet: ScoreSheet, remarks: Mapping[int, Remark], seen: str, by: User, at: datetime) -> ScoreSheet:
    """Keep what the committee's side says on lines (by index), over what was kept before; nothing is proposed or decided by it.

    Raises `StaleReview`; `Refused` {"points_N"} for points that line N cannot have.
    """
    with transaction.atomic():
        now = _locked(sheet, seen, SheetState.SUBMITTED)
        _write_remarks(now, remarks, by, at)
        now.version += 1
        now.save(update_fields=["version"])
        return now


def propose(
    *, sheet: ScoreSheet, remarks: Mapping[int, Remark], text: str, seen: str, by: User, at: datetime, form_key: UUID | None = None
) -> ScoreSheet:
    """The following member's proposal: points and notes per line, and words on the whole. Raises as `keep_remarks`."""
    with once(by=by, form_key=form_key, work=("propose", sheet.pk, seen, sorted(remarks.items(), key=_by_line), text)) as submission:
        if submission.target:
            return ScoreSheet.objects.get(pk=sheet.pk)
        now = _locked(sheet, seen, SheetState.SUBMITTED)
        _write_remarks(now, remarks, by, at)
        now.version += 1
        now.proposed_by, now.proposed_at = by, at
        now.save(update_fields=["version", "proposed_by", "proposed_at"])
        SheetEvent.objects.create(sheet=now, act=SheetAct.PROPOSED, by=by, at=at, text=text)
        submission.target = str(now.public_id)
        return now


def _by_line(item: tuple[int, Remark]) -> int:
    return item[0]


def _write_remarks(sheet: ScoreSheet, remarks: Mapping[int, Remark], by: User, at: datetime) -> None:
    """Entries that say the same stay their writer's; points that count anyway are no proposal."""
    definition = definition_of(sheet.criteria_set)
    stored = {entry.criterion_id: Remark(entry.points, entry.note) for entry in sheet.review_entries.all()}
    said, problems = {}, Problems()
    for index, remark in remarks.items():
        line = definition.lines[index]
        if remark.points is not None and not line.min_points <= remark.points <= line.max_points:
            least_and_most = {"least": figures.points(line.min_points), "most": figures.points(line.max_points)}
            problems.add(f"points_{index}", _("This line has from %(least)s to %(most)s points.") % least_and_most)
        if remark.points == scoring.points_of(line, sheet.outcome[index]):
            remark = replace(remark, points=None)
        if remark != stored.get(line.criterion.pk, Remark()):
            said[line.criterion.pk] = remark
    problems.refuse_if_any()
    sheet.review_entries.filter(criterion__in=said).delete()
    ReviewEntry.objects.bulk_create(
        ReviewEntry(sheet=sheet, criterion_id=key, points=remark.points, note=remark.note, by=by, at=at)
        for key, remark in said.items()
        if remark != Remark()
    )


def decide(
    *,
    committee: Committee,
    sheets: Mapping[UUID, str],
    way: Way,
    by: User,
    at: datetime,
    document: str = "",
    reason: str = "",
    form_key: UUID | None = None,
    only_proposed: bool = True,
) -> Decided:
    """Settle the official points and class of sheets (by public id, with what was seen of each) of cells right under the committee.

    Writes one `ReviewDecision`, an event and a notice each, and the months' scores; summaries follow from the change log. Sheets that
    have changed since, were decided meanwhile, were scored by the decider, have a line that nobody gave points, or (`only_proposed`, where
    what was proposed is taken) on which nobody proposed anything, are left, with why.
    Raises `Refused` for too many at once, and where a month is locked and there is no reason.
    """
    if len(sheets) > MOST_AT_ONCE:
        raise Refused({"": _("At most %(most)s sheets are decided at once.") % {"most": MOST_AT_ONCE}})
    work = ("decide", committee.pk, sorted(sheets.items()), str(way), document, reason)
    with once(by=by, form_key=form_key, work=work) as submission:
        if submission.target:
            decision = ReviewDecision.objects.get(public_id=submission.target)
            return Decided(decision, decision.sheets.count())
        here = committee.child_placements.on(timezone.localdate(at)).filter(cell__isnull=False).values("cell")
        asked = ScoreSheet.objects.standing().filter(public_id__in=sheets, cell__in=here).exclude(state=SheetState.DRAFT).order_by("pk")
        held = list(asked.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        # Read once they are held: what another's decision left is not seen by the statement that waited for it.
        found = list(ScoreSheet.objects.select_related("cell", "decision__decided_by").filter(pk__in=held).order_by("pk"))
        scorers = scorers_of(found)
        why = {sheet: _why_left(sheet, sheets[sheet.public_id], by.pk in scorers[sheet.pk]) for sheet in found}
        if way == Way.REVIEWED and only_proposed:
            proposed = set(ReviewEntry.objects.filter(sheet__in=held).values_list("sheet", flat=True))
            why |= {sheet: NOT_PROPOSED for sheet in found if not why[sheet] and not sheet.proposed_by_id and sheet.pk not in proposed}
        fit = [sheet for sheet in found if not why[sheet]]
        require_reason([(sheet.cell_id, sheet.month) for sheet in fit], reason)
        decision = ReviewDecision.objects.create(committee=committee, document=document, decided_by=by, decided_at=at)
        settled = _settle(fit, way, decision)
        left = [Left(sheet, why[sheet] or OPEN_LINE) for sheet in found if sheet.pk not in settled]
        if not settled:
            decision.delete()
            return Decided(None, 0, tuple(left))
        _tell_decided(decision, reason)
        submission.target = str(decision.public_id)
        return Decided(decision, len(settled), tuple(left))


NOT_PROPOSED = gettext_lazy("Nobody proposed anything on it: open the sheet, or take the self-score or what is computed.")
OPEN_LINE = gettext_lazy("A line of it is not due yet or has no points: open the sheet and give it points, or wait.")


def _why_left(sheet: ScoreSheet, seen: str, scored_by_decider: bool) -> str:
    """Why this sheet is not to be decided on, '' where it is."""
    if sheet.is_verified:
        when = date_format(timezone.localtime(sheet.decision.decided_at), "H:i j/n/Y")
        return _("%(name)s decided on it at %(when)s.") % {"name": sheet.decision.decided_by.full_name, "when": when}
    if sheet.is_returned:
        return _("It has been returned to the cell.")
    if scored_by_decider:
        return _("You scored or sent it yourself; someone else decides on it.")
    if sheet.seen != seen:
        return _("It changed since this page was opened; look at it again.")
    return "" if sheet.criteria_set_id else _("No set of criteria was in force for it: there is nothing to decide.")


def _settle(sheets: list[ScoreSheet], way: Way, decision: ReviewDecision) -> set[int]:
    """Write the official points, total and class of those sheets in which every line has points or does not apply; returns their keys."""
    keys = [sheet.pk for sheet in sheets]
    sets = CriteriaSet.objects.filter(pk__in={sheet.criteria_set_id for sheet in sheets}).order_by("pk")
    return {key for criteria_set in sets for key in _settle_of(definition_of(criteria_set), keys, way, decision)}


# What each way puts before the points that count, line by line.
GIVEN = {
    Way.OWN: "s.own",
    Way.COMPUTED: "NULL::int[]",
    Way.REVIEWED: "ARRAY(SELECT e.points FROM unnest(%s::bigint[]) WITH ORDINALITY AS line(criterion, place) "
    "LEFT JOIN evaluations_reviewentry e ON e.sheet_id = s.id AND e.criterion_id = line.criterion ORDER BY line.place)",
}


def _settle_of(definition: Definition, keys: list[int], way: Way, decision: ReviewDecision) -> list[int]:
    counting = compile_points(definition, "s.outcome")
    grade = graded(definition, "official.total", "official.points", "s.limits")
    given_params = [[line.criterion.pk for line in definition]] if way == Way.REVIEWED else []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH official AS (
                SELECT s.id, line.points, {compile_total(definition, "sums")} AS total FROM evaluations_scoresheet s
                CROSS JOIN LATERAL (SELECT {counting.sql} AS points OFFSET 0) counting
                CROSS JOIN LATERAL (SELECT {GIVEN[way]} AS points OFFSET 0) given
                CROSS JOIN LATERAL (
                    SELECT array_agg(each.points ORDER BY each.place) AS points,
                        bool_and(each.points IS NOT NULL OR each.code = {Outcome.NOT_APPLICABLE:d}) AS is_settled
                    FROM (SELECT place, code,
                            -- What is left out of the maximum has no points, whatever was given when it still applied.
                            CASE WHEN code <> {Outcome.NOT_APPLICABLE:d} OR worth IS NOT NULL THEN coalesce(given, worth) END AS points
                          FROM unnest(s.outcome, counting.points, given.points)
                              WITH ORDINALITY AS line(code, worth, given, place)) AS each) line
                CROSS JOIN LATERAL ({compile_sums(definition, "line.points")} OFFSET 0) sums
                WHERE s.id = ANY (%s) AND s.criteria_set_id = %s AND line.is_settled
            )
            UPDATE evaluations_scoresheet s
            SET verified = official.points, verified_total = official.total, verified_grade = {grade.sql}, verified_limits = s.limits,
                state = 'VERIFIED', decision_id = %s, version = s.version + 1
            FROM official WHERE s.id = official.id AND official.total IS NOT NULL RETURNING s.id""",
            [
                *counting.params,
                *given_params,
                keys,
                definition.criteria_set.pk,
                *grade.params,
                decision.pk,
            ],
        )
        return [key for (key,) in cursor.fetchall()]


def _tell_decided(decision: ReviewDecision, reason: str) -> None:
    sheets = list(decision.sheets.order_by("pk"))
    SheetEvent.objects.bulk_create(
        SheetEvent(
            sheet=sheet,
            act=SheetAct.DECIDED,
            by=decision.decided_by,
            at=decision.decided_at,
            text=reason,
            decision=decision,
            total=sheet.verified_total,
            grade=sheet.verified_grade,
        )
        for sheet in sheets
    )
    tell_of_sheets(sheets, NoticeKind.DECIDED, "", by=decision.decided_by, at=decision.decided_at)
    _follow(sheets, at=decision.decided_at)


def decide_lines(
    *,
    committee: Committee,
    sheet: ScoreSheet,
    remarks: Mapping[int, Remark],
    way: Way,
    seen: str,
    by: User,
    at: datetime,
    document: str = "",
    reason: str = "",
    form_key: UUID | None = None,
) -> ScoreSheet:
    """Decide on one sheet with points and notes line by line (`way` REVIEWED), or with its notes only.

    Raises `StaleReview` where it is no longer as it was seen; `Refused` as `decide`, and with why it cannot be decided.
    """
    work = ("decide lines", sheet.pk, seen, sorted(remarks.items(), key=_by_line), str(way), document, reason)
    with once(by=by, form_key=form_key, work=work) as submission:
        if submission.target:
            return ScoreSheet.objects.get(pk=sheet.pk)
        now = keep_remarks(sheet=sheet, remarks=remarks, seen=seen, by=by, at=at)
        signed = {"by": by, "at": at, "document": document, "reason": reason}
        decided = decide(committee=committee, sheets={now.public_id: now.seen}, way=way, only_proposed=False, **signed)
        if decided.left:
            raise Refused({"": decided.left[0].why})
        submission.target = str(now.public_id)
        return ScoreSheet.objects.get(pk=sheet.pk)


def send_back(
    *, sheet: ScoreSheet, remarks: Mapping[int, Remark], reason: str, seen: str, by: User, at: datetime, form_key: UUID | None = None
) -> ScoreSheet:
    """Return a sheet to its cell, with why on the whole and beside lines: its sitting is opened again for correction.

    The voted score stays. Tells the cell's secretary. Locks the meeting, then the sheet. Raises `StaleReview`; `Refused` without a reason.
    """
    with once(by=by, form_key=form_key, work=("return", sheet.pk, seen, sorted(remarks.items(), key=_by_line), reason)) as submission:
        if submission.target:
            return ScoreSheet.objects.get(pk=sheet.pk)
        if not reason.strip():
            raise Refused({"reason_of_return": _("Say what the cell is to explain or correct.")})
        meeting = Meeting.objects.locked().get(pk=sheet.meeting_id)
        now = _locked(sheet, seen, SheetState.SUBMITTED)
        _write_remarks(now, remarks, by, at)
        now.state = SheetState.RETURNED
        now.version += 1
        now.save(update_fields=["state", "version"])
        # Its other sheet may be with the cell already.
        if meeting.state == MeetingState.CONCLUDED:
            reopen_meeting(meeting=meeting)
        SheetEvent.objects.create(sheet=now, act=SheetAct.RETURNED, by=by, at=at, text=reason)
        tell_of_sheets([now], NoticeKind.RETURNED, reason, by=by, at=at)
        _follow([now], at=at)
        submission.target = str(now.public_id)
        return now


def reopen(*, sheet: ScoreSheet, reason: str, seen: str, by: User, at: datetime, form_key: UUID | None = None) -> ScoreSheet:
    """Take a decision back, with why: the sheet waits for one again, its provisional points count, the remarks stay as a proposal.

    Tells the cell's secretary. Raises `StaleReview`; `Refused` without a reason.
    """
    with once(by=by, form_key=form_key, work=("reopen", sheet.pk, seen, reason)) as submission:
        if submission.target:
            return ScoreSheet.objects.get(pk=sheet.pk)
        if not reason.strip():
            raise Refused({"reason": _("Say why the decision is taken back.")})
        now = _locked(sheet, seen, SheetState.VERIFIED)
        require_reason([(now.cell_id, now.month)], reason)
        now.state, now.decision = SheetState.SUBMITTED, None
        now.verified = now.verified_total = None
        now.verified_grade = ""
        now.version += 1
        now.save(update_fields=["state", "decision", "verified", "verified_total", "verified_grade", "version"])
        SheetEvent.objects.create(sheet=now, act=SheetAct.REOPENED, by=by, at=at, text=reason)
        tell_of_sheets([now], NoticeKind.REOPENED, reason, by=by, at=at)
        _follow([now], at=at)
        submission.target = str(now.public_id)
        return now


def _follow(sheets: Collection[ScoreSheet], *, at: datetime) -> None:
    changes.follow([(sheet.cell_id, sheet.month) for sheet in sheets], as_of=timezone.localdate(at))
