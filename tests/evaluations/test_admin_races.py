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
def other(draft) -> Client:
    return as_user(make_user("tieu-chi-2", criteria_admin_of=draft.owner))


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


@pytest.mark.parametrize("asked", [True, False], ids=["guarded", "twin that does not ask what was seen"])
def test_what_one_saved_is_not_written_over_by_a_page_that_was_opened_before(draft, admin, other, line, asked):
    for page, theirs, ours in (
        (page_of(draft), {"note": "Của tôi"}, {"title": "Tên khác"}),
        (page_of(line), {"clause": "8"}, {"title": "Khác"}),
    ):
        stale = typed(admin.get(page)) | ours
        assert other.post(page, typed(other.get(page)) | theirs).status_code == 302
        if not asked:
            del stale["seen"]
        answer = admin.post(page, stale)
        if asked:
            assert "Somebody changed this page after you opened it" in answer.content.decode()
            assert next(iter(ours.values())) in answer.content.decode()
    draft.refresh_from_db()
    line.refresh_from_db()
    assert (draft.note == "Của tôi", line.clause == "8") == (asked, asked)


def test_the_same_code_given_at_once_is_a_sentence_for_who_comes_second(draft, admin, other):
    page, told = reverse("admin:evaluations_criteriaset_add"), []
    said = {"title": "Mới", "code": "cung-ma", "document": draft.document_id, "effective_from": "2027-01-01", "owner": draft.owner_id}
    said |= {"copy_of": draft.pk, "good_from": "", "fair_from": "", "average_from": "", "note": "", "why": ""}
    with ExitStack() as joining, transaction.atomic():
        assert admin.post(page, said).status_code == 302
        joining.enter_context(meanwhile(lambda: told.append(other.post(page, said))))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60)
    assert told[0].status_code == 200 and "already exists" in told[0].content.decode()
    assert CriteriaSet.objects.filter(code="cung-ma").count() == 1


def test_of_two_that_end_the_same_set_at_once_the_second_is_told(draft, admin):
    """Both found the same set in force; when the second gets on, the first's is in force there."""
    publish(criteria_set=draft, committee=draft.owner, by=None, at=NOW)
    said = {"document": draft.document, "owner": draft.owner}
    first, second = (
        clone(criteria_set=draft, code=f"sau-{month}", title="Sau", effective_from=date(2027, month, 1), **said) for month in (1, 2)
    )
    told = []

    def publish_second():
        try:
            publish(criteria_set=second, committee=draft.owner, ends_others=True, by=None, at=NOW)
        except NotPublishable as refusal:
            told.append(str(refusal))

    with ExitStack() as joining, transaction.atomic():
        publish(criteria_set=first, committee=draft.owner, ends_others=True, by=None, at=NOW)
        joining.enter_context(meanwhile(publish_second))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60)
    assert "Vừa có bộ tiêu chí khác có hiệu lực" in told[0]
    second.refresh_from_db()
    assert second.state == SetState.DRAFT


def test_a_criterion_is_not_added_to_a_set_that_is_being_published(draft, admin):
    told = []
    new = f"{reverse('admin:evaluations_criterion_add')}?set={draft.pk}"
    with ExitStack() as joining, transaction.atomic():
        publish(criteria_set=draft, committee=draft.owner, by=None, at=NOW)
        joining.enter_context(meanwhile(lambda: told.append(admin.post(new, {"title": "Khác"}).status_code)))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=60)
    assert told == [403]
