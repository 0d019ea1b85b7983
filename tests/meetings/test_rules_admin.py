"""Meeting rules and holidays in the admin: dated, one's own; a new one ends the one before."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from meetings import in_force
from meetings.admin.dated import DatedPage
from meetings.models import Committee, Holiday, Level, MeetingRules
from meetings.permissions import YES
from meetings.recording import Refused
from tests.costs import queries_of
from tests.evaluations.admin.requests import as_user, errors, page_of, save
from tests.factories import make_committee, make_user
from tests.meetings.closed_months import lock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
NEW_RULES, RULES = reverse("admin:meetings_meetingrules_add"), reverse("admin:meetings_meetingrules_changelist")
NEW_HOLIDAY, HOLIDAYS = reverse("admin:meetings_holiday_add"), reverse("admin:meetings_holiday_changelist")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with override("en"):
        yield


@pytest.fixture
def central() -> Committee:
    return make_committee("Trung ương", Level.CENTRAL)


@pytest.fixture
def province(central) -> Committee:
    return make_committee("Tỉnh ủy", Level.PROVINCE, parent=central)


@pytest.fixture
def admin(province) -> Client:
    return as_user(make_user("tieu-chi", criteria_admin_of=province))


def rules_of(committee: Committee, since: date, until: date | None = None, **fields) -> MeetingRules:
    return MeetingRules.objects.create(committee=committee, during=(since, until), **{"document": "42-HD/BTCTW", "meeting_day": 3} | fields)


def spans(committee: Committee) -> list[tuple]:
    rows = MeetingRules.objects.filter(committee=committee).order_by("during")
    return [(row.during.lower, row.during.upper, row.meeting_day) for row in rows]


def rules_fields(committee: Committee, **changes) -> dict:
    usual = {"document": "01-HD/TU", "begins_on": "2026-12-01", "meeting_day": "5", "last_day": "7"}
    units = {"conclusion_lag_unit": "CALENDAR", "sending_lag_unit": "WORKING"}
    return {"committee": committee.pk} | usual | units | changes


def test_new_rules_begin_on_a_day_and_end_the_ones_before(admin, province):
    rules_of(province, date(2026, 1, 1))
    assert admin.post(NEW_RULES, rules_fields(province)).status_code == 302
    assert spans(province) == [(date(2026, 1, 1), date(2026, 12, 1), 3), (date(2026, 12, 1), None, 5)]


def test_new_rules_of_the_same_day_replace_them(admin, province):
    rules_of(province, date(2026, 12, 1))
    assert admin.post(NEW_RULES, rules_fields(province)).status_code == 302
    assert spans(province) == [(date(2026, 12, 1), None, 5)]


def test_rules_that_would_overlap_later_ones_are_refused_in_a_sentence(admin, province):
    rules_of(province, date(2026, 12, 15))
    told = errors(admin.post(NEW_RULES, rules_fields(province)))
    assert "Another one is in force from 15/12/2026 on." in told
    rules_of(province, date(2026, 12, 10), date(2026, 12, 12))
    assert "from 10/12/2026 until 12/12/2026" in errors(admin.post(NEW_RULES, rules_fields(province)))
    assert len(spans(province)) == 2


def test_twin_without_the_check_the_database_would_be_the_first_to_object(admin, province, monkeypatch):
    rules_of(province, date(2026, 12, 15))
    monkeypatch.setattr(in_force, "check_free", lambda rivals, begins_on, ends_on=None: None)
    with pytest.raises(Exception, match="a_committee_has_one_set_of_rules_at_a_time"):
        admin.post(NEW_RULES, rules_fields(province))


@pytest.fixture(params=[True, False], ids=["guarded", "twin without the guard"])
def guarded(request, monkeypatch) -> bool:
    if not request.param:
        monkeypatch.setattr(in_force, "lock_reached", lambda *args: None)
    return request.param


@pytest.mark.parametrize("whose", ["own", "above", "below"])
def test_what_holds_for_all_is_not_changed_back_into_closed_months(admin, province, central, guarded, whose):
    committee = {"own": province, "above": central, "below": make_committee("Đảng ủy xã", parent=province)}[whose]
    lock(committee, date(2026, 9, 1), date(2026, 10, 1))
    old = rules_of(province, date(2026, 1, 1))
    new = rules_fields(province, begins_on="1/9/2026", past_is_meant="on")
    corrected = {"meeting_day": "9", "past_is_meant": "on"}
    if guarded:
        sentence = f"{committee} has closed months before 1/10/2026"
        assert sentence in errors(admin.post(NEW_RULES, new))
        assert sentence in errors(save(admin, page_of(old), **corrected))
        assert admin.post(page_of(old, "delete"), {"post": "yes"}).status_code == 403
        assert spans(province) == [(date(2026, 1, 1), None, 3)]
        assert admin.post(NEW_RULES, new | {"begins_on": "1/10/2026"}).status_code == 302
    else:
        assert save(admin, page_of(old), **corrected).status_code == 302
        assert admin.post(NEW_RULES, new).status_code == 302
        assert admin.post(page_of(old, "delete"), {"post": "yes"}).status_code == 302


def test_a_beginning_that_has_gone_by_names_its_months_and_wants_a_tick(admin, province):
    rules_of(province, date(2026, 1, 1))
    told = errors(admin.post(NEW_RULES, rules_fields(province, begins_on="1/9/2026")))
    assert "This reaches months that have begun: 9/2026, 10/2026, 11/2026." in told
    assert len(spans(province)) == 1
    done = admin.post(NEW_RULES, rules_fields(province, begins_on="1/9/2026", past_is_meant="on"), follow=True)
    assert "Measured again: 9/2026, 10/2026, 11/2026." in done.content.decode()
    assert spans(province)[1] == (date(2026, 9, 1), None, 5)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"begins_on": "31/02/2026"}, "There is no such day"),
        ({"begins_on": ""}, "required"),
        ({"begins_on": "2036-12-01"}, "more than a year ahead"),
        ({"begins_on": "0026-12-01"}, "too far back"),
        ({"document": ""}, "required"),
        ({"meeting_day": "29"}, "less than or equal to 28"),
        ({"meeting_day": "0"}, "greater than or equal to 1"),
        ({"meeting_day": "8"}, "The window ends on the day of the meeting or later"),
        ({"meeting_day": ""}, "A window needs the day"),
        ({"last_day": "32"}, "less than or equal to 31"),
        ({"files_lead_days": "-1"}, "greater than or equal to 0"),
        ({"sending_lag_days": "91"}, "less than or equal to 90"),
        ({"sending_lag_unit": "WEEKS"}, "Select a valid choice"),
        ({"document": "x" * 201}, "at most 200"),
    ],
)
def test_faulty_rules_are_refused_at_their_field(admin, province, changes, error):
    response = admin.post(NEW_RULES, rules_fields(province, **changes))
    assert error in errors(response)
    assert spans(province) == []


def test_new_rules_start_as_what_holds_now_for_the_nearest_hold_whole(admin, central, province):
    rules_of(central, date(2026, 1, 1), sending_lag_days=3, sending_lag_unit="WORKING")
    initial = admin.get(NEW_RULES).context["adminform"].form.initial
    assert (initial["meeting_day"], initial["sending_lag_days"]) == (3, 3)
    assert "document" not in initial


def test_ones_own_are_corrected_and_given_an_end(admin, province):
    rules = rules_of(province, date(2026, 12, 1))
    assert save(admin, page_of(rules), meeting_day="4", ends_on="2027-03-01").status_code == 302
    assert spans(province) == [(date(2026, 12, 1), date(2027, 3, 1), 4)]
    assert "The end lies before the beginning" in errors(save(admin, page_of(rules), ends_on="2026-12-01"))
    later = rules_of(province, date(2027, 3, 1))
    assert "from 1/3/2027 on" in errors(save(admin, page_of(rules), ends_on="2027-03-02"))
    assert "until 1/3/2027" in errors(save(admin, page_of(later), begins_on="2027-02-28"))


@pytest.mark.parametrize(
    ("changes", "months"),
    [
        ({"meeting_day": "4"}, "8/2026, 9/2026, 10/2026, 11/2026"),
        ({"ends_on": "2026-10-01"}, "10/2026, 11/2026"),
        ({"begins_on": "2026-07-20"}, "7/2026, 8/2026, 9/2026, 10/2026, 11/2026"),
        ({"begins_on": "2026-01-20"}, "1/2026 to 11/2026 (11 months)"),
    ],
)
def test_a_correction_names_the_months_that_it_reaches(admin, province, changes, months):
    rules = rules_of(province, date(2026, 8, 10))
    assert f"begun: {months}." in errors(save(admin, page_of(rules), **changes))
    assert save(admin, page_of(rules), past_is_meant="on", **changes).status_code == 302


@pytest.mark.parametrize("changes", [{"document": "05-HD/TU"}, {"ends_on": "2027-01-01"}])
def test_a_correction_of_words_or_of_what_lies_ahead_reaches_none(admin, province, changes):
    rules = rules_of(province, date(2026, 8, 10))
    assert save(admin, page_of(rules), **changes).status_code == 302


def test_deleting_ones_own_says_what_is_measured_again(admin, province):
    rules = rules_of(province, date(2026, 8, 10), date(2026, 10, 1))
    done = admin.post(page_of(rules, "delete"), {"post": "yes"}, follow=True)
    assert "Measured again: 8/2026, 9/2026." in done.content.decode()
    assert spans(province) == []


def test_what_the_committees_above_set_is_read_and_says_why(admin, central):
    rules, everywhere = rules_of(central, date(2026, 1, 1)), Holiday.objects.create(during=(date(2026, 9, 2), date(2026, 9, 3)), name="Lễ")
    for row, reason in ((rules, "set by its own criteria admin"), (everywhere, "set for the whole country")):
        shown = admin.get(page_of(row))
        assert reason in shown.content.decode()
        assert b'name="_save"' not in shown.content
        assert admin.post(page_of(row), {"document": "Khác"}).status_code == 403
        assert admin.post(page_of(row, "delete"), {"post": "yes"}).status_code == 403
    assert [found.pk for found in admin.get(RULES).context["cl"].queryset] == [rules.pk]


def test_twin_with_the_permit_off_the_same_post_would_be_stored(admin, central, monkeypatch):
    rules = rules_of(central, date(2026, 12, 1))
    monkeypatch.setattr(DatedPage, "permit", lambda self, request, obj: YES)
    assert save(admin, page_of(rules), meeting_day="4").status_code == 302
    assert spans(central)[0][2] == 4


def test_what_others_set_is_not_found(admin, central, province):
    beside, below = make_committee("Tỉnh ủy Khác", Level.PROVINCE, parent=central), make_committee("Đảng ủy xã", parent=province)
    for committee in (beside, below):
        rules = rules_of(committee, date(2026, 12, 1))
        for action in ("change", "delete", "history"):
            assert admin.get(page_of(rules, action)).status_code == 404
        assert admin.post(page_of(rules), rules_fields(committee)).status_code == 404
        assert "Select a valid choice" in errors(admin.post(NEW_RULES, rules_fields(committee, begins_on="2026-12-05")))
    assert not admin.get(RULES).context["cl"].queryset


def holiday_fields(committee: Committee, **changes) -> dict:
    return {"committee": committee.pk, "name": "Tết", "begins_on": "2027-02-05", "ends_on": "2027-02-12"} | changes


def test_holidays_are_spans_that_do_not_overlap(admin, province):
    assert admin.post(NEW_HOLIDAY, holiday_fields(province)).status_code == 302
    again = admin.post(NEW_HOLIDAY, holiday_fields(province, begins_on="2027-02-01", ends_on="2027-02-06"))
    assert "from 5/2/2027 until 12/2/2027" in errors(again)
    assert admin.post(NEW_HOLIDAY, holiday_fields(province, begins_on="2027-02-12", ends_on="2027-02-13")).status_code == 302
    assert Holiday.objects.filter(committee=province).count() == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ends_on": ""}, "required"),
        ({"ends_on": "2027-02-05"}, "before the beginning"),
        ({"ends_on": "2027-08-05"}, "very long for a holiday"),
        ({"name": ""}, "required"),
        ({"begins_on": "2026-10-05", "ends_on": "2026-10-07"}, "This reaches months that have begun: 10/2026."),
    ],
)
def test_a_faulty_holiday_is_refused_at_its_field(admin, province, changes, error):
    assert error in errors(admin.post(NEW_HOLIDAY, holiday_fields(province, **changes)))
    assert not Holiday.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 11, 16), None, ""),
        (date(2026, 11, 15), None, "11/2026"),
        (date(2026, 9, 30), date(2026, 10, 1), "9/2026"),
        (date(2025, 12, 31), date(2026, 2, 2), "12/2025, 1/2026, 2/2026"),
        (date(2025, 1, 1), None, "1/2025 to 11/2026 (23 months)"),
    ],
)
def test_months_that_a_span_reaches(since, until, months):
    assert in_force.in_words(in_force.months_reached(since, until, today=NOW.date())) == months


def test_ending_needs_one_in_force(province):
    rivals = MeetingRules.objects.filter(committee=province)
    rules_of(province, date(2026, 1, 1), date(2026, 12, 1))
    with pytest.raises(Refused, match="none to end"):
        in_force.end(committee=province, rivals=rivals, on=date(2026, 12, 1), at=NOW)
    in_force.end(committee=province, rivals=rivals, on=date(2026, 11, 20), at=NOW)
    assert spans(province) == [(date(2026, 1, 1), date(2026, 11, 20), 3)]
    in_force.end(committee=province, rivals=rivals, on=date(2026, 1, 1), at=NOW)
    assert spans(province) == []


def test_the_lists_cost_the_same_for_one_row_and_for_thirty(admin, province):
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            day = date(2026, 1, 1) + timedelta(days=number)
            rules_of(province, day, day + timedelta(days=1))
            Holiday.objects.create(committee=province, during=(day, day + timedelta(days=1)), name="Lễ")

    grow(0, 1)
    queries_of(admin, RULES)  # what the first request alone costs
    few = queries_of(admin, RULES), queries_of(admin, HOLIDAYS)
    grow(1, 30)
    assert (queries_of(admin, RULES), queries_of(admin, HOLIDAYS)) == few
