"""Roll-up rules as data: read from a file, checked before publishing, and what the sample says."""

from pathlib import Path

import pytest
from django.utils.translation import override

from cellquality.places import PROJECT
from evaluations.conditions import Asked, FaultyConditions, parse, written
from evaluations.criteria_entries import RollupEntry
from evaluations.criteria_files import FaultyFiles, read_criteria
from evaluations.loading import load_criteria
from evaluations.measures import Unit
from evaluations.models import CriteriaSet, RollupCondition, RollupRow, RollupRule
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from tests.evaluations.month import load_the_sample
from tests.evaluations.test_criteria_files import GOOD, SHEET, write

pytestmark = pytest.mark.usefixtures("english")

ROLLUP = """\
rollup:
  - period: YEAR
    missing_month: BLOCK
    unverified_month: MISSING
    clause: Mục IV
    reading: Đọc như sau
    rows:
      - {grade: GOOD, when: good_share >= 66,66 %; thematic ≥ 4, words: Tốt}
      - {grade: POOR, words: Còn lại}
  - period: QUARTER
    missing_month: SKIP
    unverified_month: PROVISIONAL
    clause: Mục III
    rows:
      - {grade: GOOD, words: Luôn luôn}
"""
SHEET_WITH_ROLLUP = SHEET.replace("groups:\n", ROLLUP.replace("66,66 %", "66.66 %") + "groups:\n", 1)


def rollups(folder: Path, sheet: str = SHEET_WITH_ROLLUP) -> tuple[RollupEntry, ...]:
    return next(entry for entry in read_criteria(write(folder, sheet=sheet)).sets if entry.code == "sheet").rollups


def test_a_rule_is_read_with_its_policies_and_rows_shorter_periods_first(tmp_path):
    quarter, year = rollups(tmp_path)
    assert (quarter.period, year.period) == ("QUARTER", "YEAR")
    assert (year.missing_month, year.unverified_month, year.clause, year.reading) == ("BLOCK", "MISSING", "Mục IV", "Đọc như sau")
    assert [(row.grade, written(row.when), row.words) for row in year.rows] == [
        ("GOOD", "good_share >= 66.66; thematic >= 4", "Tốt"),
        ("POOR", "", "Còn lại"),
    ]


def test_a_sheet_without_rules_has_none(tmp_path):
    assert rollups(tmp_path, SHEET) == ()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (("period: YEAR", "period: MONTH"), "one of these is expected here: QUARTER, HALF, YEAR."),
        (("period: YEAR", "period: QUARTER"), "there are two rules for one kind of period."),
        (("missing_month: BLOCK", "missing_month: IGNORE"), "one of these is expected here: SKIP, ZERO, BLOCK."),
        (("unverified_month: MISSING\n", "unverified_month: x\n"), "one of these is expected here: PROVISIONAL, MISSING, BLOCK."),
        (("grade: POOR", "grade: BAD"), "one of these is expected here: GOOD, FAIR, AVERAGE, POOR."),
        (("thematic ≥ 4", "minutes >= 90"), "There is no measure “minutes”."),
        (("thematic ≥ 4", "thematics >= 4"), "Is “thematic” meant?"),
        (("thematic ≥ 4", "thematic >= 13"), "“thematic” is a whole number of months, from 0 to 12."),
        (("thematic ≥ 4", "mean >= 1001"), "“mean” is in points, from 0 to 1000."),
        (("good_share >= 66.66 %", "good_share >= 101"), "“good_share” is a share in percent, from 0 to 100."),
        (("    clause: Mục IV\n", ""), "“clause” is missing."),
        (("    rows:\n      - {grade: GOOD, words: Luôn luôn}\n", "    rows:\n"), "a list is expected here."),
    ],
)
def test_a_fault_of_a_rule_is_named_with_file_and_line(tmp_path, changed, fault):
    before, after = changed
    assert before in SHEET_WITH_ROLLUP
    with pytest.raises(FaultyFiles) as refusal:
        rollups(tmp_path, SHEET_WITH_ROLLUP.replace(before, after, 1))
    assert any(sentence.startswith("sheet.yaml:") and fault in sentence for sentence in refusal.value.faults), refusal.value.faults


def test_a_frame_has_no_rules(tmp_path):
    frame = GOOD["frame.yaml"].replace("groups:\n", ROLLUP.replace("66,66 %", "66.66 %") + "groups:\n", 1)
    with pytest.raises(FaultyFiles, match="a frame never scores, so nothing rolls up"):
        read_criteria(write(tmp_path, frame=frame))


