"""What documents leave to a committee, and its office setting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from evaluations import delegating
from evaluations.forms.values import END, SettingForm
from meetings import in_force
from meetings.forms.keyed import posted
from meetings.permissions import require
from meetings.recording import Refused
from meetings.scope import committee_in_scope


@require_GET
def parameters(request: HttpRequest, committee: UUID) -> HttpResponse:
    """Template `evaluations/parameters.html`: `committee`, `delegated` ([Delegated]), `may_set` (Permit), `today`."""
    committee = committee_in_scope(request.authority, committee)
    today = timezone.localdate()
    delegated = delegating.delegated_to(committee, today=today)
    return render(
        request,
        "evaluations/parameters.html",
        {
            "committee": committee,
            "delegated": delegating.delegated_as_it_stands(committee, delegated, today=today),
            "may_set": request.authority.to_set_parameters(committee),
            "today": today,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def parameter_set(request: HttpRequest, committee: UUID, criteria_set: UUID, code: str) -> HttpResponse:
    """Template `evaluations/parameter_set.html`: `committee`, `stands` (Delegated), `form`, `today`."""
    committee = committee_in_scope(request.authority, committee)
    require(request.authority.to_set_parameters(committee))
    at = timezone.now()
    today = timezone.localdate(at)
    delegated = delegating.delegated_to(committee, today=today)
    parameter = get_object_or_404(delegated, criteria_set__public_id=criteria_set, code=code)
    form = SettingForm(posted(request), initial={"begins_on": today})
    if form.is_valid():
        told = form.cleaned_data
        try:
            if told["act"] == END:
                delegating.end_value(parameter=parameter, committee=committee, ends_on=told["begins_on"], at=at, **form.cells)
            else:
                delegating.set_value(
                    parameter=parameter,
                    committee=committee,
                    value=told["value"],
                    document=told["document"],
                    begins_on=told["begins_on"],
                    by=request.user,
                    at=at,
                    form_key=told["form_key"],
                    **form.cells,
                )
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            messages.success(request, _("Recorded."))
            if form.reached:
                messages.warning(request, _("Measured again: %(months)s.") % {"months": in_force.in_words(form.reached)})
            return redirect("parameters", committee.public_id)
    (stands,) = delegating.delegated_as_it_stands(committee, delegated.filter(pk=parameter.pk), today=today)
    return render(
        request,
        "evaluations/parameter_set.html",
        {"committee": committee, "stands": stands, "form": form, "today": today},
        status=422 if form.errors else 200,
    )
