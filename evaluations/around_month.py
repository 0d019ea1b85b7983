"""What stands around a cell's month beside its sittings and its sheet, in one statement: its secretary's page asks for all of it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.functional import Promise

from evaluations.changes import waits_to_be_scored
from evaluations.models import Extension, Grade, MonthScore, ScoreSheet, ScoreState, SheetState
from evaluations.periods import Month
from meetings.models import Cell, ContentOpening, Meeting, Posting
from meetings.recording import LOCKS_OVER

MONTHS_SHOWN = 12
OPENINGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PastMonth:
    """`state` and `grade` are '' for a month that nobody has scored yet."""

    month: Month
    state: str
    grade: str

    @property
    def label(self) -> str | Promise:
        if self.grade:
            return Grade(self.grade).label
        return ScoreState(self.state).label if self.state else ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opened the content of a sitting, and why."""

    by: str
    at: datetime
    month: Month
    reason: str


@dataclass(frozen=True, slots=True)
class MoreTime:
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Posted:
    document_number: str
    issued_on: date | None
    posted_on: date | None


@dataclass(frozen=True, slots=True)
class AroundMonth:
    """`past`: the twelve months up to this one, oldest first. `more_time`: the extension that counts. `postings`: the monthly sitting's,
    by kind. `returned`: all months whose sheet is with the cell, oldest first. `openings`: the latest first. `lock`: the nearest one's key.
    `is_being_scored`: what was recorded is not in the scores yet.
    """

    past: list[PastMonth]
    more_time: MoreTime | None
    postings: dict[str, Posted]
    returned: list[Month]
    openings: list[Opening]
    lock: int | None
    is_being_scored: bool


def around(cell: Cell, month: Month, meeting: Meeting | None) -> AroundMonth:
    """One query."""
    months = [month.shifted(-back) for back in reversed(range(MONTHS_SHOWN))]
    own = {"cell": OuterRef("pk")}
    scores = MonthScore.objects.filter(month__gte=months[0].first, month__lte=month.first, **own)
    extensions = Extension.objects.filter(month=month.first, **own).order_by("-granted_at", "-pk")
    postings = Posting.objects.filter(meeting=meeting) if meeting else Posting.objects.none()
    returned = ScoreSheet.objects.filter(state=SheetState.RETURNED, **own)
    openings = ContentOpening.objects.filter(meeting__cell=OuterRef("pk")).order_by("-opened_at")
    opened = JSONObject(by="user__full_name", at="opened_at", month="meeting__for_month", reason="reason")
    # The last of a cell's locks is that of the nearest committee.
    locks = RawSQL(f"SELECT array_agg(id) FROM ({LOCKS_OVER}) AS over(cell_id, month, id)", [[cell.pk], [month.first]])
    locks.output_field = ArrayField(BigIntegerField())
    found = (
        Cell.objects.filter(pk=cell.pk)
        .values(
            is_being_scored=ExpressionWrapper(waits_to_be_scored(month.end), output_field=BooleanField()),
            scores=ArraySubquery(scores.values(told=JSONObject(month="month", state="state", grade="grade"))),
            more_time=Subquery(extensions.values(told=JSONObject(until="until", reason="reason"))[:1]),
            postings=ArraySubquery(
                postings.values(told=JSONObject(kind="kind", number="document_number", issued_on="issued_on", posted_on="posted_on"))
            ),
            returned=ArraySubquery(returned.order_by("month").values("month")),
            openings=ArraySubquery(openings.values(told=opened)[:OPENINGS_SHOWN]),
            locks=locks,
        )
        .get()
    )
    scored = {date.fromisoformat(each["month"]): each for each in found["scores"]}
    more_time = found["more_time"]
    return AroundMonth(
        past=[_past(each, scored.get(each.first)) for each in months],
        more_time=more_time and MoreTime(date.fromisoformat(more_time["until"]), more_time["reason"]),
        postings={each["kind"]: _posted(each) for each in found["postings"] or ()},
        returned=[Month.of(each) for each in found["returned"]],
        openings=[_opening(each) for each in found["openings"]],
        lock=found["locks"][-1] if found["locks"] else None,
        is_being_scored=found["is_being_scored"],
    )


def _past(month: Month, scored: dict[str, str] | None) -> PastMonth:
    return PastMonth(month, scored["state"], scored["grade"]) if scored else PastMonth(month, "", "")


def _opening(told: dict[str, str]) -> Opening:
    return Opening(told["by"], datetime.fromisoformat(told["at"]), Month.of(date.fromisoformat(told["month"])), told["reason"])


def _posted(told: dict[str, str]) -> Posted:
    return Posted(told["number"], _day(told["issued_on"]), _day(told["posted_on"]))


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
