"""What the rules in force ask of a cell's month, as days. Where no rule sets a day there is none."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

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


def rules_in_force(cell: Cell, month: date, day: date) -> tuple[MeetingRules | None, str]:
    """The rules that hold on a day for a sitting that counts in a month, and the path of the cell's place in that month ('': none)."""
    with connection.cursor() as cursor:
        cursor.execute(place_in_month("%(cell)s", "%(month)s::date"), {"cell": cell.pk, "month": month})
        row = cursor.fetchone()
    path = row[0] if row else ""
    return rules_at(path, day), path


def deadlines_for(cell: Cell, month: date, held_on: date | None) -> Deadlines:
    """The deadlines of the cell's month (its first day given); those that count from the sitting need its day."""
    rules, path = rules_in_force(cell, month, held_on or month)
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
        conclusion_by=deadline_after(held_on, rules.conclusion_lag_days, rules.conclusion_lag_unit, path),
        send_by=deadline_after(held_on, rules.sending_lag_days, rules.sending_lag_unit, path),
    )


def deadline_after(day: date | None, count: int | None, unit: str, path: str) -> date | None:
    """`count` calendar or working days after a day, for a cell at `path`; None where day or count is none.

    The SQL function of the same name counts, so that pages and set-based statements agree.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadline_after(%s, %s, %s, %s)", [day, count, unit, path])
        return cursor.fetchone()[0]
