"""Which cells of a month have not held or not sent yet, by when they should have, and what is known of why. Read from the months' scores.

A sitting is due by the rules' last day, without rules by the month's; a score by the rules' day after the sitting, without one never
(`MonthScore.due_by`); an extension moves both. What waits for verification is the office's own and stands in its queue.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.models import Extension, MonthScore, Notice, NoticeKind, ScoreState
from evaluations.periods import Month
from evaluations.shown import path_in
from meetings.models import MONTHLY_KINDS, Appointment, Committee, Meeting, MeetingState, Role, path_end

MONTHS_BACK = 12
# Of a whole country it would take half a second to count what is late in each of the other months to the last cell.
COUNTED = 1000
COUNT_OF_LATE = """
SELECT asked.month, (SELECT count(*) FROM (
    SELECT FROM evaluations_monthscore m
    WHERE m.month = asked.month AND m.due_by < %(today)s AND m.counted_path >= %(path)s AND m.counted_path < %(path_end)s
    LIMIT %(counted)s) few)
FROM unnest(%(months)s::date[]) AS asked(month) ORDER BY asked.month DESC
"""
SHOWN: dict[str, str | Promise] = {
    "late": gettext_lazy("Past the deadline"),
    "not_held": gettext_lazy("Not held yet"),
    "not_sent": gettext_lazy("Not sent yet"),
    "extended": gettext_lazy("With more time"),
    "open": gettext_lazy("Not due yet"),
}
# The longest overdue first; cells of one committee then stand together.
ORDERS: dict[str, tuple[str, ...]] = {
    "due": ("due_by", "counted_path"),
    "name": ("cell__order_key", "cell_id"),
}


def _where(month: Month, today: date) -> dict[str, Q]:
    late, to_come = Q(due_by__lt=today), Q(due_by__gte=today)
    extended = Q(cell__in=Extension.objects.filter(month=month.first).values("cell"))
    return {
        "late": late,
        "not_held": late & Q(held=False),
        "not_sent": late & Q(held=True),
        "extended": to_come & extended,
        "open": to_come & ~extended,
    }


def unfinished(committee: Committee, month: Month) -> QuerySet[MonthScore]:
    """The months of cells in the committee's subtree that are not sent and have a day to be. One query for where it stood."""
    return _unfinished(path_in(committee, month)).filter(month=month.first)


def _unfinished(path: str) -> QuerySet[MonthScore]:
    return MonthScore.objects.filter(due_by__isnull=False, counted_path__gte=path, counted_path__lt=path_end(path))


def shown(months: QuerySet[MonthScore], show: str, month: Month, *, today: date) -> QuerySet[MonthScore]:
    """Raises KeyError for what is not a key of `SHOWN`."""
    return months.filter(_where(month, today)[show])


def count_shown(months: QuerySet[MonthScore], month: Month, *, today: date) -> dict[str, int]:
    """How many months each key of `SHOWN` shows. One query, which counts each of a country's months as seldom as may be."""
    where = _where(month, today)
    asked = {"not_held": where["not_held"], "not_sent": where["not_sent"], "extended": where["extended"], "to_come": Q(due_by__gte=today)}
    found = months.aggregate(**{name: Count("month", filter=each) for name, each in asked.items()})
    to_come = found.pop("to_come")
    return found | {"late": found["not_held"] + found["not_sent"], "open": to_come - found["extended"]}


def with_reasons(months: QuerySet[MonthScore], *, today: date) -> QuerySet[MonthScore]:
    """Adds what `Row` reads, for the rows that are fetched only."""
    latest = Extension.objects.filter(cell=OuterRef("cell"), month=OuterRef("month")).order_by("-granted_at", "-pk")
    secretary = Appointment.objects.on(today).filter(role=Role.SECRETARY, cell=OuterRef("cell"))
    said = Meeting.objects.filter(cell=OuterRef("cell"), for_month=OuterRef("month"), kind__in=MONTHLY_KINDS, state=MeetingState.NOT_HELD)
    reminded = Notice.objects.filter(cell=OuterRef("cell"), month=OuterRef("month"), kind=NoticeKind.REMINDER)
    return months.select_related("cell", "committee").annotate(
        extended_until=Subquery(latest.values("until")[:1]),
        extended_because=Subquery(latest.values("reason")[:1]),
        has_secretary=Exists(secretary),
        has_logged_in=Exists(secretary.filter(user__last_login__isnull=False)),
        is_called_off=Exists(said),
        reminded_at=Subquery(reminded.order_by().values("cell").annotate(last=Max("created_at")).values("last")),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One cell's unfinished month, of `with_reasons`."""

    score: MonthScore
    today: date

    @property
    def what(self) -> str:
        return SHOWN["not_sent" if self.score.held else "not_held"]

    @property
    def days(self) -> int:
        """How many days past the deadline; 0 where it is not."""
        return max((self.today - self.score.due_by).days, 0)

    @property
    def extension(self) -> str:
        """'' where none was granted."""
        if self.score.extended_until is None:
            return ""
        words = {"day": date_format(self.score.extended_until, "SHORT_DATE_FORMAT"), "reason": self.score.extended_because}
        if self.score.extended_until < self.today:
            return _("time was given until %(day)s: %(reason)s") % words
        return _("time is given until %(day)s: %(reason)s") % words

    @property
    def reasons(self) -> list[str]:
        """What is known of why, the office's own words first."""
        score = self.score
        known = [
            self.extension,
            _("recorded as not held") if score.is_called_off and not score.held else "",
            _("no set of criteria in force") if score.state == ScoreState.NO_SET else "",
            _("no secretary is appointed") if not score.has_secretary else "",
            _("the secretary has not logged in yet") if score.has_secretary and not score.has_logged_in else "",
        ]
        return [reason for reason in known if reason]


def rows_of(months: Iterable[MonthScore], *, today: date) -> Iterator[Row]:
    return (Row(score, today) for score in months)


def other_months(committee: Committee, month: Month, *, today: date) -> list[tuple[Month, int]]:
    """The other months of the last twelve in which cells are past a deadline, with how many (`COUNTED` at most), the latest first.

    Of the cells that were counted where the committee stands today. One query.
    """
    this = Month.of(today)
    months = [each.first for back in range(MONTHS_BACK) if (each := this.shifted(-back)) != month]
    with connection.cursor() as cursor:
        path = committee.scope_path
        asked = {"today": today, "path": path, "path_end": path_end(path), "counted": COUNTED, "months": months}
        cursor.execute(COUNT_OF_LATE, asked)
        return [(Month.of(first), cells) for first, cells in cursor.fetchall() if cells]


def ordered(months: QuerySet[MonthScore], order: str) -> QuerySet[MonthScore]:
    """By a key of `ORDERS`; by days for any other."""
    return months.order_by(*(F(name) for name in ORDERS.get(order, ORDERS["due"])))
