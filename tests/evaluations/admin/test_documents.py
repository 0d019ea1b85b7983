"""Rule documents: shared by all who cite them."""

import pytest
from django.db import IntegrityError, transaction

from evaluations.models import CriteriaSet, RuleDocument
from tests.evaluations.admin.requests import NEW_DOCUMENT, errors, page_of

DOCUMENT = {"number": "05-QĐ/TU", "issuer": "Tỉnh ủy Minh Họa", "issued_on": "2026-01-05", "title": "Bộ tiêu chí", "replaces": ""}


def test_a_document_is_added_cited_and_corrected_while_only_ones_own_drafts_cite_it(admin, draft):
    assert admin.post(NEW_DOCUMENT, DOCUMENT).status_code == 302
    document = RuleDocument.objects.get(number="05-QĐ/TU")
    assert admin.post(page_of(document), DOCUMENT | {"title": "Khác"}).status_code == 403

    CriteriaSet.objects.filter(pk=draft.pk).update(document=document)
    assert admin.post(page_of(document), DOCUMENT | {"title": "Khác"}).status_code == 302
    document.refresh_from_db()
    assert document.title == "Khác"


def test_a_document_that_others_cite_is_only_read(admin):
    document = RuleDocument.objects.get(number="42-HD/BTCTW")
    assert "Documents are shared" in admin.get(page_of(document)).content.decode()
    assert admin.post(page_of(document), DOCUMENT).status_code == 403
    assert admin.post(page_of(document, "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"number": "42-HD/BTCTW", "issuer": "Ban Tổ chức Trung ương", "issued_on": "2025-10-28"}, "already exists"),
        ({"issued_on": "31/02/2026"}, "valid date"),
        ({"issuer": ""}, "required"),
        ({"issued_on": "05/01/0206"}, "Give a day between"),
        ({"title": "\u200b\u200b"}, "required"),
    ],
)
def test_a_faulty_document_is_refused(admin, changes, error):
    assert error in errors(admin.post(NEW_DOCUMENT, DOCUMENT | changes))


def test_a_document_replaces_an_older_one(admin):
    newer = RuleDocument.objects.get(number="29-QĐ/TU")
    assert "replaces an older one" in errors(admin.post(NEW_DOCUMENT, DOCUMENT | {"replaces": newer.pk}))


def test_documents_never_replace_each_other_in_a_circle(admin, draft):
    older = RuleDocument.objects.create(number="1", issuer="Tỉnh ủy", issued_on="2020-01-01", title="Cũ")
    newer = RuleDocument.objects.create(number="2", issuer="Tỉnh ủy", issued_on="2021-01-01", title="Mới", replaces=older)
    CriteriaSet.objects.filter(pk=draft.pk).update(document=older)
    said = {"number": "1", "issuer": "Tỉnh ủy", "title": "Cũ", "replaces": "", "issued_on": "2022-01-01"}
    assert "A document that replaces this one" in errors(admin.post(page_of(older), said))
    assert admin.post(page_of(older), said | {"issued_on": "2020-06-01"}).status_code == 302
    older.replaces = older
    with pytest.raises(IntegrityError, match="does_not_replace_itself"), transaction.atomic():
        older.save()
    assert newer.replaces_id == older.pk


def test_the_same_number_of_another_term_is_another_document(admin):
    admin.post(NEW_DOCUMENT, DOCUMENT)
    assert admin.post(NEW_DOCUMENT, DOCUMENT | {"issued_on": "2031-01-05"}).status_code == 302
    assert RuleDocument.objects.filter(number="05-QĐ/TU").count() == 2
