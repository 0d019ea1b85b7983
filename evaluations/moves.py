"""What an act would move of the scores of closed periods, told before it is done: done, scored, compared and taken back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise

from evaluations import scoring
from evaluations.measuring import Targets
from evaluations.models import Edition
from evaluations.periods import KINDS, Period, PeriodKind
from evaluations.published import COLUMN_LABELS, OF_A_MONTH, OF_A_PERIOD, SCORE_COLUMNS, Standing, differing_columns
from meetings.models import Cell, ChangedCell

_LENGTHS = ", ".join(f"('{name}', {kind.LENGTH})" for name, kind in KINDS.items())
# Closed are, for a cell, the periods in which one of its target months lies and that a committee above it has published.
_CLOSED = f"""
SELECT DISTINCT t.cell_id, e.committee_id, e.period_kind, e.first_on
FROM ({{targets}}) AS t(cell_id, month)
CROSS JOIN LATERAL (
    SELECT p.path FROM meetings_placement p
    WHERE p.cell_id = t.cell_id AND p.during && daterange(t.month, (t.month + interval '1 month')::date)
    ORDER BY lower(p.during) LIMIT 1) place
CROSS JOIN LATERAL unnest(string_to_array(rtrim(place.path, '/'), '/')) AS above(segment)
CROSS JOIN (VALUES {_LENGTHS}) AS kind(name, length)
JOIN evaluations_edition e ON above.segment NOT LIKE 'c%%' AND e.committee_id = above.segment::bigint AND e.period_kind = kind.name
    AND e.first_on <= t.month AND t.month < e.first_on + kind.length * interval '1 month' AND e.number = 1"""


@dataclass(frozen=True, slots=True)
class Move:
    """A score of a closed period before and after an act; None where the cell is not counted in it."""

    cell: Cell
    period: Period
    before: Standing | None
    after: Standing | None

    @property
    def is_of_points(self) -> bool:
        """Whether state, points or class move, and not only what else is published of the score: held on the day, verified."""
        sides = [standing and (standing.state, standing.total, standing.grade) for standing in (self.before, self.after)]
        return sides[0] != sides[1]

    @property
    def others(self) -> list[str | Promise]:
        """What moves beside state, points, class and how many months are verified, in words."""
        shown = {"verified", "verified_by_month", "points_by_month"}
        return [COLUMN_LABELS[name] for name in differing_columns(self.before, self.after) if name in COLUMN_LABELS.keys() - shown]


@dataclass(frozen=True, slots=True)
class Reach:
    """What an act reaches of closed periods: the latest edition of each that it writes in or moves, and its moves, period by period.

    `wrote`: whether it changed anything that scores are made of.
    """

    wrote: bool
    editions: tuple[Edition, ...]
    moves: tuple[Move, ...]

    @property
    def moves_points(self) -> bool:
        return any(move.is_of_points for move in self.moves)


class Busy(Exception):
    """Scores of these months are being made just now: what an act would move is not known yet."""


# A request waits no longer for who is scoring; a part of a run takes some seconds.
PATIENCE_SECONDS = 2

Named = tuple[int, str, date]  # cell, kind of period, its first day
Closed = tuple[int, int, str, date]  # the same with the publisher after the cell


def touches_closed(months: Sequence[tuple[int, date]], *, as_of: date) -> bool:
    """Whether a change of these months of cells (key, first of month), and so of those after them, reaches a closed period. One query."""
    return bool(_closed(_targets(months, as_of)))


def reach_of(act: Callable[[], object], *, months: Sequence[tuple[int, date]], as_of: date) -> Reach:
    """Do `act`, which writes these months of cells, score what follows, and take all of it back. Whatever `act` raises goes through.

    What waited to be scored before is scored in both, so that only the act's own moves are told. No lock is kept. `months` may begin
    before those that the act writes: an entry of a roster may be dated on any day. Raises `Busy`.
    """
    targets = _targets(months, as_of)
    notes = ChangedCell.objects.filter(cell__in={cell for cell, _month in months})
    with _taken_back(targets):
        scoring.score(targets, as_of=as_of)
        closed = _closed(targets)
        before = _standings(closed)
    with _taken_back(targets):
        known = list(notes.values_list("pk", flat=True))
        act()
        written = list(notes.exclude(pk__in=known).values_list("cell_id", "from_month"))
        scoring.score(targets, as_of=as_of)
        reached = _closed(targets)
        after = _standings(closed | reached)
    before |= _standings(reached - closed)
    closed |= reached
    moved = {key for key in before | after if before.get(key) != after.get(key)}
    cells = Cell.objects.in_bulk({cell for cell, _kind, _first in moved})
    moves = [Move(cells[key[0]], KINDS[key[1]].of(key[2]), before.get(key), after.get(key)) for key in moved]
    moves.sort(key=lambda move: (move.cell.order_key, move.cell.pk, move.period.LENGTH, move.period.first))
    told = {key for key in closed if (key[0], key[2], key[3]) in moved or _holds(key, written)}
    return Reach(bool(written), tuple(_editions(told)), tuple(moves))


@contextmanager
def _taken_back(targets: Targets) -> Iterator[None]:
    """A transaction whose work is undone. Nobody else scores these months meanwhile: they hold facts and wait for sheets, where an act
    may hold a sheet when its facts are measured. Raises `Busy` where scores are being made."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [f"{PATIENCE_SECONDS}s"])
            try:
                scoring.hold_months(targets, shared=False)
            except OperationalError as held:
                raise Busy from held
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        yield
        transaction.set_rollback(True)


