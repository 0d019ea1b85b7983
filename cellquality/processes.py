"""Child processes that cannot outlive their parent, and the plain sentences people get instead of tracebacks.

Standard library only: the part of `make run` that makes the virtual environment uses it too.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Refusal(Exception):
    """Something the person at the keyboard can put right; the message is one sentence that says how."""


@dataclass(frozen=True)
class Account:
    """The system account a child runs under, where that is not our own."""

    uid: int
    gid: int


def as_account(account: Account | None) -> dict:
    """The keyword arguments of `subprocess` that start a child under `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def spawn(
    argv: Sequence[str | Path],
    *,
    dies_by: signal.Signals | None = signal.SIGTERM,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    cwd: Path | str | None = None,
) -> subprocess.Popen:
    """Start a child in a session of its own, so that Ctrl-C reaches only us and we stop children in order.

    Where we die without a chance to stop it, Linux sends the child `dies_by`. The signal is tied to the thread that
    starts the child: start children from a thread that lives as long as they should. None: the child may outlive us.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        # Runs between fork and exec, after the account has changed: a change of account clears the request.
        LIBC.prctl(PR_SET_PDEATHSIG, int(dies_by))
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=env,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=die_with_parent if LIBC and dies_by else None,
        **as_account(account),
    )


@contextmanager
def signals_wait() -> Iterator[None]:
    """A request to stop that arrives within the block takes effect after it.

    Our handler raises, and a child between its start and the moment it is written down would be stopped by nobody.
    """
    came = []
    usual = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
    for number in came[:1]:
        signal.raise_signal(number)


def stop(child: subprocess.Popen, *, by: signal.Signals, within: float) -> None:
    """Ask a child to end and wait; when `within` seconds are over, kill its whole group."""
    if child.poll() is None:
        child.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=within)
    # What the child itself started is in its group; a child that ended well left nobody there.
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS says so of a group of zombies
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def wait_until(ready: Callable[[], bool], *, within: float, every: float = 0.03) -> bool:
    """Poll until `ready` says yes; False when `within` seconds are over."""
    end = time.monotonic() + within
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def command_line(pid: int) -> str:
    """The command line of a living process, "" when there is none (a zombie has none either)."""
    if sys.platform == "linux":
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace").strip()
    listing = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return listing.stdout.strip()


def _locked(held: IO[str]) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _holder(held: IO[str]) -> str:
    """The number of the process that wrote itself into the lock; '' before it has."""
    held.seek(0)
    return held.read().strip()


def _is_alive(held: IO[str]) -> bool:
    holder = _holder(held)
    return not holder.isdecimal() or bool(command_line(int(holder)))


@contextmanager
def only_one(lock: Path, sentence: str) -> Iterator[None]:
    """Hold `lock` for the block, or refuse with `sentence`; the system lets go of it when we die in any way."""
    with lock.open("a+") as held:
        # Someone killed while starting a child leaves the lock to it for as long as it takes to see that.
        if not _locked(held) and (_is_alive(held) or not wait_until(lambda: _locked(held), within=5)):
            raise Refusal(sentence.format(pid=_holder(held) or "?"))
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield
