"""`make run` from inside: it starts everything, survives being killed, stops everything, and speaks in sentences."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from cellquality import supervisor
from cellquality.embedded import APP, DATABASE, OWNER, SUPERUSER, Broker, Cluster
from cellquality.places import PROJECT
from cellquality.processes import command_line, spawn, stop, wait_until
from meetings.models import Committee, Level
from tests.site import free_port, status_of

COMMITTEE = "Đảng ủy xã Thử"


class Run:
    """One `make run` without the part that makes the virtual environment."""

    def __init__(self, data: Path, port: int, **env: str):
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")}
        self.url = f"http://127.0.0.1:{port}"
        self.output = data.with_suffix(".output")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cellquality.supervisor"],
                env=clean | {"DATA_DIR": str(data), "PORT": str(port)} | env,
                cwd=PROJECT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.data = data

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> None:
        wait_until(lambda: self.process.poll() is not None or f"ready {self.url}\n" in self.said, within=60)
        assert f"\nready {self.url}\n" in f"\n{self.said}", self.said

    def family(self) -> list[int]:
        """The numbers of the processes that the supervisor started."""
        pids = [int(line.split()[0]) for line in (self.data / "children").read_text().splitlines()]
        pids += [int((path / "postmaster.pid").read_text().split()[0]) for path in self.data.glob("postgresql-[0-9]*")]
        return pids

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(timeout=15)


def refused(data: Path, **env: str) -> str:
    """What a start says that cannot succeed; it ends soon, not with 0 and without a traceback."""
    run = Run(data, int(env.pop("port", None) or free_port()), **env)
    assert run.process.wait(timeout=15) == 1
    assert "Traceback" not in run.said
    return run.said


def gone(pids: list[int]) -> bool:
    return not any(command_line(pid) for pid in pids)


@pytest.fixture(scope="module")
def data(databases, django_db_blocker):
    """The data directory after a first start: a migrated database that is not empty, so that no demo is loaded."""
    home = Path(tempfile.mkdtemp(prefix="cellquality-run-"))
    home.chmod(0o755)
    data = home / "var"
    data.mkdir()
    cluster = Cluster(data)
    with databases.committed() as url, django_db_blocker.unblock():
        Committee.objects.create(name=COMMITTEE, level=Level.UPPER_GRASSROOTS)
        dump = subprocess.run([cluster.bin / "pg_dump", databases.cluster.url(urlsplit(url).path[1:], SUPERUSER)], stdout=subprocess.PIPE)
    cluster.start()
    try:
        cluster.create_database(DATABASE)
        psql = [cluster.bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", cluster.url(role=SUPERUSER)]
        subprocess.run(psql, input=dump.stdout, check=True, stdout=subprocess.DEVNULL)
    finally:
        cluster.stop()
    yield data
    shutil.rmtree(home)


@pytest.fixture
def run(data):
    runs = []

    def start(**env) -> Run:
        runs.append(Run(data, free_port(), **env))
        return runs[-1]

    yield start
    for one in runs:
        if one.process.poll() is None:
            one.end(signal.SIGTERM)


def ends_everything(site: Run, by: signal.Signals) -> None:
    family = site.family()
    started = time.monotonic()
    assert site.end(by) == 0
    assert time.monotonic() - started < 15, "a few seconds on a quiet machine"
    assert gone(family)
    assert site.said.endswith("stopped\n")


def test_a_database_and_a_broker_of_your_own_are_used_and_get_no_made_up_data(committed_db, tmp_path):
    Committee.objects.create(name=COMMITTEE, level=Level.UPPER_GRASSROOTS)
    broker = Broker(tmp_path)
    with ExitStack() as stack:
        stack.callback(broker.stop)
        broker.start()
        (tmp_path / "var").mkdir()
        owner = committed_db.replace(APP, OWNER)
        site = Run(tmp_path / "var", free_port(), DATABASE_URL=committed_db, OWNER_DATABASE_URL=owner, BROKER_URL=broker.url())
        stack.callback(site.process.kill)
        site.wait_ready()
        assert status_of(site.url) < 400
        reads_from = redis.Redis(unix_socket_path=str(broker.socket)).client_list
        assert wait_until(lambda: any(client["cmd"] == "brpop" for client in reads_from()), within=30), "the worker waits at this broker"
        assert {path.name for path in site.data.iterdir() if path.is_dir()} == set(), "no server of its own"
        assert list(Committee.objects.values_list("name", flat=True)) == [COMMITTEE]
        assert "_URL" not in (site.data / "environment").read_text(), "addresses may hold passwords"
        assert site.end(signal.SIGINT) == 0
        assert broker.answers(), "what was not started here is not stopped here"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_after_a_kill_the_children_die_and_the_next_start_heals(run, data):
    site = run()
    site.wait_ready()
    family = site.family()
    site.process.kill()
    site.process.wait()
    again = run()  # at once, while they are still dying
    again.wait_ready()
    assert gone(family)
    cluster = Cluster(data)
    with cluster.superuser(DATABASE) as cursor:
        cursor.execute("SELECT name FROM meetings_committee")
        assert cursor.fetchall() == [(COMMITTEE,)], "kept, and no demo data on top"
    ends_everything(again, signal.SIGTERM)


def test_it_says_ready_when_the_page_answers_starts_again_what_was_killed_and_ctrl_c_stops_everything(run, data):
    site = run()
    site.wait_ready()
    assert status_of(site.url) < 400
    assert len(site.family()) == 4
    words = [sys.executable, "-m", "cellquality.supervisor"]
    second = subprocess.run(words, env=os.environ | {"DATA_DIR": str(data)}, cwd=PROJECT, capture_output=True, text=True)
    assert second.returncode == 1
    assert f"already running in this folder (process {site.process.pid})" in second.stderr
    web = next(pid for pid in site.family() if "gunicorn" in command_line(pid))
    os.killpg(web, signal.SIGKILL)
    assert wait_until(lambda: "`web` ended by itself" in site.said, within=30)
    assert wait_until(lambda: (status_of(site.url) or 500) < 400, within=30)
    ends_everything(site, signal.SIGINT)


@pytest.mark.parametrize("guarded", [True, False], ids=["signals wait", "twin in which they do not"])
def test_a_stop_asked_for_while_a_child_is_started_ends_that_child_too(guarded, data, monkeypatch):
    children = []

    def started_and_asked(argv, **options):
        children.append(spawn(["sleep", "60"]))
        os.kill(os.getpid(), signal.SIGTERM)
        return children[0]

    def handler(number, frame):
        raise supervisor.Stopped

    monkeypatch.setattr(supervisor, "spawn", started_and_asked)
    if not guarded:
        monkeypatch.setattr(supervisor, "signals_wait", nullcontext)
    before = signal.signal(signal.SIGTERM, handler)
    try:
        with ExitStack() as closing, pytest.raises(supervisor.Stopped):
            supervisor.Supervisor(data, 1, closing).manage("check")
        assert (children[0].poll() is not None) is guarded
    finally:
        signal.signal(signal.SIGTERM, before)
        stop(children[0], by=signal.SIGKILL, within=1)


def test_a_port_in_use_is_a_sentence(data):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is in use: stop what listens there, or choose another" in refused(data, port=str(port))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０００"])
def test_a_port_that_is_none_is_a_sentence(data, port):
    assert f"PORT={port} is no port" in refused(data, PORT=port)


def test_a_database_that_does_not_answer_is_a_sentence(data):
    said = refused(data, DATABASE_URL="postgres://nobody:secret@127.0.0.1:9/none")
    assert "The database that DATABASE_URL names does not answer" in said
    assert "secret" not in said


def test_a_folder_that_cannot_be_written_is_a_sentence():
    words = [sys.executable, "-m", "cellquality.supervisor"]
    ended = subprocess.run(words, env=os.environ | {"DATA_DIR": "/proc/none"}, cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Nothing can be written to /proc/none")
    assert "Traceback" not in ended.stderr
