"""What a committee's board reads: stored summaries and scores, in a fixed number of queries. Nothing is computed over cells here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add, or_
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, FilteredRelation, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.utils.functional import Promise

from evaluations.comparing import FEWEST, Limits, Yardstick
from evaluations.counts import SUMS, Counts
from evaluations.levels import Level, below
from evaluations.lost_points import FrameLosses, losses_of
from evaluations.models import CommitteeSummary, Grade, MonthScore, PeriodScore
from evaluations.periods import Month, Period, PeriodKind
from evaluations.shown import cells_right_below, scores_in
from meetings.models import CellKind, Committee, path_prefixes
from meetings.permissions import Authority

MONTHS_SHOWN = 12
# Right below a committee stand some dozens of cells. Should a tree be flat, no page reads more of them than this.
CELLS_READ = 400
# No more cells are counted and sorted one by one in a request than the largest province has, some 17,000 (Hà Nội).
MOST_LISTED = 20_000
# So few are listed whatever the committee's size: to look for them takes longer there, and to lead on to them would be a detour.
FEW_LISTED = 200


@dataclass(frozen=True, slots=True)
class History:
    """A committee's own counts over its whole subtree, by period and kind of cell."""

    rows: Mapping[tuple[str, date], Mapping[str, Counts]]

    def by_kind(self, period: Period, kind: str = "") -> dict[str, Counts]:
        found = self.rows.get((period.KIND, period.first), {})
        return {each: counts for each, counts in found.items() if kind in ("", each)}

    def counts(self, period: Period, kind: str = "") -> Counts:
        return reduce(add, self.by_kind(period, kind).values(), Counts())

    def together(self, periods: Iterable[Period], kind: str = "") -> dict[str, Counts]:
        """By kind, several periods added up."""
        sums: dict[str, Counts] = defaultdict(Counts)
        for period in periods:
            for each, counts in self.by_kind(period, kind).items():
                sums[each] += counts
        return sums


def history_of(committee: Committee, periods: Iterable[Period]) -> History:
    firsts: dict[str, set[date]] = defaultdict(set)
    for period in periods:
        firsts[period.KIND].add(period.first)
    asked = reduce(or_, (Q(period_kind=kind, first_on__in=days) for kind, days in firsts.items()))
    rows: dict[tuple[str, date], dict[str, Counts]] = defaultdict(dict)
    for row in CommitteeSummary.objects.filter(asked, committee=committee).values():
        rows[row["period_kind"], row["first_on"]][row["cell_kind"]] = Counts.of(row)
    return History(rows)


def counts_of(committee: Committee, period: Period) -> Counts:
    """Over the committee's whole subtree and all kinds of cell."""
    return history_of(committee, [period]).counts(period)


def is_listed(committee: Committee, period: Period, *, number: str = "cells", kind: str = "") -> bool:
    """Whether its cells are few enough to be listed one by one, or those that a number (its name in `Counts`) counts are.

    Of more, a number leads to the same number of the committees below.
    """
    of_kinds = history_of(committee, [period])
    return of_kinds.counts(period).cells <= MOST_LISTED or getattr(of_kinds.counts(period, kind), number) <= FEW_LISTED


def months_to(period: Period) -> list[Month]:
    """The twelve months up to the end of a period."""
    last = period.months[-1]
    return [last.shifted(back) for back in range(1 - MONTHS_SHOWN, 1)]


@dataclass(frozen=True, slots=True)
class Below:
    """A committee one level down: its counts now and in the period before, with the points that its scored cells would have if each
    had the mean of its kind (that of now, both times, so that the two can be subtracted).

    `alike` are the scored cells of its kinds under the committee above, its own among them."""

    key: int
    public_id: UUID
    name: str
    counts: Counts
    before: Counts
    expected: float
    expected_before: float
    alike: float

    @property
    def offset(self) -> float | None:
        """By how many points its mean lies above (below: negative) that of its own kinds; None for too few cells."""
        return _offset(self.counts, self.expected)

    @property
    def against_others(self) -> float | None:
        """The same, None also where all the cells of its kinds are its own: it would be held against itself."""
        return self.offset if self.alike > self.counts.scored else None

    @property
    def offset_before(self) -> float | None:
        return _offset(self.before, self.expected_before)

    @property
    def change(self) -> float | None:
        """By how many points its mean moved, its mix of kinds allowed for."""
        if self.offset is None or self.offset_before is None:
            return None
        return self.offset - self.offset_before


def _offset(counts: Counts, expected: float) -> float | None:
    return (counts.points / 100 - expected) / counts.scored if counts.scored >= FEWEST else None


