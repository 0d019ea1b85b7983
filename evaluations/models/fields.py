"""What several columns have in common: points, codes and days.

Points are whole hundredths in tables and sums, and decimals only where a person reads or types them.
"""

from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

# What a set and its parameters are called in files, in conditions and in addresses.
CODE = RegexValidator(r"\A[a-z0-9-]+\Z", _("A code is made of a–z, 0–9 and dashes."))
PARAMETER_CODE = RegexValidator(r"\A[a-z][a-z0-9-]*\Z", _("A code is made of a–z, 0–9 and dashes, and begins with a letter."))

FIRST_DAY, LAST_DAY = date(1930, 2, 3), date(2100, 12, 31)


def plausible_day(day: date | None) -> None:
    """Refuse a day that can only be a slip of the pen, like one of the year 205. Raises ValidationError."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        days = {"first": date_format(FIRST_DAY, "SHORT_DATE_FORMAT"), "last": date_format(LAST_DAY, "SHORT_DATE_FORMAT")}
        raise ValidationError(_("Give a day between %(first)s and %(last)s."), params=days)


def of_sitting_field() -> models.GeneratedField:
    """Tells the sheets (or facts) of a cell's month apart: 0 for the month's own, the key of the meeting for that of a thematic sitting.

    For models with `part` and `meeting`.
    """
    whose = models.Case(models.When(part="THEMATIC", then=models.F("meeting")), default=models.Value(0))
    return models.GeneratedField(expression=whose, output_field=models.BigIntegerField(), db_persist=True)


class PointsFormField(forms.DecimalField):
    """Shows and reads points (2.5), keeps hundredths (250); from `min_value` to `max_value` points."""

    def __init__(self, *, min_value: float | None = 0, max_value: float | None = None, **kwargs):
        # Localised, so that 2,5 and 2.5 are both read.
        super().__init__(**{"max_digits": 7, "decimal_places": 2, "localize": True, **kwargs})
        self.least, self.most = min_value, max_value

    def validate(self, value):
        super().validate(value)
        if self.most is not None and value is not None and value > self.most:
            raise ValidationError(_("At most %(most)s points."), code="max_value", params={"most": number_format(f"{self.most:g}")})
        if self.least is not None and value is not None and value < self.least:
            raise ValidationError(_("At least %(least)s points."), code="min_value", params={"least": number_format(f"{self.least:g}")})

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal"}

    def prepare_value(self, value):
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value):
        points = super().clean(value)
        return None if points is None else int(points * 100)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class PointsField(models.PositiveIntegerField):
    """Points, in hundredths."""

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": PointsFormField, **kwargs})


class SignedPointsField(models.IntegerField):
    """Points that may be taken off too, in hundredths."""

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": PointsFormField, "min_value": None, **kwargs})
