"""The page on which a sitting is recorded."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.forms.holding import Holding
from meetings.forms.keyed import posted
from meetings.forms.roll import Reports, Roll, last
from meetings.models import FormDraft, Meeting, Task
from meetings.recording import (
    DraftForm,
    Refused,
    StaleForm,
    closed,
    defaults_for_new_sitting,
    draft_of,
    drop_draft,
    read_sitting,
    record_sitting,
    warnings_about,
)
from meetings.roll_call import Roster, roster_on
from meetings.views.comparing import comparison_page
from meetings.views.leading import locked_page, meeting_to_record, next_page
from meetings.views.sittings import pages


@pages
def meeting_hold(request: HttpRequest, meeting: UUID) -> HttpResponse:
    """Step two: roll call, speakers, reports, decisions, tasks, steps. A fixed number of queries for any size of cell."""
    meeting = meeting_to_record(request, meeting)
    if not meeting.is_open:
        return locked_page(request, meeting)
    if "discard" in request.POST:
        drop_draft(meeting=meeting, form=DraftForm.HOLD)
        return redirect(request.get_full_path())
    draft = None if request.method == "POST" else draft_of(meeting, DraftForm.HOLD)
    holding = _holding(request, meeting, draft)
    if request.method == "POST" and holding.is_valid() and _roster_is_the_one_shown(request, holding):
        try:
            recorded = record_sitting(
                meeting=meeting,
                sitting=holding.sitting,
                expected_version=holding.main.cleaned_data["version"],
                by=request.user,
                today=timezone.localdate(),
                correction=holding.main.correction(timezone.now()),
                form_key=holding.main.cleaned_data["form_key"],
            )
        except StaleForm as stale:
            return comparison_page(request, stale)
        except Refused as refused:
            holding.add_problems(refused)
        else:
            _say_what_was_recorded(request, recorded, holding)
            return redirect(next_page(request))
    return render(
        request,
        "meetings/meeting_hold.html",
        {
            "meeting": meeting,
            "cell": meeting.cell,
            "holding": holding,
            "form": holding.main,
            "roll": holding.roll,
            "reports": holding.reports,
            "decisions": holding.decisions,
            "tasks": holding.tasks,
            "problems": holding.problems() if request.method == "POST" else [],
            "draft": draft,
            "leads_to": next_page(request),
        },
        status=422 if request.method == "POST" else 200,
    )


def _holding(request: HttpRequest, meeting: Meeting, draft: FormDraft | None) -> Holding:
    typed = posted(request)
    fields = dict(typed.lists()) if typed is not None else draft.fields if draft else {}
    today = timezone.localdate()
    day = _typed_day(fields) or meeting.held_on or (meeting.planned_on if _is_past(meeting.planned_on, today) else today)
    roster = roster_on(meeting.cell, day)
    stored = read_sitting(meeting)
    return Holding(
        meeting=meeting,
        stored=stored,
        defaults=defaults_for_new_sitting(meeting=meeting, roster=roster),
        roll=Roll(roster, meeting.cell.kind, stored.roll),
        reports=Reports(Task.objects.open_before(meeting, day), stored.reports),
        day=day,
        closed=closed(meeting),
        data=typed,
        fields=draft.fields if draft else None,
    )


def _is_past(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _typed_day(fields) -> date | None:
    try:
        return parse_date(last(fields, "held_on"))
    except ValueError:
        return None


def _roster_is_the_one_shown(request: HttpRequest, holding: Holding) -> bool:
    """Whether the roll was called on the roster of the day given; where that one differs, its rows are shown to be called."""
    said = holding.main.cleaned_data
    if said["roster_day"] == said["held_on"]:
        return True
    roster: Roster = holding.roll.roster
    shown = Roll.named_in(dict(request.POST.lists()))
    elsewhere = {line.member.pk for line in roster.elsewhere}
    called = {row.member.pk for row in holding.roll.off_roster} - elsewhere
    if roster.member_ids <= shown and shown - roster.member_ids - elsewhere <= called:
        return True
    new = [line.member.full_name for line in roster.lines if line.member.pk not in shown]
    gone = len(shown - roster.member_ids - elsewhere)
    holding.main.data = holding.main.data.copy()
    holding.main.data["roster_day"] = f"{said['held_on']:%Y-%m-%d}"
    sentence = _("The roster of that day is another one; the roll call below now shows it. Look through it, then save again.")
    if new:
        sentence += " " + _("New on it: %(names)s.") % {"names": ", ".join(new[:8]) + ("…" if len(new) > 8 else "")}
    if gone:
        sentence += " " + ngettext("%(count)s no longer on it.", "%(count)s no longer on it.", gone) % {"count": gone}
    holding.main.add_error("held_on", sentence)
    return False


def _say_what_was_recorded(request: HttpRequest, meeting: Meeting, holding: Holding) -> None:
    expected = sum(row.line is not None and not row.line.exemption for row in holding.roll.rows)
    present = sum(row.is_present and row.line is not None and not row.line.exemption for row in holding.roll.rows)
    messages.success(
        request,
        _("The sitting is recorded: %(present)s of %(expected)s expected were present.") % {"present": present, "expected": expected},
    )
    for warning in warnings_about(meeting):
        messages.warning(request, warning)
