"""docx in the layout of party papers: A4, margins 20, 20, 30 and 15 mm, Times New Roman 14, lines of 19 pt (399-QĐ/TW, 05-HD/VPTW).

The face is named and not brought along. Numbers in tables are written as pages write them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as Grid
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from evaluations import figures
from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.jobs import CannotBeDone

FACE = "Times New Roman"
# What the margins leave of A4; tables too wide for that lie on its long side.
UPRIGHT, LYING = Mm(165), Mm(252)
WIDEST_UPRIGHT = 135  # in characters
# A document of more rows is read by nobody, and takes minutes to write.
MOST_ROWS = 1000
# So short a table stands on one page.
SHORT = 15
CELL_STYLE = "Cell of a table"
CELL_STYLE_KEY = "Cellofatable"
CENTRED, LEFT, RIGHT, JUSTIFIED = (getattr(WD_ALIGN_PARAGRAPH, side) for side in ("CENTER", "LEFT", "RIGHT", "JUSTIFY"))


def write_docx(book: Book, path: Path, *, banner: str, superior: str, at: datetime, passed: Callable[[int], None]) -> None:
    """Write the book to `path`. `banner` says on top that data is made up; `superior` is the committee above ('' for none).

    Raises `CannotBeDone` where it has more rows than a document should.
    """
    if book.count > MOST_ROWS:
        words = {"n": MOST_ROWS}
        raise CannotBeDone(_("A document holds up to %(n)s rows. Take the spreadsheet, or export the committees below one by one.") % words)
    today = timezone.localdate(at)
    width = LYING if any(sum(column.width for column in table.columns) > WIDEST_UPRIGHT for table in book.tables) else UPRIGHT
    paper = _blank(book, at, lying=width == LYING)
    if banner:
        _banner(paper, banner)
    _head(paper, book.committee, superior, today, width)
    _line(paper, book.paper.upper(), bold=True, align=CENTRED, before=18)
    _line(paper, book.title, bold=True, align=CENTRED)
    _line(paper, "_" * 8, align=CENTRED, after=10)
    for sentence in book.opening:
        _line(paper, sentence, align=JUSTIFIED, indented=True)
    written = 0
    for number, table in enumerate(book.tables, start=1):
        is_last = number == len(book.tables)
        if len(book.tables) > 1:
            _line(paper, f"{number}. {table.title}", bold=True, indented=True, before=10, kept=True)
        if table.opening:
            _line(paper, table.opening, italic=True, indented=True, kept=True)
        written = _grid(paper, table, width, written, passed, followed=bool(table.note) or is_last)
        if table.note:
            # Who signs finds something to sign on the page.
            _line(paper, table.note, italic=True, size=12, before=4, kept=is_last)
    _line(paper, _stamp(at), italic=True, size=12, before=8, after=8, kept=True)
    _foot(paper, width)
    paper.save(str(path))


def official_date(day: date) -> str:
    """As papers are dated: days under 10 and the months January and February take a nought."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return _("day %(day)s month %(month)s year %(year)s") % {"day": f"{day.day:02d}", "month": month, "year": day.year}


def _stamp(at: datetime) -> str:
    return _("Figures as known at %(at)s.") % {"at": date_format(timezone.localtime(at), "H:i j/n/Y")}


def _blank(book: Book, at: datetime, *, lying: bool) -> Paper:
    paper = Document()
    page = paper.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(20), Mm(20), Mm(30), Mm(15)
    page.header_distance = Mm(10)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = FACE, Pt(14)
    fonts = normal.element.rPr.rFonts
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FACE)
    normal.paragraph_format.space_after = Pt(0)
    of_cells = paper.styles.add_style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    of_cells.element.styleId, of_cells.base_style, of_cells.font.size = CELL_STYLE_KEY, normal, Pt(11)
    # Numbers of pages on top, from the second on.
    page.different_first_page_header_footer = True
    header = page.header.paragraphs[0]
    header.alignment = CENTRED
    _page_number(header)
    about = paper.core_properties
    about.author, about.title, about.comments, about.last_modified_by = book.committee, book.title, "", ""
    about.created = about.modified = timezone.make_naive(at)
    return paper


def _page_number(paragraph: Paragraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _banner(paper: Paper, banner: str) -> None:
    line = _line(paper, banner, bold=True, size=12, align=CENTRED, after=6)
    frame = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "3"), ("color", "7A5310")):
            edge.set(qn(f"w:{name}"), value)
        frame.append(edge)
    properties = line._p.get_or_add_pPr()
    properties.insert_element_before(frame, "w:shd", "w:spacing", "w:ind", "w:jc")