def _last_if_none(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0.0


ORDERS = {
    "todo": lambda each: -each.counts.to_do,
    "name": lambda each: 0,
    "points": lambda each: _last_if_none(each.offset),
    "change": lambda each: _last_if_none(each.change),
}


@dataclass(frozen=True, slots=True)
class MonthOfCell:
    """A cell's month as a heatmap shows it."""

    state: str
    grade: str
    total: int | None


@dataclass(frozen=True, slots=True)
class CellBelow:
    """A cell right below: its score, what it came to in the period before (None and '' where nothing), and its months of the twelve."""

    score: MonthScore | PeriodScore
    total_before: int | None
    grade_before: str
    months: dict[date, MonthOfCell]

    @property
    def label_before(self) -> str | Promise:
        return Grade(self.grade_before).label if self.grade_before else ""

    @property
    def steps(self) -> int:
        """By how many classes it fell (rose: negative); 0 where it has none, or had none."""
        ranks = Grade.values
        if not (self.score.grade and self.grade_before):
            return 0
        return ranks.index(self.score.grade) - ranks.index(self.grade_before)


@dataclass(frozen=True, slots=True)
class Board:
    """A committee's period, for one kind of cell or (`kind` '') all of them."""

    committee: Committee
    period: Period
    kind: str
    # Which kinds of cell there are in the period, whatever is asked.
    kinds: list[CellKind]
    now: Counts
    before: Counts
    # Of the same period of the year before; of a year, that is the one before.
    year_ago: Counts
    months: list[tuple[Month, Counts]]
    yardstick: Yardstick
    yardstick_of_months: Yardstick
    below: list[Below]
    cells: list[CellBelow]
    frames: list[FrameLosses]

    @property
    def compared(self) -> list[Below]:
        """The committees below with enough scored cells to be compared."""
        return [each for each in self.below if each.offset is not None]

    @property
    def limits(self) -> Limits | None:
        if self.yardstick.spread is None:
            return None
        return Limits.of(self.yardstick.spread, [(each.counts.scored, each.offset) for each in self.compared])

    @property
    def class_changes(self) -> list[CellBelow]:
        """The cells right below whose class is another than in the period before, those that fell most first."""
        return sorted((each for each in self.cells if each.steps), key=lambda each: -each.steps)

    @property
    def count_of_cells_below(self) -> int:
        return self.now.cells - sum(each.counts.cells for each in self.below)


def board_of(committee: Committee, period: Period, *, kind: str = "", order: str = "todo") -> Board:
    """The board; `order` is a key of `ORDERS`, by work to do for any other."""
    months = months_to(period)
    history = history_of(committee, [period, period.previous, period.year_before, *months])
    now, yardstick = history.counts(period, kind), Yardstick.of(history.by_kind(period, kind))
    below_it = _below(committee, period, kind, yardstick, history) if now.cells else []
    board = Board(
        committee=committee,
        period=period,
        kind=kind,
        kinds=[CellKind(each) for each in CellKind.values if each in history.by_kind(period)],
        now=now,
        before=history.counts(period.previous, kind),
        year_ago=history.counts(period.year_before, kind),
        months=[(month, history.counts(month, kind)) for month in months],
        yardstick=yardstick,
        yardstick_of_months=Yardstick.of(history.together(months, kind)),
        below=sorted(below_it, key=ORDERS.get(order, ORDERS["todo"])),
        cells=[],
        frames=losses_of(committee, period, kind=kind) if now.cells else [],
    )
    if board.count_of_cells_below > 0:
        board.cells.extend(_cells(committee, period, kind))
    return board


def counts_below(committee: Committee, period: Period, *, kind: str = "") -> tuple[Counts, list[Below]]:
    """The committee's own counts, and the committees one level down in Vietnamese order. Two queries."""
    history = history_of(committee, [period, *period.months])
    return history.counts(period, kind), _below(committee, period, kind, Yardstick.of(history.by_kind(period, kind)), history)


def _below(committee: Committee, period: Period, kind: str, yardstick: Yardstick, history: History) -> list[Below]:
    """The committees that are summed up in this one, in Vietnamese order. The history holds the committee's months of the period."""
    there = [month for month in period.months if history.by_kind(month)]
    under = below(Level(period, 0, (committee.pk,)), there[-1].first if there else period.first)
    summed = Q(summaries__period_kind=period.KIND, summaries__first_on__in=[period.first, period.previous.first])
    if kind:
        summed &= Q(summaries__cell_kind=kind)
    rows = (
        Committee.objects.filter(pk__in=RawSQL(f"SELECT committee_id FROM ({under.sql}) AS under", under.params))
        .annotate(summary=FilteredRelation("summaries", condition=summed))
        .values("pk", "public_id", "name", "order_key", "summary__first_on")
        .annotate(
            **{name: Sum(f"summary__{name}") for name in SUMS},
            expected_points=Sum(F("summary__scored") * _by_kind("summary__cell_kind", yardstick.means)),
            alike=Sum(_by_kind("summary__cell_kind", yardstick.scored), filter=Q(summary__scored__gt=0)),
        )
        .order_by("order_key", "pk")
    )
    found: dict[int, dict[date, dict]] = defaultdict(dict)
    for row in rows:
        found[row["pk"]][row["summary__first_on"]] = row
    return [_one_below(by_period, period) for by_period in found.values()]


def _one_below(by_period: dict[date | None, dict], period: Period) -> Below:
    any_row = next(iter(by_period.values()))
    now, before = by_period.get(period.first, {}), by_period.get(period.previous.first, {})
    return Below(
        key=any_row["pk"],
        public_id=any_row["public_id"],
        name=any_row["name"],
        counts=Counts.of(now),
        before=Counts.of(before),
        expected=now.get("expected_points") or 0.0,
        expected_before=before.get("expected_points") or 0.0,
        alike=now.get("alike") or 0,
    )


def _by_kind(column: str, values: Mapping[str, float]) -> Case:
    """The value of a row's kind of cell, as SQL; 0 for a kind of which nothing is known."""
    whens = [When(**{column: kind, "then": Value(value)}) for kind, value in values.items()]
    return Case(*whens, default=Value(0.0), output_field=FloatField())


@dataclass(frozen=True, slots=True)
class MonthShare:
    """Of a committee's scored cells of a month, how many are Good or Fair; how many would be if each did as its kind does."""

    scored: int
    reached: int
    expected: float
    variance: float


def shares_by_month(board: Board, rows: Iterable[Below]) -> dict[int, dict[date, MonthShare]]:
    """For some of the committees below, the share of Good and Fair in each of the board's months, by key and first of the month."""
    share = _by_kind("cell_kind", board.yardstick_of_months.shares)
    summed = CommitteeSummary.objects.filter(
        committee__in=[each.key for each in rows],
        period_kind=PeriodKind.MONTH,
        first_on__in=[month.first for month, _counts in board.months],
    )
    if board.kind:
        summed = summed.filter(cell_kind=board.kind)
    found: dict[int, dict[date, MonthShare]] = defaultdict(dict)
    sums = {
        "n": Sum("scored"),
        "reached": Sum(F("good") + F("fair")),
        "expected": Sum(F("scored") * share),
        "variance": Sum(F("scored") * share * (1 - share)),
    }
    for key, first, *values in (
        summed.values_list("committee_id", "first_on").annotate(**sums).values_list("committee_id", "first_on", *sums)
    ):
        found[key][first] = MonthShare(*values)
    return found


def _cells(committee: Committee, period: Period, kind: str) -> list[CellBelow]:
    """The cells right below, those with work to do first."""
    earlier = scores_in(period.previous).filter(cell=OuterRef("cell"))
    months = MonthScore.objects.filter(cell=OuterRef("cell"), month__in=[month.first for month in months_to(period)])
    cells = cells_right_below(committee, period, kind=kind, order="todo").annotate(
        total_before=Subquery(earlier.values("total")[:1]),
        grade_before=Subquery(earlier.values("grade")[:1]),
        twelve=ArraySubquery(months.values_list(JSONObject(month="month", state="state", grade="grade", total="total"))),
    )
    return [CellBelow(score, score.total_before, score.grade_before or "", _months_of(score)) for score in cells[:CELLS_READ]]


def _months_of(score: MonthScore | PeriodScore) -> dict[date, MonthOfCell]:
    return {date.fromisoformat(each["month"]): MonthOfCell(each["state"], each["grade"], each["total"]) for each in score.twelve}


def chain_above(committee: Committee) -> list[Committee]:
    """The committees above it today, from the root down."""
    return _by_path(path_prefixes(committee.scope_path)[:-1])


def seen_above(authority: Authority, committee: Committee) -> list[Committee]:
    """Those of them whose figures the user sees; no query where there are none, as for whoever works at the committee itself."""
    seen = authority.figure_paths
    return _by_path([above for above in path_prefixes(committee.scope_path)[:-1] if any(above.startswith(path) for path in seen)])


def _by_path(paths: list[str]) -> list[Committee]:
    by_path = {each.scope_path: each for each in Committee.objects.filter(scope_path__in=paths)} if paths else {}
    return [by_path[path] for path in paths if path in by_path]
