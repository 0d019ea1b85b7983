"""The verification of one sheet: the following member proposes, the committee decides, returns it, or takes its decision back."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluations.changes import is_being_scored
from evaluations.forms.review import ReopenForm, ReviewForm
from evaluations.models import ScoreSheet, SheetPart, SheetState
from evaluations.periods import Month
from evaluations.review import StaleReview, Way, decide_lines, propose, reopen, scorers_of, send_back
from evaluations.sheets import open_sheet
from evaluations.verification import Review, review_of
from evaluations.views import drafts
from evaluations.views.closed_periods import month_of_sheet, telling_moves
from evaluations.which_sheet import WhichSheet
from meetings.forms.fields import typed_before
from meetings.forms.keyed import posted
from meetings.models import Cell, Committee, Meeting
from meetings.permissions import Permit, parent_path, require
from meetings.recording import Closed, Refused, closed, drop_draft
from meetings.scope import cell_in_scope


@dataclass(frozen=True)
class Reviewing:
    """Whose page it is: what the reader may do with the sheet, each with the reason why not."""

    cell: Cell
    committee: Committee
    stored: ScoreSheet
    to_propose: Permit
    to_decide: Permit

    @property
    def may_write(self) -> bool:
        return self.stored.state == SheetState.SUBMITTED and bool(self.to_propose or self.to_decide)

    @property
    def may_reopen(self) -> bool:
        return self.stored.is_verified and bool(self.to_decide)


# The acts of the page: what each is said to have done, and the field that its reason stands in.
DONE: dict[str, str | Promise] = {
    "propose": gettext_lazy("The proposal is recorded; the committee sees it filled in."),
    "return": gettext_lazy("The sheet is returned to the cell with what you said; it can now explain or correct."),
    "reopen": gettext_lazy("The decision is taken back; the sheet waits for one again."),
    Way.OWN: gettext_lazy("Decided: the self-score is the official one."),
    Way.COMPUTED: gettext_lazy("Decided: what is computed is official."),
    Way.REVIEWED: gettext_lazy("Decided with the points of this page."),
}


def _reviewing(request: HttpRequest, cell: UUID, which: WhichSheet) -> Reviewing:
    """404 where there is nothing to verify; 403, with the reason, for whoever neither proposes nor decides."""
    cell = cell_in_scope(request.authority, cell)
    joined = ("criteria_set", "proposed_by", "decision__decided_by", "decision__committee", "meeting__cell")
    sheets = which.among(ScoreSheet.objects.select_related(*joined).filter(cell=cell, criteria_set__isnull=False))
    stored = sheets.exclude(state=SheetState.DRAFT).first()
    scorers = scorers_of([stored])[stored.pk] if stored else ()
    to_propose, to_decide = request.authority.to_propose(cell, scorers), request.authority.to_verify(cell, scorers)
    if not request.authority.follows(cell):
        require(request.authority.to_verify(cell))
    if stored is None:
        raise Http404
    committee = Committee.objects.get(scope_path=parent_path(cell.scope_path))
    return Reviewing(cell, committee, stored, to_propose, to_decide)


def _review(stored: ScoreSheet) -> Review:
    try:
        return review_of(open_sheet(stored.meeting, SheetPart(stored.part), as_of=timezone.localdate()))
    except Meeting.DoesNotExist as taken_back:
        raise Http404 from taken_back


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@telling_moves(month_of_sheet)
def cell_review(request: HttpRequest, cell: UUID, which: WhichSheet) -> HttpResponse:
    """Own, computed and official points line by line, with a note beside each. A POST says by `act` what is done with them.

    Template `evaluations/cell_review.html`: cell, month, reviewing, review (Review), form (ReviewForm, or ReopenForm once decided),
    draft, closed (the lock over the month, or None), is_being_scored.
    Template `evaluations/review_stale.html` (409): the first four of those, rows, words, may_keep, posted.
    """
    reviewing = _reviewing(request, cell, which)
    stored = reviewing.stored
    kind = f"review-{request.user.pk}" + ("-thematic" if which.sitting else "")
    if drafts.saves_itself(request):
        require(reviewing.to_propose or reviewing.to_decide)
        return drafts.keep(request, stored.meeting, kind)
    if "discard" in request.POST:
        drop_draft(meeting=stored.meeting, form=kind)
        return redirect(request.get_full_path())
    review = _review(stored)
    draft, fields = (None, None) if request.method == "POST" else drafts.kept(stored.meeting, kind, stored.seen)
    lock = closed(stored.meeting, adds=True)
    form = _form(request, reviewing, review, lock)
    if fields is not None and isinstance(form, ReviewForm):
        form.initial |= typed_before(form, fields)
    if request.method == "POST":
        try:
            if form.is_valid():
                _act(request, reviewing, form)()
                drop_draft(meeting=stored.meeting, form=kind)
                messages.success(request, DONE[request.POST["act"]])
                return redirect(_after(request, reviewing, which.month))
        except StaleReview:
            return _stale(request, cell, which, form)
        except Refused as refused:
            form.add_problems(refused)
        if stored.state != form.of_state:
            # Wrong or not, it was made for a sheet that stands otherwise by now: that comes first.
            return _stale(request, cell, which, form)
    return render(
        request,
        "evaluations/cell_review.html",
        {
            "cell": reviewing.cell,
            "which": which,
            "month": which.month,
            "reviewing": reviewing,
            "review": review,
            "form": form,
            "draft": draft,
            "closed": lock,
            "is_being_scored": is_being_scored(reviewing.cell, which.month),
        },
        status=422 if form.is_bound else 200,
    )


def _form(request: HttpRequest, reviewing: Reviewing, review: Review, lock: Closed | None) -> ReviewForm | ReopenForm:
    stored = reviewing.stored
    if request.POST.get("act") == "reopen" or (stored.is_verified and request.method != "POST"):
        return ReopenForm(posted(request), initial={"version": stored.seen})
    return ReviewForm(posted(request), review=review, closed=lock)


def _act(request: HttpRequest, reviewing: Reviewing, form: ReviewForm | ReopenForm) -> Callable[[], ScoreSheet]:
    """What is asked, ready to be done. Raises `PermissionDenied` for whom it is not for, `Refused` for an act there is none of."""
    said = form.cleaned_data
    signed = {
        "sheet": reviewing.stored,
        "seen": said["version"],
        "by": request.user,
        "at": timezone.now(),
        "form_key": said["form_key"],
    }
    act = request.POST.get("act", "")
    if act == "propose":
        require(reviewing.to_propose)
        return lambda: propose(remarks=form.remarks, text=said["text"], **signed)
    require(reviewing.to_decide)
    if act == "reopen":
        return lambda: reopen(reason=said["reason"], **signed)
    if act == "return":
        return lambda: send_back(remarks=form.remarks, reason=said["reason_of_return"], **signed)
    if act in Way.values:
        words = {"document": said["document"], "reason": said.get("reason", "")}
        return lambda: decide_lines(committee=reviewing.committee, remarks=form.remarks, way=Way(act), **words, **signed)
    raise Refused({"": _("Choose what to do with the sheet.")})


def _after(request: HttpRequest, reviewing: Reviewing, month: Month) -> str:
    """The committee goes on in its queue, the following member to what else waits for them."""
    if request.POST["act"] == "reopen":
        return request.get_full_path()
    return redirect("queue", reviewing.committee.public_id, month).url if reviewing.to_decide else redirect("home").url


def _stale(request: HttpRequest, cell: UUID, which: WhichSheet, form: ReviewForm | ReopenForm) -> HttpResponse:
    """What somebody else did with the sheet meanwhile, and what was typed here; 409."""
    now = _reviewing(request, cell, which)
    review = _review(now.stored)
    mine = form.remarks if isinstance(form, ReviewForm) else {}
    typed = (form[name] for name in form.fields if name in ("text", "document", "reason_of_return", "reason"))
    left_out = {"csrfmiddlewaretoken", "version"}
    return render(
        request,
        "evaluations/review_stale.html",
        {
            "cell": now.cell,
            "which": which,
            "month": which.month,
            "reviewing": now,
            "review": review,
            "rows": [
                {"line": line, "mine": mine[line.index]}
                for line in review.lines
                if line.index in mine and (mine[line.index].points, mine[line.index].note) != (line.standing, line.note)
            ],
            "words": [field for field in typed if field.value()],
            "may_keep": now.may_write and now.stored.state == form.of_state,
            "posted": [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values],
        },
        status=409,
    )
