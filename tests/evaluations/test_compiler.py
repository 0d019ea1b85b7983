"""The compiled SQL says what plain Python says, whatever the set and the facts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations import compiler
from evaluations.checking.points import evaluate_plainly, value_in_force
from evaluations.compiler import Expression, Outcome
from evaluations.definition import Definition, Level, Line
from evaluations.definition import Test as Comparing
from evaluations.delegating import values_applied
from evaluations.measures import MEASURES
from evaluations.models import Comparison, CriteriaSet, Criterion, CriterionKind, MonthFacts, NotApplicable
from evaluations.scoring import Scored, evaluate
from evaluations.totals import rescale
from tests.evaluations.oracle import definitions, levels_for, make_ground, month_facts, steady

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground():
    return make_ground()


def agree(definition: Definition, facts: MonthFacts, levels: list[int | None]) -> Scored:
    scored, plain = evaluate(definition, facts, levels), evaluate_plainly(definition, facts, levels)
    assert (scored.outcome, scored.points) == (plain.outcome, plain.points)
    assert (scored.counted_max, scored.total) == (plain.counted_max, plain.total)
    assert (scored.classed(definition).grade or "") == plain.grade
    return scored


@steady(40)
@given(st.data())
def test_sql_and_plain_python_agree_on_random_sets_and_facts(ground, data):
    definition = data.draw(definitions(ground.parameters))
    for facts in data.draw(st.lists(month_facts(ground.paths), min_size=4, max_size=4)):
        agree(definition, facts, data.draw(levels_for(definition)))


@steady(40)
@given(st.data())
def test_the_value_of_a_parameter_that_is_told_is_the_one_that_scored(ground, data):
    asked = tuple(Comparing(MEASURES["attendance_rate"], ">=", parameter=parameter) for parameter in ground.parameters)
    definition = one_line(replace(FULL, tests=asked[:1]), NONE, applies_when=asked[1:])
    facts = data.draw(month_facts(ground.paths))
    applied = values_applied(definition, facts)
    for test in asked:
        told = applied[test.parameter.pk].value if test.parameter.pk in applied else test.parameter.default
        assert told == value_in_force(test, facts)


def test_values_are_one_query_and_none_where_nothing_is_delegated(ground, facts, django_assert_num_queries):
    many = tuple(Comparing(MEASURES["attendance_rate"], ">=", parameter=parameter) for parameter in ground.parameters * 9)
    for tests, queries in ((many, 1), (many[:1], 1), ((asks("minutes", ">=", "90"),), 0)):
        with django_assert_num_queries(queries):
            values_applied(one_line(replace(FULL, tests=tests), NONE), facts)


@steady(40)
@given(gained=st.integers(0, 20_000), counted=st.integers(1, 20_000), whole=st.integers(1, 20_000))
def test_rescaling_rounds_half_up_in_whole_numbers(gained, counted, whole):
    exact = Decimal(gained) * whole / counted
    assert abs(rescale(gained, counted, whole) - exact) <= Decimal("0.5")
    assert rescale(1, 2, 1) == 1 and rescale(1, 3, 1) == 0 and rescale(counted, counted, whole) == whole


def one_line(*rows: Level, kind: str = CriterionKind.COMPUTED, applies_when: tuple[Comparing, ...] = (), **columns) -> Definition:
    criterion = Criterion(code="1", kind=kind, max_points=100, **columns)
    thresholds = {"good_from": 90, "fair_from": 70, "average_from": 50}
    return Definition(CriteriaSet(**thresholds), (Line(0, criterion, rows, applies_when),))


def asks(measure: str, comparison: str, value: str) -> Comparing:
    return Comparing(MEASURES[measure], comparison, Decimal(value))


FULL, NONE = Level(100, "Đủ"), Level(0, "Không")
IN_TWO_DAYS = replace(FULL, tests=(asks("conclusion_lag_days", "<=", "2"),))


@pytest.fixture
def facts():
    columns = {field.attname: False if field.get_internal_type() == "BooleanField" else 0 for field in MonthFacts._meta.concrete_fields}
    day = date(2026, 3, 3)
    return MonthFacts(**columns | {"month": day, "held_on": day, "measured_on": day, "pending": [], "counted_path": "", "cell_kind": ""})


@pytest.mark.parametrize(
    ("gone_by", "is_pending", "outcome"),
    [(1, True, Outcome.NOT_DUE), (2, True, Outcome.NOT_DUE), (3, True, 1), (2, False, 0), (3, False, 1)],
)
def test_what_is_to_be_posted_within_days_is_open_until_posted_or_overdue(facts, gone_by, is_pending, outcome):
    facts.conclusion_lag_days, facts.pending = gone_by, ["conclusion_lag_days"] * is_pending
    assert agree(one_line(IN_TWO_DAYS, NONE), facts, [None]).outcome == [outcome]


@pytest.mark.parametrize(("gone_by", "outcome"), [(1, Outcome.NOT_DUE), (2, Outcome.NOT_DUE), (3, 0)])
def test_a_row_for_the_late_ones_is_not_taken_for_missed_before_its_days_are_over(facts, gone_by, outcome):
    facts.conclusion_lag_days, facts.pending = gone_by, ["conclusion_lag_days"]
    late = replace(NONE, tests=(asks("conclusion_lag_days", ">", "2"),))
    assert agree(one_line(late, FULL), facts, [None]).outcome == [outcome]


def test_a_row_that_does_not_ask_what_is_to_come_is_certain_at_once(facts):
    facts.conclusion_lag_days, facts.pending, facts.is_secret = 0, ["conclusion_lag_days"], True
    secret = replace(FULL, tests=(asks("is_secret", "=", "1"),))
    assert agree(one_line(secret, IN_TWO_DAYS, NONE), facts, [None]).outcome == [0]


def test_a_line_that_may_yet_apply_is_not_due(facts):
    facts.minutes, facts.pending = None, ["minutes"]
    long_sitting = (asks("minutes", ">=", "90"),)
    assert agree(one_line(FULL, applies_when=long_sitting), facts, [None]).outcome == [Outcome.NOT_DUE]


def test_an_unanswered_line_asks_for_its_answer_before_it_waits_for_a_fact(facts):
    facts.conclusion_lag_days, facts.pending = 0, ["conclusion_lag_days"]
    mixed = one_line(IN_TWO_DAYS, NONE, kind=CriterionKind.MIXED)
    assert agree(mixed, facts, [None]).outcome == [Outcome.NOT_ANSWERED]
    assert agree(mixed, facts, [0]).outcome == [Outcome.NOT_DUE]
    assert agree(mixed, facts, [1]).outcome == [1]


def test_a_level_that_the_facts_do_not_open_falls_to_the_last_row(facts):
    thematic = replace(FULL, tests=(asks("thematic_held", "=", "1"),))
    assert agree(one_line(thematic, NONE, kind=CriterionKind.MIXED), facts, [0]).points == [0]


def test_a_ratio_of_nothing_matches_no_row_but_the_last(facts):
    for comparison in ("<", "<=", "=", ">=", ">"):
        of_nothing = replace(FULL, tests=(asks("attendance_rate", comparison, "0"),))
        assert agree(one_line(of_nothing, NONE), facts, [None]).outcome == [1]


@pytest.mark.parametrize("guarded", [True, False], ids=["never holds", "twin that passes NULL on"])
@pytest.mark.parametrize("columns", [{"expected_present": 3}, {"expected_not_excused": 3}], ids=["no base", "no count"])
def test_a_ratio_that_is_not_recorded_matches_no_row_and_lets_no_line_apply(facts, monkeypatch, guarded, columns):
    facts.expected_present = facts.expected_not_excused = None
    for name, value in columns.items():
        setattr(facts, name, value)
    test_of = compiler._test
    if not guarded:
        monkeypatch.setattr(compiler, "_test", lambda test: Expression(test_of(test).sql.removesuffix(" IS TRUE"), test_of(test).params))
    for comparison in Comparison.values:
        asked = (asks("attendance_rate_without_excused", comparison, "50"),)
        assert evaluate(one_line(replace(FULL, tests=asked), NONE), facts, [None]).outcome == [1]
        applying = one_line(FULL, applies_when=asked)
        assert evaluate_plainly(applying, facts, [None]).outcome == [Outcome.NOT_APPLICABLE]
        assert evaluate(applying, facts, [None]).outcome == [Outcome.NOT_APPLICABLE if guarded else 0]


@pytest.mark.parametrize(("name", "value"), [("opinions", "0"), ("thematic_this_quarter", "0"), ("prepared_lead_days", "3")])
def test_what_is_not_recorded_is_neither_yes_nor_no_and_neither_many_nor_few(facts, name, value):
    setattr(facts, MEASURES[name].columns[0], None)
    for comparison in Comparison.values:
        assert agree(one_line(replace(FULL, tests=(asks(name, comparison, value),)), NONE), facts, [None]).outcome == [1]


def test_a_ratio_is_compared_whole_and_not_as_a_rounded_percentage(facts):
    facts.expected, facts.expected_present = 10_000, 8_999
    enough = replace(FULL, tests=(asks("attendance_rate", ">=", "90"),))
    assert agree(one_line(enough, NONE), facts, [None]).outcome == [1]
    facts.expected_present = 9_000
    assert agree(one_line(enough, NONE), facts, [None]).outcome == [0]


@pytest.mark.parametrize(
    ("policy", "points", "total"), [(NotApplicable.FULL, 100, 100), (NotApplicable.ZERO, 0, 0), (NotApplicable.EXCLUDE, None, None)]
)
def test_where_a_line_does_not_apply_its_policy_counts(facts, policy, points, total):
    never = (asks("is_combined", "=", "1"),)
    scored = agree(one_line(FULL, applies_when=never, not_applicable=policy), facts, [None])
    assert (scored.outcome, scored.points, scored.total) == ([Outcome.NOT_APPLICABLE], [points], total)
