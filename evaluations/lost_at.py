"""One criterion of the frame: what is lost on it by the committees one level down, from their stored sums, and by the cells right below."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from evaluations.compiler import Expression, compile_points
from evaluations.dashboard import counts_below
from evaluations.definition import Definition, definition_of
from evaluations.losses import places_in_frame
from evaluations.models import CriteriaSet, Criterion
from evaluations.periods import Period
from meetings.models import Cell, CellKind, Committee


@dataclass(frozen=True, slots=True)
class Lost:
    """What a committee, or a cell, could have and lost on the criterion; points in hundredths, `place` in Vietnamese order.

    `own` and `computed` are what cells and log say on the lines that are computed.
    """

    place: int
    name: str
    public_id: UUID
    most: int
    lost: int
    own: int
    computed: int

    @property
    def share(self) -> float:
        return self.lost / self.most if self.most else 0.0

    @property
    def apart(self) -> int:
        """By how much the cells score themselves above (below: negative) the log."""
        return self.own - self.computed


@dataclass(frozen=True, slots=True)
class LostAt:
    """The committee's own sums, and what they are made of; those without any line of it are left out."""

    whole: Lost
    committees: list[Lost]
    cells: list[Lost]


SUMS = ("most", "lost", "own", "computed")
# %(place)s is the criterion's place in its frame, from 1 on.
OF_COMMITTEES = f"""
SELECT loss.committee_id, {", ".join(f"sum(loss.{name}[%(place)s])::bigint" for name in SUMS)}
FROM evaluations_losssummary loss
WHERE loss.committee_id = ANY (%(keys)s) AND loss.month >= %(first)s AND loss.month < %(end)s AND loss.cell_kind = ANY (%(kinds)s)
    AND loss.frame_id = %(frame)s
GROUP BY loss.committee_id"""
# As `losses.OF_OWN_CELLS`, cell by cell. Left open: {points}.
OF_CELLS = """
SELECT m.cell_id, sum(line.maximum) FILTER (WHERE line.worth IS NOT NULL) AS most, sum(line.maximum - line.worth) AS lost,
    sum(line.own) FILTER (WHERE line.computed IS NOT NULL) AS own, sum(line.computed) FILTER (WHERE line.own IS NOT NULL) AS computed
FROM evaluations_monthscore m
JOIN evaluations_scoresheet s ON s.id = m.sheet_id
CROSS JOIN LATERAL (SELECT coalesce(s.verified, {points}) AS points OFFSET 0) p
CROSS JOIN LATERAL unnest(p.points, %s::int[], %s::bigint[], s.own, s.computed) AS line(worth, maximum, place, own, computed)
WHERE m.committee_id = %s AND m.month >= %s AND m.month < %s AND m.cell_kind = ANY (%s) AND m.state = 'SCORED'
    AND s.criteria_set_id = %s AND line.place = %s
GROUP BY m.cell_id"""


def lost_at(committee: Committee, period: Period, criterion: Criterion, *, kind: str = "") -> LostAt:
    """What is lost on a frame's criterion in the period's months, for one kind of cell or all. A fixed number of queries."""
    kinds = [kind] if kind else CellKind.values
    place = Criterion.objects.filter(criteria_set=criterion.criteria_set_id, position__lte=criterion.position).count()
    _own, below = counts_below(committee, period, kind=kind)
    asked = {"place": place, "keys": [committee.pk, *(each.key for each in below)], "first": period.first, "end": period.end}
    with connection.cursor() as cursor:
        cursor.execute(OF_COMMITTEES, {**asked, "kinds": kinds, "frame": criterion.criteria_set_id})
        sums = {key: rest for key, *rest in cursor.fetchall()}
    whole = Lost(0, committee.name, committee.public_id, *sums.get(committee.pk, (0, 0, 0, 0)))
    parts = [Lost(number, each.name, each.public_id, *sums[each.key]) for number, each in enumerate(below) if any(sums.get(each.key, ()))]
    return LostAt(whole, parts, _of_cells(committee, period, criterion, place, kinds))


def _of_cells(committee: Committee, period: Period, criterion: Criterion, place: int, kinds: list[str]) -> list[Lost]:
    where = [committee.pk, period.first, period.end]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.criteria_set_id FROM evaluations_monthscore m JOIN evaluations_scoresheet s ON s.id = m.sheet_id "
            "WHERE m.committee_id = %s AND m.month >= %s AND m.month < %s AND m.state = 'SCORED'",
            where,
        )
        keys = [key for (key,) in cursor.fetchall()]
    sets = CriteriaSet.objects.filter(pk__in=keys, based_on=criterion.criteria_set_id).select_related("based_on").order_by("pk")
    parts = [_of_cells_under(definition_of(each), place, where, kinds) for each in sets]
    if not parts:
        return []
    united = " UNION ALL ".join(f"({part.sql})" for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT cell_id, {', '.join(f'coalesce(sum({name}), 0)::bigint' for name in SUMS)} FROM ({united}) AS part GROUP BY cell_id",
            [param for part in parts for param in part.params],
        )
        sums = {key: rest for key, *rest in cursor.fetchall()}
    return list(_named(sums))


def _of_cells_under(definition: Definition, place: int, where: list, kinds: list[str]) -> Expression:
    points = compile_points(definition, "s.outcome")
    maxima = [line.max_points for line in definition]
    params = [*points.params, maxima, places_in_frame(definition), *where, kinds, definition.criteria_set.pk, place]
    return Expression(OF_CELLS.replace("{points}", points.sql), params)


def _named(sums: dict[int, list[int]]) -> Iterable[Lost]:
    cells = Cell.objects.filter(pk__in=sums).in_vietnamese_order()
    for number, cell in enumerate(cells):
        if any(sums[cell.pk]):
            yield Lost(number, cell.name, cell.public_id, *sums[cell.pk])
