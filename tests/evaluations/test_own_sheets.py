"""Who scored a sheet neither proposes nor decides on it: also who recorded the cell's answers and left the sending to somebody else."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import ScoreSheet
from evaluations.review import Way, decide
from evaluations.submission import submit
from meetings.models import Appointment, Role
from tests.evaluations.month import NOW, filled_in, posted, recorded_month
from tests.evaluations.sent_months import LATER, Sent
from tests.factories import SINCE, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MOVED_ON = date(2026, 11, 5)


def lay() -> Sent:
    """The secretary scored November, then moved on to the committee's office; whoever came after sent it up."""
    month = recorded_month()
    cell = month.people.cell
    committee = cell.placements.get().parent
    filled_in(month)
    posted(month)
    scorer = month.people.user
    scorer.appointments.update(during=(SINCE, MOVED_ON))
    Appointment.objects.create(user=scorer, role=Role.COMMITTEE, committee=committee, during=(MOVED_ON, None))
    Appointment.objects.create(user=scorer, role=Role.FOLLOWING_MEMBER, cell=cell, during=(MOVED_ON, None))
    successor = make_user("ke-nhiem", secretary_of=cell, since=MOVED_ON)
    submit(meeting=month.meeting, by=successor, at=NOW, expected_version=month.sheet.version)
    return Sent(month, committee, scorer, scorer)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin that does not know who scored it"])
def test_who_scored_it_and_did_not_send_it_does_not_verify_it(sent, guarded):
    assert sent.sheet.answered_by == sent.office != sent.sheet.submitted_by
    if not guarded:
        ScoreSheet.objects.update(answered_by=None)
    browser, review = browser_of(sent.office), reverse("cell_review", args=[sent.people.cell.public_id, "2026-11"])
    queue = words_of(browser.get(reverse("queue", args=[sent.committee.public_id, "2026-11"])))
    assert ("scored by yourself" in queue) is guarded
    fields = {"version": sent.sheet.seen}
    if guarded:
        assert "You scored or sent this sheet yourself" in words_of(browser.get(review))
        assert [browser.post(review, fields | {"act": act}).status_code for act in ("propose", "OWN", "return")] == [403] * 3
    decided = decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
    assert (decided.sheets, [left.why for left in decided.left]) == (
        (0, ["You scored or sent it yourself; someone else decides on it."]) if guarded else (1, [])
    )


def test_another_of_the_office_does(sent):
    other = make_user("van-phong-2", office_of=sent.committee)
    assert decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=other, at=LATER).sheets == 1
