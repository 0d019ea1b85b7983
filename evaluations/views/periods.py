"""A province's periods: which are closed, closing one, correcting what was published, and each edition beside what is known now."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import editions
from evaluations.closing import start_closing, start_correction
from evaluations.dashboard import history_of
from evaluations.forms.editions import ClosingForm, CorrectionForm
from evaluations.periods import Month, Period, Year
from evaluations.publications import Publication, compared, periods_of_year, publication_of
from meetings.forms.keyed import posted
from meetings.models import Committee, Level
from meetings.permissions import require
from meetings.refusing import Refused
from meetings.scope import committee_in_scope

CELLS_PER_PAGE = 50
FIRST_YEAR = 2000


def _publisher_or_404(request: HttpRequest, public_id: UUID) -> Committee:
    """A province: nobody else closes periods."""
    committee = committee_in_scope(request.authority, public_id)
    if committee.level != Level.PROVINCE:
        raise Http404
    return committee


@require_GET
def periods(request: HttpRequest, province: UUID) -> HttpResponse:
    """The periods of a year (`?year=2026`) with their state. Context: committee, year, rows ([Stands]), may_close (Permit), has_next."""
    committee = _publisher_or_404(request, province)
    today = timezone.localdate()
    year = _asked_year(request, Year.of(today))
    return render(
        request,
        "evaluations/periods.html",
        {
            "committee": committee,
            "year": year,
            "rows": periods_of_year(committee, year, today=today),
            "may_close": request.authority.to_close_periods(committee),
            "has_next": year < Year.of(today),
            "has_previous": year.year > FIRST_YEAR,
        },
    )


def _asked_year(request: HttpRequest, this: Year) -> Year:
    asked = request.GET.get("year", "")
    if not asked.isdecimal() or len(asked) != 4:
        return this
    return Year(min(max(int(asked), FIRST_YEAR), this.year), 1)


@never_cache
@require_http_methods(["GET", "POST"])
def period_close(request: HttpRequest, province: UUID, period: Period) -> HttpResponse:
    """Asks before it binds: how complete the period is, and what keeps it open. Context: as the template says."""
    committee = _publisher_or_404(request, province)
    require(request.authority.to_close_periods(committee))
    at = timezone.now()
    if publication := publication_of(committee, period):
        return redirect("edition", committee=committee.public_id, closed=period, number=publication.latest.number)
    early = editions.not_over(period, at)
    undone = [early] if early else [*editions.unsettled(committee, period), *filter(None, [editions.not_made(committee, period)])]
    longer = [] if isinstance(period, Month) else period.months
    history = history_of(committee, [period, *longer])
    by_month = [(month, history.counts(month)) for month in longer]
    form = ClosingForm(posted(request))
    if form.is_valid() and not undone:
        try:
            job = start_closing(committee=committee, period=period, by=request.user, at=at)
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            return redirect("job", job=job.public_id)
    return render(
        request,
        "evaluations/period_close.html",
        {
            "committee": committee,
            "period": period,
            "counts": history.counts(period),
            "months": [(month, counts) for month, counts in by_month if counts.not_held or counts.not_sent or counts.undecided],
            "undone": undone,
            "held_up": editions.held_up(committee, period),
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def period_correct(request: HttpRequest, province: UUID, closed: Period) -> HttpResponse:
    """What the next edition would change, and why. Context: committee, period, publication, undone, form."""
    committee = _publisher_or_404(request, province)
    require(request.authority.to_close_periods(committee))
    publication = _publication_or_404(committee, closed)
    undone = editions.unsettled(committee, closed)
    form = CorrectionForm(posted(request))
    if form.is_valid() and not undone:
        try:
            job = start_correction(
                committee=committee, period=closed, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            return redirect("job", job=job.public_id)
    return render(
        request,
        "evaluations/period_correct.html",
        {"committee": committee, "period": closed, "publication": publication, "undone": undone, "form": form},
        status=422 if form.is_bound else 200,
    )


def _publication_or_404(committee: Committee, period: Period) -> Publication:
    publication = publication_of(committee, period)
    if publication is None:
        raise Http404
    return publication


@require_GET
def edition(request: HttpRequest, committee: UUID, closed: Period, number: int) -> HttpResponse:
    """As published in an edition beside what is known now: counts, and the cells that differ, page by page. For every committee below.

    Context: committee, period, publication, edition, rows ([Compared]), page (of Difference), may_close (Permit),
    unsettled ([sentence]: what is recorded and not in what is known now yet).
    """
    committee = committee_in_scope(request.authority, committee)
    publication = _publication_or_404(committee, closed)
    shown = publication.edition(number)
    if shown is None:
        raise Http404
    page = Paginator(publication.differences(number), CELLS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "evaluations/edition.html",
        {
            "committee": committee,
            "period": closed,
            "publication": publication,
            "edition": shown,
            "unsettled": editions.unsettled(committee, closed),
            "rows": compared(publication.published_counts(number), publication.known_counts()),
            "page": page,
            "may_close": request.authority.to_close_periods(publication.publisher),
        },
    )
