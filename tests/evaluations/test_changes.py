"""The change log: what is recorded is noted with its cell and month, and no edit is lost between a run and a commit."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.db import OperationalError, connection, models, transaction

from cellquality.embedded import APP, OWNER
from cellquality.processes import wait_until
from evaluations import changes, running, scoring
from evaluations.measuring import Targets
from evaluations.models import ChangeSetAside, Chunk, CommitteeSummary, MonthFacts, MonthScore
from evaluations.periods import Month, PeriodKind
from meetings.models import (
    AgendaItem,
    Attendance,
    Cell,
    CellKind,
    ChangedCell,
    CommitteePreparation,
    Decision,
    Meeting,
    MeetingState,
    Opinion,
    Placement,
    Position,
    Posting,
    Task,
    TaskReport,
)
from tests.databases import meanwhile, waiting_for_a_lock
from tests.factories import SINCE, make_cell, make_committee, make_member

NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def sit(cell: Cell, month: date = NOVEMBER, **columns) -> Meeting:
    usual = {"state": MeetingState.HELD, "held_on": month.replace(day=3), "starts_at": time(19), "ends_at": time(20, 30)}
    return Meeting.objects.create(cell=cell, for_month=month, **usual | columns)


def notes() -> set[tuple[int, date]]:
    """The notes since they were last read."""
    seen = set(ChangedCell.objects.values_list("cell_id", "from_month"))
    ChangedCell.objects.all().delete()
    return seen


OF_A_MEETING: dict[str, Callable[[Meeting], models.Model]] = {
    "preparation": lambda meeting: CommitteePreparation(meeting=meeting, met_on=meeting.held_on),
    "attendance": lambda meeting: Attendance(meeting=meeting, guest_name="Khách", presence="PRESENT"),
    "opinion": lambda meeting: Opinion(meeting=meeting, attendance=meeting.attendances.get()),
    "decision": lambda meeting: Decision(meeting=meeting, number=1),
    "task": lambda meeting: Task(meeting=meeting, number=1, text="Việc"),
    "report": lambda meeting: TaskReport(meeting=meeting, task=Task.objects.get(), state="DONE"),
    "agenda": lambda meeting: AgendaItem(meeting=meeting, number=1, title="Thời sự"),
    "posting": lambda meeting: Posting(meeting=meeting, kind="FILES", posted_on=meeting.held_on),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", OF_A_MEETING)
def test_what_hangs_on_a_sitting_notes_its_cell_and_month(what):
    cell = make_cell()
    meeting = sit(cell)
    if what == "opinion":
        OF_A_MEETING["attendance"](meeting).save()
    if what == "report":
        Task.objects.create(meeting=sit(cell, OCTOBER), number=1, text="Việc")
    notes()
    row = OF_A_MEETING[what](meeting)
    for change in (row.save, row.save, row.delete):
        change()
        assert notes() == {(cell.pk, NOVEMBER)}


@pytest.mark.django_db
def test_a_sitting_notes_its_month_and_the_one_it_left():
    cell = make_cell()
    notes()
    meeting = sit(cell)
    assert notes() == {(cell.pk, NOVEMBER)}
    meeting.for_month = OCTOBER
    meeting.save()
    assert notes() == {(cell.pk, NOVEMBER), (cell.pk, OCTOBER)}
    meeting.delete()
    assert notes() == {(cell.pk, OCTOBER)}


@pytest.mark.django_db
def test_a_place_and_a_position_note_the_month_they_begin_and_began():
    cell = make_cell()
    placement = Placement.objects.get(cell=cell)
    position = Position(cell=cell, member=make_member(cell), title="DEPUTY", during=(date(2026, 3, 9), None))
    notes()
    position.save()
    assert notes() == {(cell.pk, date(2026, 3, 1))}
    position.during = (date(2026, 5, 9), None)
    position.save()
    assert notes() == {(cell.pk, date(2026, 3, 1)), (cell.pk, date(2026, 5, 1))}
    position.delete()
    assert notes() == {(cell.pk, date(2026, 5, 1))}
    placement.during = (date(2026, 2, 2), None)
    placement.save()
    assert notes() == {(cell.pk, SINCE), (cell.pk, date(2026, 2, 1))}


@pytest.mark.django_db
def test_a_span_without_a_beginning_counts_from_before_everything():
    cell = make_cell()
    notes()
    Position.objects.create(cell=cell, member=make_member(cell), title="DEPUTY", during=(None, date(2026, 3, 9)))
    assert notes() == {(cell.pk, date(1900, 1, 1))}


@pytest.mark.django_db
def test_a_cells_own_change_notes_today():
    cell = make_cell()
    notes()
    cell.kind = CellKind.OFFICE
    cell.save()
    ((noted, month),) = notes()
    assert noted == cell.pk and month.day == 1


@pytest.mark.django_db
def test_the_notes_are_taken_and_the_months_follow_across_the_year():
    cell = make_cell()
    given, asked = sit(cell, date(2025, 12, 1)), sit(cell, date(2026, 1, 1))
    assert changes.take_changes(as_of=TODAY, at=NOW) > 0
    assert not ChangedCell.objects.exists()
    Task.objects.create(meeting=given, number=1, text="Việc")
    changes.take_changes(as_of=TODAY, at=NOW)
    assert MonthFacts.objects.get(meeting=asked).tasks_due == 1


HISTORY = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]


def history_of(cell: Cell) -> dict[str, list]:
    """What the cell's stored facts say of the months before each of them."""
    facts = MonthFacts.objects.filter(cell=cell, month__in=HISTORY).order_by("month")
    return {
        name: list(facts.values_list(name, flat=True))
        for name in ("regular_missed_this_year", "thematic_this_quarter", "longest_excused_run")
    }


