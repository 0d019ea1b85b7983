"""What holds for a whole subtree – a set in force, a parameter, rules, a holiday – changes for past months: those are scored anew."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from cellquality.embedded import APP, OWNER
from cellquality.processes import wait_until
from evaluations import changes, running, tasks
from evaluations.models import ChangedScope, Condition, CriteriaScope, MonthFacts, MonthScore, Parameter, ParameterValue, Run
from evaluations.periods import Month
from evaluations.submission import submit
from meetings.models import Cell, Committee, Holiday, Level, Meeting, MeetingRules, MeetingState
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.month import drafted, filled_in, posted, put_in_force, recorded_month
from tests.evaluations.test_changes import transaction_of_another
from tests.factories import SINCE, make_cell, make_committee

NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (8, 9, 10, 11))


def sit(cell: Cell, month: date = NOVEMBER, **columns) -> Meeting:
    usual = {"state": MeetingState.HELD, "held_on": month.replace(day=3), "starts_at": time(19), "ends_at": time(20, 30)}
    return Meeting.objects.create(cell=cell, for_month=month, **usual | columns)


def noted() -> set[tuple[int | None, date | None, date | None]]:
    """The changes of subtrees since they were last read: (committee, from, until)."""
    seen = {(change.committee_id, change.during.lower, change.during.upper) for change in ChangedScope.objects.all()}
    ChangedScope.objects.all().delete()
    return seen


def take_and_work() -> list[tuple[Committee, date]]:
    """Set out what changed and work it all off. Returns the runs' committees and months."""
    known = set(Run.objects.values_list("pk", flat=True))
    changes.take_scopes(as_of=TODAY, at=NOW)
    while keys := running.chunks_to_send(at=NOW):
        for key in keys:
            assert running.work_chunk(key, at=NOW)
    return [(run.committee, run.month) for run in Run.objects.exclude(pk__in=known).order_by("committee", "month")]


def a_scope(committee: Committee, during) -> CriteriaScope:
    return CriteriaScope(criteria_set=drafted(committee), committee=committee, during=during)


def a_value(committee: Committee, during) -> ParameterValue:
    parameter = Parameter.objects.create(criteria_set=drafted(committee), code="share", title="Tỷ lệ", default=50)
    return ParameterValue(parameter=parameter, committee=committee, value=40, document="QĐ 1", during=during)


def some_rules(committee: Committee, during) -> MeetingRules:
    return MeetingRules(committee=committee, document="QĐ 1", during=during, meeting_day=3)


def a_holiday(committee: Committee, during) -> Holiday:
    return Holiday(committee=committee, name="Lễ", during=during)


KINDS: dict[str, Callable] = {"scope of a set": a_scope, "parameter": a_value, "rules": some_rules, "holiday": a_holiday}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_each_of_them_notes_the_days_on_which_something_else_holds(kind):
    committee, beside = make_committee(), make_committee("Đảng ủy khác")
    here, march, may = committee.pk, date(2026, 3, 9), date(2026, 5, 9)
    row = KINDS[kind](committee, DateRange(march, None))
    noted()
    row.save()
    assert noted() == {(here, march, None)}
    row.save()
    assert noted() == set(), "nothing changed"
    row.during = DateRange(march, may)
    row.save()
    assert noted() == {(here, may, None)}, "what is behind the new end"
    if kind == "scope of a set":
        return  # where and from when a set binds is never changed
    row.during = DateRange(date(2026, 4, 1), date(2026, 6, 1))
    row.save()
    assert noted() == {(here, march, date(2026, 4, 1)), (here, may, date(2026, 6, 1))}
    row.committee = beside
    row.save()
    assert noted() == {(here, date(2026, 4, 1), date(2026, 6, 1)), (beside.pk, date(2026, 4, 1), date(2026, 6, 1))}
    row.delete()
    assert noted() == {(beside.pk, date(2026, 4, 1), date(2026, 6, 1))}


