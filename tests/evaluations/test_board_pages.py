"""A committee's month through real requests."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.measuring import Targets
from evaluations.scoring import committees_above, score, summarise
from meetings.models import Cell, Level
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


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_a_page_costs_the_same_with_one_row_and_with_thirty(province, board):
    month = reverse("committee_month", args=[province.public_id, "2026-11"])
    cells = reverse("committee_cells", args=[province.public_id, "2026-11"])
    grow(province, 1, 1)
    few = queries(board, month), queries(board, cells)
    grow(province, 30, 2)
    many = queries(board, month), queries(board, cells)
    assert few == many
    assert max(many) <= 14


def test_every_number_leads_to_what_it_counts(province, board):
    grow(province, 2, 3)
    page = board.get(reverse("committee_cells", args=[province.public_id, "2026-11"]), {"show": "not_held"})
    assert page.context["page"].paginator.count == 6
    assert not board.get(reverse("committee_cells", args=[province.public_id, "2026-11"]), {"show": "good"}).context["page"].object_list


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
    page = board.get(reverse("committee_month", args=[province.public_id, "2026-11"]))
    assert page.status_code == 200
    assert 'class="card empty"' in page.content.decode()
