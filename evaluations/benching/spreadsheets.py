"""How many rows a second a spreadsheet is written with, and how much memory that takes."""

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from django.utils import timezone

from evaluations.exporting.tables import Book
from evaluations.exporting.xlsx import write_xlsx

PROCESS = Path("/proc/self")
# What Linux takes as the order to forget the highest memory so far.
FORGET_PEAK = "5"


@dataclass(frozen=True, slots=True)
class Written:
    """`peak_mb` is the highest memory of the whole process meanwhile, in MB (2**20 bytes); `size` is the file's, in bytes."""

    rows: int
    seconds: float
    peak_mb: float
    size: int

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def shortened(book: Book, rows: int) -> Book:
    """The same book, of each table no more than the first so many rows."""
    tables = [replace(table, rows=islice(table.rows, rows), count=min(table.count, rows)) for table in book.tables]
    return replace(book, tables=tables)


def measure_spreadsheet(book: Book) -> Written:
    """Write a book as an export does, its rows read meanwhile, and throw the file away. Linux only: raises OSError elsewhere."""
    rows = 0

    def passed(written: int) -> None:
        nonlocal rows
        rows = written

    with TemporaryDirectory() as folder:
        path = Path(folder) / "measured.xlsx"
        (PROCESS / "clear_refs").write_text(FORGET_PEAK)
        begun = perf_counter()
        write_xlsx(book, path, banner="", by="", at=timezone.now(), passed=passed)
        seconds = perf_counter() - begun
        return Written(rows, seconds, peak_mb(), path.stat().st_size)


def peak_mb() -> float:
    """The highest memory of this process since that was last forgotten."""
    status = (PROCESS / "status").read_text()
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kilobytes) / 1024
