"""The admin is entered by criteria admins only, through the product's own login page."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from meetings.models import Level
from tests.factories import make_committee, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def province():
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)


def test_a_criteria_admin_enters_and_leaves(client, province):
    client.force_login(make_user("tc.tinh", criteria_admin_of=province), BACKEND)
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("admin:login")).url == reverse("admin:index")
    assert client.get(reverse("admin:password_change")).url == reverse("password_change")
    assert client.post(reverse("admin:logout")).url == reverse("login")
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("role", ["office_of", "board_of", "auditor_of"])
def test_nobody_else_does_and_is_told_why(client, province, role):
    client.force_login(make_user("ai-do", **{role: province}), BACKEND)
    assert client.get(reverse("admin:login")).status_code == 403
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_stranger_is_sent_to_the_products_login(client):
    for page in ("admin:index", "admin:login"):
        landed = client.get(reverse(page), follow=True)
        assert landed.redirect_chain[-1][0].startswith(f"{reverse('login')}?next=")


def test_what_registers_itself_opens_nothing(client, province):
    """Django's own permissions are always no: a model without the authority's permissions is not there."""
    user = make_user("tc.tinh", criteria_admin_of=province)
    assert not user.has_perm("auth.view_group")
    assert not user.has_perms(["auth.view_group"])
    assert not user.has_module_perms("auth")
    assert admin.site.is_registered(Group)
    client.force_login(user, BACKEND)
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403
