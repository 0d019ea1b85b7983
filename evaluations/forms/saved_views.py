"""A list under a name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models.fields import TypedField
from meetings.text import clean_line


class SaveViewForm(forms.Form):
    name = TypedField(label=_("Name of the list"), max_length=100)
    path = forms.CharField(widget=forms.HiddenInput)

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Give the list a name."))
        return name
