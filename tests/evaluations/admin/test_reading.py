"""What the criteria admin's pages show, and to whom."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from evaluations.models import CriteriaSet, Criterion, CriterionGroup, ParameterValue, Row, RuleDocument
from evaluations.set_entries import as_entry
from meetings.models import Level
from tests.costs import queries_of
from tests.evaluations.admin.requests import NEW_DOCUMENT, NEW_SET, SETS, as_user, new_criterion, page_of
from tests.factories import make_cell, make_committee, make_user


def test_everyone_reads_the_national_sets_and_their_own(admin, draft):
    response = admin.get(SETS)
    assert {found.code for found in response.context["cl"].queryset} == {"frame-2018", "frame-2025", "an-phu-2025", "minh-hoa"}


@pytest.mark.parametrize("code", ["frame-2018", "frame-2025", "an-phu-2025"])
def test_a_national_set_is_shown_with_the_reason_why_it_is_not_edited(admin, code):
    criteria_set = CriteriaSet.objects.get(code=code)
    reason = "belongs to the national level" if code == "an-phu-2025" else "A published set never changes"
    for obj in (criteria_set, criteria_set.criteria.first()):
        response = admin.get(page_of(obj))
        assert response.status_code == 200
        assert reason in response.content.decode()
        assert b'name="_save"' not in response.content
        assert b"<textarea" not in response.content


def test_a_read_only_page_shows_points_and_conditions_as_people_read_them(admin):
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    shown = admin.get(page_of(sample.criteria.get(code="1"))).content.decode()
    assert "minutes &gt;= 90; roster_size &lt; 30; is_combined = no" in shown
    assert "500" not in shown.replace("5000", "")

    shown = admin.get(page_of(sample)).content.decode()
    assert "9000" not in shown
    assert "/admin/evaluations/criterion/add" not in shown


def test_a_set_shows_its_criteria_and_how_low_its_totals_can_be(admin, draft):
    response = admin.get(page_of(draft))
    shown = response.content.decode()
    for criterion in draft.criteria.all():
        assert page_of(criterion) in shown
    assert [(case.without, case.lowest) for case in response.context["cases"]] == [
        ((), 14_00),
        (("3.3",), 16_00),
        (("3.5", "4.8", "8.3"), 14_58),
        (("4.3",), 14_74),
        (("7",), 5_71),
    ]
    assert response.context["faults"] == []


def test_what_keeps_a_draft_from_being_published_is_listed(admin, draft):
    line = draft.criteria.get(code="4.7")
    Row.objects.filter(criterion=line, points=100).update(points=50)

    sentence = "Its best row gives other points than the criterion&#x27;s maximum."
    assert sentence in admin.get(page_of(draft)).content.decode()
    assert sentence in admin.get(page_of(line)).content.decode()
    assert sentence not in admin.get(page_of(draft.criteria.get(code="4.6"))).content.decode()


def test_every_measure_is_offered_with_its_meaning(admin, draft):
    shown = admin.get(new_criterion(draft)).content.decode()
    for name in ("minutes", "tasks_done_rate_partly_half", "speakers-top"):
        assert f"<code>{name}</code>" in shown


def test_a_page_costs_the_same_whatever_its_length(admin, draft, django_assert_max_num_queries):
    two_rows, nine_rows = page_of(draft.criteria.get(code="3.2")), page_of(draft.criteria.get(code="1"))
    admin.get(two_rows)
    with django_assert_max_num_queries(40) as few:
        admin.get(two_rows)
    with django_assert_max_num_queries(len(few)):
        admin.get(nine_rows)


def test_the_lists_cost_the_same_for_one_row_and_for_thirty(admin, draft, province):
    lists = [reverse(f"admin:evaluations_{model}_changelist") for model in ("criteriaset", "ruledocument", "parametervalue")]
    older = draft.document

    def grow(numbers: range) -> None:
        for number in numbers:
            issued_on = date(2026, 1, 1) + timedelta(days=number)
            older_one = RuleDocument.objects.create(number=f"{number}", issuer="Ban", issued_on=issued_on, title="Khác", replaces=older)
            CriteriaSet.objects.create(
                code=f"bo-{number}", title="Khác", kind="SHEET", document=older_one, owner=province, effective_from=issued_on
            )
            ParameterValue.objects.create(
                parameter=draft.parameters.first(), committee=province, from_size=number, value=1, document="QĐ", during=(issued_on, None)
            )

    grow(range(1))
    queries_of(admin, lists[0])  # what the first request alone costs
    few = [queries_of(admin, page) for page in lists]
    grow(range(1, 31))
    assert [queries_of(admin, page) for page in lists] == few


def test_a_criterion_has_no_list_of_its_own(admin):
    assert admin.get(reverse("admin:evaluations_criterion_changelist")).url == SETS
    assert b"criterion/" not in admin.get(reverse("admin:index")).content
    assert Criterion.objects.exists()
    assert CriterionGroup.objects.exists()


def test_another_provinces_criteria_admin_finds_nothing(draft, central):
    other = as_user(make_user("khac", criteria_admin_of=make_committee(name="Tỉnh ủy Khác", level=Level.PROVINCE, parent=central)))
    before = as_entry(draft)

    for obj in (draft, draft.criteria.first()):
        for action in ("change", "delete", "history"):
            assert other.get(page_of(obj, action)).status_code == 404
        assert other.post(page_of(obj), {"title": "Khác"}).status_code == 404
        assert other.post(page_of(obj, "delete"), {"post": "yes"}).status_code == 404
    assert other.get(new_criterion(draft)).status_code == 404
    assert draft not in other.get(SETS).context["cl"].queryset
    assert as_entry(draft) == before


def test_an_admin_below_reads_and_does_not_edit(draft, province):
    below = as_user(make_user("xa", criteria_admin_of=make_committee(name="Đảng ủy xã", parent=province)))
    response = below.get(page_of(draft))
    assert "belongs to another committee" in response.content.decode()
    assert below.post(page_of(draft), {"title": "Khác"}).status_code == 403
    assert below.post(page_of(draft.criteria.first()), {"title": "Khác"}).status_code == 403
    assert below.get(new_criterion(draft)).status_code == 403


def test_a_set_of_a_committee_below_is_not_found_from_above(draft, central):
    above = as_user(make_user("tren", criteria_admin_of=central))
    assert above.get(page_of(draft)).status_code == 404


@pytest.mark.parametrize("appointment", ["secretary_of", "office_of", "board_of", "auditor_of"])
def test_nobody_else_gets_in(draft, province, appointment):
    body = make_cell(committee=province) if appointment == "secretary_of" else province
    client = as_user(make_user("nguoi-khac", **{appointment: body}))
    for page in (SETS, page_of(draft), page_of(draft.criteria.first()), NEW_SET, NEW_DOCUMENT):
        assert client.get(page, follow=True).status_code == 403
        assert client.post(page, {}, follow=True).status_code in (403, 405)
    assert CriteriaSet.objects.count() == 4
