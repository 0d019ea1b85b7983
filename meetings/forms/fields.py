"""Form fields of the recording pages: days, hours, clean text; and what every recording form carries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django import forms
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext_lazy as _

from meetings import text
from meetings.forms.keyed import KeyedForm
from meetings.models.fields import TypedField
from meetings.recording import Closed, Correction

NO_SUCH_DAY = _("There is no such day. Write it as day/month/year, for example 3/11/2026.")
NO_SUCH_HOUR = _("There is no such hour. Write it as 19:30.")


class DayInput(forms.DateInput):
    """The browser's own day picker; what it could not show (31/02) stays readable as text."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if isinstance(value, str) and value and not _is_day(value):
            context["widget"]["type"] = "text"
        return context


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs, format="%H:%M")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if isinstance(value, str) and value and not _is_hour(value):
            context["widget"]["type"] = "text"
        return context


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and parse_date(value) is not None
    except ValueError:
        return False


def _is_hour(value: str) -> bool:
    try:
        return len(value) in (5, 8) and parse_time(value) is not None
    except ValueError:
        return False


class DayField(forms.DateField):
    widget = DayInput
    default_error_messages = {"invalid": NO_SUCH_DAY}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)


class HourField(forms.TimeField):
    widget = HourInput
    default_error_messages = {"invalid": NO_SUCH_HOUR}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%Hh%M", "%H.%M"], **kwargs)


class LineField(TypedField):
    """One line of clean text."""

    clean_value = staticmethod(text.clean_line)


class WordsField(LineField):
    """Several lines of clean text."""

    clean_value = staticmethod(text.clean)

    def __init__(self, *, rows: int = 2, max_length: int = 20_000, **kwargs):
        super().__init__(max_length=max_length, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class CorrectingForm(KeyedForm):
    """A form that asks a reason where its writing is a correction: `closed` says what makes it one, None where nothing does."""

    reason_label = _("Why the record is corrected")

    def __init__(self, data=None, *, closed: Closed | None = None, **kwargs):
        super().__init__(data, **kwargs)
        self.closed = closed
        if closed is not None and "reason" not in self.fields:
            self.fields["reason"] = WordsField(
                label=self.reason_label, max_length=2000, error_messages={"required": _("Say why, in a few words.")}
            )

    def correction(self, at: datetime) -> Correction | None:
        """The reason given, where one is asked. Needs a valid form."""
        reason = self.cleaned_data.get("reason")
        return Correction(reason, at) if reason else None


class RecordForm(CorrectingForm):
    """A form that records a meeting: beside its key it carries the version it was made from.

    `fields` (what a draft kept, {name: [values]}) fills the form as typed, without judging it.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data=None, *, fields: Mapping[str, Sequence[str]] | None = None, **kwargs):
        super().__init__(data, **kwargs)
        if fields is not None:
            self.initial |= typed_before(self, fields)


def typed_before(form: forms.Form, fields: Mapping[str, Sequence[str]]) -> dict:
    """A form's initial values out of kept raw fields; a box that was not ticked is not there."""
    initial = {}
    for name, field in form.fields.items():
        values = fields.get(form.add_prefix(name))
        if isinstance(field, forms.BooleanField):
            initial[name] = bool(values)
        elif isinstance(field, forms.MultipleChoiceField):
            initial[name] = list(values or [])
        elif values and name != "form_key":
            initial[name] = values[-1]
        elif name not in ("version", "form_key"):
            initial[name] = ""
    return initial


def problems_of(form: forms.Form) -> Iterable[tuple[str, str]]:
    """(id on the page, sentence), labelled where the sentence belongs to a field."""
    for name, problems in form.errors.items():
        where = form[name].auto_id if name in form.fields else "form"
        label = form.fields[name].label if name in form.fields else ""
        for problem in problems:
            yield where, f"{label}: {problem}" if label else str(problem)
