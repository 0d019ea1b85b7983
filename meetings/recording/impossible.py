"""What can't have happened in a sitting. Everything else, against the rules or not, is recorded."""

from collections import Counter
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from meetings.models import (
    MONTHLY_KINDS,
    DecisionKind,
    ExemptionKind,
    Meeting,
    MeetingKind,
    MeetingMode,
    Member,
    Presence,
    Step,
    Task,
    TaskState,
)
from meetings.recording.planning import A_YEAR, check_held_on
from meetings.recording.preparing import NOT_YET
from meetings.recording.secret import SECRET_KEEPS_NO_TEXT
from meetings.recording.sitting import Sitting
from meetings.refusing import Problems
from meetings.roll_call import Roster

# The longest term of a cell: no task reaches further.
A_TERM = timedelta(days=5 * 366)
MAY_BE_NOT_EXPECTED = tuple(ExemptionKind.values)


def check_sitting(meeting: Meeting, sitting: Sitting, roster: Roster | None, today: date) -> None:
    """Raise `Refused` with a sentence per field; the roster is that of the day (None without a day). Five queries."""
    problems = Problems()
    _check_day_and_times(problems, meeting, sitting, today)
    if roster is not None:
        _check_roll(problems, sitting, roster)
    _check_decisions(problems, sitting)
    _check_tasks(problems, meeting, sitting)
    _check_reports(problems, meeting, sitting, today)
    if sitting.is_secret:
        _check_secret(problems, sitting)
    problems.refuse_if_any()


def _check_day_and_times(problems: Problems, meeting: Meeting, sitting: Sitting, today: date) -> None:
    if sitting.kind not in MeetingKind.values:
        problems.add("kind", _("Choose what kind of sitting it was."))
    elif meeting.concluded_at is not None and (sitting.kind in MONTHLY_KINDS) != (meeting.kind in MONTHLY_KINDS):
        as_month = _("This sitting was sent up as the month's own; it stays a regular or combined one.")
        problems.add("kind", as_month if meeting.kind in MONTHLY_KINDS else _("This sitting was sent up as a thematic one; it stays one."))
    if sitting.mode not in ("", *MeetingMode.values):
        problems.add("mode", _("Choose how the sitting was held."))
    if sitting.held_on is None:
        problems.add("held_on", _("Say on which day the sitting was held."))
    else:
        check_held_on(problems, sitting.held_on, meeting.for_month, today)
    if sitting.ends_at is not None:
        if sitting.starts_at is None:
            problems.add("starts_at", _("Say when the sitting began."))
        elif sitting.ends_at <= sitting.starts_at:
            problems.add("ends_at", _("The sitting ends after it begins; check both times."))
    if not set(sitting.steps_held) <= set(Step.values):
        problems.add("steps_held", _("Choose steps from the list."))
    if sitting.minutes_signed_on is not None:
        if sitting.minutes_signed_on > today:
            problems.add("minutes_signed_on", NOT_YET)
        elif sitting.held_on is not None and sitting.minutes_signed_on < sitting.held_on:
            problems.add("minutes_signed_on", _("The minutes are signed on the day of the sitting or later."))
    minutes = Meeting(starts_at=sitting.starts_at, ends_at=sitting.ends_at).minutes
    if sitting.ideology_minutes is not None and minutes is not None and 0 < minutes < sitting.ideology_minutes:
        problems.add(
            "ideology_minutes",
            _("The whole sitting took %(minutes)s minutes; ideology took no longer.") % {"minutes": minutes},
        )


def _check_roll(problems: Problems, sitting: Sitting, roster: Roster) -> None:
    lines = roster.by_member()
    called = Counter(line.member_id for line in sitting.roll if line.member_id is not None)
    known = set(Member.objects.filter(pk__in=called).values_list("pk", flat=True))
    presence_of = {}
    for number, line in enumerate(sitting.roll):
        field = f"roll.{number}"
        if (line.member_id is None) == (not line.guest_name):
            problems.add(f"{field}.guest_name", _("Write the name of the guest."))
        if line.member_id is not None:
            presence_of[line.member_id] = line.presence
            if line.member_id not in known or called[line.member_id] > 1:
                problems.add(field, _("Each member is called once; open the page again to see the roster of that day."))
        if line.presence not in Presence.values:
            problems.add(field, _("Choose present or absent."))
        elif line.member_id is None and line.presence != Presence.PRESENT:
            problems.add(field, _("A guest is written down when present."))
        elif line.presence == Presence.NOT_EXPECTED:
            exemption = lines[line.member_id].exemption if line.member_id in lines else None
            if exemption not in MAY_BE_NOT_EXPECTED:
                problems.add(field, _("Only exempt or suspended members are not expected; enter the exemption on the roster first."))
        if line.spoke and line.presence != Presence.PRESENT:
            problems.add(f"{field}.spoke", _("Only someone present can have spoken; mark the member present or take the speech away."))
        if line.opinion and not line.spoke:
            problems.add(f"{field}.opinion", _("Tick that this member spoke, or leave the opinion blank."))
    for name, label in (("chair_id", _("The chair")), ("minute_taker_id", _("The minute-taker"))):
        person = getattr(sitting, name)
        if person is not None and presence_of.get(person) != Presence.PRESENT:
            problems.add(name, _("%(who)s was present at the sitting; choose someone marked present.") % {"who": label})


