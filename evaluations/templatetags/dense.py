"""Rows of boxes, of which a page has hundreds, put together here: a template's loop takes ten times as long over them.

What is written into the page is escaped one by one, as a template would.
"""

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evaluations.addresses import address_of
from evaluations.charts import Column, Segment
from evaluations.dashboard import Below
from evaluations.figures import count, points, signed
from evaluations.heat import HeatRow, Tile
from evaluations.models import Grade, PeriodScore
from evaluations.periods import Month, Period
from meetings.models import Committee

register = template.Library()
# On a phone the older half of a year is folded away.
MONTHS_FOLDED, OLDER = 6, '<td class="older">'


@register.simple_tag
def heat_rows(rows: Iterable[HeatRow], months: Sequence[Month], unit: str = "") -> SafeString:
    """The rows of a heatmap: each a name that leads on, and its boxes; `unit` stands after what a box reads."""
    labels = [escape(month.label) for month in months]
    unit = escape(unit)
    return mark_safe("".join(_heat_row(row, labels, unit) for row in rows))


def _heat_row(row: HeatRow, labels: list[str], unit: str) -> str:
    boxes = "".join(
        f"{OLDER if place < MONTHS_FOLDED else '<td>'}{_box(tile, label, unit)}</td>"
        for place, (tile, label) in enumerate(zip(row.tiles, labels, strict=True))
    )
    return f'<tr><th scope="row"><a href="{escape(row.url)}">{escape(row.name)}</a></th>{boxes}</tr>\n'


def _box(tile: Tile, label: str, unit: str) -> str:
    if not tile.url:
        return f'<span class="tile none">{escape(tile.text) or "·"}</span>'
    words = escape(tile.words)
    mark = f'<span aria-hidden="true">{escape(tile.mark)}</span>' if tile.mark else ""
    return (
        f'<a class="tile {escape(tile.shade)}" href="{escape(tile.url)}" title="{label}: {words}">{mark}{escape(tile.text)}{unit}'
        f'<span class="visually-hidden">. {words}</span></a>'
    )


@register.simple_tag
def heat_figures(rows: Iterable[HeatRow]) -> SafeString:
    """The rows of the table of figures behind a heatmap."""
    return mark_safe(
        "".join(
            f'<tr><th scope="row">{escape(row.name)}</th>'
            + "".join(f'<td class="n">{escape(tile.behind)}</td>' for tile in row.tiles)
            + "</tr>"
            for row in rows
        )
    )


@register.simple_tag
def months_of_score(score: PeriodScore, period: Period) -> SafeString:
    """Each month of the period with the points that count in it, an en dash where it had none; each leads to the cell's month."""
    to_month, cell = address_of("cell_month"), score.cell.public_id
    return mark_safe(
        "".join(
            _month(month, to_month(cell, month), points(worth)) for month, worth in zip(period.months, score.points_by_month, strict=True)
        )
    )


def _month(month: Month, url: str, worth: str) -> str:
    return f'<a href="{escape(url)}" aria-label="{escape(month.label)}: {worth}"><small>{month.number}</small>{worth}</a>'


@register.simple_tag
def parts_of_bar(segments: Iterable[Segment]) -> SafeString:
    """The parts of a lying bar one after the other, each with its number where there is room."""
    return mark_safe("".join(map(_part, segments)))


def _part(each: Segment) -> str:
    rect = _rect(each, f'x="{each.start}" y="0.5" width="{each.length}" height="95%"', f"{escape(str(each.label))}: {escape(each.value)}")
    number = _number_on(escape(each.fill), escape(each.value))
    return f'{rect}<svg x="{each.start}" width="{each.length}" height="100%">{number}</svg>' if each.is_wide else rect


def _rect(each: Segment, place: str, words: str) -> str:
    fill = escape(each.fill)
    return f'<rect class="seg {fill}" {place} fill="url(#fill-{fill})"><title>{words}</title></rect>'


def _number_on(fill: str, number: str) -> str:
    return f'<text class="on {fill}" x="50%" y="50%" dy=".35em" text-anchor="middle">{number}</text>'


