"""The fictional province: that it can have happened, that it looks like the real thing, and that it goes nowhere near real data."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q

from evaluations import levels, scoring, summaries
from evaluations.checking.losses import losses_under, stored_losses
from evaluations.checking.periods import period_score_of
from evaluations.checking.points import settle, sum_up
from evaluations.definition import Definition, definition_of
from evaluations.demo import LOGINS, PASSWORD, CannotLoad, Wanted, load_demo
from evaluations.measuring import Targets
from evaluations.models import (
    CommitteeSummary,
    CriteriaSet,
    LossSummary,
    MonthFacts,
    MonthScore,
    Notice,
    PeriodScore,
    PeriodState,
    ScoreSheet,
    ScoreState,
    SheetAct,
    SheetNote,
    SheetState,
)
from evaluations.periods import Half, Month, Quarter, Year
from meetings.models import (
    Appointment,
    Attendance,
    Cell,
    CellKind,
    ChangedCell,
    Committee,
    DemoData,
    Level,
    Meeting,
    MeetingState,
    Member,
    Position,
    PositionTitle,
    Role,
    Task,
    User,
)
from meetings.permissions import authority_of
from meetings.recording.impossible import check_sitting
from meetings.recording.sitting import read_sitting
from meetings.roll_call import roster_on

TODAY = date(2026, 3, 24)
WANTED = Wanted(cells=48, months=5, until=Month(2026, 3), seed=7, today=TODAY)
MONTHS = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def silently(stage: str, done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def demo(databases, django_db_blocker):
    """A database of this module's own with a small demo in it; tests only read it, or put back what they write."""
    with databases.committed(), django_db_blocker.unblock():
        call_command("load_criteria", verbosity=0, stdout=StringIO())
        yield load_demo(WANTED, progress=silently)


def province() -> Committee:
    return Committee.objects.get(level=Level.PROVINCE)


def all_of(month: date) -> Targets:
    keys = Cell.objects.order_by("pk").values_list("pk", flat=True)
    return Targets.under(province().scope_path, month, keys[0], keys[len(keys) - 1])


def official_total(definition: Definition, points: list[int | None]) -> tuple[int, str]:
    summed = sum_up(definition, [], points, [])
    return summed.total, summed.grade


def as_columns(row: PeriodScore) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in PeriodScore._meta.concrete_fields if not field.primary_key}


def test_it_makes_what_was_asked_for(demo):
    assert (Cell.objects.count(), demo.cells) == (48, 48)
    assert (Member.objects.count(), Meeting.objects.count(), demo.committees) == (
        demo.members,
        demo.meetings,
        Committee.objects.count() - 1,  # all but the central one
    )
    assert sorted(set(MonthScore.objects.values_list("month", flat=True))) == MONTHS
    assert set(MonthScore.objects.values_list("month").distinct()) == {(month,) for month in MONTHS}
    assert MonthScore.objects.count() == 48 * 5


def test_it_has_committees_of_every_level_and_cells_of_every_kind_mostly_villages(demo):
    assert set(Committee.objects.values_list("level", flat=True)) == set(Level.values)
    kinds = Counter(Cell.objects.values_list("kind", flat=True))
    assert set(kinds) == set(CellKind.values)
    assert kinds.most_common(1)[0][0] == CellKind.VILLAGE
    assert not Cell.objects.filter(kind=CellKind.ARMY, uses_handbook=True).exists()


def test_every_sitting_could_have_been_recorded_by_a_secretary(demo):
    for meeting in Meeting.objects.held().filter(for_month__in=MONTHS[1::2]).select_related("cell"):
        roster = roster_on(meeting.cell, meeting.held_on)
        check_sitting(meeting, read_sitting(meeting), roster, TODAY)
        called = meeting.attendances.filter(member__isnull=False).values_list("member", "standing", "exemption")
        assert set(called) == {(line.member.pk, line.standing, line.exemption) for line in roster.lines}


def test_nothing_is_dated_today_or_later(demo):
    assert not Meeting.objects.filter(Q(held_on__gte=TODAY) | Q(minutes_signed_on__gte=TODAY)).exists()
    assert not ScoreSheet.objects.filter(submitted_at__date__gte=TODAY).exists()
    assert not Meeting.objects.filter(Q(postings__issued_on__gte=TODAY) | Q(postings__posted_on__gte=TODAY)).exists()


def test_each_cell_has_a_secretary_with_an_account_and_each_sent_sheet_was_sent_by_him(demo):
    assert Position.objects.filter(title=PositionTitle.SECRETARY).count() == 48
    assert Appointment.objects.filter(role=Role.SECRETARY).count() == 48
    sheets = ScoreSheet.objects.select_related("meeting", "submitted_by")
    for sheet in sheets:
        assert sheet.submitted_by.appointments.get(role=Role.SECRETARY).cell_id == sheet.cell_id
        is_open = sheet.state == SheetState.RETURNED
        assert sheet.meeting.state == (MeetingState.HELD if is_open else MeetingState.CONCLUDED)
        assert sheet.meeting.concluded_at == sheet.submitted_at
        assert 0 < sheet.votes_base <= sheet.meeting.attendances.count()


