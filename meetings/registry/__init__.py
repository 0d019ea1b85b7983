"""Ways in for official lists: the administrative units, and the registry of committees, cells, members and appointments."""

from meetings.registry.importing import Imported, import_registry
from meetings.registry.reading import Fault
from meetings.registry.units import SINCE, CannotLoad, Unit, central_committee, load_units, read_units

__all__ = [
    "SINCE",
    "CannotLoad",
    "Fault",
    "Imported",
    "Unit",
    "central_committee",
    "import_registry",
    "load_units",
    "read_units",
]
