"""A set written as a file reads back as the same set, whatever it says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evaluations.conditions import Asked
from evaluations.criteria_entries import CriterionEntry, DocumentKey, GroupEntry, ParameterEntry, RollupEntry, RowEntry, RungEntry, SetEntry
from evaluations.criteria_files import FOLDER, read_criteria
from evaluations.measures import MEASURES, Unit
from evaluations.models import Comparison, CriterionKind, Grade, MissingMonth, NotApplicable, SetKind, SheetPart, UnverifiedMonth
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.set_files import read_set, write_set
from meetings import text
from tests.evaluations.oracle import steady

PARAMETERS = ("most", "share")
clean = some.text(some.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), min_size=1, max_size=60).map(text.clean).filter(bool)
# As YAML might take them for something else than a text.
strange = some.sampled_from(
    ["yes", "no", "null", "~", "4.10", "2026-01-01", "- a", "a: b", "#x", "&a", "*a", "!x", "'", '"', "%", "=1+1", "@"]
)
texts = clean | strange
lines = texts.map(text.clean_line)
points = some.integers(0, 99_999)
thresholds = some.sets(points, min_size=3, max_size=3).map(lambda three: tuple(sorted(three, reverse=True)))
days = some.dates(date(2000, 1, 1), date(2100, 1, 1))


def conditions(measures, parameters=()):
    def of(name: str):
        measure = measures[name]
        if measure.unit is Unit.YES_NO:
            return some.builds(Asked, some.just(name), some.just("="), some.sampled_from([Decimal(0), Decimal(1)]))
        compared = some.sampled_from(Comparison.values)
        numbers = some.builds(Asked, some.just(name), compared, some.integers(0, 12).map(Decimal))
        codes = some.builds(Asked, some.just(name), compared, some.none(), some.sampled_from(PARAMETERS))
        return numbers | codes if parameters else numbers

    return some.lists(some.sampled_from(sorted(measures)).flatmap(of), max_size=3).map(tuple)


def several(entries):
    return some.lists(entries, max_size=3).map(tuple)


criteria = some.builds(
    CriterionEntry,
    code=some.just(""),
    title=texts,
    kind=some.sampled_from(CriterionKind.values),
    clause=lines,
    points=some.none() | points,
    concretises=some.none() | some.sampled_from(["1", "4.10", "no"]),
    applies_when=conditions(MEASURES, PARAMETERS),
    not_applicable=some.sampled_from(NotApplicable.values),
    needs_confirmation=some.booleans(),
    reading=some.just("") | texts,
    rows=several(some.builds(RowEntry, points, texts, conditions(MEASURES, PARAMETERS))),
    place=some.just(None),
)
groups = some.builds(GroupEntry, some.just(""), lines, some.none() | points, several(criteria))
rollups = some.builds(
    RollupEntry,
    some.sampled_from(["QUARTER", "YEAR"]),
    some.sampled_from(MissingMonth.values),
    some.sampled_from(UnverifiedMonth.values),
    lines,
    some.just("") | texts,
    several(some.builds(RungEntry, some.sampled_from(Grade.values), texts, conditions(PERIOD_MEASURES))),
    some.just(None),
)


def with_codes(groups: tuple[GroupEntry, ...]) -> tuple[GroupEntry, ...]:
    """With codes that do not repeat; YAML would take some of them for numbers."""
    return tuple(
        replace(
            group,
            code=str(number),
            criteria=tuple(replace(line, code=f"{number}.{each}0") for each, line in enumerate(group.criteria, start=1)),
        )
        for number, group in enumerate(groups, start=1)
    )


sets = some.builds(
    SetEntry,
    code=some.sampled_from(["a", "2026", "no"]),
    title=lines,
    kind=some.just(SetKind.SHEET.value),
    part=some.sampled_from(SheetPart.values),
    document=some.builds(DocumentKey, strange, lines, days),
    effective_from=some.dates(date(2000, 1, 1), date(2050, 1, 1)),
    effective_to=some.none() | some.dates(date(2050, 1, 2), date(2100, 1, 1)),
    based_on=some.none() | some.just("frame-2025"),
    thresholds=some.just((None, None, None)) | thresholds,
    note=some.just("") | texts,
    parameters=points.map(lambda default: tuple(ParameterEntry(code, "Tỷ lệ", Decimal(default) / 100) for code in PARAMETERS)),
    rollups=some.just(()) | rollups.map(lambda one: (one,)),
    groups=several(groups).map(with_codes),
    place=some.just(None),
)


@steady(60)
@given(sets)
def test_what_is_written_reads_back_as_the_same(entry):
    assert read_set("a.yaml", write_set(entry).encode()) == entry


@pytest.mark.parametrize("entry", read_criteria(FOLDER).sets, ids=lambda entry: entry.code)
def test_the_files_of_the_product_do_too(entry):
    written = write_set(entry)
    assert read_set("a.yaml", written.encode()) == entry
    assert "\\u" not in written and "&id" not in written
