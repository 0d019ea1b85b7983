"""What a list of cells, or of their sheets, is narrowed by, read from its address: the page and the file made of it ask the same."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from unicodedata import normalize

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from evaluations.models import Grade, MonthScore, PeriodState, ScoreState
from evaluations.periods import Month, Period
from meetings import text
from meetings.models import CellKind

LONGEST_SEARCH = 100
# `meetings.text` lets it into no column.
NOWHERE = "\N{REPLACEMENT CHARACTER}"
YES_NO = (("yes", _("yes")), ("no", _("no")))


def _choice(field: str, choices, label: str | Promise) -> ChoiceFilter:
    return ChoiceFilter(field_name=field, choices=choices, label=label, empty_label=_("all"))


def _search(label: str | Promise) -> CharFilter:
    return CharFilter(method="named", label=label, max_length=LONGEST_SEARCH, widget=forms.TextInput({"type": "search"}))


class Narrowing(FilterSet):
    """`q` finds names without their tone marks; the rest are choices. Where one is faulty its field says so, and nothing is listed."""

    searched = ("cell__fold", "committee__fold")

    def named(self, rows: QuerySet, name: str, asked: str) -> QuerySet:
        """Each word somewhere in one of the names, however its letters are composed."""
        for word in text.fold(normalize("NFC", asked)).split():
            rows = rows.filter(reduce(or_, (Q(**{f"{column}__contains": word}) for column in self.searched)))
        return rows

    @property
    def chosen(self) -> list[tuple[str | Promise, str]]:
        """What the list is narrowed by, in words: (label, value)."""
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        return [(each.label, _in_words(each, asked[name])) for name, each in self.filters.items() if asked.get(name)]

    @property
    def left(self) -> QuerySet:
        """What the filters leave; nothing at all where one of them is faulty."""
        return self.qs if self.is_valid() else self.queryset.none()


def _in_words(each, value: str) -> str:
    return str(dict(each.extra["choices"])[value]) if "choices" in each.extra else value


class FilterOfCells(Narrowing):
    """Of months or longer periods of cells."""

    q = _search(_("Name of the cell or its committee"))
    kind = _choice("cell_kind", CellKind.choices, _("Kind of cell"))


class FilterOfScores(FilterOfCells):
    grade = _choice("grade", Grade.choices, _("Class"))


class FilterOfMonths(FilterOfScores):
    state = _choice("state", ScoreState.choices, _("State"))
    verified = ChoiceFilter(method="is_verified", choices=YES_NO, label=_("Verified"), empty_label=_("all"))

    def is_verified(self, scores: QuerySet[MonthScore], name: str, asked: str) -> QuerySet[MonthScore]:
        return scores.filter(verified=asked == "yes")


class FilterOfLonger(FilterOfScores):
    state = _choice("state", PeriodState.choices, _("State"))


class FilterOfSheets(Narrowing):
    """Of the sheets of one committee's own cells."""

    searched = ("cell__fold",)
    q = _search(_("Name of the cell"))
    kind = _choice("cell__kind", CellKind.choices, _("Kind of cell"))


NAMES_OF_FILTERS = tuple(dict.fromkeys((*FilterOfMonths.base_filters, *FilterOfLonger.base_filters, *FilterOfSheets.base_filters)))


def filter_for(period: Period) -> type[FilterOfScores]:
    return FilterOfMonths if isinstance(period, Month) else FilterOfLonger


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """The filters in a page's query, to be stored and asked again later: what the page refuses finds nothing later either.

    Cut, and still longer than may be searched. NUL, which PostgreSQL keeps nowhere, gives way to a letter that no name has.
    """
    return {name: query[name][: LONGEST_SEARCH + 1].replace("\0", NOWHERE) for name in NAMES_OF_FILTERS if query.get(name)}
