"""What stands in the files: the numbers of the pages, as numbers; text as text; the layout of the office."""

import re
from datetime import date

import pytest
from django.utils import timezone
from docx.shared import Pt

from evaluations.dashboard import board_of, counts_of
from evaluations.exporting import docx, xlsx
from evaluations.exporting.docx import in_words, official_date
from evaluations.exporting.tables import Kind
from evaluations.models import Grade, JobState, MonthFacts, ScoreState, SheetPart
from evaluations.periods import Year
from evaluations.shown import SHOWN, cells_right_below, cells_within, totals_of
from meetings.models import Cell, CellKind, DemoData
from tests.evaluations.closed_periods import set_month
from tests.evaluations.exported import NOVEMBER, YEAR, a_year, ask, document, headings_of, rows_of, spreadsheet, text_of, top_of, work_on
from tests.evaluations.month import recorded_month
from tests.factories import make_cell, make_user

pytestmark = pytest.mark.django_db
lay = a_year


@pytest.mark.parametrize("period", [NOVEMBER, YEAR], ids=str)
def test_each_list_of_cells_holds_what_its_number_counts(ground, exports_folder, english, period):
    for show, what in SHOWN.items():
        sheet = spreadsheet(ground.office, ground.province, "cells", period, exports_folder, query=f"show={show}").active
        listed = cells_within(ground.province, period, show=show)
        place = headings_of(sheet).index("Points")
        points = [round(row[place] * 100) for row in rows_of(sheet) if row[place] is not None]
        assert len(rows_of(sheet)) == len(listed)
        assert sorted(points) == sorted(score.total for score in listed if score.total is not None)
        assert f"Shown: {what.label}" in top_of(sheet)
        if period == YEAR and what.counted is not None:
            assert sum(row[-1] for row in rows_of(sheet)) == totals_of(listed).months


def test_of_cells_right_below_only_those(ground, exports_folder, english):
    for committee in (ground.province, ground.communes[0]):
        sheet = spreadsheet(ground.office, committee, "cells", NOVEMBER, exports_folder, query="direct=1&order=todo").active
        listed = cells_right_below(committee, NOVEMBER, order="todo")
        assert [row[1] for row in rows_of(sheet)] == [score.cell.name for score in listed]
        assert "only cells right below" in top_of(sheet)


def test_the_sums_of_a_months_file_are_those_of_its_board(ground, exports_folder, english):
    counts = counts_of(ground.province, NOVEMBER)
    sheet = spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active
    rows, headings = rows_of(sheet), headings_of(sheet)
    classes = [row[headings.index("Class")] for row in rows]
    assert [(grade, classes.count(str(grade.label))) for grade in Grade] == counts.grades
    assert round(sum(row[headings.index("Points")] or 0 for row in rows) * 100) == counts.points
    assert [row[headings.index("Verified")] for row in rows].count("yes") == counts.verified
    assert len(rows) == counts.cells


def test_the_committees_file_adds_up_to_the_boards_own_row(ground, exports_folder):
    sheet = spreadsheet(ground.office, ground.province, "committees", YEAR, exports_folder).active
    *below, own = rows_of(sheet)
    assert own[0] == ground.province.name
    assert [row[0] for row in below] == [committee.name for committee in ground.communes]
    for place in range(1, len(own) - 1):
        assert sum(row[place] for row in below) == own[place]
    assert round(own[-1] * 100) == board_of(ground.province, YEAR).now.mean


def test_a_kind_of_cell_is_a_filter(ground, exports_folder, english):
    sheet = spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder, query="kind=SCHOOL").active
    rows = rows_of(sheet)
    assert {row[2] for row in rows} == {"School"} and len(rows) == Cell.objects.filter(kind=CellKind.SCHOOL).count()
    assert "Kind of cell: School" in top_of(sheet)
    sheet = spreadsheet(ground.office, ground.province, "committees", NOVEMBER, exports_folder, query="kind=SCHOOL").active
    assert rows_of(sheet)[-1][1] == len(rows)


