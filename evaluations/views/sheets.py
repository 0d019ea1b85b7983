"""The score sheet: answering it, sending it, and the explanation of every point."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations.changes import is_being_scored
from evaluations.figures import points
from evaluations.forms.sending import SendForm
from evaluations.forms.sheets import SheetForm
from evaluations.models import MonthScore
from evaluations.sheets import AlreadySent, Sheet, StaleSheet, answer_sheet, open_sheet, present_members, vote_base_of
from evaluations.submission import NotReady, missing_of, submit
from evaluations.verification import review_of
from evaluations.views.closed_periods import month_of_sheet, telling_moves
from evaluations.which_sheet import WhichSheet
from meetings.models import Cell, Meeting
from meetings.permissions import require
from meetings.recording import Refused, StaleForm, closed
from meetings.scope import cell_in_scope


def _sheet_or_404(cell: Cell, which: WhichSheet) -> Sheet:
    meeting = which.meeting_of(cell)
    if meeting is None:
        raise Http404
    try:
        return open_sheet(meeting, which.part, as_of=timezone.localdate())
    except Meeting.DoesNotExist as outside:
        raise Http404 from outside


def cell_sheet(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Answer what only people can judge; what the log computes stands there with its fact. Saves itself while one types."""
    cell = cell_in_scope(request.authority, cell)
    require(request.authority.to_record(cell))
    sheet = _sheet_or_404(cell, which)
    if sheet.is_sent:
        return redirect("cell_explanation", cell=cell.public_id, which=which)
    form = SheetForm(
        confirming_group(request, sheet), sheet=sheet, present=present_members(sheet.meeting), vote_base=vote_base_of(sheet.meeting)
    )
    saves_itself = "X-Autosave" in request.headers
    if request.method == "POST" and form.is_valid():
        try:
            sheet = answer_sheet(
                meeting=sheet.meeting,
                part=which.part,
                answers=form.answers,
                vote=form.vote,
                expected_version=form.cleaned_data["version"],
                by=request.user,
                as_of=timezone.localdate(),
            )
        except (StaleSheet, AlreadySent):
            return _stale(request, which, sheet, form)
        except Meeting.DoesNotExist as taken_back:
            raise Http404 from taken_back
        return _saved(sheet) if saves_itself else _after_saving(request, sheet, which)
    if saves_itself:
        return JsonResponse({"errors": form.errors}, status=422)
    return render(
        request,
        "evaluations/cell_sheet.html",
        {"cell": cell, "which": which, "month": which.month, "sheet": sheet, "form": form},
        status=422 if form.is_bound else 200,
    )


def confirming_group(request: HttpRequest, sheet: Sheet):
    """The posted fields; where "all right" of a group was tapped, with each of its proposals confirmed."""
    if request.method != "POST":
        return None
    posted = request.POST.copy()
    for group, lines in sheet.groups:
        if posted.get("confirm_group") == str(group.pk):
            posted.update({f"confirmed_{line.line.index}": "on" for line in lines if line.asks_confirmation})
    return posted


def _saved(sheet: Sheet) -> JsonResponse:
    """The answer to an autosave: what the page shows of the sheet is put where it is shown (`data-shows`)."""
    shows = {"answered": f"{sheet.answered}/{len(sheet.lines)}", "own-total": points(sheet.own_total)}
    return JsonResponse({"saved_at": date_format(timezone.localtime(), "H:i"), "version": sheet.version, "shows": shows})


def _after_saving(request: HttpRequest, sheet: Sheet, which: WhichSheet) -> HttpResponse:
    cell = sheet.cell
    if request.POST.get("confirm_group", "").isdecimal():
        page = redirect("cell_sheet", cell=cell.public_id, which=which)
        page["Location"] += f"#group-{int(request.POST['confirm_group'][:18])}"
        return page
    if sheet.is_filled:
        messages.success(request, _("The score is saved."))
        return redirect("cell_month", cell=cell.public_id, month=which.month)
    messages.info(request, _("Saved. Some lines are still open."))
    page = redirect("cell_sheet", cell=cell.public_id, which=which)
    page["Location"] += "#open"
    return page


