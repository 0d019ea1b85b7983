"""What the rules in force ask of a cell's month, as days. Where no rule sets a day there is none."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from meetings.models import Cell, MeetingRules, Placement, path_prefixes


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Days by which something should happen; None where no rule sets one."""

    rules: MeetingRules | None
    meeting_day: date | None
    last_day: date | None
    files_by: date | None
    conclusion_by: date | None
    send_by: date | None


def rules_in_force(cell: Cell, day: date) -> MeetingRules | None:
    """The rules of the nearest committee above the cell that has any on the day."""
    path = Placement.objects.on(day).filter(cell=cell).values_list("path", flat=True).first()
    return None if path is None else rules_at(path, day)


def rules_at(path: str, day: date) -> MeetingRules | None:
    """The rules that hold on a day at a place of the tree: those of the nearest committee on the way up that has any."""
    above = {placed.committee_id: len(placed.path) for placed in Placement.objects.on(day).filter(path__in=path_prefixes(path))}
    rules = MeetingRules.objects.on(day).filter(committee__in=above)
    return max(rules, key=lambda rule: above[rule.committee_id], default=None)


def deadlines_for(cell: Cell, month: date, held_on: date | None) -> Deadlines:
    """The deadlines of the cell's month (its first day given); those that count from the sitting need its day."""
    rules = rules_in_force(cell, held_on or month)
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
        conclusion_by=deadline_after(held_on, rules.conclusion_lag_days, rules.conclusion_lag_unit, cell.scope_path),
        send_by=deadline_after(held_on, rules.sending_lag_days, rules.sending_lag_unit, cell.scope_path),
    )


def deadline_after(day: date | None, count: int | None, unit: str, path: str) -> date | None:
    """`count` calendar or working days after a day, for a cell at `path`; None where day or count is none.

    The SQL function of the same name counts, so that pages and set-based statements agree.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadline_after(%s, %s, %s, %s)", [day, count, unit, path])
        return cursor.fetchone()[0]
