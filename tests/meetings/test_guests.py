"""A member received for a time: what the host cell may do, and what stays the home cell's."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings import roster
from meetings.models import Membership, Relation, Standing
from tests.factories import SINCE, make_cell, make_committee, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    """(host cell's secretary, host cell, member, the stay): a member of another commune's cell, here for a time."""
    home = make_cell("Chi bộ Thôn Hai", committee=make_committee("Đảng ủy xã 2"))
    host = make_cell("Chi bộ Thôn Một", committee=make_committee("Đảng ủy xã 1"))
    member = make_member(home)
    stay = Membership.objects.create(member=member, cell=host, relation=Relation.TEMPORARY, during=(SINCE, None))
    client = Client()
    client.force_login(make_user(secretary_of=host), backend="django.contrib.auth.backends.ModelBackend")
    return client, host, member, stay


@pytest.mark.parametrize("action", ["correct", "exempt", "official", "transfer", "send", "introduce", "end-exemption", "position"])
def test_what_is_the_home_cells_is_not_there_for_the_host(guest, action):
    client, host, member, _stay = guest
    path = reverse("roster_change", args=[host.public_id, member.public_id, action])
    assert client.get(path).status_code == client.post(path, {"full_name": "Tên Khác"}).status_code == 404


def test_the_host_ends_the_stay(guest):
    client, host, member, _stay = guest
    assert client.get(reverse("roster_change", args=[host.public_id, member.public_id, "end"])).status_code == 200


@pytest.mark.parametrize("reason", ["LEFT", "EXPELLED", "DECEASED"])
def test_the_end_of_a_stay_leaves_the_standing_alone(guest, reason):
    _client, host, member, stay = guest
    user = host.appointments.get().user
    roster.end_membership(membership=stay, on=date(2026, 11, 1), reason=roster.EndReason(reason), by=user, at=timezone.now())
    assert Standing.objects.get(member=member).during.upper is None
