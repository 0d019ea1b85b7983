"""The facts of a cell's month, measured slowly: one cell, row by row, as the definitions of the measures read.

Written from `evaluations.measures` and the domain, not from the SQL of `evaluations.measuring`, so that one can check the other.
"""

from datetime import date, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from evaluations.models import CriteriaScope, SheetPart
from meetings.models import (
    MONTHLY_KINDS,
    THEMATIC_KINDS,
    Attendance,
    Cell,
    Committee,
    DecisionKind,
    Meeting,
    MeetingKind,
    MeetingMode,
    Placement,
    PositionTitle,
    PostingKind,
    Presence,
    Step,
    Task,
    TaskReport,
    TaskState,
)


def end_of(month: date) -> date:
    """The first of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def first_place_in(placements: QuerySet[Placement], month: date) -> Placement | None:
    """Where the body stood when the month began, or where it was first put in its course."""
    within = [
        placed
        for placed in placements.select_related("parent")
        if (placed.during.lower is None or placed.during.lower < end_of(month))
        and (placed.during.upper is None or placed.during.upper > month)
    ]
    return min(within, key=lambda placed: placed.during.lower or date.min, default=None)


def committees_of(place: Placement, month: date) -> list[Committee]:
    """The committees above a cell in its place, nearest first, by going up from parent to parent."""
    chain = []
    above = place.parent
    while above is not None:
        chain.append(above)
        standing = first_place_in(above.placements.all(), month)
        above = standing.parent if standing else None
    return chain


def set_in_force_on(day: date, cell_kind: str, chain: list[Committee], part: SheetPart = SheetPart.MONTH) -> int | None:
    """The key of the set for a sitting of that day: of the nearest committee that has one, the more exact on the kind of cell."""
    for committee in chain:
        scopes = [scope for scope in CriteriaScope.objects.filter(committee=committee, part=part) if day in scope.during]
        for kind in (cell_kind, ""):
            for scope in scopes:
                if scope.cell_kind == kind:
                    return scope.criteria_set_id
    return None


def facts_of(cell: Cell, month: date, *, as_of: date) -> dict[str, object] | None:
    """The columns of `MonthFacts` for a month (its first day given); None where no regular or combined sitting was held."""
    own = cell.meetings.held().filter(kind__in=MONTHLY_KINDS, for_month=month).first()
    return own and facts_of_sitting(own, SheetPart.MONTH, as_of=as_of)


def facts_of_sitting(own: Meeting, part: SheetPart, *, as_of: date) -> dict[str, object] | None:
    """The same for one sheet of a held sitting; None where the cell stood nowhere, or no set scores thematic sittings."""
    cell, month = own.cell, own.for_month
    held = list(cell.meetings.held())
    kinds = MONTHLY_KINDS if part == SheetPart.MONTH else THEMATIC_KINDS
    alike = sorted((sitting for sitting in held if sitting.kind in kinds), key=_order)
    of_year = [sitting for sitting in alike if sitting.for_month.year == month.year and _in_year(sitting) <= _in_year(own)]
    place = first_place_in(cell.placements.all(), month)
    chain = committees_of(place, month) if place else []
    key = set_in_force_on(own.held_on, cell.kind, chain, part)
    if place is None or (part == SheetPart.THEMATIC and key is None):
        return None
    posted = {posting.kind: posting.posted_on for posting in own.postings.all()}
    return {
        "cell_id": cell.pk,
        "month": month,
        "meeting_id": own.pk,
        "part": part,
        "held_on": own.held_on,
        "measured_on": as_of,
        "counted_path": "".join(committee.segment for committee in reversed(chain)) + cell.segment,
        "cell_kind": cell.kind,
        "criteria_set_id": key,
        "uses_handbook": cell.uses_handbook,
        "thematic_held": any(sitting.for_month == month and sitting.kind in THEMATIC_KINDS for sitting in held),
        "thematic_this_quarter": any(
            _quarter(sitting.for_month) == _quarter(month) and sitting.for_month <= month and sitting.kind in THEMATIC_KINDS
            for sitting in held
        ),
        "longest_excused_run": _longest_excused_run(of_year),
        "regular_missed_this_year": _missed(cell, month, {sitting.for_month for sitting in held if sitting.kind in MONTHLY_KINDS}),
        **_of_the_sitting(own),
        **_of_the_vote(own),
        **_of_the_roll(list(own.attendances.all()), own),
        **_of_postings(own, posted.get(PostingKind.FILES), posted.get(PostingKind.CONCLUSION), as_of),
        **_of_tasks_due(own, held, alike, held if part == SheetPart.MONTH else alike),
    }


def _order(sitting: Meeting) -> tuple[date, date]:
    """Sittings follow each other by their day; two of one day by the month they are for."""
    return sitting.held_on, sitting.for_month


def _in_year(sitting: Meeting) -> tuple[date, date, int]:
    """Counted through a year, sittings follow each other by the month they are for."""
    return sitting.for_month, sitting.held_on, sitting.pk


def _quarter(month: date) -> tuple[int, int]:
    return month.year, (month.month - 1) // 3


def _missed(cell: Cell, month: date, sat_for: set[date]) -> int:
    """Months of the year up to this one on whose first day the cell stood somewhere, and that it did not sit for."""
    firsts = [month.replace(month=number) for number in range(1, month.month + 1)]
    spans = [placed.during for placed in cell.placements.all()]
    return sum(any(first in during for during in spans) for first in firsts if first not in sat_for)


def _of_the_vote(own: Meeting) -> dict[str, int | None]:
    """The vote on a conclusion or resolution with the highest share, the first of equals."""
    votes = [
        (decision.votes_for, decision.votes_base)
        for decision in own.decisions.order_by("number")
        if decision.kind in (DecisionKind.CONCLUSION, DecisionKind.RESOLUTION) and decision.votes_for is not None and decision.votes_base
    ]
    best = max(votes, key=lambda vote: Fraction(*vote), default=(None, None))
    return {"conclusion_votes_for": best[0], "conclusion_votes_base": best[1]}


def _days_before(own: Meeting, day: date | None) -> int | None:
    return None if day is None else (own.held_on - day).days


def _of_the_sitting(own: Meeting) -> dict[str, object]:
    given = list(own.tasks.all())
    preparation = getattr(own, "preparation", None)
    beside_the_secretary = [PositionTitle.DEPUTY, PositionTitle.COMMITTEE_MEMBER]
    return {
        "minutes": own.minutes,
        "is_combined": own.kind == MeetingKind.COMBINED,
        "app_outage": own.app_outage,
        "is_secret": own.is_secret,
        "ideology_minutes": own.ideology_minutes,
        "draft_prepared": own.draft_prepared_on is not None and own.draft_prepared_on <= own.held_on,
        "members_notified": own.members_notified_on is not None and own.members_notified_on < own.held_on,
        "following_member_notified": (own.following_member_notified_on is not None and own.following_member_notified_on < own.held_on),
        "committee_met": preparation is not None and preparation.has_minutes and preparation.met_on <= own.held_on,
        "sole_secretary": not own.cell.positions.on(own.held_on).filter(title__in=beside_the_secretary).exists(),
        "steps_missing": len(set(Step.values) - set(own.steps_held)),
        "praise_considered": Step.PRAISE_AND_REMINDERS in own.steps_held,
        "minutes_passed": Step.MINUTES_PASSED in own.steps_held,
        "minutes_signed": None not in (own.minutes_signed_on, own.chair_id, own.minute_taker_id),
        "conclusion_passed": any(
            decision.kind in (DecisionKind.CONCLUSION, DecisionKind.RESOLUTION)
            and decision.votes_for is not None
            and decision.votes_for > decision.votes_base / 2
            for decision in own.decisions.all()
        ),
        "opinions": own.opinions.count(),
        "agenda_items": None if own.is_secret else own.agenda.count(),
        "is_online": own.mode in (MeetingMode.ONLINE, MeetingMode.HYBRID) if own.mode else None,
        "held_day": (own.held_on - own.for_month).days + 1,
        "prepared_lead_days": _days_before(own, preparation and preparation.met_on),
        "notified_lead_days": _days_before(own, own.members_notified_on),
        "tasks_assigned": len(given),
        "tasks_unnamed": sum(task.assignee_id is None for task in given),
    }


def _of_the_roll(roll: list[Attendance], own: Meeting) -> dict[str, int]:
    roster = [called for called in roll if called.standing]
    expected = [called for called in roster if not called.exemption and called.presence != Presence.SPECIAL_DUTY]
    excused = [called for called in expected if called.presence == Presence.EXCUSED]
    present = [called for called in roster if called.presence == Presence.PRESENT]
    spoke = set(own.opinions.values_list("attendance_id", flat=True))
    return {
        "roster_size": len(roster),
        "expected": len(expected),
        "expected_present": sum(called.presence == Presence.PRESENT for called in expected),
        "present": len(present),
        "unexcused": sum(called.presence == Presence.UNEXCUSED for called in expected),
        "excused": len(excused),
        "expected_not_excused": len(expected) - len(excused),
        "speakers": sum(called.pk in spoke for called in present),
    }


def _longest_excused_run(sittings: list[Meeting]) -> int:
    """Over the sittings of a year, the longest row of them that one expected member of the roster missed with reason."""
    excused = {
        (called.meeting_id, called.member_id)
        for called in Attendance.objects.filter(meeting__in=sittings)
        if called.standing and not called.exemption and called.presence == Presence.EXCUSED
    }
    longest = 0
    for member in {member for _meeting, member in excused}:
        running = 0
        for sitting in sorted(sittings, key=_in_year):
            running = running + 1 if (sitting.pk, member) in excused else 0
            longest = max(longest, running)
    return longest


def _of_postings(own: Meeting, files_on: date | None, conclusion_on: date | None, as_of: date) -> dict[str, object]:
    pending = []
    if own.minutes is None:
        pending.append("minutes")
    if conclusion_on is None:
        pending.append("conclusion_lag_days")
    return {
        "pending": pending,
        "files_posted": files_on is not None,
        "files_lead_days": _days_before(own, files_on),
        "conclusion_lag_days": ((conclusion_on or as_of) - own.held_on).days,
    }


def _of_tasks_due(own: Meeting, held: list[Meeting], alike: list[Meeting], givers: list[Meeting]) -> dict[str, int]:
    """A task of one of the givers falls due once: at the first sitting like this one after the one that gave it, from its day on (without
    a day, at that first).
    """
    given_by = {sitting.pk: sitting for sitting in held}
    due = []
    for task in Task.objects.filter(meeting__in=givers):
        later = [sitting for sitting in alike if _order(sitting) > _order(given_by[task.meeting_id])]
        falls_due_at = next((sitting for sitting in later if task.due_on is None or sitting.held_on >= task.due_on), None)
        if falls_due_at == own:
            due.append(task)
    states = [_state_by(own, task, given_by) for task in due]
    return {
        "tasks_due": len(due),
        "tasks_done": states.count(TaskState.DONE),
        "tasks_partly": states.count(TaskState.PARTLY),
    }


def _state_by(own: Meeting, task: Task, held: dict[int, Meeting]) -> str | None:
    """What was last reported on the task by the end of a sitting."""
    reports: list[TaskReport] = [
        report for report in task.reports.all() if report.meeting_id in held and _order(held[report.meeting_id]) <= _order(own)
    ]
    last = max(reports, key=lambda report: (_order(held[report.meeting_id]), report.pk), default=None)
    return last.state if last else None
