"""From a bare Python to the running product or its tests: makes the virtual environment, then hands over to it.

Standard library only.
"""

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cellquality.places import PROJECT, data_directory, remove_data
from cellquality.processes import Refusal, only_one

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
# Installs in a second what takes pip a quarter of a minute; where it cannot be had, pip does it.
UV = "uv==0.13.9"
# The names by which uv knows what an operator told pip.
PIP_TO_UV = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  a command line talks


def works(*argv: str | Path, env: dict[str, str] | None = None) -> bool:
    """Run a command without its output and say whether it succeeded."""
    try:
        return subprocess.run([str(part) for part in argv], capture_output=True, env=env).returncode == 0
    except OSError:
        return False


def state_of(requirements: Path) -> str:
    """What an installation came from: the requirements with what they include, and the Python they were installed for."""
    state = hashlib.sha256(sys.version.encode())
    for line in requirements.read_text().splitlines():
        state.update(line.encode() + b"\n")
        if line.startswith("-r "):
            state.update(state_of(requirements.parent / line.split()[1]).encode())
    return state.hexdigest()


def prepare(requirements: Path) -> None:
    """Make `.venv` hold what `requirements` names; does nothing where it already does."""
    stamp = VENV / f"{requirements.stem}.installed"
    state = state_of(requirements)
    if stamp.exists() and stamp.read_text() == state and works(PYTHON, "--version"):
        return
    try:
        with tempfile.TemporaryFile(dir=VENV if VENV.exists() else PROJECT):
            pass
    except OSError as error:
        raise Refusal(
            f"Nothing can be written to the project's folder {PROJECT} ({error.strerror}): make it and what is in it writable "
            "for this account, or copy the project to a folder of your own and start it there."
        ) from None
    if not works(PYTHON, "-m", "pip", "--version"):
        make_venv()
    say(f"Installing what {requirements.name} names into .venv …")
    install(requirements)
    stamp.write_text(state)


def make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Refusal(
            "This Python has no venv module: on Debian or Ubuntu run `apt install python3-venv`, elsewhere install a complete "
            "Python, and try again."
        )
    say("Making the virtual environment .venv …")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        raise Refusal(f"The virtual environment {VENV} could not be made: {(made.stdout + made.stderr).strip()}")


def install(requirements: Path) -> None:
    env = dict(os.environ)
    for pip, uv in PIP_TO_UV.items():
        if pip in env:
            env.setdefault(uv, env[pip])
    if works(PYTHON, "-m", "pip", "install", "--quiet", UV) and works(
        *[PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON, "-r", requirements], env=env
    ):
        return
    if subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "-r", requirements]).returncode:
        raise Refusal(
            f"What {requirements.name} names could not be installed (above is why): "
            "check the connection to the internet, or the proxy or mirror that pip uses, and try again."
        )


def run() -> None:
    """Become the supervisor, inside the virtual environment."""
    prepare(PROJECT / "requirements.txt")
    os.execv(PYTHON, [str(PYTHON), "-m", "cellquality.supervisor"])


def test() -> None:
    """Linter, formatter and all tests; ends with the code of the first that fails."""
    prepare(PROJECT / "requirements-dev.txt")
    # Two at a time, each with a cluster of its own; a file stays together, since its tests may share a database.
    # In the order in which they are found: by number of tests the few long journeys would come last, and one process would wait.
    tests = ["pytest", "-q", "-rs", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    steps = [["ruff", "check", "--quiet", "."], ["ruff", "format", "--check", "--quiet", "."], tests]
    codes = [subprocess.run([PYTHON, "-m", *step]).returncode for step in steps]
    for step, code in zip(steps, codes, strict=True):
        if code:
            say(f"FAILED: {' '.join(step)} (exit {code})")
    sys.exit(next((code for code in codes if code), 0))


def clean_data() -> None:
    """Delete what `make run` keeps: database, queue, keys and logs."""
    data = data_directory()
    if data.exists():
        with only_one(data / "lock", "CellQuality is running (process {pid}): stop it first, then delete its data."):
            removed = remove_data(data)
    else:
        removed = remove_data(data)
    say("\n".join(f"deleted {place}" for place in removed) or f"There was nothing to delete in {data}.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m cellquality", description="Runs or tests CellQuality.")
    parser.add_argument("what", choices=["run", "test", "clean-data"])
    what = parser.parse_args().what
    os.chdir(PROJECT)
    try:
        {"run": run, "test": test, "clean-data": clean_data}[what]()
    except Refusal as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(f"{error.strerror}: {error.filename}. Check who owns this file, or name another folder with DATA_DIR=/some/folder.")
    except KeyboardInterrupt:
        sys.exit(130)
