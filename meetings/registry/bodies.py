"""Committees and cells out of lists: checked against the tree and against each other, then made, placed or renamed in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from meetings import tree
from meetings.models import Cell, CellKind, Committee, Level
from meetings.permissions import parent_path
from meetings.registry.reading import Faults, Row, read_rows
from meetings.registry.units import SINCE

COMMITTEE_COLUMNS = {"code": True, "name": True, "level": True, "parent_code": True, "from": False}
CELL_COLUMNS = {"code": True, "name": True, "kind": True, "committee_code": True, "from": False, "uses_handbook": False}

LEVELS = {
    "trung uong": Level.CENTRAL,
    "tinh": Level.PROVINCE,
    "thanh pho": Level.PROVINCE,
    "xa": Level.UPPER_GRASSROOTS,
    "phuong": Level.UPPER_GRASSROOTS,
    "dac khu": Level.UPPER_GRASSROOTS,
    "cap tren truc tiep co so": Level.UPPER_GRASSROOTS,
    "co so": Level.GRASSROOTS,
    "bo phan": Level.SECTION,
}
KINDS = {
    "thon": CellKind.VILLAGE,
    "to dan pho": CellKind.VILLAGE,
    "khu pho": CellKind.VILLAGE,
    "co quan": CellKind.OFFICE,
    "truong hoc": CellKind.SCHOOL,
    "don vi su nghiep": CellKind.PUBLIC_UNIT,
    "benh vien": CellKind.PUBLIC_UNIT,
    "doanh nghiep nha nuoc": CellKind.STATE_ENTERPRISE,
    "doanh nghiep tu nhan": CellKind.PRIVATE_ENTERPRISE,
    "doanh nghiep fdi": CellKind.PRIVATE_ENTERPRISE,
    "quan doi": CellKind.ARMY,
    "cong an": CellKind.POLICE,
    "sinh vien": CellKind.STUDENTS,
    "ngoai nuoc": CellKind.ABROAD,
}
RANK = {level: rank for rank, level in enumerate(Level.values)}


@dataclass(slots=True)
class Bodies:
    """The committees and cells that lists may name, by code: those stored and those the lists bring."""

    committees: dict[str, Committee] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    # What is written later: (body, parent, from) in the order of the tree; and those whose columns changed.
    new_committees: list[tuple[Committee, Committee | None, date]] = field(default_factory=list)
    new_cells: list[tuple[Cell, Committee, date]] = field(default_factory=list)
    changed_committees: list[Committee] = field(default_factory=list)
    changed_cells: list[Cell] = field(default_factory=list)

    def load_committees(self) -> None:
        self.committees |= {committee.official_code: committee for committee in Committee.objects.exclude(official_code=None)}

    def load_cells(self, codes: Iterable[str]) -> None:
        for batch in in_batches(set(codes) - self.cells.keys()):
            self.cells |= {cell.official_code: cell for cell in Cell.objects.filter(official_code__in=batch)}

    def write(self) -> None:
        """Make, place and update all of it. Inside the caller's transaction."""
        Committee.objects.bulk_create([committee for committee, _parent, _from in self.new_committees], batch_size=2000)
        Cell.objects.bulk_create([cell for cell, _parent, _from in self.new_cells], batch_size=2000)
        for bodies in (self.new_committees, self.new_cells):
            # A parent stands before its children, on whatever day each begins.
            for run in _runs_of_one_day(bodies):
                tree.place_all([(body, parent) for body, parent, _from in run], from_=run[0][2])
        Committee.objects.bulk_update(self.changed_committees, ["name", "level"], batch_size=1000)
        Cell.objects.bulk_update(self.changed_cells, ["name", "kind", "uses_handbook"], batch_size=1000)


def in_batches(values: Iterable, size: int = 5000) -> Iterable[list]:
    values = list(values)
    return (values[start : start + size] for start in range(0, len(values), size))


def _runs_of_one_day(bodies: list[tuple]) -> Iterable[list[tuple]]:
    run: list[tuple] = []
    for body in bodies:
        if run and run[0][2] != body[2]:
            yield run
            run = []
        run.append(body)
    if run:
        yield run


