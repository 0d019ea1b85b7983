"""Where a page leads afterwards, and whom it lets in."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from meetings.models import Committee, Meeting
from meetings.permissions import parent_path, require
from meetings.recording import closed
from meetings.scope import meeting_in_scope


def next_page(request: HttpRequest) -> str:
    """The page of this site that `?next=` names, else where everyone begins."""
    asked = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return asked
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def on_to(request: HttpRequest, name: str, meeting: Meeting, *, asked: date) -> HttpResponse:
    """Go on to another page of the meeting, which leads back to where this one would have.

    Where that was a page of the month asked for, and the meeting was entered for another one, it is that page of the meeting's month.
    """
    back = request.GET.get("next", "").replace(f"/{asked:%Y-%m}/", f"/{meeting.for_month:%Y-%m}/")
    return redirect(reverse(name, args=[meeting.public_id], query={"next": back} if back else None))


def meeting_to_record(request: HttpRequest, public_id: UUID) -> Meeting:
    """The meeting, for someone who may record it: out of scope is 404, anyone else 403 with the reason."""
    meeting = meeting_in_scope(request.authority, public_id)
    require(request.authority.to_record(meeting.cell))
    return meeting


def locked_page(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Says why the record is closed, who can open it, until when, and what can still be done."""
    return render(
        request,
        "meetings/meeting_locked.html",
        {
            "meeting": meeting,
            "above": Committee.objects.filter(scope_path=parent_path(meeting.cell.scope_path)).first(),
            "closed": closed(meeting, adds=True),
            "leads_to": next_page(request),
        },
        status=409 if request.method == "POST" else 200,
    )