def _check_decisions(problems: Problems, sitting: Sitting) -> None:
    for number, vote in enumerate(sitting.decisions):
        field = f"decisions.{number}"
        if vote.kind not in DecisionKind.values:
            problems.add(f"{field}.kind", _("Choose what was decided."))
        if vote.votes_for is not None and vote.votes_base is None:
            problems.add(f"{field}.votes_base", _("Say how many voted."))
        elif vote.votes_base is not None and vote.votes_for is None:
            problems.add(f"{field}.votes_for", _("Say how many voted for it."))
        elif vote.votes_for is not None and vote.votes_for > vote.votes_base:
            problems.add(f"{field}.votes_for", _("More votes for it than voters; check both numbers."))
        elif vote.votes_base == 0:
            problems.add(f"{field}.votes_base", _("A vote needs at least one voter; leave both blank if there was no vote."))


def _check_tasks(problems: Problems, meeting: Meeting, sitting: Sitting) -> None:
    stored = dict(meeting.tasks.values_list("pk", "number"))
    here = Counter(task.task_id for task in sitting.tasks if task.task_id is not None)
    members = set(
        Member.objects.filter(pk__in=[task.assignee_id for task in sitting.tasks if task.assignee_id]).values_list("pk", flat=True)
    )
    for number, task in enumerate(sitting.tasks):
        field = f"tasks.{number}"
        if task.task_id is not None and task.task_id not in stored:
            problems.add(field, _("This task belongs to another sitting."))
        elif here[task.task_id] > 1:
            problems.add(field, _("This task stands in two rows; take one of them away, or write it as a new task."))
        if not task.text and not sitting.is_secret:
            problems.add(f"{field}.text", _("Say what the task is."))
        if task.assignee_id is not None and task.assignee_id not in members:
            problems.add(f"{field}.assignee", _("Choose a member from the list."))
        if task.due_on is not None and sitting.held_on is not None:
            if task.due_on < sitting.held_on:
                problems.add(f"{field}.due_on", _("The day lies before the sitting that gives the task; check the day."))
            elif task.due_on - sitting.held_on > A_TERM:
                problems.add(
                    f"{field}.due_on", _("The day lies more than five years after the sitting that gives the task; check the year.")
                )
    gone = stored.keys() - here.keys()
    reported = Task.objects.filter(pk__in=gone, reports__isnull=False).order_by("number").first() if gone else None
    if reported is not None:
        problems.add(
            "tasks",
            _("Task %(number)s was reported on at a later sitting, so it stays.") % {"number": reported.number},
        )


def _check_reports(problems: Problems, meeting: Meeting, sitting: Sitting, today: date) -> None:
    ids = [report.task_id for report in sitting.reports]
    given = dict(
        Task.objects.filter(pk__in=ids, meeting__cell=meeting.cell_id).exclude(meeting=meeting.pk).values_list("pk", "meeting__held_on")
    )
    for number, report in enumerate(sitting.reports):
        field = f"reports.{number}"
        if report.task_id not in given or ids.count(report.task_id) > 1:
            problems.add(field, _("This task was not given by an earlier sitting of this cell."))
        elif sitting.held_on is not None and given[report.task_id] is not None and given[report.task_id] > sitting.held_on:
            problems.add(field, _("This task was given after this sitting; it can't be reported on here."))
        elif report.done_on is not None and given[report.task_id] is not None and given[report.task_id] - report.done_on > A_YEAR:
            problems.add(f"{field}.done_on", _("The day lies more than a year before the task was given; check the year."))
        if report.state not in TaskState.values:
            problems.add(field, _("Choose done, partly or not done."))
        if report.done_on is not None and report.done_on > today:
            problems.add(f"{field}.done_on", NOT_YET)


def _check_secret(problems: Problems, sitting: Sitting) -> None:
    """A secret sitting keeps counts, days and its number, never words (domain §3)."""
    words = {
        "theme": sitting.theme,
        **{f"roll.{number}.opinion": line.opinion for number, line in enumerate(sitting.roll)},
        **{f"decisions.{number}.text": vote.text for number, vote in enumerate(sitting.decisions)},
        **{f"tasks.{number}.text": task.text for number, task in enumerate(sitting.tasks)},
        **{f"tasks.{number}.team": task.team for number, task in enumerate(sitting.tasks)},
        **{f"reports.{number}.note": report.note for number, report in enumerate(sitting.reports)},
    }
    for field, text in words.items():
        if text:
            problems.add(field, SECRET_KEEPS_NO_TEXT)
