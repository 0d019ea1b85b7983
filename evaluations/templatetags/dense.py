"""Rows of boxes, of which a page has hundreds, put together here: a template's loop takes ten times as long over them.

What is written into the page is escaped one by one, as a template would.
"""

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from evaluations.addresses import address_of
from evaluations.figures import points
from evaluations.heat import HeatRow, Tile
from evaluations.models import PeriodScore
from evaluations.periods import Month, Period

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
