"""Sets: a published one is never written; a draft is, soundly."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from evaluations.admin import drafts
from evaluations.models import Condition, CriteriaSet, Parameter, RuleDocument, SetKind, SetState, SheetPart
from evaluations.publishing import publish
from evaluations.set_entries import as_entry
from meetings.models import Committee, Level
from meetings.permissions import YES
from tests.evaluations.admin.requests import NEW_SET, as_user, errors, new_criterion, page_of, save, typed
from tests.evaluations.month import NOW
from tests.factories import make_committee, make_user
from tests.meetings.sitting_pages import words_of


def test_nothing_of_a_published_set_is_written(admin, published):
    line = published.criteria.get(code="1")
    before = as_entry(published)

    for response in (
        admin.post(page_of(published), {"title": "Khác"}),
        admin.post(page_of(published, "delete"), {"post": "yes"}),
        admin.post(page_of(line), {"title": "Khác"}),
        admin.post(page_of(line, "delete"), {"post": "yes"}),
        admin.post(new_criterion(published), {"title": "Khác"}),
    ):
        assert response.status_code == 403
        assert "A published set never changes" in response.content.decode()
    assert as_entry(CriteriaSet.objects.get(pk=published.pk)) == before


def test_with_the_guard_off_the_same_request_gets_as_far_as_the_database(admin, draft, province, monkeypatch):
    """The twin: what is refused above is refused by the guard, not by a request that would have failed anyway."""
    line = draft.criteria.get(code="1")
    request = typed(admin.get(page_of(line))) | {"title": "Khác"}
    publish(criteria_set=draft, committee=province, by=None, at=NOW)

    assert admin.post(page_of(line), request).status_code == 403
    line.refresh_from_db()
    assert line.title != "Khác"

    monkeypatch.setattr(drafts, "to_edit_set", lambda authority, criteria_set: YES)
    with pytest.raises(IntegrityError, match="a set that binds"), transaction.atomic():
        admin.post(page_of(line), request)


SET_FIELDS = {
    "title": "Phiếu mới",
    "code": "moi",
    "effective_from": "2026-03-01",
    "effective_to": "",
    "good_from": "90",
    "fair_from": "70",
    "average_from": "50.5",
    "note": "Ghi chú",
    "copy_of": "",
    "based_on": "",
}


def set_fields(province: Committee, **changes) -> dict:
    return SET_FIELDS | {"document": RuleDocument.objects.get(number="42-HD/BTCTW").pk, "owner": province.pk} | changes


def test_a_new_set_is_an_empty_draft_sheet_of_ones_own(admin, province):
    response = admin.post(NEW_SET, set_fields(province))
    made = CriteriaSet.objects.get(code="moi")
    assert response.url == page_of(made)
    assert (made.kind, made.state, made.owner, made.average_from) == (SetKind.SHEET, SetState.DRAFT, province, 50_50)


def test_a_new_set_may_start_as_a_copy(admin, province):
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    response = admin.post(NEW_SET, set_fields(province, copy_of=sample.pk, good_from="", fair_from="", average_from=""))

    made = CriteriaSet.objects.get(code="moi")
    assert response.url == page_of(made)
    assert (made.title, made.owner, made.note, made.based_on) == ("Phiếu mới", province, "Ghi chú", sample.based_on)
    assert (as_entry(made).groups, as_entry(made).thresholds) == (as_entry(sample).groups, (90_00, 70_00, 50_00))


def test_what_a_set_scores_is_chosen_on_its_page_and_copied_with_it(admin, draft, province):
    save(admin, page_of(draft), note="Bản đầu")
    assert save(admin, page_of(draft), part="THEMATIC", why="Phiếu riêng cho kỳ chuyên đề").status_code == 302
    assert CriteriaSet.objects.get(pk=draft.pk).part == SheetPart.THEMATIC
    history = words_of(admin.get(reverse("admin:evaluations_criteriaset_history", args=[draft.pk])))
    assert "became “A thematic sitting, on a sheet of its own”" in history and "Phiếu riêng cho kỳ chuyên đề" in history
    admin.post(NEW_SET, set_fields(province, copy_of=draft.pk))
    assert CriteriaSet.objects.get(code="moi").part == SheetPart.THEMATIC


def test_nobody_makes_a_set_for_another_committee(admin, central):
    response = admin.post(NEW_SET, set_fields(central))
    assert "Select a valid choice" in errors(response)
    assert not CriteriaSet.objects.filter(code="moi").exists()


def test_a_set_of_another_province_is_not_copied(draft, central):
    elsewhere = make_committee(name="Tỉnh ủy Khác", level=Level.PROVINCE, parent=central)
    other = as_user(make_user("khac", criteria_admin_of=elsewhere))
    assert "Select a valid choice" in errors(other.post(NEW_SET, set_fields(elsewhere, copy_of=draft.pk)))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "an-phu-2025"}, "already exists"),
        ({"code": "có dấu"}, "made of a–z, 0–9 and dashes"),
        ({"code": "Bad_Code"}, "made of a–z, 0–9 and dashes"),
        ({"effective_from": "01/01/0001"}, "Give a day between"),
        ({"title": ""}, "required"),
        ({"effective_from": "31/02/2026"}, "valid date"),
        ({"effective_to": "2026-03-01"}, "ends after it begins"),
        ({"good_from": "70"}, "Fair begins below Good"),
        ({"average_from": "80"}, "Average begins below Fair"),
        ({"average_from": ""}, "Give all three thresholds"),
        ({"good_from": "ninety"}, "number"),
        ({"good_from": "90.555"}, "2 decimal places"),
        ({"good_from": "-1"}, "At least 0 points."),
        ({"note": "x" * 20_001}, "at most 20000"),
    ],
)
def test_a_faulty_set_is_refused_at_its_field(admin, province, changes, error):
    response = admin.post(NEW_SET, set_fields(province, **changes))
    assert error in errors(response)
    assert set(response.context["adminform"].form.errors) <= set(changes) | {"fair_from"}
    assert not CriteriaSet.objects.filter(title="Phiếu mới").exists()


def test_saving_a_page_untouched_changes_nothing(admin, draft):
    before = as_entry(draft)
    keys = list(Condition.objects.order_by("pk").values_list("pk", flat=True))

    assert save(admin, page_of(draft)).status_code == 302
    for criterion in draft.criteria.filter(code__in=["1", "3.1", "3.3", "4.3", "4.5", "7"]):
        assert save(admin, page_of(criterion)).status_code == 302
    assert as_entry(CriteriaSet.objects.get(pk=draft.pk)) == before
    assert list(Condition.objects.order_by("pk").values_list("pk", flat=True)) == keys


def test_groups_swap_places_and_their_criteria_follow(admin, draft):
    assert save(admin, page_of(draft), **{"groups-0-order": "2", "groups-1-order": "1"}).status_code == 302
    assert [group.code for group in draft.groups.all()][:3] == ["2", "1", "3"]
    assert [line.code for line in draft.criteria.all()][:4] == ["2.1", "2.2", "1", "3.1"]
    assert [line.position for line in draft.criteria.all()] == list(range(1, 29))


def test_groups_swap_codes(admin, draft):
    assert save(admin, page_of(draft), **{"groups-0-code": "2", "groups-1-code": "1"}).status_code == 302
    assert [group.code for group in draft.groups.all()][:3] == ["2", "1", "3"]


def test_two_groups_do_not_take_one_place(admin, draft):
    assert "Another one has this place already" in errors(save(admin, page_of(draft), **{"groups-0-order": "2"}))
    assert [group.code for group in draft.groups.all()][:2] == ["1", "2"]


def test_a_group_that_holds_criteria_is_not_deleted_by_a_tick(admin, draft):
    response = save(admin, page_of(draft), **{"groups-0-DELETE": "on"})
    assert "The group 1 holds criteria" in errors(response)
    assert draft.groups.count() == 8


def test_a_parameter_that_a_condition_asks_is_not_deleted(admin, draft):
    response = save(admin, page_of(draft), **{"parameters-0-DELETE": "on"})
    assert "would require deleting" in errors(response)
    assert Parameter.objects.filter(criteria_set=draft).count() == 3


def test_groups_of_one_code_are_refused(admin, draft):
    assert "groups_have" not in (told := errors(save(admin, page_of(draft), **{"groups-0-code": "2"})))
    assert "duplicate" in told or "already exists" in told


def test_a_draft_is_deleted_with_all_it_holds(admin, draft):
    assert admin.post(page_of(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not CriteriaSet.objects.filter(pk=draft.pk).exists()
    assert not Condition.objects.filter(row__criterion__criteria_set__code="minh-hoa").exists()
    assert CriteriaSet.objects.count() == 3