@pytest.mark.django_db
@pytest.mark.parametrize("following", [True, False], ids=["months after follow", "twin that measures only the noted month"])
def test_a_change_of_january_reaches_what_later_months_say_of_it(monkeypatch, following):
    cell = make_cell()
    member = make_member(cell)
    sittings = {month: sit(cell, month) for month in HISTORY}
    for month in HISTORY[:2]:
        Attendance.objects.create(meeting=sittings[month], member=member, standing="OFFICIAL", presence="EXCUSED")
    thematic = sit(cell, HISTORY[0], kind="THEMATIC", state=MeetingState.PLANNED)
    changes.take_changes(as_of=TODAY, at=NOW)
    before = {"regular_missed_this_year": [0] * 4, "thematic_this_quarter": [False] * 4, "longest_excused_run": [1, 2, 2, 2]}
    assert history_of(cell) == before
    if not following:
        monkeypatch.setattr(Targets, "from_month_on", classmethod(lambda cls, pairs, *, until: cls.of(pairs)))
    thematic.state = MeetingState.HELD
    thematic.save()
    changes.take_changes(as_of=TODAY, at=NOW)
    assert (history_of(cell)["thematic_this_quarter"] == [True, True, True, False]) == following
    sittings[HISTORY[0]].delete()
    changes.take_changes(as_of=TODAY, at=NOW)
    after = {"regular_missed_this_year": [1] * 3, "thematic_this_quarter": [True, True, False], "longest_excused_run": [1] * 3}
    assert (history_of(cell) == after) == following


@pytest.mark.django_db
def test_a_place_corrected_reaches_the_months_missed():
    cell = make_cell()
    for month in HISTORY[1:]:
        sit(cell, month)
    changes.take_changes(as_of=TODAY, at=NOW)
    assert history_of(cell)["regular_missed_this_year"] == [1, 1, 1]
    placement = Placement.objects.get(cell=cell)
    placement.during = (date(2026, 1, 2), None)
    placement.save()
    changes.take_changes(as_of=TODAY, at=NOW)
    assert history_of(cell)["regular_missed_this_year"] == [0, 0, 0]


def fail_for(monkeypatch, poisoned: Cell) -> None:
    """Whatever is scored together with this cell fails, as with a fact that no set foresaw."""
    score = scoring.score

    def scoring_fails(targets: Targets, *, as_of: date) -> int:
        if poisoned.pk in {note[0] for note in rows_of(targets)}:
            raise ValueError("Nguyễn Văn An vắng")
        return score(targets, as_of=as_of)

    monkeypatch.setattr(scoring, "score", scoring_fails)


def rows_of(targets: Targets) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(targets.sql, targets.params)
        return cursor.fetchall()


@pytest.mark.django_db
@pytest.mark.parametrize("guarded", [True, False], ids=["set aside", "twin that tries the same batch again"])
def test_a_change_that_cannot_be_scored_holds_up_no_other(monkeypatch, caplog, guarded):
    committee = make_committee()
    poisoned, *cells = [make_cell(f"Chi bộ {number}", committee=committee) for number in range(9)]
    for cell in (poisoned, *cells):
        sit(cell)
    monkeypatch.setattr(changes, "NOTES_AT_A_TIME", 8)
    if guarded:
        fail_for(monkeypatch, poisoned)
        changes.take_changes(as_of=TODAY, at=NOW)
        assert set(MonthScore.objects.filter(month=NOVEMBER).values_list("cell", flat=True)) == {cell.pk for cell in cells}
        aside = ChangeSetAside.objects.get()
        assert (aside.cell, aside.error, aside.tried_at) == (poisoned, "ValueError", NOW)
        assert not ChangedCell.objects.exists()
        assert "Nguyễn" not in caplog.text and "ValueError" in caplog.text
    else:
        fail_for(monkeypatch, poisoned)
        monkeypatch.setattr(changes, "_take_all", lambda take: take(changes.NOTES_AT_A_TIME))
        for _beat in range(3):
            with pytest.raises(changes.BatchFailed):
                changes.take_changes(as_of=TODAY, at=NOW)
        assert not MonthScore.objects.exists()


