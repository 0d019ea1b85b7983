"""Who belongs to an invented cell, from when to when, in what standing and position."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from evaluations.demo.names import invented_name
from evaluations.demo.province import CellPlan, invented_uuid
from evaluations.demo.tables import Keys, Table, span
from evaluations.demo.tempers import ORDINARY, Temper, invented_temper
from meetings.models import (
    Cell,
    CellKind,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    Position,
    PositionTitle,
    Relation,
    Standing,
    StandingKind,
)

A_YEAR = timedelta(days=365)

EXEMPT_SHARES = {CellKind.VILLAGE: 0.16, CellKind.PUBLIC_UNIT: 0.01, CellKind.OFFICE: 0.01}
PROBATIONARY_SHARES = {CellKind.STUDENTS: 0.35, CellKind.ARMY: 0.12, CellKind.PRIVATE_ENTERPRISE: 0.10}
SPECIAL_DUTY_SHARE = 0.06
SHOWN_EXEMPT = (20, 21)
REASONS_OF_LEAVING = ("Từ trần", "Chuyển sinh hoạt ra ngoài tỉnh", "Xin ra khỏi Đảng")


@dataclass(eq=False, slots=True)
class Person:
    """A member as the log needs him: standing, exemption, and how readily he comes and speaks."""

    key: int
    name: str
    official_from: date
    exemption: str = ""
    exempt: tuple[date, date | None] = (date.max, None)
    comes: float = 0.95  # beside the cell's own chance
    speaks: float = 1.0  # weight beside the others'

    def standing_on(self, day: date) -> str:
        return "OFFICIAL" if self.official_from <= day else "PROBATIONARY"

    def exemption_on(self, day: date) -> str:
        begins, ends = self.exempt
        return self.exemption if begins <= day and (ends is None or day < ends) else ""


@dataclass(eq=False, slots=True)
class Belonging:
    """A person in a cell, [since, until); `away` are the days on which he is for a time with another cell."""

    person: Person
    since: date
    until: date | None = None
    relation: str = Relation.HOME
    end_reason: str = ""
    away: tuple[date, date] | None = None

    def covers(self, day: date) -> bool:
        if day < self.since or (self.until is not None and day >= self.until):
            return False
        return self.away is None or not self.away[0] <= day < self.away[1]


@dataclass(eq=False, slots=True)
class House:
    """A cell with its people."""

    plan: CellPlan
    cell: Cell
    committee_name: str
    temper: Temper
    belongings: list[Belonging] = field(default_factory=list)
    positions: dict[int, str] = field(default_factory=dict)  # member key → PositionTitle
    secretary: Person | None = None
    deputy: Person | None = None

    def on(self, day: date) -> Iterator[Person]:
        return (belonging.person for belonging in self.belongings if belonging.covers(day))

    @property
    def movable(self) -> list[Belonging]:
        """Those who may leave without leaving a position vacant."""
        return [
            belonging
            for belonging in self.belongings
            if belonging.until is None
            and belonging.away is None
            and belonging.relation == Relation.HOME
            and not belonging.person.exemption
            and belonging.person.key not in self.positions
        ]


class Rosters:
    """Draws people and writes their rows. `since` is the day from which the tree stands, [first, end) are the months of the log."""

    def __init__(self, cursor, *, since: date, first: date, end: date):
        self.keys = Keys(cursor, Member, 5000)
        self.since, self.first, self.end = since, first, end
        self.members = Table(Member, "id", "public_id", "full_name", "official_code")
        self.memberships = Table(Membership, "member_id", "cell_id", "relation", "during", "end_reason")
        self.standings = Table(Standing, "member_id", "kind", "during")
        self.exemptions = Table(Exemption, "member_id", "kind", "during", "resolution_number")
        self.positions = Table(Position, "member_id", "cell_id", "title", "during")

    def house(self, plan: CellPlan, cell: Cell, committee_name: str, rng: Random) -> House:
        """The cell's people as they are before anyone moves."""
        temper = ORDINARY if plan.is_shown else invented_temper(rng)
        house = House(plan, cell, committee_name, temper)
        for place in range(plan.size):
            # The first five were here from the start, so that the cell always has its officers; of the others a few come later.
            may_leave = place >= 5 and not plan.is_shown
            admitted = (may_leave and rng.random() < 0.05) or (plan.is_shown and place == plan.size - 1)
            since = self.some_day(rng) if admitted else self.since
            person = self.person(plan, rng, place=place, admitted_on=since if admitted else None)
            house.belongings.append(Belonging(person, since))
            if may_leave and not admitted and rng.random() < 0.012:
                house.belongings[-1].until = self.some_day(rng)
                house.belongings[-1].end_reason = rng.choice(REASONS_OF_LEAVING)
        self.fill_positions(house, rng)
        return house

    def person(self, plan: CellPlan, rng: Random, *, place: int, admitted_on: date | None) -> Person:
        kind = CellKind(plan.kind)
        person = Person(self.keys.next(), invented_name(rng), official_from=self.since)
        self.members.add(person.key, invented_uuid(rng), person.name, None)
        person.comes = min(0.999, max(0.5, rng.gauss(0.985, 0.03)))
        person.speaks = rng.lognormvariate(0, 0.6)
        may_differ = place >= 5 and not plan.is_shown
        if admitted_on:
            person.official_from = admitted_on + A_YEAR
        elif plan.is_shown and place in SHOWN_EXEMPT:
            person.exemption, person.exempt = ExemptionKind.EXEMPT, (self.since, None)
        elif may_differ and rng.random() < PROBATIONARY_SHARES.get(kind, 0.03):
            person.official_from = self.since + timedelta(days=rng.randint(20, 360))
        elif may_differ:
            self.exempt_some(person, kind, rng)
        self.write_standing(person)
        if person.exemption:
            number = f"{rng.randint(1, 60):02d}-{'NQ/CB' if person.exemption == ExemptionKind.EXEMPT else 'QĐ/ĐU'}"
            self.exemptions.add(person.key, str(person.exemption), span(*person.exempt), number)
        return person

    def exempt_some(self, person: Person, kind: CellKind, rng: Random) -> None:
        begins = self.some_day(rng)
        if rng.random() < EXEMPT_SHARES.get(kind, 0.003):
            since_long_ago = rng.random() < 0.8
            person.exemption, person.exempt = ExemptionKind.EXEMPT, (self.since if since_long_ago else begins, None)
        elif kind in (CellKind.ARMY, CellKind.POLICE) and rng.random() < SPECIAL_DUTY_SHARE:
            person.exemption, person.exempt = ExemptionKind.SPECIAL_DUTY, (begins, begins + timedelta(days=rng.randint(40, 200)))
        elif rng.random() < 0.0015:
            person.exemption, person.exempt = ExemptionKind.SUSPENDED, (begins, begins + timedelta(days=90))
        elif rng.random() < 0.006:
            # Works far away and is excused again and again.
            person.comes = 0.35

    def write_standing(self, person: Person) -> None:
        turned = person.official_from
        if turned > self.since:
            self.standings.add(person.key, str(StandingKind.PROBATIONARY), span(turned - A_YEAR, turned))
        self.standings.add(person.key, str(StandingKind.OFFICIAL), span(turned))

    def fill_positions(self, house: House, rng: Random) -> None:
        """A secretary always, mostly a deputy; from nine official members on a committee of three or five."""
        officers = [belonging.person for belonging in house.belongings[:5]]
        official = sum(belonging.person.official_from == self.since for belonging in house.belongings)
        house.secretary = officers[0]
        house.positions[officers[0].key] = PositionTitle.SECRETARY
        if official >= 9 or house.plan.is_shown or rng.random() < 0.7:
            house.deputy = officers[1]
            house.positions[officers[1].key] = PositionTitle.DEPUTY
        if official >= 9:
            for person in officers[2 : 5 if official >= 30 else 3]:
                house.positions[person.key] = PositionTitle.COMMITTEE_MEMBER

    def move_some(self, houses: list[House], rng: Random) -> None:
        """Transfers for good, and members who stay with another cell for a time, between cells of the same neighbourhood."""
        for house, other in pairwise(houses):
            if house.plan.is_shown or other.plan.is_shown:
                continue
            if len(house.movable) > 8 and rng.random() < 0.15:
                leaving = rng.choice(house.movable)
                leaving.until, leaving.end_reason = max(self.some_day(rng), leaving.since + timedelta(days=1)), "Chuyển sinh hoạt đảng"
                other.belongings.append(Belonging(leaving.person, leaving.until))
            if len(house.movable) > 8 and rng.random() < 0.06:
                leaving = rng.choice(house.movable)
                begins = max(self.some_day(rng), leaving.since + timedelta(days=1))
                leaving.away = (begins, begins + timedelta(days=rng.randint(60, 180)))
                other.belongings.append(Belonging(leaving.person, *leaving.away, relation=Relation.TEMPORARY))

    def write_house(self, house: House) -> None:
        for belonging in house.belongings:
            self.memberships.add(
                belonging.person.key, house.cell.pk, str(belonging.relation), span(belonging.since, belonging.until), belonging.end_reason
            )
        for member, title in house.positions.items():
            self.positions.add(member, house.cell.pk, str(title), span(self.since))

    def some_day(self, rng: Random) -> date:
        return self.first + timedelta(days=rng.randrange(15, max(16, (self.end - self.first).days)))

    def write(self, cursor) -> None:
        for table in (self.members, self.memberships, self.standings, self.exemptions, self.positions):
            table.write(cursor)
