"""Forms that set delegated parameters: the admin's, and the page's of a committee's office."""

from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluations import delegating
from evaluations.models import ParameterValue
from meetings.forms.dated import DatedForm, ReachesBack
from meetings.forms.fields import DayField, LineField
from meetings.forms.keyed import KeyedForm
from meetings.models import CellKind

SET, END = "SET", "END"
LARGEST_CELL = 1000


class ValueField(forms.DecimalField):
    """A number as people write it, 40 or 37,5."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=8, decimal_places=2, min_value=0, localize=True, label=_("Value"), **kwargs)


class SizeField(forms.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(
            label=_("From how many members on"),
            help_text=_("0: cells of every size. Of several values, the one for the largest size that a cell reaches applies to it."),
            min_value=0,
            max_value=LARGEST_CELL,
            initial=0,
            **kwargs,
        )


class ValueForm(DatedForm):
    """A value in the admin."""

    value = ValueField()
    from_size = SizeField()

    class Meta:
        model = ParameterValue
        fields = ["committee", "parameter", "cell_kind", "from_size", "value", "document"]
        help_texts = {"cell_kind": _("Blank: every kind. A value for one kind goes before it.")}

    def rivals(self) -> QuerySet:
        parameter = self.instance.parameter if self.before is not None else self.cleaned_data["parameter"]
        return (
            super().rivals().filter(parameter=parameter, cell_kind=self.cleaned_data["cell_kind"], from_size=self.cleaned_data["from_size"])
        )

    def _check(self, begins_on: date, ends_on: date | None) -> None:
        if self.before is None:
            delegating.check_delegated(self.cleaned_data["parameter"], self.committee, today=timezone.localdate())
        parameter = self.cleaned_data["parameter"] if self.before is None else self.instance.parameter
        delegating.check_value(parameter, self.cleaned_data["value"])
        super()._check(begins_on, ends_on)


class SettingForm(ReachesBack, KeyedForm):
    """Set a parameter anew for some of a committee's cells, or let the committee's value end."""

    act = forms.ChoiceField(
        label=_("From that day on"),
        choices=[(SET, _("a value of this committee holds")), (END, _("this committee's value ends"))],
        initial=SET,
        widget=forms.RadioSelect,
    )
    begins_on = DayField(label=_("From"))
    cell_kind = forms.ChoiceField(label=_("Kind of cell"), choices=[("", _("every kind")), *CellKind.choices], required=False)
    from_size = SizeField()
    value = ValueField(required=False)
    document = LineField(label=_("Document"), max_length=200, required=False, help_text=_("Number, day and clause of the decision."))

    field_order = ("act", "begins_on", "past_is_meant", "cell_kind", "from_size", "value", "document")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("act") == SET:
            for name in ("value", "document"):
                if name not in self.errors and cleaned.get(name) in (None, ""):
                    self.add_error(name, self.fields[name].error_messages["required"])
        if cleaned.get("begins_on"):
            self.check_past(cleaned["begins_on"])
        return cleaned

    @property
    def cells(self) -> dict:
        """Which cells are meant."""
        return {"cell_kind": self.cleaned_data["cell_kind"], "from_size": self.cleaned_data["from_size"]}