@pytest.mark.django_db
def test_words_alone_change_no_score():
    committee = make_committee()
    rules = some_rules(committee, DateRange(SINCE, None))
    rules.save()
    noted()
    MeetingRules.objects.update(document="QĐ 2")
    assert noted() == set()
    MeetingRules.objects.update(meeting_day=5)
    assert noted() == {(committee.pk, SINCE, None)}


@pytest.fixture
def tree(db) -> dict:
    """A province with two communes of a cell each, and another province."""
    centre = make_committee("Trung ương", Level.CENTRAL)
    province, other = (make_committee(f"Tỉnh ủy {number}", Level.PROVINCE, parent=centre) for number in (1, 2))
    here, beside = (make_committee(f"Đảng ủy xã {number}", parent=province) for number in (1, 2))
    far = make_committee("Đảng ủy xã 3", parent=other)
    cells = {name: make_cell(f"Chi bộ {name}", committee=above) for name, above in (("here", here), ("beside", beside), ("far", far))}
    return {"centre": centre, "province": province, "here": here, "cells": cells}


def test_past_months_of_the_subtree_are_scored_anew_and_no_others(tree):
    for cell in tree["cells"].values():
        for month in (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER):
            sit(cell, month)
    changes.take_changes(as_of=TODAY, at=NOW)
    some_rules(tree["province"], DateRange(OCTOBER, None)).save()
    # September's too: what is due after a sitting of that month may be counted over a day in October.
    assert take_and_work() == [(tree["province"], month) for month in (SEPTEMBER, OCTOBER, NOVEMBER)]
    on_day = dict(MonthScore.objects.filter(month=OCTOBER).values_list("cell__name", "held_on_day"))
    assert on_day == {"Chi bộ here": True, "Chi bộ beside": True, "Chi bộ far": None}
    assert not MonthScore.objects.filter(month=SEPTEMBER, held_on_day=True).exists()
    assert take_and_work() == [], "taken once"


def test_a_set_published_late_is_in_force_for_the_months_it_is_for(tree):
    cell = tree["cells"]["here"]
    for month in (SEPTEMBER, OCTOBER):
        sit(cell, month)
    changes.take_changes(as_of=TODAY, at=NOW)
    assert set(MonthScore.objects.filter(cell=cell, held=True).values_list("state", flat=True)) == {"NO_SET"}
    criteria_set = put_in_force(tree["here"], effective_from=OCTOBER)
    take_and_work()
    states = dict(MonthScore.objects.filter(cell=cell, held=True).values_list("month", "state"))
    assert states == {SEPTEMBER: "NO_SET", OCTOBER: "NOT_SENT"}
    assert MonthFacts.objects.get(cell=cell, month=OCTOBER).criteria_set == criteria_set
    # Superseded from November on: only what lies behind that day is scored anew.
    CriteriaScope.objects.update(during=DateRange(OCTOBER, NOVEMBER))
    assert take_and_work() == [(tree["here"], OCTOBER), (tree["here"], NOVEMBER)]


