"""Scores of months, set-based: what each cell's month comes to, under which set, and under whom it is counted."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from evaluations.checking.months import month_score_of, stored_sums, sums_under
from evaluations.checking.points import evaluate_plainly, limits_holding
from evaluations.compiler import Outcome
from evaluations.definition import Definition, Level, Line, definition_of
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import (
    CommitteeSummary,
    CriteriaScope,
    CriteriaSet,
    Criterion,
    CriterionKind,
    Grade,
    MonthFacts,
    MonthScore,
    ScoreSheet,
    ScoreState,
    SheetState,
)
from evaluations.periods import PeriodKind
from evaluations.scoring import evaluate, score
from evaluations.summaries import summarise
from meetings.models import Cell, CellKind, Holiday, Meeting, MeetingKind, MeetingRules, MeetingState, Placement, Posting
from meetings.models import Level as TreeLevel
from tests.evaluations.logs import AS_OF, MONTHS, make_log, make_province
from tests.evaluations.oracle import definitions, levels_for, make_set, steady, stored
from tests.evaluations.test_compiler import FULL, IN_TWO_DAYS, NONE
from tests.factories import SINCE, make_cell, make_committee, make_user

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()


def set_of(code: str, *rows: Level, kind: str = CriterionKind.COMPUTED) -> CriteriaSet:
    """A stored set of one line of 100 points (10,000 hundredths) with these rows; classes from 90, 70 and 50."""
    thresholds = CriteriaSet(good_from=9000, fair_from=7000, average_from=5000)
    line = Line(0, Criterion(code="1", position=0, kind=kind, max_points=10_000, not_applicable="EXCLUDE"), rows)
    return stored(Definition(thresholds, (line,)), make_set(code))


WHOLE, NOTHING = replace(FULL, points=10_000), NONE


def in_force(criteria_set: CriteriaSet, committee, kind: str = "", during=(SINCE, None)) -> CriteriaSet:
    CriteriaScope.objects.create(criteria_set=criteria_set, committee=committee, cell_kind=kind, during=during)
    return criteria_set


def sit(cell, month=NOVEMBER, held_on=None, kind=MeetingKind.REGULAR) -> Meeting:
    columns = {"state": MeetingState.CONCLUDED, "starts_at": time(19), "ends_at": time(20, 30)}
    return Meeting.objects.create(cell=cell, for_month=month, kind=kind, held_on=held_on or month.replace(day=3), **columns)


def send(meeting: Meeting, criteria_set: CriteriaSet | None, levels=(None,), by=None, **columns) -> ScoreSheet:
    columns = {"state": SheetState.SUBMITTED, "submitted_at": NOW, "submitted_by": by or make_user()} | columns
    return ScoreSheet.objects.create(
        cell=meeting.cell, month=meeting.for_month, meeting=meeting, criteria_set=criteria_set, levels=list(levels), **columns
    )


def scored(cell, month=NOVEMBER, as_of=TODAY) -> MonthScore | None:
    """The month's score, made by the set-based way and checked against the slow one."""
    score(Targets.of([(cell.pk, month)]), as_of=as_of)
    facts, sheet = (model.objects.filter(cell=cell, month=month).first() for model in (MonthFacts, ScoreSheet))
    made = MonthScore.objects.filter(cell=cell, month=month).first()
    assert (made and as_columns(made)) == month_score_of(cell, month, facts, sheet)
    return made


def as_columns(row: MonthScore) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in MonthScore._meta.concrete_fields if not field.primary_key}


