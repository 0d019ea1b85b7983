"""A province's draft set and its criteria admin, for the tests of the admin's pages."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import override

from evaluations.cloning import clone
from evaluations.criteria_files import read_criteria
from evaluations.loading import load_criteria
from evaluations.models import CriteriaSet, RuleDocument
from evaluations.publishing import publish
from meetings.models import Committee, Level
from tests.evaluations.admin.requests import as_user
from tests.evaluations.month import NOW
from tests.factories import make_committee, make_user


@pytest.fixture(scope="package")
def loaded(databases, django_db_blocker) -> CriteriaSet:
    """A province's draft after the sample, in a database of these tests' own: loading it again for each test takes longer."""
    with databases.committed(), django_db_blocker.unblock():
        load_criteria(files=read_criteria())
        central = make_committee(name="Trung ương", level=Level.CENTRAL)
        yield clone(
            criteria_set=CriteriaSet.objects.get(code="an-phu-2025"),
            code="minh-hoa",
            title="Phiếu của tỉnh",
            document=RuleDocument.objects.get(number="42-HD/BTCTW"),
            owner=make_committee(name="Tỉnh ủy Minh Họa", level=Level.PROVINCE, parent=central),
            effective_from=date(2026, 1, 1),
        )


@pytest.fixture(autouse=True)
def rolled_back(loaded):
    with transaction.atomic(), override("en"):
        yield
        connection.check_constraints()  # the order of groups, criteria and rows is only checked at the end
        transaction.set_rollback(True)


@pytest.fixture
def draft(loaded) -> CriteriaSet:
    return CriteriaSet.objects.get(pk=loaded.pk)


@pytest.fixture
def province(draft) -> Committee:
    return draft.owner


@pytest.fixture
def central() -> Committee:
    return Committee.objects.get(level=Level.CENTRAL)


@pytest.fixture
def published(draft, province) -> CriteriaSet:
    return publish(criteria_set=draft, committee=province, by=None, at=NOW)


@pytest.fixture
def admin(province) -> Client:
    return as_user(make_user("tieu-chi", criteria_admin_of=province))
