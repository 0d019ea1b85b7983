"""Charts as values: what a template draws as SVG, with every length worked out and every number in words beside it.

Lengths and places are strings in per cent ('62.5%'), never numbers: a template would write a decimal comma into them. Each value carries
what it shows in words too, for whoever does not see it, and for the table behind the chart.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.comparing import moved
from evaluations.counts import Counts
from evaluations.dashboard import Below, Board, CellBelow
from evaluations.figures import count, decimal, percent_of, points, signed
from evaluations.lost_points import CriterionLoss, FrameLosses
from evaluations.models import Grade, MonthScore
from evaluations.periods import Month

# Where a committee, a cell or a criterion leads to.
Link = Callable[[object], str]


def percent(part: float, whole: float) -> str:
    """A place or a length in an SVG."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar; `fill` names a pattern that is told apart without colour: good, fair, average, poor, open."""

    fill: str
    start: str
    length: str
    label: str | Promise
    value: str
    # In whole per cent, cut.
    share: str
    # Whether there is room to write on it.
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: a name that leads somewhere (or nowhere: url ''), a bar, what it comes to, and the numbers behind it."""

    name: str
    url: str
    segments: tuple[Segment, ...]
    value: str
    words: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """`key` tells fills apart, (fill, what it is); `heads` stand over the rows' numbers."""

    rows: list[Bar]
    key: tuple[tuple[str, str | Promise], ...]
    heads: tuple[str | Promise, ...]

    @property
    def table(self) -> list[tuple[str, list[tuple[str | Promise, str]]]]:
        """Each row's name and its numbers, each under its head."""
        return [(row.name, list(zip(self.heads, row.numbers, strict=True))) for row in self.rows]


