"""What is said to cells that are late: more time with its reason, or a reminder. Which of it is asked depends on what is done."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.fields import DayField, LineField
from meetings.forms.keyed import KeyedForm


class ExtendForm(KeyedForm):
    until = DayField(label=_("Until (this day included)"), required=False)
    reason = LineField(label=_("Why there is more time"), max_length=300, required=False)


class RemindForm(forms.Form):
    words = LineField(label=_("Words to add (optional)"), max_length=300, required=False)


def ids_of(values: list[str]) -> set[UUID]:
    """The public ids among what was posted; whatever else stands there is left out."""
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found
