"""Closing and correcting as jobs: the page asks, a worker publishes."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import figures
from evaluations.editions import close_period, publish_correction
from evaluations.jobs import CannotBeDone, Work, start_job
from evaluations.models import Edition, Job, JobKind, JobState
from evaluations.periods import Period, parse_period
from meetings.models import Committee, User
from meetings.permissions import authority_of
from meetings.refusing import Refused


def start_closing(*, committee: Committee, period: Period, by: User, at: datetime) -> Job:
    """Set out to close a period. Raises `Refused` as `start_job` does."""
    title = _("Close and publish: %(period)s") % {"period": period.label}
    return start_job(kind=JobKind.CLOSING, committee=committee, title=title, asked={"period": str(period)}, by=by, at=at)


def start_correction(*, committee: Committee, period: Period, reason: str, by: User, at: datetime) -> Job:
    """Set out to publish the next edition of a closed period. Raises `Refused` as `start_job` does."""
    title = _("Publish a correction: %(period)s") % {"period": period.label}
    asked = {"period": str(period), "reason": reason}
    return start_job(kind=JobKind.CLOSING, committee=committee, title=title, asked=asked, by=by, at=at)


def edition_of(job: Job) -> Edition | None:
    """The edition that a job published; None of a job that published none."""
    if job.kind != JobKind.CLOSING or job.state != JobState.DONE:
        return None
    period = parse_period(job.asked["period"])
    published = Edition.objects.filter(committee=job.committee, period_kind=period.KIND, first_on=period.first, closed_by=job.requested_by)
    return published.filter(closed_at__range=(job.started_at, job.finished_at)).order_by("number").last()


def close(work: Work) -> None:
    """Publish the period's first edition, or with a reason its next. The job's own key sees to it that it is published once."""
    job = work.job
    work.expect(1)
    period = parse_period(job.asked["period"])
    work.reach(0, period.label)
    if not (permit := authority_of(job.requested_by, timezone.localdate(work.clock())).to_close_periods(job.committee)):
        raise CannotBeDone(str(permit.reason))
    signed = {"committee": job.committee, "period": period, "by": job.requested_by, "at": work.clock(), "form_key": job.public_id}
    try:
        with transaction.atomic():
            edition = publish_correction(reason=job.asked["reason"], **signed) if "reason" in job.asked else close_period(**signed)
            words = {"number": edition.number, "count": figures.count(edition.changed), "digest": edition.digest}
            # Within the transaction: a job that was cancelled meanwhile publishes nothing, and one that published is not cancelled.
            work.finish(_("Edition %(number)s holds %(count)s new scores; its digest is %(digest)s.") % words)
    except Refused as refusal:
        raise CannotBeDone(" ".join(str(sentence) for sentence in refusal.problems.values())) from refusal
