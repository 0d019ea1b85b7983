"""The registry: all or nothing, every fault with its row, the same files twice change nothing."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation

from meetings.models import Appointment, Cell, Committee, Level, Member, Membership, Placement, Standing, User
from meetings.registry import import_registry, importing
from meetings.roll_call import roster_on
from tests.factories import make_cell, make_committee, make_member, make_user

pytestmark = pytest.mark.django_db

FILES = {
    "committees.csv": """
code,name,level,parent_code,from
TMH,Tỉnh ủy Minh Họa,PROVINCE,TW,2025-07-01
MH01,Đảng ủy xã Minh Họa Một,xã,TMH,1/7/2025
MH01A,Đảng ủy cơ sở Trường,GRASSROOTS,MH01,
""",
    "cells.csv": """
code,name,kind,committee_code,from,uses_handbook
CB1,Chi bộ Thôn Một,VILLAGE,MH01,,
CB2,Chi bộ Trường Tiểu học,trường học,MH01A,01/09/2025,no
""",
    "members.csv": """
code,full_name,cell_code,from,until,end_reason,relation,standing,standing_from,ends_earlier
M1,Nguyễn Văn An,CB1,2025-07-01,,,,chính thức,,
M2,Trần Thị Bình,CB1,2025-07-01,,,,dự bị,2026-03-01,
M3,Lê Văn Cường,CB2,2025-09-01,2026-09-01,Chuyển đi,,,,
M1,Nguyễn Văn An,CB2,2026-01-01,2026-04-01,,TEMPORARY,,,
""",
    "appointments.csv": """
username,full_name,role,body_code,from,until
bt.thon-mot,Nguyễn Văn An,SECRETARY,CB1,,
vp.minh-hoa,Phạm Thị Dung,COMMITTEE,MH01,,
btc.minh-hoa,Võ Văn Em,PROVINCIAL_BOARD,TMH,,
""",
}
TABLES = (Committee, Cell, Placement, Member, Membership, Standing, User, Appointment)


@pytest.fixture(autouse=True)
def in_english():
    """The sentences compared here are the code's own, not their translation."""
    with translation.override("en"):
        yield


@pytest.fixture
def root():
    return make_committee("Ban Chấp hành Trung ương", Level.CENTRAL, official_code="TW")


@pytest.fixture
def write(tmp_path: Path, root):
    """Writes the files (those given instead of the usual), returns their directory."""

    def write_files(**instead: str | bytes) -> Path:
        for name, content in (FILES | {f"{stem}.csv": content for stem, content in instead.items()}).items():
            content = content if isinstance(content, bytes) else content.strip().encode()
            (tmp_path / name).write_bytes(content)
        return tmp_path

    return write_files


def load(path: Path, **options):
    return import_registry(paths=[path], at=timezone.now(), **options)


def faults_of(path: Path) -> list[str]:
    before = everything()
    result = load(path)
    assert result.faults
    assert everything() == before
    return [str(fault) for fault in result.faults]


def everything() -> list:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def with_row(name: str, row: str) -> str:
    return f"{FILES[name].strip()}\n{row}\n"


def test_the_lists_become_the_tree_its_people_and_their_rights(write):
    result = load(write())

    assert not result.faults
    cell = Cell.objects.get(official_code="CB2")
    assert (cell.kind, cell.uses_handbook) == ("SCHOOL", False)
    assert cell.scope_path.startswith(Committee.objects.get(official_code="MH01A").scope_path)
    assert cell.placements.get().during.lower == date(2025, 9, 1)
    lines = roster_on(Cell.objects.get(official_code="CB1"), date(2026, 10, 1)).lines
    assert [(line.member.full_name, line.standing) for line in lines] == [
        ("Nguyễn Văn An", "OFFICIAL"),
        ("Trần Thị Bình", "PROBATIONARY"),
    ]
    assert len(roster_on(cell, date(2026, 2, 1))) == 2
    assert Membership.objects.get(member__official_code="M3").end_reason == "Chuyển đi"
    assert not User.objects.get(username="bt.thon-mot").has_usable_password()
    assert Appointment.objects.get(user__username="vp.minh-hoa").committee.official_code == "MH01"


