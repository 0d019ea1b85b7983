"""The pages on which a secretary plans, prepares and posts a sitting, or says that it was not held."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings.deadlines import deadlines_for
from meetings.forms.fields import RecordForm
from meetings.forms.keyed import posted
from meetings.forms.sittings import NewMeetingForm, NotHeldForm, PostingForm, PreparationForm
from meetings.models import Cell, Meeting, MeetingKind, MeetingState
from meetings.permissions import require
from meetings.recording import (
    DraftForm,
    Issue,
    Refused,
    StaleForm,
    cancel_meeting,
    closed,
    defaults_for_new_sitting,
    draft_of,
    drop_draft,
    enter_held_meeting,
    mark_not_held,
    plan_meeting,
    read_issue,
    read_preparation,
    record_posting,
    record_preparation,
)
from meetings.roll_call import roster_on
from meetings.scope import cell_in_scope
from meetings.views.comparing import comparison_page
from meetings.views.leading import locked_page, meeting_to_record, next_page, on_to

pages = require_http_methods(["GET", "HEAD", "POST"])


def _asked_month(request: HttpRequest, today: date) -> date:
    """`?month=2026-11`, else this month."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)


def _meant_month(request: HttpRequest, asked: date) -> date:
    """The month chosen in what was posted, else the one asked for."""
    try:
        return date.fromisoformat(request.POST.get("for_month", "")).replace(day=1)
    except ValueError:
        return asked


