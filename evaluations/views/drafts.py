"""Keeping what is typed in a form about a sheet while it is typed, beside the drafts of its meeting."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from meetings.models import FormDraft, Meeting
from meetings.recording import Refused, StaleForm, draft_of, drop_draft, keep_draft

NOT_TYPED = {"csrfmiddlewaretoken", "form_key"}


def saves_itself(request: HttpRequest) -> bool:
    return request.method == "POST" and "X-Autosave" in request.headers


def keep(request: HttpRequest, meeting: Meeting, form: str, typed: QueryDict | None = None) -> JsonResponse:
    """Keep the raw fields, valid or not; answers {"saved_at": "09:41"}, 409 where the meeting was recorded just now, 422."""
    fields = {name: values for name, values in (typed or request.POST).lists() if name not in NOT_TYPED}
    try:
        draft = keep_draft(meeting=meeting, form=form, fields=fields, base_version=meeting.version, by=request.user, at=timezone.now())
    except StaleForm:
        return JsonResponse({"error": _("The sitting was recorded anew meanwhile. Open the page again.")}, status=409)
    except Refused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    return JsonResponse({"saved_at": time_format(timezone.localtime(draft.saved_at), "H:i")})


def kept(meeting: Meeting, form: str, seen: str) -> tuple[FormDraft | None, Mapping[str, Sequence[str]] | None]:
    """What is kept of a form that was made from the sheet as it still stands; what was typed about another is let go."""
    draft = draft_of(meeting, form)
    if draft is None:
        return None, None
    if draft.fields.get("version", [""])[-1] != seen:
        drop_draft(meeting=meeting, form=form)
        return None, None
    return draft, draft.fields