def _stale(request: HttpRequest, which: WhichSheet, sheet: Sheet, form: SheetForm) -> HttpResponse:
    """What was typed beside what is stored; typing is kept, and may be sent again over the new version."""
    fresh = open_sheet(sheet.meeting, which.part, as_of=timezone.localdate())
    mine = form.answers
    rows = [
        {"line": line.line, "mine": mine.get(line.line.index), "stored": line.answer}
        for line in fresh.lines
        if mine.get(line.line.index) != line.answer
    ]
    return render(
        request,
        "evaluations/sheet_stale.html",
        {"sheet": fresh, "form": form, "rows": rows, "posted": _posted_pairs(request), "version": fresh.version},
        status=409,
    )


def _posted_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = {"csrfmiddlewaretoken", "version"}
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


@telling_moves(month_of_sheet)
def cell_send(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Look once more, then send the sheet up: from then on the voted score is frozen."""
    cell = cell_in_scope(request.authority, cell)
    require(request.authority.to_record(cell))
    sheet = _sheet_or_404(cell, which)
    form = _send_form(sheet, request.POST or None)
    missing = [] if sheet.is_sent else missing_of(sheet)
    if request.method == "POST" and form.is_valid():
        try:
            submit(
                meeting=sheet.meeting,
                part=which.part,
                by=request.user,
                at=timezone.now(),
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data.get("reason", ""),
                form_key=form.cleaned_data["form_key"],
            )
        except NotReady as not_ready:
            missing = not_ready.missing
        except (StaleSheet, StaleForm):
            form = _send_form(open_sheet(sheet.meeting, which.part, as_of=timezone.localdate()))
            messages.warning(request, _("The sheet was changed meanwhile. Look at it once more, then send."))
        except AlreadySent:
            return redirect("cell_month", cell=cell.public_id, month=which.month)
        except Meeting.DoesNotExist as taken_back:
            raise Http404 from taken_back
        except Refused as refused:
            missing = list(refused.problems.values())
        else:
            messages.success(request, _("Sent. The committee above sees it now; it will verify the score."))
            return redirect("cell_month", cell=cell.public_id, month=which.month)
    elif sheet.is_sent:
        return redirect("cell_explanation", cell=cell.public_id, which=which)
    return render(
        request,
        "evaluations/cell_send.html",
        {"cell": cell, "which": which, "month": which.month, "sheet": sheet, "form": form, "missing": missing},
        status=422 if form.is_bound else 200,
    )


def _send_form(sheet: Sheet, data=None) -> SendForm:
    """Sending is no correction, but a month that is locked takes a reason all the same."""
    initial = {"version": sheet.version, "form_key": uuid4()}
    return SendForm(data, closed=closed(sheet.meeting, adds=True), initial=initial)


def cell_explanation(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Every point of a month down to its fact and clause. Reasons, weak points and remedies only for those near the cell."""
    cell = cell_in_scope(request.authority, cell)
    sheet = _sheet_or_404(cell, which)
    return render(
        request,
        "evaluations/cell_explanation.html",
        {
            "cell": cell,
            "which": which,
            "month": which.month,
            "sheet": sheet,
            "review": review_of(sheet) if sheet.definition else None,
            "send_by": MonthScore.objects.filter(sheet=sheet.stored).values_list("send_by", flat=True).first() if sheet.is_sent else None,
            "is_being_scored": sheet.is_sent and is_being_scored(cell, which.month),
            "sees_content": bool(request.authority.to_read_content(cell)),
            "may_record": bool(request.authority.to_record(cell)),
            "may_verify": bool(request.authority.to_verify(cell) or request.authority.to_propose(cell)),
        },
    )