PICKED_AGAIN = (
    "DELETE FROM meetings_changedcell WHERE id IN (SELECT id FROM meetings_changedcell ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) "
    "RETURNING cell_id, from_month"
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "taken"), [(changes.NOTED, 3), (PICKED_AGAIN, 12)], ids=["as asked", "twin that picks again for every row"]
)
def test_no_plan_takes_more_notes_than_were_asked_for(statement, taken):
    """More than asked for, and a batch that fails would never get smaller."""
    cells = [make_cell(f"Chi bộ {number}") for number in range(4)]
    ChangedCell.objects.all().delete()
    changes.note((cell.pk, month) for cell in cells for month in (SINCE, OCTOBER, NOVEMBER))
    with connection.cursor() as cursor:
        for other_plan in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
            cursor.execute(f"SET LOCAL enable_{other_plan} = off")
        cursor.execute(statement, [3])
        assert len(cursor.fetchall()) == taken


@pytest.mark.django_db
def test_what_was_set_aside_is_tried_again_after_an_hour(monkeypatch):
    cell = make_cell()
    sit(cell, OCTOBER)
    with monkeypatch.context() as broken:
        fail_for(broken, cell)
        changes.take_changes(as_of=TODAY, at=NOW)
        assert ChangeSetAside.objects.get().from_month == SINCE, "the earliest of its notes"
        changes.take_changes(as_of=TODAY, at=NOW + changes.TRIED_AGAIN_AFTER)
        assert ChangeSetAside.objects.get().tried_at == NOW + changes.TRIED_AGAIN_AFTER
    assert changes.take_changes(as_of=TODAY, at=NOW + timedelta(minutes=119)) == 0
    assert not MonthScore.objects.exists()
    assert changes.take_changes(as_of=TODAY, at=NOW + timedelta(hours=2)) == 1
    assert not ChangeSetAside.objects.exists()
    assert MonthScore.objects.get(cell=cell, month=OCTOBER).held


