"""The closed list of measures: each defined, measured and stored, and nothing beside."""

from types import SimpleNamespace

import pytest
from django.utils.translation import override

from evaluations.measures import MEASURES, Unit
from evaluations.measuring import COLUMNS
from evaluations.models import MonthFacts

# What a row of facts says about itself, beside the measures.
OF_THE_SITTING = {"cell_id", "month", "meeting_id", "part", "held_on"}
OF_THE_ROW = OF_THE_SITTING | {"measured_on", "counted_path", "cell_kind", "criteria_set_id", "pending"}


def test_every_column_is_measured_and_every_measure_has_its_columns():
    stored = {field.attname for field in MonthFacts._meta.concrete_fields if not (field.primary_key or field.generated)}
    asked = {column for measure in MEASURES.values() for column in (*measure.columns, *(column for column, _weight in measure.terms))}
    assert stored == set(COLUMNS)
    assert stored - OF_THE_ROW == asked


@pytest.mark.parametrize("measure", MEASURES.values(), ids=str)
def test_a_measure_is_named_defined_and_typed(measure):
    assert MEASURES[measure.name] is measure
    assert str(measure.label) and str(measure.definition).endswith(".")
    assert isinstance(measure.unit, Unit)
    assert len(measure.columns) == (2 if measure.unit is Unit.RATIO else 1)
    field = MonthFacts._meta.get_field(measure.columns[0])
    assert (field.get_internal_type() == "BooleanField") == (measure.unit is Unit.YES_NO)


@pytest.mark.parametrize(
    ("name", "facts", "words"),
    [
        ("attendance_rate", {"expected_present": 22, "expected": 23}, "22/23 = 95.6 %"),
        ("attendance_rate", {"expected_present": 8996, "expected": 10000}, "8996/10000 = 89.9 %"),
        ("attendance_rate", {"expected_present": 0, "expected": 0}, "none to count"),
        ("tasks_done_rate_partly_half", {"tasks_done": 2, "tasks_partly": 1, "tasks_due": 3}, "2.5/3 = 83.3 %"),
        ("tasks_done_rate_partly_half", {"tasks_done": 2, "tasks_partly": 2, "tasks_due": 3}, "3/3 = 100.0 %"),
        ("attendance_rate_without_excused", {"expected_present": 22, "expected_not_excused": None}, "not recorded"),
        ("conclusion_votes_rate", {"conclusion_votes_for": None, "conclusion_votes_base": None}, "not recorded"),
        ("prepared_lead_days", {"prepared_lead_days": -1}, "-1 days"),
        ("thematic_this_quarter", {"thematic_this_quarter": None}, "not recorded"),
        ("minutes", {"minutes": 105}, "105 minutes"),
        ("minutes", {"minutes": None}, "not recorded"),
        ("is_combined", {"is_combined": True}, "yes"),
        ("conclusion_lag_days", {"conclusion_lag_days": 2}, "2 days"),
        ("unexcused", {"unexcused": 0}, "0"),
    ],
)
def test_a_fact_in_words_cuts_a_percentage_and_never_rounds_it(name, facts, words):
    with override("en"):
        assert MEASURES[name].says(SimpleNamespace(**facts)) == words
