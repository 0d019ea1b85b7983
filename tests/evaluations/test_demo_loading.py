"""Loading the fictional province: only into an empty database, and the same for the same seed."""

import hashlib
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from evaluations.demo import CannotLoad, Wanted, load_demo, loading
from evaluations.models import (
    ChangedScope,
    MonthScore,
    PeriodScore,
    ReviewDecision,
    ReviewEntry,
    ScoreSheet,
    SheetEvent,
    SheetNote,
)
from evaluations.periods import Month
from meetings.models import (
    AgendaItem,
    Appointment,
    Attendance,
    Cell,
    ChangedCell,
    Committee,
    Decision,
    DemoData,
    Exemption,
    Level,
    Meeting,
    Member,
    Membership,
    Opinion,
    Position,
    Posting,
    Standing,
    Task,
    TaskReport,
    User,
)
from tests.factories import make_cell, make_user

pytestmark = pytest.mark.django_db

SMALL = Wanted(cells=4, months=2, until=Month(2026, 3), seed=1, today=date(2026, 3, 24))


@pytest.fixture
def criteria(db):
    call_command("load_criteria", verbosity=0, stdout=StringIO())


def silently(stage: str, done: int, total: int) -> None:
    pass


# What each table says, keys of the database aside.
SAID = {
    Committee: ("public_id", "name", "level"),
    Cell: ("public_id", "name", "kind"),
    Member: ("public_id", "full_name"),
    Membership: ("member__public_id", "cell__public_id", "relation", "during", "end_reason"),
    Standing: ("member__public_id", "kind", "during"),
    Exemption: ("member__public_id", "kind", "during", "resolution_number"),
    Position: ("member__public_id", "title", "during"),
    User: ("username", "full_name", "created_at"),
    Appointment: ("public_id", "user__username", "role", "during"),
    Meeting: ("public_id", "cell__public_id", "for_month", "kind", "state", "held_on", "starts_at", "ends_at", "theme", "steps_held"),
    Attendance: ("meeting__public_id", "member__public_id", "guest_name", "standing", "exemption", "presence", "reason"),
    Opinion: ("meeting__public_id", "attendance__member__public_id", "text"),
    AgendaItem: ("meeting__public_id", "number", "title"),
    Decision: ("meeting__public_id", "number", "text", "votes_for", "votes_base"),
    Task: ("public_id", "text", "assignee__public_id", "team", "due_on"),
    TaskReport: ("task__public_id", "meeting__public_id", "state", "done_on", "note"),
    Posting: ("meeting__public_id", "kind", "issued_on", "posted_on"),
    ScoreSheet: ("public_id", "cell__public_id", "month", "levels", "own", "outcome", "computed", "total", "submitted_at", "due_on"),
    SheetNote: ("sheet__public_id", "criterion__code", "text"),
    MonthScore: ("cell__public_id", "month", "state", "total", "grade", "verified", "returned"),
    ReviewDecision: ("public_id", "committee__public_id", "decided_by__username", "decided_at", "document"),
    ReviewEntry: ("sheet__public_id", "criterion__code", "points", "note", "by__username", "at"),
    SheetEvent: ("sheet__public_id", "act", "by__username", "at", "text", "total", "grade"),
    PeriodScore: ("cell__public_id", "period_kind", "first_on", "state", "total", "grade", "points_by_month", "verified_by_month"),
}


