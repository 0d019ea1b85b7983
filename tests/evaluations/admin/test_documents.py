"""Rule documents: shared by all who cite them."""

import pytest

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
    ],
)
def test_a_faulty_document_is_refused(admin, changes, error):
    assert error in errors(admin.post(NEW_DOCUMENT, DOCUMENT | changes))


def test_a_document_replaces_an_older_one(admin):
    newer = RuleDocument.objects.get(number="29-QĐ/TU")
    assert "replaces an older one" in errors(admin.post(NEW_DOCUMENT, DOCUMENT | {"replaces": newer.pk}))


def test_the_same_number_of_another_term_is_another_document(admin):
    admin.post(NEW_DOCUMENT, DOCUMENT)
    assert admin.post(NEW_DOCUMENT, DOCUMENT | {"issued_on": "2031-01-05"}).status_code == 302
    assert RuleDocument.objects.filter(number="05-QĐ/TU").count() == 2
