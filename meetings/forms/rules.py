"""The admin's forms of what a committee rules for its cells: when they meet, post and send; and its holidays."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from meetings.forms.dated import DatedForm
from meetings.models import Holiday, MeetingRules

MOST_DAYS = 90


class DaysField(forms.IntegerField):
    """A column's number of days before or after; blank is no deadline."""

    def __init__(self, column: str):
        label = capfirst(MeetingRules._meta.get_field(column).verbose_name)
        super().__init__(label=label, required=False, min_value=0, max_value=MOST_DAYS)


class RulesForm(DatedForm):
    files_lead_days = DaysField("files_lead_days")
    conclusion_lag_days = DaysField("conclusion_lag_days")
    sending_lag_days = DaysField("sending_lag_days")

    class Meta:
        model = MeetingRules
        fields = [
            "committee",
            "document",
            "meeting_day",
            "last_day",
            "files_lead_days",
            "conclusion_lag_days",
            "conclusion_lag_unit",
            "sending_lag_days",
            "sending_lag_unit",
        ]
        help_texts = {
            "meeting_day": _("For example 3. Blank: no day is set."),
            "last_day": _("Where the day is a holiday, a sitting up to this day of the month counts as held on the day."),
        }

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("meeting_day"), cleaned.get("last_day")
        if last is not None and first is None and "meeting_day" not in self.errors:
            self.add_error("meeting_day", _("A window needs the day that it begins with."))
        if last is not None and first is not None and last < first:
            self.add_error("last_day", _("The window ends on the day of the meeting or later."))
        return cleaned


class HolidayForm(DatedForm):
    """Half-open like every span: the second day is the first on which people work again."""

    has_end = True

    class Meta:
        model = Holiday
        fields = ["committee", "name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "begins_on" in self.fields:
            self.fields["begins_on"].label = _("Off from")
            self.fields["ends_on"].label = _("Work again from")
            self.fields["ends_on"].required = True

    def clean(self):
        cleaned = super().clean()
        begins_on, ends_on = cleaned.get("begins_on"), cleaned.get("ends_on")
        if begins_on and ends_on and (ends_on - begins_on).days > MOST_DAYS:
            self.add_error("ends_on", _("This is very long for a holiday; check the days."))
        return cleaned
