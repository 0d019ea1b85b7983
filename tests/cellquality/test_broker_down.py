"""A broker that is down or hangs costs a request about a second, never more; it is the page's matter to go on without it."""

import socket
import time

import pytest
from kombu.exceptions import OperationalError

from cellquality.celery import app


@pytest.fixture
def publish():
    """Publish one message to a broker at an address; answers with the seconds until it failed."""

    def seconds(address: str) -> float:
        started = time.monotonic()
        with app.connection_for_write(address) as connection, pytest.raises((OperationalError, OSError)):
            app.send_task("no.such.task", connection=connection)
        return time.monotonic() - started

    return seconds


def test_a_broker_that_refuses(publish):
    assert publish("redis://127.0.0.1:9/0") < 2


def test_a_broker_whose_socket_is_gone(publish, tmp_path):
    assert publish(f"redis+socket://{tmp_path}/none.sock") < 2


def test_a_broker_that_never_answers(publish):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert publish(f"redis://127.0.0.1:{silent.getsockname()[1]}/0") < 4
