"""A November that cells have not held or not sent, for the tests of the late list: rules for the 3rd, five days to send."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from evaluations.measuring import Targets
from evaluations.models import MonthScore, ScoreState
from evaluations.periods import Month
from evaluations.scoring import score
from meetings.models import Cell, Committee, Level, MeetingRules, User
from tests.evaluations.boards import make_month
from tests.evaluations.month import NOVEMBER
from tests.factories import SINCE, make_cell, make_committee, make_user

MONTH = Month(2026, 11)
# The 20th: both the sitting and, of those held, the sending are past their days.
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()
HELD_BY, SENT_BY = date(2026, 11, 7), date(2026, 11, 12)
NUMBERS = count(1)


@dataclass(frozen=True)
class Ground:
    """Centre's province → commune, beside another commune; the commune's office and the province's board."""

    province: Committee
    commune: Committee
    beside: Committee
    office: User
    board: User


def make_ground() -> Ground:
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)
    commune, beside = (make_committee(f"Đảng ủy xã {name}", parent=province) for name in ("Một", "Hai"))
    return Ground(
        province,
        commune,
        beside,
        make_user("van-phong", full_name="Phạm Thị Văn", office_of=commune),
        make_user("ban-to-chuc", full_name="Lê Văn Ban", board_of=province),
    )


def late_cell(committee: Committee, name: str = "", *, held: bool = False, secretary: bool = True, **columns) -> MonthScore:
    """A cell with a secretary and its November, past the day for holding, or (`held`) for sending."""
    cell = make_cell(name or f"Chi bộ {next(NUMBERS)}", committee=committee)
    if secretary:
        make_user(f"bi-thu-{cell.pk}", full_name=f"Trần Thị Thư {cell.pk}", secretary_of=cell)
    usual = {"hold_by": HELD_BY} | ({"held": True, "state": ScoreState.NOT_SENT, "send_by": SENT_BY} if held else {})
    return make_month(cell, committee, NOVEMBER, **usual | columns)


def secretary_of(month: MonthScore) -> User:
    return User.objects.get(appointments__cell=month.cell_id)


def ruled_cell(committee: Committee) -> Cell:
    """A cell whose November is scored from rules: held by the 7th, sent five days after the sitting; nothing is recorded."""
    MeetingRules.objects.create(
        committee=committee, during=(SINCE, None), document="QĐ", meeting_day=3, last_day=7, sending_lag_days=5, sending_lag_unit="CALENDAR"
    )
    cell = make_cell("Chi bộ Có quy định", committee=committee)
    score(Targets.of([(cell.pk, NOVEMBER)]), as_of=TODAY)
    return cell