def test_the_scores_are_those_that_scoring_gives(demo):
    def stored() -> list:
        sheets = list(ScoreSheet.objects.order_by("pk").values_list("pk", "outcome", "computed", "total", "counted_max", "grade"))
        months = list(MonthScore.objects.order_by("cell", "month").values())
        sums = list(CommitteeSummary.objects.order_by("committee", "period_kind", "first_on", "cell_kind").exclude(cells=0).values())
        periods = list(PeriodScore.objects.order_by("cell", "period_kind", "first_on").values())
        losses = list(LossSummary.objects.order_by("committee", "month", "cell_kind", "frame").values())
        return [sheets, *([{**row, "id": 0} for row in rows] for rows in (months, sums, periods, losses))]

    before = stored()
    for month in MONTHS:
        scoring.score(all_of(month), as_of=TODAY)
        summaries.summarise(levels.committees_above(all_of(month)))
    assert stored() == before
    assert len(before[0]) > 150


def test_the_votes_follow_the_log_or_claim_more_with_a_reason(demo):
    claimed = set()
    for sheet in ScoreSheet.objects.all():
        criteria = list(sheet.criteria_set.criteria.all())
        for line, own, computed in zip(criteria, sheet.own, sheet.computed, strict=True):
            if own is not None and computed is not None and own != computed:
                assert own == line.max_points > computed
                claimed.add((sheet.pk, line.pk))
    assert set(SheetNote.objects.values_list("sheet", "criterion")) == claimed
    assert len(claimed) > 50


def test_it_looks_like_real_cells(demo):
    facts = MonthFacts.objects.all()
    grades = Counter(MonthScore.objects.filter(state=ScoreState.SCORED).values_list("grade", flat=True))
    scored = sum(grades.values())
    assert scored > 150
    assert 0.4 < grades["GOOD"] / scored < 0.8
    assert 0.15 < grades["FAIR"] / scored < 0.5
    assert grades["AVERAGE"] + grades["POOR"] > 0

    minutes = Counter(facts.values_list("minutes", flat=True))
    assert minutes.most_common(1)[0][0] == 90
    assert 0.3 < minutes[90] / facts.count() < 0.75
    days = [held_on.day for held_on in facts.values_list("held_on", flat=True)]
    assert 0.75 < days.count(3) / len(days) < 0.97
    expected, came = (sum(facts.values_list(name, flat=True)) for name in ("expected", "expected_present"))
    assert 0.85 < came / expected < 0.97
    due, done = (sum(facts.values_list(name, flat=True)) for name in ("tasks_due", "tasks_done"))
    assert 0.6 < done / due < 0.95

    gaps = [
        sum(own - computed for own, computed in zip(sheet.own, sheet.computed, strict=True) if own is not None and computed is not None)
        for sheet in ScoreSheet.objects.all()
    ]
    assert 100 < sum(gaps) / len(gaps) < 800  # hundredths of a point
    assert min(gaps) >= 0


def test_some_months_wait_for_their_secretary(demo):
    states = Counter(MonthScore.objects.filter(month=MONTHS[-1]).values_list("state", flat=True))
    assert states[ScoreState.NOT_SENT] + states[ScoreState.NOT_HELD] >= 4
    assert states[ScoreState.SCORED] > 24


def test_months_long_gone_are_verified_mostly_as_computed_and_the_newest_wait(demo):
    verified = Counter(ScoreSheet.objects.filter(state=SheetState.VERIFIED).values_list("month", flat=True))
    sent = Counter(ScoreSheet.objects.values_list("month", flat=True))
    assert all(0.85 < verified[month] / sent[month] < 1 for month in MONTHS[:3])
    assert 0 < verified[MONTHS[3]] < sent[MONTHS[3]] and verified[MONTHS[4]] == 0
    moved = 0
    for sheet in ScoreSheet.objects.filter(state=SheetState.VERIFIED).select_related("decision", "criteria_set"):
        definition = definition_of(sheet.criteria_set)
        provisional = settle(definition, sheet.outcome, [])
        entries = {entry.criterion_id: entry for entry in sheet.review_entries.all()}
        for line, official, counted in zip(definition, sheet.verified, provisional.points, strict=True):
            entry = entries.get(line.criterion.pk)
            assert official == (entry.points if entry else counted)
            assert entry is None or (entry.note and 0 <= entry.points <= line.max_points and entry.points != counted)
        assert (sheet.verified_total, sheet.verified_grade) == official_total(definition, sheet.verified)
        assert sheet.decision.decided_by_id != sheet.submitted_by_id and sheet.decision.decided_at > sheet.submitted_at
        assert authority_of(sheet.decision.decided_by, TODAY).is_directly_above(sheet.cell)
        moved += bool(entries)
    assert 0.05 < moved / sum(verified.values()) < 0.5