def test_the_same_files_twice_change_nothing(write):
    path = write()
    load(path)
    before = everything()

    result = load(path)

    assert everything() == before
    assert set(result.made.values()) | set(result.changed.values()) == {0}


def test_changed_rows_update_and_rows_not_named_stay(write):
    load(write())
    load(
        write(
            committees="code,name,level,parent_code\nMH01,Đảng ủy xã Tên Mới,xã,TMH\n",
            cells="code,name,kind,committee_code\nCB1,Chi bộ Thôn Một (mới),VILLAGE,MH01\n",
            members="code,full_name,cell_code,from,until,standing,standing_from\n"
            "M2,Trần Thị Thanh Bình,CB1,2025-07-01,2026-12-01,OFFICIAL,2026-09-01\n",
            appointments="username,full_name,role,body_code,until\nbt.thon-mot,Nguyễn Văn An,SECRETARY,CB1,2026-12-01\n",
        )
    )
    assert Committee.objects.get(official_code="MH01").name == "Đảng ủy xã Tên Mới"
    assert Cell.objects.get(official_code="CB1").name == "Chi bộ Thôn Một (mới)"
    member = Member.objects.get(official_code="M2")
    assert member.full_name == "Trần Thị Thanh Bình"
    assert member.memberships.get().during.upper == date(2026, 12, 1)
    assert [(row.kind, row.during.upper) for row in member.standings.order_by("during")] == [
        ("PROBATIONARY", date(2026, 9, 1)),
        ("OFFICIAL", None),
    ]
    assert Appointment.objects.get(user__username="bt.thon-mot").during.upper == date(2026, 12, 1)
    assert Member.objects.count() == 3


def test_a_transfer_ends_the_earlier_membership_only_where_the_file_says_so(write):
    load(write())
    header = "code,full_name,cell_code,from,ends_earlier\n"

    assert (
        "members.csv:2: Overlapping membership: Trần Thị Bình belongs to Chi bộ Thôn Một"
        in faults_of(write(members=f"{header}M2,Trần Thị Bình,CB2,2026-11-01,\n"))[0]
    )

    path = write(members=f"{header}M2,Trần Thị Bình,CB2,2026-11-01,yes\n")
    assert not load(path).faults
    spans = [(row.cell.official_code, row.during.upper) for row in Membership.objects.filter(member__official_code="M2")]
    assert sorted(spans, key=str) == [("CB1", date(2026, 11, 1)), ("CB2", None)]
    before = everything()
    assert not load(path).faults
    assert everything() == before


def test_an_end_recorded_on_the_roster_page_survives_the_same_file(write):
    path = write()
    load(path)
    Membership.objects.filter(member__official_code="M2").update(during=(date(2025, 7, 1), date(2026, 10, 1)))
    load(path)
    assert Membership.objects.get(member__official_code="M2").during.upper == date(2026, 10, 1)


def test_who_was_added_by_hand_is_the_lists_person_of_that_cell_and_name(write):
    load(write())
    cell = Cell.objects.get(official_code="CB2")
    by_hand = make_member(cell, "Lý Thị Hoà", since=date(2026, 11, 1))
    namesakes = [make_member(cell, "Võ Văn Hai") for _person in range(2)]
    elsewhere = make_member(Cell.objects.get(official_code="CB1"), "Phạm Thị Ba")
    rows = ["M7,Lý Thị Hòa,CB2,2026-11-01", "M8,Võ Văn Hai,CB2,2026-11-01", "M9,Phạm Thị Ba,CB2,2026-11-01"]
    path = write(members="\n".join(["code,full_name,cell_code,from", *rows]))
    assert not load(path).faults
    by_hand.refresh_from_db()
    assert (by_hand.official_code, by_hand.full_name, by_hand.memberships.count()) == ("M7", "Lý Thị Hòa", 1)
    assert not Member.objects.filter(pk__in=[*(member.pk for member in namesakes), elsewhere.pk]).exclude(official_code=None).exists()
    before = everything()
    load(path)
    assert everything() == before


