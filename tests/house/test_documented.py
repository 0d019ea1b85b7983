"""Each measure of the closed list stands in docs/criteria.md: what it is, of which columns, and the test that reads it out of sittings."""

import ast

import pytest
from django.utils.translation import override

from cellquality.places import PROJECT
from evaluations.measures import MEASURES, Measure

TESTS = PROJECT / "tests" / "evaluations"


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """The rows of the table of measures, by name."""
    text = (PROJECT / "docs" / "criteria.md").read_text(encoding="utf-8")
    table = text.split("| Measure | Type | Definition | Columns | Test |\n")[1].split("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table]
    return {name.strip("`"): [*of_it] for name, *of_it in cells}


@pytest.fixture(scope="module")
def tested() -> dict[str, str]:
    """The text of the file of each test function."""
    texts = [path.read_text(encoding="utf-8") for path in TESTS.glob("test_*.py")]
    return {node.name: text for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}


def columns_of(measure: Measure) -> set[str]:
    return {*measure.columns, *(column for column, _weight in measure.terms)}


def test_the_table_is_the_closed_list(rows):
    assert list(rows) == list(MEASURES)
    assert len(rows) >= 40


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_a_measure_is_told_with_its_columns_and_a_test_that_reads_it(rows, tested, measure):
    unit, definition, columns, test = rows[measure.name]
    with override("en"):
        assert (unit, definition) == (measure.unit.value.lower().replace("_", "/"), str(measure.definition))
    told = set(columns.split("`")[1::2]) if columns != "same" else {measure.name}
    assert told == columns_of(measure)
    assert any(word in tested[test.strip("`")] for word in {measure.name, *columns_of(measure)})
