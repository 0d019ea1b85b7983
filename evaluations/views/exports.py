"""What may be taken away of a committee's period as a file, and having it scored anew: each starts a job."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.exporting import exports_of, start_export
from evaluations.periods import Month, Period
from evaluations.rescoring import start_rescoring
from meetings.permissions import require
from meetings.refusing import Refused
from meetings.scope import committee_in_scope


@never_cache
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """Template `evaluations/exports.html`: `committee`, `period`, `is_month`, `exports` ([(name, Export)]), `may_score` (Permit).

    A POST asks for one: `name`, `form` (xlsx, docx) and `query`, the query of the page whose table it is. 404 for what isn't there.
    """
    committee = committee_in_scope(request.authority, committee)
    if request.method == "POST":
        name, form, query = (request.POST.get(field, "") for field in ("name", "form", "query"))
        asked = {"authority": request.authority, "committee": committee, "period": period}
        try:
            job = start_export(**asked, name=name, form=form, query=query, at=timezone.now())
        except Refused as refusal:
            messages.warning(request, refusal.problems[""])
            return redirect("exports", committee=committee.public_id, period=period)
        return redirect("job", job=job.public_id)
    return render(
        request,
        "evaluations/exports.html",
        {
            "committee": committee,
            "period": period,
            "is_month": isinstance(period, Month),
            "exports": exports_of(request.authority, committee, period).items(),
            "may_score": request.authority.to_score_anew(committee),
            "has_begun": period.first <= timezone.localdate(),
        },
    )


@require_POST
def score_anew(request: HttpRequest, committee: UUID, period: Period) -> HttpResponse:
    """Start scoring a period anew; leads to the job."""
    committee = committee_in_scope(request.authority, committee)
    require(request.authority.to_score_anew(committee))
    now = timezone.now()
    if period.first > timezone.localdate(now):
        raise Http404
    try:
        job = start_rescoring(committee=committee, period=period, by=request.user, at=now)
    except Refused as refusal:
        messages.warning(request, refusal.problems[""])
        return redirect("exports", committee=committee.public_id, period=period)
    return redirect("job", job=job.public_id)
