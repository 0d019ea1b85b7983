"""Why a line has its points: words for every way it can come out, without asking the database or computing anew."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from evaluations.compiler import Outcome
from evaluations.definition import Test as Comparing
from evaluations.explaining import explain
from evaluations.measures import MEASURES
from evaluations.models import CriterionKind, MonthFacts, NotApplicable, Parameter, ParameterValue
from evaluations.scoring import Scored
from meetings.models import Committee
from tests.evaluations.test_compiler import FULL, IN_TWO_DAYS, NONE, asks, one_line

pytestmark = pytest.mark.usefixtures("english")
MOST = replace(FULL, words="Từ 90 %", tests=(asks("attendance_rate", ">=", "90"),))
SOME = replace(FULL, points=60, words="Từ 75 %", tests=(asks("attendance_rate", ">=", "75"),))


@pytest.fixture
def facts() -> MonthFacts:
    day = date(2026, 11, 3)
    return MonthFacts(held_on=day, pending=[], expected=10_000, expected_present=8_996, conclusion_lag_days=1, is_combined=False)


def explained(definition, facts, outcome, points, applied=()):
    scored = Scored([outcome], [points], 100, points, [])
    return explain(definition, facts, scored, {value.parameter_id: value for value in applied})[0]


@pytest.mark.parametrize(
    ("outcome", "points", "rule", "better"), [(0, 100, "Từ 90 %", ""), (1, 60, "Từ 75 %", "Từ 90 %"), (2, 0, "Không", "Từ 75 %")]
)
def test_a_row_that_matched_says_its_words_and_the_next_better_row(facts, outcome, points, rule, better):
    line = explained(one_line(MOST, SOME, NONE), facts, outcome, points)
    assert (line.rule, line.better, line.points) == (rule, better, points)
    assert line.is_applicable and line.is_due


def test_a_row_that_stands_in_the_way_is_named_and_not_a_lower_level_below_it(facts):
    """One person absent without reason at 95 %: to come to 75 % is no way up."""
    absent = replace(FULL, points=10, words="Có người vắng không lý do", tests=(asks("unexcused", ">", "0"),))
    line = explained(one_line(absent, MOST, SOME, NONE), facts, 0, 10)
    assert line.better == "without “Có người vắng không lý do”, up to 1"


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("policy", NotApplicable)
def test_every_other_way_has_words_in_both_languages(facts, outcome, policy):
    definition = one_line(MOST, NONE, applies_when=(asks("is_combined", "=", "1"),), not_applicable=policy)
    for language in ("en", "vi"):
        with override(language):
            (line,) = explain(definition, facts, Scored([outcome], [None], 0, None, []), {})
        assert line.rule and not line.better
    assert (line.is_applicable, line.is_due) == (outcome != Outcome.NOT_APPLICABLE, outcome != Outcome.NOT_DUE)


def test_what_does_not_apply_says_on_what_condition_and_what_is_counted(facts):
    definition = one_line(MOST, NONE, applies_when=(asks("is_combined", "=", "1"),), not_applicable=NotApplicable.FULL)
    rule = explained(definition, facts, Outcome.NOT_APPLICABLE, 100).rule
    assert "Combined sitting: yes" in rule and "full marks" in rule


def test_nothing_is_computed_again(facts):
    # The stored outcome is told as it stands, even where today's facts would say otherwise.
    assert explained(one_line(MOST, SOME, NONE), facts, 0, 100).rule == "Từ 90 %"


@pytest.mark.django_db
def test_the_database_is_not_asked(facts, django_assert_num_queries):
    with django_assert_num_queries(0):
        explained(one_line(MOST, SOME, NONE, kind=CriterionKind.MIXED), facts, 1, 60)


SHARE = Parameter(pk=1, code="muc", title="Mức chung", default=Decimal("50.00"))
ASKS_SHARE = Comparing(MEASURES["attendance_rate"], ">=", parameter=SHARE)
OF_COMMUNE = ParameterValue(parameter=SHARE, committee=Committee(name="Đảng ủy xã"), value=Decimal("37.50"), document="05-QĐ/ĐU")


def limits(definition, facts, applied=()) -> list[tuple]:
    return [(limit.label, limit.words, limit.source) for limit in explained(definition, facts, 0, 100, applied).limits]


def test_a_delegated_parameter_says_what_it_was_and_who_set_it(facts):
    line = one_line(replace(FULL, tests=(ASKS_SHARE, ASKS_SHARE)), NONE)
    assert limits(line, facts) == [("Mức chung", "50 %", "as the set of criteria has it")]
    set_by = "set by Đảng ủy xã, 05-QĐ/ĐU; the set of criteria has 50 %"
    assert limits(line, facts, [OF_COMMUNE]) == [("Mức chung", "37.5 %", set_by)]
    assert limits(one_line(MOST, NONE), facts, [OF_COMMUNE]) == []


def test_a_condition_that_does_not_hold_says_the_value_it_asked(facts):
    line = one_line(FULL, NONE, applies_when=(ASKS_SHARE,))
    rule = explained(line, facts, Outcome.NOT_APPLICABLE, None, [OF_COMMUNE]).rule
    assert "Attendance rate: at least 37.5 % (Mức chung, set by Đảng ủy xã, 05-QĐ/ĐU; the set of criteria has 50 %)" in rule
    assert "at least 50 % (Mức chung, as the set of criteria has it)" in explained(line, facts, Outcome.NOT_APPLICABLE, None).rule


def test_a_fact_is_told_once_and_its_percentage_cut(facts):
    (fact,) = explained(one_line(MOST, SOME, NONE), facts, 1, 60).facts
    assert fact.words == "8996/10000 = 89.9 %"
    assert fact.label == "Attendance rate" and fact.definition.startswith("Present of those expected")


@pytest.mark.parametrize(
    ("gone_by", "is_pending", "words"),
    [(1, False, "1 days"), (4, True, "still to come after 4 days"), (None, True, "not yet known")],
)
def test_a_fact_to_come_says_so(facts, gone_by, is_pending, words):
    facts.conclusion_lag_days, facts.pending = gone_by, ["conclusion_lag_days"] * is_pending
    assert explained(one_line(IN_TWO_DAYS, NONE), facts, Outcome.NOT_DUE, None).facts[0].words == words
