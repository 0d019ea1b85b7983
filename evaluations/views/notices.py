"""A user's own notices: what is new, where each leads, and the address to which reminders go by e-mail too."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluations.consulted import invitations_of
from evaluations.forms.notices import AddressForm
from evaluations.models import Notice, NoticeKind
from evaluations.notices import mark_read, notices_of, set_address, words_of
from evaluations.periods import Month
from evaluations.which_sheet import WhichSheet

NOTICES_PER_PAGE = 30
# Where a notice of a cell's month leads.
PAGES = {
    NoticeKind.REMINDER: "cell_month",
    NoticeKind.EXTENDED: "cell_month",
    NoticeKind.RETURNED: "cell_returned",
    NoticeKind.DECIDED: "cell_explanation",
    NoticeKind.REOPENED: "cell_explanation",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """A POST marks all as read, or keeps the address (`act=address`).

    Template `evaluations/notices.html`: `page` (Paginator page), `listed` ([(Notice, words)]), `form` (the address; None without a server).
    """
    form = AddressForm(request.POST if request.POST.get("act") == "address" else None, initial={"email": request.user.email})
    if request.method == "POST" and not form.is_bound:
        mark_read(notices_of(request.authority), at=timezone.now())
        return redirect("notices")
    if form.is_bound and settings.SENDS_MAIL and form.is_valid():
        set_address(user=request.user, email=form.cleaned_data["email"])
        messages.success(request, _("The address is kept.") if form.cleaned_data["email"] else _("Reminders come here only."))
        return redirect("notices")
    page = Paginator(notices_of(request.authority), NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": [(notice, words_of(notice)) for notice in page.object_list],
        "form": form if settings.SENDS_MAIL else None,
    }
    return render(request, "evaluations/notices.html", context, status=422 if form.is_bound else 200)


@require_POST
def notice_open(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Mark one as read and go where it leads. Somebody else's is 404."""
    own = get_object_or_404(notices_of(request.authority), public_id=notice)
    mark_read(Notice.objects.filter(pk=own.pk), at=timezone.now())
    if own.kind == NoticeKind.JOB:
        return redirect("job", job=own.job.public_id)
    if own.kind == NoticeKind.CONSULTED:
        asked = invitations_of(request.authority).filter(consultation=own.consultation)[0]
        return redirect("consultation", committee=asked.committee.public_id, consultation=own.consultation.public_id)
    month = Month.of(own.month)
    which = WhichSheet(month, own.sitting.public_id) if own.sitting else month
    return redirect(PAGES[own.kind], own.cell.public_id, which)