def _head(paper: Paper, committee: str, superior: str, today: date, width: int) -> None:
    """Left whose paper it is, with a star; right the party's name and the date. The number is for whoever registers it."""
    grid = paper.add_table(rows=1, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    left, right = grid.rows[0].cells
    _widths(grid, [width * 54 // 100, width * 46 // 100])
    if superior:
        _line(left, superior.upper(), size=13, align=CENTRED)
    _line(left, committee.upper(), bold=True, size=13, align=CENTRED)
    _line(left, "*", align=CENTRED)
    _line(left, _("No.          -BC"), align=CENTRED)
    _line(right, "ĐẢNG CỘNG SẢN VIỆT NAM", bold=True, underlined=True, align=CENTRED)
    _line(right, "…………, " + official_date(today), italic=True, size=13, align=CENTRED, before=8)
    for cell in (left, right):
        # A cell begins with a paragraph of its own.
        cell._tc.remove(cell.paragraphs[0]._p)


def _foot(paper: Paper, width: int) -> None:
    """Recipients left, signature right: for the office to complete."""
    grid = paper.add_table(rows=1, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    _unbroken(grid.rows[0])
    left, right = grid.rows[0].cells
    _widths(grid, [width // 2, width - width // 2])
    _line(left, _("Recipients:"), bold=True, size=12, align=LEFT)
    for recipient in (_("- The committee above,"), _("- Kept in the office.")):
        _line(left, recipient, size=12, align=LEFT)
    _line(right, _("ON BEHALF OF THE COMMITTEE"), bold=True, align=CENTRED)
    _line(right, "", size=40)
    for cell in (left, right):
        cell._tc.remove(cell.paragraphs[0]._p)


def _line(
    place: Paper | _Cell,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    underlined: bool = False,
    size: int | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indented: bool = False,
    before: int = 0,
    after: int = 0,
    kept: bool = False,
) -> Paragraph:
    """A paragraph with lines of 19 pt; `kept` with what follows it on one page."""
    line = place.add_paragraph()
    run = line.add_run(text)
    run.bold, run.italic, run.underline = bold, italic, underlined
    if size:
        run.font.size = Pt(size)
    look = line.paragraph_format
    look.alignment, look.space_before, look.space_after, look.keep_with_next = align, Pt(before), Pt(after), kept
    look.line_spacing_rule, look.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(19) if not size or size <= 14 else Pt(size)
    if indented:
        look.first_line_indent = Mm(10)
    return line


def _grid(paper: Paper, table: Table, width: int, written: int, passed: Callable[[int], None], *, followed: bool) -> int:
    """A table with its headings on every page, its end with what follows it, if something that belongs to it does.

    Returns how many rows are written by now.
    """
    groups = [str(column.group) for column in table.columns]
    heads = 2 if any(groups) else 1
    ends = 1 if table.totals is not None else 0
    # Made whole at once: a row added at a time costs the square of their number.
    grid = paper.add_table(rows=heads + table.count + ends, cols=len(table.columns))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    rows = grid._tbl.tr_lst
    whole = sum(column.width for column in table.columns)
    _widths(grid, [width * column.width // whole for column in table.columns])
    _narrow_margins(grid)
    _headings(grid, table.columns, groups, heads)
    last = heads
    for last, values in enumerate(table.rows, start=heads):
        if last >= len(rows) - ends:
            raise CannotBeDone(_("Figures changed while the document was written. Run it again."))
        _fill(rows[last], grid, table.columns, values, bold=False)
        written += 1
        passed(written)
    if table.totals is not None:
        _fill(rows[-1], grid, table.columns, table.totals, bold=True)
    # Headings stay with rows, a short table whole, and no last row alone.
    kept = list(rows) if table.count <= SHORT else [*rows[:heads], *rows[-3:]]
    for row in kept if followed else kept[:-1]:
        for paragraph in row.iter(qn("w:p")):
            Paragraph(paragraph, grid).paragraph_format.keep_with_next = True
    return written


def _narrow_margins(grid: Grid) -> None:
    """Cells keep 1 mm to their sides: numbers then fit their columns."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    grid._tbl.tblPr.append(margins)


def _widths(grid: Grid, widths: Sequence[int]) -> None:
    grid.autofit = False
    for column, width in zip(grid._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    for row in grid._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def _headings(grid: Grid, columns: Sequence[Column], groups: Sequence[str], heads: int) -> None:
    for place, column in enumerate(columns):
        if groups[place]:
            _write(grid.cell(1, place), str(column.heading), bold=True, align=CENTRED)
        else:
            cell = grid.cell(0, place)
            _write(cell.merge(grid.cell(heads - 1, place)) if heads > 1 else cell, str(column.heading), bold=True, align=CENTRED)
    for place, group in enumerate(groups):
        if group and (place == 0 or groups[place - 1] != group):
            end = max(end for end in range(place, len(groups)) if all(each == group for each in groups[place : end + 1]))
            _write(grid.cell(0, place).merge(grid.cell(0, end)), group, bold=True, align=CENTRED)
    for row in list(grid.rows)[:heads]:
        _unbroken(row)
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(repeated)


def _unbroken(row: _Row) -> None:
    whole = OxmlElement("w:cantSplit")
    whole.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(whole)


def _fill(row, grid: Grid, columns: Sequence[Column], values: Sequence, *, bold: bool) -> None:
    _unbroken(_Row(row, grid))
    for cell, column, value in zip(row.tc_lst, columns, values, strict=True):
        align = LEFT if column.kind is Kind.TEXT else CENTRED if column.kind is Kind.DAY else RIGHT
        _write(_Cell(cell, grid), in_words(column.kind, value), bold=bold, align=align)


def _write(cell: _Cell, text: str, *, bold: bool, align: WD_ALIGN_PARAGRAPH) -> None:
    line = cell.paragraphs[0]
    # By its key: to look it up by its name for each cell would take most of a long table's time.
    line._p.style, line.alignment = CELL_STYLE_KEY, align
    line.add_run(text).bold = bold


def in_words(kind: Kind, value) -> str:
    """A cell as a page would write it, points with both their decimals: they stand under each other; '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if kind is Kind.POINTS:
        return number_format(value / 100, decimal_pos=2, use_l10n=True, force_grouping=True)
    if kind is Kind.PER_HUNDRED:
        return figures.decimal(value)
    if kind is Kind.SHARE:
        return figures.percent_of(*value).replace(" ", "\N{NO-BREAK SPACE}")
    if kind is Kind.DAY:
        return date_format(value, "j/n/Y")
    return figures.count(value)
