"""Editing a draft in the admin and publishing it at once: whoever comes second sees what the first stored."""

from contextlib import ExitStack
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cellquality.processes import wait_until
from evaluations.admin.drafts import SetPage
from evaluations.cloning import clone
from evaluations.models import CriteriaSet, Criterion, Row, SetState
from evaluations.publishing import NotPublishable, publish
from meetings.models import Level
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.admin.requests import as_user, page_of, typed
from tests.evaluations.month import NOW, load_the_sample
from tests.factories import make_committee, make_user


@pytest.fixture
def draft(committed_db) -> CriteriaSet:
    load_the_sample()
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    owner = make_committee("Tỉnh ủy", Level.PROVINCE)
    return clone(criteria_set=sample, code="moi", title="Mới", document=sample.document, owner=owner, effective_from=date(2026, 12, 1))


@pytest.fixture
def admin(draft) -> Client:
    return as_user(make_user("tieu-chi", criteria_admin_of=draft.owner))


@pytest.fixture
def line(draft) -> Criterion:
    return draft.criteria.get(code="4.7")


@pytest.fixture(params=[True, False], ids=["guarded", "twin without the lock"])
def guarded(request, monkeypatch) -> bool:
    if not request.param:
        monkeypatch.setattr(SetPage, "keep", lambda self, obj: None)
    return request.param


def change(admin: Client, line: Criterion, **changes) -> int:
    """The status; 500 where only the database refuses, which a user is never to see."""
    admin.raise_request_exception = False
    return admin.post(page_of(line), typed(admin.get(page_of(line))) | changes).status_code


def test_an_edit_that_comes_while_a_set_is_published_loses(draft, admin, line, guarded):
    told = []
    with ExitStack() as joining, transaction.atomic():
        publish(criteria_set=draft, committee=draft.owner, by=None, at=NOW)
        joining.enter_context(meanwhile(lambda: told.append(change(admin, line, title="Khác"))))
        # Without the page's guard it waits too, for the database's: too late for a sentence.
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60)
    line.refresh_from_db()
    assert (told, line.title != "Khác") == ([403 if guarded else 500], True)


def test_a_set_is_published_as_the_edit_before_left_it(draft, admin, line):
    """The edit spoils the set; who publishes meanwhile sees that. Its twin: test_frozen_sets, with the triggers gone."""
    told = []

    def publish_it():
        try:
            publish(criteria_set=draft, committee=draft.owner, by=None, at=NOW)
        except NotPublishable as refusal:
            told.append([fault.where for fault in refusal.faults])

    with ExitStack() as joining, transaction.atomic():
        assert change(admin, line, **{"rows-0-points": "0.5"}) == 302
        publishing = joining.enter_context(meanwhile(publish_it))
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not publishing.is_alive(), within=60)
        assert publishing.is_alive()
    draft.refresh_from_db()
    assert (told, draft.state) == ([["4.7"]], SetState.DRAFT)
    assert Row.objects.get(criterion=line, position=1).points == 50


def test_a_criterion_is_not_added_to_a_set_that_is_being_published(draft, admin):
    told = []
    new = f"{reverse('admin:evaluations_criterion_add')}?set={draft.pk}"
    with ExitStack() as joining, transaction.atomic():
        publish(criteria_set=draft, committee=draft.owner, by=None, at=NOW)
        joining.enter_context(meanwhile(lambda: told.append(admin.post(new, {"title": "Khác"}).status_code)))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60)
    assert told == [403]
