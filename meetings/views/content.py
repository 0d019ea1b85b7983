"""The content of a sitting: who was absent and why, who said what. It stays near the cell (domain §8)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from meetings.forms.keyed import posted
from meetings.forms.sittings import OpeningForm
from meetings.models import Meeting, Presence
from meetings.permissions import require
from meetings.recording import Refused, has_open_content, open_content
from meetings.scope import meeting_in_scope
from meetings.views.leading import next_page
from meetings.views.sittings import pages


@pages
def meeting_content(request: HttpRequest, meeting: UUID) -> HttpResponse:
    """The secretary reads it directly; the following member and the office directly above give a reason first, once a day."""
    meeting = meeting_in_scope(request.authority, meeting)
    require(request.authority.to_read_content(meeting.cell))
    now = timezone.localtime()
    is_own = request.authority.is_secretary_of(meeting.cell)
    if is_own or has_open_content(meeting=meeting, by=request.user, at=now):
        return render(request, "meetings/meeting_content.html", _content(meeting, is_own) | {"leads_to": next_page(request)})
    form = OpeningForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            open_content(meeting=meeting, reason=form.cleaned_data["reason"], by=request.user, at=now)
        except Refused as refused:
            form.add_problems(refused)
        else:
            return redirect(request.get_full_path())
    return render(
        request,
        "meetings/meeting_opening.html",
        {"meeting": meeting, "cell": meeting.cell, "form": form, "leads_to": next_page(request)},
        status=422 if form.is_bound else 200,
    )


def _content(meeting: Meeting, is_own: bool) -> dict:
    """What the page shows; of a secret sitting nothing but its number. Seven queries at most."""
    shown = {"meeting": meeting, "cell": meeting.cell, "is_own": is_own, "openings": []}
    if is_own:
        shown["openings"] = meeting.openings.select_related("user").order_by("-opened_at")
    if meeting.is_secret:
        return shown
    attendances = list(meeting.attendances.select_related("member").order_by("member__order_key", "pk"))
    absent = [each for each in attendances if each.presence in (Presence.EXCUSED, Presence.UNEXCUSED, Presence.SPECIAL_DUTY)]
    return shown | {
        "agenda": meeting.agenda.all(),
        "present": [each for each in attendances if each.presence == Presence.PRESENT],
        "absent": absent,
        "opinions": meeting.opinions.select_related("attendance__member").order_by("attendance__member__order_key", "pk"),
        "decisions": meeting.decisions.all(),
        "tasks": meeting.tasks.select_related("assignee"),
        "reports": meeting.task_reports.select_related("task__assignee").order_by("task__meeting__held_on", "task__number"),
    }