def counted() -> bool:
    """Whether the planner knows anything of the members."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'meetings_member'")
        return cursor.fetchone()[0] > 0


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "twin that leaves it to the server"])
def test_after_an_import_the_planner_knows_what_came(write, monkeypatch, counts):
    if not counts:
        monkeypatch.setattr(importing, "refresh_statistics", lambda: None)
    load(write(), only_check=True)
    assert not counted()
    load(write())
    assert counted() is counts


def test_check_writes_nothing(write):
    before = everything()
    result = load(write(), only_check=True)
    assert result.made == {"committees": 3, "cells": 2, "members": 10, "appointments": 6}
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "row", "fault"),
    [
        ("committees.csv", "MH02,Đảng ủy xã Hai,xã,KHONG,", "committees.csv:5: parent_code: no committee has the code “KHONG”"),
        ("committees.csv", "MH01,Đảng ủy xã Hai,xã,TMH,", "committees.csv:5: The code MH01 stands in row 3 already"),
        ("committees.csv", "MH02,Đảng ủy xã Hai,tổng,TMH,", "committees.csv:5: level: “tổng” is not known"),
        ("committees.csv", "MH02,Đảng ủy xã Hai,PROVINCE,MH01,", "committees.csv:5: level:"),
        ("committees.csv", "MH02,,xã,TMH,", "committees.csv:5: name is empty"),
        ("committees.csv", "MH02,Một,xã,MH03,\nMH03,Hai,xã,MH02,", "committees.csv:5: These committees stand under one another"),
        ("cells.csv", "CB3,Chi bộ Ba,VILLAGE,KHONG,,", "cells.csv:4: committee_code: no committee has the code “KHONG”"),
        ("cells.csv", "CB3,Chi bộ Ba,LÀNG,MH01,,", "cells.csv:4: kind: “LÀNG” is not known"),
        ("cells.csv", "CB3,Chi bộ Ba,VILLAGE,MH01,31/02/2026,", "cells.csv:4: from: there is no day 31/02/2026"),
        ("cells.csv", "CB3,Chi bộ Ba,VILLAGE,MH01,hôm qua,", "cells.csv:4: from: “hôm qua” is no day"),
        ("cells.csv", "CB3,Chi bộ Ba,VILLAGE,MH01,,có lẽ", "cells.csv:4: uses_handbook: write yes or no"),
        ("cells.csv", "CB1,Chi bộ Ba,VILLAGE,MH01,,", "cells.csv:4: The code CB1 stands in row 2 already"),
        ("members.csv", "M9,Lý Văn Giang,KHONG,2026-01-01,,,,,,", "members.csv:6: cell_code: no cell has the code “KHONG”"),
        ("members.csv", "M1,Nguyễn Văn An,CB2,2026-01-01,,,,,,", "members.csv:6: Overlapping membership"),
        ("members.csv", "M1,Người Khác,CB1,2025-07-01,,,,,,", "members.csv:6: The code M1 belongs to Nguyễn Văn An in row 2"),
        ("members.csv", "M9,Lý Văn Giang,CB1,2026-01-02,2026-01-01,,,,,", "members.csv:6: until: the end lies before"),
        ("members.csv", "M9,Lý Văn Giang,CB1,1026-01-02,,,,,,", "members.csv:6: from: check the year"),
        ("members.csv", "M9,Lý Văn Giang,CB1", "members.csv:6: 3 values where the header has 10"),
        ("members.csv", 'M9,"Lý Văn Giang,CB1,2026-01-01', "members.csv"),
        ("appointments.csv", "x,Ai Đó,SECRETARY,CB2,,", "appointments.csv:5: username:"),
        ("appointments.csv", "ai-do,Ai Đó,CHU_TICH,CB2,,", "appointments.csv:5: role: “CHU_TICH” is not known"),
        ("appointments.csv", "ai-do,Ai Đó,SECRETARY,MH01,,", "appointments.csv:5: body_code: no cell has the code “MH01”"),
        ("appointments.csv", "ai-do,Ai Đó,SECRETARY,CB1,2026-01-01,", "appointments.csv:5: Overlapping appointment"),
        ("appointments.csv", "ai-do,Ai Đó,PROVINCIAL_BOARD,MH01,,", "appointments.csv:5: role: only a province"),
    ],
)
def test_one_faulty_row_stops_everything_and_is_named(write, name, row, fault):
    faults = faults_of(write(**{name.removesuffix(".csv"): with_row(name, row)}))
    assert any(found.startswith(fault) for found in faults), faults


def test_every_fault_is_listed(write):
    rows = "\n".join(f"X{number},Chi bộ {number},VILLAGE,KHONG,," for number in range(5))
    assert len(faults_of(write(cells=with_row("cells.csv", rows)))) == 5


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("code,name\nA,B\n", "members.csv:1: The header lacks"),
        ("code,full_name,cell_code,from,phone\n", "members.csv:1: The header has unknown columns: phone"),
        ("code,code,full_name,cell_code,from\n", "members.csv:1: The header has columns twice: code"),
        ("", "members.csv:1: The header lacks"),
        ("code,full_name,cell_code,from\nM8,Trần Thị Bình,CB1,2026-01-01\n".encode("utf-16"), "members.csv:1: This is not UTF-8"),
        (b"code,full_name,cell_code,from\nM8,Tr\xe2n,CB1,2026-01-01\n", "members.csv:2: This is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_as_such(write, content, fault):
    assert faults_of(write(members=content))[0].startswith(fault)


def test_text_is_cleaned_and_formulas_are_words(write):
    header = "code;full_name;cell_code;from"
    rows = '"=""M8""";=HYPERLINK(1);CB1;2026-01-01\nM9; Hoa\u0300  \u200bBi\u0300nh ;CB1;1.1.2026'
    assert not load(write(members=f"\ufeff{header}\n{rows}\n")).faults
    assert Member.objects.get(official_code="M8").full_name == "HYPERLINK(1)"
    assert Member.objects.get(official_code="M9").full_name == "Hoà Bình"


