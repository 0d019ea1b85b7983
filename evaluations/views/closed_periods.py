"""A writing that touches a closed period is told first: which published scores it moves, and whether that is meant."""

import hashlib
from collections.abc import Callable, Iterable
from copy import copy
from datetime import date
from functools import wraps
from uuid import UUID

from django.contrib.messages.storage import default_storage
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone
from django.utils.dateparse import parse_date

from evaluations.models import Edition
from evaluations.moves import Busy, Reach, reach_of, touches_closed
from evaluations.which_sheet import WhichSheet
from meetings.models import Cell, Meeting, path_prefixes

Months = list[tuple[int, date]]
View = Callable[..., HttpResponse]

# What the page of moves adds to the fields that were posted: of which moves it told.
TOLD = "moves_told"


def telling_moves(months_of: Callable[..., Months]) -> Callable[[View], View]:
    """Have a view that writes the months `months_of(request, **kwargs)` of cells tell first what that moves of closed periods.

    The view runs once and is taken back. Where it wrote, the moves are shown with its fields and asked for the reason, which is posted
    as `reason` beside them; it runs for good once it is posted with a reason by who was told of exactly these moves.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def told(request: HttpRequest, **kwargs) -> HttpResponse:
            page = _moves_page(request, view, months_of(request, **kwargs), kwargs) if request.method == "POST" else None
            return page or view(request, **kwargs)

        return told

    return decorate


def patterns_telling_moves(patterns: Iterable[URLPattern], of: dict[str, Callable[..., Months]]) -> list[URLPattern]:
    """URL patterns with the views named in `of` telling their moves first, for pages that know nothing of scores."""
    return [
        URLPattern(each.pattern, telling_moves(of[each.name])(each.callback), each.default_args, each.name) if each.name in of else each
        for each in patterns
    ]


def month_of_meeting(request: HttpRequest, meeting: UUID) -> Months:
    return list(Meeting.objects.filter(public_id=meeting).values_list("cell_id", "for_month"))


def month_of_new_meeting(request: HttpRequest, cell: UUID) -> Months:
    try:
        month = parse_date(request.POST.get("for_month", ""))
    except ValueError:
        month = None
    return [(key, month.replace(day=1)) for key in Cell.objects.filter(public_id=cell).values_list("pk", flat=True) if month]


def month_of_sheet(request: HttpRequest, cell: UUID, which: WhichSheet) -> Months:
    return [(key, which.month.first) for key in Cell.objects.filter(public_id=cell).values_list("pk", flat=True)]


def months_since_closed(request: HttpRequest, cell: UUID, **_of_the_page) -> Months:
    """From the first closed month over the cell on: an entry of its roster may begin on any day."""
    found = Cell.objects.filter(public_id=cell).values_list("pk", "scope_path").first()
    if found is None:
        return []
    first = Edition.objects.filter(committee__scope_path__in=path_prefixes(found[1])).aggregate(first=Min("first_on"))["first"]
    return [(found[0], first)] if first else []


def _moves_page(request: HttpRequest, view: View, months: Months, kwargs: dict) -> HttpResponse | None:
    """The moves, and the question; None where the view may run: it touches nothing closed, writes nothing, or was agreed to."""
    today = timezone.localdate()
    if not months or not touches_closed(months, as_of=today):
        return None
    answers = []
    left_out = {"csrfmiddlewaretoken", "reason", TOLD}
    posted = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    reason = request.POST.get("reason", "")
    try:
        reach = reach_of(lambda: answers.append(view(_rehearsal(request), **kwargs)), months=months, as_of=today)
    except Busy:
        kept = [*posted, *((name, request.POST[name]) for name in ("reason", TOLD) if name in request.POST)]
        return render(request, "evaluations/moves_busy.html", {"posted": kept}, status=503)
    (answer,) = answers
    if answer.status_code != 302 or not reach.wrote or not reach.editions:
        return None
    was_told = request.POST.get(TOLD) == _digest(reach)
    if was_told and reason.strip():
        return None
    return render(
        request,
        "evaluations/moves.html",
        {
            "reach": reach,
            "reason": reason,
            "lacks_reason": was_told,
            "told": _digest(reach),
            "posted": posted,
        },
        status=422 if was_told else 409,
    )


def _rehearsal(request: HttpRequest) -> HttpRequest:
    """The same request to be answered on trial: it has a reason, and what is said to its user is said to nobody."""
    trial = copy(request)
    trial.resolver_match = request.resolver_match
    trial._messages = default_storage(trial)
    if not request.POST.get("reason", "").strip():
        trial.POST = request.POST.copy()
        trial.POST["reason"] = "–"
    return trial


def _digest(reach: Reach) -> str:
    """Says the same for the same moves of the same editions."""
    told = [(move.cell.pk, str(move.period), move.before, move.after) for move in reach.moves]
    return hashlib.sha256(repr((told, [edition.pk for edition in reach.editions])).encode()).hexdigest()
