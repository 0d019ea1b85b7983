"""Directories for servers: the account they run under must get through, which pytest's own directories forbid."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellquality.places import elsewhere


@pytest.fixture
def open_directory() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="cellquality-open-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)
    shutil.rmtree(elsewhere(home), ignore_errors=True)
