"""The set-based facts are those that plain Python reads out of the log, row by row."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.checking.facts import facts_of_sitting
from evaluations.measuring import Targets, measure
from evaluations.models import CriteriaScope, MonthFacts, SheetPart
from meetings.models import (
    Attendance,
    Meeting,
    MeetingState,
    Placement,
    Posting,
    PostingKind,
    Presence,
    Task,
    TaskReport,
    TaskState,
)
from tests.evaluations.logs import AS_OF, MONTHS, make_log, make_province
from tests.evaluations.measured import FEBRUARY, JANUARY, MARCH, as_columns, excuse, seen, sit
from tests.evaluations.oracle import make_set, steady
from tests.factories import make_cell, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    """A set of each part in force here and there; that of thematic sittings not everywhere where there is one of months."""
    sets = [make_set(f"bo-{number}") for number in range(4)]
    province = make_province(*sets)
    scopes = sets[1].scopes.all() | sets[3].scopes.all()
    thematic = make_set("bo-chuyen-de", SheetPart.THEMATIC)
    CriteriaScope.objects.bulk_create(
        CriteriaScope(criteria_set=thematic, committee=scope.committee, part=thematic.part, during=scope.during) for scope in scopes
    )
    return province


@pytest.fixture
def cell():
    return make_cell()


@steady(15)
@given(seed=st.integers(0, 2**32))
def test_sql_and_plain_python_measure_the_same_on_random_logs(province, seed):
    rng = Random(seed)
    cells = [make_log(rng, province) for _ in range(2)]
    measure(Targets.of([(cell.pk, month) for cell in cells for month in MONTHS]), as_of=AS_OF)
    stored = {(facts.meeting_id, facts.part): as_columns(facts) for facts in MonthFacts.objects.filter(cell__in=cells)}
    held = Meeting.objects.held().filter(cell__in=cells)
    parts = [(meeting, SheetPart.MONTH) for meeting in held.monthly()] + [(meeting, SheetPart.THEMATIC) for meeting in held.thematic()]
    plain = {(meeting.pk, part): facts_of_sitting(meeting, part, as_of=AS_OF) for meeting, part in parts}
    assert {key for key, facts in plain.items() if facts} == set(stored)
    for key, facts in stored.items():
        assert facts == plain[key]


def test_measuring_again_changes_nothing_and_a_sitting_undone_loses_its_facts(cell):
    meeting = sit(cell, JANUARY)
    targets = Targets.of([(cell.pk, JANUARY)])
    assert measure(targets, as_of=AS_OF) == 1
    first = MonthFacts.objects.values().get()
    assert measure(targets, as_of=AS_OF) == 1
    assert MonthFacts.objects.values().get() == first
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.CANCELLED)
    assert measure(targets, as_of=AS_OF) == 0
    assert not MonthFacts.objects.exists()


def test_a_run_worked_on_after_its_day_turns_no_days_back_and_reads_the_log_as_it_is(cell):
    meeting = sit(cell, JANUARY)
    targets, day = Targets.of([(cell.pk, JANUARY)]), AS_OF + timedelta(days=1)
    measure(targets, as_of=day)
    Meeting.objects.filter(pk=meeting.pk).update(is_secret=True)
    measure(targets, as_of=AS_OF)
    facts = MonthFacts.objects.get()
    assert (facts.measured_on, facts.conclusion_lag_days, facts.is_secret) == (day, (day - meeting.held_on).days, True)


def test_a_month_before_the_corrected_place_loses_its_facts(cell):
    sit(cell, JANUARY)
    measure(Targets.of([(cell.pk, JANUARY)]), as_of=AS_OF)
    Placement.objects.filter(cell=cell).update(during=(FEBRUARY, None))
    measure(Targets.of([(cell.pk, JANUARY)]), as_of=AS_OF)
    assert not MonthFacts.objects.exists()


def test_a_run_of_excused_absences_ends_where_the_member_came_or_was_exempt(cell):
    member = make_member(cell)
    told = [Presence.EXCUSED, Presence.EXCUSED, Presence.PRESENT, Presence.EXCUSED, Presence.EXCUSED, Presence.EXCUSED]
    for number, presence in enumerate(told, start=1):
        excuse(sit(cell, date(2026, number, 1)), member, presence)
    assert [seen(cell, date(2026, number, 1)).longest_excused_run for number in range(1, 7)] == [1, 2, 2, 2, 2, 3]
    Attendance.objects.filter(meeting__for_month=date(2026, 5, 1)).update(exemption="EXEMPT")
    assert seen(cell, date(2026, 6, 1)).longest_excused_run == 2


def test_a_run_counts_sittings_and_starts_anew_each_year(cell):
    member = make_member(cell)
    for month in (date(2025, 11, 1), date(2025, 12, 1), JANUARY, MARCH):
        excuse(sit(cell, month), member)
    assert seen(cell, date(2025, 12, 1)).longest_excused_run == 2
    assert seen(cell, MARCH).longest_excused_run == 2  # nobody sat in February


def test_a_task_falls_due_once_at_the_first_sitting_from_its_day_on(cell):
    given = sit(cell, date(2025, 12, 1))
    sittings = [sit(cell, month) for month in (JANUARY, FEBRUARY, MARCH)]
    without_day, late = (
        Task.objects.create(meeting=given, number=number, text="Việc", due_on=due_on)
        for number, due_on in enumerate([None, date(2026, 1, 20)])
    )
    TaskReport.objects.create(task=without_day, meeting=sittings[0], state=TaskState.PARTLY)
    TaskReport.objects.create(task=without_day, meeting=sittings[1], state=TaskState.DONE)
    TaskReport.objects.create(task=late, meeting=sittings[1], state=TaskState.DONE)
    # January stays January: what was reported in February does not change it.
    asked = [(facts.tasks_due, facts.tasks_done, facts.tasks_partly) for facts in (seen(cell, m) for m in (JANUARY, FEBRUARY, MARCH))]
    assert asked == [(1, 0, 1), (1, 1, 0), (0, 0, 0)]


def test_two_sittings_of_one_day_follow_by_the_month_they_are_for(cell):
    day = date(2026, 2, 3)
    january, _february = sit(cell, JANUARY, held_on=day), sit(cell, FEBRUARY, held_on=day)
    Task.objects.create(meeting=january, number=1, text="Việc")
    assert (seen(cell, JANUARY).tasks_due, seen(cell, FEBRUARY).tasks_due) == (0, 1)


def test_what_comes_after_the_sitting_is_pending_until_it_is_posted(cell):
    meeting = sit(cell, JANUARY)
    facts = seen(cell, JANUARY, as_of=meeting.held_on + timedelta(days=5))
    assert (facts.pending, facts.conclusion_lag_days) == (["conclusion_lag_days"], 5)
    Posting.objects.create(meeting=meeting, kind=PostingKind.CONCLUSION, posted_on=meeting.held_on + timedelta(days=1))
    facts = seen(cell, JANUARY)
    assert (facts.pending, facts.conclusion_lag_days) == ([], 1)


def test_a_sitting_without_an_end_has_its_length_pending(cell):
    sit(cell, JANUARY, state=MeetingState.HELD, ends_at=None)
    facts = seen(cell, JANUARY)
    assert facts.minutes is None and "minutes" in facts.pending


def test_exempt_ones_who_come_are_present_and_outside_the_rate(cell):
    meeting = sit(cell, JANUARY)
    for presence, exemption in (
        (Presence.PRESENT, ""),
        (Presence.PRESENT, "EXEMPT"),
        (Presence.UNEXCUSED, ""),
        (Presence.UNEXCUSED, "SUSPENDED"),
        (Presence.SPECIAL_DUTY, ""),
    ):
        excuse(meeting, make_member(cell), presence, exemption=exemption)
    excuse(meeting, make_member(cell), Presence.PRESENT, standing="")
    Attendance.objects.create(meeting=meeting, guest_name="Khách mời", presence=Presence.PRESENT)
    facts = seen(cell, JANUARY)
    assert (facts.roster_size, facts.expected, facts.expected_present, facts.present, facts.unexcused) == (5, 2, 1, 2, 1)


def test_targets_from_a_month_on_go_across_the_year_and_stop_at_the_day(cell):
    for month in (date(2025, 12, 1), JANUARY, FEBRUARY):
        sit(cell, month)
    noted = [(cell.pk, date(2025, 12, 1)), (cell.pk, FEBRUARY)]
    assert measure(Targets.from_month_on(noted, until=JANUARY), as_of=AS_OF) == 2
    measured = set(MonthFacts.objects.values_list("month", flat=True))
    assert measured == {date(2025, 12, 1), JANUARY}
    assert measure(Targets.from_month_on([(cell.pk, date(1900, 1, 1))], until=FEBRUARY), as_of=AS_OF) == 3
