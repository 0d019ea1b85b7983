"""What the criteria files say, and how a faulty one is named."""

import unicodedata
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evaluations.conditions import Asked, FaultyConditions, parse, written
from evaluations.criteria_entries import SetEntry
from evaluations.criteria_files import FOLDER, FaultyFiles, read_criteria

pytestmark = pytest.mark.usefixtures("english")

GOOD = {
    "rule-documents.yaml": "documents:\n  - {number: 1-HD, issuer: Ban A, date: 2025-01-02, title: Một}\n",
    "frame.yaml": """\
set: frame
title: Khung
kind: FRAME
document: {number: 1-HD, issuer: Ban A, date: 2025-01-02}
effective_from: 2025-01-02
note: Ghi chú
groups:
  - code: 1
    title: Nhóm
    criteria:
      - {code: 1.10, kind: COMPUTED, clause: c, title: Một}
""",
    "sheet.yaml": """\
set: sheet
title: Phiếu
kind: SHEET
document: {number: 1-HD, issuer: Ban A, date: 2025-01-02}
based_on: frame
effective_from: 2025-01-02
thresholds: {good: 9, fair: 7.5, average: 5}
note: Ghi chú
parameters:
  - {code: share, title: Tỷ lệ, default: 40}
groups:
  - code: 1
    title: Nhóm
    points: 10
    criteria:
      - code: 1.10
        title: Thời lượng
        points: 10
        kind: COMPUTED
        clause: dòng 1
        concretises: 1.10
        rows:
          - {points: 10, when: minutes >= 90; speakers_rate > share, words: Đủ}
          - {points: 2.5, words: Thiếu}
""",
}


def write(folder: Path, **changed: str) -> Path:
    for name, content in (GOOD | {f"{name.replace('_', '-')}.yaml": content for name, content in changed.items()}).items():
        (folder / name).write_bytes(content.encode())
    return folder


def faults(folder: Path, **changed: str) -> list[str]:
    with pytest.raises(FaultyFiles) as refusal:
        read_criteria(write(folder, **changed))
    return refusal.value.faults


def entry(code: str) -> SetEntry:
    return next(entry for entry in read_criteria().sets if entry.code == code)


# ------------------------------------------------------------------------------------------------ what they say


