"""The real tree, from the list of administrative units."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from meetings.models import Committee, Level, Placement, path_end
from meetings.registry import CannotLoad, load_units, read_units
from tests.factories import make_committee

HEADER = "code,name,kind,parent_code\n"


@pytest.fixture(autouse=True)
def in_english():
    """The sentences compared here are the code's own, not their translation."""
    with translation.override("en"):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("01", "Thành ủy Hà Nội"),
        ("79", "Thành ủy Thành phố Hồ Chí Minh"),
        ("38", "Tỉnh ủy Thanh Hóa"),
        ("00070", "Đảng ủy phường Hoàn Kiếm"),
        ("31078", "Đảng ủy đặc khu Phú Quốc"),
        ("31378", "Đảng ủy xã Phú Hữu"),  # two blanks in the official list
    ],
)
def test_committees_are_named_as_the_field_names_them(code, name):
    assert next(unit.committee_name for unit in read_units() if unit.code == code) == name


@pytest.mark.django_db
def test_a_code_that_already_stands_elsewhere_stops_the_load_and_stores_nothing():
    make_committee(name="Đảng ủy khác", official_code="00070", parent=make_committee(level=Level.PROVINCE))
    before = Committee.objects.count()

    with pytest.raises(CommandError, match="already stands under another committee"):
        call_command("load_units")
    assert Committee.objects.count() == before


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (unicodedata.normalize("NFD", "01,Hà Nội,tỉnh,\n"), "composed form"),
        ("01,Hà Nội,tỉnh,\n01,Hà Nam,tỉnh,\n", ":3: the code 01 appears twice"),
        ("01,Hà Nội,tỉnh,\n00070,Phường Một,phường,99\n", "unknown province 99"),
        ("01,Hà Nội,vùng,\n", ":2: unknown kind"),
        ("1,Hà Nội,tỉnh,\n", "2 digits"),
    ],
)
def test_a_faulty_list_is_refused_with_its_line(tmp_path: Path, lines, fault):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + lines, encoding="utf-8")

    with pytest.raises(CannotLoad) as refusal:
        read_units(path)
    assert any(fault in sentence for sentence in refusal.value.faults)


# From here on the whole country stands there.
def lay() -> tuple[int, int]:
    return load_units(units=read_units())


def test_the_whole_country_becomes_a_tree_and_a_second_load_changes_nothing(laid):
    assert laid == (3355, 0)
    before = list(Placement.objects.order_by("pk").values())

    assert load_units(units=read_units()) == (0, 0)
    assert list(Placement.objects.order_by("pk").values()) == before
    assert Committee.objects.filter(level=Level.PROVINCE).count() == 34
    assert Committee.objects.filter(level=Level.UPPER_GRASSROOTS).count() == 3321
    root = Committee.objects.get(level=Level.CENTRAL)
    assert Committee.objects.filter(scope_path__gte=root.scope_path, scope_path__lt=path_end(root.scope_path)).count() == 3356
    assert {placement.during.lower for placement in Placement.objects.all()} == {date(2025, 7, 1)}


def test_a_renamed_unit_is_renamed_in_place(laid):
    Committee.objects.filter(official_code="00070").update(name="Đảng ủy phường Tên Cũ")

    assert load_units(units=read_units()) == (0, 1)
    assert Committee.objects.get(official_code="00070").name == "Đảng ủy phường Hoàn Kiếm"


def test_the_names_in_the_table_are_composed(laid):
    assert all(unicodedata.is_normalized("NFC", name) for name in Committee.objects.values_list("name", flat=True))
