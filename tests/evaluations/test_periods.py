"""Periods: what they span, how they are written, what follows what."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from evaluations.periods import KINDS, Half, Month, Quarter, Year, longer_periods_of, parse_period

days = st.dates(date(1901, 1, 1), date(2200, 12, 31))


@given(day=days, kind=st.sampled_from(list(KINDS.values())))
def test_each_day_lies_in_one_period_of_each_kind(day, kind):
    period = kind.of(day)
    assert period.first <= day < period.end
    assert period.next.first == period.end
    assert period.previous.end == period.first
    assert period.months[0].first == period.first
    assert period.months[-1].end == period.end
    assert len(period.months) == kind.LENGTH
    assert parse_period(str(period)) == period
    assert period.year_before.first == period.first.replace(year=period.year - 1)
    assert kind.of(period.end - timedelta(days=1)) == period


@pytest.mark.parametrize(
    ("text", "period"),
    [("2026-11", Month(2026, 11)), ("2026-Q4", Quarter(2026, 4)), ("2026-H2", Half(2026, 2)), ("2026", Year(2026, 1))],
)
def test_periods_are_written_shortly(text, period):
    assert parse_period(text) == period
    assert str(period) == text


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-Q5", "2026-H0", "26", "2026-Q", "2026-1", "1899", "2026-11 ", "٢٠٢٦"])
def test_anything_else_is_no_period(text):
    with pytest.raises(ValueError):
        parse_period(text)


def test_a_month_is_parsed_as_a_month_only():
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.parse("2026-Q1")


def test_a_month_lies_in_three_longer_periods():
    assert longer_periods_of(Month(2026, 7)) == [Quarter(2026, 3), Half(2026, 2), Year(2026, 1)]


def test_periods_of_different_kinds_are_different():
    assert Year(2026, 1) != Half(2026, 1)
    assert len({Month(2026, 1), Quarter(2026, 1), Half(2026, 1), Year(2026, 1)}) == 4


def test_labels_are_in_the_readers_language():
    with override("en"):
        assert [str(each.label) for each in (Month(2026, 11), Quarter(2026, 4), Half(2026, 1), Half(2026, 2), Year(2026, 1))] == [
            "11/2026",
            "quarter 4/2026",
            "first half of 2026",
            "second half of 2026",
            "year 2026",
        ]
