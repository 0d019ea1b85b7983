"""Closing a period, correcting what was published, and reading each edition again."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from evaluations import editions
from evaluations.differing import count_anew, count_differing
from evaluations.editions import close_period, publish_correction, unsettled
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import (
    ChangedScope,
    ChangeSetAside,
    CommitteeSummary,
    DifferingCells,
    Edition,
    MonthScore,
    PeriodScore,
    PublishedScore,
    PublishedSummary,
    Run,
)
from evaluations.periods import Half, Month, Period, Quarter, Year
from evaluations.publications import periods_of_year, publication_of
from evaluations.published import PUBLISHED_COUNTS, SCORE_COLUMNS, as_published, differing_columns
from evaluations.summaries import summarise
from meetings.models import ChangedCell, RecordingLock
from meetings.refusing import Refused
from tests.evaluations.closed_periods import AT, TODAY, Ground, change, fill, make_ground, settle
from tests.evaluations.oracle import steady

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
lay = make_ground

OCTOBER, QUARTER, HALF, YEAR = Month(2026, 10), Quarter(2026, 3), Half(2026, 1), Year(2025, 1)
PERIODS = [OCTOBER, QUARTER, HALF, YEAR]


def close(ground: Ground, period: Period, **fields) -> Edition:
    return close_period(**{"committee": ground.province, "period": period, "by": ground.office, "at": AT} | fields)


def correct(ground: Ground, period: Period, **fields) -> Edition:
    usual = {"committee": ground.province, "period": period, "reason": "Sửa số liệu", "by": ground.office, "at": AT}
    return publish_correction(**usual | fields)


def remembered(ground: Ground, period: Period) -> dict[int, tuple]:
    """What is known now, read row by row: the twin of what an edition copies."""
    return {
        row.cell_id: _of_month(row) if isinstance(row, MonthScore) else tuple(getattr(row, name) for name in SCORE_COLUMNS)
        for row in _known(ground, period)
    }


def _known(ground: Ground, period: Period):
    inside = {"counted_path__startswith": ground.province.scope_path}
    if isinstance(period, Month):
        return MonthScore.objects.filter(month=period.first, **inside)
    return PeriodScore.objects.filter(period_kind=period.KIND, first_on=period.first, **inside)


def _of_month(row: MonthScore) -> tuple:
    counted = {
        "months": True,
        "held": row.held,
        "held_on_day": row.held_on_day,
        "with_day": row.held_on_day is not None,
        "thematic_held": row.thematic_held,
        "sent": row.sent,
        "sent_on_time": row.sent_on_time,
        "with_deadline": row.sent_on_time is not None,
        "verified": row.verified,
        "no_set": row.state == "NO_SET",
        "not_due": row.state == "NOT_DUE",
    }
    counts = {name: int(bool(so)) for name, so in counted.items()}
    by_month = {"points_by_month": [row.total], "verified_by_month": [row.verified]}
    return tuple((counts | by_month)[name] if name in counts | by_month else getattr(row, name) for name in SCORE_COLUMNS)


def reproduced(ground: Ground, period: Period, number: int) -> dict[int, tuple]:
    rows = as_published(publisher=ground.province, period=period, number=number)
    return {row.cell_id: tuple(getattr(row, name) for name in SCORE_COLUMNS) for row in rows}


def published_sums(ground: Ground, period: Period, number: int) -> set[tuple]:
    named = {"edition__committee": ground.province, "edition__period_kind": period.KIND, "edition__first_on": period.first}
    rows = PublishedSummary.objects.filter(edition__number=number, **named)
    return set(rows.values_list("committee_id", "cell_kind", *PUBLISHED_COUNTS))


def sums_now(ground: Ground, period: Period) -> set[tuple]:
    below = {"committee__scope_path__startswith": ground.province.scope_path}
    rows = CommitteeSummary.objects.filter(period_kind=period.KIND, first_on=period.first, **below)
    return set(rows.values_list("committee_id", "cell_kind", *PUBLISHED_COUNTS))


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_closing_publishes_what_is_known_of_the_provinces_own_cells(ground, period):
    neighbour = make_ground(name="Tỉnh ủy bên cạnh", above=ground.province.placements.get().parent)
    for each in (ground, neighbour):
        fill(each, period, Random(7))
    known = remembered(ground, period)
    edition = close(ground, period)
    assert set(known) == {cell.pk for cell in ground.cells}
    assert reproduced(ground, period, 1) == known
    assert published_sums(ground, period, 1) == sums_now(ground, period) != set()
    assert (edition.number, edition.changed, edition.closed_by, edition.closed_at) == (1, len(known), ground.office, AT)
    lock = RecordingLock.objects.get(committee=ground.province)
    assert (lock.during.lower, lock.during.upper, lock.locked_by) == (period.first, period.end, ground.office)


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_a_correction_stores_only_what_differs_and_every_edition_is_reproduced(ground, period):
    fill(ground, period, Random(1))
    first = remembered(ground, period)
    close(ground, period)
    rng = Random(2)
    one, two, *_rest = ground.cells
    change(one, period, rng)
    second = remembered(ground, period)
    edition = correct(ground, period)
    assert (edition.number, edition.changed, edition.reason) == (2, 1, "Sửa số liệu")
    assert list(PublishedScore.objects.filter(edition=edition).values_list("cell_id", "withdrawn")) == [(one.pk, False)]
    change(two, period, rng)
    third = remembered(ground, period)
    correct(ground, period)
    for number, known in enumerate([first, second, third], start=1):
        assert reproduced(ground, period, number) == known
    assert len({edition.digest for edition in Edition.objects.all()}) == 3


@pytest.mark.parametrize("period", [OCTOBER, QUARTER], ids=str)
def test_a_cell_that_is_no_longer_counted_is_withdrawn_and_may_come_back(ground, period):
    fill(ground, period, Random(3))
    close(ground, period)
    before = remembered(ground, period)
    gone = _known(ground, period).get(cell=ground.cells[0])
    gone.delete()
    edition = correct(ground, period)
    assert PublishedScore.objects.get(edition=edition).withdrawn
    assert reproduced(ground, period, 2) == {key: row for key, row in before.items() if key != ground.cells[0].pk}
    gone.pk = None
    gone.save(force_insert=True)
    edition = correct(ground, period)
    assert not PublishedScore.objects.get(edition=edition).withdrawn
    assert reproduced(ground, period, 3) == reproduced(ground, period, 1) == before


@dataclass
class _Undone(Exception):
    """Ends an example's transaction."""


