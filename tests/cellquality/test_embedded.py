"""The embedded servers really started, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from cellquality import embedded, places
from cellquality.embedded import DATABASE, Broker, Cluster, find_postgresql
from cellquality.places import PROJECT, elsewhere, executable_home, remove_data, server_account, socket_directory
from cellquality.processes import Refusal, as_account, command_line, only_one, spawn, stop, wait_until


@contextmanager
def running(home: Path, **options):
    cluster = Cluster(home, throw_away=True)
    cluster.start(**options)
    try:
        yield cluster
    finally:
        cluster.stop()


def gone(pid: int) -> bool:
    return not command_line(pid)


def write_note(cluster: Cluster, words: str) -> None:
    with cluster.superuser() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (words text)")
        cursor.execute("INSERT INTO note VALUES (%s)", [words])
        cursor.execute("CHECKPOINT")  # this cluster does not wait for the disk


def notes(cluster: Cluster) -> list[str]:
    with cluster.superuser() as cursor:
        cursor.execute("SELECT words FROM note ORDER BY words")
        return [words for (words,) in cursor.fetchall()]


def test_a_killed_server_starts_again_with_its_data(open_directory):
    with running(open_directory) as cluster:
        for turn in ("first", "second"):
            write_note(cluster, turn)
            cluster.child.kill()
            cluster.child.wait()
            cluster.start()
        assert notes(cluster) == ["first", "second"]


def test_vietnamese_letters_have_a_lower_case(open_directory):
    with running(open_directory) as cluster, cluster.superuser() as cursor:
        cursor.execute("SELECT lower('ĐẢNG ỦY XÃ'), 'ĐẢNG' ILIKE 'đảng'")
        assert cursor.fetchone() == ("đảng ủy xã", True)


def stale_pid_of_somebody_else(open_directory: Path) -> tuple[Cluster, subprocess.Popen]:
    """A stopped cluster whose lock file names a living process of the server's own account."""
    with running(open_directory) as cluster:
        lock = (cluster.data / "postmaster.pid").read_text()
    other = spawn(["sleep", "60"], account=server_account(), cwd="/")
    lines = lock.splitlines()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
    if account := server_account():
        os.chown(cluster.data / "postmaster.pid", account.uid, account.gid)
    return Cluster(open_directory, throw_away=True), other


def test_a_process_number_that_now_belongs_to_somebody_else_is_no_hindrance(open_directory):
    cluster, other = stale_pid_of_somebody_else(open_directory)
    try:
        cluster.start()
        assert cluster.answers()
        assert other.poll() is None, "the other process is none of ours"
    finally:
        cluster.stop()
        stop(other, by=signal.SIGTERM, within=5)


def test_twin_without_the_guard_that_process_number_keeps_postgresql_from_starting(open_directory, monkeypatch):
    cluster, other = stale_pid_of_somebody_else(open_directory)
    monkeypatch.setattr(cluster, "_clear_leftovers", lambda: None)
    try:
        with pytest.raises(Refusal, match=r"postmaster\.pid"):
            cluster.start()
    finally:
        cluster.stop()
        stop(other, by=signal.SIGTERM, within=5)