@steady(3)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_many_at_once_come_to_what_each_comes_to_alone(seed, data):
    MonthScore.objects.all().delete()
    CommitteeSummary.objects.all().delete()
    rng = Random(seed)
    sets = [stored(data.draw(definitions()), make_set(f"bo-{rng.getrandbits(40)}")) for _ in range(3)]
    province = make_province(*sets)
    user = make_user(f"bi-thu-{rng.getrandbits(40)}")
    cells = [make_log(rng, province) for _ in range(5)]
    whole = {criteria_set: definition_of(criteria_set) for criteria_set in sets}
    for meeting in Meeting.objects.monthly().held().filter(cell__in=cells):
        criteria_set = rng.choice([*sets, None])
        levels = data.draw(levels_for(whole[criteria_set])) if criteria_set else None
        if rng.random() < 0.7:
            due_on = rng.choice([None, NOW.date(), NOW.date() - timedelta(days=1)])
            send(meeting, criteria_set, levels or [], by=user, due_on=due_on)
    targets = Targets.of([(cell.pk, month) for cell in cells for month in MONTHS])
    score(targets, as_of=AS_OF)
    summarise(committees_above(targets))

    for sheet in ScoreSheet.objects.filter(cell__in=cells, criteria_set__isnull=False):
        facts = MonthFacts.objects.filter(cell=sheet.cell_id, month=sheet.month).first()
        if facts is None:  # it sat outside its place in the tree
            assert sheet.outcome is None
            continue
        definition = whole[sheet.criteria_set]
        alone, plain = evaluate(definition, facts, sheet.levels), evaluate_plainly(definition, facts, sheet.levels)
        assert sheet.outcome == alone.outcome == plain.outcome
        assert (sheet.counted_max, sheet.total, sheet.grade) == (plain.counted_max, plain.total, plain.grade)
        assert sheet.limits == alone.limits == limits_holding(definition, facts)
        asked = [line.criterion.asks_level for line in definition]
        assert sheet.computed == [None if own else worth for own, worth in zip(asked, plain.points, strict=True)]
    for cell in cells:
        for month in MONTHS:
            scored(cell, month, as_of=AS_OF)
    for committee in (province.central, province.province, *province.parents):
        for month in MONTHS:
            assert stored_sums(committee.pk, month) == sums_under(committee.scope_path, month), committee


def test_scoring_again_changes_nothing():
    cell = make_cell()
    send(sit(cell), set_of("mot", WHOLE))
    rows = []
    for _again in range(2):
        score(Targets.of([(cell.pk, NOVEMBER)]), as_of=TODAY)
        rows.append([list(model.objects.values()) for model in (MonthFacts, ScoreSheet, MonthScore)])
    assert rows[0] == rows[1]


def test_a_cell_without_a_set_in_force_has_no_score_and_is_counted_so():
    cell = make_cell()
    meeting = sit(cell)
    assert scored(cell).state == ScoreState.NO_SET
    send(meeting, None)
    assert (scored(cell).state, scored(cell).total, scored(cell).sent) == (ScoreState.NO_SET, None, True)
    summarise(committees_above(Targets.of([(cell.pk, NOVEMBER)])))
    summary = CommitteeSummary.objects.get(period_kind=PeriodKind.MONTH)
    assert (summary.cells, summary.sent, summary.no_set, summary.scored) == (1, 1, 1, 0)


def test_the_nearest_committees_set_goes_before_and_then_the_more_exact_on_kind():
    province = make_committee("Tỉnh ủy", TreeLevel.PROVINCE)
    commune = make_committee(parent=province)
    villages, school = make_cell(committee=commune), make_cell(committee=commune, kind=CellKind.SCHOOL)
    for cell in (villages, school):
        sit(cell)

    def chosen(cell):
        scored(cell)
        return MonthFacts.objects.get(cell=cell).criteria_set

    provinces = in_force(set_of("tinh", WHOLE), province)
    for_schools = in_force(set_of("tinh-truong-hoc", WHOLE), province, CellKind.SCHOOL)
    assert (chosen(villages), chosen(school)) == (provinces, for_schools)
    communes = in_force(set_of("xa", WHOLE), commune)
    assert (chosen(villages), chosen(school)) == (communes, communes)


def test_the_set_is_the_one_in_force_on_the_sittings_day():
    cell = make_cell()
    committee = Placement.objects.get(cell=cell).parent
    in_force(set_of("cu", WHOLE), committee, during=(SINCE, NOVEMBER))
    new = in_force(set_of("moi", WHOLE), committee, during=(NOVEMBER, None))
    sit(cell, OCTOBER, held_on=date(2026, 11, 2))
    assert scored(cell, OCTOBER).state == ScoreState.NOT_SENT
    assert MonthFacts.objects.get().criteria_set == new


