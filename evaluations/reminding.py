"""The job that reminds cells of a month they have not held or sent yet: a notice to each secretary, and an e-mail where that is set up.

A cell is reminded of a month at most once a day, whoever reminds. An e-mail that cannot be sent takes no notice back.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaluations import late
from evaluations.filters import FilterOfCells
from evaluations.jobs import CannotBeDone, Work, start_job
from evaluations.models import Job, JobKind, MonthScore, Notice, NoticeKind
from evaluations.notices import tell_secretaries, words_of
from evaluations.periods import Month
from meetings.models import Appointment, Committee, Role, User, path_end
from meetings.permissions import authority_of
from meetings.recording import Refused

CELLS_AT_A_TIME = 200
NOT_AGAIN_WITHIN = timedelta(days=1)
# Of the late ones; the other lists are not past any deadline.
REMINDED_OF = ("late", "not_held", "not_sent")


def start_reminding(
    *,
    committee: Committee,
    month: Month,
    cells: Collection[UUID] | None,
    show: str = "late",
    narrowed_by: Mapping[str, str] | None = None,
    words: str = "",
    site: str,
    by: User,
    at: datetime,
) -> Job:
    """Set out to remind cells that are past a deadline: those named, or all that a list shows.

    Its `show` is one of `REMINDED_OF`, `narrowed_by` what `FilterOfCells` is asked. `words` are added by who reminds; `site` is the address
    that links in e-mails begin with. Raises `Refused` where nobody named is late, and as `start_job` does.
    """
    named = None if cells is None else sorted(map(str, cells))
    asked = {"month": str(month), "show": show, "narrowed_by": narrowed_by or {}, "cells": named, "words": words, "site": site}
    count = _asked_months(committee, asked, today=timezone.localdate(at)).count()
    if not count:
        raise Refused({"": _("None of these cells is past a deadline: there is nothing to remind of.")})
    title = _("Remind: %(committee)s, %(month)s") % {"committee": committee.name, "month": month.label}
    return start_job(kind=JobKind.REMINDERS, committee=committee, title=title, asked=asked, by=by, at=at)


def _asked_months(committee: Committee, asked: dict, *, today: date) -> QuerySet[MonthScore]:
    """What is still late of what was asked, of cells that stand under the committee today."""
    month = Month.parse(asked["month"])
    listed = FilterOfCells(asked["narrowed_by"], queryset=late.unfinished(committee, month)).left
    months = late.shown(listed, asked["show"], month, today=today)
    months = months.filter(cell__scope_path__gte=committee.scope_path, cell__scope_path__lt=path_end(committee.scope_path))
    return months if asked["cells"] is None else months.filter(cell__public_id__in=asked["cells"])


def remind(work: Work) -> None:
    """The worker. Begun again it reminds nobody twice, and sends the e-mails that are still to be sent."""
    job, today = work.job, timezone.localdate(work.clock())
    if not authority_of(job.requested_by, today).to_remind(job.committee):
        raise CannotBeDone(_("You no longer work in an office that may remind these cells."))
    cells = list(_asked_months(job.committee, job.asked, today=today).order_by("cell_id").values_list("cell_id", flat=True))
    work.expect(len(cells))
    post = _Post(job)
    for begin in range(0, len(cells), CELLS_AT_A_TIME):
        work.reach(begin, _("telling the secretaries"))
        some = cells[begin : begin + CELLS_AT_A_TIME]
        _tell(job, some, at=work.clock())
        post.send(some, at=work.clock())
    _say_what_became_of_it(work, len(cells), post)


@transaction.atomic
def _tell(job: Job, cells: list[int], *, at: datetime) -> None:
    month = Month.parse(job.asked["month"]).first
    _hold(month)
    reminded = Notice.objects.filter(kind=NoticeKind.REMINDER, cell__in=cells, month=month, created_at__gt=at - NOT_AGAIN_WITHIN)
    again = set(reminded.values_list("cell_id", flat=True))
    months = [(cell, month) for cell in cells if cell not in again]
    tell_secretaries(months, NoticeKind.REMINDER, job.asked["words"], by=job.requested_by, at=at, job=job)


def _hold(month: date) -> None:
    """Of two jobs at once the second waits until the transaction of the first ends, and finds who was reminded by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reminders ' || %s, 0))", [f"{month:%Y-%m}"])


class _Post:
    """The e-mails of a reminding job. A server that fails is left alone for the rest of the job."""

    def __init__(self, job: Job):
        self.job = job
        self.sent = self.refused = 0
        self.is_down = not settings.SENDS_MAIL

    def send(self, cells: list[int], *, at: datetime) -> None:
        """Send what is unsent of the job's notices to these cells; each that went is marked so."""
        if self.is_down:
            return
        unsent = Notice.objects.filter(job=self.job, kind=NoticeKind.REMINDER, cell__in=cells, mailed_at__isnull=True)
        server = get_connection()
        for notice in unsent.exclude(user__email="").select_related("user", "cell").order_by("pk"):
            try:
                server.send_messages([self._letter(notice)])
            except SMTPRecipientsRefused:
                self.refused += 1
            except (SMTPException, OSError):
                self.refused += 1
                self.is_down = True
                return
            else:
                self.sent += 1
                Notice.objects.filter(pk=notice.pk).update(mailed_at=at)

    def _letter(self, notice: Notice) -> EmailMessage:
        # In the product's own language: nobody knows the reader's.
        with translation.override(settings.LANGUAGE_CODE):
            page = reverse("cell_month", args=[notice.cell.public_id, Month.of(notice.month)])
            lines = [words_of(notice), notice.text, urljoin(self.job.asked["site"], page), self.job.committee.name]
            return EmailMessage(words_of(notice), "\n\n".join(filter(None, lines)), to=[notice.user.email])


def _say_what_became_of_it(work: Work, asked: int, post: _Post) -> None:
    """In the log, as numbers: nobody's name."""
    job, today = work.job, timezone.localdate(work.clock())
    told = job.notices.filter(kind=NoticeKind.REMINDER)
    with_secretary = Appointment.objects.on(today).filter(role=Role.SECRETARY)
    months = _asked_months(job.committee, job.asked, today=today)
    alone = months.exclude(cell__in=with_secretary.values("cell")).count()
    count = told.count()
    words = {"told": count, "asked": asked, "alone": alone, "again": max(asked - count - alone, 0)}
    work.note(_("Reminded: %(told)s of %(asked)s cells. Reminded within a day already: %(again)s. Without a secretary: %(alone)s.") % words)
    if settings.SENDS_MAIL:
        work.note(_("E-mails sent: %(sent)s, not accepted by the server: %(refused)s.") % {"sent": post.sent, "refused": post.refused})
        if post.is_down:
            work.note(_("The mail server does not answer: the reminders stand in the product."))