def test_each_sheets_history_is_told_from_its_sending_on(demo):
    returned = set()
    for sheet in ScoreSheet.objects.select_related("meeting"):
        events = list(sheet.events.all())
        assert (events[0].act, events[0].by, events[0].at) == (SheetAct.SENT, sheet.submitted_by, sheet.submitted_at)
        assert events[0].total == sheet.own_total
        if sheet.state == SheetState.VERIFIED:
            last = events[-1]
            assert (last.act, last.decision, last.total, last.grade) == (
                SheetAct.DECIDED,
                sheet.decision,
                sheet.verified_total,
                sheet.verified_grade,
            )
        if sheet.state == SheetState.RETURNED:
            assert events[-1].act == SheetAct.RETURNED and events[-1].text and sheet.month in MONTHS[-2:]
            returned.add((sheet.submitted_by_id, sheet.cell_id, sheet.month))
        assert all(event.at.date() < TODAY for event in events)
    assert returned
    assert set(Notice.objects.values_list("user", "cell", "month")) == returned


def test_every_longer_period_has_its_scores_and_sums(demo):
    assert Counter(PeriodScore.objects.values_list("period_kind", "first_on")) == {
        (period.KIND, period.first): 48
        for period in (Quarter(2025, 4), Quarter(2026, 1), Half(2025, 2), Half(2026, 1), Year(2025, 1), Year(2026, 1))
    }
    for row in PeriodScore.objects.select_related("rule").order_by("pk")[::7]:
        assert as_columns(row) == period_score_of(row.cell_id, row.period, as_of=TODAY)
    grades = Counter(PeriodScore.objects.filter(state=PeriodState.SCORED).values_list("period_kind", "grade"))
    assert all(len({grade for found, grade in grades if found == kind}) >= 3 for kind in ("QUARTER", "HALF", "YEAR"))
    assert set(CommitteeSummary.objects.values_list("period_kind", "first_on")) == {
        *PeriodScore.objects.values_list("period_kind", "first_on"),
        *(("MONTH", month) for month in MONTHS),
    }
    for month in MONTHS:
        assert stored_losses(province().pk, month) == losses_under(province().scope_path, month) != {}


def test_the_load_leaves_no_notes_of_changes(demo):
    assert not ChangedCell.objects.exists()


def test_roles_have_a_login_each_and_the_secretary_a_month_to_begin(demo):
    for login in LOGINS:
        user = User.objects.get(username=login.username)
        assert user.check_password(PASSWORD)
        assert authority_of(user, TODAY).of_role(login.role)
    cell = authority_of(User.objects.get(username="bithu"), TODAY).cells[0]
    assert (cell.kind, len(roster_on(cell, TODAY))) == (CellKind.VILLAGE, 24)
    assert not Meeting.objects.filter(cell=cell, for_month=MONTHS[-1]).exists()
    assert MonthScore.objects.filter(cell=cell, state=ScoreState.SCORED).count() == 4
    assert authority_of(User.objects.get(username="vanphong"), TODAY).is_directly_above(cell)
    assert authority_of(User.objects.get(username="capuyvien"), TODAY).follows(cell)
    assert Task.objects.filter(meeting__cell=cell, reports=None).exists()

    out = StringIO()
    call_command("demo_logins", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == [f"{login.username} / {PASSWORD}" for login in LOGINS]


def test_the_sheet_in_force_is_a_copy_under_a_fictional_document(demo):
    sheet = CriteriaSet.objects.get(scopes__committee=province())
    assert "minh họa" in sheet.document.number
    assert sheet.criteria.count() == CriteriaSet.objects.get(code="an-phu-2025").criteria.count()
    assert not ScoreSheet.objects.exclude(criteria_set=sheet).exists()


def test_a_second_load_is_refused(demo):
    before = (Cell.objects.count(), Committee.objects.count())
    with pytest.raises(CannotLoad):
        load_demo(WANTED, progress=silently)
    with pytest.raises(CommandError):
        call_command("load_demo", "--cells", "1", "--months", "1")
    assert (Cell.objects.count(), Committee.objects.count()) == before
    assert DemoData.objects.count() == 1


def test_some_members_are_guests_of_another_cell_exempt_or_moved(demo):
    assert Attendance.objects.filter(exemption="EXEMPT").exists()
    assert Attendance.objects.filter(standing="PROBATIONARY").exists()
    assert Attendance.objects.filter(member=None).exclude(guest_name="").exists()
    assert Member.objects.filter(memberships__end_reason="Chuyển sinh hoạt đảng").exists()
    assert ScoreSheet.objects.filter(submitted_at__date__gt=F("due_on")).exists()
    assert not ScoreSheet.objects.filter(due_on=None).exists()
