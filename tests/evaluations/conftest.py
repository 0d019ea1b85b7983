"""What tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.evaluations.workshops import workshop_on
from tests.site import Site


@pytest.fixture
def workshop(committed_db: str) -> Iterator[Site]:
    """Workers and a broker on a database of this test's own; nobody serves pages."""
    with workshop_on(committed_db) as site:
        yield site
