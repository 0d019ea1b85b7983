"""Made-up data says so on every page: the product's, the admin's, the login's and what is printed of them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import DemoData
from tests.factories import make_cell, make_committee, make_user

pytestmark = pytest.mark.django_db
NOTE = "Dữ liệu để thử, không có thật"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def pages() -> dict[str, Client]:
    commune = make_committee()
    cell = make_cell(committee=commune)
    users = {
        reverse("cell_month", args=[cell.public_id, "2026-11"]): make_user("a", secretary_of=cell),
        reverse("committee_board", args=[commune.public_id, "2026-11"]): make_user("b", office_of=commune),
        reverse("admin:evaluations_criteriaset_changelist"): make_user("c", criteria_admin_of=commune),
    }
    clients = {reverse("login"): Client()}
    for path, user in users.items():
        clients[path] = Client()
        clients[path].force_login(user, backend=BACKEND)
    return clients


def _saying(pages: dict[str, Client]) -> set[str]:
    return {path for path, client in pages.items() if NOTE in client.get(path).content.decode()}


def test_every_kind_of_page_says_that_the_data_is_made_up(pages):
    DemoData.objects.create(id=1, note=NOTE, seed=1, loaded_at=timezone.now())
    assert _saying(pages) == set(pages)


def test_real_data_is_not_called_made_up(pages):
    assert _saying(pages) == set()
