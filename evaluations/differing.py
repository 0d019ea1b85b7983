"""How many cells are known otherwise than published: counted for the committees of a closed period when its scores are renewed."""

from collections.abc import Iterable

from django.db import connection, transaction

from evaluations.levels import Level
from evaluations.models import DifferingCells, Edition
from evaluations.periods import Period
from evaluations.published import BESIDE, DIFFERING, bound
from meetings.models import Committee

# A cell that was moved differs in both places. Of its paths counts what begins with the publisher: nobody above it has an edition.
_COUNT = f"""
, differing AS (
    SELECT cell_id, unnest(ARRAY[known.counted_path, published.counted_path]) AS path {DIFFERING}),
above AS (
    SELECT DISTINCT d.cell_id, segment::bigint AS committee_id
    FROM differing d
    CROSS JOIN LATERAL unnest(string_to_array(rtrim(substr(d.path, strpos('/' || d.path, %(segment)s)), '/'), '/')) AS segment
    WHERE segment NOT LIKE 'c%%')
INSERT INTO evaluations_differingcells (publisher_id, committee_id, period_kind, first_on, cells)
SELECT %(publisher)s, committee_id, %(kind)s, %(first)s, count(*) FROM above GROUP BY committee_id"""


def count_differing(levels: Iterable[Level]) -> None:
    """Count anew for the periods of these committees that are closed; in the transaction that made their sums."""
    levels = list(levels)
    periods = {level.period for level in levels}
    closed = Edition.objects.filter(
        number=1,
        committee__in={key for level in levels for key in level.committees},
        first_on__in={period.first for period in periods},
    )
    for edition in closed.select_related("committee").order_by("pk"):
        if edition.period in periods:
            count_anew(edition.committee, edition.period)


@transaction.atomic
def count_anew(publisher: Committee, period: Period) -> None:
    """Count what differs from the publisher's latest edition of a period, for it and the committees below."""
    editions = Edition.objects.filter(committee=publisher, period_kind=period.KIND, first_on=period.first)
    latest = editions.order_by("number").last()
    DifferingCells.objects.filter(publisher=publisher, period_kind=period.KIND, first_on=period.first).delete()
    with connection.cursor() as cursor:
        cursor.execute(BESIDE + _COUNT, bound(publisher, publisher, period, latest.number))
