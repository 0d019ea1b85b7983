"""The database of the tests; the running site and the browser are in tests/site.py."""

import gc
import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test import client
from django.utils.translation import deactivate, override

from cellquality.places import PROJECT
from cellquality.translations import compile_translations
from tests.databases import Databases, cluster_for_tests

pytest_plugins = ["tests.site"]

# Playwright's loop runs in the main thread, where Django would then refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_configure() -> None:
    compile_translations(PROJECT / "locale")


def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("django_db")
    flushes = {"transactional_db", "live_server", "django_db_reset_sequences"} & set(getattr(item, "fixturenames", ()))
    if flushes or (marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0]))):
        pytest.fail(
            "Tests that empty tables afterwards do not work here: the application's role may not TRUNCATE. "
            "Use the fixture committed_db (or running_site), which gives the test a database of its own.",
            pytrace=False,
        )
    if marker and "committed_db" in item.fixturenames:
        pytest.fail("A test uses either django_db (rolled back) or committed_db (a database of its own).", pytrace=False)


# Django and what it loads are a large heap that stays; looking through it for garbage again and again takes a twentieth of the run.
gc.set_threshold(100_000, 50, 1000)


@pytest.fixture(autouse=True)
def default_language() -> None:
    """Each test begins in the product's own language: a request leaves the one that it was answered in behind."""
    deactivate()


@pytest.fixture(autouse=True, scope="session")
def only_the_pages_own_context_is_kept() -> Iterator[None]:
    """`response.context` is what the page was rendered with. Django's client would copy it again for each part and each field of a form."""
    store = client.store_rendered_templates

    def of_the_page(kept, *signal, **rendered):
        if "context" not in kept:
            store(kept, *signal, **rendered)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", of_the_page)
        yield


@pytest.fixture
def english():
    """Sentences in the language of the source, whatever the default language of the product says."""
    with override("en"):
        yield


@pytest.fixture(scope="session")
def databases(django_db_blocker) -> Iterator[Databases]:
    """The template and its clones, with Django's connection on the clone of the tests that are rolled back.

    A fixture of wider scope that needs rows to stay writes `with databases.committed() as url, django_db_blocker.unblock():`.
    """
    with cluster_for_tests() as cluster:
        with django_db_blocker.unblock():
            databases = Databases(cluster)
        with databases.clone() as name:
            databases.point(name)
            # Django finds out by making a table, which this role may not.
            connection.features.supports_transactions = True
            yield databases
            connections.close_all()


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> None:
    """In place of pytest-django's, which would make and flush databases as their owner."""


@pytest.fixture
def committed_db(databases: Databases, django_db_blocker) -> Iterator[str]:
    """A database of this test's own: commits are real and other connections see them. The value is its address."""
    with django_db_blocker.unblock(), databases.committed() as url:
        yield url


@pytest.fixture(scope="module")
def laid_for_the_file(request, databases: Databases, django_db_blocker) -> Iterator[object]:
    """What the file's own function `lay` makes and returns, in a transaction that ends with the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield request.module.lay()
        transaction.set_rollback(True)


@pytest.fixture
def laid(laid_for_the_file, db):
    """What `lay` returned, as it was: each test has a copy of its own, and what it writes is rolled back to the rows that were laid."""
    return deepcopy(laid_for_the_file)


@pytest.fixture
def exports_folder(tmp_path: Path, settings) -> Path:
    """Where finished exports lie in a test that writes some."""
    settings.EXPORTS_DIR = tmp_path / "exports"
    return settings.EXPORTS_DIR
