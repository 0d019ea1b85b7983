"""A province's draft that is sent round to its communes, for the tests of consultations; they run in November 2026."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from evaluations.consulting import send_round
from evaluations.models import Consultation, CriteriaSet
from meetings.models import Committee, Level, User
from tests.evaluations.month import drafted
from tests.factories import make_committee, make_user

AT = datetime(2026, 11, 5, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = AT.date()
TOMORROW = AT + timedelta(days=1)
CLOSES_ON = date(2026, 11, 20)
AFTER = datetime(2026, 11, 21, 8, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@dataclass
class Ground:
    """`communes` are right under the province; `speakers` work in their offices, one each."""

    province: Committee
    communes: list[Committee]
    draft: CriteriaSet
    admin: User
    speakers: list[User]
    consultation: Consultation | None = None


def make_ground(communes: int = 2) -> Ground:
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    below = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in range(1, communes + 1)]
    speakers = [make_user(f"xa-{number}", office_of=commune) for number, commune in enumerate(below, start=1)]
    draft = drafted(province, "nhap", date(2027, 1, 1))
    return Ground(province, below, draft, make_user("tieu-chi", criteria_admin_of=province), speakers)


def sent(ground: Ground, at: datetime = AT, opens_on: date = TODAY, closes_on: date = CLOSES_ON, **said) -> Consultation:
    """The ground's draft, sent round to all communes unless `committees` says otherwise."""
    days = {"opens_on": opens_on, "closes_on": closes_on}
    ground.consultation = send_round(criteria_set=ground.draft, **days, by=ground.admin, at=at, **said)
    ground.draft.refresh_from_db()
    return ground.consultation
