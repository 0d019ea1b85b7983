"""What stands around a cell's month beside its sittings and its own sheet, in one statement: its secretary's page asks for all of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, JSONField, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.functional import Promise

from evaluations.changes import waits_to_be_scored
from evaluations.measuring import set_in_force
from evaluations.models import Extension, Grade, MonthScore, ScoreSheet, ScoreState, SheetPart, SheetState
from evaluations.periods import Month
from evaluations.which_sheet import WhichSheet
from meetings.models import Cell, ContentOpening, Meeting, Posting
from meetings.recording import LOCKS_OVER
from meetings.tree import place_in_month

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
class ThematicSheet:
    """The sheet of a thematic (or combined) sitting of the month: `state` is '' before it is begun; points in hundredths."""

    which: WhichSheet
    held_on: date
    state: str
    total: int | None
    grade: str

    @property
    def is_sent(self) -> bool:
        return self.state not in ("", SheetState.DRAFT)

    @property
    def is_returned(self) -> bool:
        return self.state == SheetState.RETURNED

    @property
    def grade_label(self) -> str | Promise:
        return Grade(self.grade).label


@dataclass(frozen=True, slots=True)
class AroundMonth:
    """`past`: the twelve months up to this one, oldest first. `more_time`: the extension that counts. `postings`: the monthly sitting's,
    by kind. `thematic`: the sheets of thematic sittings.
    `returned`: all sheets that are with the cell, oldest month first. `openings`: the latest first. `lock`: the nearest one's key.
    `is_being_scored`: what was recorded is not in the scores yet.
    """

    past: list[PastMonth]
    more_time: MoreTime | None
    postings: dict[str, Posted]
    thematic: list[ThematicSheet]
    returned: list[WhichSheet]
    openings: list[Opening]
    lock: int | None
    is_being_scored: bool


# Of the sittings that have, or may be given, a sheet of their own. Parameters: the cell, the first of the month.
THEMATIC = f"""
SELECT jsonb_agg(jsonb_build_object('sitting', m.public_id, 'held_on', m.held_on, 'state', coalesce(s.state, ''),
    'total', coalesce(s.verified_total, s.total), 'grade', coalesce(nullif(s.verified_grade, ''), s.grade, '')) ORDER BY m.held_on, m.id)
FROM meetings_meeting m JOIN meetings_cell c ON c.id = m.cell_id
JOIN LATERAL ({place_in_month("m.cell_id", "m.for_month")}) place ON true
LEFT JOIN LATERAL ({set_in_force("'THEMATIC'", "place.path", "c.kind", "m.held_on")}) in_force ON true
LEFT JOIN evaluations_scoresheet s ON s.meeting_id = m.id AND s.part = 'THEMATIC'
WHERE m.cell_id = %s AND m.for_month = %s AND m.kind IN ('THEMATIC', 'COMBINED') AND m.state IN ('HELD', 'CONCLUDED')
    AND (in_force.criteria_set_id IS NOT NULL OR s.state <> 'DRAFT')"""


def around(cell: Cell, month: Month, meeting: Meeting | None) -> AroundMonth:
    """One query."""
    months = [month.shifted(-back) for back in reversed(range(MONTHS_SHOWN))]
    own = {"cell": OuterRef("pk")}
    scores = MonthScore.objects.filter(month__gte=months[0].first, month__lte=month.first, **own)
    extensions = Extension.objects.filter(month=month.first, **own).order_by("-granted_at", "-pk")
    postings = Posting.objects.filter(meeting=meeting) if meeting else Posting.objects.none()
    returned = ScoreSheet.objects.standing().filter(state=SheetState.RETURNED, **own)
    openings = ContentOpening.objects.filter(meeting__cell=OuterRef("pk")).order_by("-opened_at")
    sheet_told = JSONObject(month="month", part="part", sitting="meeting__public_id")
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
            thematic=RawSQL(f"({THEMATIC})", [cell.pk, month.first], output_field=JSONField()),
            returned=ArraySubquery(returned.order_by("month", "pk").values(told=sheet_told)),
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
        thematic=[_thematic(month, each) for each in found["thematic"] or ()],
        returned=[_which(each) for each in found["returned"]],
        openings=[_opening(each) for each in found["openings"]],
        lock=found["locks"][-1] if found["locks"] else None,
        is_being_scored=found["is_being_scored"],
    )


def _past(month: Month, scored: dict[str, str] | None) -> PastMonth:
    return PastMonth(month, scored["state"], scored["grade"]) if scored else PastMonth(month, "", "")


def _thematic(month: Month, told: dict) -> ThematicSheet:
    which = WhichSheet(month, UUID(told["sitting"]))
    return ThematicSheet(which, date.fromisoformat(told["held_on"]), told["state"], told["total"], told["grade"])


def _which(told: dict[str, str]) -> WhichSheet:
    return WhichSheet(Month.of(date.fromisoformat(told["month"])), UUID(told["sitting"]) if told["part"] == SheetPart.THEMATIC else None)


def _opening(told: dict[str, str]) -> Opening:
    return Opening(told["by"], datetime.fromisoformat(told["at"]), Month.of(date.fromisoformat(told["month"])), told["reason"])


def _posted(told: dict[str, str]) -> Posted:
    return Posted(told["number"], _day(told["issued_on"]), _day(told["posted_on"]))


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
