"""When a writing is a correction: the sitting was concluded once, or a committee above has closed its month. It then takes a reason.

Writers read the locks `FOR SHARE`; who closes months takes the whole table first. So a closing waits for the writers that began before it,
and those that begin after it see it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Amendment, Committee, Meeting, MeetingState, RecordingLock, User
from meetings.refusing import Refused

SAY_WHY = gettext_lazy("Say why, in a few words.")


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a record is written again, and when that is."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """What makes a writing a correction: when the sitting was concluded, and the nearest committee's lock over its month; one of both."""

    concluded_at: datetime | None
    lock: RecordingLock | None

    @property
    def sentences(self) -> list[str]:
        """Why, by whom and until when."""
        said = []
        if self.concluded_at is not None:
            said.append(
                _("This sitting was sent up on %(day)s; what is changed in it since then takes a reason, which is kept.")
                % {"day": date_format(timezone.localtime(self.concluded_at), "SHORT_DATE_FORMAT")}
            )
        if self.lock is not None:
            said.append(locked_in_words(self.lock))
        return said

    def __str__(self) -> str:
        return " ".join(self.sentences)


def locked_in_words(lock: RecordingLock) -> str:
    """Who closed which months, when and why. What was published is not taken back, so no end is promised."""
    first, last = lock.during.lower, month_before(lock.during.upper)
    return _(
        "%(committee)s (%(who)s) closed %(months)s on %(day)s: %(reason)s. This has no end; what is recorded in them still takes a reason, "
        "which is kept."
    ) % {
        "committee": lock.committee,
        "who": lock.locked_by.full_name,
        "months": f"{first:%-m/%Y}" if first == last else f"{first:%-m/%Y} – {last:%-m/%Y}",
        "day": date_format(timezone.localtime(lock.locked_at), "SHORT_DATE_FORMAT"),
        "reason": lock.reason,
    }


def month_before(month: date) -> date:
    return month.replace(year=month.year - (month.month == 1), month=(month.month - 2) % 12 + 1)


# A cell stood in a month where it stood first in it; one that stood nowhere is held by those above it today.
LOCKS_OVER = """
SELECT asked.cell_id, asked.month, l.id
FROM unnest(%s::bigint[], %s::date[]) AS asked(cell_id, month)
JOIN meetings_cell c ON c.id = asked.cell_id
CROSS JOIN LATERAL (SELECT daterange(asked.month, (asked.month + interval '1 month')::date) AS days) span
LEFT JOIN LATERAL (
    SELECT p.path FROM meetings_placement p WHERE p.cell_id = asked.cell_id AND p.during && span.days
    ORDER BY lower(p.during) LIMIT 1) place ON true
JOIN meetings_recordinglock l ON l.lifted_at IS NULL AND l.during @> asked.month
JOIN meetings_placement above ON above.committee_id = l.committee_id AND above.during && span.days
    AND starts_with(coalesce(place.path, c.scope_path), above.path)
ORDER BY length(above.path), l.id"""


def locks_over(months: Collection[tuple[int, date]], *, share: bool = False) -> dict[tuple[int, date], RecordingLock]:
    """For those (cell key, first of month) that lie under a lock, the one of the nearest committee. At most two queries.

    `share` keeps every lock as it is, and new ones away, until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCKS_OVER + (" FOR SHARE OF l" if share else ""),
            [[cell for cell, _month in months], [month for _cell, month in months]],
        )
        nearest = {(cell, month): key for cell, month, key in cursor.fetchall()}
    if not nearest:
        return {}
    locks = RecordingLock.objects.select_related("committee", "locked_by").in_bulk(set(nearest.values()))
    return {place: locks[key] for place, key in nearest.items()}


def closed(meeting: Meeting, *, adds: bool = False, share: bool = False) -> Closed | None:
    """What makes a writing of this sitting a correction, None where it may be written freely; the sitting need not be stored yet.

    `adds`: it only adds what could come no earlier (the posting of a conclusion), which corrects nothing in a concluded sitting.
    """
    lock = locks_over([(meeting.cell_id, meeting.for_month)], share=share).get((meeting.cell_id, meeting.for_month))
    concluded_at = None if adds else meeting.concluded_at
    return None if lock is None and concluded_at is None else Closed(concluded_at, lock)


def amend(meeting: Meeting, correction: Correction | None, *, by: User, adds: bool = False) -> None:
    """Keep the reason of a writing that is a correction, in the writer's transaction; the locks stay as they are until it ends.

    Raises `Refused` {"reason": why one is needed, by whom and until when} where there is none.
    """
    what = closed(meeting, adds=adds, share=True)
    if what is None:
        return
    if correction is None or not correction.reason.strip():
        raise Refused({"reason": str(what)})
    Amendment.objects.create(meeting=meeting, reason=correction.reason, by=by, at=correction.at)


def require_reason(months: Collection[tuple[int, date]], reason: str) -> None:
    """For an act that moves what locked months (of cells, as `locks_over`) come to without writing a sitting: it takes a reason too.

    Keeps the locks as they are until the transaction ends. Raises `Refused` {"reason": locked by whom, until when}.
    """
    locks = locks_over(months, share=True)
    if locks and not reason.strip():
        raise Refused({"reason": locked_in_words(next(iter(locks.values())))})


@transaction.atomic
def reopen_meeting(*, meeting: Meeting) -> Meeting:
    """Open a concluded sitting again for correction: it is HELD once more, and remembers that it was concluded.

    Locks the meeting. Raises `Refused` where it is not concluded.
    """
    now = Meeting.objects.locked().get(pk=meeting.pk)
    if now.state != MeetingState.CONCLUDED:
        raise Refused({"": _("This sitting is not concluded; its record is open already.")})
    now.state = MeetingState.HELD
    now.version += 1
    now.save(update_fields=["state", "version"])
    return now


@transaction.atomic
def lock_months(*, committee: Committee, during: DateRange, reason: str, by: User, at: datetime) -> RecordingLock:
    """Close months (firsts of months, half-open) of the cells under a committee: what is written there from now on takes a reason.

    Waits for the writers that began before. Raises `Refused` without a reason.
    """
    if not reason.strip():
        raise Refused({"reason": SAY_WHY})
    keep_writers_away()
    return RecordingLock.objects.create(committee=committee, during=during, reason=reason, locked_by=by, locked_at=at)


def keep_writers_away() -> None:
    """Wait for those who have read the locks, and let nobody else read them to write, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE meetings_recordinglock IN EXCLUSIVE MODE")


@transaction.atomic
def lift_lock(*, lock: RecordingLock, by: User, at: datetime) -> RecordingLock:
    """Open locked months again, once the writings that go on have ended. Raises `Refused` where that was done already."""
    now = RecordingLock.objects.select_for_update().get(pk=lock.pk)
    if now.lifted_at is not None:
        raise Refused({"": _("These months were opened again already.")})
    now.lifted_by, now.lifted_at = by, at
    now.save(update_fields=["lifted_by", "lifted_at"])
    return now
