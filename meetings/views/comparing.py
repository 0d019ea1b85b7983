"""A stale form beside what is stored now: nothing typed is lost, nothing stored is overwritten unseen."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import DecisionKind, MeetingKind, MeetingMode, Member, Presence, Step, Task, TaskState
from meetings.recording import Called, Difference, NewTask, Report, StaleForm, Vote

LABELS = {
    "planned_on": gettext_lazy("Planned for"),
    "starts_at": gettext_lazy("Starts at"),
    "ends_at": gettext_lazy("Ends at"),
    "mode": gettext_lazy("How it was held"),
    "place": gettext_lazy("Place"),
    "theme": gettext_lazy("Theme"),
    "agenda": gettext_lazy("Agenda"),
    "committee_met_on": gettext_lazy("The cell committee met on"),
    "committee_kept_minutes": gettext_lazy("Minutes of the committee's meeting"),
    "draft_prepared_on": gettext_lazy("Directions for debate and draft conclusion ready on"),
    "members_notified_on": gettext_lazy("Members told time, place and content on"),
    "following_member_notified_on": gettext_lazy("Following member told on"),
    "files_posted_on": gettext_lazy("Files posted in the e-handbook app on"),
    "is_secret": gettext_lazy("Secret content: only its number is kept here"),
    "reference_number": gettext_lazy("Reference number"),
    "kind": gettext_lazy("Kind of sitting"),
    "held_on": gettext_lazy("Held on"),
    "chair_id": gettext_lazy("Chair"),
    "minute_taker_id": gettext_lazy("Minute-taker"),
    "roll": gettext_lazy("Roll call and speakers"),
    "reports": gettext_lazy("Reports on earlier tasks"),
    "decisions": gettext_lazy("Decisions"),
    "tasks": gettext_lazy("New tasks"),
    "steps_held": gettext_lazy("Steps held"),
    "ideology_minutes": gettext_lazy("Minutes on ideology, criticism and self-criticism"),
    "minutes_signed_on": gettext_lazy("Minutes signed on"),
    "app_outage": gettext_lazy("The e-handbook app was out of order, held on paper"),
    "document_number": gettext_lazy("Number"),
    "issued_on": gettext_lazy("Issued on"),
    "posted_on": gettext_lazy("Posted in the e-handbook app on"),
}
# Of long lists only what differs is shown.
LISTS = ("roll", "reports", "decisions", "tasks", "steps_held", "agenda")


def comparison_page(request: HttpRequest, stale: StaleForm) -> HttpResponse:
    """409: the two versions side by side; keep mine (the same fields on the new version) or take the stored one.

    Says by name what keeping mine would leave blank: a form opened before anything was recorded would take all of it away.
    """
    rows = rows_of(stale.differences)
    left_out = {"csrfmiddlewaretoken", "version"}
    return render(
        request,
        "meetings/stale.html",
        {
            "meeting": stale.meeting,
            "rows": rows,
            "blanked": [row["label"] for row in rows if row["stored"] and not row["mine"]],
            "version": stale.meeting.version,
            "posted": [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values],
        },
        status=409,
    )


def rows_of(differences: list[Difference]) -> list[dict[str, Any]]:
    """label, mine, stored: each a list of lines."""
    names = _Names(differences)
    rows = []
    for difference in differences:
        mine = names.lines(difference.field, difference.mine)
        stored = names.lines(difference.field, difference.stored)
        if difference.field in LISTS:
            mine, stored = [line for line in mine if line not in stored], [line for line in stored if line not in mine]
        if mine != stored:
            rows.append({"label": LABELS[difference.field], "mine": mine, "stored": stored})
    return rows


class _Names:
    """Names of the members and tasks that the differences mention, in two queries."""

    def __init__(self, differences: list[Difference]):
        records = [record for each in differences for side in (each.mine, each.stored) if isinstance(side, tuple) for record in side]
        people = {getattr(record, name, None) for record in records for name in ("member_id", "assignee_id")}
        for each in differences:
            if each.field in ("chair_id", "minute_taker_id"):
                people |= {each.mine, each.stored}
        self.members = dict(Member.objects.filter(pk__in=people - {None}).values_list("pk", "full_name"))
        tasks = {record.task_id for record in records if isinstance(record, Report)}
        self.tasks = dict(Task.objects.filter(pk__in=tasks).values_list("pk", "text"))

    def lines(self, field: str, value: Any) -> list[str]:
        if isinstance(value, tuple):
            return [line for record in value for line in self._record(field, record)]
        return [str(self._word(field, value))] if value not in (None, "") else []

    def _word(self, field: str, value: Any) -> str | Promise:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if field in ("chair_id", "minute_taker_id"):
            return self.members.get(value, "")
        if field in ("kind", "mode"):
            return dict([*MeetingKind.choices, *MeetingMode.choices]).get(value, value)
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if isinstance(value, time):
            return time_format(value, "H:i")
        return value

    def _record(self, field: str, record: Any) -> Iterable[str]:
        if field == "steps_held":
            yield str(dict(Step.choices).get(record, record))
        elif isinstance(record, Called):
            yield from self._called(record)
        elif isinstance(record, Vote):
            vote = f" ({record.votes_for}/{record.votes_base})" if record.votes_for is not None else ""
            yield f"{dict(DecisionKind.choices).get(record.kind, record.kind)}: {record.text}{vote}"
        elif isinstance(record, NewTask):
            parts = [record.text, self.members.get(record.assignee_id, ""), record.team]
            parts.append(date_format(record.due_on, "SHORT_DATE_FORMAT") if record.due_on else "")
            yield " · ".join(part for part in parts if part)
        elif isinstance(record, Report):
            state = dict(TaskState.choices).get(record.state, record.state)
            yield " · ".join(part for part in (f"{self.tasks.get(record.task_id, '')}: {state}", record.note) if part)
        else:
            yield str(record)

    def _called(self, record: Called) -> Iterable[str]:
        name = self.members.get(record.member_id, record.guest_name)
        presence = dict(Presence.choices).get(record.presence, record.presence)
        yield f"{name}: {presence}" + (f" ({record.reason})" if record.reason else "")
        if record.spoke:
            yield _("%(name)s spoke") % {"name": name} + (f": {record.opinion}" if record.opinion else "")