@pytest.mark.django_db
def test_a_parameter_set_for_a_past_month_changes_the_points_of_a_sent_sheet():
    month = recorded_month(with_set=False)
    committee = month.people.cell.placements.get().parent
    draft = drafted(committee)
    parameter = Parameter.objects.create(criteria_set=draft, code="minutes", title="Số phút", default=90)
    enough = Condition.objects.filter(row__criterion__criteria_set=draft, measure="minutes", value=90)
    assert enough.update(value=None, parameter=parameter)
    month.criteria_set = put_in_force(committee, draft=draft)
    filled_in(month)
    posted(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    changes.take_changes(as_of=TODAY, at=NOW)
    take_and_work()
    before = month.sheet.computed[0]
    ParameterValue.objects.create(parameter=parameter, committee=committee, value=9999, document="QĐ 1", during=(SINCE, None))
    take_and_work()
    assert month.sheet.computed[0] < before


def test_a_holiday_of_the_country_reaches_every_tree_for_its_month_alone(tree):
    root = make_committee("Một cây khác", Level.CENTRAL)
    alone = make_cell("Chi bộ riêng", committee=root)
    some_rules(tree["centre"], DateRange(SEPTEMBER, None)).save()
    some_rules(root, DateRange(SEPTEMBER, None)).save()
    meeting = sit(tree["cells"]["far"], SEPTEMBER, held_on=date(2026, 9, 3))
    moved = sit(alone, SEPTEMBER, held_on=date(2026, 9, 2))
    changes.take_changes(as_of=TODAY, at=NOW)
    take_and_work()
    MeetingRules.objects.update(last_day=7)
    take_and_work()
    assert not MonthScore.objects.get(cell=alone, month=SEPTEMBER).held_on_day
    Holiday.objects.create(name="Quốc khánh", during=(date(2026, 9, 3), date(2026, 9, 4)))
    assert take_and_work() == [(tree["centre"], SEPTEMBER), (root, SEPTEMBER)]
    assert MonthScore.objects.get(cell=alone, month=SEPTEMBER).held_on_day, "on a holiday it may be another day of the window"
    assert {meeting.held_on.day, moved.held_on.day} == {2, 3}


def test_a_month_that_was_sat_for_on_those_days_is_reached_too(tree):
    """October's sitting on 4 November goes by November's rules; what is due after one of 30 September is counted over a holiday."""
    cell = tree["cells"]["here"]
    sit(cell, OCTOBER, held_on=date(2026, 11, 4))
    sit(cell, SEPTEMBER, held_on=date(2026, 9, 30))
    changes.take_changes(as_of=TODAY, at=NOW)
    some_rules(tree["here"], DateRange(NOVEMBER, None)).save()
    assert [month for _committee, month in take_and_work()] == [OCTOBER, NOVEMBER]
    Holiday.objects.create(committee=tree["here"], name="Lễ", during=(date(2026, 10, 1), date(2026, 10, 2)))
    assert [month for _committee, month in take_and_work()] == [SEPTEMBER, OCTOBER]


def test_without_cells_or_in_the_future_nothing_runs(tree):
    some_rules(make_committee("Đảng ủy trống", parent=tree["province"]), DateRange(None, None)).save()
    Holiday.objects.create(name="Năm sau", during=(date(2027, 1, 1), date(2027, 1, 2)))
    assert take_and_work() == []
    assert not ChangedScope.objects.exists()


def test_a_span_without_an_end_or_beginning_reaches_from_the_first_placement_to_today(tree):
    some_rules(tree["here"], DateRange(None, None)).save()
    months = [month for _committee, month in take_and_work()]
    assert (months[0], months[-1], len(months)) == (SINCE, NOVEMBER, 17)


def test_several_changes_of_a_committee_make_one_run_a_month(tree):
    for day in (1, 2, 3):
        Holiday.objects.create(committee=tree["here"], name=f"Lễ {day}", during=(date(2026, 10, day), date(2026, 10, day + 1)))
    assert take_and_work() == [(tree["here"], OCTOBER)]


@pytest.mark.parametrize("guarded", [True, False], ids=["each for itself", "twin that stops at the first"])
def test_changes_that_cannot_be_set_out_hold_up_no_others(tree, monkeypatch, caplog, guarded):
    for name in ("here", "province"):
        Holiday.objects.create(committee=tree[name], name="Lễ", during=(date(2026, 10, 1), date(2026, 10, 2)))
    failing, start_run = min(tree["here"].pk, tree["province"].pk), changes.start_run

    def starting_fails(*, committee: Committee, **rest):
        if committee.pk == failing:
            raise ValueError("Nguyễn Văn An")
        return start_run(committee=committee, **rest)

    with monkeypatch.context() as broken:
        broken.setattr(changes, "start_run", starting_fails)
        if guarded:
            assert changes.take_scopes(as_of=TODAY, at=NOW) == 1
        else:
            with pytest.raises(ValueError, match="An"):
                for committee in ChangedScope.objects.order_by("committee").values_list("committee", flat=True):
                    changes._take_scope(committee, as_of=TODAY, at=NOW)
    assert ChangedScope.objects.count() == (1 if guarded else 2), "what failed is there again"
    assert "Nguyễn" not in caplog.text
    assert {committee.pk for committee, _month in take_and_work()} >= {failing}


@pytest.mark.django_db
def test_beat_sets_them_out_and_sends_their_chunks(monkeypatch):
    committee = make_committee()
    make_cell(committee=committee)
    some_rules(committee, DateRange(date(2026, 1, 1), None)).save()
    sent = []
    monkeypatch.setattr(tasks.work_chunk, "delay", sent.append)
    tasks.take_scopes()
    assert sent and len(sent) == Run.objects.count()
    sent.clear()
    tasks.take_scopes()
    assert sent == []


@pytest.mark.parametrize("with_trigger", [True, False], ids=["noted", "twin without the trigger"])
def test_rules_written_while_a_run_goes_on_are_not_lost(committed_db, with_trigger):
    committee = make_committee()
    cell = make_cell(committee=committee)
    changes.take_changes(as_of=TODAY, at=NOW)
    if not with_trigger:
        drop = "DROP TRIGGER meetings_meetingrules_is_noted ON meetings_meetingrules"
        with transaction_of_another(committed_db.replace(APP, OWNER), drop) as owner:
            owner.commit()
    insert = (
        "INSERT INTO meetings_meetingrules (committee_id, during, document, meeting_day, conclusion_lag_unit, sending_lag_unit) "
        "VALUES (%s, daterange('2026-11-01', NULL), 'QĐ 1', 3, 'CALENDAR', 'WORKING')"
    )
    with transaction_of_another(committed_db, insert, committee.pk) as editor:
        run = running.start_run(committee=committee, month=Month.of(NOVEMBER), as_of=TODAY, at=NOW)
        assert running.work_chunk(run.chunks.get().pk, at=NOW)
        assert changes.take_scopes(as_of=TODAY, at=NOW) == 0
        editor.commit()
    take_and_work()
    assert (MonthScore.objects.get(cell=cell, month=NOVEMBER).held_on_day is False) == with_trigger


@pytest.mark.parametrize("waiting", [True, False], ids=["waited for", "twin that does not wait"])
def test_a_chunk_that_read_what_held_before_does_not_write_after_the_run(committed_db, monkeypatch, waiting):
    province = make_committee("Tỉnh ủy", Level.PROVINCE)
    first, second = (make_cell(committee=make_committee(f"Đảng ủy xã {number}", parent=province)) for number in (1, 2))
    changes.take_changes(as_of=TODAY, at=NOW)
    run = running.start_run(committee=province, month=Month.of(NOVEMBER), as_of=TODAY, at=NOW)
    chunk = run.chunks.get()
    if not waiting:
        monkeypatch.setattr(changes, "_let_chunks_finish", lambda months: None)
    above = Committee.objects.get(name="Đảng ủy xã 2")
    lock = "SELECT FROM evaluations_monthscore WHERE cell_id = %s AND month = %s FOR UPDATE"
    with transaction_of_another(committed_db, lock, first.pk, NOVEMBER) as blocker:
        # The chunk has read that the second cell has no day to meet on, and waits for the first one's row.
        with meanwhile(lambda: running.work_chunk(chunk.pk, at=NOW)) as older:
            assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
            some_rules(above, DateRange(NOVEMBER, None)).save()
            with meanwhile(take_and_work_of_a_thread) as newer:
                assert wait_until(lambda: waiting_for_a_lock() == 2 or not newer.is_alive(), within=10)
                blocker.rollback()
        assert not older.is_alive() and not newer.is_alive()
    assert (MonthScore.objects.get(cell=second, month=NOVEMBER).held_on_day is False) == waiting


def take_and_work_of_a_thread() -> None:
    changes.take_scopes(as_of=TODAY, at=NOW)
    at = NOW + timedelta(hours=1)  # the older run's chunk is somebody's; those of the newer run are to send
    for key in running.chunks_to_send(at=at):
        running.work_chunk(key, at=at)
    connection.close()
