"""The rows of the sitting's form that come from elsewhere: members to call, and tasks to hear about.

Field names: `presence-M`, `reason-M`, `spoke-M`, `opinion-M` for member key M; `report-T`, `note-T` for task key T.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from meetings import text
from meetings.models import CellKind, ExemptionKind, Member, Presence, Relation, StandingKind, Task, TaskState
from meetings.recording import Called, Report
from meetings.roll_call import Roster, RosterLine

LONGEST_REASON = 200
LONGEST_OPINION = 20_000
LONGEST_NOTE = 300
SOLDIERS = (CellKind.ARMY, CellKind.POLICE)
# Not on the roster and not there: nothing is recorded.
NOT_HERE = ""

SHORT = {
    Presence.PRESENT: _("Present"),
    Presence.EXCUSED: _("Excused"),
    Presence.UNEXCUSED: _("No reason"),
    Presence.SPECIAL_DUTY: _("On duty"),
    Presence.NOT_EXPECTED: _("Not expected"),
    NOT_HERE: _("Not here"),
}

Fields = Mapping[str, Sequence[str]]


def last(fields: Fields, name: str, default: str = "") -> str:
    values = fields.get(name)
    return values[-1] if values else default


@dataclass(slots=True)
class RollRow:
    member: Member
    line: RosterLine | None  # None: not on the roster of that day
    is_elsewhere: bool = False
    called: Called = field(default_factory=Called)
    offers_duty: bool = False
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(value, short word) of what may be tapped."""
        return [(value, SHORT[value]) for value in self._values()]

    def _values(self) -> list[str]:
        if self.line is None:
            return [NOT_HERE, Presence.PRESENT]
        if self.line.exemption in (ExemptionKind.EXEMPT, ExemptionKind.SUSPENDED):
            return [Presence.NOT_EXPECTED, Presence.PRESENT]
        usual = [Presence.PRESENT, Presence.EXCUSED, Presence.UNEXCUSED]
        return [*usual, Presence.SPECIAL_DUTY] if self.offers_duty else usual

    @property
    def note(self) -> str:
        """What sets this member apart, in words; '' for most."""
        if self.line is None:
            return _("temporarily elsewhere") if self.is_elsewhere else _("not on the roster of that day")
        notes = []
        if self.line.standing == StandingKind.PROBATIONARY:
            notes.append(StandingKind.PROBATIONARY.label)
        if self.line.relation == Relation.TEMPORARY:
            notes.append(_("temporary here"))
        if self.line.exemption:
            notes.append(ExemptionKind(self.line.exemption).label)
        return ", ".join(str(note).lower() if index else str(note) for index, note in enumerate(notes))

    @property
    def has_a_vote(self) -> bool:
        return self.line is not None and self.line.standing == StandingKind.OFFICIAL and self.line.exemption != ExemptionKind.SUSPENDED

    @property
    def is_present(self) -> bool:
        return self.called.presence == Presence.PRESENT


