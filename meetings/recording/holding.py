"""Step two of the month: record the sitting."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from meetings.models import (
    Attendance,
    Decision,
    Meeting,
    MeetingState,
    Opinion,
    Step,
    Task,
    TaskReport,
    User,
)
from meetings.recording.corrections import Correction, amend
from meetings.recording.drafts import DraftForm, drop_draft
from meetings.recording.impossible import check_sitting
from meetings.recording.locking import lock_meeting, require_open, save_next_version
from meetings.recording.once import meeting_of, once
from meetings.recording.secret import take_words_away
from meetings.recording.sitting import Called, Sitting, officials_present, read_sitting
from meetings.roll_call import Roster, roster_on

A_LONG_SITTING = 6 * 60


def record_sitting(
    *,
    meeting: Meeting,
    sitting: Sitting,
    expected_version: int,
    by: User,
    today: date,
    correction: Correction | None = None,
    form_key: UUID | None = None,
) -> Meeting:
    """Record a sitting that was held: times, roll call, speakers, reports, decisions, tasks, steps (42-HD/BTCTW, opening to close).

    Replaces what was recorded before and makes the meeting HELD; standing and exemption of the roll call are those of that day.
    Whoever is called without being on the roster is kept as such. What breaks a rule is recorded. A sitting made secret loses
    the words stored before. Raises `StaleForm`; `Refused` for what can't have happened, once concluded, or where a correction has no
    reason.
    """
    with once(by=by, form_key=form_key, work=("hold", meeting.pk, expected_version, sitting)) as submission:
        if submission.target:
            return meeting_of(submission)
        now = lock_meeting(meeting, expected_version, sitting, read_sitting)
        require_open(now)
        roster = roster_on(now.cell, sitting.held_on) if sitting.held_on else None
        check_sitting(now, sitting, roster, today)
        amend(now, correction, by=by)
        _write_columns(now, sitting)
        _replace_roll(now, sitting.roll, roster)
        _replace_decisions(now, sitting)
        _renew_tasks(now, sitting)
        _renew_reports(now, sitting)
        drop_draft(meeting=now, form=DraftForm.HOLD)
        if now.is_secret:
            take_words_away(now)
        submission.target = str(now.public_id)
        return now


def _write_columns(meeting: Meeting, sitting: Sitting) -> None:
    for name in (
        "kind",
        "theme",
        "held_on",
        "starts_at",
        "ends_at",
        "mode",
        "place",
        "chair_id",
        "minute_taker_id",
        "ideology_minutes",
        "minutes_signed_on",
        "app_outage",
        "is_secret",
        "reference_number",
    ):
        setattr(meeting, name, getattr(sitting, name))
    meeting.steps_held = [step for step in Step.values if step in sitting.steps_held]
    meeting.state, meeting.state_reason = MeetingState.HELD, ""
    save_next_version(meeting)


def _replace_roll(meeting: Meeting, roll: tuple[Called, ...], roster: Roster) -> None:
    meeting.opinions.all().delete()
    meeting.attendances.all().delete()
    lines = roster.by_member()
    # Members of the cell who are away for a time are not expected here; one who comes all the same is off the roster.
    attendances = Attendance.objects.bulk_create(
        Attendance(
            meeting=meeting,
            member_id=called.member_id,
            guest_name=called.guest_name,
            standing=lines[called.member_id].standing if called.member_id in lines else "",
            exemption=lines[called.member_id].exemption if called.member_id in lines else "",
            presence=called.presence,
            reason=called.reason,
        )
        for called in roll
    )
    Opinion.objects.bulk_create(
        Opinion(meeting=meeting, attendance=attendance, text=called.opinion)
        for attendance, called in zip(attendances, roll, strict=True)
        if called.spoke
    )


def _replace_decisions(meeting: Meeting, sitting: Sitting) -> None:
    meeting.decisions.all().delete()
    Decision.objects.bulk_create(
        Decision(
            meeting=meeting,
            number=number,
            kind=vote.kind,
            text=vote.text,
            votes_for=vote.votes_for,
            votes_base=vote.votes_base,
        )
        for number, vote in enumerate(sitting.decisions, start=1)
    )


def _renew_tasks(meeting: Meeting, sitting: Sitting) -> None:
    """Tasks keep their row, for later sittings report on it."""
    stored = {task.pk: task for task in meeting.tasks.all()}
    kept = [task for task in sitting.tasks if task.task_id is not None]
    meeting.tasks.exclude(pk__in=[task.task_id for task in kept]).delete()
    for given in kept:
        task = stored[given.task_id]
        task.text, task.assignee_id, task.team, task.due_on = given.text, given.assignee_id, given.team, given.due_on
    Task.objects.bulk_update([stored[given.task_id] for given in kept], ["text", "assignee", "team", "due_on"])
    last = max((task.number for task in stored.values()), default=0)
    Task.objects.bulk_create(
        Task(
            meeting=meeting,
            number=number,
            text=given.text,
            assignee_id=given.assignee_id,
            team=given.team,
            due_on=given.due_on,
        )
        for number, given in enumerate((task for task in sitting.tasks if task.task_id is None), start=last + 1)
    )


def _renew_reports(meeting: Meeting, sitting: Sitting) -> None:
    meeting.task_reports.all().delete()
    TaskReport.objects.bulk_create(
        TaskReport(meeting=meeting, task_id=report.task_id, state=report.state, done_on=report.done_on, note=report.note)
        for report in sitting.reports
    )


def warnings_about(meeting: Meeting) -> list[str]:
    """What is recorded and may be a slip: kept all the same, and said once after recording. Nine queries."""
    sitting = read_sitting(meeting)
    warnings = []
    base = officials_present(sitting, roster_on(meeting.cell, sitting.held_on)) if sitting.held_on else 0
    for number, vote in enumerate(sitting.decisions, start=1):
        if vote.votes_base is not None and vote.votes_base != base:
            warnings.append(
                _("Decision %(number)s was voted on by %(voted)s; %(present)s official members were present.")
                % {"number": number, "voted": vote.votes_base, "present": base}
            )
    unnamed = sum(task.assignee_id is None for task in sitting.tasks)
    if unnamed:
        warnings.append(_("%(count)s of the new tasks have no named member.") % {"count": unnamed})
    if meeting.minutes is not None and meeting.minutes > A_LONG_SITTING:
        warnings.append(_("The sitting took %(hours)s hours; check the times.") % {"hours": round(meeting.minutes / 60)})
    return warnings