def test_cells_stand_committee_by_committee_in_vietnamese_order(ground, exports_folder):
    for name in ("Chi bộ Đông", "Chi bộ Dương", "Chi bộ Ấp", "Chi bộ An", "Chi bộ Ăn"):
        set_month(make_cell(name, committee=ground.communes[0]), NOVEMBER.first)
    rows = rows_of(spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active)
    named = [row[1] for row in rows if row[0] == ground.communes[0].name]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert named[-5:] == ["Chi bộ An", "Chi bộ Ăn", "Chi bộ Ấp", "Chi bộ Dương", "Chi bộ Đông"]


FORMULAS = ["=1+1", "+84 9", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]


def test_text_that_looks_like_a_formula_stays_text(ground, exports_folder):
    for number, name in enumerate(FORMULAS):
        Cell.objects.filter(pk=ground.cells[number].pk).update(name=name)
    sheet = spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active
    found = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value in FORMULAS}
    assert set(found) == set(FORMULAS)
    assert {(cell.data_type, bool(cell.quotePrefix)) for cell in found.values()} == {("s", True)}


def test_twin_text_without_the_mark_would_be_a_formula_once_edited(ground, exports_folder, monkeypatch):
    monkeypatch.setattr(xlsx, "FORMULA_LIKE", ("no such beginning",))
    Cell.objects.filter(pk=ground.cells[0].pk).update(name="=1+1")
    sheet = spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert not cell.quotePrefix


def test_days_are_days_and_numbers_numbers(exports_folder, english):
    month = recorded_month()
    committee = month.people.cell.placements.get().parent
    office = make_user("office", office_of=committee)
    set_month(month.people.cell, NOVEMBER.first, state=ScoreState.SCORED, held=True, sent=True, total=8750, grade=Grade.GOOD)
    facts = MonthFacts.objects.create(**_facts(month)) if not MonthFacts.objects.exists() else MonthFacts.objects.get()
    sheet = spreadsheet(office, committee, "monthly", NOVEMBER, exports_folder).active
    (row,) = rows_of(sheet)
    number, cell, present, members, held_on, points, grade, _note = row
    assert (number, cell, present, members) == (1, month.people.cell.name, facts.present, facts.roster_size)
    assert (held_on.date(), points, grade) == (facts.held_on, 87.5, "Good")
    assert held_on.date() == date(2026, 11, 3)


def _facts(month) -> dict:
    columns = [field for field in MonthFacts._meta.concrete_fields if not (field.primary_key or field.null or field.generated)]
    blank = {field.attname: 0 for field in columns}
    facts = {"cell_id": month.people.cell.pk, "meeting_id": month.meeting.pk, "month": NOVEMBER.first, "held_on": date(2026, 11, 3)}
    facts |= {"part": SheetPart.MONTH}
    facts |= {"measured_on": date(2026, 11, 5), "counted_path": month.people.cell.scope_path, "cell_kind": month.people.cell.kind}
    flags = {name: bool(value) for name, value in blank.items() if MonthFacts._meta.get_field(name).get_internal_type() == "BooleanField"}
    return blank | flags | facts | {"pending": [], "present": 22, "roster_size": 23}


def test_the_monthly_table_has_its_official_columns(ground, exports_folder):
    commune = ground.communes[0]
    sheet = spreadsheet(ground.office, commune, "monthly", NOVEMBER, exports_folder).active
    assert headings_of(sheet) == ["STT", "Chi bộ", "Có mặt", "Tổng số", "Ngày sinh hoạt", "Điểm", "Xếp loại", "Ghi chú"]
    rows = rows_of(sheet)
    scores = cells_within(commune, NOVEMBER)
    assert [row[:2] for row in rows] == [(number, score.cell.name) for number, score in enumerate(scores, start=1)]
    assert [None if row[5] is None else round(row[5] * 100) for row in rows] == [score.total for score in scores]
    for row, score in zip(rows, scores, strict=True):
        assert (str(score.get_state_display()) in (row[7] or "")) == (score.state != ScoreState.SCORED)


