"""Placing bodies in the dated tree."""

from datetime import date

import pytest

from meetings.models import Cell, CellKind, Committee, Level, Placement
from meetings.tree import CannotPlace, place_all, place_cell, place_committee
from tests.factories import SINCE, make_cell, make_committee

pytestmark = pytest.mark.django_db


def test_a_path_is_the_chain_from_the_root():
    province = make_committee("Tỉnh ủy", Level.PROVINCE)
    commune = make_committee(parent=province)
    cell = make_cell(committee=commune)
    assert cell.scope_path == f"{province.pk:06d}/{commune.pk:06d}/c{cell.pk:06d}/"
    assert Cell.objects.get().scope_path == cell.scope_path
    placement = Placement.objects.get(cell=cell)
    assert (placement.parent, placement.path, placement.during.lower) == (commune, cell.scope_path, SINCE)


def test_placing_again_at_the_same_place_writes_nothing():
    commune = make_committee()
    assert place_committee(committee=commune, parent=None, from_=date(2026, 1, 1)) is None
    assert Placement.objects.count() == 1


def test_a_second_place_is_refused():
    cell = make_cell()
    with pytest.raises(CannotPlace):
        place_cell(cell=cell, parent=make_committee("Đảng ủy khác"), from_=date(2026, 1, 1))


def test_a_parent_without_a_place_is_refused():
    cell = Cell.objects.create(name="Chi bộ", kind=CellKind.OFFICE)
    with pytest.raises(CannotPlace):
        place_cell(cell=cell, parent=Committee.objects.create(name="Chưa đặt", level=Level.GRASSROOTS), from_=SINCE)


def test_many_are_placed_in_as_many_statements_as_few(django_assert_num_queries):
    province = make_committee("Tỉnh ủy", Level.PROVINCE)
    for count in (2, 40):
        communes = Committee.objects.bulk_create(Committee(name=f"Đảng ủy xã {i}", level=Level.UPPER_GRASSROOTS) for i in range(count))
        cells = Cell.objects.bulk_create(Cell(name=f"Chi bộ {i}", kind=CellKind.VILLAGE) for i in range(count))
        with django_assert_num_queries(5):
            place_all(
                [(commune, province) for commune in communes] + list(zip(cells, communes, strict=True)),
                from_=SINCE,
            )
        assert cells[-1].scope_path == communes[-1].scope_path + cells[-1].segment