@pages
def meeting_new(request: HttpRequest, cell: UUID) -> HttpResponse:
    """Plan a sitting, or (`?held=1`) enter one already held; `?month=2026-11` and `?kind=` say which."""
    cell = cell_in_scope(request.authority, cell)
    require(request.authority.to_record(cell))
    today = timezone.localdate()
    asked = _asked_month(request, today)
    is_held = "held" in request.GET
    kind = request.GET.get("kind")
    usual_day = deadlines_for(cell, asked, None).meeting_day
    form = NewMeetingForm(
        posted(request),
        is_held=is_held,
        today=today,
        asked=asked,
        closed=closed(Meeting(cell=cell, for_month=_meant_month(request, asked))),
        initial={
            "form_key": uuid4(),
            "for_month": f"{asked:%Y-%m-%d}",
            "kind": kind if kind in MeetingKind.values else MeetingKind.REGULAR,
            "day": usual_day if not is_held or (usual_day and usual_day <= today) else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            meeting = _make(request, cell, form, today)
        except Refused as refused:
            form.add_problems(refused)
        else:
            return on_to(request, "meeting_hold" if is_held else "meeting_prepare", meeting, asked=asked)
    return render(
        request,
        "meetings/meeting_new.html",
        {
            "cell": cell,
            "form": form,
            "is_held": is_held,
            "month": asked,
            "existing": _existing(cell, form) if form.errors else None,
            "leads_to": next_page(request),
        },
        status=422 if form.is_bound else 200,
    )


def _make(request: HttpRequest, cell: Cell, form: NewMeetingForm, today: date) -> Meeting:
    said = form.cleaned_data
    common = {
        "cell": cell,
        "for_month": said["for_month"],
        "kind": said["kind"],
        "by": request.user,
        "today": today,
        "correction": form.correction(timezone.now()),
        "form_key": said["form_key"],
    }
    if form.is_held:
        return enter_held_meeting(held_on=said["day"], **common)
    return plan_meeting(planned_on=said["day"], **common)


def _existing(cell: Cell, form: NewMeetingForm) -> Meeting | None:
    """The sitting that stands in the way of a second one for the month."""
    month = form.cleaned_data.get("for_month")
    return Meeting.objects.monthly().filter(cell=cell, for_month=month).first() if month and "kind" in form.errors else None


@pages
def meeting_prepare(request: HttpRequest, meeting: UUID) -> HttpResponse:
    """Step one: the committee's meeting, notices, draft, agenda, files."""
    meeting = meeting_to_record(request, meeting)
    if not meeting.is_open:
        return locked_page(request, meeting)
    if "discard" in request.POST:
        return _discard(request, meeting, DraftForm.PREPARE)
    draft = None if request.method == "POST" else draft_of(meeting, DraftForm.PREPARE)
    defaults = defaults_for_new_sitting(meeting=meeting, roster=roster_on(meeting.cell, meeting.for_month))
    form = PreparationForm(
        posted(request),
        closed=closed(meeting),
        fields=draft.fields if draft else None,
        initial=PreparationForm.initial_of(meeting, read_preparation(meeting), defaults),
    )

    def write(**signed):
        correction = form.correction(timezone.now())
        record_preparation(meeting=meeting, preparation=form.preparation, today=timezone.localdate(), correction=correction, **signed)

    return _answer(request, form, write, _("The preparation is recorded. Next: hold the sitting, then record it.")) or render(
        request,
        "meetings/meeting_prepare.html",
        {
            "meeting": meeting,
            "cell": meeting.cell,
            "form": form,
            "draft": draft,
            "deadlines": deadlines_for(meeting.cell, meeting.for_month, meeting.held_on or meeting.planned_on),
            "leads_to": next_page(request),
        },
        status=422 if form.is_bound else 200,
    )


@pages
def meeting_post(request: HttpRequest, meeting: UUID) -> HttpResponse:
    """Step three: that the conclusion or resolution was issued and posted; open also once the sitting is concluded."""
    meeting = meeting_to_record(request, meeting)
    if meeting.state == MeetingState.CANCELLED:
        return locked_page(request, meeting)
    if "discard" in request.POST:
        return _discard(request, meeting, DraftForm.POST)
    draft = None if request.method == "POST" else draft_of(meeting, DraftForm.POST)
    stored = read_issue(meeting)
    form = PostingForm(
        posted(request),
        closed=closed(meeting, adds=stored == Issue()),
        fields=draft.fields if draft else None,
        initial=PostingForm.initial_of(meeting, stored),
    )

    def write(**signed):
        correction = form.correction(timezone.now())
        record_posting(meeting=meeting, issue=form.issue, today=timezone.localdate(), correction=correction, **signed)

    return _answer(request, form, write, _("The posting is recorded.")) or render(
        request,
        "meetings/meeting_post.html",
        {
            "meeting": meeting,
            "cell": meeting.cell,
            "form": form,
            "draft": draft,
            "deadlines": deadlines_for(meeting.cell, meeting.for_month, meeting.held_on),
            "leads_to": next_page(request),
        },
        status=422 if form.is_bound else 200,
    )


@pages
def meeting_not_held(request: HttpRequest, meeting: UUID) -> HttpResponse:
    """A planned sitting was not held; or (`?cancel=1`, and always once held) it was entered by mistake and is taken back."""
    meeting = meeting_to_record(request, meeting)
    if not meeting.is_open or meeting.concluded_at is not None:
        return locked_page(request, meeting)
    is_cancel = "cancel" in request.GET or meeting.is_held
    form = NotHeldForm(posted(request), closed=closed(meeting), initial={"version": meeting.version, "reason": meeting.state_reason})

    def write(**signed):
        close = cancel_meeting if is_cancel else mark_not_held
        close(meeting=meeting, reason=form.cleaned_data["reason"], at=timezone.now(), **signed)

    return _answer(request, form, write, _("The sitting is taken back.") if is_cancel else _("Recorded as not held.")) or render(
        request,
        "meetings/meeting_not_held.html",
        {"meeting": meeting, "cell": meeting.cell, "form": form, "is_cancel": is_cancel, "leads_to": next_page(request)},
        status=422 if form.is_bound else 200,
    )


def _answer(request: HttpRequest, form: RecordForm, write: Callable[..., None], done: str) -> HttpResponse | None:
    """Record what was posted, and lead on; or compare, where it is stale. None: the form is to be shown, with what is wrong in it.

    `write` takes what every form of a meeting carries: `expected_version`, `by` and `form_key`.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        write(expected_version=form.cleaned_data["version"], by=request.user, form_key=form.cleaned_data["form_key"])
    except StaleForm as stale:
        return comparison_page(request, stale)
    except Refused as refused:
        form.add_problems(refused)
        return None
    messages.success(request, done)
    return redirect(next_page(request))


def _discard(request: HttpRequest, meeting: Meeting, form: str) -> HttpResponse:
    """Take the stored record: what was typed and not recorded goes, because its writer said so."""
    drop_draft(meeting=meeting, form=form)
    return redirect(request.get_full_path())
