"""One site for the journeys of a file, and people at it, on phones and at desks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import DEVICES, Person
from tests.site import Site, page_of, site_on


@pytest.fixture(scope="module")
def site(databases, django_db_blocker) -> Iterator[Site]:
    """The site in a real web server; what one journey writes, the next of the same file finds."""
    with databases.committed() as url, django_db_blocker.unblock(), site_on(url) as site:
        yield site


@pytest.fixture
def at_desk(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone whom nobody has logged in, at a desk, who looks at each page as a phone shows it too."""
    with page_of(browser, DEVICES["desktop"]) as page:
        yield Person(page, site, "desktop", also="phone")


@pytest.fixture
def on_phone(browser: Browser, site: Site) -> Iterator[Person]:
    """Someone on a phone who looks at each page as a desk shows it too."""
    with page_of(browser, DEVICES["phone"]) as page:
        yield Person(page, site, "phone", also="desktop")
