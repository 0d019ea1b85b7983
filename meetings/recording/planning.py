"""A sitting comes into being (planned, or entered after it was held), or is known not to have been held."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from meetings.deadlines import deadlines_for
from meetings.models import (
    MONTHLY_KINDS,
    Cell,
    Meeting,
    MeetingKind,
    MeetingState,
    Member,
    PositionTitle,
    User,
)
from meetings.recording.corrections import SAY_WHY, Correction, amend
from meetings.recording.locking import lock_meeting, save_monthly, save_next_version
from meetings.recording.once import Submission, meeting_of, once
from meetings.refusing import Problems, Refused
from meetings.roll_call import Roster

A_YEAR = timedelta(days=366)
HELD_STATES = (MeetingState.HELD, MeetingState.CONCLUDED)

WRONG_YEAR = _("This day lies more than a year away from the month of the sitting; check the year.")
SENT_UP_ONCE = _("This sitting was sent up; correct what is wrong in its record instead of taking it back.")
IN_THE_FUTURE = _("This day is still to come; a sitting is recorded as held on its day or later.")


def month_of(day: date) -> date:
    return day.replace(day=1)


def plan_meeting(
    *,
    cell: Cell,
    for_month: date,
    kind: str = MeetingKind.REGULAR,
    planned_on: date | None = None,
    by: User,
    today: date,
    correction: Correction | None = None,
    form_key: UUID | None = None,
) -> Meeting:
    """Plan a sitting of the cell for a month.

    Writes a PLANNED meeting. Raises `Refused` for a second regular or combined sitting of the month, a month or day that is years
    off, or a locked month without a reason. The day may break the rule of the day of the month; that is recorded (domain §3).
    """
    with once(by=by, form_key=form_key, work=("plan", cell.pk, for_month, kind, planned_on)) as submission:
        if submission.target:
            return meeting_of(submission)
        meeting = Meeting(cell=cell, for_month=month_of(for_month), kind=kind, planned_on=planned_on)
        problems = Problems()
        _check_month(problems, cell, meeting.for_month, today)
        check_near(problems, "planned_on", planned_on, meeting.for_month)
        problems.refuse_if_any()
        save_monthly(meeting)
        amend(meeting, correction, by=by)
        submission.target = str(meeting.public_id)
        return meeting


def enter_held_meeting(
    *,
    cell: Cell,
    for_month: date,
    kind: str = MeetingKind.REGULAR,
    held_on: date,
    by: User,
    today: date,
    correction: Correction | None = None,
    form_key: UUID | None = None,
) -> Meeting:
    """Enter a sitting that was held already, from the minutes book.

    Writes a HELD meeting; where the month's sitting was planned or marked as not held, that one becomes held. Raises `Refused`
    where the sitting of the month is held already, the day is still to come, or the month is locked and there is no reason. A
    sitting is *for* a month: one for October may have been held on 2 November.
    """
    with once(by=by, form_key=form_key, work=("enter", cell.pk, for_month, kind, held_on)) as submission:
        if submission.target:
            return meeting_of(submission)
        month = month_of(for_month)
        problems = Problems()
        _check_month(problems, cell, month, today)
        check_held_on(problems, held_on, month, today)
        problems.refuse_if_any()
        meeting = None
        if kind in MONTHLY_KINDS:
            waiting = Meeting.objects.monthly().for_month_of(month).filter(cell=cell).exclude(state__in=HELD_STATES)
            meeting = waiting.locked().first()
        if meeting is None:
            meeting = Meeting(cell=cell, for_month=month, kind=kind, held_on=held_on, state=MeetingState.HELD)
            save_monthly(meeting)
        else:
            meeting.kind, meeting.held_on, meeting.state, meeting.state_reason = kind, held_on, MeetingState.HELD, ""
            save_next_version(meeting)
        amend(meeting, correction, by=by)
        submission.target = str(meeting.public_id)
        return meeting


def mark_not_held(*, meeting: Meeting, reason: str, expected_version: int, by: User, at: datetime, form_key: UUID | None = None) -> Meeting:
    """Say that a planned sitting was not held, and why. Recording or preparing it later takes the mark away.

    Raises `StaleForm`; `Refused` without a reason or where it was held.
    """
    with once(by=by, form_key=form_key, work=("not held", meeting.pk, expected_version, reason)) as submission:
        if submission.target:
            return meeting_of(submission)
        now = lock_meeting(meeting, expected_version)
        if now.state not in (MeetingState.PLANNED, MeetingState.NOT_HELD):
            raise Refused({"": _("This sitting is recorded as held. If it was entered by mistake, cancel it instead.")})
        return _close(now, MeetingState.NOT_HELD, Correction(reason, at), by, submission)


def cancel_meeting(
    *, meeting: Meeting, reason: str, expected_version: int, by: User, at: datetime, form_key: UUID | None = None
) -> Meeting:
    """Take back a sitting that was planned or entered by mistake; its month is free again, its record stays to be read.

    Raises `StaleForm`; `Refused` without a reason, or once it was concluded.
    """
    with once(by=by, form_key=form_key, work=("cancel", meeting.pk, expected_version, reason)) as submission:
        if submission.target:
            return meeting_of(submission)
        now = lock_meeting(meeting, expected_version)
        if not now.is_open:
            raise Refused({"": _("This sitting is concluded or cancelled already.")})
        if now.concluded_at is not None:
            raise Refused({"": SENT_UP_ONCE})
        return _close(now, MeetingState.CANCELLED, Correction(reason, at), by, submission)


def _close(meeting: Meeting, state: str, why: Correction, by: User, submission: Submission) -> Meeting:
    if not why.reason.strip():
        raise Refused({"reason": SAY_WHY})
    amend(meeting, why, by=by)
    meeting.state, meeting.state_reason = state, why.reason
    save_next_version(meeting)
    submission.target = str(meeting.public_id)
    return meeting


def check_held_on(problems: Problems, held_on: date, for_month: date, today: date) -> None:
    if held_on > today:
        problems.add("held_on", IN_THE_FUTURE)
    check_near(problems, "held_on", held_on, for_month)


def check_near(problems: Problems, field: str, day: date | None, month: date) -> None:
    """A day a year off is a slip of the pen; one that only breaks a rule is none."""
    if day is not None and abs(day - month) > A_YEAR:
        problems.add(field, WRONG_YEAR)


def _check_month(problems: Problems, cell: Cell, month: date, today: date) -> None:
    if month - today > A_YEAR:
        problems.add("for_month", _("This month is more than a year ahead; check the year."))
    elif month.year < 2000:
        problems.add("for_month", _("Sittings are recorded from the year 2000 on; check the year."))
    elif not cell.placements.filter(during__overlap=(month, (month + timedelta(days=31)).replace(day=1))).exists():
        # Nothing could be counted for it: under which committee, by which set?
        problems.add("for_month", _("The cell was under no committee in this month; check the month, or ask the office above."))


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a new sitting starts from: as last time, and the day the rules name."""

    planned_on: date | None
    starts_at: time | None
    place: str
    chair: Member | None
    minute_taker: Member | None
    agenda: tuple[str, ...]