STARTER = "import sys, time, pathlib; from cellquality.embedded import Cluster; "
STARTER += "c = Cluster(pathlib.Path(sys.argv[1]), throw_away=True); c.start(); print(c.child.pid, flush=True); time.sleep(60)"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_the_server_dies_with_the_process_that_started_it(open_directory):
    words = [sys.executable, "-c", STARTER, str(open_directory)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as starter:
        pid = int(starter.stdout.readline())
        assert not gone(pid)
        starter.kill()
    assert wait_until(lambda: gone(pid), within=5)


def test_a_server_that_lost_its_supervisor_is_replaced(open_directory):
    with running(open_directory, dies_by=None) as lost:
        write_note(lost, "kept")
        with running(open_directory) as cluster:
            assert lost.child.wait(timeout=5) == 0
            assert cluster.running_pid() == cluster.child.pid
            assert notes(cluster) == ["kept"]


def test_two_starts_at_once_are_refused(open_directory):
    with only_one(open_directory / "postgresql.lock", "-"), pytest.raises(Refusal, match=f"under way .process {os.getpid()}"):
        Cluster(open_directory).start()


def test_what_a_killed_holder_leaves_in_a_child_is_waited_for(open_directory):
    lock = open_directory / "lock"
    dead = subprocess.Popen(["true"])
    dead.wait()
    lock.write_text(f"{dead.pid}")
    holding = "import fcntl, sys, time; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(0.5)"
    with subprocess.Popen([sys.executable, "-c", holding, lock], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        with only_one(lock, "-"):
            assert child.wait(timeout=1) == 0
            assert lock.read_text() == f"{os.getpid()}"


def test_a_start_killed_while_it_made_the_data_begins_again(open_directory):
    cluster = Cluster(open_directory, throw_away=True)
    half = cluster.data.with_name(cluster.data.name + ".new")
    half.mkdir()
    (half / "half").touch()
    with running(open_directory) as cluster:
        assert cluster.answers()
        assert not half.exists()


def test_data_of_another_major_version_is_not_touched(open_directory):
    (open_directory / "postgresql-16").mkdir()
    with pytest.raises(Refusal, match=r"docs/operations\.md"):
        Cluster(open_directory).start()


def test_a_folder_with_a_long_and_odd_name_works(open_directory):
    home = open_directory / ("thư mục, có dấu " * 6).strip()
    home.mkdir()
    with running(home) as cluster:
        cluster.create_database(DATABASE)
        assert len(str(cluster.sockets)) < 90
    cluster.sockets.rmdir()


def test_a_short_socket_directory_that_is_not_ours_is_refused(open_directory):
    wanted = open_directory / ("x" * 100)
    short = socket_directory(wanted, None)
    short.chmod(0o777)
    try:
        with pytest.raises(Refusal, match="belongs to somebody else"):
            socket_directory(wanted, None)
    finally:
        short.rmdir()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the server under another account")
def test_root_in_a_folder_closed_to_the_server_keeps_the_data_where_it_can_be_reached(open_directory):
    closed = open_directory / "closed"
    data = closed / "var"
    data.mkdir(parents=True)
    closed.chmod(0o700)
    try:
        with running(data) as cluster:
            assert cluster.home == elsewhere(data)
            closed.chmod(0o755)
            assert Cluster(data).home == cluster.home, "data stays where it is when permissions change"
    finally:
        assert cluster.data in remove_data(data)
    assert not elsewhere(data).exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs the server under another account")
def test_root_copies_the_programs_where_the_server_can_run_them(open_directory, monkeypatch):
    monkeypatch.setattr(places, "BINARIES", open_directory / "cache")
    monkeypatch.setattr(places, "reachable", lambda *_: False)
    program, major = find_postgresql()
    copy = executable_home(program.parent, str(major), server_account()) / "bin" / "postgres"
    assert copy.is_relative_to(open_directory)
    said = subprocess.run([copy, "--version"], capture_output=True, text=True, cwd="/", **as_account(server_account()))
    assert said.stdout.startswith(f"postgres (PostgreSQL) {major}")


def an_old_postgresql(directory: Path) -> Path:
    program = directory / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.3'\n")
    program.chmod(0o755)
    return directory


def test_an_old_postgresql_is_skipped(tmp_path, monkeypatch):
    monkeypatch.setenv("PG_BINDIR", str(an_old_postgresql(tmp_path)))
    directory, major = find_postgresql()
    assert directory != tmp_path
    assert major >= embedded.OLDEST_MAJOR


def test_no_new_enough_postgresql_at_all_is_a_sentence(tmp_path, monkeypatch):
    old = an_old_postgresql(tmp_path)
    monkeypatch.setattr(embedded, "postgresql_candidates", lambda: iter([("PATH", old), ("the system", tmp_path / "none")]))
    with pytest.raises(Refusal, match=r"15\.3.*No such file.*DATABASE_URL="):
        find_postgresql()


def test_a_killed_broker_starts_again_with_its_queue(open_directory):
    broker = Broker(open_directory)
    broker.start()
    client = redis.Redis(unix_socket_path=str(broker.socket))
    client.rpush("queue", "job")
    time.sleep(1.1)  # it writes to the disk once a second
    broker.child.kill()
    broker.child.wait()
    broker.start()
    try:
        assert client.lrange("queue", 0, -1) == [b"job"]
    finally:
        client.close()
        broker.stop()