def test_a_line_not_due_leaves_total_and_class_open_until_it_is_posted_or_overdue():
    cell = make_cell()
    meeting = sit(cell)
    sheet = send(meeting, set_of("mot", replace(IN_TWO_DAYS, points=10_000), NOTHING))

    assert scored(cell, as_of=date(2026, 11, 4)).state == ScoreState.NOT_DUE
    sheet.refresh_from_db()
    assert (sheet.outcome, sheet.total, sheet.grade) == ([Outcome.NOT_DUE], None, "")

    assert scored(cell, as_of=date(2026, 11, 6)).total == 0  # a night later its time has passed
    sheet.refresh_from_db()
    assert (sheet.outcome, sheet.grade) == ([1], Grade.POOR)

    Posting.objects.create(meeting=meeting, kind="CONCLUSION", posted_on=date(2026, 11, 5))
    assert scored(cell, as_of=date(2026, 11, 6)).total == 10_000


@pytest.mark.parametrize(
    ("points", "grade"),
    [(10_000, "GOOD"), (9000, "GOOD"), (8999, "FAIR"), (7000, "FAIR"), (6999, "AVERAGE"), (5000, "AVERAGE"), (4999, "POOR"), (0, "POOR")],
)
def test_the_class_turns_exactly_at_its_threshold(points, grade):
    cell = make_cell()
    send(sit(cell), set_of("mot", Level(points, "Mức"), WHOLE, kind=CriterionKind.JUDGED), levels=[0])
    assert (scored(cell).total, scored(cell).grade) == (points, grade)


def test_a_month_nobody_sat_for_is_not_held_and_an_unsent_one_not_sent():
    cell = make_cell()
    assert scored(cell).state == ScoreState.NOT_HELD
    in_force(set_of("mot", WHOLE), Placement.objects.get(cell=cell).parent)
    sit(cell)
    assert scored(cell).state == ScoreState.NOT_SENT


def deadline_after(day: date, count: int, unit: str, path: str) -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadline_after(%s, %s, %s, %s)", [day, count, unit, path])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (0, "WORKING", date(2026, 4, 24)),
        (1, "WORKING", date(2026, 4, 28)),  # Saturday, Sunday and the kings' day of Monday do not count
        (3, "WORKING", date(2026, 5, 4)),  # nor the two days off and the weekend after them
        (3, "CALENDAR", date(2026, 4, 27)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(count, unit, expected):
    Holiday.objects.create(during=(date(2026, 4, 27), date(2026, 4, 28)), name="Giỗ Tổ")
    Holiday.objects.create(during=(date(2026, 4, 30), date(2026, 5, 2)), name="30/4 – 1/5")
    friday = date(2026, 4, 24)
    assert deadline_after(friday, count, unit, make_cell().scope_path) == expected


def test_a_committees_own_holiday_is_one_for_its_cells_only():
    here, elsewhere = make_cell(), make_cell(committee=make_committee("Đảng ủy khác"))
    Holiday.objects.create(committee=Placement.objects.get(cell=here).parent, during=(date(2026, 11, 4), date(2026, 11, 5)), name="Lễ")
    tuesday = date(2026, 11, 3)
    assert deadline_after(tuesday, 1, "WORKING", here.scope_path) == date(2026, 11, 5)
    assert deadline_after(tuesday, 1, "WORKING", elsewhere.scope_path) == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("held_on", "holiday_on", "on_day"),
    [
        (date(2026, 11, 3), None, True),
        (date(2026, 11, 4), None, False),
        (date(2026, 11, 4), date(2026, 11, 3), True),
        (date(2026, 11, 7), date(2026, 11, 3), True),
        (date(2026, 11, 8), date(2026, 11, 3), False),
        (date(2026, 11, 4), date(2026, 11, 4), False),
        (date(2026, 12, 3), None, False),
    ],
)
def test_the_meeting_day_moves_within_its_window_where_it_is_a_holiday(held_on, holiday_on, on_day):
    cell = make_cell()
    committee = Placement.objects.get(cell=cell).parent
    MeetingRules.objects.create(committee=committee, during=(SINCE, None), document="42", meeting_day=3, last_day=7)
    if holiday_on:
        Holiday.objects.create(during=(holiday_on, holiday_on + timedelta(days=1)), name="Lễ")
    sit(cell, held_on=held_on)
    assert scored(cell).held_on_day is on_day


def test_without_rules_no_day_is_asked_and_an_unheld_month_missed_the_one_there_is():
    cell = make_cell()
    assert scored(cell).held_on_day is None
    committee = Placement.objects.get(cell=cell).parent
    MeetingRules.objects.create(committee=committee, during=(SINCE, None), document="42", meeting_day=3, last_day=7)
    assert scored(cell).held_on_day is False


