"""Rows of the common shapes, typed as a table is printed."""

from decimal import Decimal

import pytest

from evaluations.conditions import written
from evaluations.criteria_files import FOLDER, read_criteria
from evaluations.measures import MEASURES
from evaluations.quick_rows import FaultyRows, bands, levels, measures_for_bands, measures_for_yes_or_no, yes_or_no

pytestmark = pytest.mark.usefixtures("english")
RATE, DAYS, POSTED = MEASURES["attendance_rate"], MEASURES["conclusion_lag_days"], MEASURES["files_posted"]
TABLE = "90; 4; Từ 90 %\n75 %;3; Từ 75 đến dưới 90 %\n\n 65; 2,5 ; Từ 65\n;1; Dưới 65 %"


def plain(rows) -> list[tuple]:
    return [(row.points, row.words, written(row.when)) for row in rows]


def test_bands_become_the_ordered_rows_that_a_drafter_would_write():
    assert plain(bands(RATE, TABLE)) == [
        (400, "Từ 90 %", "attendance_rate >= 90"),
        (300, "Từ 75 đến dưới 90 %", "attendance_rate >= 75"),
        (250, "Từ 65", "attendance_rate >= 65"),
        (100, "Dưới 65 %", ""),
    ]
    assert plain(bands(DAYS, "2; 1; Đúng hạn\n5; 0.5; Muộn ít\n; 0; Muộn", less_is_better=True)) == [
        (100, "Đúng hạn", "conclusion_lag_days <= 2"),
        (50, "Muộn ít", "conclusion_lag_days <= 5"),
        (0, "Muộn", ""),
    ]


def test_the_samples_own_bands_are_typed_as_they_are_printed():
    (line,) = [line for entry in read_criteria(FOLDER).sets for line in entry.criteria if entry.code == "an-phu-2025" and line.code == "7"]
    measure = MEASURES[line.rows[0].when[0].measure]
    typed = "\n".join(f"{row.when[0].value if row.when else ''}; {Decimal(row.points) / 100}; {row.words}" for row in line.rows)
    assert tuple(bands(measure, typed)) == line.rows


def test_yes_or_no_and_levels():
    assert plain(yes_or_no(POSTED, "2; Đã đăng\n0; Chưa đăng")) == [(200, "Đã đăng", "files_posted = yes"), (0, "Chưa đăng", "")]
    assert plain(levels("3; Đủ, đúng; trọng tâm\n1.5; Một phần\n0; Không")) == [
        (300, "Đủ, đúng; trọng tâm", ""),
        (150, "Một phần", ""),
        (0, "Không", ""),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("90; 4; a\n95; 3; b\n; 1; c", "Line 2: its limit is met by the lines above already"),
        ("90; 4; a\n90; 3; b\n; 1; c", "Line 2: its limit is met by the lines above already"),
        ("90; 4; a\n80; 3; b", "Line 2: every line but the last has a limit"),
        ("; 4; a\n; 3; b", "Line 1: every line but the last has a limit"),
        ("90 4 a\n; 3; b", "Line 1: write “limit; points; words”"),
        ("120; 4; a\n; 3; b", "Line 1: “Attendance rate” can't be compared with 120 %"),
        ("; 4; a", "Write at least 2 lines."),
        ("", "Write at least 2 lines."),
        ("90; 4; \n; 3; b", "Line 1: write “limit; points; words”"),
        ("=90; 4; a\n; 3; b", "Line 1: write “limit; points; words”"),
        ("90; 999999; a\n; 3; b", "Line 1: write “limit; points; words”"),
        ("\n".join(f"{99 - n / 2}; 1; a" for n in range(120)) + "\n; 0; b", "Write at most 100 lines."),
    ],
)
def test_a_faulty_table_is_named_line_by_line(typed, sentence):
    with pytest.raises(FaultyRows) as refusal:
        bands(RATE, typed)
    assert any(fault.startswith(sentence) for fault in refusal.value.faults), refusal.value.faults


def test_all_faults_are_told_at_once():
    with pytest.raises(FaultyRows) as refusal:
        levels("a\nb\n1; c")
    assert len(refusal.value.faults) == 2
    with pytest.raises(FaultyRows, match="two lines"):
        yes_or_no(POSTED, "2; a\n1; b\n0; c")


def test_every_measure_is_of_one_shape():
    assert {measure.name for measure in (*measures_for_bands(), *measures_for_yes_or_no())} == set(MEASURES)
    assert not {measure.name for measure in measures_for_bands()} & {measure.name for measure in measures_for_yes_or_no()}
