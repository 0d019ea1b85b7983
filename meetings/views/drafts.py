"""Keeping what is typed while it is typed."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.recording import DraftForm, Refused, StaleForm, keep_draft
from meetings.views.leading import locked_page, meeting_to_record

NOT_TYPED = {"csrfmiddlewaretoken", "form_key", "discard"}


@require_POST
def meeting_draft(request: HttpRequest, meeting: UUID, form: str) -> HttpResponse:
    """Keep the raw fields of a form, valid or not; answers {"saved_at": "09:41"}, 409 once the record is closed or newer, 422."""
    meeting = meeting_to_record(request, meeting)
    if form not in DraftForm.values:
        raise Http404
    if not meeting.is_open and not (form == DraftForm.POST and meeting.is_held):
        return locked_page(request, meeting)
    fields = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    version = request.POST.get("version", "")
    try:
        draft = keep_draft(
            meeting=meeting,
            form=form,
            fields=fields,
            base_version=int(version) if re.fullmatch(r"[0-9]{1,9}", version) else meeting.version,
            by=request.user,
            at=timezone.now(),
        )
    except StaleForm:
        return JsonResponse({"error": _("The sitting was recorded anew meanwhile. Save to see both versions.")}, status=409)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    return JsonResponse({"saved_at": time_format(timezone.localtime(draft.saved_at), "H:i")})
