"""A set as the secretary would see it."""

import pytest
from django.urls import reverse

from evaluations.models import CriteriaSet, ScoreSheet
from meetings.models import Level
from tests.costs import queries_of
from tests.evaluations.month import drafted, put_in_force
from tests.factories import make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def draft() -> CriteriaSet:
    return drafted(make_committee("Tỉnh ủy", Level.PROVINCE))


@pytest.fixture
def browser(draft):
    return browser_of(make_user("tieu-chi", criteria_admin_of=draft.owner))


def address(criteria_set: CriteriaSet) -> str:
    return reverse("sheet_preview", args=[criteria_set.public_id])


def test_every_line_stands_there_with_what_the_log_says_and_what_is_asked(draft, browser):
    page = browser.get(address(draft))
    words = words_of(page)
    for criterion in draft.criteria.all():
        assert f"{criterion.code} {criterion.title}" in words
    assert "Length of the sitting: 95 minutes" in words
    form = page.context["form"]
    judged = [line for line in page.context["sheet"].lines if line.line.criterion.asks_level]
    assert judged and all(form.line_fields(line).get("level") for line in judged)
    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]
    assert not ScoreSheet.objects.exists()


def test_each_made_up_cell_shows_its_own_facts(draft, browser):
    shown = [words_of(browser.get(address(draft), {"cell": number})) for number in range(3)]
    assert [f"{minutes} minutes" in words for words, minutes in zip(shown, (45, 95, 80), strict=True)] == [True] * 3
    for hostile in ("3", "-1", "x", "' or 1=1", "٣"):
        assert browser.get(address(draft), {"cell": hostile}).context["number"] == 1


def test_an_unfinished_draft_says_what_is_to_be_mended(draft, browser):
    draft.criteria.get(code="1").rows.all().delete()
    words = words_of(browser.get(address(draft)))
    assert "It has no rows" in words and "Made-up cell" not in words


def test_what_binds_can_be_seen_too_and_a_frame_has_no_sheet(draft, browser):
    assert browser.get(address(put_in_force(draft.owner, "hieu-luc"))).status_code == 200
    assert browser.get(address(CriteriaSet.objects.get(code="frame-2025"))).status_code == 404


def test_it_costs_the_same_for_eight_lines_and_for_twenty_eight(draft, browser):
    many = queries_of(browser, address(draft))
    draft.groups.exclude(code="4").delete()
    CriteriaSet.objects.filter(pk=draft.pk).update(good_from=400, fair_from=300, average_from=200)
    few = queries_of(browser, address(draft))
    assert few == many <= 30
