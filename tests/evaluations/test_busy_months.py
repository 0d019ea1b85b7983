"""Telling the moves of an act waits for nobody who scores the same months."""

import pytest

from evaluations import moves
from evaluations.submission import submit
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import NOW
from tests.evaluations.test_changes import transaction_of_another
from tests.evaluations.test_closed_period_pages import MONTH, Closed, close, hidden, lay
from tests.evaluations.test_moves import AT
from tests.meetings.sitting_pages import browser_of, page_of, words_of

pytestmark = pytest.mark.usefixtures("english")


def test_while_scores_are_made_nothing_is_saved_nothing_is_lost_and_nobody_waits(committed_db, monkeypatch):
    monkeypatch.setattr(moves, "PATIENCE_SECONDS", 0.2)
    month = lay()
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    settle(AT)
    close()
    sent = Closed(month, browser_of(month.people.user))
    lock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('scores ' || %s::date::text, 0))"
    with transaction_of_another(committed_db, lock, MONTH.first):
        page = sent.post(reason="Ghi nhầm")
        assert page.status_code == 503 and "try again in a moment" in words_of(page)
        fields = hidden(page)
        assert fields["posted_on"] == "2026-11-20" and fields["reason"] == "Ghi nhầm"
    assert sent.posted_on == "2026-11-04"
    assert sent.browser.post(page_of("meeting_post", sent.meeting), fields).status_code == 409
