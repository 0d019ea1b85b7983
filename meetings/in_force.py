"""Dated rows of committees, of which one at a time is in force for the same thing: beginning, ending, and the months this reaches.

Every writer holds the committee's row, so that two at once see each other. Who may write is asked before
(`Authority.to_set_rules`, `Authority.to_set_parameters`).
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.models import Committee, RecordingLock, path_end, path_prefixes
from meetings.recording import Refused
from meetings.roster import check_span

# Months are named one by one up to here.
FEW = 6


def hold(committee: Committee) -> None:
    """Wait for, and keep until the transaction ends, the right to write the committee's dated rows."""
    Committee.objects.select_for_update(no_key=True).get(pk=committee.pk)


def check_free(rivals: QuerySet, begins_on: date, ends_on: date | None = None) -> None:
    """Raise `Refused` where one of `rivals` is in force at any time of [begins_on, ends_on)."""
    taken = rivals.filter(during__overlap=DateRange(begins_on, ends_on)).order_by("during").first()
    if taken is None:
        return
    told = {"begins": date_format(taken.during.lower, "SHORT_DATE_FORMAT")}
    if taken.during.upper is None:
        raise Refused({"begins_on": _("Another one is in force from %(begins)s on. Choose a time free of it, or end it first.") % told})
    told["ends"] = date_format(taken.during.upper, "SHORT_DATE_FORMAT")
    raise Refused(
        {"begins_on": _("Another one is in force from %(begins)s until %(ends)s. Choose a time free of it, or end it first.") % told}
    )


def lock_reached(committee: Committee, since: date, until: date | None = None) -> RecordingLock | None:
    """The latest lock on months that a change of [since, until) for all of the committee's cells reaches: of a committee above or below it.

    What is published of a closed month stands: a record in it is corrected with a reason, but what holds for everyone is not changed.
    """
    reached = RecordingLock.objects.filter(lifted_at=None, during__overlap=DateRange(since, until)).select_related("committee")
    above = reached.filter(committee__scope_path__in=path_prefixes(committee.scope_path))
    below = reached.filter(committee__scope_path__gte=committee.scope_path, committee__scope_path__lt=path_end(committee.scope_path))
    return (above | below).order_by("during").last()


def closed_in_words(lock: RecordingLock) -> str:
    told = {"committee": lock.committee, "day": date_format(lock.during.upper, "SHORT_DATE_FORMAT")}
    return _("%(committee)s has closed months before %(day)s: let it begin from then on.") % told


def check_open(committee: Committee, since: date, until: date | None = None) -> None:
    """Raise `Refused` where a change of [since, until) reaches closed months."""
    if lock := lock_reached(committee, since, until):
        raise Refused({"begins_on": closed_in_words(lock)})


@transaction.atomic
def begin(row: Model, *, rivals: QuerySet, on: date, at: datetime) -> Model:
    """Store `row` as in force from a day on, without an end.

    Of `rivals`, the stored rows for the same thing, the one in force then ends on that day; one that began on it is replaced. Raises
    `Refused` where one begins after it, or where the day can't be.
    """
    hold(row.committee)
    check_span(on, None, at, field="begins_on")
    check_open(row.committee, on)
    check_free(rivals.filter(during__startswith__gt=on), on)
    _end(rivals, on)
    row.during = DateRange(on, None)
    row.save()
    return row


@transaction.atomic
def end(*, committee: Committee, rivals: QuerySet, on: date, at: datetime) -> None:
    """End the one of `rivals` that is in force on a day; one that begins on it goes. Raises `Refused` where there is none."""
    hold(committee)
    check_span(on, None, at, field="begins_on")
    check_open(committee, on)
    if not _end(rivals, on):
        raise Refused({"begins_on": _("On this day there is none to end.")})


def _end(rivals: QuerySet, on: date) -> bool:
    """Whether one was in force on the day."""
    rival = rivals.filter(during__contains=on).first()
    if rival is None:
        return False
    if rival.during.lower == on:
        rival.delete()
    else:
        rival.during = DateRange(rival.during.lower, on)
        rival.save(update_fields=["during"])
    return True


def months_reached(since: date, until: date | None, *, today: date) -> list[date]:
    """The firsts of the months, up to today's, that a change of [since, until) reaches; none where it begins today or later."""
    if since >= today:
        return []
    last = today if until is None else min(until - timedelta(days=1), today)
    return [date(month // 12, month % 12 + 1, 1) for month in range(_month_number(since), _month_number(last) + 1)]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def in_words(months: list[date]) -> str:
    """'9/2026, 10/2026, 11/2026'; many as the first and the last."""
    named = [date_format(month, "YEAR_MONTH_FORMAT") for month in months]
    if len(named) <= FEW:
        return ", ".join(named)
    return _("%(first)s to %(last)s (%(count)s months)") % {"first": named[0], "last": named[-1], "count": len(named)}
