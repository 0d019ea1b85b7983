"""Workers and their broker without a web server, for tests that kill them; beat is whoever calls `send`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from celery import Celery

from cellquality.embedded import Broker
from tests.site import Site


@contextmanager
def workshop_on(database_url: str) -> Iterator[Site]:
    """A real broker for workers on a database."""
    with TemporaryDirectory(prefix="cellquality-workshop-") as home:
        broker = Broker(Path(home))
        broker.start()
        site = Site(database_url, Path(home), broker)
        try:
            yield site
        finally:
            site.close()
            broker.stop()


def sender(site: Site) -> Callable[[], None]:
    """What beat does every few seconds, on demand."""
    app = Celery("sender", broker=site.broker.url(), set_as_current=False)

    def send() -> None:
        with app.connection_for_write() as connection:
            app.send_task("evaluations.tasks.resend_undone", connection=connection)

    return send