def _segments(parts: Sequence[tuple[str, str | Promise, int]], whole: int, room: float) -> tuple[Segment, ...]:
    """Parts (fill, what it is, how many) one after the other; `room` is the share of the whole from which a value fits in."""
    segments, gone = [], 0
    for fill, label, number in parts:
        if number:
            start, length, is_wide = percent(gone, whole), percent(number, whole), number >= room * whole
            segments.append(Segment(fill, start, length, label, count(number), str(100 * number // whole), is_wide))
        gone += number
    return tuple(segments)


def _words(segments: Iterable[Segment]) -> str:
    return ", ".join(f"{segment.label}: {segment.value}" for segment in segments)


COMPLETENESS = (
    ("good", gettext_lazy("verified")),
    ("fair", gettext_lazy("sent, not verified yet")),
    ("average", gettext_lazy("held, not sent")),
    ("open", gettext_lazy("not held")),
)


def completeness(rows: Iterable[Below], link: Link) -> Bars:
    """How far each committee's cells have got: verified, sent, held, not held."""
    drawn = [_completeness_of(each, link) for each in rows if each.counts.expected]
    return Bars(drawn, COMPLETENESS, (_("expected"), *(label for _fill, label in COMPLETENESS)))


def _completeness_of(each: Below, link: Link) -> Bar:
    counts = each.counts
    numbers = (counts.verified, counts.undecided, counts.not_sent, counts.not_held)
    segments = _segments([(*of, number) for of, number in zip(COMPLETENESS, numbers, strict=True)], counts.expected, 0.12)
    return Bar(
        name=each.name,
        url=link(each),
        segments=segments,
        value=percent_of(counts.held, counts.expected),
        words=_words(segments),
        numbers=tuple(count(number) for number in (counts.expected, *numbers)),
    )


CLASSES = tuple((grade.value.lower(), grade.label) for grade in Grade)


@dataclass(frozen=True, slots=True)
class Column:
    """A month: its classes from the top down, the lowest on top; nothing where no cell is scored."""

    month: Month
    middle: str
    left: str
    width: str
    segments: tuple[Segment, ...]
    counts: Counts

    @property
    def words(self) -> str:
        return f"{self.month.label}: {_words(self.segments) or _('no cell is scored')}"


def classes_over_months(months: Sequence[tuple[Month, Counts]]) -> list[Column]:
    """The share of each class among the scored cells, month by month."""
    return [_column(place, len(months), month, counts) for place, (month, counts) in enumerate(months)]


def _column(place: int, of: int, month: Month, counts: Counts) -> Column:
    parts = [(grade.value.lower(), grade.label, number) for grade, number in reversed(counts.grades)]
    return Column(
        month=month,
        middle=percent(place + 0.5, of),
        left=percent(place + 0.12, of),
        width=percent(0.76, of),
        segments=_segments(parts, counts.scored, 0.08),
        counts=counts,
    )


def classes_of(counts: Counts) -> tuple[Segment, ...]:
    """One period's classes as one bar, the best first."""
    return _segments([(grade.value.lower(), grade.label, number) for grade, number in counts.grades], counts.scored, 0.06)


def losses(frame: FrameLosses, link: Link, most: int = 8) -> Bars:
    """The criteria that lose most, each against the one that loses most of all."""
    heaviest = frame.heaviest[:most]
    heads = (_("lost of every 100 points"), _("points lost"), _("share of what the criterion can give"))
    return Bars([_loss(frame, each, heaviest[0].lost, link) for each in heaviest], (), heads)


def _loss(frame: FrameLosses, each: CriterionLoss, longest: int, link: Link) -> Bar:
    value, share = decimal(frame.of_hundred(each)), percent_of(each.lost, each.most)
    words = _("%(lost)s of every 100 points; %(share)s of what this criterion can give") % {"lost": value, "share": share}
    segment = Segment("poor", "0%", percent(each.lost, longest), _("lost"), value, "", False)
    return Bar(_of_criterion(each), link(each), (segment,), value, words, (value, points(each.lost), share))


def _of_criterion(each: CriterionLoss) -> str:
    return f"{each.code}. {each.title}"


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """Two marks on one scale, joined: a hollow one (`from_`) and a full one (`to`)."""

    name: str
    url: str
    from_: str
    to: str
    left: str
    width: str
    from_value: str
    to_value: str
    difference: str

    @property
    def words(self) -> str:
        return f"{self.from_value} → {self.to_value} ({self.difference})"


@dataclass(frozen=True, slots=True)
class Dumbbells:
    """Rows on a common scale that runs from `lowest` to `highest`, as written at its ends."""

    rows: tuple[Dumbbell, ...]
    lowest: str
    highest: str


def _dumbbells(rows: Iterable[tuple[str, str, float, float, str, str, str]]) -> Dumbbells:
    """Rows (name, url, from, to, both in words, their difference in words) on a scale that holds them all."""
    rows = list(rows)
    values = [value for row in rows for value in row[2:4]] or [0]
    margin = max(1.0, (max(values) - min(values)) * 0.05)
    lowest, highest = min(values) - margin, max(values) + margin
    span = highest - lowest
    drawn = [
        Dumbbell(
            name=name,
            url=url,
            from_=percent(from_ - lowest, span),
            to=percent(to - lowest, span),
            left=percent(min(from_, to) - lowest, span),
            width=percent(abs(to - from_), span),
            from_value=from_value,
            to_value=to_value,
            difference=difference,
        )
        for name, url, from_, to, from_value, to_value, difference in rows
    ]
    return Dumbbells(tuple(drawn), decimal(lowest), decimal(highest))


# Where the log gives next to nothing a ratio runs off the paper: it is drawn at this and written as it is.
FARTHEST = 200.0


def self_against_log(frame: FrameLosses, link: Link, most: int = 8) -> Dumbbells:
    """What the cells give themselves for every 100 points that the log gives, on the lines that are computed, by frame criterion."""
    return _dumbbells(
        (
            _of_criterion(each),
            link(each),
            100.0,
            min(each.own_per_hundred, FARTHEST),
            points(each.computed),
            points(each.own),
            signed(each.own_per_hundred - 100),
        )
        for each in frame.differing[:most]
    )


def movements(board: Board, link: Link, most: int = 4) -> Dumbbells:
    """The committees below whose mean moved most since the period before, beyond chance: those that fell, then those that rose."""
    spread = board.yardstick.spread
    moves = [each for each in board.below if each.change is not None]
    moves = sorted((each for each in moves if moved(each.change, each.counts.scored, each.before.scored, spread)), key=_change)
    fell, rose = [each for each in moves if each.change < 0], [each for each in moves if each.change > 0]
    return _dumbbells(
        (
            each.name,
            link(each),
            each.before.mean / 100,
            each.counts.mean / 100,
            decimal(each.before.mean / 100),
            decimal(each.counts.mean / 100),
            signed(each.change),
        )
        for each in (*fell[:most], *rose[-most:])
    )


def _change(each: Below) -> float:
    return each.change


def self_against_official(cells: Iterable[CellBelow], link: Link, most: int = 10) -> Dumbbells:
    """Of the cells right below, those whose own total of the month lies furthest from the one that counts; none of a longer period.

    As `self_against_log`: the full mark, and above 0, is what the cells give themselves beyond it.
    """
    months = [each.score for each in cells if isinstance(each.score, MonthScore) and each.score.total is not None]
    apart = [score for score in months if score.own_total not in (None, score.total)]
    apart.sort(key=lambda score: -abs(score.own_total - score.total))
    return _dumbbells(
        (
            score.cell.name,
            link(score),
            score.total / 100,
            score.own_total / 100,
            points(score.total),
            points(score.own_total),
            signed((score.own_total - score.total) / 100),
        )
        for score in apart[:most]
    )
