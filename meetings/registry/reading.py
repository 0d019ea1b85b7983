"""Official lists as files: read row by row into typed values; every fault is kept with its file and row."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from meetings import text

# The Party's founding: no list knows an older day.
EARLIEST, LATEST = date(1930, 2, 3), date(2100, 1, 1)
YES, NO = {"yes", "y", "1", "true", "x", "co"}, {"", "no", "n", "0", "false", "khong"}
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row of one file; row 0 is the file as a whole. The header is row 1."""

    file: str
    row: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {self.sentence}" if self.row else f"{self.file}: {self.sentence}"


@dataclass(slots=True)
class Faults:
    of: list[Fault] = field(default_factory=list)

    def add(self, file: str, row: int, sentence: str) -> None:
        self.of.append(Fault(file, row, sentence))

    def __len__(self) -> int:
        return len(self.of)


def clean_value(value: str) -> str:
    """One line of clean text that no spreadsheet takes for a formula: `="0123"` is 0123, a leading =, +, - or @ goes."""
    value = " ".join(value.split()) if value.isascii() and value.isprintable() else text.clean_line(value)
    if value[:1] in ("=", "+", "-", "@", "'"):
        quoted = re.fullmatch(r'="(.*)"', value)
        value = (quoted.group(1) if quoted else value).lstrip("=+-@' ")
    return value


class Row:
    """One row of a file: its values by column, and the faults found while they are taken."""

    __slots__ = ("_faults", "_values", "file", "is_sound", "number")

    def __init__(self, file: str, number: int, values: dict[str, str], faults: Faults):
        self.file, self.number, self._values, self._faults = file, number, values, faults
        self.is_sound = True

    def fault(self, sentence: str) -> None:
        self.is_sound = False
        self._faults.add(self.file, self.number, sentence)

    def words(self, column: str, *, needed: bool = False, longest: int = 200) -> str:
        value = self._values.get(column, "")
        if needed and not value:
            self.fault(_("%(column)s is empty.") % {"column": column})
        if len(value) > longest:
            self.fault(_("%(column)s is longer than %(longest)s characters.") % {"column": column, "longest": longest})
        return value

    def day(self, column: str, *, default: date | None = None, needed: bool = False) -> date | None:
        value = self.words(column, needed=needed, longest=LONGEST)
        if not value:
            return default
        if parts := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value):
            day, month, year = parts.groups()
        elif parts := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00)?)?", value):
            year, month, day = parts.groups()
        else:
            self.fault(_("%(column)s: “%(value)s” is no day; write 3/11/2026.") % {"column": column, "value": value[:40]})
            return default
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            self.fault(_("%(column)s: there is no day %(value)s.") % {"column": column, "value": value})
            return default
        if not EARLIEST <= found < LATEST:
            self.fault(_("%(column)s: check the year of %(value)s.") % {"column": column, "value": value})
        return found

    def choice(self, column: str, words: dict[str, str], *, default: str = "") -> str:
        """One of the values of `words`, told by its own name or by a key (folded Vietnamese)."""
        value = self.words(column, needed=not default, longest=LONGEST)
        if not value:
            return default
        if value.upper() in words.values():
            return value.upper()
        if (found := words.get(text.fold(value))) is None:
            self.fault(
                _("%(column)s: “%(value)s” is not known; one of %(choices)s.")
                % {"column": column, "value": value[:40], "choices": ", ".join(sorted(set(words.values())))}
            )
            return default
        return found

    def flag(self, column: str, *, default: bool) -> bool:
        value = text.fold(self.words(column, longest=LONGEST))
        if not value:
            return default
        if value not in YES | NO:
            self.fault(_("%(column)s: write yes or no.") % {"column": column})
        return value in YES


def read_rows(path: Path, columns: dict[str, bool], faults: Faults) -> Iterator[Row]:
    """The rows of a CSV file with a header, comma or semicolon between values; wholly blank rows are passed over.

    `columns` says of each known column whether it must be there. A file that can't be read at all is one fault.
    """
    name = path.name
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        faults.add(name, 0, _("The file can't be read: %(why)s.") % {"why": error.strerror})
        return
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        faults.add(name, row, _("This is not UTF-8. Save the file as “CSV UTF-8” and import it again."))
        return
    header_line = content.partition("\n")[0]
    delimiter = ";" if header_line.count(";") > header_line.count(",") else ","
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        header = [text.fold(clean_value(column)) for column in next(rows, [])]
        if not _header_is_good(name, header, columns, faults):
            return
        for values in rows:
            # A value may run over lines: rows.line_num is where it ends, as an editor counts.
            if not any(value.strip() for value in values):
                continue
            row = Row(name, rows.line_num, dict(zip(header, map(clean_value, values), strict=False)), faults)
            if len(values) != len(header):
                row.fault(_("%(found)s values where the header has %(expected)s.") % {"found": len(values), "expected": len(header)})
            else:
                yield row
    except csv.Error as error:
        faults.add(name, rows.line_num, _("The row can't be read as CSV: %(why)s.") % {"why": error})


def _header_is_good(name: str, header: list[str], columns: dict[str, bool], faults: Faults) -> bool:
    missing = [column for column, needed in columns.items() if needed and column not in header]
    unknown = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    for sentence, found in (
        (_("The header lacks %(columns)s."), missing),
        (_("The header has unknown columns: %(columns)s."), unknown),
        (_("The header has columns twice: %(columns)s."), twice),
    ):
        if found:
            faults.add(name, 1, sentence % {"columns": ", ".join(column or "—" for column in found)})
    return not (missing or unknown or twice)
