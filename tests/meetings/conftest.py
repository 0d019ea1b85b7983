"""Fixtures of the tests of meetings."""

import pytest

from tests.meetings.sitting_pages import NOW


@pytest.fixture
def the_5th_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that ask for today are told 5 November 2026, 09:41 in Hà Nội."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
