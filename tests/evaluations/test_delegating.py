"""What documents leave to a committee: which parameters, with which values, set on the page of its office."""

from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from evaluations import delegating
from evaluations.conditions import parse
from evaluations.models import Parameter, ParameterValue
from evaluations.storing import store_conditions
from meetings.models import CellKind, Committee, Level
from meetings.permissions import YES, Authority
from tests.costs import queries_of
from tests.evaluations.month import drafted, put_in_force
from tests.factories import make_committee, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with override("en"):
        yield


@pytest.fixture
def province() -> Committee:
    return make_committee("Tỉnh ủy", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))


@pytest.fixture
def commune(province) -> Committee:
    return make_committee("Đảng ủy xã", parent=province)


@pytest.fixture
def top(province) -> Parameter:
    return put_in_force(province).parameters.get(code="speakers-top")


def login(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(user, BACKEND)
    return client


@pytest.fixture
def in_a_limit(province) -> Parameter:
    """A parameter that only a limit of the class asks."""
    draft = drafted(province)
    parameter = draft.parameters.create(code="muc-chung", title="Mức chung", default=30)
    limit = draft.grade_limits.create(position=1, at_most="FAIR", words="Ít đồng chí phát biểu", clause="điểm 3")
    store_conditions(parse("speakers_rate < muc-chung", ["muc-chung"]), {"muc-chung": parameter}, limit=limit)
    put_in_force(province, draft=draft)
    return parameter


@pytest.fixture
def office(commune) -> Client:
    return login(make_user("van-phong", office_of=commune))


def page(committee: Committee) -> str:
    return reverse("parameters", args=[committee.public_id])


def form_page(committee: Committee, parameter: Parameter) -> str:
    return reverse("parameter_set", args=[committee.public_id, parameter.criteria_set.public_id, parameter.code])


def told(**changes) -> dict:
    usual = {"act": "SET", "begins_on": "2026-12-01", "cell_kind": "", "from_size": "0", "value": "40", "document": "05-QĐ/ĐU"}
    return usual | {"form_key": str(uuid4())} | changes


def stored() -> list[tuple]:
    rows = ParameterValue.objects.order_by("cell_kind", "during")
    return [(row.committee.name, row.cell_kind, row.value, row.during.lower, row.during.upper) for row in rows]


def codes(committee: Committee) -> list[str]:
    return [
        f"{parameter.criteria_set.code}:{parameter.code}"
        for parameter in delegating.delegated_to(committee, today=TODAY)
        if parameter.code == "speakers-top"
    ]


def test_the_nearest_set_for_every_kind_hides_those_above(province, commune):
    put_in_force(province, code="tinh")
    assert codes(commune) == codes(province) == ["tinh:speakers-top"]
    october, both = date(2026, 10, 1), ["tinh:speakers-top", "xa:speakers-top"]
    # For schools only, the commune's set leaves the province's to the rest; before it begins or where it ends, too.
    for begins, ends, kind, expected in (
        (october, None, "", ["xa:speakers-top"]),
        (october, None, CellKind.SCHOOL, both),
        (date(2026, 12, 1), None, "", both),
        (date(2026, 1, 1), date(2027, 1, 1), "", both),
        (date(2026, 1, 1), date(2026, 11, 1), "", ["tinh:speakers-top"]),
    ):
        with transaction.atomic():
            own = drafted(commune, "xa", begins)
            own.effective_to = ends
            own.save()
            put_in_force(commune, draft=own, cell_kinds=(kind,))
            assert sorted(codes(commune)) == expected
            assert codes(province) == ["tinh:speakers-top"]
            transaction.set_rollback(True)


def test_an_office_sets_a_value_for_its_cells(office, commune, top):
    done = office.post(form_page(commune, top), told(), follow=True)
    assert done.redirect_chain[-1][0] == page(commune)
    assert "Recorded." in done.content.decode()
    assert "Measured again" not in done.content.decode()
    assert "40 %" in done.content.decode()
    assert stored() == [("Đảng ủy xã", "", 40, date(2026, 12, 1), None)]


def test_a_second_tap_writes_once_and_a_changed_form_writes_anew(office, commune, top):
    form = told()
    for changes in ({}, {}, {"value": "41"}):
        assert office.post(form_page(commune, top), form | changes).status_code == 302
    assert stored() == [("Đảng ủy xã", "", 41, date(2026, 12, 1), None)]


def test_a_value_ends_the_one_before_and_may_end_without_one_after(office, commune, top):
    office.post(form_page(commune, top), told())
    office.post(form_page(commune, top), told(begins_on="2027-01-01", value="35"))
    assert office.post(form_page(commune, top), told(act="END", begins_on="2027-02-01", value="", document="")).status_code == 302
    assert [row[2:] for row in stored()] == [(40, date(2026, 12, 1), date(2027, 1, 1)), (35, date(2027, 1, 1), date(2027, 2, 1))]
    # What begins on the day it is ended on never was.
    office.post(form_page(commune, top), told(act="END", begins_on="2027-01-01"))
    assert [row[2] for row in stored()] == [40]


def test_a_value_that_would_overlap_a_later_one_is_refused(office, commune, top):
    office.post(form_page(commune, top), told(begins_on="2027-01-01"))
    refused = office.post(form_page(commune, top), told())
    assert refused.status_code == 422
    assert "Another one is in force from 1/1/2027 on." in refused.content.decode()
    assert office.post(form_page(commune, top), told(cell_kind="SCHOOL")).status_code == 302  # for other cells


def test_a_day_that_has_gone_by_names_its_months(office, commune, top):
    past = told(begins_on="2026-10-01")
    assert "months that have begun: 10/2026, 11/2026." in office.post(form_page(commune, top), past).content.decode()
    assert stored() == []
    done = office.post(form_page(commune, top), past | {"past_is_meant": "on"}, follow=True)
    assert "Measured again: 10/2026, 11/2026." in done.content.decode()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"value": ""}, "This field is required"),
        ({"document": ""}, "This field is required"),
        ({"value": "100.5"}, "share in percent, from 0 to 100"),
        ({"value": "1e9"}, "no more than"),
        ({"begins_on": "31/02/2027"}, "There is no such day"),
        ({"begins_on": "2029-01-01"}, "more than a year ahead"),
        ({"act": "GUESS"}, "Select a valid choice"),
        ({"from_size": "-1"}, "greater than or equal to 0"),
        ({"act": "END"}, "On this day there is none to end"),
        ({"document": "x" * 200_000}, "at most 200"),
    ],
)
def test_faulty_input_is_told_at_its_field_and_stores_nothing(office, commune, top, changes, error):
    refused = office.post(form_page(commune, top), told(**changes))
    assert refused.status_code == 422
    assert error in refused.content.decode()
    assert stored() == []


