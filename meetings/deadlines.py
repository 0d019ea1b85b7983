"""What the rules in force ask of a cell's month, as days. Where no rule sets a day there is none."""

from dataclasses import dataclass
from datetime import date, timedelta

from meetings.models import Cell, MeetingRules
from meetings.tree import place_in_month


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Days by which something should happen; None where no rule sets one."""

    rules: MeetingRules | None
    meeting_day: date | None
    last_day: date | None
    files_by: date | None
    conclusion_by: date | None
    send_by: date | None


def nearest_rules(path: str, day: str) -> str:
    """SQL for the rules (columns of `MeetingRules`) of the nearest committee above a place that has any on a day, as the tree stood then.

    `path` and `day` are SQL for the place and the day. Pages and the months' scores ask this one statement.
    """
    return f"""SELECT r.* FROM meetings_meetingrules r
    JOIN meetings_placement above ON above.committee_id = r.committee_id AND above.during @> {day}
    WHERE r.during @> {day} AND starts_with({path}, above.path)
    ORDER BY length(above.path) DESC LIMIT 1"""


def rules_at(path: str, day: date) -> MeetingRules | None:
    """The rules that hold on a day at a place of the tree."""
    asked = "(SELECT %s::text AS path, %s::date AS day) asked"
    rules = MeetingRules.objects.raw(f"SELECT r.* FROM {asked}, LATERAL ({nearest_rules('asked.path', 'asked.day')}) r", [path, day])
    return next(iter(rules), None)


def deadlines_for(cell: Cell, month: date, held_on: date | None) -> Deadlines:
    """The deadlines of the cell's month (its first day given); those that count from the sitting need its day. One query.

    The rules are those that hold on the day of the sitting (of none: when the month begins) at the cell's place in the month.
    """
    after = "deadline_after(%(held_on)s, r.{0}_lag_days, r.{0}_lag_unit, asked.path)"
    asked = f"""(SELECT place.path, %(day)s::date AS day FROM ({place_in_month("%(cell)s", "%(month)s::date")}) place) asked"""
    found = MeetingRules.objects.raw(
        f"""SELECT r.*, {after.format("conclusion")} AS conclusion_by, {after.format("sending")} AS send_by
        FROM {asked}, LATERAL ({nearest_rules("asked.path", "asked.day")}) r""",
        {"cell": cell.pk, "month": month, "held_on": held_on, "day": held_on or month},
    )
    rules = next(iter(found), None)
    if rules is None:
        return Deadlines(None, None, None, None, None, None)
    meeting_day = rules.meeting_day and month.replace(day=rules.meeting_day)
    last_day = rules.last_day and month + timedelta(days=rules.last_day - 1)
    sitting = held_on or meeting_day
    lead = rules.files_lead_days
    return Deadlines(
        rules=rules,
        meeting_day=meeting_day,
        last_day=last_day,
        files_by=None if sitting is None or lead is None else sitting - timedelta(days=lead),
        conclusion_by=rules.conclusion_by,
        send_by=rules.send_by,
    )
