"""The registry: committees, cells, members and appointments out of CSV files, all or nothing, safe to repeat (docs/registry.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from meetings.registry.appointments import read_appointments
from meetings.registry.bodies import Bodies, read_cells, read_committees
from meetings.registry.members import read_members
from meetings.registry.reading import Fault, Faults
from meetings.statistics import refresh_statistics

FILES = ("committees.csv", "cells.csv", "members.csv", "appointments.csv")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each table were made and changed; or `faults`, and then nothing was."""

    made: dict[str, int]
    changed: dict[str, int]
    faults: list[Fault]


def files_in(paths: Iterable[Path], faults: Faults) -> dict[str, Path]:
    """The files to read, by their names, out of directories and single files."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = {name: path / name for name in FILES if (path / name).is_file()}
            if not inside:
                faults.add(str(path), 0, _("None of %(files)s is in here.") % {"files": ", ".join(FILES)})
            found |= inside
        elif path.name in FILES:
            found[path.name] = path
        else:
            faults.add(path.name, 0, _("A file must be named as one of %(files)s.") % {"files": ", ".join(FILES)})
    return found


def import_registry(*, paths: Iterable[Path], at: datetime, only_check: bool = False) -> Imported:
    """Bring the database up to date with the files: what is new is made, what differs is changed, what is not named stays.

    One transaction; with any fault, or with `only_check`, nothing is written. A second import of the same files changes nothing.
    Every fault names file and row. Many rows are read and written in batches, so the number of statements grows by thousands.
    """
    faults = Faults()
    files = files_in(paths, faults)
    made, changed = dict.fromkeys(("committees", "cells", "members", "appointments"), 0), {}
    try:
        with transaction.atomic():
            bodies = Bodies()
            bodies.load_committees()
            if path := files.get("committees.csv"):
                read_committees(path, bodies, faults)
            if path := files.get("cells.csv"):
                read_cells(path, bodies, faults)
            people = read_members(files["members.csv"], bodies, faults) if "members.csv" in files else None
            accounts = read_appointments(files["appointments.csv"], bodies, faults) if "appointments.csv" in files else None
            if faults:
                return Imported({}, {}, sorted(faults.of, key=lambda fault: (fault.file, fault.row)))
            bodies.write()
            made["committees"], changed["committees"] = len(bodies.new_committees), len(bodies.changed_committees)
            made["cells"], changed["cells"] = len(bodies.new_cells), len(bodies.changed_cells)
            made["members"], changed["members"] = people.write() if people else (0, 0)
            made["appointments"], changed["appointments"] = accounts.write(at) if accounts else (0, 0)
            if only_check:
                transaction.set_rollback(True)
    except IntegrityError as error:
        # Read as sound, refused at writing: someone else wrote in between.
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        sentence = _("The data changed while the files were read (%(constraint)s). Import again.") % {"constraint": constraint}
        return Imported({}, {}, [Fault("—", 0, sentence)])
    if any(made.values()) and not only_check:
        refresh_statistics()
    return Imported(made, changed, [])
