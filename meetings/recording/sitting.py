"""What a secretary records of a sitting, as plain values: `read_sitting` and `recording.holding.record_sitting` are inverses."""

from dataclasses import dataclass
from datetime import date, time

from meetings.models import (
    Attendance,
    DecisionKind,
    Meeting,
    MeetingKind,
    Presence,
    Step,
    TaskState,
)
from meetings.roll_call import Roster, vote_base


@dataclass(frozen=True, slots=True)
class Called:
    """One line of the roll call; a guest has a name instead of a member. Only who is present can have spoken."""

    member_id: int | None = None
    guest_name: str = ""
    presence: str = Presence.PRESENT
    reason: str = ""
    spoke: bool = False
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A decision and its vote n/N (None/None: not counted)."""

    kind: str = DecisionKind.CONCLUSION
    text: str = ""
    votes_for: int | None = None
    votes_base: int | None = None


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task given by the sitting; `task_id` names the stored one it replaces. No day: by the next sitting."""

    text: str = ""
    assignee_id: int | None = None
    team: str = ""
    due_on: date | None = None
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The result of an earlier task, as reported at this sitting."""

    task_id: int
    state: str = TaskState.DONE
    done_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    kind: str = MeetingKind.REGULAR
    theme: str = ""
    held_on: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    mode: str = ""
    place: str = ""
    chair_id: int | None = None
    minute_taker_id: int | None = None
    roll: tuple[Called, ...] = ()
    reports: tuple[Report, ...] = ()
    decisions: tuple[Vote, ...] = ()
    tasks: tuple[NewTask, ...] = ()
    steps_held: tuple[str, ...] = ()
    ideology_minutes: int | None = None
    minutes_signed_on: date | None = None
    app_outage: bool = False
    is_secret: bool = False
    reference_number: str = ""


def read_sitting(meeting: Meeting) -> Sitting:
    """The sitting as it is stored. Five queries."""
    spoken = dict(meeting.opinions.values_list("attendance_id", "text"))
    return Sitting(
        kind=meeting.kind,
        theme=meeting.theme,
        held_on=meeting.held_on,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        mode=meeting.mode,
        place=meeting.place,
        chair_id=meeting.chair_id,
        minute_taker_id=meeting.minute_taker_id,
        roll=tuple(_called(attendance, spoken) for attendance in meeting.attendances.order_by("member__order_key", "pk")),
        reports=tuple(
            Report(report.task_id, report.state, report.done_on, report.note)
            for report in meeting.task_reports.order_by("task__meeting__held_on", "task_id")
        ),
        decisions=tuple(Vote(vote.kind, vote.text, vote.votes_for, vote.votes_base) for vote in meeting.decisions.all()),
        tasks=tuple(NewTask(task.text, task.assignee_id, task.team, task.due_on, task.pk) for task in meeting.tasks.all()),
        steps_held=tuple(meeting.steps_held),
        ideology_minutes=meeting.ideology_minutes,
        minutes_signed_on=meeting.minutes_signed_on,
        app_outage=meeting.app_outage,
        is_secret=meeting.is_secret,
        reference_number=meeting.reference_number,
    )


def _called(attendance: Attendance, spoken: dict[int, str]) -> Called:
    return Called(
        member_id=attendance.member_id,
        guest_name=attendance.guest_name,
        presence=attendance.presence,
        reason=attendance.reason,
        spoke=attendance.pk in spoken,
        opinion=spoken.get(attendance.pk, ""),
    )


def usual_roll(roster: Roster) -> tuple[Called, ...]:
    """The roll call before anyone is called: everyone expected is present."""
    return tuple(Called(member_id=line.member.pk, presence=line.default_presence) for line in roster.lines)


def steps_seen_in(sitting: Sitting) -> tuple[str, ...]:
    """The steps that the rest of the record shows; a proposal, the secretary says which steps were held."""
    seen = {
        Step.OPENED: sitting.starts_at is not None,
        Step.MINUTE_TAKER: sitting.minute_taker_id is not None,
        Step.ROLL_CALL: bool(sitting.roll),
        Step.TASK_RESULTS: bool(sitting.reports),
        Step.DISCUSSION: any(called.spoke for called in sitting.roll),
        Step.IDEOLOGY: bool(sitting.ideology_minutes),
        Step.TASKS_ASSIGNED: bool(sitting.tasks),
        Step.CONCLUSION_VOTED: any(vote.votes_for is not None for vote in sitting.decisions),
        Step.MINUTES_PASSED: sitting.minutes_signed_on is not None,
    }
    return tuple(step for step in Step.values if seen.get(Step(step)))


def officials_present(sitting: Sitting, roster: Roster) -> int:
    """How many of those present have a vote: the usual N of a vote n/N."""
    lines = roster.by_member()
    known = ((lines[called.member_id], called.presence) for called in sitting.roll if called.member_id in lines)
    return vote_base((line.standing, line.exemption, presence) for line, presence in known)
