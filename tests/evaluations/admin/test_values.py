"""Values of delegated parameters in the criteria admin."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import Parameter, ParameterValue
from tests.evaluations.admin.requests import as_user, errors, page_of, save
from tests.factories import make_committee, make_user

NEW_VALUE, VALUES = reverse("admin:evaluations_parametervalue_add"), reverse("admin:evaluations_parametervalue_changelist")
LONG_AHEAD = "2026-12-31"


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda value=None, timezone=None: date(2026, 11, 16))


@pytest.fixture
def top(published) -> Parameter:
    return published.parameters.get(code="speakers-top")


def value_fields(committee, parameter: Parameter, **changes) -> dict:
    usual = {"cell_kind": "", "from_size": "0", "value": "45", "document": "01-QĐ/TU", "begins_on": LONG_AHEAD}
    return {"committee": committee.pk, "parameter": parameter.pk} | usual | changes


def test_a_value_begins_on_a_day_and_ends_the_one_before(admin, province, top):
    assert admin.post(NEW_VALUE, value_fields(province, top, begins_on="2026-12-01")).status_code == 302
    assert admin.post(NEW_VALUE, value_fields(province, top, value="37.5")).status_code == 302
    assert admin.post(NEW_VALUE, value_fields(province, top, cell_kind="SCHOOL", from_size="30")).status_code == 302
    rows = ParameterValue.objects.order_by("cell_kind", "during").values_list("value", "cell_kind", "from_size", "during")
    assert [(str(value), kind, size, during.lower.month, during.upper and during.upper.day) for value, kind, size, during in rows] == [
        ("45.00", "", 0, 12, 31),
        ("37.50", "", 0, 12, None),
        ("45.00", "SCHOOL", 30, 12, None),
    ]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"value": "101"}, "share in percent, from 0 to 100"),
        ({"value": "-1"}, "greater than or equal to 0"),
        ({"value": "nhiều"}, "Enter a number"),
        ({"from_size": "1001"}, "less than or equal to 1000"),
        ({"cell_kind": "CIRCUS"}, "Select a valid choice"),
        ({"document": ""}, "required"),
        ({"begins_on": "2026-09-30"}, "This reaches months that have begun: 9/2026, 10/2026, 11/2026."),
    ],
)
def test_a_faulty_value_is_refused_at_its_field(admin, province, top, changes, error):
    assert error in errors(admin.post(NEW_VALUE, value_fields(province, top, **changes)))
    assert not ParameterValue.objects.exists()


def test_only_what_a_set_in_force_delegates_is_set(admin, draft, province):
    """The twin of publishing: while the set is a draft, the same request is refused."""
    parameter = draft.parameters.get(code="speakers-top")
    assert "Select a valid choice" in errors(admin.post(NEW_VALUE, value_fields(province, parameter)))


def test_ones_own_is_corrected_and_the_parameter_stays(admin, province, top):
    admin.post(NEW_VALUE, value_fields(province, top))
    value = ParameterValue.objects.get()
    assert save(admin, page_of(value), value="40", ends_on="2027-03-01").status_code == 302
    value.refresh_from_db()
    assert (value.value, value.during.upper, value.parameter) == (40, date(2027, 3, 1), top)
    assert "share in percent" in errors(save(admin, page_of(value), value="140"))


def test_values_above_are_read_those_below_are_not_found(admin, central, province, top):
    commune = make_committee("Đảng ủy xã", parent=province)
    rows = {
        committee: ParameterValue.objects.create(
            parameter=top, committee=committee, value=40, document="QĐ", during=(date(2026, 1, 1), None)
        )
        for committee in (central, province, commune)
    }
    assert {found.pk for found in admin.get(VALUES).context["cl"].queryset} == {rows[central].pk, rows[province].pk}
    assert admin.get(page_of(rows[central])).status_code == 200
    assert admin.post(page_of(rows[central]), {}).status_code == 403
    assert admin.get(page_of(rows[commune])).status_code == 404
    below = as_user(make_user("xa", criteria_admin_of=commune))
    assert below.get(page_of(rows[province])).status_code == 200
    assert below.post(page_of(rows[province]), {}).status_code == 403
    assert save(below, page_of(rows[commune]), document="QĐ 2").status_code == 302
