"""Where points are lost, by the frame's criteria: sheets of different sets add up, level by level, to what the cells' sheets say."""

from random import Random

import pytest

from evaluations.checking.losses import losses_under, stored_losses
from evaluations.compiler import Outcome
from evaluations.definition import definition_of
from evaluations.levels import committees_above
from evaluations.measuring import Targets
from evaluations.models import CriteriaSet, LossSummary, MonthScore, ScoreSheet, ScoreState
from evaluations.periods import Month
from evaluations.summaries import summarise
from meetings.models import Cell, CellKind, Committee, Level
from tests.evaluations.month import drafted, load_the_sample, put_in_force
from tests.evaluations.oracle import make_set
from tests.evaluations.rolling import Writer
from tests.factories import make_cell, make_committee, make_user

pytestmark = pytest.mark.django_db

MONTH = Month(2026, 9)


@pytest.fixture
def province() -> Committee:
    return make_committee("Tỉnh ủy", Level.PROVINCE)


@pytest.fixture
def writer() -> Writer:
    return Writer(make_user("ghi-diem"))


def fill_in(sheet: ScoreSheet, rng: Random, *, verified: bool) -> None:
    """Outcomes of every sort, and what the cell and the log say beside them."""
    definition = definition_of(sheet.criteria_set)
    sheet.outcome = [rng.choice([Outcome.NOT_APPLICABLE, *range(len(line.levels))]) for line in definition]
    sheet.computed = [None if line.criterion.asks_level else rng.randrange(line.max_points + 1) for line in definition]
    sheet.own = [rng.choice([None, rng.randrange(line.max_points + 1)]) for line in definition]
    sheet.verified = [rng.choice([None, rng.randrange(line.max_points + 1)]) for line in definition] if verified else None
    sheet.save()


def scored_cell(committee: Committee, criteria_set: CriteriaSet, writer: Writer, rng: Random, *, verified: bool = False) -> Cell:
    cell = make_cell(committee=committee, kind=rng.choice([CellKind.VILLAGE, CellKind.SCHOOL]))
    score = writer.month(cell, MONTH, committee=committee, criteria_set=criteria_set, verified=verified)
    fill_in(score.sheet, rng, verified=verified)
    return cell


def sum_up() -> None:
    cells = Cell.objects.values_list("pk", flat=True)
    summarise(committees_above(Targets.of([(cell, MONTH.first) for cell in cells])))


def test_at_every_level_it_is_what_the_cells_sheets_say(province, writer):
    rng = Random(5)
    communes = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in range(3)]
    sets = [drafted(commune, code) for commune, code in zip(communes, ("mot", "hai", "ba"), strict=True)]
    # One set leaves lines of the frame out, another concretises one of its lines twice over.
    sets[1].criteria.filter(code__startswith="8").update(concretises=None)
    sets[2].criteria.filter(code="1").update(concretises=sets[2].criteria.get(code="7").concretises)
    for commune, draft in zip(communes, sets, strict=True):
        put_in_force(commune, draft=draft)
    for commune in communes:
        for number in range(4):
            scored_cell(commune, rng.choice(sets), writer, rng, verified=number % 2 == 0)
    sum_up()
    for committee in (province, *communes):
        found = stored_losses(committee.pk, MONTH.first)
        assert found == losses_under(committee.scope_path, MONTH.first) != {}
    frame = sets[0].based_on.criteria.count()
    assert {len(row.most) for row in LossSummary.objects.all()} == {frame}


def test_points_are_the_official_ones_where_the_committee_decided(province, writer):
    criteria_set = put_in_force(province)
    cell = scored_cell(province, criteria_set, writer, Random(1))
    sum_up()
    before = LossSummary.objects.get()
    sheet = ScoreSheet.objects.get(cell=cell)
    sheet.verified = [line.max_points for line in definition_of(criteria_set)]
    sheet.save()
    sum_up()
    after = LossSummary.objects.get()
    assert sum(before.lost) > sum(after.lost) == 0
    assert sum(after.most) == 100_00
    assert (after.own, after.computed) == (before.own, before.computed)


def test_what_is_not_scored_or_has_no_frame_loses_nothing(province, writer):
    load_the_sample()
    loose = make_set("khong-khung")
    for criteria_set in (put_in_force(province), loose):
        cell = scored_cell(province, criteria_set, writer, Random(2))
        if criteria_set is not loose:
            MonthScore.objects.filter(cell=cell).update(state=ScoreState.NOT_DUE, total=None, grade="")
    sum_up()
    assert not LossSummary.objects.exists()


def test_it_is_made_anew_and_not_added_to(province, writer):
    criteria_set = put_in_force(province)
    cell = scored_cell(province, criteria_set, writer, Random(3))
    sum_up()
    once = list(LossSummary.objects.values_list("most", "lost", "own"))
    sum_up()
    assert list(LossSummary.objects.values_list("most", "lost", "own")) == once
    above = committees_above(Targets.of([(cell.pk, MONTH.first)]))
    MonthScore.objects.all().delete()
    summarise(above)
    assert not LossSummary.objects.exists()
