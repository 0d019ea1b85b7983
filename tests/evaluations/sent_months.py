"""Months sent up, with those who verify them, for the tests of verification."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import uuid4

from evaluations.models import ScoreSheet
from evaluations.review import Remark, send_back
from evaluations.sheet_lines import Answer
from evaluations.submission import submit
from meetings.models import Committee, Meeting, User
from tests.evaluations.month import NOW, RecordedMonth, filled_in, posted, recorded_month
from tests.factories import make_cell, make_user
from tests.meetings.sittings import Five, five, recorded

LATER = NOW + timedelta(hours=2)
THE_4TH = date(2026, 11, 4)


@dataclass
class Sent:
    """A sent month, its committee, whose office decides, and the member who follows the cell."""

    month: RecordedMonth
    committee: Committee
    office: User
    follower: User

    @property
    def people(self) -> Five:
        return self.month.people

    @property
    def sheet(self) -> ScoreSheet:
        return ScoreSheet.objects.select_related("cell", "criteria_set", "meeting").get(pk=self.month.sheet.pk)

    @property
    def meeting(self) -> Meeting:
        return Meeting.objects.select_related("cell").get(pk=self.month.meeting.pk)

    def line(self, code: str) -> int:
        """The index of the line with that code."""
        return list(self.month.criteria_set.criteria.values_list("code", flat=True)).index(code)


def sent_month(**changes: Answer) -> Sent:
    """November sent up, every line due; `line_3_1=Answer(…)` for one line otherwise than best."""
    month = recorded_month()
    send(month, changes)
    committee = month.people.cell.placements.get().parent
    return Sent(
        month,
        committee,
        make_user("van-phong", full_name="Phạm Thị Văn", office_of=committee),
        make_user("cap-uy-vien", full_name="Lê Phụ Trách", follows=month.people.cell),
    )


def another(sent: Sent, name: str, **changes: Answer) -> Sent:
    """Another cell of the same committee, its November sent up too."""
    people = five(make_cell(name, committee=sent.committee), username=f"bi-thu {name}")
    month = RecordedMonth(people, recorded(people), sent.month.criteria_set)
    send(month, changes)
    return replace(sent, month=month)


def send(month: RecordedMonth, changes: Mapping[str, Answer] = MappingProxyType({})) -> None:
    """Fill the month in, post its conclusion and send it up."""
    filled_in(month, **changes)
    posted(month, max(THE_4TH, month.meeting.held_on))
    submit(meeting=month.meeting, part=month.part, by=month.people.user, at=NOW, expected_version=month.sheet.version)


def returned(sent: Sent, reason: str = "Giải trình mục 1", **notes: str) -> Sent:
    """The sheet returned by the office, with notes by code (`line_1="…"`)."""
    remarks = {sent.line(name.removeprefix("line_").replace("_", ".")): Remark(note=note) for name, note in notes.items()}
    send_back(sheet=sent.sheet, remarks=remarks, reason=reason, seen=sent.sheet.seen, by=sent.office, at=LATER)
    return sent


def copies(sent: Sent, count: int) -> list[ScoreSheet]:
    """The sheet once more for as many new cells of the committee, in a few statements: for pages that list many."""
    sheets = []
    for number in range(count):
        sheet, meeting = sent.sheet, sent.meeting
        meeting.pk = sheet.pk = None
        meeting.public_id, sheet.public_id = uuid4(), uuid4()
        meeting.cell = sheet.cell = make_cell(f"Chi bộ bản sao {number} {sheet.public_id}", committee=sent.committee)
        meeting.save()
        sheet.meeting = meeting
        sheet.save()
        sheets.append(sheet)
    return sheets
