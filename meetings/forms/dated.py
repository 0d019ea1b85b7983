"""Forms of dated rows: the day from which something is in force, and a tick where that day has gone by."""

from datetime import date

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import in_force
from meetings.forms.fields import DayField
from meetings.models import Committee
from meetings.recording import Refused
from meetings.roster import check_span


class ReachesBack(forms.Form):
    """A form whose days may have gone by; `reached` are the months that are then measured again."""

    past_is_meant = forms.BooleanField(
        label=_("The day has gone by, and that is meant"),
        help_text=_("Only where it has: the months since then are measured again."),
        required=False,
    )
    reached: list[date] = []

    def check_past(self, since: date, until: date | None = None) -> None:
        """Name the months that [since, until) reaches, until the tick says that they are meant."""
        self.reached = in_force.months_reached(since, until, today=timezone.localdate())
        if self.reached and not self.cleaned_data.get("past_is_meant"):
            sentence = gettext("This reaches months that have begun: %(months)s. They are measured again. Tick this if that is meant.")
            self.add_error("past_is_meant", sentence % {"months": in_force.in_words(self.reached)})


class DatedForm(ReachesBack, forms.ModelForm):
    """The admin's form of a row with a committee and a half-open `during`.

    A new row is open-ended and ends the one before it, unless `has_end`; a stored one is corrected, and may be given an end.
    """

    begins_on = DayField(label=_("In force from"), widget=AdminDateWidget)
    ends_on = DayField(label=_("No longer in force from"), widget=AdminDateWidget, required=False)
    has_end = False
    # What may change without a month being measured otherwise.
    words = {"document", "name", "past_is_meant"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before: DateRange | None = self.instance.during if self.instance.pk else None
        if self.before is not None:
            self.initial |= {"begins_on": self.before.lower, "ends_on": self.before.upper}
        elif not self.has_end:
            self.fields.pop("ends_on", None)

    @property
    def committee(self) -> Committee | None:
        """Whose row it is; None while that is not chosen."""
        return self.instance.committee if self.before is not None else self.cleaned_data.get("committee")

    def rivals(self) -> QuerySet:
        """The other stored rows for the same thing."""
        return self._meta.model.objects.filter(committee=self.committee).exclude(pk=self.instance.pk)

    def clean(self):
        super().clean()
        begins_on, ends_on = self.cleaned_data.get("begins_on"), self.cleaned_data.get("ends_on")
        if begins_on is not None and not self.errors:
            try:
                self._check(begins_on, ends_on)
            except Refused as refusal:
                for field, problem in refusal.problems.items():
                    self.add_error(field, str(problem))
            self.instance.during = DateRange(begins_on, ends_on)
        return self.cleaned_data

    def _check(self, begins_on: date, ends_on: date | None) -> None:
        if ends_on is not None and ends_on <= begins_on:
            raise Refused({"ends_on": _("The end lies before the beginning.")})
        check_span(begins_on, None, timezone.now(), field="begins_on")
        # Held until the request ends: what is found free here is free when it is stored.
        in_force.hold(self.committee)
        ends_the_one_before = self.before is None and not self.has_end
        rivals = self.rivals().filter(during__startswith__gt=begins_on) if ends_the_one_before else self.rivals()
        in_force.check_free(rivals, begins_on, ends_on)
        self._check_past(begins_on, ends_on)

    def _check_past(self, begins_on: date, ends_on: date | None) -> None:
        changed = set(self.changed_data) - self.words
        if self.before is None:
            since, until = begins_on, ends_on
        elif changed:
            begins, ends = (self.before.lower, begins_on), (self.before.upper, ends_on)
            since = min(day for day in ends if day) if changed == {"ends_on"} else min(begins)
            until = None if None in ends else max(ends)
        else:
            return
        in_force.check_open(self.committee, since, until)
        self.check_past(since, until)
