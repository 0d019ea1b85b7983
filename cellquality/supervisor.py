"""`make run`, inside the virtual environment: starts everything in order, keeps it running, stops it in reverse.

Nothing here imports Django: what needs it is a command of its own, so that a start costs no import twice.
"""

import hashlib
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import psycopg2

from cellquality.commands import beat_command, web_command, worker_command
from cellquality.embedded import DATABASE, OLDEST_MAJOR, OWNER, Broker, Cluster, last_lines
from cellquality.places import PROJECT, data_directory, writable
from cellquality.processes import STOPPING, Refusal, command_line, only_one, signals_wait, spawn, stop, wait_until
from cellquality.translations import compile_translations

# The database is called so until it is migrated and loaded: a first start that was killed begins again.
UNFINISHED = f"{DATABASE}_unfinished"
DEATHS_A_MINUTE = 5


class Stopped(Exception):
    """Somebody asked us to stop."""


def say(words: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(words, flush=True)  # noqa: T201  a command line talks


@dataclass
class Service:
    """One long-lived child with a log of its own."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    stopped_by: signal.Signals
    started: Callable[[subprocess.Popen], None] = lambda child: None
    child: subprocess.Popen | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as output, signals_wait():
            self.child = spawn(self.command, env=self.env, output=output, cwd=PROJECT, dies_by=self.stopped_by)
        self.started(self.child)

    def stop(self) -> None:
        if self.child:
            stop(self.child, by=self.stopped_by, within=6)


class Supervisor:
    """Everything of one `make run`; `closing` undoes in reverse what was started."""

    def __init__(self, data: Path, port: int, closing: ExitStack):
        self.data = data
        self.port = port
        self.closing = closing
        self.url = f"http://127.0.0.1:{port}"
        self.env = os.environ | {"DJANGO_SETTINGS_MODULE": "cellquality.settings", "PYTHONUNBUFFERED": "1"}
        self.env.setdefault("SECRET_KEY", lasting_secret(data / "secret-key"))
        self.services: list[Service | Cluster | Broker] = []
        # Process numbers with their command lines: what a killed supervisor left where no parent-death signal exists.
        self.children = data / "children"

    def run(self) -> None:
        """Start, say where, and watch until something raises `Stopped`."""
        self.end_leftovers()
        refuse_taken_port(self.port)
        compile_translations(PROJECT / "locale")
        self.start_servers()
        self.collect_static_files()
        self.start_process("web", web_command(self.port), signal.SIGTERM)
        self.wait_for_first_page()
        # These two take the processor for seconds; nobody waits for them.
        self.start_process("worker", worker_command(), signal.SIGQUIT)
        self.start_process("beat", beat_command(self.data / "beat"), signal.SIGTERM)
        say(f"ready {self.url}")
        self.manage("demo_logins")
        say(f"Stop with Ctrl-C. Logs are in {self.data}.")
        self.watch()

    # --- the servers and the database

    def start_servers(self) -> None:
        """PostgreSQL and the broker, embedded unless the environment names others; then the database in them."""
        cluster = None if self.env.get("DATABASE_URL") else Cluster(self.data)
        if cluster:
            self.add(cluster)
        if not self.env.get("BROKER_URL"):
            broker = Broker(self.data)
            self.add(broker)
            self.env["BROKER_URL"] = broker.url()
        if cluster:
            self.prepare_embedded_database(cluster)
            self.env["DATABASE_URL"] = cluster.url()
        else:
            refuse_unfit_database(self.env["DATABASE_URL"])
            self.fill_database(self.env["DATABASE_URL"], owner=self.env.get("OWNER_DATABASE_URL"))
        self.leave_environment(embedded=bool(cluster))

    def prepare_embedded_database(self, cluster: Cluster) -> None:
        if cluster.has_database(DATABASE):
            cluster.set_up_roles(DATABASE)
            self.fill_database(cluster.url(), owner=cluster.url(role=OWNER))
            return
        say("Making the database …")
        cluster.drop_database(UNFINISHED)
        cluster.create_database(UNFINISHED)
        self.fill_database(cluster.url(UNFINISHED), owner=cluster.url(UNFINISHED, OWNER))
        cluster.rename_database(UNFINISHED, DATABASE)

    def fill_database(self, url: str, *, owner: str | None) -> None:
        """Migrate as the owner; load units, criteria and the demo province where there is no committee yet."""
        self.manage("migrate", "--verbosity", "0", "--no-input", database=owner or url)
        if is_empty(url):
            for command in ("load_units", "load_criteria", "load_demo"):
                self.manage(command, database=url)

    def leave_environment(self, *, embedded: bool) -> None:
        """Write the file by which `manage.py` finds the embedded servers; addresses of foreign ones may hold passwords."""
        names = ["SECRET_KEY", *(["DATABASE_URL", "BROKER_URL"] if embedded else [])]
        with open(self.data / "environment", "w", opener=private) as file:
            file.writelines(f"{name}={self.env[name]}\n" for name in names)

    def collect_static_files(self) -> None:
        """Fill `staticfiles/` where the sources have changed since."""
        sources = sorted(path for path in (PROJECT / "static").rglob("*") if path.is_file())
        state = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
        for path in sources:
            state.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
        stamp = PROJECT / "staticfiles" / ".collected"
        if not stamp.exists() or stamp.read_text() != state.hexdigest():
            self.manage("collectstatic", "--no-input", "--clear", "--verbosity", "0")
            stamp.write_text(state.hexdigest())

    def manage(self, *words: str, database: str | None = None) -> None:
        """Run a command of `manage.py` with its output passed through; refuse to go on when it fails."""
        env = self.env | ({"DATABASE_URL": database} if database else {})
        with ExitStack() as ending:
            with signals_wait():
                child = spawn([sys.executable, "manage.py", *words], env=env, cwd=PROJECT)
                ending.callback(stop, child, by=signal.SIGTERM, within=5)
            if child.wait():
                raise Refusal(f"`manage.py {words[0]}` failed (exit {child.returncode}); what it says stands above.")

    # --- the processes

    def start_process(self, name: str, command: list[str], by: signal.Signals) -> None:
        log = self.data / f"{name}.log"
        log.write_bytes(b"")
        self.add(Service(name, command, self.env, log, by, self.remember))

    def wait_for_first_page(self) -> None:
        web = self.services[-1]
        wait_until(lambda: web.child.poll() is not None or page_answers(self.url), within=60, every=0.1)
        if web.child.poll() is not None or not page_answers(self.url):
            raise Refusal(f"The first page does not answer; the log {web.log} ends with:\n{last_lines(web.log)}")

    def add(self, service: Service | Cluster | Broker) -> None:
        self.closing.callback(service.stop)
        self.services.append(service)
        service.start()

    def watch(self) -> None:
        """Start again what ended by itself, unless it keeps ending."""
        deaths: list[float] = []
        while True:
            time.sleep(0.5)
            for service in self.services:
                if service.child.poll() is None:
                    continue
                deaths = [death for death in deaths if death > time.monotonic() - 60] + [time.monotonic()]
                what = service.log.stem
                if len(deaths) > DEATHS_A_MINUTE:
                    raise Refusal(f"`{what}` keeps ending; its log {service.log} ends with:\n{last_lines(service.log)}")
                say(f"`{what}` ended by itself and is started again; see {service.log}")
                service.stop()
                service.start()

    def remember(self, child: subprocess.Popen) -> None:
        with self.children.open("a") as file:
            file.write(f"{child.pid} {command_line(child.pid)}\n")

    def end_leftovers(self) -> None:
        """End what a killed supervisor left running, each only if its command line is still the one written down."""
        lines = self.children.read_text().splitlines() if self.children.exists() else []
        for line in lines:
            number, _, command = line.partition(" ")
            pid = int(number)
            if command and not wait_until(lambda p=pid, c=command: command_line(p) != c, within=6):
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
        self.children.unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    """An opener for files that only this account may read."""
    return os.open(path, flags, 0o600)


def lasting_secret(file: Path) -> str:
    """The key that signs sessions, made on the first start and kept."""
    if not file.exists():
        half = file.with_name("secret-key.new")
        with open(half, "w", opener=private) as text:
            text.write(secrets.token_urlsafe(50))
        half.rename(file)
    return file.read_text()


def wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise Refusal(f"PORT={text} is no port: name a number from 1 to 65535, for example `make run PORT=8001`.")
    return int(text)


def refuse_taken_port(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"This account may not use port {port}: choose one above 1023, as in `make run PORT=8001`.") from None
        except OSError:
            raise Refusal(f"Port {port} is in use: stop what listens there, or choose another, as in `make run PORT=8001`.") from None


def connect(url: str) -> psycopg2.extensions.connection:
    """A connection to a database named as Django names it, whose scheme has more spellings than libpq's."""
    return psycopg2.connect(re.sub(r"^\w+:", "postgresql:", url), connect_timeout=5)


def refuse_unfit_database(url: str) -> None:
    try:
        with closing(connect(url)) as connection:
            major = connection.server_version // 10_000
    except psycopg2.Error as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise Refusal(f"The database that DATABASE_URL names does not answer ({why}): correct the address or start it.") from None
    if major < OLDEST_MAJOR:
        raise Refusal(f"DATABASE_URL leads to PostgreSQL {major}, and {OLDEST_MAJOR} or newer is needed.")


def is_empty(url: str) -> bool:
    """Whether no committee has been entered yet."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM meetings_committee)")
        return cursor.fetchone()[0]


def page_answers(url: str) -> bool:
    """Whether the first page, or the one it leads to on this machine, answers without an error."""
    here = urlsplit(url).netloc
    for _ in range(5):
        target = urlsplit(url)
        if target.netloc != here or target.scheme != "http":
            return True  # an operator's redirect to https
        connection = http.client.HTTPConnection(here, timeout=10)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", target.path or "/")
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308):
                url = urljoin(url, answer.headers["Location"])
                continue
            return answer.status < 400
        return False
    return False


def main() -> int:
    def on_signal(number: int, frame: object) -> None:
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)  # we are stopping already
        raise Stopped

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else: nohup
        signal.signal(signal.SIGHUP, on_signal)
    try:
        port = wanted_port()
        data = writable(data_directory())
        running = "CellQuality is already running in this folder (process {pid}): stop it first, or name another DATA_DIR."
        with only_one(data / "lock", running), ExitStack() as closing:
            Supervisor(data, port, closing).run()
    except Stopped:
        say("stopped")
        return 0
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.strerror}: {error.filename}. Make it readable and writable for this account, and try again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
