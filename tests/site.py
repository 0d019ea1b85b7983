"""The running site and the browser: fixtures of the journeys and of tests that kill processes."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cellquality.commands import beat_command, web_command, worker_command
from cellquality.embedded import Broker
from cellquality.places import PROJECT
from cellquality.processes import spawn, stop, wait_until

BROWSER_ARGUMENTS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
BROWSER_ARGUMENTS += ["--disable-component-update", "--disable-sync"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(url: str) -> int | None:
    """The status the site answers with, None while nobody does."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    with closing(connection), suppress(OSError):
        connection.request("GET", f"/{path}")
        return connection.getresponse().status
    return None


@dataclass
class Site:
    """A real web server on a free port, with a worker and beat if asked, against one database."""

    database_url: str
    home: Path
    broker: Broker | None = None
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": self.database_url,
            # Without a broker of its own the site meets one that is down.
            "BROKER_URL": self.broker.url() if self.broker else "redis://127.0.0.1:9/0",
            "EXPORTS_DIR": str(self.home / "exports"),
            "SECRET_KEY": "the tests' own key, which signs nothing that lasts",
        }
        self.children: list[tuple[subprocess.Popen, signal.Signals]] = []

    def start(self, name: str, command: list[str], *, by: signal.Signals = signal.SIGTERM) -> subprocess.Popen:
        with (self.home / f"{name}.log").open("ab") as output:
            child = spawn(command, env=self.env, output=output, cwd=PROJECT, dies_by=signal.SIGKILL)
        self.children.append((child, by))
        return child

    def start_web(self) -> None:
        child = self.start("web", web_command(self.port, workers=1))
        if not wait_until(lambda: child.poll() is not None or status_of(self.url) is not None, within=30):
            pytest.fail(f"The site did not start:\n{self.log('web')}", pytrace=False)

    def start_worker(self) -> subprocess.Popen:
        """A Celery worker; kill it as you like, and start another."""
        return self.start("worker", worker_command(), by=signal.SIGQUIT)

    def start_beat(self) -> subprocess.Popen:
        return self.start("beat", beat_command(self.home / "beat"))

    def log(self, name: str) -> str:
        log = self.home / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def close(self) -> None:
        for child, by in reversed(self.children):
            stop(child, by=by, within=8)
        for log in sorted(self.home.glob("*.log")):
            if text := log.read_text(errors="replace").strip():
                print(f"--- {log.name}\n{text}")  # noqa: T201  pytest shows it where a test failed


@contextmanager
def site_on(database_url: str, *, worker: bool = False, broker: bool = False) -> Iterator[Site]:
    """The site on `database_url` until the block ends; `worker=True` adds a broker, a Celery worker and beat."""
    with tempfile.TemporaryDirectory(prefix="cellquality-site-") as home, ExitStack() as stack:
        queue = None
        if worker or broker:
            queue = Broker(Path(home))
            stack.callback(queue.stop)
            queue.start()
        site = Site(database_url, Path(home), queue)
        stack.callback(site.close)
        site.start_web()
        if worker:
            site.start_worker()
            site.start_beat()
        yield site


@pytest.fixture
def running_site(committed_db: str) -> Iterator[Site]:
    """The site in a real web server, on a database of this test's own; its broker is down."""
    with site_on(committed_db) as site:
        yield site


@pytest.fixture
def working_site(committed_db: str) -> Iterator[Site]:
    """The running site with a broker, a Celery worker and beat."""
    with site_on(committed_db, worker=True) as site:
        yield site


def browser_program() -> str | None:
    """The one that CHROMIUM names, else the first found: Chromium without a window of its own takes less of the processor."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return next((path for name in found if (path := shutil.which(name))), None)


def required_browser() -> str:
    """The browser's program. Without one the test is skipped with the reason, or fails where REQUIRE_BROWSER=1 asks for it."""
    if program := browser_program():
        return program
    reason = "no browser here: install Chromium, or name its program with CHROMIUM=/path"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, and {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = required_browser()
    arguments = BROWSER_ARGUMENTS + (["--no-sandbox"] if os.getuid() == 0 else [])
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=arguments)
        yield opened
        opened.close()


@contextmanager
def page_of(browser: Browser, device: dict) -> Iterator[Page]:
    """A page in a browser of its own (cookies, storage), on `PHONE` or at a `DESKTOP`."""
    context: BrowserContext = browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **device)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def serious_findings(page: Page, *, colours: bool = True) -> list[str]:
    """What axe finds serious or worse, each with the first element it found it at.

    Most of its time goes into the contrast of colours, which no width changes: whoever looks at a page in two widths asks for it in one.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"color-contrast": {"enabled": colours}}}
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found if each["impact"] in {"serious", "critical"}]


@pytest.fixture
def page_phone(browser: Browser) -> Iterator[Page]:
    """A page of 390×844 that is touched, as on a secretary's phone."""
    with page_of(browser, PHONE) as page:
        yield page


@pytest.fixture
def page_desktop(browser: Browser) -> Iterator[Page]:
    """A page of 1440×900, as on a board's desk."""
    with page_of(browser, DESKTOP) as page:
        yield page
