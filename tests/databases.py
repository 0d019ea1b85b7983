"""Test databases: one migrated template, and clones of it that a test may write to, commit in and throw away.

Everything runs as the role that serves the product, so a privilege the product lacks is lacking in tests too.
"""

import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from django.core.management import call_command
from django.db import connection, connections

from cellquality.embedded import APP, OWNER, Cluster
from cellquality.places import PROJECT
from cellquality.processes import command_line

NUMBERS = itertools.count(1)


@contextmanager
def cluster_for_tests() -> Iterator[Cluster]:
    """A throw-away cluster that dies with us, or the long-lived one in the directory that TEST_CLUSTER names."""
    if lasting := os.environ.get("TEST_CLUSTER"):
        cluster = Cluster(Path(lasting).resolve(), throw_away=True)
        if not cluster.running_pid():
            cluster.start(dies_by=None)
        yield cluster
        return
    home = Path(tempfile.mkdtemp(prefix="cellquality-test-", dir=_in_memory()))
    home.chmod(0o755)  # as root, the server's account must get through
    cluster = Cluster(home, throw_away=True)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home)


def _in_memory() -> Path | None:
    """A folder that is kept in memory, where there is one with room: making databases there is a matter of copying, not of the disk."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 2 * 1024**3
    return folder if roomy else None


def state_of_migrations() -> str:
    """A name for what the migrations would make: it changes with them and with what they read."""
    read = [*PROJECT.glob("*/migrations/*.py"), PROJECT / "meetings" / "text.py", *PROJECT.glob("deploy/*.sql")]
    read.append(PROJECT / "requirements.txt")
    state = hashlib.sha256()
    for path in sorted(path for path in read if path.exists()):
        state.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return state.hexdigest()[:12]


class Databases:
    """The databases of one test run in one cluster."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        self.template = f"migrated_{state_of_migrations()}"
        self.drop_abandoned()
        if not cluster.has_database(self.template):
            self.migrate_template()

    def point(self, name: str, role: str = APP) -> None:
        """Let Django's connection lead to the database `name`."""
        connections.close_all()
        connection.settings_dict.update(NAME=name, USER=role, HOST=str(self.cluster.sockets), PASSWORD="", PORT="")

    def migrate_template(self) -> None:
        half = self.new_name()
        self.cluster.create_database(half)
        self.point(half, OWNER)
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()
        if self.cluster.has_database(self.template):  # another run in a lasting cluster was quicker
            self.cluster.drop_database(half)
        else:
            self.cluster.rename_database(half, self.template)

    def new_name(self) -> str:
        return f"test_{os.getpid()}_{next(NUMBERS)}"

    @contextmanager
    def clone(self) -> Iterator[str]:
        """The name of a fresh copy of the template, dropped afterwards with whoever is still connected."""
        name = self.new_name()
        self.cluster.create_database(name, template=self.template)
        try:
            yield name
        finally:
            self.cluster.drop_database(name)

    @contextmanager
    def committed(self) -> Iterator[str]:
        """A clone with Django's connection on it: what is written there is committed for real. Yields its address.

        For fixtures of a wider scope too; inside the block, connections of other threads and processes see the rows.
        """
        before = connection.settings_dict["NAME"]
        with self.clone() as name:
            self.point(name)
            try:
                yield self.cluster.url(name)
            finally:
                self.point(before)

    def drop_abandoned(self) -> None:
        """In a lasting cluster: the databases of test runs that were killed."""
        with self.cluster.superuser() as cursor:
            cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'")
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            if not command_line(int(name.split("_")[1])):
                self.cluster.drop_database(name)


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[Thread]:
    """`work` in a thread with a connection of its own, which is waited for at the end of the block."""

    def work_and_close():
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=work_and_close)
    thread.start()
    yield thread
    thread.join(timeout=20)


def waiting_for_a_lock() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first answer would stay
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone()[0]
