"""Who gets which page of a sheet that is sent, returned or verified: a table written by hand, with the actors of `test_access`.

In the table of all URLs the sheet is not sent yet, and its verification is not there for anyone.
"""

import pytest
from django.urls import reverse

from evaluations.models import ScoreSheet, SheetState
from evaluations.review import Way, decide
from meetings.models import Level
from tests.evaluations.month import RecordedMonth, put_in_force
from tests.evaluations.sent_months import LATER, Sent, returned, send
from tests.factories import make_cell, make_committee, make_user
from tests.house.access import differences, read_table, sessions_of
from tests.meetings.sittings import five, recorded

pytestmark = pytest.mark.django_db

TABLE = read_table("""
name                        nobody  own      beside  follows  fbeside  office   offside  province  auditor  criteria
cell_review@sent            in      403      404     200/422  404      200/422  404      403       403      404
cell_review@returned        in      403      404     200/409  404      200/409  404      403       403      404
cell_review@verified        in      403      404     200/409  404      200/409  404      403       403      404
cell_returned@sent          in      302      404     403      404      403      404      403       403      404
cell_returned@returned      in      200/422  404     403      404      403      404      403       403      404
cell_returned@verified      in      302      404     403      404      403      404      403       403      404
cell_vote_anew@sent         in      302      404     403      404      403      404      403       403      404
cell_vote_anew@returned     in      200/422  404     403      404      403      404      403       403      404
cell_sheet@returned         in      302      404     403      404      403      404      403       403      404
cell_send@returned          in      302      404     403      404      403      404      403       403      404
cell_explanation@returned   in      200      404     200      404      200      404      200       200      404
cell_explanation@verified   in      200      404     200      404      200      404      200       200      404
""")


@pytest.fixture
def sent() -> Sent:
    province = make_committee("Tỉnh ủy", Level.PROVINCE)
    commune = make_committee("Đảng ủy xã Một", parent=province)
    people = five(make_cell("Chi bộ Thôn Một", committee=commune))
    month = RecordedMonth(people, recorded(people), put_in_force(commune))
    send(month)
    return Sent(month, commune, make_user("office", office_of=commune), make_user("follows", follows=people.cell))


def actors(sent: Sent) -> dict:
    province = sent.committee.placements.get().parent
    beside = make_cell("Chi bộ Thôn Hai", committee=sent.committee)
    return {
        "own": sent.people.user,
        "beside": make_user("beside", secretary_of=beside),
        "follows": sent.follower,
        "fbeside": make_user("fbeside", follows=beside),
        "office": sent.office,
        "offside": make_user("offside", office_of=make_committee("Đảng ủy xã Hai", parent=province)),
        "province": make_user("province", board_of=province),
        "auditor": make_user("auditor", auditor_of=province),
        "criteria": make_user("criteria", criteria_admin_of=province),
    }


def as_it_is(sent: Sent) -> None:
    """Sent, and nothing since."""


def verify(sent: Sent) -> None:
    decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)


@pytest.mark.parametrize(
    ("state", "made"), [(SheetState.SUBMITTED, as_it_is), (SheetState.RETURNED, returned), (SheetState.VERIFIED, verify)]
)
def test_each_actor_gets_what_the_table_says(sent, state, made):
    made(sent)
    assert ScoreSheet.objects.get().state == state
    word = {"SUBMITTED": "sent", "RETURNED": "returned", "VERIFIED": "verified"}[state]
    rows = {name: row for name, row in TABLE.items() if name.endswith(f"@{word}")}

    def path_of(name: str) -> str:
        return reverse(name.partition("@")[0], args=[sent.people.cell.public_id, "2026-11"])

    assert differences(rows, sessions_of(actors(sent)), path_of) == []
