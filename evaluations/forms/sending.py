"""Sending a month: nothing to type, but a version and a key, so that two taps send once."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.fields import CorrectingForm


class SendForm(CorrectingForm):
    """In a month that a committee above has closed it asks a reason (`closed`)."""

    reason_label = _("Why a closed month is still sent")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    form_key = forms.UUIDField(widget=forms.HiddenInput)
