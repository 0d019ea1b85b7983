"""Where points are lost, read from stored sums: months add up, kinds are told apart, frames stay apart."""

import pytest

from evaluations.lost_points import losses_of
from evaluations.models import CriteriaSet, LossSummary
from evaluations.periods import Month, Quarter
from tests.evaluations.month import NOVEMBER, load_the_sample
from tests.factories import make_committee

pytestmark = pytest.mark.django_db
MONTH = Month.of(NOVEMBER)


@pytest.fixture
def committee():
    load_the_sample()
    return make_committee()


def make_loss(committee, frame: str, month: Month = MONTH, kind: str = "VILLAGE", **lines: tuple[int, int, int, int, int]) -> None:
    """`first=(most, lost, compared, own, computed)`, `last=…` for the first and the last criterion of the frame; zeros between."""
    frame = CriteriaSet.objects.get(code=frame)
    rows = [(0, 0, 0, 0, 0)] * frame.criteria.count()
    rows[0], rows[-1] = lines.get("first", rows[0]), lines.get("last", rows[-1])
    sums = dict(zip(("most", "lost", "compared", "own", "computed"), map(list, zip(*rows, strict=True)), strict=True))
    LossSummary.objects.create(committee=committee, month=month.first, cell_kind=kind, frame=frame, **sums)


def test_months_and_kinds_add_up(committee):
    make_loss(committee, "frame-2025", first=(1000, 100, 2, 900, 800), last=(500, 400, 0, 0, 0))
    make_loss(committee, "frame-2025", kind="SCHOOL", first=(1000, 300, 2, 700, 700))
    make_loss(committee, "frame-2025", MONTH.previous, first=(1000, 200, 2, 800, 700))
    make_loss(make_committee("Đảng ủy khác"), "frame-2025", first=(1000, 1000, 0, 0, 0))
    first = lambda **asked: losses_of(committee, **asked)[0].criteria[0]  # noqa: E731
    assert (first(period=MONTH).most, first(period=MONTH).lost) == (2000, 400)
    assert first(period=MONTH, kind="VILLAGE").lost == 100
    assert first(period=Quarter.of(NOVEMBER)).lost == 600
    assert first(period=MONTH.previous).code == "1"
    assert losses_of(committee, MONTH, kind="ARMY") == []


def test_the_heaviest_comes_first_and_is_measured_on_what_could_be_had(committee):
    make_loss(committee, "frame-2025", first=(1000, 100, 2, 900, 800), last=(1000, 400, 0, 0, 0))
    frame = losses_of(committee, MONTH)[0]
    assert [each.lost for each in frame.heaviest] == [400, 100]
    assert [frame.of_hundred(each) for each in frame.heaviest] == [20, 5]


def test_cells_against_the_log(committee):
    make_loss(committee, "frame-2025", first=(1000, 100, 2, 900, 800), last=(1000, 400, 3, 600, 700))
    frame = losses_of(committee, MONTH)[0]
    assert frame.own_per_hundred == 100
    assert [each.own_per_hundred for each in frame.differing] == [112.5, pytest.approx(85.714, abs=0.001)]
    assert frame.criteria[1].own_per_hundred is None


def test_frames_stay_apart_the_larger_first(committee):
    make_loss(committee, "frame-2018", first=(500, 50, 0, 0, 0))
    make_loss(committee, "frame-2025", first=(1000, 100, 0, 0, 0))
    frames = losses_of(committee, MONTH)
    assert [frame.most for frame in frames] == [1000, 500]
    assert frames[0].title != frames[1].title
