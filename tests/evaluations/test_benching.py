"""What is measured is what an export does: its rows, its file, its memory."""

import pytest
from django.utils import timezone

from evaluations.benching.spreadsheets import measure_spreadsheet, peak_mb
from evaluations.exporting import lists
from evaluations.exporting.asking import Asked
from evaluations.exporting.tables import Book, Column, Kind, Table
from tests.evaluations.exported import NOVEMBER, a_year


def numbers(count: int, rows=None) -> Book:
    columns = [Column("No.", Kind.WHOLE), Column("Cell")]
    rows = ((number, f"Chi bộ {number}") for number in range(count)) if rows is None else rows
    return Book("Cells", "Đảng ủy", [Table("Cells", columns, rows, count)])


@pytest.mark.django_db
def test_the_rows_of_a_list_are_read_and_written():
    ground = a_year(months=[11])
    asked = Asked(ground.province, NOVEMBER, {"show": "", "kind": "", "order": "name", "direct": ""}, timezone.now(), "")
    written = measure_spreadsheet(lists.cells(asked))
    assert written.rows == len(ground.cells) and written.rows_per_second > 0 and written.size > 1000


def test_memory_does_not_grow_with_the_rows():
    few, many = (measure_spreadsheet(numbers(count)) for count in (1_000, 50_000))
    assert (few.rows, many.rows) == (1_000, 50_000)
    assert many.peak_mb - few.peak_mb < 10


def test_twin_what_is_held_on_the_way_shows():
    def heavy():
        block = bytearray(100 * 2**20)
        yield len(block), "Chi bộ"

    few = measure_spreadsheet(numbers(1))
    assert measure_spreadsheet(numbers(1, heavy())).peak_mb - few.peak_mb > 90


def test_a_peak_is_forgotten_before_the_next():
    block = bytearray(200 * 2**20)
    high = peak_mb()
    del block
    assert measure_spreadsheet(numbers(10)).peak_mb < high - 100