def _holds(closed: Closed, months: Sequence[tuple[int, date]]) -> bool:
    """Whether one of the months lies in the closed period."""
    cell, _publisher, kind, first = closed
    return any(written == cell and KINDS[kind].of(month).first == first for written, month in months)


def _targets(months: Sequence[tuple[int, date]], as_of: date) -> Targets:
    return Targets.from_month_on(months, until=as_of.replace(day=1))


def _closed(targets: Targets) -> set[Closed]:
    """The closed periods in which a target lies."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED.format(targets=targets.sql), targets.params)
        return set(cursor.fetchall())


_STANDINGS = f"""
SELECT asked.*, {OF_A_MONTH}
FROM unnest(%(cells)s::bigint[], %(kinds)s::text[], %(firsts)s::date[]) AS asked(cell, kind, first)
JOIN evaluations_monthscore m ON asked.kind = '{PeriodKind.MONTH}' AND m.cell_id = asked.cell AND m.month = asked.first
UNION ALL
SELECT asked.*, {OF_A_PERIOD}
FROM unnest(%(cells)s::bigint[], %(kinds)s::text[], %(firsts)s::date[]) AS asked(cell, kind, first)
JOIN evaluations_periodscore m ON m.cell_id = asked.cell AND m.period_kind = asked.kind AND m.first_on = asked.first"""


def _standings(closed: set[Closed]) -> dict[Named, Standing]:
    """All that is published of each score, as it is known now."""
    asked = sorted({(cell, kind, first) for cell, _publisher, kind, first in closed})
    cells, kinds, firsts = (list(column) for column in zip(*asked, strict=True)) if asked else ([], [], [])
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, {"cells": cells, "kinds": kinds, "firsts": firsts})
        return {tuple(row[:3]): Standing(dict(zip(SCORE_COLUMNS, row[3:], strict=True))) for row in cursor.fetchall()}


def _editions(closed: set[Closed]) -> list[Edition]:
    """The latest edition of each, the shortest period first."""
    series = {(publisher, kind, first) for _cell, publisher, kind, first in closed}
    found = Edition.objects.filter(committee__in={publisher for publisher, _kind, _first in series}).select_related(
        "committee", "closed_by"
    )
    latest = {
        (edition.committee_id, edition.period_kind, edition.first_on): edition
        for edition in found.filter(first_on__in={first for _publisher, _kind, first in series}).order_by("number")
    }
    return sorted((latest[key] for key in series), key=lambda edition: (edition.period.LENGTH, edition.first_on))
