"""From a criterion in a board's chart down to the cells that lose points on it: stored sums above, the sheets' own points at the end."""

from random import Random

import pytest
from django.urls import reverse

from evaluations.checking.losses import losses_under
from evaluations.lost_at import lost_at
from evaluations.lost_points import losses_of
from evaluations.models import Criterion, ScoreSheet
from evaluations.periods import Period, Quarter
from meetings.models import CellKind, Committee, Level
from tests.costs import queries_of
from tests.evaluations.month import put_in_force
from tests.evaluations.rolling import Writer
from tests.evaluations.test_losses import MONTH, scored_cell, sum_up
from tests.factories import make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def lay() -> tuple[Committee, Committee, Writer]:
    """A province with two communes of three cells each, some verified; the first commune has a cell of another province's sheet beside."""
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)
    criteria_set, writer, rng = put_in_force(province), Writer(make_user("ghi-diem")), Random(11)
    communes = [make_committee(f"Đảng ủy xã {number}", parent=province) for number in (1, 2)]
    for commune in communes:
        for verified in (True, False, True):
            scored_cell(commune, criteria_set, writer, rng, verified=verified)
    sum_up()
    return province, communes[0], writer


@pytest.fixture
def province(laid) -> Committee:
    return laid[0]


@pytest.fixture
def commune(laid) -> Committee:
    return laid[1]


@pytest.fixture
def board(province):
    return browser_of(make_user("ban", board_of=province))


def frame_of() -> list[Criterion]:
    frame = ScoreSheet.objects.first().criteria_set.based_on
    return list(frame.criteria.order_by("position"))


def address(committee: Committee, criterion: Criterion, period: Period = MONTH) -> str:
    return reverse("committee_criterion", args=[committee.public_id, period, criterion.pk])


@pytest.mark.parametrize("kind", ["", CellKind.SCHOOL])
def test_what_is_lost_on_each_criterion_is_made_of_its_parts_and_is_what_the_sheets_say(province, commune, kind):
    for number, criterion in enumerate(frame_of()):
        slowly = [sums for (of_kind, _frame), sums in losses_under(province.scope_path, MONTH.first).items() if kind in ("", of_kind)]
        found = lost_at(province, MONTH, criterion, kind=kind)
        assert found.whole.lost == sum(sums["lost"][number] for sums in slowly) == sum(part.lost for part in found.committees)
        assert found.whole.most == sum(sums["most"][number] for sums in slowly) == sum(part.most for part in found.committees)
        assert found.cells == []
        below = lost_at(commune, MONTH, criterion, kind=kind)
        (part,) = [part for part in found.committees if part.public_id == commune.public_id] or [below.whole]
        for name in ("most", "lost", "own", "computed"):
            assert getattr(below.whole, name) == getattr(part, name) == sum(getattr(cell, name) for cell in below.cells), (criterion, name)
    assert lost_at(province, Quarter(2026, 3), frame_of()[0]).whole == lost_at(province, MONTH, frame_of()[0]).whole


def test_the_way_leads_from_the_board_to_the_cells_explanation(province, commune, board):
    page = board.get(reverse("committee_board", args=[province.public_id, MONTH])).content.decode()
    heaviest = losses_of(province, MONTH)[0].heaviest[0]
    criterion = Criterion.objects.get(pk=heaviest.key)
    assert f'href="{address(province, criterion)}"' in page
    page = board.get(address(province, criterion))
    assert f"{criterion.code}. {criterion.title}" in words_of(page)
    (committees,) = page.context["tables"]
    assert [row.record.lost for row in committees.rows] == sorted((row.record.lost for row in committees.rows), reverse=True)
    assert f'href="{address(commune, criterion)}"' in page.content.decode()
    page = board.get(address(commune, criterion))
    (cells,) = page.context["tables"]
    cell = cells.rows[0].record
    assert f'href="{reverse("cell_explanation", args=[cell.public_id, MONTH])}"' in page.content.decode()
    longer = board.get(address(commune, criterion, Quarter(2026, 3)))
    assert f'href="{reverse("cell_period", args=[cell.public_id, Quarter(2026, 3)])}"' in longer.content.decode()


def test_any_heading_sorts_and_a_strange_one_does_not(commune, board):
    criterion = Criterion.objects.get(pk=losses_of(commune, MONTH)[0].heaviest[0].key)
    for order, key in (("lost", lambda each: each.lost), ("-share", lambda each: -each.share), ("name", lambda each: each.place)):
        (cells,) = board.get(address(commune, criterion), {"order": order}).context["tables"]
        records = [row.record for row in cells.rows]
        assert records == sorted(records, key=key)
    assert board.get(address(commune, criterion), {"order": "' or 1=1"}).status_code == 200


def test_elsewhere_and_what_is_no_criterion_of_a_frame_is_404(province, commune, board):
    criterion = frame_of()[0]
    other = make_committee("Tỉnh ủy Khác", Level.PROVINCE)
    assert board.get(address(other, criterion)).status_code == 404
    own = ScoreSheet.objects.first().criteria_set.criteria.first()
    assert board.get(address(province, own)).status_code == 404
    assert board.get(address(province, criterion).replace(f"/{criterion.pk}", f"/{10**30}")).status_code == 404
    assert board.get(address(province, criterion), {"kind": "x"}).status_code == 404
    empty = board.get(address(province, criterion, MONTH.shifted(-5)))
    assert (empty.status_code, "Nothing to show" in words_of(empty)) == (200, True)


def test_it_costs_the_same_for_three_cells_and_for_more(province, commune, board, laid):
    criterion = frame_of()[0]
    board.get(address(commune, criterion))
    few = queries_of(board, address(commune, criterion))
    rng, criteria_set = Random(3), ScoreSheet.objects.first().criteria_set
    for _more in range(12):
        scored_cell(commune, criteria_set, laid[2], rng)
    sum_up()
    assert queries_of(board, address(commune, criterion)) == few <= 18
