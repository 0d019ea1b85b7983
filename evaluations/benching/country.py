"""The tree of a made-up country of any number of cells, its people and their accounts: for timing pages, made set by set.

Its committees have the same shape whatever the number of cells, so that a page of one size can be laid beside that of another: a small
country has one whole province, and of the others a commune each; a larger one has more of them whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.db import connection

from evaluations.demo.province import COMMUNE_PATTERN
from meetings import tree
from meetings.models import CellKind, Committee, Level

PROVINCES, COMMUNES, GRASSROOTS = 34, 101, 3
# Cells right below a commune, and below each of its grassroots committees.
IN_COMMUNE, IN_GRASSROOTS = 16, 20
MEMBERS, MEMBERS_WHERE_LIVED_IN = 3, 24
# One cell in so many has a whole roster and whole sittings; of the others the record has what is counted.
LIVED_IN = 25

NAMES = {
    CellKind.VILLAGE: "Chi bộ Thôn {}",
    CellKind.OFFICE: "Chi bộ Cơ quan {}",
    CellKind.SCHOOL: "Chi bộ Trường số {}",
    CellKind.POLICE: "Chi bộ Công an {}",
    CellKind.PUBLIC_UNIT: "Chi bộ Trạm Y tế {}",
    CellKind.ARMY: "Chi bộ Quân sự {}",
    CellKind.PRIVATE_ENTERPRISE: "Chi bộ Công ty {}",
}
FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"]
MIDDLES = ["Văn", "Thị", "Đức", "Minh", "Thị Thu", "Quang", "Hữu", "Công"]
GIVEN = ["An", "Ánh", "Bình", "Cường", "Dũng", "Đào", "Hạnh", "Hòa", "Lan", "Nam", "Phúc", "Thắng", "Yến"]


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A committee with cells right below it: a commune (`grassroots` 0), or a grassroots committee of one. Numbers from 1."""

    province: int
    commune: int
    grassroots: int

    @property
    def room(self) -> int:
        return IN_GRASSROOTS if self.grassroots else IN_COMMUNE

    @property
    def turn(self) -> int:
        """Which are filled first: a whole commune, one of each other province, the communes of the first province, the rest of it."""
        if (self.province, self.commune) == (1, 1):
            return 0
        if self.commune == 1 and not self.grassroots:
            return 1
        if self.province == 1:
            return 3 if self.grassroots else 2
        return 4


def seats_for(cells: int) -> list[tuple[Seat, int]]:
    """The committees that so many cells stand under, each with how many."""
    a_commune = IN_COMMUNE + GRASSROOTS * IN_GRASSROOTS
    communes = max(COMMUNES, ceil(cells / (PROVINCES * a_commune)))
    seats = [
        Seat(province, commune, grassroots)
        for province in range(1, PROVINCES + 1)
        for commune in range(1, communes + 1)
        for grassroots in range(GRASSROOTS + 1)
    ]
    return list(_taken(sorted(seats, key=lambda seat: (seat.turn, seat)), cells))


def _taken(seats: Iterable[Seat], cells: int) -> Iterator[tuple[Seat, int]]:
    for seat in seats:
        if cells <= 0:
            return
        yield seat, min(seat.room, cells)
        cells -= seat.room


