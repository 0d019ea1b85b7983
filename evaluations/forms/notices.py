"""Where reminders go beside the product itself."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("E-mail for reminders (optional)"), required=False, max_length=254)