def test_the_an_phu_sheet_has_28_lines_in_8_groups_that_add_up_to_100():
    sheet = entry("an-phu-2025")
    lines = list(sheet.criteria)

    assert (len(sheet.groups), len(lines), sum(line.points for line in lines)) == (8, 28, 100_00)
    assert [group.points // 100 for group in sheet.groups] == [5, 5, 10, 30, 10, 5, 30, 5]
    assert all(sum(line.points for line in group.criteria) == group.points for group in sheet.groups)
    assert Counter(line.kind for line in lines) == {"COMPUTED": 9, "DOCUMENTARY": 8, "MIXED": 1, "JUDGED": 10}
    points = Counter()
    for line in lines:
        points[line.kind] += line.points // 100
    assert points == {"COMPUTED": 50, "DOCUMENTARY": 17, "MIXED": 5, "JUDGED": 28}
    assert sheet.thresholds == (90_00, 70_00, 50_00)


def test_every_line_cites_its_clause_and_adds_up_to_the_frame_criterion_it_concretises():
    lines = list(entry("an-phu-2025").criteria)
    concretised = Counter()
    for line in lines:
        concretised[line.concretises] += line.points

    assert all(line.clause and line.rows for line in lines)
    assert concretised == {line.code: line.points for line in entry("frame-2025").criteria}


def test_the_2018_frame_has_five_groups_without_points():
    frame = entry("frame-2018")
    assert len(frame.groups) == 5
    assert {group.points for group in frame.groups} | {line.points for line in frame.criteria} == {None}
    assert not any(line.rows for line in frame.criteria)


def test_the_2025_frame_has_100_points_and_no_bands():
    frame = entry("frame-2025")
    assert [group.points // 100 for group in frame.groups] == [5, 5, 10, 40, 5, 30, 5]
    assert [line.points // 100 for line in frame.criteria] == [5, 5, 5, 5, 5, 25, 10, 5, 30, 5]
    assert frame.thresholds == (None, None, None)
    assert not any(line.rows for line in frame.criteria)


def test_only_the_result_of_the_last_resolution_waits_for_the_cell_to_confirm():
    assert [line.code for line in entry("an-phu-2025").criteria if line.needs_confirmation] == ["7"]


def test_every_trap_of_the_printed_table_says_how_it_was_settled():
    settled = {line.code for line in entry("an-phu-2025").criteria if line.reading}
    assert settled >= {"1", "2.1", "2.2", "3.3", "3.5", "4.2", "4.3", "4.4", "4.5", "4.7", "4.8", "7", "8.3"}


def test_a_number_that_repeats_across_terms_is_another_document():
    files = read_criteria()
    assert [entry.key.issued_on for entry in files.documents] == sorted(entry.key.issued_on for entry in files.documents)
    guidance = next(entry for entry in files.documents if entry.key.number == "42-HD/BTCTW")
    assert (guidance.replaces.number, guidance.replaces.issued_on) == ("12-HD/BTCTW", date(2018, 7, 6))


def test_the_files_are_composed_text():
    for path in FOLDER.glob("*.yaml"):
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8")), path.name


# ------------------------------------------------------------------------------------------------ how they are read


def test_scalars_are_taken_as_written(tmp_path):
    sheet = read_criteria(write(tmp_path)).sets[1]
    (line,) = sheet.criteria
    assert (line.code, line.concretises, sheet.thresholds) == ("1.10", "1.10", (9_00, 7_50, 5_00))
    assert [row.points for row in line.rows] == [10_00, 2_50]
    assert line.rows[0].when == (Asked("minutes", ">=", Decimal(90)), Asked("speakers_rate", ">", parameter="share"))


SHEET = GOOD["sheet.yaml"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"sheet": SHEET.replace("minutes >=", "minute >=")}, "sheet.yaml:23: There is no measure “minute”. Is “minutes” meant?"),
        ({"sheet": SHEET.replace("> share", "> part")}, "sheet.yaml:23: “speakers_rate” is compared with a number or a delegated"),
        ({"sheet": SHEET.replace("clause:", "klause:")}, "sheet.yaml:20: “klause” is not known here."),
        ({"sheet": SHEET.replace("        clause: dòng 1\n", "")}, "sheet.yaml:16: “clause” is missing."),
        ({"sheet": SHEET.replace("COMPUTED", "COUNTED")}, "sheet.yaml:19: one of these is expected here: COMPUTED"),
        ({"sheet": SHEET.replace("points: 2.5", "points: two")}, "sheet.yaml:24: a number with at most two decimals"),
        ({"sheet": SHEET.replace("points: 2.5", "points: --1")}, "sheet.yaml:24: a number with at most two decimals"),
        ({"sheet": SHEET.replace("2025-01-02\nthr", "31/02/2025\nthr")}, "sheet.yaml:6: a day is written"),
        ({"sheet": SHEET.replace("2025-01-02\nthr", "2025-02-31\nthr")}, "sheet.yaml:6: there is no such day."),
        (
            {"sheet": SHEET.replace("Thời lượng", unicodedata.normalize("NFD", "Thời lượng"))},
            "sheet.yaml:17: the text is not in composed form",
        ),
        ({"sheet": SHEET.replace("concretises: 1.10", "concretises: 1.1")}, "sheet.yaml:16: the frame has no criterion 1.1."),
        ({"sheet": SHEET.replace("based_on: frame", "based_on: frames")}, "sheet.yaml:1: there is no frame “frames”."),
        ({"sheet": SHEET.replace("number: 1-HD", "number: 2-HD")}, "sheet.yaml:1: the document 2-HD is not listed."),
        ({"sheet": SHEET + SHEET[SHEET.index("      - code: 1.10") :]}, "sheet.yaml:25: the code 1.10 appears twice."),
        ({"sheet": SHEET.replace("title: Phiếu", "title: Phiếu\ntitle: Khác")}, "sheet.yaml:3: “title” appears twice."),
        ({"sheet": SHEET.replace("groups:\n", "groups: [\n")}, "sheet.yaml:12: "),
        ({"sheet": ""}, "sheet.yaml: the file is empty."),
        ({"sheet": "- a\n"}, "sheet.yaml:1: names with values are expected here."),
        ({"again": SHEET}, "sheet.yaml:1: the code sheet appears twice."),
        ({"rule_documents": GOOD["rule-documents.yaml"] * 2}, "rule-documents.yaml:3: “documents” appears twice."),
        (
            {"rule_documents": GOOD["rule-documents.yaml"].replace("}", ", replaces: {number: 0-HD, issuer: Ban A, date: 2020-01-01}}")},
            "rule-documents.yaml:2: the document 0-HD is not listed.",
        ),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path, changed, fault):
    assert any(sentence.startswith(fault) for sentence in faults(tmp_path, **changed)), faults(tmp_path, **changed)


def test_all_faults_are_told_at_once(tmp_path):
    assert (
        len(faults(tmp_path, sheet=SHEET.replace("minutes >= 90", "minute >= x; minutes >= x").replace("kind: COMPUTED", "kind: X"))) == 3
    )


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    write(tmp_path)
    (tmp_path / "sheet.yaml").write_bytes("set: é".encode("latin-1"))
    with pytest.raises(FaultyFiles, match="not UTF-8"):
        read_criteria(tmp_path)


# ------------------------------------------------------------------------------------------------ conditions


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("", ""),
        ("minutes >= 90; roster_size < 30", "minutes >= 90; roster_size < 30"),
        ("minutes>=90\nis_combined = không\n", "minutes >= 90; is_combined = no"),
        ("attendance_rate ≥ 66,5 %;", "attendance_rate >= 66.5"),
        ("attendance_rate <= 100", "attendance_rate <= 100"),
        ("is_secret = CÓ; app_outage=0", "is_secret = yes; app_outage = no"),
        ("files_lead_days > -1", "files_lead_days > -1"),
        ("speakers_rate >= share", "speakers_rate >= share"),
    ],
)
def test_conditions_are_read_and_written(text, again):
    conditions = parse(text, ["share"])
    assert written(conditions) == again
    assert parse(again, ["share"]) == conditions


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("minutes", "is no comparison"),
        ("minutes >= ", "is no comparison"),
        (">= 90", "is no comparison"),
        ("minutes != 90", "is no comparison"),
        ("minutes >= ninety", "is compared with a number or a delegated parameter (share); “ninety” is neither"),
        ("minutes >= 90.5", "is a whole number"),
        ("minutes >= 90 %", "is compared with a number"),
        ("minutes >= 99999999", "is compared with a number"),
        ("minutes >= 90 roster_size < 30", "is compared with a number"),
        ("attendance_rate >= 101", "from 0 to 100"),
        ("attendance_rate >= 66.555", "is compared with a number"),
        ("is_secret > 0", "is yes or no"),
        ("is_secret = 2", "is yes or no"),
        ("is_secret = share", "is yes or no"),
        ("speakers_rate >= sharing", "a delegated parameter (share)"),
        ("__class__ = 1", "There is no measure “__class__”."),
    ],
)
def test_what_is_no_condition_is_said_in_a_sentence(text, fault):
    with pytest.raises(FaultyConditions) as refusal:
        parse(text, ["share"])
    assert fault in refusal.value.faults[0]


def test_every_part_that_is_wrong_is_named():
    with pytest.raises(FaultyConditions) as refusal:
        parse("minutes; roster_size < 30; is_secret > 0")
    assert len(refusal.value.faults) == 2
