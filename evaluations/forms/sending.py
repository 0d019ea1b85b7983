"""Sending a month: nothing to type, but a version and a key, so that two taps send once."""

from django import forms


class SendForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    form_key = forms.UUIDField(widget=forms.HiddenInput)
