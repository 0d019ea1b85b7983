"""How fast pages are in a country of so many cells: one line of JSON for each figure."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.utils import timezone

from cellquality.embedded import APP, OWNER, SUPERUSER, Cluster
from cellquality.places import BENCH, PROJECT, data_directory, writable
from cellquality.processes import Refusal
from cellquality.translations import compile_translations
from evaluations.benching.ground import lay_ground
from evaluations.benching.pages import REQUESTS, Measured, NotMeasurable, measure_pages, newest_month
from evaluations.benching.spreadsheets import Written, measure_spreadsheet, shortened
from evaluations.exporting import lists
from evaluations.exporting.asking import Asked
from meetings.models import Committee, Level

# A country of fewer has not all kinds of pages.
FEWEST = 100
ROWS = 100_000
UNFINISHED = "_unfinished"


class Command(BaseCommand):
    help = (
        "Time the pages of boards, queues, lists and secretaries in a made-up country of so many cells, and in one of a hundredth of them. "
        "The databases lie in an embedded cluster of their own and are kept for the next time. Prints a line of JSON for each figure."
    )

    def add_arguments(self, parser):
        parser.add_argument("--cells", type=int, default=260_000, help=f"how many cells, {FEWEST} or more (default: 260000)")
        parser.add_argument("--dir", type=Path, default=None, help="the folder that the cluster is kept in (default: bench/ in DATA_DIR)")
        parser.add_argument("--fresh", action="store_true", help="make the databases anew")
        parser.add_argument("--requests", type=int, default=REQUESTS, help=f"how many of each page are timed (default: {REQUESTS})")

    def handle(self, *, cells: int, dir: Path | None, fresh: bool, requests: int, **options):
        if cells < FEWEST:
            raise CommandError(f"A country has at least {FEWEST} cells.")
        # Each of the many who log in would have four lines.
        logging.getLogger("axes").setLevel(logging.WARNING)
        make_servable()
        before = dict(connection.settings_dict)
        try:
            with running_cluster(dir or data_directory() / BENCH) as cluster:
                sizes = (max(cells // 100, FEWEST), cells)
                for size in sizes:
                    self.see_to(cluster, size, fresh)
                # Before any page: the worker that writes a file has drawn none, and what they leave in memory is not the file's.
                lead_to(cluster, name_of(cells), APP)
                written = write_cells()
                few, many = (self.measure(cluster, size, requests) for size in sizes)
                connections.close_all()
        except (Refusal, NotMeasurable) as refusal:
            raise CommandError(str(refusal)) from refusal
        finally:
            connections.close_all()
            connection.settings_dict.update(before)
        for line in figures(few, many, written):
            self.stdout.write(json.dumps(line))

    def see_to(self, cluster: Cluster, cells: int, fresh: bool) -> None:
        """That the database of so many cells is there."""
        name = name_of(cells)
        if fresh:
            cluster.drop_database(name)
        if cluster.has_database(name):
            self.say(f"{name} is there")
            lead_to(cluster, name, OWNER)
            call_command("migrate", verbosity=0, interactive=False)
        else:
            self.make(cluster, name, cells)

    def measure(self, cluster: Cluster, cells: int, requests: int) -> list[Measured]:
        lead_to(cluster, name_of(cells), APP)
        measured = measure_pages(requests=requests, is_on_the_way=self.say)
        for page in measured:
            self.say(f"{cells} cells, {page.name}: p95 {page.p95:.0f} ms, median {page.median:.0f} ms, {page.queries} queries")
        return measured

    def make(self, cluster: Cluster, name: str, cells: int) -> None:
        """The database, under its name once it is whole: a start that was killed begins again."""
        half = name + UNFINISHED
        cluster.drop_database(half)
        cluster.create_database(half)
        self.say(f"{name} is being made")
        lead_to(cluster, half, OWNER)
        call_command("migrate", verbosity=0, interactive=False)
        # Made-up rows that fit together need no checking and are no changes to be scored.
        lead_to(cluster, half, SUPERUSER)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET work_mem = '256MB'")
        lay_ground(cells=cells, now=timezone.now(), is_on_the_way=self.say)
        connections.close_all()
        with cluster.superuser(half) as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        cluster.rename_database(half, name)

    def say(self, words: str) -> None:
        self.stderr.write(f"{timezone.localtime():%H:%M:%S} {words}", lambda plain: plain)


def name_of(cells: int) -> str:
    """The database of so many cells."""
    return f"bench_{cells}"


def make_servable() -> None:
    """What `make run` sees to before the first page: translations and collected static files."""
    compile_translations(PROJECT / "locale")
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        call_command("collectstatic", interactive=False, verbosity=0)


@contextmanager
def running_cluster(home: Path) -> Iterator[Cluster]:
    """The cluster kept there, started and stopped unless it runs already."""
    cluster = Cluster(writable(home.resolve()), throw_away=True)
    if cluster.running_pid():
        yield cluster
        return
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def lead_to(cluster: Cluster, name: str, role: str) -> None:
    """Let Django's connection lead to a database of the cluster."""
    connections.close_all()
    connection.settings_dict.update(NAME=name, USER=role, HOST=str(cluster.sockets), PASSWORD="", PORT="")


def write_cells() -> Written:
    """The centre's list of the cells of a month, as far as a spreadsheet of `ROWS` rows goes."""
    centre = Committee.objects.get(level=Level.CENTRAL)
    asked = Asked(centre, newest_month().previous, {"show": "", "kind": "", "order": "name", "direct": ""}, timezone.now(), "")
    return measure_spreadsheet(shortened(lists.cells(asked), ROWS))


def figures(few: list[Measured], many: list[Measured], written: Written) -> Iterator[dict]:
    """Of so many cells the pages' figures; `growth` is the largest of the pages' p95 over that of a hundredth of the cells."""
    for page in many:
        yield {"name": f"{page.name}_p95_ms", "value": round(page.p95, 1), "unit": "ms"}
    yield {"name": "queries_max", "value": max(page.queries for page in many), "unit": "queries"}
    yield {"name": "queries_max_at_a_hundredth", "value": max(page.queries for page in few), "unit": "queries"}
    growth = max(large.p95 / small.p95 for small, large in zip(few, many, strict=True))
    yield {"name": "growth", "value": round(growth, 2), "unit": "times"}
    yield {"name": "xlsx_rows", "value": written.rows, "unit": "rows"}
    yield {"name": "xlsx_rows_per_s", "value": round(written.rows_per_second), "unit": "rows/s"}
    yield {"name": "xlsx_peak_mb", "value": round(written.peak_mb), "unit": "MB"}
