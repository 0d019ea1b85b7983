"""The tree of committees from the list of administrative units in force since 1/7/2025."""

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import text, tree
from meetings.models import Committee, Level

UNITS_FILE = Path(__file__).resolve().parent.parent / "data" / "administrative_units_2025.csv"
# The two-level local government, and with it the commune-level party committees, began on this day.
SINCE = date(2025, 7, 1)

# Not an official code: lists need a name for the root.
CENTRAL_CODE = "TW"
CENTRAL_NAME = "Ban Chấp hành Trung ương Đảng"
PROVINCE, CITY = "tỉnh", "thành phố trung ương"
COMMUNES = ("xã", "phường", "đặc khu")


class CannotLoad(Exception):
    """The list can't be loaded; `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    kind: str
    parent_code: str

    @property
    def is_province(self) -> bool:
        return self.kind in (PROVINCE, CITY)

    @property
    def committee_name(self) -> str:
        """What the unit's party committee is called."""
        if self.kind == PROVINCE:
            return f"Tỉnh ủy {self.name}"
        if self.kind == CITY:
            bare = self.name.removeprefix("Thành phố ")
            # Named after a person, this one city keeps the word.
            return f"Thành ủy {self.name}" if bare == "Hồ Chí Minh" else f"Thành ủy {bare}"
        return f"Đảng ủy {self.name[0].lower()}{self.name[1:]}"


def read_units(path: Path = UNITS_FILE) -> list[Unit]:
    """The units of the file, provinces first. Raises `CannotLoad` with every fault and its line."""
    faults: list[str] = []
    units: dict[str, Unit] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        for row in rows:
            unit = Unit(**{name: text.clean_line(row[name] or "") for name in ("code", "name", "kind", "parent_code")})
            faults += [f"{path.name}:{rows.line_num}: {fault}" for fault in _faults(unit, row["name"], units)]
            units[unit.code] = unit
    faults += [
        _("%(file)s: %(code)s stands under the unknown province %(parent)s.")
        % {"file": path.name, "code": unit.code, "parent": unit.parent_code}
        for unit in units.values()
        if not unit.is_province and not (unit.parent_code in units and units[unit.parent_code].is_province)
    ]
    if faults:
        raise CannotLoad(faults)
    return sorted(units.values(), key=lambda unit: (not unit.is_province, unit.code))


def _faults(unit: Unit, raw_name: str, seen: dict[str, Unit]) -> Iterable[str]:
    if not unicodedata.is_normalized("NFC", raw_name):
        yield _("the name %(name)s is not in composed form (NFC).") % {"name": unit.name}
    if unit.code in seen:
        yield _("the code %(code)s appears twice.") % {"code": unit.code}
    if unit.kind not in (PROVINCE, CITY, *COMMUNES):
        yield _("unknown kind of unit: %(kind)s.") % {"kind": unit.kind}
    if not unit.name or not unit.code.isdecimal() or len(unit.code) != (2 if unit.is_province else 5):
        yield _("a unit needs a name and a code of 2 digits (province) or 5 (commune).")


def central_committee() -> Committee:
    """The root of the tree; made and placed where it does not stand yet."""
    root = Committee.objects.filter(level=Level.CENTRAL).order_by("pk").first()
    if root is None:
        root = Committee.objects.create(name=CENTRAL_NAME, level=Level.CENTRAL, official_code=CENTRAL_CODE)
        tree.place_committee(committee=root, parent=None, from_=SINCE)
    return root


@transaction.atomic
def load_units(*, units: list[Unit]) -> tuple[int, int]:
    """Make the units' committees under the central one, or bring the names of those already there up to date.

    `units` come provinces first. Returns how many were made and how many renamed; a second run makes and renames none.
    Placed from `SINCE`. Raises `CannotPlace` where a committee of that code already stands elsewhere.
    """
    root = central_committee()
    known = {committee.official_code: committee for committee in Committee.objects.exclude(official_code=None)}
    made, renamed = [], []
    for unit in units:
        committee = known.get(unit.code)
        if committee is None:
            level = Level.PROVINCE if unit.is_province else Level.UPPER_GRASSROOTS
            made.append(Committee(name=unit.committee_name, level=level, official_code=unit.code))
            known[unit.code] = made[-1]
        elif committee.name != unit.committee_name:
            committee.name = unit.committee_name
            renamed.append(committee)
    Committee.objects.bulk_create(made, batch_size=1000)
    Committee.objects.bulk_update(renamed, ["name"], batch_size=1000)
    tree.place_all(
        [(known[unit.code], root if unit.is_province else known[unit.parent_code]) for unit in units],
        from_=SINCE,
    )
    return len(made), len(renamed)
