"""What a list of cells is narrowed by, read from its address: the page and the file made of it ask the same."""

from collections.abc import Mapping

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from evaluations.models import Grade, MonthScore, PeriodScore, PeriodState, ScoreState
from evaluations.periods import Month, Period
from meetings import text
from meetings.models import CellKind

LONGEST_SEARCH = 100
YES_NO = (("yes", _("yes")), ("no", _("no")))


def _choice(field: str, choices, label: str | Promise) -> ChoiceFilter:
    return ChoiceFilter(field_name=field, choices=choices, label=label, empty_label=_("all"))


class CellFilter(FilterSet):
    """`q` finds names without their tone marks; the rest are choices. Where one is faulty its field says so, and nothing is listed."""

    q = CharFilter(
        method="named", label=_("Name of the cell or its committee"), max_length=LONGEST_SEARCH, widget=forms.TextInput({"type": "search"})
    )
    kind = _choice("cell_kind", CellKind.choices, _("Kind of cell"))
    grade = _choice("grade", Grade.choices, _("Class"))

    def named(self, scores: QuerySet, name: str, asked: str) -> QuerySet:
        """Each word somewhere in the name of the cell or of its committee."""
        for word in text.fold(asked).split():
            scores = scores.filter(Q(cell__fold__contains=word) | Q(committee__fold__contains=word))
        return scores

    @property
    def chosen(self) -> list[tuple[str | Promise, str]]:
        """What the list is narrowed by, in words: (label, value)."""
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        return [(each.label, _in_words(each, asked[name])) for name, each in self.filters.items() if asked.get(name)]


def _in_words(each, value: str) -> str:
    return str(dict(each.extra["choices"])[value]) if "choices" in each.extra else value


class FilterOfMonths(CellFilter):
    state = _choice("state", ScoreState.choices, _("State"))
    verified = ChoiceFilter(method="is_verified", choices=YES_NO, label=_("Verified"), empty_label=_("all"))

    def is_verified(self, scores: QuerySet[MonthScore], name: str, asked: str) -> QuerySet[MonthScore]:
        return scores.filter(verified=asked == "yes")


class FilterOfLonger(CellFilter):
    state = _choice("state", PeriodState.choices, _("State"))


NAMES_OF_FILTERS = tuple(dict.fromkeys((*FilterOfMonths.base_filters, *FilterOfLonger.base_filters)))


def filter_for(period: Period) -> type[CellFilter]:
    return FilterOfMonths if isinstance(period, Month) else FilterOfLonger


def narrowed(
    scores: QuerySet[MonthScore] | QuerySet[PeriodScore], period: Period, asked: Mapping[str, str]
) -> tuple[QuerySet[MonthScore] | QuerySet[PeriodScore], CellFilter]:
    """The scores that the filters leave, and the filters; none at all where one of them is faulty."""
    filters = filter_for(period)(asked, queryset=scores)
    return (filters.qs if filters.is_valid() else scores.none()), filters