@steady(8)
@given(data=st.data(), period=st.sampled_from([OCTOBER, QUARTER]))
def test_whatever_happened_in_between_each_edition_reads_as_it_was_published(ground, data, period):
    with pytest.raises(_Undone), transaction.atomic():
        fill(ground, period, Random(0))
        close(ground, period)
        snapshots = [(remembered(ground, period), sums_now(ground, period))]
        for _round in range(data.draw(st.integers(1, 4))):
            rng = Random(data.draw(st.integers(0, 2**32)))
            for cell in data.draw(st.lists(st.sampled_from(ground.cells), max_size=3)):
                if data.draw(st.booleans()):
                    change(cell, period, rng)
                else:
                    _known(ground, period).filter(cell=cell).delete()
            now = remembered(ground, period)
            was = snapshots[-1][0]
            moved = {key for key in now | was if now.get(key) != was.get(key)}
            count_anew(ground.province, period)
            differing = publication_of(ground.province, period).differing
            assert differing == len(moved) == len(publication_of(ground.province, period).differences(len(snapshots)))
            for commune in ground.communes:
                own = {cell.pk for cell in ground.cells if cell.scope_path.startswith(commune.scope_path)}
                publication = publication_of(commune, period)
                assert publication.differing == len(moved & own) == len(publication.differences(len(snapshots)))
            if not differing:
                continue
            edition = correct(ground, period)
            assert edition.changed == differing
            snapshots.append((now, sums_now(ground, period)))
        for number, (scores, sums) in enumerate(snapshots, start=1):
            assert reproduced(ground, period, number) == scores
            assert published_sums(ground, period, number) == sums
        raise _Undone


