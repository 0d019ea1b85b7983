"""A committee's month through real requests."""

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.dashboard import counts_of
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import Grade, MonthScore, ScoreState
from evaluations.periods import Month
from evaluations.scoring import score
from evaluations.shown import SHOWN, cells_within
from evaluations.summaries import summarise
from meetings.models import Cell, Level
from tests.costs import queries_of
from tests.evaluations.month import NOVEMBER, TODAY
from tests.factories import make_cell, make_committee, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))


@pytest.fixture
def board(province) -> Client:
    client = Client()
    client.force_login(make_user("ban", board_of=province), backend="django.contrib.auth.backends.ModelBackend")
    return client


def grow(province, communes: int, cells: int) -> None:
    for number in range(communes):
        commune = make_committee(f"Đảng ủy xã {number}", parent=province)
        for each in range(cells):
            make_cell(f"Chi bộ {each}", committee=commune)
    targets = Targets.of([(key, NOVEMBER) for key in Cell.objects.values_list("pk", flat=True)])
    score(targets, as_of=TODAY)
    summarise(committees_above(targets))


def test_a_page_costs_the_same_with_one_row_and_with_thirty(province, board):
    month = reverse("committee_board", args=[province.public_id, "2026-11"])
    cells = reverse("committee_cells", args=[province.public_id, "2026-11"])
    grow(province, 1, 1)
    few = queries_of(board, month), queries_of(board, cells)
    grow(province, 30, 2)
    many = queries_of(board, month), queries_of(board, cells)
    assert few == many
    assert max(many) <= 14


COUNTED_AS = {
    "": "cells",
    "expected": "expected",
    "held": "held",
    "not_held": "not_held",
    "on_day": "held_on_day",
    "thematic": "thematic_held",
    "sent": "sent",
    "not_sent": "not_sent",
    "on_time": "sent_on_time",
    "late": "late",
    "verified": "verified",
    "not_verified": "not_verified",
    "no_set": "no_set",
    "not_due": "not_due",
    "scored": "scored",
    "good": "good",
    "fair": "fair",
    "average": "average",
    "poor": "poor",
}


def _mixed_months(committee) -> None:
    """A month in which each count has another number of cells, so that no two can be taken for each other."""
    scored = {"held": True, "sent": True, "state": ScoreState.SCORED, "total": 8000}
    kinds = [
        (1, {"state": ScoreState.NOT_HELD}),
        (2, {"state": ScoreState.NOT_SENT, "held": True, "held_on_day": True}),
        (3, {"state": ScoreState.NO_SET, "held": True, "sent": True, "thematic_held": True, "sent_on_time": True}),
        (4, {"state": ScoreState.NOT_DUE, "held": True, "sent": True, "sent_on_time": False}),
        *((5 + place, scored | {"grade": grade}) for place, grade in enumerate(Grade.values)),
    ]
    usual = {"held": False, "sent": False, "thematic_held": False, "grade": "", "month": NOVEMBER, "committee": committee}
    for count, columns in kinds:
        for _each in range(count):
            cell = make_cell(committee=committee)
            MonthScore.objects.create(cell=cell, counted_path=cell.scope_path, cell_kind=cell.kind, **usual | columns)


def test_every_number_leads_to_exactly_what_it_counts(province):
    commune = make_committee("Đảng ủy xã 1", parent=province)
    _mixed_months(commune)
    cells = Targets.of([(key, NOVEMBER) for key in Cell.objects.values_list("pk", flat=True)])
    summarise(committees_above(cells))
    month = Month.of(NOVEMBER)
    for committee in (province, commune):
        counts = counts_of(committee, month)
        listed = {show: cells_within(committee, month, show=show).count() for show in COUNTED_AS}
        assert listed == {show: getattr(counts, name) for show, name in COUNTED_AS.items()}
    assert set(COUNTED_AS) == set(SHOWN)
    assert len({listed[show] for show in ("not_held", "no_set", "not_due", "good", "fair", "average", "poor")}) == 7


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"show": "everything"}, 404),
        ({"page": "1000000000"}, 200),
        ({"page": "' or 1=1"}, 200),
        ({"order": "total; drop table"}, 200),
    ],
)
def test_hostile_queries_are_harmless(province, board, query, status):
    grow(province, 1, 1)
    assert board.get(reverse("committee_cells", args=[province.public_id, "2026-11"]), query).status_code == status


def test_before_the_first_run_the_page_says_what_will_happen(province, board):
    page = board.get(reverse("committee_board", args=[province.public_id, "2026-11"]))
    assert page.status_code == 200
    assert 'class="card empty"' in page.content.decode()
