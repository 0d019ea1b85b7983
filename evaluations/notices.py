"""What users are told in the product: by jobs, by verification, by who extends or reminds. Each notice is for one user."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.models import Job, Notice, NoticeKind
from evaluations.periods import Month
from meetings.models import Appointment, Role, User
from meetings.permissions import Authority

# What a notice is about, in its reader's language; of a job it is the job's own sentence.
WORDS: dict[str, str | Promise] = {
    NoticeKind.REMINDER: _("%(cell)s: month %(month)s is still to be held or sent up"),
    NoticeKind.RETURNED: _("%(cell)s: the committee returned the sheet of month %(month)s"),
    NoticeKind.DECIDED: _("%(cell)s: the committee verified the sheet of month %(month)s"),
    NoticeKind.REOPENED: _("%(cell)s: the committee took its decision on the sheet of month %(month)s back; the sheet waits for a new one"),
    NoticeKind.EXTENDED: _("%(cell)s: there is more time for month %(month)s"),
}


def tell_secretaries(
    months: Collection[tuple[int, date]], kind: NoticeKind, text: str, *, by: User, at: datetime, job: Job | None = None
) -> int:
    """Tell the secretary of each cell (key, first of the month); cells without one hear nothing. Two queries.

    Returns how many were told. Of one job a user hears of a cell's month once.
    """
    secretaries = Appointment.objects.on(timezone.localdate(at)).filter(role=Role.SECRETARY, cell__in={cell for cell, _month in months})
    of_cell = dict(secretaries.values_list("cell_id", "user_id"))
    told = [
        Notice(user_id=of_cell[cell], kind=kind, cell_id=cell, month=month, text=text, sent_by=by, created_at=at, job=job)
        for cell, month in months
        if cell in of_cell
    ]
    Notice.objects.bulk_create(told, ignore_conflicts=job is not None)
    return len(told)


def notices_of(authority: Authority) -> QuerySet[Notice]:
    """The user's notices, the latest first: of cells only while they record for them."""
    own = Q(cell__isnull=True) | Q(cell__in=[cell.pk for cell in authority.cells])
    return Notice.objects.filter(own, user=authority.user).select_related("cell", "job", "sent_by").order_by("-created_at", "-pk")


def words_of(notice: Notice) -> str:
    if notice.kind == NoticeKind.JOB:
        return notice.text
    return str(WORDS[notice.kind]) % {"cell": notice.cell.name, "month": Month.of(notice.month).label}


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> int:
    """Returns how many were unread."""
    return notices.order_by().filter(read_at__isnull=True).update(read_at=at)


def set_address(*, user: User, email: str) -> None:
    """Where the user's reminders go by e-mail too; '' for nowhere."""
    User.objects.filter(pk=user.pk).update(email=email)