def test_the_same_known_again_has_the_same_digest_whoever_publishes_when_and_why(ground):
    fill(ground, OCTOBER, Random(4))
    first = close(ground, OCTOBER).digest
    row = MonthScore.objects.get(cell=ground.cells[0], month=OCTOBER.first)
    change(ground.cells[0], OCTOBER, Random(5))
    second = correct(ground, OCTOBER).digest
    row.save()
    summarise(committees_above(Targets.of([(row.cell_id, row.month)])))
    third = correct(ground, OCTOBER, reason="Trở lại như cũ", at=AT + timedelta(days=2)).digest
    assert first == third != second


def refused(act, *args, **fields) -> str:
    """The sentences with which it is refused; nothing may have been stored."""
    before = Edition.objects.count(), PublishedScore.objects.count(), RecordingLock.objects.count()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*args, **fields)
    assert (Edition.objects.count(), PublishedScore.objects.count(), RecordingLock.objects.count()) == before
    return str(refusal.value)


def test_a_period_that_is_not_over_stays_open(ground):
    assert "from 1/12/2026 on" in refused(close, ground, Month.of(TODAY))
    assert "from 1/1/2027 on" in refused(close, ground, Year(2026, 1))
    # Over on the day after its last, by the clock of the place: half past one at night in Vietnam is yesterday in Greenwich.
    one_at_night = AT.replace(month=12, day=1, hour=0, minute=30)
    close(ground, Month(2026, 11), at=one_at_night)
    assert "not over" in refused(close, ground, Month(2026, 12), at=one_at_night)


def test_a_period_in_which_no_cell_is_counted_has_nothing_to_publish(ground):
    assert "nothing to publish" in refused(close, ground, Month(2025, 6))


def test_a_period_is_closed_once(ground):
    close(ground, OCTOBER)
    assert "closed already" in refused(close, ground, OCTOBER)


def test_the_second_tap_of_a_form_finds_the_edition_of_the_first(ground):
    key = "1bb6ec2e-54f1-4b06-9d1b-4d6cd0c8a4b3"
    assert close(ground, OCTOBER, form_key=key) == close(ground, OCTOBER, form_key=key)
    change(ground.cells[0], OCTOBER, Random(9))
    key = "1bb6ec2e-54f1-4b06-9d1b-4d6cd0c8a4b4"
    assert correct(ground, OCTOBER, form_key=key) == correct(ground, OCTOBER, form_key=key)
    assert Edition.objects.count() == 2


def test_a_correction_needs_a_closed_period_a_reason_and_something_that_differs(ground):
    fill(ground, OCTOBER, Random(6))
    assert "not closed yet" in refused(correct, ground, OCTOBER)
    close(ground, OCTOBER)
    assert "nothing to correct" in refused(correct, ground, OCTOBER)
    change(ground.cells[0], OCTOBER, Random(8))
    assert "Say why" in refused(correct, ground, OCTOBER, reason="  ")
    assert correct(ground, OCTOBER).number == 2


def test_a_period_closed_by_one_province_is_open_in_another(ground):
    neighbour = make_ground(name="Tỉnh ủy bên cạnh", above=ground.province.placements.get().parent)
    close(ground, OCTOBER)
    assert close(neighbour, OCTOBER).number == 1
    for committee in (ground.province, ground.communes[0]):
        assert publication_of(committee, OCTOBER).publisher == ground.province
    assert publication_of(ground.province.placements.get().parent, OCTOBER) is None
    assert publication_of(ground.province, Month(2026, 9)) is None


UNDONE = {
    "a cell's change of the month": lambda g: ChangedCell.objects.create(cell=g.cells[0], from_month=OCTOBER.first),
    "an earlier change": lambda g: ChangedCell.objects.create(cell=g.cells[0], from_month=date(2026, 2, 1)),
    "a cell set aside": lambda g: ChangeSetAside.objects.create(cell=g.cells[0], from_month=date(2026, 2, 1), error="X", tried_at=AT),
    "a change of the province": lambda g: ChangedScope.objects.create(committee=g.province, during=(date(2026, 10, 1), None)),
    "a change below": lambda g: ChangedScope.objects.create(committee=g.communes[0], during=(date(2026, 10, 1), None)),
    "a change above": lambda g: ChangedScope.objects.create(committee=above(g), during=(date(2026, 10, 1), None)),
    "a change of the country": lambda g: ChangedScope.objects.create(committee=None, during=(date(2026, 10, 1), None)),
    "a run of the province": lambda g: a_run(g.province),
    "a run below": lambda g: a_run(g.communes[0]),
    "a run above": lambda g: a_run(above(g)),
}
DONE = {
    "a later change": lambda g: ChangedCell.objects.create(cell=g.cells[0], from_month=date(2026, 11, 1)),
    "a run of another month": lambda g: a_run(g.province, date(2026, 9, 1)),
    "a run that is done": lambda g: Run.objects.filter(pk=a_run(g.province).pk).update(state="DONE"),
    "a run elsewhere": lambda g: a_run(make_ground(name="Tỉnh ủy khác", above=above(g)).province),
    "a change elsewhere": lambda g: ChangedCell.objects.create(
        cell=make_ground(name="Tỉnh ủy khác", above=above(g)).cells[0], from_month=OCTOBER.first
    ),
}


