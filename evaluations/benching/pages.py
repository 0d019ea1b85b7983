"""How long pages take, and how many queries: real requests through the whole of Django, with logged-in users, over many committees.

A page is asked for with its varied addresses, once to warm up and then timed. The web server and the network are not in it.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from time import perf_counter
from typing import TypeVar

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import CommitteeSummary
from evaluations.periods import LONGER, Month, Period
from meetings.models import Appointment, Cell, Committee, Level, Placement, Role, User

REQUESTS = 120
# So many committees (cells) of a kind are asked for in turn, where there are as many.
VARIED = 12
# What opens and ends a transaction is no query of the page's.
NO_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# Each number with a filter and an order: (of which committee, which cells, in which order, of which kind).
TABLES = (
    ("", "name", ""),
    ("not_sent", "points", ""),
    ("scored", "points", "VILLAGE"),
    ("good", "name", "SCHOOL"),
    ("not_verified", "todo", ""),
)
FAR_PAGE = 100

Item = TypeVar("Item")


class NotMeasurable(Exception):
    """The database holds nothing to ask for, or a page did not answer as it should; the message says which."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A user's request of an address."""

    user: int
    path: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of each request, and the most queries that one of them made."""

    name: str
    milliseconds: tuple[float, ...]
    queries: int

    @property
    def p95(self) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]

    @property
    def median(self) -> float:
        return sorted(self.milliseconds)[len(self.milliseconds) // 2]


def newest_month() -> Month:
    """The last month that is summed up. Raises `NotMeasurable`."""
    first = CommitteeSummary.objects.filter(period_kind=Month.KIND).order_by("-first_on").values_list("first_on", flat=True).first()
    if first is None:
        raise NotMeasurable("There are no scores in this database.")
    return Month.of(first)


def _periods(month: Month) -> list[Period]:
    """The month in progress, the one before and the longer periods that this lies in."""
    before = month.previous
    return [month, before, *(kind.of(before.first) for kind in LONGER)]


def _officer(committee: Committee) -> int:
    return Appointment.objects.filter(committee=committee, role=Role.COMMITTEE).values_list("user", flat=True)[0]


def _spread(items: Sequence[Item]) -> list[Item]:
    """At most `VARIED` of them, evenly over the whole."""
    return list(items) if len(items) <= VARIED else [items[place * len(items) // VARIED] for place in range(VARIED)]


def _whole(level: Level) -> list[Committee]:
    """Committees of a level that have as many below them as any, so that they are alike whatever the number of cells."""
    below: dict[int, int] = {}
    for parent in Placement.objects.filter(parent__level=level).values_list("parent", flat=True).iterator():
        below[parent] = below.get(parent, 0) + 1
    most = max(below.values())
    keys = sorted(key for key, count in below.items() if count == most)
    return list(Committee.objects.filter(pk__in=_spread(keys)).order_by("pk"))


def _boards(committees: Iterable[Committee], month: Month) -> Iterator[Visit]:
    for committee in committees:
        user = _officer(committee)
        for period in _periods(month):
            yield Visit(user, reverse("committee_board", args=[committee.public_id, period]))


def _queues(committees: Iterable[Committee], month: Month) -> Iterator[Visit]:
    for committee in committees:
        user = _officer(committee)
        for show in ("waiting", "first", "decided"):
            yield Visit(user, reverse("queue", args=[committee.public_id, month.previous]) + f"?show={show}")


def _late(committees: Iterable[Committee], month: Month) -> Iterator[Visit]:
    """Who has not held or sent the month in progress, and the one before."""
    for committee in committees:
        user = _officer(committee)
        for each in (month, month.previous):
            address = reverse("late", args=[committee.public_id, each])
            for page in (1, FAR_PAGE):
                yield Visit(user, f"{address}?page={page}")


def _tables(committees: Iterable[Committee], month: Month) -> Iterator[Visit]:
    """The lists of cells that a board's numbers lead to, on their first and their hundredth page (the last, where there are fewer)."""
    for committee in committees:
        user = _officer(committee)
        for period in (month.previous, LONGER[0].of(month.previous.first)):
            for show, order, kind in TABLES:
                for page in (1, FAR_PAGE):
                    address = reverse("committee_cells", args=[committee.public_id, period])
                    yield Visit(user, f"{address}?show={show}&order={order}&kind={kind}&page={page}")


def _secretaries(month: Month) -> Iterator[Visit]:
    """The months of cells with whole rosters and sittings."""
    keys = sorted(set(Placement.objects.filter(cell__meetings__agenda__isnull=False).values_list("cell", flat=True).distinct()))
    for cell in Cell.objects.filter(pk__in=_spread(keys)).order_by("pk"):
        user = Appointment.objects.filter(cell=cell, role=Role.SECRETARY).values_list("user", flat=True)[0]
        for each in (month, month.previous, month.shifted(-6)):
            yield Visit(user, reverse("cell_month", args=[cell.public_id, each]))


def visits_of(month: Month) -> dict[str, list[Visit]]:
    """What is asked for, by the name of the page."""
    centre, provinces, communes = _whole(Level.CENTRAL), _whole(Level.PROVINCE), _whole(Level.UPPER_GRASSROOTS)
    few = [*centre, *provinces[:3], *communes[:3]]
    return {
        "commune": list(_boards(communes, month)),
        "province": list(_boards(provinces, month)),
        "centre": list(_boards(centre, month)),
        "queue": list(_queues(communes, month)),
        "late": list(_late(few, month)),
        "cell_table": list(_tables(few, month)),
        "secretary": list(_secretaries(month)),
    }


class Visitors:
    """Browsers, one for each user, logged in when first asked for."""

    def __init__(self):
        self.browsers: dict[int, Client] = {}

    def of(self, user: int) -> Client:
        if user not in self.browsers:
            browser = Client(SERVER_NAME="127.0.0.1")
            browser.force_login(User.objects.get(pk=user), backend="django.contrib.auth.backends.ModelBackend")
            self.browsers[user] = browser
        return self.browsers[user]

    def go(self, visit: Visit) -> float:
        """Milliseconds. Raises `NotMeasurable` unless the page is there."""
        browser = self.of(visit.user)
        begun = perf_counter()
        answer = browser.get(visit.path, secure=True)
        took = perf_counter() - begun
        if answer.status_code != 200:
            raise NotMeasurable(f"{visit.path} answered {answer.status_code}.")
        return 1000 * took

    def queries(self, visit: Visit) -> int:
        self.of(visit.user)
        with CaptureQueriesContext(connection) as captured:
            self.go(visit)
        return sum(not query["sql"].startswith(NO_QUERIES) for query in captured.captured_queries)


def measure(name: str, visits: Sequence[Visit], *, requests: int = REQUESTS) -> Measured:
    """Each address once, so that the sets in force are known, and again, its queries counted; then so many requests in turn, timed."""
    visitors = Visitors()
    for visit in visits:
        visitors.go(visit)
    queries = max(visitors.queries(visit) for visit in visits)
    # As in the web server (cellquality.wsgi).
    gc.collect()
    gc.freeze()
    times = tuple(visitors.go(visit) for visit in islice(cycle(visits), requests))
    return Measured(name, times, queries)


def measure_pages(*, requests: int = REQUESTS, is_on_the_way: Callable[[str], None] = lambda words: None) -> list[Measured]:
    """All pages of the database that Django is connected to."""
    measured = []
    for name, visits in visits_of(newest_month()).items():
        is_on_the_way(f"{name}: {len(visits)} addresses")
        measured.append(measure(name, visits, requests=requests))
    return measured