def test_those_above_read_and_do_not_set(province, commune, top):
    board = login(make_user("ban", board_of=province))
    shown = board.get(page(commune)).content.decode()
    assert "set by its own office or criteria admin" in shown
    assert form_page(commune, top) not in shown
    assert board.post(form_page(commune, top), told()).status_code == 403
    assert board.post(form_page(province, top), told()).status_code == 302
    assert [row[0] for row in stored()] == ["Tỉnh ủy"]


def test_twin_with_the_permit_off_those_above_would_set(province, commune, top, monkeypatch):
    monkeypatch.setattr(Authority, "to_set_parameters", lambda self, committee: YES)
    assert login(make_user("ban", board_of=province)).post(form_page(commune, top), told()).status_code == 302


def test_what_is_not_delegated_here_is_not_found(office, commune, top):
    other = put_in_force(make_committee("Tỉnh ủy Khác", Level.PROVINCE, parent=Committee.objects.get(level=Level.CENTRAL)), code="khac")
    assert office.get(form_page(commune, other.parameters.first())).status_code == 404
    top.code = "khong-co"
    assert office.get(form_page(commune, top)).status_code == 404


def test_nothing_delegated_is_said(office, commune):
    assert "leaves a value to it" in office.get(page(commune)).content.decode()


def test_the_page_shows_who_set_what_and_what_it_decides(office, province, commune, top):
    made = [
        (province, (date(2026, 1, 1), None), 45),
        (province, (date(2027, 1, 1), None), 46),
        (commune, (date(2026, 1, 1), date(2026, 6, 1)), 47),
    ]
    for number, (committee, during, value) in enumerate(made):
        ParameterValue.objects.create(
            parameter=top, committee=committee, during=during, value=value, document=f"QĐ {number}", from_size=number
        )
    shown = office.get(page(commune)).content.decode()
    assert "4.5" in shown
    assert "50 %" in shown  # the document's own
    assert "45 %" in shown
    assert "46 %" not in shown  # not begun yet, above
    assert "47 %" in shown


def test_a_parameter_that_a_limit_of_the_class_asks_is_set_too(office, commune, in_a_limit):
    assert "Ít đồng chí phát biểu" in office.get(page(commune)).content.decode()
    assert office.get(form_page(commune, in_a_limit)).status_code == 200


def test_the_page_costs_the_same_for_one_value_and_for_thirty(office, commune, top):
    def grow(sizes: range) -> None:
        for size in sizes:
            ParameterValue.objects.create(
                parameter=top, committee=commune, during=(date(2026, 1, 1), None), value=40, document="QĐ", from_size=size
            )

    grow(range(1))
    few = queries_of(office, page(commune))
    grow(range(1, 30))
    assert queries_of(office, page(commune)) == few
