"""Where the points of a month go, by the frame's criteria, so that sheets of different sets add up: what a committee's own cells lose, and
what is lost below it."""

from django.db import connection
from django.db.models import QuerySet

from evaluations.compiler import Expression, compile_points
from evaluations.definition import Definition, definition_of
from evaluations.levels import Level, below
from evaluations.models import CriteriaSet, GroupPart

SUMS = ("most", "lost", "compared", "own", "computed")

# A line counts with its official points, else with its provisional ones; where it counts nothing, nothing could be lost.
OF_OWN_CELLS = """
SELECT m.committee_id, m.cell_kind, %s::bigint AS frame_id, line.place,
    sum(line.maximum) FILTER (WHERE line.worth IS NOT NULL) AS most,
    sum(line.maximum - line.worth) AS lost,
    count(line.own) FILTER (WHERE line.computed IS NOT NULL) AS compared,
    sum(line.own) FILTER (WHERE line.computed IS NOT NULL) AS own,
    sum(line.computed) FILTER (WHERE line.own IS NOT NULL) AS computed
FROM evaluations_monthscore m
JOIN evaluations_scoresheet s ON s.id = m.sheet_id
CROSS JOIN LATERAL (SELECT coalesce(s.verified, {points}) AS points OFFSET 0) p
CROSS JOIN LATERAL unnest(p.points, %s::int[], %s::bigint[], s.own, s.computed) AS line(worth, maximum, place, own, computed)
WHERE m.month = %s AND m.committee_id = ANY (%s) AND m.state = 'SCORED' AND s.criteria_set_id = %s AND line.place IS NOT NULL
GROUP BY m.committee_id, m.cell_kind, line.place
"""
OF_THOSE_BELOW = f"""
SELECT below.parent_id, b.cell_kind, b.frame_id, line.place, {", ".join(f"line.{name}" for name in SUMS)}
FROM below JOIN evaluations_losssummary b USING (committee_id)
CROSS JOIN LATERAL unnest({", ".join(f"b.{name}" for name in SUMS)}) WITH ORDINALITY AS line({", ".join(SUMS)}, place)
WHERE b.month = %s
"""
# Each row has a place for every criterion of its frame, zeros where no line concretises it.
LOST = f"""
WITH below AS MATERIALIZED ({{below}}),
lost AS (
    SELECT committee_id, cell_kind, frame_id, place, {", ".join(f"sum({name}) AS {name}" for name in SUMS)}
    FROM ({{parts}}) AS part(committee_id, cell_kind, frame_id, place, {", ".join(SUMS)})
    GROUP BY committee_id, cell_kind, frame_id, place),
summary AS (SELECT DISTINCT committee_id, cell_kind, frame_id FROM lost),
line AS (
    SELECT criteria_set_id AS frame_id, row_number() OVER (PARTITION BY criteria_set_id ORDER BY position) AS place
    FROM evaluations_criterion WHERE criteria_set_id IN (SELECT frame_id FROM summary))
INSERT INTO evaluations_losssummary (committee_id, month, cell_kind, frame_id, {", ".join(SUMS)})
SELECT committee_id, %s, cell_kind, frame_id, {", ".join(f"array_agg(coalesce({name}, 0) ORDER BY place)" for name in SUMS)}
FROM summary JOIN line USING (frame_id) LEFT JOIN lost USING (committee_id, cell_kind, frame_id, place)
GROUP BY committee_id, cell_kind, frame_id
"""


class Lines:
    """The sets that were met, loaded once: each with, for each of its lines, the place in its frame."""

    def __init__(self):
        self.known: dict[int, tuple[Definition, list[int | None]]] = {}

    def of(self, keys: list[int]) -> list[tuple[Definition, list[int | None]]]:
        """The sets with these keys that have a frame."""
        for criteria_set in _with_frame([key for key in keys if key not in self.known]):
            definition = definition_of(criteria_set)
            self.known[criteria_set.pk] = definition, places_in_frame(definition)
        return [self.known[key] for key in keys if key in self.known]


def renew_losses(level: Level, lines: Lines) -> None:
    """Renew what is lost under the committees of a month's level; those below them are renewed already."""
    month = level.period.first
    parts = [_of_own_cells(definition, places, level) for definition, places in lines.of(_sets_scored(level))]
    parts.append(Expression(OF_THOSE_BELOW, [month]))
    under = below(level, month)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM evaluations_losssummary WHERE month = %s AND committee_id = ANY (%s)", [month, level.keys])
        cursor.execute(
            LOST.replace("{below}", under.sql).replace("{parts}", " UNION ALL ".join(f"({part.sql})" for part in parts)),
            [*under.params, *(param for part in parts for param in part.params), month],
        )


def _with_frame(keys: list[int]) -> QuerySet[CriteriaSet]:
    return CriteriaSet.objects.filter(pk__in=keys, based_on__isnull=False).select_related("based_on").order_by("pk")


def _sets_scored(level: Level) -> list[int]:
    """Keys of the sets under which the committees' own cells were scored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.criteria_set_id FROM evaluations_monthscore m JOIN evaluations_scoresheet s ON s.id = m.sheet_id "
            "WHERE m.month = %s AND m.committee_id = ANY (%s) AND m.state = 'SCORED' ORDER BY 1",
            [level.period.first, level.keys],
        )
        return [key for (key,) in cursor.fetchall()]


def places_in_frame(definition: Definition) -> list[int | None]:
    """For each line of a sheet, the place (from 1) of the frame's criterion that it concretises; None where it concretises none.

    A bonus that is not earned is no loss, so its lines have no place.
    """
    frame = definition.criteria_set.based_on.criteria.order_by("position").values_list("pk", flat=True)
    place = {key: number for number, key in enumerate(frame, start=1)}
    return [None if line.part == GroupPart.BONUS else place.get(line.criterion.concretises_id) for line in definition]


def _of_own_cells(definition: Definition, places: list[int | None], level: Level) -> Expression:
    points = compile_points(definition, "s.outcome")
    criteria_set = definition.criteria_set
    maxima = [line.max_points for line in definition]
    return Expression(
        OF_OWN_CELLS.replace("{points}", points.sql),
        [
            criteria_set.based_on_id,
            *points.params,
            maxima,
            places,
            level.period.first,
            level.keys,
            criteria_set.pk,
        ],
    )
