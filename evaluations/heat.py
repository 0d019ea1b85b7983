"""Heatmaps as values: what stands below a committee, month by month. A table draws them: every box is a number, and leads on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from evaluations.charts import Link
from evaluations.comparing import FEWEST, Standing, standing_of_share
from evaluations.dashboard import Below, CellBelow, MonthOfCell, MonthShare
from evaluations.figures import count, percent_of, points
from evaluations.models import Grade, ScoreState
from evaluations.periods import Month

LinkOfMonth = Callable[[object, Month], str]

# In a small box; a word of one to four letters.
SHORT = {
    Grade.GOOD: pgettext_lazy("class in a small box", "G"),
    Grade.FAIR: pgettext_lazy("class in a small box", "F"),
    Grade.AVERAGE: pgettext_lazy("class in a small box", "Av"),
    Grade.POOR: pgettext_lazy("class in a small box", "Poor"),
}
# Told by a mark as well as by its tint.
SHADES = {
    Standing.FAR_BELOW: ("far-below", "▼"),
    Standing.BELOW: ("below", "▽"),
    Standing.WITHIN: ("within", ""),
    Standing.ABOVE: ("above", "△"),
    Standing.FAR_ABOVE: ("far-above", "▲"),
    None: ("few", ""),
}
KEY_OF_SHARES = (
    ("far-below", "▼", gettext_lazy("far below its kinds")),
    ("below", "▽", gettext_lazy("below")),
    ("above", "△", gettext_lazy("above")),
    ("far-above", "▲", gettext_lazy("far above")),
    ("few", "", gettext_lazy("fewer than 5 scored cells")),
)
KEY_OF_CLASSES = tuple((grade.value.lower(), SHORT[grade], grade.label) for grade in Grade)


@dataclass(frozen=True, slots=True)
class Tile:
    """A box of a heatmap. `shade` is a class of the style sheet; `text` '' where there is nothing to say."""

    month: Month
    url: str
    text: str
    mark: str
    shade: str
    # What stands behind it, for the table.
    behind: str
    words: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    url: str
    tiles: tuple[Tile, ...]


def heat_of_committees(
    rows: Iterable[Below],
    shares: Mapping[int, Mapping[date, MonthShare]],
    months: Sequence[Month],
    link: Link,
    link_of_month: LinkOfMonth,
) -> list[HeatRow]:
    """The share of Good and Fair, shaded by how far it lies from that of the same kinds of cell over all the months shown."""
    return [
        HeatRow(
            each.name,
            link(each),
            tuple(_share_tile(month, shares.get(each.key, {}).get(month.first), link_of_month(each, month)) for month in months),
        )
        for each in rows
    ]


def _share_tile(month: Month, share: MonthShare | None, url: str) -> Tile:
    if share is None or not share.scored:
        return Tile(month, "", "", "", "none", "–", _("no cell is scored"))
    standing = standing_of_share(share.reached, share.expected, share.variance, share.scored)
    shade, mark = SHADES[standing]
    behind = f"{count(share.reached)}/{count(share.scored)}"
    words = ngettext(
        "%(reached)s of %(n)s scored cell is Good or Fair", "%(reached)s of %(n)s scored cells are Good or Fair", share.scored
    ) % {"reached": count(share.reached), "n": count(share.scored)}
    if standing is None:
        words += "; " + _("fewer than %(n)s: not compared") % {"n": FEWEST}
    elif standing is not Standing.WITHIN:
        words += "; " + _("its own kinds of cell: %(share)s") % {"share": percent_of(round(share.expected), share.scored)}
    return Tile(month, url, str(100 * share.reached // share.scored), mark, shade, behind, words)


def heat_of_cells(cells: Iterable[CellBelow], months: Sequence[Month], link: Link, link_of_month: LinkOfMonth) -> list[HeatRow]:
    """The class of each cell, month by month."""
    words = _Words.now()
    firsts = [month.first for month in months]
    return [
        HeatRow(
            each.score.cell.name,
            link(each.score),
            tuple(
                words.tile(month, each.months.get(first), link_of_month(each.score, month))
                for month, first in zip(months, firsts, strict=True)
            ),
        )
        for each in cells
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    """What the boxes of classes say in the reader's language, looked up once for all of them."""

    absent: str
    states: Mapping[str, str]
    grades: Mapping[str, str]
    short: Mapping[str, str]

    @classmethod
    def now(cls) -> Self:
        return cls(
            _("not in the tree"),
            {state.value: str(state.label) for state in ScoreState},
            {grade.value: str(grade.label) for grade in Grade},
            {grade.value: str(short) for grade, short in SHORT.items()},
        )

    def tile(self, month: Month, of_cell: MonthOfCell | None, url: str) -> Tile:
        if of_cell is None:
            return Tile(month, "", "", "", "none", "–", self.absent)
        grade = of_cell.grade
        if not grade:
            return Tile(month, url, "–", "", "none", "–", self.states[of_cell.state])
        total = points(of_cell.total)
        return Tile(month, url, self.short[grade], "", grade.lower(), total, f"{self.grades[grade]}, {total}")
