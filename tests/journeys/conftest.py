"""One site for the journeys of a file, and people at it, on phones and at desks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import DEVICES, Person
from tests.site import Site, page_of, site_on


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
    """Someone whom nobody has logged in, once at a phone and once at a desk."""
    with someone(browser, site, size) as person:
        yield person


@pytest.fixture
def another(browser: Browser, site: Site, size: str) -> Iterator[Person]:
    """A second person, at a browser of their own of the same size."""
    with someone(browser, site, size) as person:
        yield person


@pytest.fixture
def at_desk(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone at a desk who looks at each page as a phone shows it too: for journeys that are gone once."""
    with someone(browser, site, "desktop", also="phone") as person:
        yield person


@pytest.fixture
def on_phone(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone on a phone who looks at each page as a desk shows it too."""
    with someone(browser, site, "phone", also="desktop") as person:
        yield person


@contextmanager
def someone(browser: Browser, site: Site, size: str, also: str = "") -> Iterator[Person]:
    with page_of(browser, DEVICES[size]) as page:
        yield Person(page, site, size, also)
