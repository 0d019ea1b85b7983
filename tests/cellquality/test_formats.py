"""Dates, times and numbers as Vietnamese offices write them, in both languages."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.utils import formats, translation


@pytest.mark.parametrize(("language", "number"), [("vi", "1234,5"), ("en", "1234.5")])
def test_dates_are_day_month_year_and_times_have_24_hours(language, number):
    with translation.override(language):
        assert formats.localize(date(2026, 3, 5)) == "5/3/2026"
        assert formats.localize(datetime(2026, 3, 5, 19, 7)) == "19:07 5/3/2026"
        assert formats.localize(Decimal("1234.5")) == number
        assert forms.DateField(localize=True).clean("05/03/2026") == date(2026, 3, 5)
        with pytest.raises(forms.ValidationError):
            forms.DateField(localize=True).clean("31/02/2026")
