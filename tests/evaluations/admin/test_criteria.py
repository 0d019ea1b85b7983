"""A criterion with its rows, edited on one page."""

import pytest
from django.urls import reverse

from evaluations.conditions import Asked, written
from evaluations.models import CriteriaSet
from evaluations.set_entries import as_entry
from tests.evaluations.admin.requests import errors, new_criterion, page_of, save, typed


def test_a_row_is_edited_in_words_and_points(admin, draft):
    line = draft.criteria.get(code="4.7")
    response = save(
        admin,
        page_of(line),
        **{
            "max_points": "1.5",
            "rows-0-points": "1.5",
            "rows-0-when": "ideology_minutes ≥ 20\nis_secret = no",
            "rows-0-words": "Từ 20 phút",
        },
    )
    assert response.url == page_of(draft)
    line.refresh_from_db()
    row = line.rows.first()
    assert (line.max_points, row.points, row.words) == (1_50, 1_50, "Từ 20 phút")
    assert [str(condition) for condition in row.conditions.all()] == ["ideology_minutes >= 20.00", "is_secret = 0.00"]


def test_where_a_criterion_applies_is_edited_the_same_way(admin, draft):
    line = draft.criteria.get(code="4.3")
    save(admin, page_of(line), applies_when="thematic_held = yes; speakers_rate > speakers-third")
    assert [condition.measure for condition in line.applies_when.all()] == ["thematic_held", "speakers_rate"]
    save(admin, page_of(line), applies_when="")
    assert not line.applies_when.exists()


def test_rows_change_places(admin, draft):
    line = draft.criteria.get(code="2.1")
    save(admin, page_of(line), **{"rows-0-order": "2", "rows-1-order": "1"})
    assert [row.points for row in line.rows.all()] == [4_00, 1_00, 3_00, 2_00, 1_00]


def test_a_row_without_a_place_goes_last_and_one_is_deleted(admin, draft):
    line = draft.criteria.get(code="4.7")
    changes = {
        "rows-TOTAL_FORMS": "3",
        "rows-1-DELETE": "on",
        "rows-2-order": "",
        "rows-2-points": "0.25",
        "rows-2-words": "Khác",
        "rows-2-id": "",
        "rows-2-criterion": str(line.pk),
    }
    assert save(admin, page_of(line), **changes).status_code == 302
    assert [(row.points, row.words) for row in line.rows.all()] == [(1_00, "Từ 15 phút"), (25, "Khác")]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"rows-0-when": "minute >= 5"}, "There is no measure “minute”. Is “minutes” meant?"),
        ({"rows-0-when": "minutes >= 5; speakers_rate > share"}, "a delegated parameter (speakers-second, speakers-third, speakers-top)"),
        ({"rows-0-when": "minutes"}, "is no comparison"),
        ({"rows-0-points": "a"}, "Enter a number"),
        ({"rows-0-words": ""}, "required"),
        ({"rows-0-order": "2"}, "Another one has this place already"),
        ({"rows-0-order": "0"}, "greater than or equal to 1"),
        ({"applies_when": "is_secret > 0"}, "“is_secret” is yes or no"),
        ({"code": "4.6"}, "Another criterion of this set has this code"),
        ({"title": ""}, "required"),
        ({"clause": "x" * 201}, "at most 200"),
        ({"kind": "GUESSED"}, "Select a valid choice"),
    ],
)
def test_a_faulty_field_refuses_the_save_and_stores_nothing(admin, draft, changes, error):
    line = draft.criteria.get(code="4.7")
    before = as_entry(draft)
    response = save(admin, page_of(line), reading="Khác", **changes)
    assert error in errors(response).replace("&quot;", '"')
    assert "Khác" in response.content.decode()  # what was typed is still there
    assert as_entry(draft) == before


def test_a_criterion_does_not_go_to_a_group_or_frame_of_another_set(admin, draft):
    line = draft.criteria.get(code="4.7")
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    assert "Select a valid choice" in errors(save(admin, page_of(line), group=str(sample.groups.first().pk)))
    assert "Select a valid choice" in errors(save(admin, page_of(line), concretises=str(sample.criteria.first().pk)))


def test_a_row_of_another_criterion_is_not_written_through_this_page(admin, draft):
    line, other = draft.criteria.get(code="4.7"), draft.criteria.get(code="4.6")
    before = as_entry(draft)
    save(admin, page_of(line), **{"rows-0-id": str(other.rows.first().pk), "rows-0-words": "Khác"})
    assert as_entry(draft) == before