class Country:
    """Writes the tree, its people and accounts; leaves a temporary table `bench_cell` of the cells for what is written over them."""

    def __init__(self, cells: int, *, since: date, password: str):
        self.cells, self.since, self.password = cells, since, password

    def write(self) -> Committee:
        """All of it; returns the centre."""
        seats = seats_for(self.cells)
        centre, committees = self._place_committees([seat for seat, _cells in seats])
        with connection.cursor() as cursor:
            self._place_cells(cursor, [(committees[seat], cells) for seat, cells in seats])
            self._people(cursor)
            self._accounts(cursor)
        return centre

    def _place_committees(self, seats: list[Seat]) -> tuple[Committee, dict[Seat, Committee]]:
        centre = Committee(name="Ban Chấp hành Trung ương Đảng (đo tốc độ)", level=Level.CENTRAL)
        provinces = {n: Committee(name=f"Tỉnh ủy Đo lường {n}", level=Level.PROVINCE) for n in sorted({seat.province for seat in seats})}
        below = {
            seat: Committee(name=f"Đảng ủy cơ sở {seat.grassroots}", level=Level.GRASSROOTS)
            if seat.grassroots
            else Committee(name=f"Đảng ủy xã {seat.commune}", level=Level.UPPER_GRASSROOTS)
            for seat in sorted(seats)
        }
        Committee.objects.bulk_create([centre, *provinces.values(), *below.values()], batch_size=1000)
        parents = [(centre, None), *((each, centre) for each in provinces.values())]
        parents += [
            (each, below[Seat(seat.province, seat.commune, 0)] if seat.grassroots else provinces[seat.province])
            for seat, each in below.items()
        ]
        tree.place_all(parents, from_=self.since)
        return centre, below

    def _place_cells(self, cursor, committees: list[tuple[Committee, int]]) -> None:
        kinds = [kind.value for kind in COMMUNE_PATTERN]
        names = [NAMES[kind] for kind in COMMUNE_PATTERN]
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_cell ON COMMIT DROP AS "
            "SELECT nextval(pg_get_serial_sequence('meetings_cell', 'id')) AS id, committee_id, path, place, "
            "(%s::text[])[1 + (place - 1) %% %s] AS kind, replace((%s::text[])[1 + (place - 1) %% %s], '{}', place::text) AS name, "
            "(row_number() OVER () - 1) %% %s = 0 AS is_lived_in "
            "FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS seat(committee_id, path, cells) "
            "CROSS JOIN LATERAL generate_series(1, seat.cells) AS place ORDER BY committee_id, place",
            [
                *(kinds, len(kinds), names, len(names), LIVED_IN),
                *([committee.pk for committee, _cells in committees], [committee.scope_path for committee, _cells in committees]),
                [cells for _committee, cells in committees],
            ],
        )
        cursor.execute("UPDATE bench_cell SET path = path || 'c' || lpad(id::text, 6, '0') || '/'")
        cursor.execute("ANALYZE bench_cell")
        cursor.execute(
            "INSERT INTO meetings_cell (id, public_id, name, kind, uses_handbook, scope_path) "
            "SELECT id, gen_random_uuid(), name, kind, kind <> 'ARMY', path FROM bench_cell ORDER BY id"
        )
        cursor.execute(
            "INSERT INTO meetings_placement (cell_id, parent_id, path, during) "
            "SELECT id, committee_id, path, daterange(%s, NULL) FROM bench_cell ORDER BY id",
            [self.since],
        )

    def _people(self, cursor) -> None:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_member ON COMMIT DROP AS "
            "SELECT nextval(pg_get_serial_sequence('meetings_member', 'id')) AS id, c.id AS cell_id, roster.place, c.is_lived_in "
            "FROM bench_cell c CROSS JOIN LATERAL generate_series(1, CASE WHEN c.is_lived_in THEN %s ELSE %s END) AS roster(place) "
            "ORDER BY c.id, roster.place",
            [MEMBERS_WHERE_LIVED_IN, MEMBERS],
        )
        cursor.execute("ANALYZE bench_member")
        cursor.execute(
            "INSERT INTO meetings_member (id, public_id, full_name) SELECT id, gen_random_uuid(), "
            "concat_ws(' ', (%s::text[])[1 + id %% %s], (%s::text[])[1 + id %% %s], (%s::text[])[1 + id %% %s]) "
            "FROM bench_member ORDER BY id",
            [FAMILIES, len(FAMILIES), MIDDLES, len(MIDDLES), GIVEN, len(GIVEN)],
        )
        for table, columns, values in (
            ("meetings_membership", "member_id, cell_id, relation, end_reason", "id, cell_id, 'HOME', ''"),
            ("meetings_standing", "member_id, kind", "id, 'OFFICIAL'"),
        ):
            cursor.execute(
                f"INSERT INTO {table} ({columns}, during) SELECT {values}, daterange(%s, NULL) FROM bench_member ORDER BY id", [self.since]
            )
        cursor.execute(
            "INSERT INTO meetings_position (member_id, cell_id, title, during) "
            "SELECT id, cell_id, (ARRAY['SECRETARY', 'DEPUTY'])[place], daterange(%s, NULL) FROM bench_member WHERE place <= 2 ORDER BY id",
            [self.since],
        )

    def _accounts(self, cursor) -> None:
        """An account for each committee's office and for each cell's secretary."""
        for prefix, role, bodies, column in (
            ("van-phong", "COMMITTEE", "meetings_committee", "committee_id"),
            ("bi-thu", "SECRETARY", "bench_cell", "cell_id"),
        ):
            cursor.execute(
                f"INSERT INTO meetings_user (username, full_name, email, password, is_active, created_at) "
                f"SELECT '{prefix}-' || b.id, 'Đồng chí ' || b.id, '', %s, true, %s FROM {bodies} b ORDER BY b.id",
                [self.password, self.since],
            )
            cursor.execute(
                f"INSERT INTO meetings_appointment (public_id, user_id, role, {column}, during) "
                f"SELECT gen_random_uuid(), u.id, '{role}', b.id, daterange(%s, NULL) "
                f"FROM {bodies} b JOIN meetings_user u ON u.username = '{prefix}-' || b.id ORDER BY b.id",
                [self.since],
            )
