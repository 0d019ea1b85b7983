"""One site for the journeys of a file, and a person at it: every journey is gone on a phone and at a desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Person
from tests.site import DESKTOP, PHONE, Site, page_of, site_on


@pytest.fixture(scope="module")
def site(databases, django_db_blocker) -> Iterator[Site]:
    """The site in a real web server; what one journey writes, the next of the same file finds."""
    with databases.committed() as url, django_db_blocker.unblock(), site_on(url) as site:
        yield site


@pytest.fixture(params=["phone", "desktop"])
def size(request) -> str:
    return request.param


@pytest.fixture
def person(browser: Browser, site: Site, size: str) -> Iterator[Person]:
    """Someone at a browser of this size whom nobody has logged in."""
    with page_of(browser, PHONE if size == "phone" else DESKTOP) as page:
        yield Person(page, site, size)


@pytest.fixture
def another(browser: Browser, site: Site, size: str) -> Iterator[Person]:
    """A second person, at a browser of their own."""
    with page_of(browser, PHONE if size == "phone" else DESKTOP) as page:
        yield Person(page, site, size)
