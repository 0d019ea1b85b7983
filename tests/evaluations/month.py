"""A cell with a sheet in force and a month recorded, for the tests of sheets, submission and pages."""

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from io import StringIO
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import transaction

from evaluations import cloning, publishing
from evaluations.models import (
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Parameter,
    RollupCondition,
    RollupRow,
    RollupRule,
    Row,
    RuleDocument,
    ScoreSheet,
    SetKind,
    SetState,
)
from evaluations.sheet_lines import Answer
from evaluations.sheets import Sheet, Vote, answer_sheet, open_sheet
from meetings.models import Committee, Meeting
from meetings.recording import Issue, record_posting
from tests.meetings.sittings import Five, five, recorded

NOW = datetime(2026, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()
NOVEMBER = date(2026, 11, 1)
# In the order in which they refer to each other.
WRITTEN = (RuleDocument, CriteriaSet, CriterionGroup, Parameter, Criterion, Row, Condition, RollupRule, RollupRow, RollupCondition)

# A fresh database counts its keys from 1; rows put in by key stand where it will not get to.
FAR_FROM_THE_SEQUENCES = 1_000_000


@cache
def _rows_of_the_files() -> list[tuple[type, list]]:
    """What load_criteria writes, as rows; reading the files again for every test would cost most of its time."""
    with transaction.atomic():
        call_command("load_criteria", verbosity=0, stdout=StringIO())
        rows = [(model, list(model.objects.order_by("pk"))) for model in WRITTEN]
        transaction.set_rollback(True)
    for model, of_model in rows:
        keys = [field.attname for field in model._meta.concrete_fields if field.primary_key or field.related_model in WRITTEN]
        for row in of_model:
            for key in keys:
                if getattr(row, key) is not None:
                    setattr(row, key, getattr(row, key) + FAR_FROM_THE_SEQUENCES)
    return rows


def load_the_sample() -> None:
    """The criteria files, loaded: a few bulk inserts from the second time on."""
    if CriteriaSet.objects.exists():
        return
    for model, rows in _rows_of_the_files():
        copies = [copy(row) for row in rows]
        for row in copies if model is CriteriaSet else ():
            row.state = SetState.DRAFT  # what binds takes in nothing more
        model.objects.bulk_create(copies)
    CriteriaSet.objects.filter(kind=SetKind.FRAME).update(state=SetState.PUBLISHED)


def drafted(committee: Committee, code: str = "thu", effective_from: date = date(2025, 7, 1)) -> CriteriaSet:
    """A committee's draft, cloned of the sample sheet."""
    load_the_sample()
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    return cloning.clone(
        criteria_set=sample,
        code=code,
        title="Bộ tiêu chí để thử",
        document=sample.document,
        owner=committee,
        effective_from=effective_from,
    )


def put_in_force(committee: Committee, code: str = "thu", effective_from: date = date(2025, 7, 1), draft=None, **where) -> CriteriaSet:
    """A draft (unless given: the sample sheet, cloned) published for the cells under a committee."""
    draft = draft or drafted(committee, code, effective_from)
    return publishing.publish(criteria_set=draft, committee=committee, by=None, at=NOW, **where)


@dataclass
class RecordedMonth:
    people: Five
    meeting: Meeting
    criteria_set: CriteriaSet | None

    @property
    def sheet(self) -> ScoreSheet:
        return ScoreSheet.objects.get(meeting=self.meeting)


def recorded_month(*, with_set: bool = True, username: str = "bi-thu", **sitting) -> RecordedMonth:
    people = five(username=username)
    committee = Committee.objects.get(scope_path=people.cell.scope_path.removesuffix(people.cell.segment))
    criteria_set = put_in_force(committee) if with_set else None
    return RecordedMonth(people, recorded(people, **sitting), criteria_set)


def filled_in(month: RecordedMonth, **changes: Answer) -> Sheet:
    """Every line answered: the best level of judged lines, proposals confirmed; `line_3_1=Answer(…)` for one line otherwise."""
    sheet = open_sheet(month.meeting, as_of=TODAY)
    answers = {line.line.index: _usual_answer(line) for line in sheet.lines}
    by_code = {line.line.criterion.code: line.line.index for line in sheet.lines}
    answers |= {by_code[name.removeprefix("line_").replace("_", ".")]: answer for name, answer in changes.items()}
    return answer_sheet(
        meeting=month.meeting,
        answers=answers,
        vote=Vote(votes_for=3, votes_base=3, weak_points="Ít ý kiến", remedies="Gợi mở thêm"),
        expected_version=sheet.version,
        by=month.people.user,
        as_of=TODAY,
    )


def _usual_answer(line) -> Answer:
    if line.line.criterion.asks_level and line.explanation.is_applicable:
        return Answer(level=0)
    return Answer(confirmed=line.asks_confirmation)


def posted(month: RecordedMonth, posted_on: date = date(2026, 11, 4)) -> Meeting:
    meeting = Meeting.objects.get(pk=month.meeting.pk)
    return record_posting(
        meeting=meeting,
        issue=Issue(document_number="05-KL/CB", issued_on=posted_on, posted_on=posted_on),
        expected_version=meeting.version,
        by=month.people.user,
        today=TODAY,
    )


EVENING = {"starts_at": time(19, 0), "ends_at": time(21, 0)}
