"""The cells of a month that have not held or not sent: who, by when, what is known of why; more time for some, a reminder for others."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluations import dashboard, late
from evaluations.extending import Extended, extend
from evaluations.filters import FilterOfCells, asked_of
from evaluations.forms.late import ExtendForm, RemindForm, ids_of
from evaluations.paging import ChosenFirst
from evaluations.periods import Month
from evaluations.reminding import REMINDED_OF, start_reminding
from evaluations.views.late_below import late_below
from meetings.forms.keyed import posted
from meetings.models import Committee
from meetings.permissions import require
from meetings.recording import Refused
from meetings.scope import committee_in_scope

CELLS_PER_PAGE = 50
ORDERS = (("due", gettext_lazy("longest overdue first")), ("name", gettext_lazy("by name")))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def late_list(request: HttpRequest, committee: UUID, month: Month) -> HttpResponse:
    """`?show=` one of `late.SHOWN`, `?order=` one of `late.ORDERS`, the filters of `FilterOfCells`.

    A POST does `act` with the ticked cells: extend, remind, or with all that are listed: remind_all. Of a committee with more cells than
    are listed, how much is open by committee instead, unless a search or `show` asks for cells.

    Template `evaluations/late.html`: committee, crumbs, month, filters, kept (what else the address says), rows ([Row]), page, show, shown
    ([(key, label, count)]), order, orders, others ([(Month, count)]; most_counted is the highest that is counted), ticked ({public id}),
    may_extend, may_remind, sends_mail, extending, reminding, form (the posted one).
    """
    committee = committee_in_scope(request.authority, committee)
    show, order = request.GET.get("show", "late"), request.GET.get("order", "due")
    if show not in late.SHOWN:
        raise Http404
    asks_for_cells = request.method == "POST" or "show" in request.GET or asked_of(request.GET)
    if not (asks_for_cells or dashboard.is_listed(committee, month)):
        return late_below(request, committee, month)
    act = request.POST.get("act", "")
    extending = ExtendForm(posted(request) if act == "extend" else None)
    reminding = RemindForm(posted(request) if act != "extend" else None)
    if request.method == "POST":
        done = _extend(request, committee, month, extending) if act == "extend" else _remind(request, committee, month, show, reminding)
        if done is not None:
            return done
    today = timezone.localdate()
    filters = FilterOfCells(request.GET, queryset=late.unfinished(committee, month))
    months = filters.left
    counts = late.count_shown(months, month, today=today)
    listed = late.ordered(late.with_reasons(late.shown(months, show, month, today=today), today=today), order)
    paginator = ChosenFirst(listed, CELLS_PER_PAGE)
    paginator.count = counts[show]
    page = paginator.get_page(request.GET.get("page"))
    form = extending if act == "extend" else reminding
    rows = list(late.rows_of(page.object_list, today=today))
    return render(
        request,
        "evaluations/late.html",
        {
            "committee": committee,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "month": month,
            "filters": filters,
            "kept": [("show", show), ("order", request.GET.get("order", ""))],
            "rows": rows,
            "page": page,
            "show": show,
            "shown": [(key, label, counts[key]) for key, label in late.SHOWN.items()],
            "order": order if order in late.ORDERS else "due",
            "orders": ORDERS,
            "others": late.other_months(committee, month, today=today),
            "most_counted": late.COUNTED,
            "ticked": ids_of(request.POST.getlist("cell")),
            # A committee gives more time to its own cells.
            "may_extend": request.authority.to_extend_under(committee) and any(row.score.committee_id == committee.pk for row in rows),
            "may_remind": request.authority.to_remind(committee) and show in REMINDED_OF,
            "sends_mail": settings.SENDS_MAIL,
            "extending": extending,
            "reminding": reminding,
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _extend(request: HttpRequest, committee: Committee, month: Month, form: ExtendForm) -> HttpResponse | None:
    """None where the form has to be looked at again."""
    require(request.authority.to_extend_under(committee))
    if not form.is_valid():
        return None
    try:
        extended = extend(
            committee=committee,
            month=month,
            cells=ids_of(request.POST.getlist("cell")),
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
            form_key=form.cleaned_data["form_key"],
        )
    except Refused as refused:
        form.add_problems(refused)
        return None
    _say_what_was_extended(request, extended)
    return redirect(request.get_full_path())


def _say_what_was_extended(request: HttpRequest, extended: Extended) -> None:
    if extended.cells:
        words = ngettext(
            "%(n)s cell has more time; its secretary is told.", "%(n)s cells have more time; their secretaries are told.", extended.cells
        )
        messages.success(request, words % {"n": extended.cells})
    for left in extended.left:
        messages.warning(request, f"{left.cell}: {left.why}")


def _remind(request: HttpRequest, committee: Committee, month: Month, show: str, form: RemindForm) -> HttpResponse | None:
    """None where the form has to be looked at again."""
    require(request.authority.to_remind(committee))
    if not form.is_valid():
        return None
    act, cells = request.POST.get("act"), ids_of(request.POST.getlist("cell"))
    if _cannot(form, act, cells, show):
        return None
    try:
        job = start_reminding(
            committee=committee,
            month=month,
            cells=None if act == "remind_all" else cells,
            show=show,
            narrowed_by=asked_of(request.GET),
            words=form.cleaned_data["words"],
            site=request.build_absolute_uri(reverse("home")),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        form.add_error(None, refused.problems[""])
        return None
    return redirect("job", job=job.public_id)


def _cannot(form: RemindForm, act: str | None, cells: set[UUID], show: str) -> bool:
    """Say what keeps the reminder from being sent; whether something does."""
    if act not in ("remind", "remind_all"):
        form.add_error(None, _("Choose what is to be done: more time, or a reminder."))
    elif act == "remind" and not cells:
        form.add_error(None, _("Tick the cells first."))
    elif show not in REMINDED_OF:
        form.add_error(None, _("These cells are not past a deadline: there is nothing to remind of."))
    return bool(form.errors)
