"""A committee's queue: the sheets of a month that wait for its decision, those first that need a look; many decided on at once."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from evaluations import dashboard
from evaluations import queue as waiting
from evaluations.figures import count
from evaluations.filters import FilterOfSheets
from evaluations.forms.review import AttentionForm, QueueForm, tokens_of
from evaluations.models import ScoreSheet
from evaluations.periods import Month
from evaluations.review import Decided, Way, decide
from evaluations.views.closed_periods import telling_moves
from evaluations.which_sheet import WhichSheet
from meetings.forms.keyed import posted
from meetings.models import Committee
from meetings.permissions import require
from meetings.recording import Closed, Refused, locks_over
from meetings.scope import committee_in_scope

SHEETS_PER_PAGE = 50
# How many of the sheets decided at once are named afterwards.
MOST_NAMED = 10


@require_safe
def queue_now(request: HttpRequest, committee: UUID) -> HttpResponse:
    """On to the newest month in which a sheet waits, else to this month's queue."""
    committee = _committee(request, committee)
    today = timezone.localdate()
    months = waiting.waiting_for([committee], today=today)
    return redirect("queue", committee=committee.public_id, month=months[0].month if months else Month.of(today))


def _chosen(request: HttpRequest) -> dict[UUID, str]:
    """The sheets that were ticked, or the one whose own button was tapped, with what was seen of each."""
    one = request.POST.get("one")
    return tokens_of([one] if one else request.POST.getlist("sheet"))


def months_of_chosen(request: HttpRequest, committee: UUID, month: Month) -> list[tuple]:
    """Of the chosen sheets of cells right under the committee: who may decide there is told of their periods, and of no others."""
    committee = _committee(request, committee)
    here = waiting.cells_under(committee, timezone.localdate())
    return list(ScoreSheet.objects.filter(public_id__in=_chosen(request), cell__in=here).values_list("cell_id", "month"))


def _committee(request: HttpRequest, committee: UUID) -> Committee:
    """The committee, for who decides on the sheets under it; 404 or 403 for others."""
    found = committee_in_scope(request.authority, committee)
    require(request.authority.to_verify_under(found))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@telling_moves(months_of_chosen)
def queue(request: HttpRequest, committee: UUID, month: Month) -> HttpResponse:
    """`?show=` one of `queue.SHOWN`, `?near=` and `?gap=` what needs a look, the filters of `FilterOfSheets`.

    A POST decides on the ticked sheets (`way`).

    Template `evaluations/queue.html`: committee, crumbs, month, filters, kept (what else the address says), rows ([Row]), page, show, shown
    ([(key, label, count)]), attention (form), form, ticked ({public id}), ways ([(value, label)]), others ([Waiting] of other months).
    """
    committee = _committee(request, committee)
    show = request.GET.get("show", "waiting")
    if show not in waiting.SHOWN:
        raise Http404
    today = timezone.localdate()
    attention = AttentionForm(request.GET if "near" in request.GET else None)
    filters = FilterOfSheets(request.GET, queryset=waiting.sheets_of(committee, month, attention.attention, today=today))
    sheets = filters.left
    page = Paginator(waiting.shown(sheets, show), SHEETS_PER_PAGE).get_page(request.GET.get("page"))
    rows = waiting.rows_of(page.object_list, request.user.pk)
    form = QueueForm(posted(request), closed=_closed(rows), initial={"form_key": uuid4()})
    if request.method == "POST" and form.is_valid() and _decided(request, committee, month, form):
        return redirect(request.get_full_path())
    counts = waiting.count_shown(sheets)
    return render(
        request,
        "evaluations/queue.html",
        {
            "committee": committee,
            "crumbs": [*dashboard.seen_above(request.authority, committee), committee],
            "month": month,
            "filters": filters,
            "kept": [("show", show), *((name, request.GET.get(name, "")) for name in attention.fields)],
            "rows": rows,
            "page": page,
            "show": show,
            "shown": [(key, label, counts[key]) for key, label in waiting.SHOWN.items()],
            "attention": attention,
            "form": form,
            "ticked": set(_chosen(request)) if request.method == "POST" else set(),
            "has_proposed": counts["proposed"] > 0,
            "others": [each for each in waiting.waiting_for([committee], today=today) if each.month != month],
        },
        status=422 if form.errors else 200,
    )


def _closed(rows: list[waiting.Row]) -> Closed | None:
    """A lock over the sheets shown: deciding on them then takes a reason."""
    locks = locks_over([(row.sheet.cell_id, row.sheet.month) for row in rows])
    return Closed(None, next(iter(locks.values()))) if locks else None


def _decided(request: HttpRequest, committee: Committee, month: Month, form: QueueForm) -> bool:
    """Decide on what was chosen and say what came of it; False where the form has to be looked at again."""
    chosen, way = _chosen(request), request.POST.get("way", Way.OWN)
    if not chosen:
        form.add_error(None, _("Tick the sheets to decide on first."))
        return False
    if way not in Way.values:
        form.add_error(None, _("Choose what the official points are made of."))
        return False
    try:
        decided = decide(
            committee=committee,
            sheets=chosen,
            way=Way(way),
            by=request.user,
            at=timezone.now(),
            document=form.cleaned_data["document"],
            reason=form.cleaned_data.get("reason", ""),
            form_key=form.cleaned_data["form_key"],
        )
    except Refused as refused:
        form.add_problems(refused)
        return False
    say_what_was_decided(request, decided, month)
    return True


def say_what_was_decided(request: HttpRequest, decided: Decided, month: Month) -> None:
    """How many sheets, the first of them by name, and the way to all that are decided; each that was left, with why."""
    if decided.sheets:
        words = ngettext("%(n)s sheet is decided:", "%(n)s sheets are decided:", decided.sheets) % {"n": count(decided.sheets)}
        named = decided.decision.sheets.select_related("cell", "meeting").order_by("cell__order_key", "pk")[:MOST_NAMED]
        links = [(reverse("cell_review", args=[sheet.cell.public_id, WhichSheet.of(sheet)]), sheet.cell.name) for sheet in named]
        more = "" if decided.sheets <= MOST_NAMED else ", …"
        done = f"{reverse('queue', args=[decided.decision.committee.public_id, month])}?show=decided"
        told = (words, format_html_join(", ", '<a href="{}">{}</a>', links), more, done, _("All decided sheets of the month"))
        messages.success(request, format_html('{} {}{}. <a href="{}">{}</a>', *told))
    for left in decided.left:
        messages.warning(request, f"{left.sheet.cell}: {left.why}")
