"""Text columns over the domain `clean_text`: what reaches the table is clean, whoever wrote it."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

from meetings import text


class TypedField(forms.CharField):
    """Text that a browser does not cut at its limit: what is pasted beyond it stands there whole and is refused with how long it is.

    It is cleaned as its column cleans it (`clean_value`), so what has only unseen characters is empty, and equals look equal to the form.
    """

    clean_value = staticmethod(text.clean)

    def __init__(self, *args, clean_value=None, **kwargs):
        super().__init__(*args, **kwargs)
        if clean_value is not None:
            self.clean_value = clean_value

    def to_python(self, value):
        value = super().to_python(value)
        return value if value in self.empty_values else self.clean_value(value)

    def widget_attrs(self, widget):
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class CleanText(models.TextField):
    """Several lines of clean text."""

    clean_value = staticmethod(text.clean)

    def db_type(self, connection):
        return "clean_text"

    def to_python(self, value):
        value = super().to_python(value)
        return value if value is None else self.clean_value(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return self.clean_value(value) if isinstance(value, str) else value

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": TypedField, "max_length": 20_000, "clean_value": self.clean_value, **kwargs})


class CleanLine(CleanText):
    """One line of clean text, at most `max_length` characters long."""

    clean_value = staticmethod(text.clean_line)

    def __init__(self, *args, max_length: int = 200, **kwargs):
        super().__init__(*args, max_length=max_length, **kwargs)
        self.validators = [*self.validators, MaxLengthValidator(max_length)]

    def formfield(self, **kwargs):
        # TextField would bring a text area.
        said = {"form_class": TypedField, "max_length": self.max_length, "clean_value": self.clean_value}
        return models.Field.formfield(self, **said | kwargs)
