"""The accounts of the fictional province. Their password is public: it opens made-up data and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils.timezone import get_current_timezone

from evaluations.demo.names import invented_name
from evaluations.demo.province import invented_uuid
from evaluations.demo.rosters import House
from evaluations.demo.tables import Keys, Table, span
from meetings.models import Appointment, Committee, DemoData, Role, User

PASSWORD = "minh-hoa-2025"
SECRETARY = "bithu"
OFFICE = "vanphong"


@dataclass(frozen=True, slots=True)
class Login:
    """The demo account of one role."""

    role: Role
    username: str


LOGINS = (
    Login(Role.SECRETARY, SECRETARY),
    Login(Role.FOLLOWING_MEMBER, "capuyvien"),
    Login(Role.COMMITTEE, OFFICE),
    Login(Role.PROVINCIAL_BOARD, "bantochuc"),
    Login(Role.CRITERIA_ADMIN, "tieuchi"),
    Login(Role.AUDITOR, "kiemtra"),
)
USERNAMES = {login.role: login.username for login in LOGINS}
# How many cells the demo's following member has, the shown one among them.
FOLLOWED = 5


def taken_usernames() -> list[str]:
    """Names of the demo's accounts that someone has already."""
    names = [login.username for login in LOGINS]
    taken = Q(username__in=names) | Q(username__startswith=f"{SECRETARY}.") | Q(username__startswith=f"{OFFICE}.")
    return list(User.objects.filter(taken).order_by("username").values_list("username", flat=True))


def demo_logins() -> list[Login]:
    """The accounts that are there, one per role; none in a database of real data."""
    if not DemoData.objects.exists():
        return []
    there = set(User.objects.filter(is_active=True, username__in=USERNAMES.values()).values_list("username", flat=True))
    return [login for login in LOGINS if login.username in there]


class Accounts:
    """Writes users and appointments; the password is hashed once, for hashing costs on purpose."""

    def __init__(self, cursor, *, since: date):
        self.since = since
        self.hash = make_password(PASSWORD)
        self.created_at = datetime(since.year, since.month, since.day, 8, tzinfo=get_current_timezone())
        self.keys = Keys(cursor, User, 1000)
        self.users = Table(User, "id", "username", "full_name", "password", "is_active", "created_at")
        self.appointments = Table(Appointment, "public_id", "user_id", "role", "cell_id", "committee_id", "during")

    def user(self, username: str, full_name: str) -> int:
        key = self.keys.next()
        self.users.add(key, username, full_name, self.hash, True, self.created_at)
        return key

    def appoint(self, user: int, role: str, rng: Random, *, cell: int | None = None, committee: int | None = None) -> None:
        self.appointments.add(invented_uuid(rng), user, role, cell, committee, span(self.since))

    def secretary(self, house: House, rng: Random) -> int:
        """The account of a cell's secretary; returns its key."""
        name = SECRETARY if house.plan.is_shown else f"{SECRETARY}.{house.plan.number:05d}"
        user = self.user(name, house.secretary.name)
        self.appoint(user, Role.SECRETARY, rng, cell=house.cell.pk)
        return user

    def office(self, houses: list[House], committee: Committee, rng: Random) -> int:
        """The account of the office of a committee with these cells; returns its key."""
        first = houses[0].plan
        user = self.user(OFFICE if first.is_shown else f"{OFFICE}.{first.number:05d}", invented_name(rng))
        self.appoint(user, Role.COMMITTEE, rng, committee=committee.pk)
        return user

    def around_shown(self, houses: list[House], province: Committee, rng: Random) -> None:
        """The other accounts that go with the shown cell: who follows it and a few beside it, the province's board and its like."""
        follower = self.user(USERNAMES[Role.FOLLOWING_MEMBER], invented_name(rng))
        for house in houses[:FOLLOWED]:
            self.appoint(follower, Role.FOLLOWING_MEMBER, rng, cell=house.cell.pk)
        for role in (Role.PROVINCIAL_BOARD, Role.CRITERIA_ADMIN, Role.AUDITOR):
            self.appoint(self.user(USERNAMES[role], invented_name(rng)), role, rng, committee=province.pk)

    def write(self, cursor) -> None:
        self.users.write(cursor)
        self.appointments.write(cursor)
