"""A user's own jobs: how far they are, what came of them, and the files that they made. Somebody else's are 404."""

from datetime import datetime
from math import ceil
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from evaluations.closing import edition_of
from evaluations.exporting import is_open_to
from evaluations.exporting.files import open_file
from evaluations.jobs import cancel_job, rerun_job
from evaluations.models import Job
from evaluations.notices import mark_read, notices_of
from meetings.refusing import Refused

JOBS_PER_PAGE = 30


def _own(request: HttpRequest, public_id: UUID) -> Job:
    return get_object_or_404(request.user.jobs.select_related("committee"), public_id=public_id)


def _time_left(job: Job, now: datetime) -> str:
    """In whole minutes, rounded up; '' where nobody can tell yet."""
    left = job.time_left(now)
    if left is None:
        return ""
    minutes = ceil(left.total_seconds() / 60)
    if minutes <= 1:
        return _("less than a minute left")
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


@never_cache
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Template `evaluations/jobs.html`: `page` (Paginator page of Job, the latest first)."""
    own = request.user.jobs.select_related("committee").order_by("-requested_at", "-pk")
    page = Paginator(own, JOBS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluations/jobs.html", {"page": page})


@never_cache
@require_GET
def job(request: HttpRequest, job: UUID) -> HttpResponse:
    """Template `evaluations/job.html`: `job`, `time_left` (words), `has_file`, `may_fetch`, `edition` (that it published, or None).

    It asks for itself again while the job is under way. Seen at its end, its notice is read.
    """
    now = timezone.now()
    own = _own(request, job)
    if not own.is_undone:
        mark_read(notices_of(request.authority).filter(job=own), at=now)
    has_file = own.has_file(now)
    may_fetch = has_file and is_open_to(request.authority, own)
    context = {"job": own, "time_left": _time_left(own, now), "has_file": has_file, "may_fetch": may_fetch, "edition": edition_of(own)}
    return render(request, "evaluations/job.html", context)


@require_POST
def job_cancel(request: HttpRequest, job: UUID) -> HttpResponse:
    own = _own(request, job)
    if not cancel_job(job=own, at=timezone.now()):
        messages.info(request, _("The job had ended already."))
    return redirect("job", job=own.public_id)


@require_POST
def job_rerun(request: HttpRequest, job: UUID) -> HttpResponse:
    """A new job that asks the same, on a page of its own."""
    own = _own(request, job)
    try:
        again = rerun_job(job=own, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, refusal.problems[""])
        again = own
    return redirect("job", job=again.public_id)


@never_cache
@require_GET
def job_file(request: HttpRequest, job: UUID) -> FileResponse:
    """The file, to be kept: for its owner alone, while it lasts and while they may still open the page whose table it is."""
    own = _own(request, job)
    if not own.has_file(timezone.now()) or not is_open_to(request.authority, own):
        raise Http404
    file = open_file(own)
    if file is None:
        raise Http404
    return FileResponse(file, as_attachment=True, filename=own.file_name)