@register.simple_tag
def columns_of_classes(columns: Iterable[Column]) -> SafeString:
    """A standing bar for each month, with the shares of the classes; a dash where no cell is scored."""
    return mark_safe("".join(map(_standing, columns)))


def _standing(column: Column) -> str:
    month = escape(column.month.label)
    parts = "".join(_standing_part(each, month) for each in column.segments)
    parts = parts or '<text class="none" x="50%" y="97%" text-anchor="middle">–</text>'
    return f'<svg x="{column.left}" width="{column.width}" height="100%" overflow="visible">{parts}</svg>'


def _standing_part(each: Segment, month: str) -> str:
    place = f'width="100%" y="{each.start}" height="{each.length}"'
    rect = _rect(each, place, f"{month}, {escape(str(each.label))}: {escape(each.value)}")
    return f'{rect}<svg {place} overflow="visible">{_number_on(escape(each.fill), escape(each.share))}</svg>' if each.is_wide else rect


@register.simple_tag
def months_of_classes(columns: Iterable[Column], committee: Committee, kept: str, and_kept: str) -> SafeString:
    """The rows of the table of figures behind the columns; each number leads to its cells, each month to its board."""
    to_board, to_cells, key = address_of("committee_board"), address_of("committee_cells"), committee.public_id
    rows = []
    for column in columns:
        if column.counts.cells:
            numbers = [("scored", _("Scored"), column.counts.scored)]
            numbers += [(grade.value.lower(), str(grade.label), number) for grade, number in column.counts.grades]
            linked = _linked(to_cells(key, column.month), and_kept, numbers)
            head = f'<a href="{to_board(key, column.month)}{escape(kept)}">{escape(column.month.label)}</a>'
            mean = f'<td class="n" data-label="{escape(_("Mean score"))}">{points(column.counts.mean)}</td>'
            rows.append(f'<tr><th scope="row">{head}</th>{linked}{mean}</tr>')
    return mark_safe("".join(rows))


def _linked(cells: str, and_kept: str, numbers: Iterable[tuple[str, str, int]], wide_only: Iterable[str] = ()) -> str:
    """Cells of a table: numbers (show, what it is, how many) that lead to the list of what they count."""
    kept = escape(and_kept)
    return "".join(
        f'<td class="n{" wide-only" if show in wide_only else ""}" data-label="{escape(label)}">'
        f'<a href="{cells}?show={show}{kept}">{count(number)}</a></td>'
        for show, label, number in numbers
    )


# On a phone the row of a committee keeps the other numbers.
WIDE_ONLY = ("expected", "on_day", *(grade.value.lower() for grade in Grade))


@register.simple_tag
def committees_below(rows: Iterable[Below], period: Period, kept: str, and_kept: str) -> SafeString:
    """The committees right below: each leads to its board, each of its numbers to the cells that it counts."""
    to_board, to_cells = address_of("committee_board"), address_of("committee_cells")
    labels = [("", _("Cells")), ("expected", _("Expected")), ("held", _("Held")), ("on_day", _("On the day"))]
    labels += [("sent", _("Score sent")), ("verified", _("Verified"))]
    grades = [(grade.value.lower(), str(grade.label)) for grade in Grade]
    mean, against = (f'<td class="n" data-label="{escape(each)}">' for each in (_("Mean score"), _("Against its kinds")))
    drawn = []
    for each in rows:
        counts = each.counts
        sums = (counts.cells, counts.expected, counts.held, counts.held_on_day, counts.sent, counts.verified)
        numbers = [(*label, number) for label, number in zip(labels, sums, strict=True)]
        numbers += [(*label, number) for label, (_grade, number) in zip(grades, counts.grades, strict=True)]
        head = f'<a href="{to_board(each.public_id, period)}{escape(kept)}">{escape(each.name)}</a>'
        linked = _linked(to_cells(each.public_id, period), and_kept, numbers, WIDE_ONLY)
        compared = f"{mean}{points(counts.mean)}</td>{against}{signed(each.against_others)}</td>"
        drawn.append(f'<tr><th scope="row">{head}</th>{linked}{compared}</tr>\n')
    return mark_safe("".join(drawn))
