"""The running site of the journeys itself: real web server, worker, broker and browser."""

import os
import signal

import pytest
import redis
from django.urls import reverse

from cellquality.celery import app
from cellquality.processes import wait_until
from tests.site import required_browser, site_on, status_of


@pytest.mark.journey
@pytest.mark.parametrize("size", ["page_phone", "page_desktop"])
def test_the_first_page_opens_in_a_browser_without_a_complaint(running_site, size, request):
    page = request.getfixturevalue(size)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(running_site.url)
    page.wait_for_load_state("networkidle")
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "vi"
    assert complaints == []


def test_what_a_killed_worker_left_another_takes(committed_db):
    with site_on(committed_db, broker=True) as site:
        assert status_of(site.url + reverse("login")) == 200
        queue = redis.Redis(unix_socket_path=str(site.broker.socket))
        worker = site.start_worker()
        assert wait_until(lambda: queue.client_list(_type="normal")[1:], within=30), site.log("worker")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        with app.connection_for_write(site.broker.url()) as connection:
            for _ in range(3):
                app.send_task("evaluations.tasks.resend_undone", connection=connection)
        assert queue.llen("celery") == 3
        site.start_worker()
        assert wait_until(lambda: not queue.llen("celery") and not queue.hlen("unacked"), within=30), site.log("worker")
        queue.close()
        assert "Traceback" not in site.log("web") + site.log("worker")


@pytest.mark.parametrize(("required", "ending"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_without_a_browser_journeys_say_why_and_fail_only_where_one_is_required(monkeypatch, required, ending):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    monkeypatch.setenv("REQUIRE_BROWSER", required)
    with pytest.raises(ending, match="no browser here: install Chromium"):
        required_browser()
