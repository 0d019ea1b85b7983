"""xlsx, row by row in constant memory: real numbers and dates, and text that stays text."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.jobs import CannotBeDone

# The format's own limits.
MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_SHEET_NAME = 31
# Excel and its like read text that begins so as a formula, once it has passed through a CSV file or an editing hand.
FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")

NUMBER_FORMATS = {Kind.WHOLE: "#,##0", Kind.POINTS: "#,##0.00", Kind.SHARE: "0.0%", Kind.DAY: "d/m/yyyy", Kind.PER_HUNDRED: "0.0"}
FONT = {"font_name": "Times New Roman", "font_size": 12}
LINE_HEIGHT = 18  # points


def write_xlsx(book: Book, path: Path, *, banner: str, by: str, at: datetime, passed: Callable[[int], None]) -> None:
    """Write the book to `path`, a sheet per table. `banner` says on top that data is made up; `passed` is told of rows as they are written.

    Raises `CannotBeDone` where a table is longer than a sheet can be.
    """
    options = {"constant_memory": True, "tmpdir": str(path.parent), "default_date_format": NUMBER_FORMATS[Kind.DAY]}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        # Opened and seen by a clerk as the office made it, without a name of a program.
        workbook.set_properties({"title": book.title, "author": book.committee, "created": timezone.make_naive(at)})
        look = Look(workbook)
        taken: set[str] = set()
        written = 0
        for table in book.tables:
            sheet = workbook.add_worksheet(_sheet_name(table.title, taken), worksheet_class=Sheet)
            written = _write_table(sheet, look, table, _top(look, book, table, banner, _stamp(by, at)), written, passed)


# Makes of a value what follows a cell's place in its XML: style and value.
Cell = Callable[[object], str]


class Sheet(Worksheet):
    """A worksheet that also takes rows as they will stand in the file. Writing cell by cell costs five times as much, and the library
    writes a text between <r> and </r> unescaped, which a name must not be able to use."""

    def append(self, row: int, cells: Iterable[tuple[str, Cell, object]]) -> None:
        """Write a row (counted from 0, below all before): for each cell its column's letters, how it is written, and its value."""
        self._write_single_row(row)
        self.dim_rowmin, self.dim_rowmax = self.dim_rowmin or 0, row
        self.dim_colmin, self.dim_colmax = 0, self.dim_colmax or 0
        at = row + 1
        written = "".join([f'<c r="{letters}{at}"{as_xml(value)}' for letters, as_xml, value in cells])
        self.fh.write(f'<row r="{at}">{written}</row>')


def escaped(text: str) -> str:
    """As XML text; what a reader of xlsx would take for a coded letter (_x0041_) is coded itself."""
    return CODED_LETTER.sub(r"_x005F_\1", text[:LONGEST_TEXT]).translate(XML_ESCAPES)


