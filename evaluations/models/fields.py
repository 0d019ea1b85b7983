"""Points are whole hundredths in tables and sums, and decimals only where a person reads or types them."""

from decimal import Decimal

from django import forms
from django.db import models


class PointsFormField(forms.DecimalField):
    """Shows and reads points (2.5), keeps hundredths (250)."""

    def __init__(self, **kwargs):
        # Localised, so that 2,5 and 2.5 are both read.
        super().__init__(**{"max_digits": 7, "decimal_places": 2, "min_value": 0, "localize": True, **kwargs})

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