def test_of_several_committees_the_monthly_table_names_them(ground, exports_folder):
    sheet = spreadsheet(ground.office, ground.province, "monthly", NOVEMBER, exports_folder).active
    assert headings_of(sheet)[2] == "Cấp ủy"
    assert {row[2] for row in rows_of(sheet)} == {commune.name for commune in ground.communes}


def test_made_up_data_says_so_on_every_file(ground, exports_folder):
    note = "Dữ liệu để thử, không có thật"
    assert note not in top_of(spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active)
    DemoData.objects.create(id=1, note=note, seed=1, loaded_at=timezone.now())
    for name, period in (("cells", NOVEMBER), ("report", YEAR)):
        for sheet in spreadsheet(ground.office, ground.province, name, period, exports_folder):
            assert top_of(sheet)[0] == note
    for name, period in (("monthly", NOVEMBER), ("report", YEAR)):
        assert document(ground.office, ground.province, name, period, exports_folder).paragraphs[0].text == note


def test_the_top_says_what_when_and_by_whom(ground, exports_folder, english):
    top = top_of(spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active)
    assert top[:2] == ["Cells, month 11/2026", ground.province.name]
    assert top[-1] == "Exported at 09:41 5/11/2026 by Lê Văn Ban. Figures as known at that time."


REPORTED = ("expected", "held", "held_on_day", "sent", "sent_on_time", "verified", "no_set")


def test_the_years_report_says_what_its_board_says(ground, exports_folder):
    board = board_of(ground.province, YEAR)
    by_month, by_kind, below, lost, against = spreadsheet(ground.office, ground.province, "report", YEAR, exports_folder)
    *months, year = rows_of(by_month)
    assert [row[0] for row in months] == [month.label for month, counts in board.months if counts.cells]
    for row, counts in zip([*months, year], [*(counts for _month, counts in board.months if counts.cells), board.now], strict=True):
        assert row[2:] == tuple(getattr(counts, name) for name in REPORTED)
    *kinds, everything = rows_of(by_kind)
    assert [str(row[0]) for row in kinds] == [str(kind.label) for kind in board.kinds]
    assert everything[1:7] == (board.now.cells, board.now.scored, *(n for _grade, n in board.now.grades))
    assert sum(row[1] for row in kinds) == board.now.cells
    *rows, everything = rows_of(below)
    assert [row[1] for row in rows] == [each.counts.cells for each in sorted(board.below, key=lambda each: each.name)]
    assert everything[2] == board.now.held * 1000 // board.now.expected / 1000
    (frame,) = board.frames
    *criteria, everything = rows_of(lost)
    assert [row[0].split(".")[0] for row in criteria] == [each.code.split(".")[0] for each in frame.heaviest]
    assert [round(row[2] * 100) for row in criteria] == [each.lost for each in frame.heaviest]
    assert round(everything[1] * 100) == frame.most
    *criteria, everything = rows_of(against)
    assert everything[1] == sum(row[1] for row in criteria) == frame.compared
    assert everything[4] == pytest.approx(frame.own_per_hundred)


def test_the_commune_s_report_lists_its_cells(ground, exports_folder):
    commune = ground.communes[0]
    book = spreadsheet(ground.office, commune, "report", YEAR, exports_folder)
    rows = rows_of(book["Chi bộ trực thuộc"])
    board = board_of(commune, YEAR)
    assert [row[0] for row in rows] == sorted(each.score.cell.name for each in board.cells)
    assert {row[0]: row[6] and round(row[6] * 100) for row in rows} == {each.score.cell.name: each.score.total for each in board.cells}


