"""What users are told in the product: by jobs, by verification, by who extends or reminds. Each notice is for one user."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import Consultation, Job, Notice, NoticeKind, ScoreSheet
from evaluations.periods import Month
from meetings.models import Appointment, Committee, Role, User
from meetings.permissions import VOICE_ROLES, Authority

# What a notice of a cell's month is about, in its reader's language; of a job it is the job's own sentence.
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
    of_cell = _secretaries({cell for cell, _month in months}, at)
    told = [
        Notice(user_id=of_cell[cell], kind=kind, cell_id=cell, month=month, text=text, sent_by=by, created_at=at, job=job)
        for cell, month in months
        if cell in of_cell
    ]
    Notice.objects.bulk_create(told, ignore_conflicts=job is not None)
    return len(told)


def tell_of_sheets(sheets: Collection[ScoreSheet], kind: NoticeKind, text: str, *, by: User, at: datetime) -> None:
    """Tell the secretary of each sheet's cell, as `tell_secretaries`. Two queries."""
    of_cell = _secretaries({sheet.cell_id for sheet in sheets}, at)
    Notice.objects.bulk_create(
        Notice(
            user_id=of_cell[sheet.cell_id],
            kind=kind,
            cell_id=sheet.cell_id,
            month=sheet.month,
            sitting_id=sheet.meeting_id if sheet.is_thematic else None,
            text=text,
            sent_by=by,
            created_at=at,
        )
        for sheet in sheets
        if sheet.cell_id in of_cell
    )


def _secretaries(cells: set[int], at: datetime) -> dict[int, int]:
    """By key of cell, that of its secretary's user."""
    secretaries = Appointment.objects.on(timezone.localdate(at)).filter(role=Role.SECRETARY, cell__in=cells)
    return dict(secretaries.values_list("cell_id", "user_id"))


def tell_offices(
    committees: Collection[Committee], kind: NoticeKind, text: str, *, consultation: Consultation, by: User, at: datetime
) -> int:
    """Tell those who speak for the committees, each user once. Two queries. Returns how many were told."""
    speaking = Appointment.objects.on(timezone.localdate(at)).filter(role__in=VOICE_ROLES, committee__in=committees)
    users = sorted(set(speaking.values_list("user_id", flat=True)))
    told = [Notice(user_id=user, kind=kind, consultation=consultation, text=text, sent_by=by, created_at=at) for user in users]
    Notice.objects.bulk_create(told)
    return len(told)


def notices_of(authority: Authority) -> QuerySet[Notice]:
    """The user's notices, the latest first: of cells only while they record for them, of rounds while they speak for who is asked."""
    of_cells = Q(cell__isnull=True) | Q(cell__in=[cell.pk for cell in authority.cells])
    asked = Consultation.invited.through.objects.filter(committee__in=[committee.pk for committee in authority.voices])
    of_rounds = Q(consultation__isnull=True) | Q(consultation__in=asked.values("consultation"))
    own = Notice.objects.filter(of_cells, of_rounds, user=authority.user)
    return own.select_related("cell", "sitting", "job", "sent_by", "consultation__criteria_set__owner").order_by("-created_at", "-pk")


def words_of(notice: Notice) -> str:
    if notice.kind == NoticeKind.CONSULTED:
        asked = notice.consultation.criteria_set
        words = {"owner": asked.owner or "", "title": asked.title, "day": date_format(notice.consultation.closes_on, "SHORT_DATE_FORMAT")}
        return str(_("%(owner)s asks for comments on “%(title)s” until %(day)s")) % words
    if notice.kind == NoticeKind.JOB:
        return notice.text
    words = str(WORDS[notice.kind]) % {"cell": notice.cell.name, "month": Month.of(notice.month).label}
    if notice.sitting is None:
        return words
    which = gettext("thematic sitting of %(day)s") % {"day": date_format(notice.sitting.held_on, "SHORT_DATE_FORMAT")}
    return f"{words} ({which})"


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> int:
    """Returns how many were unread."""
    return notices.order_by().filter(read_at__isnull=True).update(read_at=at)


def set_address(*, user: User, email: str) -> None:
    """Where the user's reminders go by e-mail too; '' for nowhere."""
    User.objects.filter(pk=user.pk).update(email=email)
