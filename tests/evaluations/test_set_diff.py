"""Two texts of a set compared: lines are found again where they moved or were reworded, and every difference is said in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evaluations.conditions import parse
from evaluations.conformity import Stand, conformity
from evaluations.criteria_entries import CriterionEntry, SetEntry
from evaluations.criteria_files import FOLDER, read_criteria
from evaluations.matching import paired
from evaluations.models import SheetPart
from evaluations.set_diff import Fate, LineChange, diff
from tests.evaluations.oracle import steady

pytestmark = pytest.mark.usefixtures("english")
SETS = {entry.code: entry for entry in read_criteria(FOLDER).sets}
SHEET, FRAME, OLD_FRAME = SETS["an-phu-2025"], SETS["frame-2025"], SETS["frame-2018"]


def with_lines(entry: SetEntry, change) -> SetEntry:
    """`change` makes of a line another, or None: dropped."""
    groups = (replace(group, criteria=tuple(made for line in group.criteria if (made := change(line)))) for group in entry.groups)
    return replace(entry, groups=tuple(groups))


def one(which: str, **changes):
    return lambda line: replace(line, **changes) if line.code == which else line


def changed(after: SetEntry, before: SetEntry = SHEET) -> list[LineChange]:
    return [line for line in diff(before, after).lines if line.fate != Fate.KEPT]


def test_the_same_text_differs_in_nothing():
    for entry in SETS.values():
        assert diff(entry, entry).is_none


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": "Thời lượng của kỳ sinh hoạt"}, "became “Thời lượng của kỳ sinh hoạt”"),
        ({"points": 1000}, "Points: “5” became “10”."),
        ({"kind": "JUDGED"}, "How it is judged: “Computed from logged facts” became “Judged by the cell”."),
        ({"concretises": "2"}, "Criterion of the frame: “1” became “2”."),
        ({"applies_when": parse("thematic_held = yes")}, "Applies when: “always” became “Thematic sitting this month: yes”."),
        ({"not_applicable": "ZERO"}, "became “no points”."),
        ({"needs_confirmation": True}, "The cell confirms the computed points: “no” became “yes”."),
        ({"reading": ""}, "became “–”."),
        ({"clause": "Dòng 9"}, "became “Dòng 9”."),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_a_change_of_a_line_is_said(change, sentence):
    (line,) = changed(with_lines(SHEET, one("1", **change)))
    assert line.fate == Fate.CHANGED
    assert len(line.sentences) == 1 and sentence in line.sentences[0], line.sentences


def test_rows_are_compared_one_by_one():
    rows = next(line for line in SHEET.criteria if line.code == "2.1").rows
    (line,) = changed(with_lines(SHEET, one("2.1", rows=(rows[0], replace(rows[1], points=300), *rows[3:]))))
    assert line.sentences == (
        "Row dropped: 4 points: Từ 90 % trở lên (Attendance rate >= 90 %).",
        "Row dropped: 3 points: Từ 75 đến dưới 90 % (Attendance rate >= 75 %).",
        "Row added: 3 points: Từ 90 % trở lên (Attendance rate >= 90 %).",
    )
    (line,) = changed(with_lines(SHEET, one("2.1", rows=(*rows[:1], replace(rows[1], when=parse("attendance_rate >= 95")), *rows[2:]))))
    assert line.sentences == (
        "Row “4 points: Từ 90 % trở lên (Attendance rate >= 90 %)” became “4 points: Từ 90 % trở lên (Attendance rate >= 95 %)”.",
    )


def test_a_line_that_moves_is_found_again():
    groups = list(SHEET.groups)
    (moving,) = [line for line in groups[1].criteria if line.code == "2.2"]
    groups[1] = replace(groups[1], criteria=tuple(line for line in groups[1].criteria if line is not moving))
    groups[2] = replace(groups[2], criteria=(replace(moving, code="3.9"), *groups[2].criteria))
    (line,) = changed(replace(SHEET, groups=tuple(groups)))
    assert (line.fate, line.before.code, line.after.code) == (Fate.MOVED, "2.2", "3.9")
    assert line.sentences[0] == "Its code was 2.2." and "stands in “Công tác chuẩn bị”" in line.sentences[1]


def test_a_reworded_line_is_the_same_and_another_one_is_not():
    (line,) = changed(with_lines(SHEET, one("2.2", title="Không có đảng viên nào vắng có lý do quá 3 lần liên tiếp trong năm", code="2.9")))
    assert (line.fate, line.before.code) == (Fate.CHANGED, "2.2")
    new = CriterionEntry("2.2", "Điều hoàn toàn khác", "JUDGED", "c", 100)
    gone, added = sorted(changed(with_lines(SHEET, lambda line: new if line.code == "2.2" else line)), key=lambda line: line.fate)[::-1]
    assert {gone.fate, added.fate} == {Fate.DROPPED, Fate.ADDED}


def test_what_the_set_itself_says_is_compared_too():
    said = diff(
        SHEET, replace(SHEET, title="Khác", thresholds=(95_00, 70_00, 50_00), parameters=SHEET.parameters[1:], rollups=SHEET.rollups[1:])
    ).of_set
    assert [sentence.split(":")[0] for sentence in said] == ["Title", "Good from", "Dropped", "Dropped"]
    assert "Good from: “90” became “95”." in said
    assert [*diff(SHEET, replace(SHEET, part=SheetPart.THEMATIC)).of_set] == [
        "What it scores: “The month, by its regular or combined sitting” became “A thematic sitting, on a sheet of its own”."
    ]


def test_the_2025_frame_against_that_of_2018_names_every_line_once():
    found = diff(OLD_FRAME, FRAME).lines
    assert [line.after for line in found if line.after] == list(FRAME.criteria)
    assert sorted(line.before.code for line in found if line.before) == sorted(line.code for line in OLD_FRAME.criteria)


@steady(40)
@given(some.permutations(list(SHEET.criteria)), some.sets(some.integers(0, 27), max_size=8))
def test_whatever_is_dropped_and_moved_each_line_is_paired_with_itself(order, dropped):
    kept = [line for place, line in enumerate(order) if place not in dropped]
    after = replace(SHEET, groups=(replace(SHEET.groups[0], criteria=tuple(replace(line, code=f"x{n}") for n, line in enumerate(kept))),))
    pairs = paired(SHEET, after)
    assert [new.line.title for _old, new in pairs if new] == [line.title for line in kept]
    assert all(old.line.title == new.line.title for old, new in pairs if old and new)
    assert sum(new is None for _old, new in pairs) == len(dropped)


def test_the_sample_covers_the_frame_and_what_it_weighs_otherwise_is_named():
    stands = {each.criterion.code: each.stand for group in conformity(FRAME, SHEET).groups for each in group.criteria}
    assert Stand.LEFT_OUT not in stands.values()
    without = with_lines(SHEET, lambda line: None if line.concretises == "1" else line)
    found = conformity(FRAME, with_lines(without, one("2.1", points=300)))
    stands = {each.criterion.code: each.stand for group in found.groups for each in group.criteria}
    assert (stands["1"], stands["2"]) == (Stand.LEFT_OUT, Stand.WEIGHS_OTHERWISE)
    assert found.own == ()
    own = conformity(FRAME, with_lines(SHEET, one("1", concretises=None)))
    assert [line.code for line in own.own] == ["1"] and own.points_of_own == 500
