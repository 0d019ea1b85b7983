"""A user's own lists by name. What a link shows is decided when it is opened, by the list itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.forms.saved_views import SaveViewForm
from evaluations.saved_views import leads_to_a_list, save_view
from meetings.recording import Refused
from meetings.text import order_key


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest) -> HttpResponse:
    """`?path=` is the list to save; a POST keeps it under its name and leads back to it.

    Template `evaluations/saved_views.html`: `saved` ([SavedView], by name), `form` (None where no list is to be saved).
    """
    path = request.GET.get("path", "")
    form = SaveViewForm(request.POST or None, initial={"path": path})
    if request.method == "POST" and form.is_valid():
        try:
            view, is_new = save_view(user=request.user, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            for problem in refused.problems.values():
                form.add_error(None, problem)
        else:
            words = _("The list is saved as “%(name)s”.") if is_new else _("“%(name)s” leads here now; it led to another list before.")
            messages.success(request, words % {"name": view.name})
            return redirect(view.path)
    asked = request.method == "POST"
    context = {
        "saved": sorted(request.user.saved_views.all(), key=lambda view: order_key(view.name)),
        "form": form if asked or leads_to_a_list(path) else None,
    }
    return render(request, "evaluations/saved_views.html", context, status=422 if asked else 200)


@require_POST
def saved_view_delete(request: HttpRequest, view: UUID) -> HttpResponse:
    """Somebody else's is 404."""
    get_object_or_404(request.user.saved_views, public_id=view).delete()
    messages.success(request, _("The saved list is deleted."))
    return redirect("saved_views")