def test_the_document_has_the_layout_of_party_papers(ground, exports_folder):
    paper = document(ground.office, ground.communes[0], "report", YEAR, exports_folder)
    page, normal = paper.sections[0], paper.styles["Normal"]
    margins = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(length.mm) for length in (page.page_width, page.page_height, *margins)] == [210, 297, 20, 20, 30, 15]
    assert (normal.font.name, normal.font.size) == ("Times New Roman", Pt(14))
    body = [paragraph for paragraph in paper.paragraphs if paragraph.paragraph_format.first_line_indent]
    assert {paragraph.paragraph_format.line_spacing for paragraph in body} == {Pt(19)}
    left, right = (cell.text.splitlines() for cell in paper.tables[0].rows[0].cells)
    assert left[:3] == [ground.province.name.upper(), ground.communes[0].name.upper(), "*"]
    assert right == ["ĐẢNG CỘNG SẢN VIỆT NAM", "…………, ngày 05 tháng 11 năm 2026"]
    assert "CỘNG HÒA" not in text_of(paper)


def test_the_document_says_the_numbers_of_the_board(ground, exports_folder):
    board, text = board_of(ground.province, YEAR), text_of(document(ground.office, ground.province, "report", YEAR, exports_folder))
    for row in (board.now, *(each.counts for each in board.below)):
        assert in_words(Kind.POINTS, row.mean) in text
    said = next(line for line in text.splitlines() if line.startswith("Trong"))
    numbers = [int(number) for number in re.findall(r"(?<![,\d])\d+(?![,\d])", said)]
    assert [numbers[0], numbers[1]] == [board.now.expected, board.now.held]
    for each in board.frames[0].heaviest:
        assert in_words(Kind.POINTS, each.lost) in text


def test_a_year_without_figures_is_a_page_that_says_so(ground, exports_folder, english):
    text = text_of(document(ground.office, ground.province, "report", Year(2024, 1), exports_folder))
    assert "no cell of Tỉnh ủy Minh Họa has figures for 2024" in text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 2, 3), "ngày 03 tháng 02 năm 2026"),
        (date(2026, 3, 10), "ngày 10 tháng 3 năm 2026"),
        (date(2026, 12, 9), "ngày 09 tháng 12 năm 2026"),
    ],
)
def test_papers_are_dated_as_the_rule_wants(day, said):
    assert official_date(day) == said


def test_what_is_longer_than_a_sheet_is_refused_in_words(ground, exports_folder, english, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 12)
    job = ask(ground.office, ground.province, "cells", NOVEMBER)
    work_on(job)
    assert (job.state, list(exports_folder.iterdir())) == (JobState.FAILED, [])
    assert job.error == "There are more rows than a sheet can hold. Choose a smaller part, then export it."


def test_what_is_longer_than_a_document_is_refused_in_words(ground, exports_folder, english, monkeypatch):
    monkeypatch.setattr(docx, "MOST_ROWS", 5)
    job = ask(ground.office, ground.province, "monthly", NOVEMBER, form="docx")
    work_on(job)
    assert (job.state, job.error[:37]) == (JobState.FAILED, "A document holds up to 5 rows. Take t")


def test_a_group_of_columns_stands_over_headings_that_can_be_filtered(ground, exports_folder):
    sheet = spreadsheet(ground.office, ground.communes[0], "monthly", NOVEMBER, exports_folder).active
    (group,) = sheet.merged_cells.ranges
    assert (sheet[group.start_cell.coordinate].value, group.max_col - group.min_col) == ("Số lượng", 1)
    first = int("".join(filter(str.isdigit, sheet.freeze_panes)))
    assert group.max_row == first - 2 and sheet.auto_filter.ref.startswith(f"A{first - 1}:")
    assert sheet.print_title_rows == f"${first - 2}:${first - 1}"


def test_what_xml_cannot_say_is_left_out(ground, exports_folder):
    Cell.objects.filter(pk=ground.cells[0].pk).update(name="<b>Chi bộ\x07 & \ufffe1")
    rows = rows_of(spreadsheet(ground.office, ground.province, "cells", NOVEMBER, exports_folder).active)
    assert "<b>Chi bộ & 1" in {row[1] for row in rows}


def test_a_heading_has_room_for_its_lines(ground, exports_folder):
    sheet = spreadsheet(ground.office, ground.province, "committees", NOVEMBER, exports_folder).active
    first = int("".join(filter(str.isdigit, sheet.freeze_panes)))
    assert sheet.row_dimensions[first - 1].height == 2 * xlsx.LINE_HEIGHT