def checksums(seed: int, today: date = date(2026, 3, 24)) -> dict[str, str]:
    """Load, sum up each table, and take it all back."""
    with transaction.atomic():
        load_demo(Wanted(cells=12, months=4, until=Month(2026, 3), seed=seed, today=today), progress=silently)
        sums = {}
        for model, columns in SAID.items():
            rows = sorted(map(repr, model.objects.values_list(*columns)))
            sums[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        transaction.set_rollback(True)
    return sums


def test_the_same_seed_makes_the_same_province_and_another_seed_another(criteria):
    first = checksums(5)
    assert checksums(5) == first
    other = checksums(6)
    assert [name for name in first if first[name] == other[name]] == []


def test_a_month_gone_by_is_the_same_whenever_it_is_loaded(criteria):
    assert checksums(5, today=date(2026, 4, 1)) == checksums(5, today=date(2026, 9, 9))


@pytest.mark.parametrize("real", [make_cell, lambda: Member.objects.create(full_name="Nguyễn Thị Thật")], ids=["cell", "member"])
def test_made_up_data_never_joins_real_data(criteria, real):
    real()
    with pytest.raises(CannotLoad):
        load_demo(SMALL, progress=silently)
    assert not DemoData.objects.exists()
    assert not Committee.objects.filter(level=Level.PROVINCE).exists()


def test_nothing_but_the_refusal_keeps_it_from_real_data(criteria, monkeypatch):
    make_cell()
    monkeypatch.setattr(loading, "refuse_unless_empty", lambda wanted: None)
    assert load_demo(SMALL, progress=silently).cells == 4


@pytest.mark.parametrize("dropped", [True, False], ids=["dropped", "twin that leaves them"])
def test_the_load_leaves_no_notes_of_changes(criteria, monkeypatch, dropped):
    if not dropped:
        monkeypatch.setattr(loading, "forget_changes", lambda: None)
    load_demo(SMALL, progress=silently)
    cells = set(ChangedCell.objects.values_list("cell", flat=True))
    assert cells == (set() if dropped else set(Cell.objects.values_list("pk", flat=True)))
    assert ChangedScope.objects.exists() is not dropped


def counted() -> set[str]:
    """The tables that the planner knows something of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "twin that leaves it to the server"])
def test_the_planner_knows_what_was_loaded(criteria, monkeypatch, counts):
    if not counts:
        monkeypatch.setattr(loading, "refresh_statistics", lambda: None)
    load_demo(SMALL, progress=silently)
    assert ({"meetings_attendance", "evaluations_monthscore"} <= counted()) is counts


def test_it_hangs_under_the_central_committee_that_is_there(criteria):
    call_command("load_units", stdout=StringIO())
    load_demo(SMALL, progress=silently)
    demo = Committee.objects.get(name="Tỉnh ủy Minh Họa")
    root = Committee.objects.get(level=Level.CENTRAL)
    assert demo.scope_path == root.scope_path + demo.segment
    assert list(MonthScore.objects.values_list("month").distinct().order_by("month")) == [(date(2026, 2, 1),), (date(2026, 3, 1),)]


def test_without_the_sample_sheet_it_says_what_to_run():
    with pytest.raises(CannotLoad, match="load_criteria"):
        load_demo(SMALL, progress=silently)


def test_a_database_of_real_data_shows_no_logins():
    make_user("bithu")
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert out.getvalue() == ""


def test_a_login_name_that_is_taken_is_named(criteria):
    User.objects.create(username="vanphong", full_name="Nguyễn Thị Thật", created_at="2026-01-01T08:00+07:00")
    with pytest.raises(CannotLoad, match="vanphong"):
        load_demo(SMALL, progress=silently)


def test_a_month_is_read_from_the_command_line(criteria):
    out = StringIO()
    call_command("load_demo", "--cells", "3", "--months", "2", "--until", "2026-01", "--seed", "3", stdout=out)
    assert set(MonthScore.objects.values_list("month", flat=True)) == {date(2025, 12, 1), date(2026, 1, 1)}
    assert "3 cells" in out.getvalue()
    with pytest.raises(CommandError, match="YYYY-MM"):
        call_command("load_demo", "--until", "1/2026")


@pytest.mark.parametrize("asked", [{"cells": 0}, {"months": 0}, {"until": Month(2026, 4)}], ids=["no cell", "no month", "month to come"])
def test_what_cannot_be_made_is_refused(criteria, asked):
    with pytest.raises(CannotLoad):
        load_demo(replace(SMALL, **asked), progress=silently)
    assert not DemoData.objects.exists()


def test_the_first_day_of_a_month_knows_none_of_its_sittings(criteria):
    load_demo(replace(SMALL, today=date(2026, 3, 1)), progress=silently)
    assert set(Meeting.objects.held().values_list("for_month", flat=True)) == {date(2026, 2, 1)}
