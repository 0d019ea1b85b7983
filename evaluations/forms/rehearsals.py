"""What a draft is to be rehearsed on."""

from datetime import date

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models import CriteriaSet
from evaluations.periods import Half, Month, Period, Quarter, Year, parse_period
from meetings.models import Committee

MONTHS_BACK = 13
FAR_BACK = ((Year, 2), (Half, 3), (Quarter, 5))


def periods_to_rehearse(today: date) -> list[Period]:
    """The year before first, then longer and shorter ones, the latest first."""
    longer = [kind.of(today).shifted(-back) for kind, many in FAR_BACK for back in range(many)]
    months = [Month.of(today).shifted(-back) for back in range(MONTHS_BACK)]
    return [Year.of(today).previous, *(each for each in longer if each != Year.of(today).previous), *months]


class RehearseForm(forms.Form):
    period = forms.TypedChoiceField(label=_("Over"), coerce=parse_period)
    committee = forms.ModelChoiceField(Committee.objects.none(), label=_("Cells under"), empty_label=None)

    def __init__(self, *args, criteria_set: CriteriaSet, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(str(period), period.label) for period in periods_to_rehearse(today)]
        owner = criteria_set.owner
        below = Q(pk=owner.pk) | Q(scope_path__regex=f"^{owner.scope_path}[0-9]+/$")
        self.fields["committee"].queryset = Committee.objects.filter(below).order_by("scope_path")
        self.initial["committee"] = owner.pk
