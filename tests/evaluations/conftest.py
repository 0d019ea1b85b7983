"""What tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.evaluations.closed_periods import Ground
from tests.evaluations.month import RecordedMonth
from tests.evaluations.sent_months import Sent
from tests.evaluations.workshops import workshop_on
from tests.site import Site


@pytest.fixture
def workshop(committed_db: str) -> Iterator[Site]:
    """Workers and a broker on a database of this test's own; nobody serves pages."""
    with workshop_on(committed_db) as site:
        yield site


@pytest.fixture
def ground(laid: Ground) -> Ground:
    """In a file whose `lay` makes a province: that province."""
    return laid


@pytest.fixture
def month(laid: RecordedMonth) -> RecordedMonth:
    """In a file whose `lay` records a month: that month."""
    return laid


@pytest.fixture
def sent(laid: Sent) -> Sent:
    """In a file whose `lay` sends a month: that month."""
    return laid