def test_sent_on_time_goes_by_the_day_here_and_not_in_another_time_zone():
    cell = make_cell()
    just_before_midnight = datetime(2026, 11, 6, 23, 50, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    sheet = send(sit(cell), set_of("mot", WHOLE), submitted_at=just_before_midnight, due_on=date(2026, 11, 6))
    assert scored(cell).sent_on_time is True
    ScoreSheet.objects.filter(pk=sheet.pk).update(submitted_at=just_before_midnight + timedelta(minutes=20))
    assert scored(cell).sent_on_time is False
    with override_settings(TIME_ZONE="America/New_York"):
        assert scored(cell).sent_on_time is True


def test_a_cell_that_moves_is_counted_where_it_stood_in_that_month():
    province = make_committee("Tỉnh ủy", TreeLevel.PROVINCE)
    old, new = (make_committee(name, parent=province) for name in ("Đảng ủy xã Cũ", "Đảng ủy xã Mới"))
    cell = make_cell(committee=old)
    Placement.objects.filter(cell=cell).update(during=(SINCE, NOVEMBER))
    Placement.objects.create(cell=cell, parent=new, path=new.scope_path + cell.segment, during=(NOVEMBER, None))
    for month in (OCTOBER, NOVEMBER):
        sit(cell, month)
    assert (scored(cell, OCTOBER).committee, scored(cell, NOVEMBER).committee) == (old, new)
    summarise(committees_above(Targets.of([(cell.pk, OCTOBER), (cell.pk, NOVEMBER)])))
    of_months = CommitteeSummary.objects.filter(period_kind=PeriodKind.MONTH)
    counted = of_months.order_by("first_on", "committee").values_list("first_on__month", "committee", "held")
    assert list(counted) == [(10, province.pk, 1), (10, old.pk, 1), (11, province.pk, 1), (11, new.pk, 1)]


@pytest.mark.parametrize(
    ("during", "sits", "states"),
    [
        ((date(2026, 10, 15), None), False, [None, ScoreState.NOT_HELD]),  # new in October: expected from November
        ((date(2026, 10, 15), None), True, [ScoreState.NO_SET, ScoreState.NO_SET]),  # unless it sat
        ((SINCE, date(2026, 10, 15)), False, [ScoreState.NOT_HELD, None]),  # dissolved: expected in October
        ((SINCE, NOVEMBER), False, [ScoreState.NOT_HELD, None]),
    ],
)
def test_a_cell_is_expected_in_the_months_that_it_began_in_the_tree(during, sits, states):
    cell = make_cell()
    Placement.objects.filter(cell=cell).update(during=during)
    for month in (OCTOBER, NOVEMBER):
        if sits:
            sit(cell, month)
    made = [scored(cell, month) for month in (OCTOBER, NOVEMBER)]
    assert [row and row.state for row in made] == states


def test_a_corrected_place_takes_the_months_score_away():
    cell = make_cell()
    sit(cell, OCTOBER)
    assert scored(cell, OCTOBER)
    Placement.objects.filter(cell=cell).update(during=(NOVEMBER, None))
    assert scored(cell, OCTOBER) is None


def test_a_summary_is_the_sum_over_cells_by_kind_at_every_level():
    central = make_committee("Trung ương", TreeLevel.CENTRAL)
    province = make_committee("Tỉnh ủy", TreeLevel.PROVINCE, parent=central)
    communes = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in range(3)]
    criteria_set = set_of("mot", Level(9500, ""), Level(7500, ""), Level(5500, ""), Level(1500, ""), WHOLE, kind=CriterionKind.JUDGED)
    user = make_user()
    for number in range(24):
        cell = make_cell(committee=communes[number % 2], kind=[CellKind.VILLAGE, CellKind.OFFICE][number % 5 == 0])
        if number % 4:
            meeting = sit(cell)
            if number % 3:
                send(meeting, criteria_set, levels=[number % 5], by=user)
    targets = Targets.under(central.scope_path, NOVEMBER, 0, 2**62)
    score(targets, as_of=TODAY)
    summarise(committees_above(targets))
    for committee in (central, province, *communes):
        assert stored_sums(committee.pk, NOVEMBER) == sums_under(committee.scope_path, NOVEMBER)
    of_central = CommitteeSummary.objects.filter(committee=central, period_kind=PeriodKind.MONTH)
    assert sum(summary.cells for summary in of_central) == Cell.objects.count() == 24