class Roll:
    """The roll call as rows: the roster of the day, then those who came without being on it."""

    def __init__(self, roster: Roster, cell_kind: str, stored: Iterable[Called] = ()):
        """Rows with what is stored; everyone expected is present where nothing is."""
        self.roster = roster
        by_member = {called.member_id: called for called in stored if called.member_id is not None}
        self.rows = []
        for line in roster.lines:
            called = by_member.pop(line.member.pk, None) or Called(line.member.pk, presence=line.default_presence)
            duty = cell_kind in SOLDIERS or line.exemption == ExemptionKind.SPECIAL_DUTY or called.presence == Presence.SPECIAL_DUTY
            self.rows.append(RollRow(line.member, line, called=called, offers_duty=duty))
        elsewhere = {line.member.pk: line.member for line in roster.elsewhere}
        others = Member.objects.filter(pk__in=by_member.keys() - elsewhere.keys()).order_by("order_key", "pk")
        for member in [*elsewhere.values(), *others]:
            called = by_member.get(member.pk) or Called(member.pk, presence=NOT_HERE)
            self.rows.append(RollRow(member, None, is_elsewhere=member.pk in elsewhere, called=called))

    @property
    def expected(self) -> list[RollRow]:
        return [row for row in self.rows if row.line is not None]

    @property
    def off_roster(self) -> list[RollRow]:
        return [row for row in self.rows if row.line is None]

    @property
    def present_count(self) -> int:
        return sum(row.is_present for row in self.rows)

    @property
    def officials_present(self) -> int:
        return sum(row.is_present and row.has_a_vote for row in self.rows)

    def take(self, fields: Fields) -> None:
        """Let what was typed stand in the rows, whether it can be or not. A member it doesn't name keeps the row's own."""
        for row in self.rows:
            key = row.member.pk
            if f"presence-{key}" not in fields:
                continue
            row.called = replace(
                row.called,
                presence=last(fields, f"presence-{key}"),
                reason=text.clean_line(last(fields, f"reason-{key}")),
                spoke=f"spoke-{key}" in fields,
                opinion=text.clean(last(fields, f"opinion-{key}")),
            )

    def judge(self) -> bool:
        """Note what no rule of the sitting would see: words too long, a choice that is not there. Whether all is well."""
        for row in self.rows:
            if row.called.presence not in row._values() and row.called.presence not in Presence.values:
                row.problems["presence"] = _("Choose present or absent.")
            if len(row.called.reason) > LONGEST_REASON:
                row.problems["reason"] = _("At most %(most)s characters.") % {"most": LONGEST_REASON}
            if len(row.called.opinion) > LONGEST_OPINION:
                row.problems["opinion"] = _("At most %(most)s characters.") % {"most": LONGEST_OPINION}
        return not any(row.problems for row in self.rows)

    @staticmethod
    def named_in(fields: Fields) -> set[int]:
        """The members whom the typed roll names."""
        return {int(found[1]) for name in fields if (found := re.fullmatch(r"presence-([0-9]{1,18})", name))}

    def called(self) -> tuple[Called, ...]:
        """The lines to record; a reason belongs to an absence only."""
        return tuple(replace(row.called, reason="" if row.is_present else row.called.reason) for row in self.recorded_rows())

    def recorded_rows(self) -> list[RollRow]:
        return [row for row in self.rows if row.called.presence != NOT_HERE or row.line is not None]


@dataclass(slots=True)
class ReportRow:
    task: Task
    state: str = ""
    note: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    choices = TaskState.choices


class Reports:
    """The earlier tasks that are open at this sitting, each with what is reported on it ('' = nothing)."""

    def __init__(self, tasks: Iterable[Task], stored: Iterable[Report] = ()):
        by_task = {report.task_id: report for report in stored}
        self.rows = []
        for task in tasks:
            report = by_task.get(task.pk)
            self.rows.append(ReportRow(task, report.state if report else "", report.note if report else ""))
        self._done_on = {report.task_id: report.done_on for report in by_task.values()}

    @property
    def due(self) -> list[ReportRow]:
        return [row for row in self.rows if row.task.due]

    @property
    def later(self) -> list[ReportRow]:
        return [row for row in self.rows if not row.task.due]

    def take(self, fields: Fields) -> None:
        for row in self.rows:
            row.state = last(fields, f"report-{row.task.pk}")
            row.note = text.clean_line(last(fields, f"note-{row.task.pk}"))

    def judge(self) -> bool:
        for row in self.rows:
            if row.state and row.state not in TaskState.values:
                row.problems["state"] = _("Choose done, partly or not done.")
            if row.note and not row.state:
                row.problems["state"] = _("Say whether the task is done, or take the note away.")
            if len(row.note) > LONGEST_NOTE:
                row.problems["note"] = _("At most %(most)s characters.") % {"most": LONGEST_NOTE}
        return not any(row.problems for row in self.rows)

    def reports(self) -> tuple[Report, ...]:
        return tuple(Report(row.task.pk, row.state, self._done_on.get(row.task.pk), row.note) for row in self.recorded_rows())

    def recorded_rows(self) -> list[ReportRow]:
        return [row for row in self.rows if row.state]
