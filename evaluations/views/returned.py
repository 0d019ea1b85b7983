"""A returned sheet at its cell: why it was returned; explain, correct, vote anew, send it again."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluations.forms.review import AnswerForm, VoteAnewForm
from evaluations.models import ScoreSheet, SheetAct, SheetPart, SheetState
from evaluations.returned import VOTE, returned_on, send_again, vote_anew
from evaluations.review import StaleReview
from evaluations.sheets import open_for_new_vote, open_sheet, present_members, vote_base_of
from evaluations.submission import NotReady
from evaluations.verification import review_of
from evaluations.views import drafts
from evaluations.views.closed_periods import month_of_sheet, telling_moves
from evaluations.views.sheets import confirming_group
from evaluations.which_sheet import WhichSheet
from meetings.forms.fields import typed_before
from meetings.forms.keyed import posted
from meetings.models import Cell, Meeting
from meetings.permissions import require
from meetings.recording import Refused, closed, drop_draft, missing_to_conclude
from meetings.scope import cell_in_scope

ANSWER = {SheetPart.MONTH: "answer", SheetPart.THEMATIC: "thematic-answer"}
pages = require_http_methods(["GET", "HEAD", "POST"])


def _returned(request: HttpRequest, cell: UUID, which: WhichSheet) -> tuple[Cell, ScoreSheet | None]:
    """The cell, for its secretary, and its returned sheet; None where it is not, or no longer, returned."""
    cell = cell_in_scope(request.authority, cell)
    require(request.authority.to_record(cell))
    sheets = which.among(ScoreSheet.objects.select_related("meeting__cell").filter(cell=cell))
    if not sheets.exclude(state=SheetState.DRAFT).exists():
        raise Http404
    return cell, sheets.filter(state=SheetState.RETURNED).first()


@never_cache
@pages
@telling_moves(month_of_sheet)
def cell_returned(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Template `evaluations/cell_returned.html`: cell, month, review, returned (SheetEvent), amendments, new_vote, missing, form, draft."""
    cell, stored = _returned(request, cell, which)
    if stored is None:
        return redirect("cell_month", cell=cell.public_id, month=which.month)
    meeting = stored.meeting
    if drafts.saves_itself(request):
        return drafts.keep(request, meeting, ANSWER[which.part])
    if "discard" in request.POST:
        drop_draft(meeting=meeting, form=ANSWER[which.part])
        return redirect(request.get_full_path())
    draft, fields = (None, None) if request.method == "POST" else drafts.kept(meeting, ANSWER[which.part], stored.seen)
    form = AnswerForm(posted(request), closed=closed(meeting, adds=True), initial={"version": stored.seen})
    if fields is not None:
        form.initial |= typed_before(form, fields)
    if request.method == "POST" and form.is_valid():
        try:
            send_again(
                meeting=meeting,
                part=which.part,
                explanation=form.cleaned_data["explanation"],
                seen=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
                reason=form.cleaned_data.get("reason", ""),
                form_key=form.cleaned_data["form_key"],
            )
        except StaleReview:
            messages.warning(request, _("The sheet was changed meanwhile. Look at it once more, then send."))
            return redirect(request.get_full_path())
        except Refused as refused:
            form.add_problems(refused)
        else:
            drop_draft(meeting=meeting, form=ANSWER[which.part])
            messages.success(request, _("Sent again. The committee above sees it now, with your explanation and what was corrected."))
            return redirect("cell_month", cell=cell.public_id, month=which.month)
    returned = returned_on(stored)
    return render(
        request,
        "evaluations/cell_returned.html",
        {
            "cell": cell,
            "which": which,
            "month": which.month,
            "review": _review_or_404(meeting, which),
            "meeting": meeting,
            "returned": returned,
            "amendments": meeting.amendments.select_related("by").filter(at__gte=returned.at),
            "new_vote": stored.events.filter(act=SheetAct.VOTED_ANEW, at__gte=returned.at).exists(),
            "missing": [sentence for _field, sentence in missing_to_conclude(meeting)],
            "form": form,
            "draft": draft,
        },
        status=422 if form.is_bound else 200,
    )


def _review_or_404(meeting: Meeting, which: WhichSheet):
    try:
        return review_of(open_sheet(meeting, which.part, as_of=timezone.localdate()))
    except Meeting.DoesNotExist as taken_back:
        raise Http404 from taken_back


@never_cache
@pages
@telling_moves(month_of_sheet)
def cell_vote_anew(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Vote on a returned sheet once more, starting from the earlier vote. Template `evaluations/cell_sheet.html` with `is_new_vote`."""
    cell, stored = _returned(request, cell, which)
    if stored is None:
        return redirect("cell_month", cell=cell.public_id, month=which.month)
    meeting = stored.meeting
    if drafts.saves_itself(request):
        return drafts.keep(request, meeting, VOTE[which.part])
    try:
        sheet = open_for_new_vote(meeting, which.part, as_of=timezone.localdate())
    except Meeting.DoesNotExist as nothing_to_vote_on:
        raise Http404 from nothing_to_vote_on
    if request.method == "POST" and request.POST.get("confirm_group", "").isdecimal():
        drafts.keep(request, meeting, VOTE[which.part], confirming_group(request, sheet))
        return redirect(f"{request.path}#group-{int(request.POST['confirm_group'][:18])}")
    draft, fields = (None, None) if request.method == "POST" else drafts.kept(meeting, VOTE[which.part], stored.seen)
    form = VoteAnewForm(
        posted(request),
        sheet=sheet,
        present=present_members(meeting),
        vote_base=vote_base_of(meeting),
        initial={"version": stored.seen, "form_key": uuid4()},
    )
    if fields is not None:
        form.initial |= typed_before(form, fields)
    missing = []
    if request.method == "POST" and form.is_valid():
        try:
            vote_anew(
                meeting=meeting,
                part=which.part,
                answers=form.answers,
                vote=form.vote,
                seen=form.cleaned_data["version"],
                by=request.user,
                at=timezone.now(),
                reason=request.POST.get("reason", ""),
                form_key=form.cleaned_data["form_key"],
            )
        except Refused as refused:
            form.add_problems(refused)
        except NotReady as not_ready:
            missing = not_ready.missing
        except StaleReview:
            messages.warning(request, _("The sheet was changed meanwhile. Look at it once more, then vote."))
            return redirect(request.get_full_path())
        else:
            messages.success(request, _("The new vote is recorded; the earlier one is kept. Now send the sheet again."))
            return redirect("cell_returned", cell=cell.public_id, which=which)
    return render(
        request,
        "evaluations/cell_sheet.html",
        {
            "cell": cell,
            "which": which,
            "month": which.month,
            "sheet": sheet,
            "form": form,
            "is_new_vote": True,
            "missing": missing,
            "draft": draft,
        },
        status=422 if form.is_bound else 200,
    )