def criterion_fields(draft: CriteriaSet, **changes) -> dict:
    return {
        "group": draft.groups.get(code="2").pk,
        "order": "",
        "code": "2.3",
        "title": "Dòng mới",
        "max_points": "2",
        "kind": "COMPUTED",
        "clause": "c",
        "concretises": "",
        "applies_when": "is_secret = no",
        "not_applicable": "EXCLUDE",
        "reading": "",
        "rows-TOTAL_FORMS": "2",
        "rows-INITIAL_FORMS": "0",
        "rows-0-points": "2",
        "rows-0-when": "unexcused = 0",
        "rows-0-words": "Đủ",
        "rows-1-points": "0",
        "rows-1-words": "Thiếu",
    } | changes


def test_a_new_criterion_goes_to_the_end_of_its_group(admin, draft):
    response = admin.post(new_criterion(draft), criterion_fields(draft))
    assert response.url == page_of(draft)
    line = draft.criteria.get(code="2.3")
    assert [entry.code for entry in draft.criteria.all()][:5] == ["1", "2.1", "2.2", "2.3", "3.1"]
    assert [(row.position, row.points, row.conditions.count()) for row in line.rows.all()] == [(1, 2_00, 1), (2, 0, 0)]
    assert line.applies_when.get().measure == "is_secret"


def test_a_new_criterion_may_name_its_place(admin, draft):
    admin.post(new_criterion(draft), criterion_fields(draft, order="2"))
    assert [entry.code for entry in draft.criteria.all()][:4] == ["1", "2.3", "2.1", "2.2"]


def test_a_criterion_is_deleted_and_the_rest_close_up(admin, draft):
    response = admin.post(page_of(draft.criteria.get(code="2.1"), "delete"), {"post": "yes"})
    assert response.url == page_of(draft)
    assert [line.position for line in draft.criteria.all()] == list(range(1, 28))


@pytest.mark.parametrize("key", ["", "0", "x", "99999999999", "-1"])
def test_a_new_criterion_without_its_set_is_not_found(admin, key):
    assert admin.get(f"{reverse('admin:evaluations_criterion_add')}?set={key}").status_code == 404


@pytest.mark.parametrize("initial", ["-1", "0", "1"])
def test_rows_that_the_page_did_not_show_are_not_written_over(admin, draft, initial):
    """Added by someone else since, or a count that was made by hand."""
    before = as_entry(draft)
    for page, rows in ((page_of(draft.criteria.get(code="4.7")), "rows"), (page_of(draft), "groups")):
        assert "this page did not show" in errors(save(admin, page, **{f"{rows}-INITIAL_FORMS": initial}))
    assert as_entry(draft) == before


def test_odd_text_is_stored_clean_or_refused(admin, draft):
    line = draft.criteria.get(code="4.7")
    save(admin, page_of(line), title="Hoa\u0300 \u200b\u202e bình", **{"rows-0-words": "a\u0301"})
    line.refresh_from_db()
    assert (line.title, line.rows.first().words) == ("Hoà  bình", "á")
    assert admin.post(page_of(line), typed(admin.get(page_of(line))) | {"title": "a\0b"}).status_code == 400


TABLE = "90; 4; Từ 90 %\n75; 3; Từ 75 %\n; 1; Dưới 75 %"


def fill(admin, line, **said):
    return admin.post(page_of(line, "fill"), {"shape": "BANDS", "measure": "attendance_rate", "table": TABLE, "why": "Theo bảng in"} | said)


def test_rows_are_filled_in_from_a_table_and_are_rows_like_any_other(admin, draft):
    line = draft.criteria.get(code="2.1")
    assert admin.get(page_of(line, "fill")).status_code == 200
    assert fill(admin, line).status_code == 302
    rows = [(row.points, row.words, written(map(Asked.of, row.conditions.all()))) for row in line.rows.all()]
    assert rows == [(400, "Từ 90 %", "attendance_rate >= 90"), (300, "Từ 75 %", "attendance_rate >= 75"), (100, "Dưới 75 %", "")]
    assert draft.versions.get().why == "Theo bảng in"
    assert save(admin, page_of(line)).status_code == 302, "the rows are edited as always"
    assert fill(admin, line, shape="YES_NO", measure="files_posted", table="4; Có\n0; Không").status_code == 302
    assert fill(admin, line, shape="LEVELS", measure="", table="4; Tốt\n2; Được\n0; Chưa").status_code == 302
    assert list(line.rows.values_list("points", flat=True)) == [400, 200, 0]


@pytest.mark.parametrize(
    "said",
    [
        {"table": "90 4"},
        {"measure": "files_posted"},
        {"measure": "no such"},
        {"shape": "YES_NO"},
        {"shape": "x"},
        {"table": "1; 1; a\n" * 2000},
    ],
    ids=str,
)
def test_a_faulty_table_is_named_and_the_rows_stay(admin, draft, said):
    line = draft.criteria.get(code="2.1")
    before = as_entry(draft)
    page = fill(admin, line, **said)
    assert page.status_code == 422 and page.context["form"].errors
    assert as_entry(draft) == before