def test_a_committee_or_cell_is_not_moved_by_a_list(write):
    load(write())
    faults = faults_of(write(cells="code,name,kind,committee_code\nCB1,Chi bộ Thôn Một,VILLAGE,TMH\n"))
    assert "cells.csv:2: committee_code: the cell stands elsewhere already" in faults[0]


def test_names_of_files_and_directories(tmp_path):
    other = tmp_path / "danh-sach.csv"
    other.write_text("code\n")
    result = import_registry(paths=[other, tmp_path], at=timezone.now())
    assert [fault.row for fault in result.faults] == [0, 0]


def test_a_handover_by_list(write):
    load(write())
    handed = "username,full_name,role,body_code,from,ends_earlier\nbt.moi,Lê Thị Mới,SECRETARY,CB1,2026-11-01,yes\n"
    path = write(appointments=handed)
    assert not load(path).faults
    old = Appointment.objects.get(user__username="bt.thon-mot")
    assert (old.during.upper, old.ended_at is None) == (date(2026, 11, 1), False)
    before = everything()
    load(path)
    assert everything() == before


def test_members_without_codes_are_left_alone(write):
    cell = make_cell(official_code="CB9")
    make_user("bi-thu", secretary_of=cell)
    load(write())
    assert Cell.objects.filter(official_code="CB9").exists()


class TestCommand:
    def test_it_says_what_it_did(self, write):
        told = StringIO()
        call_command("import_registry", str(write()), stdout=told)
        assert "cells: 2 rows made, 0 changed" in told.getvalue()

    def test_it_lists_faults_and_fails(self, write):
        told = StringIO()
        with pytest.raises(CommandError, match="1 faults; nothing was imported"):
            call_command("import_registry", str(write(cells=with_row("cells.csv", "CB3,Ba,VILLAGE,KHONG,,"))), stderr=told)
        assert "cells.csv:4:" in told.getvalue()
