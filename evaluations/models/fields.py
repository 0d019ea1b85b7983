"""Points are whole hundredths in tables and sums, and decimals only where a person reads or types them."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _


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