CODED_LETTER = re.compile("_(x[0-9a-fA-F]{4}_)")
NOT_IN_XML = [code for code in (*range(32), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"]
XML_ESCAPES = dict.fromkeys(NOT_IN_XML) | str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
DAY_ZERO = date(1899, 12, 30)

# Values of a column that are not written anew where they come again: names of committees, classes, days, counts.
REMEMBERED = 4096


@dataclass(frozen=True)
class Style:
    """The formats of a row's cells: text, text that looks like a formula, and the kinds of numbers."""

    text: Format
    quoted: Format
    of_kind: Mapping[Kind, Format]

    def cell(self, kind: Kind) -> Cell:
        """How the cells of a column are written."""
        text, quoted = self.text._get_xf_index(), self.quoted._get_xf_index()
        number = self.of_kind[kind]._get_xf_index() if kind in self.of_kind else text

        @lru_cache(maxsize=REMEMBERED)
        def written(value) -> str:
            if isinstance(value, str):
                style = quoted if value.startswith(FORMULA_LIKE) else text
                return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{escaped(value)}</t></is></c>'
            amount = None if value is None else _number(kind, value)
            if amount is None:
                return f' s="{text}"/>'
            return f' s="{number}"><v>{amount!r}</v></c>'

        return written


class Look:
    """The formats of a workbook."""

    def __init__(self, workbook: xlsxwriter.Workbook):
        def made(**properties) -> Format:
            return workbook.add_format({**FONT, **properties})

        def row(**properties) -> Style:
            numbers = {kind: made(num_format=pattern, **properties) for kind, pattern in NUMBER_FORMATS.items()}
            # Long names shrink: programs other than Excel give lines that wrap no room.
            text = {"shrink": True, "indent": 1, **properties} if "border" in properties else properties
            return Style(made(**text), made(quote_prefix=True, **text), numbers)

        edge = {"border": 1, "border_color": "#8d857b", "valign": "vcenter"}
        self.banner = row(bold=True, font_color="#7a5310", bg_color="#f8efdc")
        self.title = row(bold=True, font_size=14)
        self.line = row(font_color="#59626c")
        heading = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#f7f5f2", **edge}
        self.heading = made(**heading)
        # A heading beside a group stands in two cells that look like one: merged, they could not be filtered and sorted.
        self.heading_over, self.heading_under = made(**heading | {"bottom": 0}), made(**heading | {"top": 0})
        self.row = row(**edge)
        self.totals = row(bold=True, **edge)


def _stamp(by: str, at: datetime) -> str:
    words = {"at": date_format(timezone.localtime(at), "H:i j/n/Y"), "by": by}
    return _("Exported at %(at)s by %(by)s. Figures as known at that time.") % words


def _sheet_name(title: str, taken: set[str]) -> str:
    """As the format allows it: without []:*?/\\, at most 31 letters (cut after a word), each once."""
    plain = "".join("-" if letter in "[]:*?/\\" else letter for letter in title).strip("' ") or "1"
    name, number = _cut(plain, LONGEST_SHEET_NAME), 1
    while name.lower() in taken:
        number += 1
        ending = f" ({number})"
        name = _cut(plain, LONGEST_SHEET_NAME - len(ending)) + ending
    taken.add(name.lower())
    return name


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    whole_words = text[: length + 1].rpartition(" ")[0]
    return whole_words.rstrip(" ,;") or text[:length]


def _top(look: Look, book: Book, table: Table, banner: str, stamp: str) -> list[tuple[str, Style]]:
    """The lines over the headings."""
    title = f"{book.title}: {table.title}" if len(book.tables) > 1 else book.title
    about = [line for line in (book.committee, table.opening, *table.filters, stamp) if line]
    return [*([(banner, look.banner)] if banner else []), (title, look.title), *((line, look.line) for line in about)]


def _write_table(
    sheet: Sheet, look: Look, table: Table, top: Sequence[tuple[str, Style]], written: int, passed: Callable[[int], None]
) -> int:
    """Top lines, headings that stay in sight, rows, totals, note: from the top down, for what is written is let go.

    Returns how many rows of the book are written by now.
    """
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
    for row, (line, style) in enumerate(top):
        # Empty cells beside it carry its ground on.
        _append(sheet, row, style, [(Kind.TEXT, line), *((Kind.TEXT, None) for _column in table.columns[1:])])
    headings = len(top) + 1
    first = _write_headings(sheet, look, table.columns, headings)
    sheet.freeze_panes(first, 0)
    last = _write_rows(sheet, look, table, first, written, passed)
    rows = last - first + 1
    if rows:
        sheet.autofilter(first - 1, 0, last, len(table.columns) - 1)
    if table.totals is not None:
        last += 1
        _append(sheet, last, look.totals, zip((column.kind for column in table.columns), table.totals, strict=True))
    if table.note:
        _append(sheet, last + 2, look.line, [(Kind.TEXT, table.note)])
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(headings, first - 1)
    return written + rows


def _append(sheet: Sheet, row: int, style: Style, cells: Iterable[tuple[Kind, object]]) -> None:
    sheet.append(row, ((xl_col_to_name(place), style.cell(kind), value) for place, (kind, value) in enumerate(cells)))


def _write_headings(sheet: Sheet, look: Look, columns: Sequence[Column], row: int) -> int:
    """One row, or two where columns stand in groups. Returns the row after them."""
    groups = [str(column.group) for column in columns]
    if any(groups):
        place = 0
        while place < len(groups):
            end = place
            while end + 1 < len(groups) and groups[place] and groups[end + 1] == groups[place]:
                end += 1
            if end > place:
                sheet.merge_range(row, place, row, end, groups[place], look.heading)
            else:
                sheet.write_string(row, place, groups[place], look.heading if groups[place] else look.heading_over)
            place = end + 1
        row += 1
    sheet.set_row(row, LINE_HEIGHT * max(_lines(str(column.heading), column.width) for column in columns))
    for place, column in enumerate(columns):
        sheet.write_string(row, place, str(column.heading), look.heading if column.group or not any(groups) else look.heading_under)
    return row + 1


def _lines(text: str, width: int) -> int:
    """How many lines words take in a column, in bold: programs give rows of headings no height of their own."""
    lines, left = 1, 0
    for word in text.split():
        needed = len(word) * 1.05
        if left and left + 1 + needed > width:
            lines, left = lines + 1, 0
        left += (1 if left else 0) + needed
    return lines


def _write_rows(sheet: Sheet, look: Look, table: Table, first: int, written: int, passed: Callable[[int], None]) -> int:
    """Returns the last row written."""
    row = first - 1
    letters = [xl_col_to_name(place) for place in range(len(table.columns))]
    written_as = [look.row.cell(column.kind) for column in table.columns]
    for row, values in enumerate(table.rows, start=first):
        if row >= MOST_ROWS - 3:  # room for totals and a note
            raise CannotBeDone(_("There are more rows than a sheet can hold. Choose a smaller part, then export it."))
        sheet.append(row, zip(letters, written_as, values, strict=True))
        passed(written + row - first + 1)
    return row


def _number(kind: Kind, value) -> float | int | None:
    if kind is Kind.POINTS:
        return value / 100
    if kind is Kind.DAY:
        return (value - DAY_ZERO).days
    if kind is Kind.SHARE:
        part, whole = value
        # Cut to a tenth of a percent, as pages show it.
        return part * 1000 // whole / 1000 if whole else None
    return value