@pytest.mark.django_db
def test_a_failure_of_everything_loses_nothing_and_ends(monkeypatch):
    cells = [make_cell(f"Chi bộ {number}", committee=make_committee(f"Đảng ủy {number}")) for number in range(5)]
    for cell in cells:
        sit(cell)
    tries = []
    with monkeypatch.context() as broken:
        broken.setattr(scoring, "store_month_scores", lambda targets: tries.append(targets) or 1 // 0)
        notes = ChangedCell.objects.count()
        assert changes.take_changes(as_of=TODAY, at=NOW) == notes
    assert len(tries) <= 2 * notes + 4
    assert not MonthFacts.objects.exists(), "what came before the failure is taken back"
    assert set(ChangeSetAside.objects.values_list("cell", flat=True)) == {cell.pk for cell in cells}
    changes.take_changes(as_of=TODAY, at=NOW + timedelta(hours=1))
    assert MonthScore.objects.filter(month=NOVEMBER).count() == len(cells)


@pytest.mark.django_db
@pytest.mark.parametrize("renew", ["by changes", "by a run"])
def test_the_committee_a_cell_was_taken_from_is_summed_again(renew):
    root = make_committee("Tỉnh ủy")
    wrong, right = (make_committee(name, parent=root) for name in ("Đảng ủy xã Nhầm", "Đảng ủy xã Đúng"))
    cell = make_cell(committee=wrong)
    sit(cell)
    changes.take_changes(as_of=TODAY, at=NOW)
    assert CommitteeSummary.objects.filter(committee=wrong, first_on=NOVEMBER, period_kind=PeriodKind.MONTH).exists()
    Placement.objects.filter(cell=cell).update(parent=right, path=right.scope_path + cell.segment)
    if renew == "by changes":
        changes.take_changes(as_of=TODAY, at=NOW)
    else:
        run = running.start_run(committee=root, month=Month.of(NOVEMBER), as_of=TODAY, at=NOW)
        for _stage in range(2):
            assert running.work_chunk(*running.chunks_to_send(at=NOW), at=NOW)
        run.refresh_from_db()
        assert run.state == "DONE"
    summed = CommitteeSummary.objects.filter(first_on=NOVEMBER, period_kind=PeriodKind.MONTH).values_list("committee", "held")
    assert set(summed) == {(root.pk, 1), (right.pk, 1)}


@contextmanager
def transaction_of_another(url: str, sql: str, *params) -> Iterator[psycopg2.extensions.connection]:
    """Another connection that has run `sql` and not committed yet; rolled back at the end unless the block commits."""
    with closing(psycopg2.connect(url)) as other:
        with other.cursor() as cursor:
            cursor.execute(sql, params)
        yield other


@pytest.mark.parametrize("with_trigger", [True, False], ids=["noted", "twin without the trigger"])
def test_an_edit_begun_before_a_run_and_committed_after_it_is_not_lost(committed_db, with_trigger):
    cell = make_cell()
    meeting = sit(cell)
    changes.take_changes(as_of=TODAY, at=NOW)
    if not with_trigger:
        drop = "DROP TRIGGER meetings_meeting_updated_is_noted ON meetings_meeting; DROP TRIGGER meetings_meeting_left_is_noted ON {0}"
        with transaction_of_another(committed_db.replace(APP, OWNER), drop.format("meetings_meeting")) as owner:
            owner.commit()
    edit = "UPDATE meetings_meeting SET ideology_minutes = 40 WHERE id = %s"
    with transaction_of_another(committed_db, edit, meeting.pk) as editor:
        run = running.start_run(committee=Placement.objects.get(cell=cell).parent, month=Month.of(NOVEMBER), as_of=TODAY, at=NOW)
        assert running.work_chunk(run.chunks.get().pk, at=NOW)
        assert changes.take_changes(as_of=TODAY, at=NOW) == 0
        editor.commit()
    changes.take_changes(as_of=TODAY, at=NOW)
    assert (MonthFacts.objects.get().ideology_minutes == 40) == with_trigger


@pytest.mark.parametrize("holding", [True, False], ids=["held", "twin that holds nothing"])
def test_a_chunk_that_read_before_a_change_does_not_write_after_its_scoring(committed_db, monkeypatch, holding):
    committee = make_committee()
    first, second = make_cell(committee=committee), make_cell(committee=committee)
    changes.take_changes(as_of=TODAY, at=NOW)
    run = running.start_run(committee=committee, month=Month.of(NOVEMBER), as_of=TODAY, at=NOW)
    chunk = Chunk.objects.get(run=run)
    if not holding:
        monkeypatch.setattr(scoring, "hold_months", lambda targets, *, shared: None)
    lock = "SELECT FROM evaluations_monthscore WHERE cell_id = %s AND month = %s FOR UPDATE"
    with transaction_of_another(committed_db, lock, first.pk, NOVEMBER) as blocker:
        # The chunk has read that the second cell has not sat, and waits for the first one's row.
        with meanwhile(lambda: running.work_chunk(chunk.pk, at=NOW)) as chunk_worker:
            assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
            sit(second)
            with meanwhile(lambda: changes.take_changes(as_of=TODAY, at=NOW)) as taker:
                assert wait_until(lambda: waiting_for_a_lock() == 2 or not taker.is_alive(), within=10)
                blocker.rollback()
        assert not chunk_worker.is_alive() and not taker.is_alive()
    assert MonthScore.objects.get(cell=second, month=NOVEMBER).held == holding


@pytest.mark.parametrize("shared", [True, False], ids=["locked as recording does", "twin that locks the key too"])
def test_sending_a_month_and_its_first_measuring_do_not_lock_each_other_out(committed_db, shared):
    """The first facts of a sitting refer to it: while it is being sent they are stored all the same, and nobody waits in a circle."""
    cell = make_cell()
    meeting = sit(cell)
    failures: list[Exception] = []

    def noting(work: Callable[[], object]) -> None:
        try:
            work()
        except OperationalError as deadlock:
            failures.append(deadlock)

    def send():
        with transaction.atomic():
            (Meeting.objects.locked() if shared else Meeting.objects.select_for_update()).get(pk=meeting.pk)
            joining.enter_context(meanwhile(lambda: noting(lambda: changes.take_changes(as_of=TODAY, at=NOW))))
            assert wait_until(lambda: waiting_for_a_lock() == 1 or MonthScore.objects.exists(), within=10)
            scoring.score(Targets.of([(cell.pk, NOVEMBER)]), as_of=TODAY)

    with ExitStack() as joining:
        noting(send)
    assert len(failures) == (0 if shared else 1)
    assert MonthScore.objects.get(cell=cell, month=NOVEMBER).held