def defaults_for_new_sitting(*, meeting: Meeting, roster: Roster) -> Defaults:
    """Agenda, place, hour, chair and minute-taker of the cell's last sitting of this sort; the day from the rules, where set.

    The first time the secretary (or deputy) chairs. People who are no longer on the roster are left out, and so is the agenda of
    a secret sitting. Seven queries at most.
    """
    kinds = [meeting.kind] if meeting.kind not in MONTHLY_KINDS else MONTHLY_KINDS
    before = Meeting.objects.filter(cell_id=meeting.cell_id, for_month__lte=meeting.for_month).exclude(pk=meeting.pk).held()
    last = before.filter(kind__in=kinds).order_by("-held_on", "-pk").first() or before.order_by("-held_on", "-pk").first() or Meeting()
    here = roster.by_member()
    chair = here.get(last.chair_id)
    minute_taker = here.get(last.minute_taker_id)
    agenda = last.agenda.values_list("title", flat=True) if last.pk and not last.is_secret else ()
    return Defaults(
        planned_on=deadlines_for(meeting.cell, meeting.for_month, None).meeting_day,
        starts_at=last.starts_at,
        place=last.place,
        chair=chair.member if chair else roster.holder_of(PositionTitle.SECRETARY, PositionTitle.DEPUTY),
        minute_taker=minute_taker.member if minute_taker else None,
        agenda=tuple(agenda),
    )
