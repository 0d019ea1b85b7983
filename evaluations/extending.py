"""More time for a cell to hold or send a month, with its reason and its end. What is late then follows by itself."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations import changes
from evaluations.models import Extension, MonthScore, NoticeKind
from evaluations.notices import tell_secretaries
from evaluations.periods import Month
from meetings.models import Cell, Committee, User, path_end
from meetings.recording import once
from meetings.refusing import Problems

MOST_AT_ONCE = 200
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Left:
    """A cell that was left as it is, and why."""

    cell: Cell
    why: str


@dataclass(slots=True)
class Extended:
    cells: int = 0
    left: list[Left] = field(default_factory=list)


def extend(
    *,
    committee: Committee,
    month: Month,
    cells: Collection[UUID],
    until: date | None,
    reason: str,
    by: User,
    at: datetime,
    form_key: UUID | None = None,
) -> Extended:
    """Give cells right under the committee until a day (included) to hold or send a month; tells their secretaries.

    The scores of these months follow at once, the summaries by a note. Cells of other committees under it, those already sent, without a
    deadline, or with a later one are left and named; cells elsewhere are left in silence. Raises `Refused` where the day, the reason or
    the choice cannot be.
    """
    today = timezone.localdate(at)
    with once(by=by, form_key=form_key, work=("extend", committee.pk, month.first, sorted(cells), until, reason)) as submission:
        if submission.target:
            return Extended(int(submission.target))
        _refuse_what_cannot_be(cells, until, reason, today)
        below = committee.child_placements.on(today).filter(cell__isnull=False).values("cell")
        scores = MonthScore.objects.filter(month=month.first, cell__in=below, cell__public_id__in=cells)
        again = Exists(Extension.objects.filter(cell=OuterRef("cell"), month=OuterRef("month")))
        extended, granted = Extended(), []
        for score in scores.annotate(was_extended=again).select_related("cell").order_by("cell_id"):
            if why := _why_left(score, until):
                extended.left.append(Left(score.cell, why))
            else:
                granted.append(
                    Extension(cell_id=score.cell_id, month=score.month, until=until, reason=reason, granted_by=by, granted_at=at)
                )
        extended.left += _of_others(committee, month, cells, below)
        Extension.objects.bulk_create(granted)
        months = [(each.cell_id, each.month) for each in granted]
        tell_secretaries(months, NoticeKind.EXTENDED, _words(until, reason), by=by, at=at)
        changes.follow(months, as_of=today)
        extended.cells = len(granted)
        submission.target = str(extended.cells)
        return extended


def _of_others(committee: Committee, month: Month, cells: Collection[UUID], below: QuerySet) -> list[Left]:
    """The cells under the committee that have one of their own between."""
    path = committee.scope_path
    under = MonthScore.objects.filter(month=month.first, cell__public_id__in=cells, counted_path__gte=path, counted_path__lt=path_end(path))
    words = _("%(committee)s gives its cells more time.")
    return [
        Left(score.cell, words % {"committee": score.committee.name})
        for score in under.exclude(cell__in=below).select_related("cell", "committee").order_by("cell_id")
    ]


def _refuse_what_cannot_be(cells: Collection[UUID], until: date | None, reason: str, today: date) -> None:
    problems = Problems()
    if not cells:
        problems.add("", _("Tick the cells first."))
    elif len(cells) > MOST_AT_ONCE:
        problems.add("", _("At most %(n)s cells at once.") % {"n": MOST_AT_ONCE})
    if until is None:
        problems.add("until", _("Say until which day."))
    elif until < today:
        problems.add("until", _("This day has passed. Choose today or a later day."))
    elif until > today + LONGEST:
        problems.add("until", _("Choose a day within a year."))
    if not reason.strip():
        problems.add("reason", _("Say why, in a few words."))
    problems.refuse_if_any()


def _why_left(score: MonthScore, until: date) -> str:
    """'' where there is something to extend."""
    if score.sent:
        return _("This month has been sent already.")
    if score.due_by is None:
        return _("No rule sets a day for sending: there is nothing to extend.")
    # What was granted before may be cut short: by mistake it may have been a year.
    if until == score.due_by or (until < score.due_by and not score.was_extended):
        return _("It has time until %(day)s anyway.") % {"day": date_format(score.due_by, "SHORT_DATE_FORMAT")}
    return ""


def _words(until: date, reason: str) -> str:
    return f"{date_format(until, 'SHORT_DATE_FORMAT')}: {reason}"
