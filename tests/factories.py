"""Plain functions that make what a test needs, through the product's own doors where there is one."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from meetings import tree
from meetings.models import (
    Appointment,
    Cell,
    CellKind,
    Committee,
    Exemption,
    Level,
    Member,
    Membership,
    Position,
    Relation,
    Role,
    Standing,
    StandingKind,
    User,
)

SINCE = date(2025, 7, 1)
PASSWORD = "mat-khau-de-thu-9"


@cache
def hashed_password() -> str:
    """Hashing costs on purpose; once per run is enough."""
    return make_password(PASSWORD)


def make_committee(
    name: str = "Đảng ủy xã Minh Họa",
    level: str = Level.UPPER_GRASSROOTS,
    parent: Committee | None = None,
    since: date = SINCE,
    **fields,
) -> Committee:
    committee = Committee.objects.create(name=name, level=level, **fields)
    tree.place_committee(committee=committee, parent=parent, from_=since)
    return committee


def make_cell(
    name: str = "Chi bộ Thôn Một",
    kind: str = CellKind.VILLAGE,
    committee: Committee | None = None,
    since: date = SINCE,
    **fields,
) -> Cell:
    cell = Cell.objects.create(name=name, kind=kind, **fields)
    tree.place_cell(cell=cell, parent=committee or make_committee(), from_=since)
    return cell


def make_member(
    cell: Cell,
    name: str = "Nguyễn Văn An",
    standing: str = StandingKind.OFFICIAL,
    since: date = SINCE,
    position: str | None = None,
    exemption: str | None = None,
    relation: str = Relation.HOME,
    until: date | None = None,
) -> Member:
    """A new member of the cell, at home or (`relation`) temporary there."""
    member = Member.objects.create(full_name=name)
    Membership.objects.create(member=member, cell=cell, relation=relation, during=(since, until))
    Standing.objects.create(member=member, kind=standing, during=(since, None))
    if position:
        Position.objects.create(member=member, cell=cell, title=position, during=(since, until))
    if exemption:
        Exemption.objects.create(member=member, kind=exemption, during=(since, None), resolution_number="01-NQ/CB")
    return member


def make_members(cell: Cell, count: int, since: date = SINCE) -> list[Member]:
    """Many official members at once, in a handful of statements."""
    family = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"]
    middle = ["Văn", "Thị", "Đức", "Minh", "Thị Thu", "Quang", "Thị Hồng", "Hữu", "Công"]
    given = [
        "An",
        "Ánh",
        "Bình",
        "Cường",
        "Dũng",
        "Đào",
        "Hạnh",
        "Hòa",
        "Lan",
        "Nam",
        "Nhung",
        "Oanh",
        "Phúc",
        "Quý",
        "Thắng",
        "Yến",
    ]
    members = Member.objects.bulk_create(Member(full_name=f"{family[i % 8]} {middle[i % 9]} {given[i % 15]}") for i in range(count))
    Membership.objects.bulk_create(Membership(member=member, cell=cell, relation=Relation.HOME, during=(since, None)) for member in members)
    Standing.objects.bulk_create(Standing(member=member, kind=StandingKind.OFFICIAL, during=(since, None)) for member in members)
    return members


def make_user(
    username: str = "bi-thu",
    *,
    full_name: str = "",
    secretary_of: Cell | None = None,
    follows: Cell | None = None,
    office_of: Committee | None = None,
    board_of: Committee | None = None,
    criteria_admin_of: Committee | None = None,
    auditor_of: Committee | None = None,
    since: date = SINCE,
) -> User:
    """A user with `PASSWORD` and an appointment for each body given."""
    user = User.objects.create(
        username=username,
        full_name=full_name or f"Đồng chí {username}",
        password=hashed_password(),
        created_at=datetime(since.year, since.month, since.day, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
    )
    for role, body in (
        (Role.SECRETARY, secretary_of),
        (Role.FOLLOWING_MEMBER, follows),
        (Role.COMMITTEE, office_of),
        (Role.PROVINCIAL_BOARD, board_of),
        (Role.CRITERIA_ADMIN, criteria_admin_of),
        (Role.AUDITOR, auditor_of),
    ):
        if body is not None:
            place = {"cell": body} if isinstance(body, Cell) else {"committee": body}
            Appointment.objects.create(user=user, role=role, during=(since, None), **place)
    return user