def above(ground: Ground):
    return ground.province.placements.get().parent


def a_run(committee, month: date = OCTOBER.first) -> Run:
    return Run.objects.create(committee=committee, month=month, as_of=TODAY, started_at=AT)


@pytest.mark.parametrize("what", UNDONE)
def test_nothing_is_published_while_scores_are_still_being_made(ground, what):
    change(ground.cells[0], OCTOBER, Random(1))
    with transaction.atomic():
        UNDONE[what](ground)
        assert refused(close, ground, OCTOBER) == "; ".join(unsettled(ground.province, OCTOBER)) != ""
        transaction.set_rollback(True)
    close(ground, OCTOBER)
    change(ground.cells[0], OCTOBER, Random(2))
    UNDONE[what](ground)
    assert refused(correct, ground, OCTOBER)


@pytest.mark.parametrize("what", DONE)
def test_what_is_undone_elsewhere_or_later_holds_up_nothing(ground, what):
    DONE[what](ground)
    assert unsettled(ground.province, OCTOBER) == []
    assert close(ground, OCTOBER).number == 1


def test_twin_without_the_question_half_made_scores_would_be_published(ground, monkeypatch):
    monkeypatch.setattr(editions, "unsettled", lambda committee, period: [])
    UNDONE["a cell's change of the month"](ground)
    assert close(ground, OCTOBER).number == 1
    settle()


def test_what_differs_is_counted_with_the_sums_for_every_committee_of_a_closed_period(ground):
    neighbour = make_ground(name="Tỉnh ủy bên cạnh", above=above(ground))
    for each in (ground, neighbour):
        fill(each, OCTOBER, Random(3))
        close(each, OCTOBER)
    assert not DifferingCells.objects.exists()
    one, _two, three, _four = ground.cells
    for cell in (one, three):
        change(cell, OCTOBER, Random(4))
    levels = committees_above(Targets.of([(one.pk, OCTOBER.first), (three.pk, OCTOBER.first)]))
    for _again in range(2):
        count_differing(levels)
        counted = DifferingCells.objects.values_list("publisher", "committee", "cells")
        province = ground.province.pk
        assert set(counted) == {(province, province, 2), *((province, commune.pk, 1) for commune in ground.communes)}
    (year,) = [row for row in periods_of_year(ground.province, Year(2026, 1), today=TODAY) if row.edition]
    assert (year.period, year.edition.number, year.differing) == (OCTOBER, 1, 2)
    correct(ground, OCTOBER)
    assert not DifferingCells.objects.exists()


def test_a_cell_known_elsewhere_than_published_differs_in_both_places(ground):
    fill(ground, OCTOBER, Random(3))
    close(ground, OCTOBER)
    there, here = ground.communes
    cell = ground.cells[0]
    path = here.scope_path + cell.segment
    MonthScore.objects.filter(cell=cell, month=OCTOBER.first).update(counted_path=path, committee=here)
    count_anew(ground.province, OCTOBER)
    assert [publication_of(each, OCTOBER).differing for each in (ground.province, there, here)] == [1, 1, 1]
    (gone,) = publication_of(there, OCTOBER).differences(1)[0:50]
    (come,) = publication_of(here, OCTOBER).differences(1)[0:50]
    assert (gone.known, come.published) == (None, None) and gone.name == come.name == cell.name
    (moved,) = publication_of(ground.province, OCTOBER).differences(1)[0:50]
    assert differing_columns(moved.published, moved.known) == ["counted_path", "committee_id"]