def read_committees(path: Path, bodies: Bodies, faults: Faults) -> int:
    """Take the committees of a file into `bodies`. Returns how many rows it has."""
    bodies.load_committees()
    rows: dict[str, tuple[Row, str, str, str, date]] = {}
    for row in read_rows(path, COMMITTEE_COLUMNS, faults):
        code = row.words("code", needed=True, longest=20)
        values = (
            row,
            row.words("name", needed=True),
            row.choice("level", LEVELS),
            row.words("parent_code", longest=20),
            row.day("from", default=SINCE),
        )
        if code in rows:
            row.fault(_("The code %(code)s stands in row %(row)s already.") % {"code": code, "row": rows[code][0].number})
        elif row.is_sound:
            rows[code] = values
    # Parents first, however the file is ordered; what is left over hangs on a missing parent or on itself.
    waiting = dict(rows)
    while waiting:
        ready = [code for code, values in waiting.items() if values[3] not in waiting]
        if not ready:
            for row, *_values in waiting.values():
                row.fault(_("These committees stand under one another in a ring."))
            break
        for code in ready:
            _take_committee(code, waiting.pop(code), bodies)
    return len(rows)


def _take_committee(code: str, values: tuple, bodies: Bodies) -> None:
    row, name, level, parent_code, from_ = values
    parent = bodies.committees.get(parent_code)
    if level != Level.CENTRAL and parent is None:
        row.fault(_("parent_code: no committee has the code “%(code)s”.") % {"code": parent_code})
        return
    if level == Level.CENTRAL and parent_code:
        row.fault(_("parent_code: nothing stands above the central committee."))
        return
    if parent is not None and RANK[parent.level] >= RANK[level]:
        row.fault(_("level: %(level)s can't stand under %(parent)s.") % {"level": Level(level).label, "parent": parent.name})
        return
    stored = bodies.committees.get(code)
    if stored is None:
        committee = Committee(name=name, level=level, official_code=code)
        bodies.committees[code] = committee
        bodies.new_committees.append((committee, parent, from_))
        return
    if not _stands_under(stored, parent):
        row.fault(_("parent_code: the committee stands elsewhere already; a move in the tree is a reorganisation."))
    elif (stored.name, stored.level) != (name, level):
        stored.name, stored.level = name, level
        bodies.changed_committees.append(stored)


def read_cells(path: Path, bodies: Bodies, faults: Faults) -> int:
    """Take the cells of a file into `bodies`. Returns how many rows it has."""
    seen: dict[str, int] = {}
    rows = []
    for row in read_rows(path, CELL_COLUMNS, faults):
        code = row.words("code", needed=True, longest=20)
        if code in seen:
            row.fault(_("The code %(code)s stands in row %(row)s already.") % {"code": code, "row": seen[code]})
        seen[code] = row.number
        values = (
            row.words("name", needed=True),
            row.choice("kind", KINDS),
            row.words("committee_code", needed=True, longest=20),
            row.day("from", default=SINCE),
            row.flag("uses_handbook", default=True),
        )
        if row.is_sound:
            rows.append((row, code, *values))
    bodies.load_cells(code for _row, code, *_values in rows)
    for row, code, name, kind, committee_code, from_, uses_handbook in rows:
        parent = bodies.committees.get(committee_code)
        stored = bodies.cells.get(code)
        if parent is None:
            row.fault(_("committee_code: no committee has the code “%(code)s”.") % {"code": committee_code})
        elif stored is None:
            cell = Cell(name=name, kind=kind, official_code=code, uses_handbook=uses_handbook)
            bodies.cells[code] = cell
            bodies.new_cells.append((cell, parent, from_))
        elif not _stands_under(stored, parent):
            row.fault(_("committee_code: the cell stands elsewhere already; a move in the tree is a reorganisation."))
        elif (stored.name, stored.kind, stored.uses_handbook) != (name, kind, uses_handbook):
            stored.name, stored.kind, stored.uses_handbook = name, kind, uses_handbook
            bodies.changed_cells.append(stored)
    return len(seen)


def _stands_under(body: Committee | Cell, parent: Committee | None) -> bool:
    return parent_path(body.scope_path) == (parent.scope_path if parent else "")
