"""The tree of the fictional province: which committees there are, which cells under each, and how large they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from math import ceil
from random import Random
from uuid import UUID

from meetings.models import CellKind, Level

PROVINCE_NAME = "Tỉnh ủy Minh Họa"


def invented_uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


@dataclass(eq=False, slots=True)
class CommitteePlan:
    name: str
    level: str
    parent: "CommitteePlan | None" = None
    cells: list["CellPlan"] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class CellPlan:
    name: str
    kind: str
    number: int
    size: int
    # The cell whose secretary, office and following member the demo's logins are for.
    is_shown: bool = False


# kind → (median, spread of the logarithm, smallest, largest)
SIZES = {
    CellKind.VILLAGE: (25, 0.42, 5, 100),
    CellKind.OFFICE: (13, 0.40, 4, 45),
    CellKind.SCHOOL: (19, 0.38, 5, 60),
    CellKind.PUBLIC_UNIT: (15, 0.40, 4, 60),
    CellKind.STATE_ENTERPRISE: (17, 0.45, 4, 70),
    CellKind.PRIVATE_ENTERPRISE: (7, 0.45, 3, 25),
    CellKind.ARMY: (12, 0.30, 5, 35),
    CellKind.POLICE: (17, 0.35, 5, 45),
    CellKind.STUDENTS: (10, 0.40, 3, 40),
    CellKind.ABROAD: (6, 0.40, 3, 20),
}
SHOWN_SIZE = 24

# Where the cells that belong to no commune stand: their share of all cells.
SHARES_ELSEWHERE = (
    ("police", 0.045),
    ("army", 0.035),
    ("agencies", 0.025),
    ("departments", 0.035),
    ("hospitals", 0.02),
    ("universities", 0.025),
    ("state enterprises", 0.02),
    ("private enterprises", 0.015),
    ("abroad", 0.004),
)
# The order in which a commune's cells come, villages most of them.
V = CellKind.VILLAGE
COMMUNE_PATTERN = (
    *(V, V, CellKind.OFFICE, V, V, CellKind.SCHOOL, V, CellKind.POLICE, V, V, CellKind.PUBLIC_UNIT, V, V, CellKind.ARMY),
    *(V, CellKind.SCHOOL, V, V, CellKind.OFFICE, V, V, V, CellKind.PRIVATE_ENTERPRISE, V, V),
)
CELLS_OF_A_COMMUNE = (12, 25)

COMMUNE_NAMES = {
    CellKind.SCHOOL: "Chi bộ Trường Tiểu học và Trung học cơ sở số {}",
    CellKind.PUBLIC_UNIT: "Chi bộ Trạm Y tế số {}",
    CellKind.OFFICE: "Chi bộ Cơ quan {}",
    CellKind.POLICE: "Chi bộ Công an {}",
    CellKind.ARMY: "Chi bộ Quân sự {}",
    CellKind.PRIVATE_ENTERPRISE: "Chi bộ Công ty TNHH Minh Họa số {}",
}


class Planner:
    """Draws the province; the same seed and number of cells give the same one."""

    def __init__(self, cells: int, rng: Random):
        self.rng = rng
        self.wanted = cells
        self.committees: list[CommitteePlan] = []
        self.numbers = count(1)

    def plan(self) -> list[CommitteePlan]:
        """The committees, each parent before its children, with their cells; the province committee is the first."""
        province = self.committee(PROVINCE_NAME, Level.PROVINCE, None)
        elsewhere = {name: self.rounded(share * self.wanted) for name, share in SHARES_ELSEWHERE}
        # A small demo keeps most of its cells in communes.
        while sum(elsewhere.values()) > self.wanted // 2:
            largest = max(reversed(elsewhere), key=elsewhere.get)
            elsewhere[largest] -= 1
        self.communes(province, self.wanted - sum(elsewhere.values()))
        agencies = self.committee("Đảng ủy các cơ quan Đảng tỉnh Minh Họa", Level.UPPER_GRASSROOTS, province)
        government = self.committee("Đảng ủy Ủy ban nhân dân tỉnh Minh Họa", Level.UPPER_GRASSROOTS, province)
        police = self.committee("Đảng ủy Công an tỉnh Minh Họa", Level.UPPER_GRASSROOTS, province)
        army = self.committee("Đảng ủy Quân sự tỉnh Minh Họa", Level.UPPER_GRASSROOTS, province)
        self.single(agencies, "Chi bộ Cơ quan Đảng số {}", CellKind.OFFICE, elsewhere["agencies"])
        self.single(agencies, "Chi bộ lưu học sinh ngoài nước số {}", CellKind.ABROAD, elsewhere["abroad"])
        self.single(government, "Chi bộ Công ty cổ phần Minh Họa số {}", CellKind.PRIVATE_ENTERPRISE, elsewhere["private enterprises"])
        for name, unit, sections, kinds in (
            ("departments", "Sở Minh Họa {}", None, [(CellKind.OFFICE, "Chi bộ Phòng số {}")]),
            ("hospitals", "Bệnh viện Minh Họa {}", "Khối lâm sàng {}", [(CellKind.PUBLIC_UNIT, "Chi bộ Khoa số {}")]),
            (
                "universities",
                "Trường Đại học Minh Họa {}",
                "Khoa {}",
                [(CellKind.STUDENTS, "Chi bộ Sinh viên số {}"), (CellKind.SCHOOL, "Chi bộ Giảng viên số {}")],
            ),
            ("state enterprises", "Tổng công ty Minh Họa {}", "Xí nghiệp {}", [(CellKind.STATE_ENTERPRISE, "Chi bộ Phân xưởng số {}")]),
        ):
            self.grassroots(government, elsewhere[name], unit, sections, kinds)
        self.grassroots(
            police, elsewhere["police"], "Phòng nghiệp vụ Minh Họa {}", "Đội {}", [(CellKind.POLICE, "Chi bộ Tổ công tác số {}")]
        )
        self.grassroots(army, elsewhere["army"], "Trung đoàn Minh Họa {}", "Tiểu đoàn {}", [(CellKind.ARMY, "Chi bộ Đại đội {}")])
        return self.committees

    def rounded(self, wanted: float) -> int:
        return max(1, round(wanted))

    def committee(self, name: str, level: str, parent: CommitteePlan | None) -> CommitteePlan:
        self.committees.append(CommitteePlan(name, level, parent))
        return self.committees[-1]

    def cell(self, committee: CommitteePlan, name: str, kind: str) -> CellPlan:
        median, spread, smallest, largest = SIZES[CellKind(kind)]
        size = min(largest, max(smallest, round(median * self.rng.lognormvariate(0, spread))))
        committee.cells.append(CellPlan(name, kind, next(self.numbers), size))
        return committee.cells[-1]

    def communes(self, province: CommitteePlan, cells: int) -> None:
        for number, here in enumerate(self.shares_of_communes(cells), start=1):
            is_ward = number % 4 == 0
            unit = "phường" if is_ward else "xã"
            commune = self.committee(f"Đảng ủy {unit} Minh Họa {number}", Level.UPPER_GRASSROOTS, province)
            self.cells_of_commune(commune, here, f"{unit} Minh Họa {number}", "Tổ dân phố {}" if is_ward else "Thôn {}")
            if number == 1:
                shown = commune.cells[0]
                shown.size, shown.is_shown = SHOWN_SIZE, True

    def shares_of_communes(self, cells: int) -> list[int]:
        """How many cells each commune has: about the middle of what is usual, one with more beside one with fewer."""
        fewest, most = CELLS_OF_A_COMMUNE
        communes = max(ceil(cells / most), round(2 * cells / (fewest + most)))
        shares = [cells // communes + (place < cells % communes) for place in range(communes)]
        for place in range(0, communes - 1, 2):
            moved = self.rng.randint(0, max(0, min(most - shares[place], shares[place + 1] - fewest)))
            shares[place] += moved
            shares[place + 1] -= moved
        return shares

    def cells_of_commune(self, commune: CommitteePlan, cells: int, unit: str, village: str) -> None:
        counts: dict[str, Iterator[int]] = {kind: count(1) for kind in CellKind.values}
        offices = iter(("Đảng", "Ủy ban nhân dân", "Mặt trận Tổ quốc"))
        for kind in COMMUNE_PATTERN[:cells]:
            if kind == CellKind.VILLAGE:
                name = f"Chi bộ {village.format(next(counts[kind]))}"
            elif kind == CellKind.OFFICE:
                name = f"{COMMUNE_NAMES[kind].format(next(offices))} {unit}"
            elif kind in (CellKind.POLICE, CellKind.ARMY):
                name = COMMUNE_NAMES[kind].format(unit)
            else:
                name = COMMUNE_NAMES[kind].format(next(counts[kind]))
            self.cell(commune, name, kind)

    def single(self, committee: CommitteePlan, name: str, kind: str, cells: int) -> None:
        for number in range(1, cells + 1):
            self.cell(committee, name.format(number), kind)

    def grassroots(self, upper: CommitteePlan, cells: int, unit: str, section: str | None, kinds: list[tuple[CellKind, str]]) -> None:
        """Grassroots committees of 5 to 9 cells each; where there are section committees, up to three cells stand under each."""
        number = 0
        while cells:
            number += 1
            here = self.rng.randint(5, 9)
            here = cells if cells - here < 4 else min(here, cells)
            cells -= here
            grassroots = self.committee(f"Đảng ủy {unit.format(number)}", Level.GRASSROOTS, upper)
            self.below_grassroots(grassroots, here, section and f"{section}, {unit.format(number)}", cycle(kinds))

    def below_grassroots(self, grassroots: CommitteePlan, cells: int, section: str | None, kinds: Iterator[tuple[CellKind, str]]) -> None:
        named: Callable[[], int] = count(1).__next__
        parent = grassroots
        for place in range(cells):
            # The first cell stands right under the grassroots committee.
            if section and place % 3 == 1:
                parent = self.committee(f"Đảng ủy bộ phận {section.format(place // 3 + 1)}", Level.SECTION, grassroots)
            kind, name = next(kinds)
            self.cell(parent, name.format(named()), kind)


def plan_province(cells: int, rng: Random) -> list[CommitteePlan]:
    return Planner(cells, rng).plan()
