"""Closing a period, and correcting what was published."""

from django.utils.translation import gettext_lazy as _

from meetings.forms.fields import WordsField
from meetings.forms.keyed import KeyedForm


class ClosingForm(KeyedForm):
    """Nothing to fill in: what binds is asked by the page."""


class CorrectionForm(KeyedForm):
    reason = WordsField(label=_("Why what was published is corrected"), max_length=2000)
