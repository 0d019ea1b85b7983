"""The forms by which a set is sent round, comes into force, ends, and is taken in from a file."""

from dataclasses import replace
from datetime import date

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from evaluations.models import CriteriaSet
from evaluations.models.fields import CODE, plausible_day
from evaluations.set_files import LARGEST, read_set
from evaluations.yaml_reader import FaultyFiles
from meetings.models import CellKind, Committee
from meetings.models.fields import CleanLine, CleanText


def why_field(**options) -> forms.CharField:
    """Why something is done with a set: kept in its history."""
    field = CleanLine(_("why"), max_length=300, blank=True).formfield(label=_("Why"), **options)
    field.widget.attrs["class"] = "vLargeTextField"
    return field


class PublishForm(forms.Form):
    committee = forms.ModelChoiceField(Committee.objects.none(), label=_("In force under"), empty_label=None)
    cell_kinds = forms.MultipleChoiceField(
        choices=CellKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("For which kinds of cell"),
        help_text=_("None ticked: for every kind. A set for one kind goes before one for all."),
    )
    ends_others = forms.BooleanField(
        required=False, label=_("What is in force there for the same cells ends on the day on which this comes into force")
    )
    why = why_field()

    def __init__(self, *args, criteria_set: CriteriaSet, **kwargs):
        super().__init__(*args, **kwargs)
        owner = criteria_set.owner
        # The owner, and the committees right below it.
        under = Q(pk=owner.pk) | Q(scope_path__regex=f"^{owner.scope_path}[0-9]+/$")
        self.fields["committee"].queryset = Committee.objects.filter(under).order_by("scope_path")
        self.initial["committee"] = owner.pk


class EndForm(forms.Form):
    on = forms.DateField(label=_("In force until (exclusive)"), widget=AdminDateWidget, validators=[plausible_day])
    why = why_field(required=True)


class SendRoundForm(forms.Form):
    opens_on = forms.DateField(label=_("Comments from"), widget=AdminDateWidget)
    closes_on = forms.DateField(label=_("to (included)"), widget=AdminDateWidget)
    committees = forms.ModelMultipleChoiceField(
        Committee.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Who is asked"),
        help_text=_("None ticked: all of them."),
    )
    invitation = CleanText(blank=True).formfield(label=_("Word of invitation"), max_length=4000, widget=AdminTextareaWidget)

    def __init__(self, *args, invitable: QuerySet[Committee], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["committees"].queryset = invitable
        self.initial["opens_on"] = today


class TakeBackForm(forms.Form):
    why = why_field()


class TakeInForm(forms.Form):
    file = forms.FileField(label=_("File"), max_length=200, help_text=_("As a set's page gives it out (.yaml)."))
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        required=False,
        validators=[CODE],
        help_text=_("Blank: as in the file. Each set has a code of its own."),
    )
    owner = forms.ModelChoiceField(Committee.objects.none(), label=_("Owner"), empty_label=None)

    def __init__(self, *args, owners, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners

    def clean_file(self):
        """What the file says."""
        file = self.cleaned_data["file"]
        try:
            # A byte more than may be read tells that there are more.
            return read_set(file.name, file.read(LARGEST + 1))
        except FaultyFiles as refusal:
            raise ValidationError(refusal.faults) from refusal

    @property
    def entry(self):
        entry, code = self.cleaned_data["file"], self.cleaned_data["code"]
        return replace(entry, code=code) if code else entry
