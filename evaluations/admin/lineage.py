"""Where a set comes from: what it changes of another, how it stands to its frame, and its own history."""

from itertools import pairwise

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from evaluations.conformity import conformity
from evaluations.editing import readable_sets
from evaluations.models import CriteriaSet
from evaluations.set_diff import diff
from evaluations.set_entries import as_entry
from evaluations.set_history import changed

VERSIONS_PER_PAGE = 10


class CompareForm(forms.Form):
    before = forms.ModelChoiceField(CriteriaSet.objects.none(), label=gettext_lazy("Compare with"), empty_label=None)


class SetLineage:
    """For the ModelAdmin of sets; needs `read_set`."""

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        own = [
            path("<path:object_id>/history/", site(require_safe(self.history_view)), name="evaluations_criteriaset_history"),
            path("<path:object_id>/compare/", site(require_safe(self.compare_view)), name="evaluations_criteriaset_compare"),
            path("<path:object_id>/conformity/", site(require_safe(self.conformity_view)), name="evaluations_criteriaset_conformity"),
        ]
        return own + super().get_urls()

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What changed from another set (?before=) to this one; without another, only the choice."""
        criteria_set = self.read_set(request, object_id)
        others = readable_sets(request.authority).exclude(pk=criteria_set.pk).order_by("-effective_from", "title")
        form = CompareForm(request.GET if "before" in request.GET else None)
        form.fields["before"].queryset = others
        before = form.cleaned_data["before"] if form.is_valid() else None
        shown = {"form": form, "before": before, "diff": diff(as_entry(before), as_entry(criteria_set)) if before else None}
        return self._shown(request, criteria_set, "compare", title=_("What changed"), **shown)

    def conformity_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        criteria_set = self.read_set(request, object_id)
        frame = criteria_set.based_on
        found = conformity(as_entry(frame), as_entry(criteria_set)) if frame else None
        return self._shown(request, criteria_set, "conformity", title=_("Against the frame"), frame=frame, found=found)

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """In place of Django's: each act on the set, with what it changed in words."""
        criteria_set = self.read_set(request, object_id)
        versions = criteria_set.versions.select_related("by").order_by("-number")
        # One more than is shown: each is compared with the one before it.
        page = Paginator(versions, VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
        first = page.start_index() - 1 if page.object_list else 0
        listed = list(versions[first : first + VERSIONS_PER_PAGE + 1])
        rows = [(version, True, changed(before, version)) for version, before in pairwise(listed)]
        if len(listed) <= VERSIONS_PER_PAGE and listed:
            rows.append((listed[-1], False, None))  # the first of all
        return self._shown(request, criteria_set, "history", title=_("History"), page=page, rows=rows)

    def _shown(self, request: HttpRequest, criteria_set: CriteriaSet, template: str, **context) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "original": criteria_set, "opts": self.opts, "media": self.media}
        return render(request, f"admin/evaluations/criteriaset/{template}.html", context)
