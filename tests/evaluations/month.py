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
from evaluations.conditions import parse
from evaluations.criteria_entries import RowEntry
from evaluations.editing import put_in_order
from evaluations.models import (
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    CriterionKind,
    Grade,
    GradeLimit,
    GroupPart,
    JointCap,
    Parameter,
    RollupCondition,
    RollupRow,
    RollupRule,
    Row,
    RuleDocument,
    ScoreSheet,
    SetKind,
    SetState,
    SheetPart,
)
from evaluations.sheet_lines import Answer
from evaluations.sheets import Sheet, Vote, answer_sheet, open_sheet
from evaluations.storing import store_conditions, store_rows
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


def with_totals(draft: CriteriaSet) -> CriteriaSet:
    """With a joint cap, a group of bonus and one of deductions, and limits of the class, none of which the sample has."""
    cap = JointCap.objects.create(criteria_set=draft, points=13_00, clause="ghi chú")
    cap.lines.set(draft.criteria.filter(code__in=["4.2", "4.3"]))
    draft.groups.filter(code="4").update(max_points=28_00)
    bonus = draft.groups.create(code="T", title="Điểm thưởng", position=90, max_points=3_00, part=GroupPart.BONUS)
    deduction = draft.groups.create(code="Đ", title="Điểm trừ", position=91, max_points=4_00, part=GroupPart.DEDUCTION)
    _line(draft, bonus, "T.1", 2_00, [(2_00, "speakers_rate >= 90", "Từ 90 % phát biểu"), (0, "", "Còn lại")])
    _line(draft, bonus, "T.2", 2_00, [(2_00, "", "Có mô hình mới"), (0, "", "Không có")], kind=CriterionKind.JUDGED)
    _line(draft, deduction, "Đ.1", 0, [(-3_00, "unexcused >= 2", "Từ 2 đồng chí"), (-1_00, "unexcused = 1", "1"), (0, "", "Không có")])
    _line(draft, deduction, "Đ.2", 0, [(0, "", "Không có"), (-2_00, "", "Có đơn thư")], kind=CriterionKind.JUDGED)
    limits = [
        (Grade.FAIR, {"criterion": draft.criteria.get(code="7"), "fewer_than": 24_00}, "", "Kết quả dưới 24 điểm"),
        (Grade.AVERAGE, {"group": draft.groups.get(code="4"), "fewer_than": 15_00}, "is_secret = no", "Nhóm 4 dưới một nửa"),
        (Grade.POOR, {}, "unexcused >= 3", "Từ 3 đồng chí vắng không lý do"),
    ]
    for place, (at_most, asked, when, words) in enumerate(limits, start=1):
        limit = GradeLimit.objects.create(criteria_set=draft, position=place, at_most=at_most, words=words, clause=f"điểm {place}", **asked)
        store_conditions(parse(when), {}, limit=limit)
    put_in_order(draft)
    return draft


def _line(draft: CriteriaSet, group: CriterionGroup, code: str, most: int, rows: list[tuple], kind=CriterionKind.COMPUTED) -> None:
    columns = {"title": f"Dòng {code}", "clause": code, "kind": kind, "max_points": most, "position": 900 + group.position}
    criterion = draft.criteria.create(group=group, code=code, **columns)
    store_rows((RowEntry(points, words, parse(when)) for points, when, words in rows), criterion, {})
    put_in_order(draft)


def put_in_force(committee: Committee, code: str = "thu", effective_from: date = date(2025, 7, 1), draft=None, **where) -> CriteriaSet:
    """A draft (unless given: the sample sheet, cloned) published for the cells under a committee."""
    draft = draft or drafted(committee, code, effective_from)
    return publishing.publish(criteria_set=draft, committee=committee, by=None, at=NOW, **where)


def put_thematic_in_force(committee: Committee, code: str = "thu-chuyen-de") -> CriteriaSet:
    """The sample sheet, cloned for thematic sittings, in force for the cells under a committee."""
    draft = drafted(committee, code)
    draft.part = SheetPart.THEMATIC
    draft.save()
    draft.rollup_rules.all().delete()
    return put_in_force(committee, draft=draft)


@dataclass
class RecordedMonth:
    people: Five
    meeting: Meeting
    criteria_set: CriteriaSet | None
    part: SheetPart = SheetPart.MONTH

    @property
    def sheet(self) -> ScoreSheet:
        return ScoreSheet.objects.get(meeting=self.meeting, part=self.part)


def recorded_month(*, with_set: bool = True, username: str = "bi-thu", **sitting) -> RecordedMonth:
    people = five(username=username)
    committee = Committee.objects.get(scope_path=people.cell.scope_path.removesuffix(people.cell.segment))
    criteria_set = put_in_force(committee) if with_set else None
    return RecordedMonth(people, recorded(people, **sitting), criteria_set)


def filled_in(month: RecordedMonth, *, as_of: date = TODAY, **changes: Answer) -> Sheet:
    """Every line answered: the best level of judged lines, proposals confirmed; `line_3_1=Answer(…)` for one line otherwise."""
    sheet = open_sheet(month.meeting, month.part, as_of=as_of)
    answers = {line.line.index: _usual_answer(line) for line in sheet.lines}
    by_code = {line.line.criterion.code: line.line.index for line in sheet.lines}
    answers |= {by_code[name.removeprefix("line_").replace("_", ".")]: answer for name, answer in changes.items()}
    return answer_sheet(
        meeting=month.meeting,
        part=month.part,
        answers=answers,
        vote=Vote(votes_for=3, votes_base=3, weak_points="Ít ý kiến", remedies="Gợi mở thêm"),
        expected_version=sheet.version,
        by=month.people.user,
        as_of=as_of,
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