@pytest.mark.django_db
def test_what_is_stored_is_what_the_file_says_and_a_faulty_rule_is_refused_with_its_line(tmp_path):
    files = read_criteria(write(tmp_path, sheet=SHEET_WITH_ROLLUP))
    with pytest.raises(FaultyFiles) as refusal:
        load_criteria(files=read_criteria(write(tmp_path, sheet=SHEET_WITH_ROLLUP.replace("grade: POOR,", "grade: POOR, when: held = 0,"))))
    line = SHEET_WITH_ROLLUP[: SHEET_WITH_ROLLUP.index("- period: YEAR")].count("\n") + 1
    assert refusal.value.faults == [f"sheet.yaml:{line}: Year: Its last row must hold in every case: give it no conditions."]
    assert not RollupRule.objects.exists()
    load_criteria(files=files)
    assert as_entry(CriteriaSet.objects.get(code="sheet")) == next(entry for entry in files.sets if entry.code == "sheet")


def _without_rows(rule: RollupRule) -> None:
    rule.rows.all().delete()


def _last_row_asks(rule: RollupRule) -> None:
    RollupCondition.objects.create(row=rule.rows.last(), measure="held", comparison=">=", value=1)


def _first_row_asks_nothing(rule: RollupRule) -> None:
    rule.rows.first().conditions.all().delete()


def _unknown_measure(rule: RollupRule) -> None:
    RollupCondition.objects.filter(row=rule.rows.first()).update(measure="minutes")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (_without_rows, "It has no rows, so nothing can match."),
        (_last_row_asks, "Its last row must hold in every case: give it no conditions."),
        (_first_row_asks_nothing, "A row without conditions stands before others, which can never match."),
        (_unknown_measure, "There is no measure “minutes”."),
    ],
)
def test_what_is_wrong_with_a_rule_keeps_its_set_from_being_published(break_it, sentence):
    load_the_sample()
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    assert faults_of(sample) == []
    break_it(sample.rollup_rules.get(period_kind="YEAR"))
    assert {(fault.where, fault.sentence) for fault in faults_of(sample)} == {("Year", sentence)}


@pytest.mark.django_db
def test_the_sample_counts_classes_for_the_year_and_takes_the_mean_for_shorter_periods():
    load_the_sample()
    asked = {
        rule.period_kind: {condition.measure for row in rule.rows.all() for condition in row.conditions.all()}
        for rule in CriteriaSet.objects.get(code="an-phu-2025").rollup_rules.all()
    }
    assert asked["QUARTER"] == asked["HALF"] == {"mean", "not_held"}
    assert "mean" not in asked["YEAR"] and "good_share" in asked["YEAR"]
    assert RollupRow.objects.filter(rule__criteria_set__code="an-phu-2025").count() == 12


@pytest.mark.parametrize("measure", PERIOD_MEASURES.values(), ids=str)
def test_a_measure_is_named_defined_typed_and_listed(measure):
    assert PERIOD_MEASURES[measure.name] is measure
    assert str(measure.label) and str(measure.definition).endswith(".")
    assert bool(measure.base) == (measure.unit is Unit.RATIO)
    words = {Unit.COUNT: "months", Unit.RATIO: "share", Unit.POINTS: "points"}[measure.unit]
    listed = (PROJECT / "docs" / "criteria.md").read_text()
    assert f"| `{measure.name}` | {words} | {measure.definition} |" in listed


@pytest.mark.parametrize(
    ("name", "value", "base", "words"),
    [
        ("good", 8, None, "8"),
        ("good_share", 8, 12, "8/12 = 66.6 %"),
        ("good_share", 0, 0, "none to count"),
        ("mean", 91_25, None, "91.25"),
        ("mean", 90_00, None, "90.00"),
        ("mean", None, None, "–"),
    ],
)
def test_a_measured_value_in_words(name, value, base, words):
    with override("en"):
        assert PERIOD_MEASURES[name].says(value, base) == words


def test_conditions_are_read_from_the_list_that_is_asked():
    assert parse("mean >= 89.5", measures=PERIOD_MEASURES)[0] == Asked("mean", ">=", parse("mean>=89,5", measures=PERIOD_MEASURES)[0].value)
    with pytest.raises(FaultyConditions, match="There is no measure “mean”"):
        parse("mean >= 89.5")
