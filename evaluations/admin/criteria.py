"""The page of a criterion: its columns and its ordered rows, with all that their conditions can be made of."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.admin.drafts import NOTHING, Inline, PartPage, shown_points
from evaluations.conditions import Asked, written
from evaluations.editing import put_in_order
from evaluations.forms.criteria import CriterionForm, OrderedFormSet, RowForm
from evaluations.forms.quick_rows import FillForm
from evaluations.measures import MEASURES, Unit
from evaluations.models import Comparison, Condition, CriteriaSet, Criterion, Row, SetAct, SetKind
from evaluations.set_faults import faults_of
from evaluations.storing import store_rows
from meetings.permissions import require

UNITS = {
    Unit.COUNT: _("whole number"),
    Unit.MINUTES: _("minutes"),
    Unit.DAYS: _("days"),
    Unit.YES_NO: _("yes or no"),
    Unit.RATIO: _("share in percent"),
}


def closed_list(criteria_set: CriteriaSet) -> dict:
    """What a condition in the set can be made of, for the help panel."""
    return {
        "measures": [(measure, UNITS[measure.unit]) for measure in MEASURES.values()],
        "parameters": criteria_set.parameters.order_by("code"),
        "comparisons": Comparison.choices,
    }


class RowInline(Inline):
    model = Row
    form = RowForm
    formset = OrderedFormSet
    points = ("points",)
    shown_points = shown_points(Row, "points")

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(Prefetch("conditions", Condition.objects.select_related("parameter")))

    def get_fields(self, request, obj=None):
        return self.as_shown(request, obj, ["order", "when", "points", "words"])

    def get_extra(self, request, obj=None, **kwargs) -> int:
        return 0 if obj is not None and obj.rows.exists() else 2

    @admin.display(description=_("Order"))
    def order(self, row: Row) -> int:
        return row.position

    @admin.display(description=_("Conditions"))
    def when(self, row: Row) -> str:
        return written(map(Asked.of, row.conditions.all())) or NOTHING


@admin.register(Criterion)
class CriterionAdmin(PartPage):
    form = CriterionForm
    inlines = (RowInline,)
    points = ("max_points",)
    shown_max_points = shown_points(Criterion, "max_points")

    def panels(self, obj: Criterion) -> dict:
        """What keeps the criterion from being published, and all that its conditions can be made of."""
        faults = faults_of(obj.criteria_set) if obj.criteria_set.kind == SetKind.SHEET else []
        return {"faults": [fault for fault in faults if fault.where == obj.code], **closed_list(obj.criteria_set)}

    def get_urls(self):
        fill = path("<path:object_id>/fill/", self.admin_site.admin_view(self.fill_view), name="evaluations_criterion_fill")
        return [fill, *super().get_urls()]

    def fill_view(self, request, object_id) -> HttpResponse:
        """Put rows of a common shape in the place of the criterion's rows."""
        criterion = self.get_object(request, unquote(object_id))
        require(self.permit(request, criterion))
        form = FillForm(request.POST or None)
        if form.is_valid():
            criterion.rows.all().delete()
            store_rows(form.rows, criterion, {})
            self.keep_version(request, criterion.criteria_set, SetAct.CHANGED, form)
            told = gettext("The rows of %(code)s are filled in.") % {"code": criterion.code}
            self.log_change(request, criterion, told)
            messages.success(request, told)
            return HttpResponseRedirect(reverse("admin:evaluations_criterion_change", args=[criterion.pk]))
        title = gettext("Fill in the rows of %(code)s") % {"code": criterion.code}
        shown = {"form": form, "title": title, "original": criterion.criteria_set, "opts": self.opts, "media": self.media + form.media}
        context = {**self.admin_site.each_context(request), **shown}
        return render(request, "admin/evaluations/criteriaset/act.html", context, status=422 if form.errors else 200)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("group")

    def help_for(self, criteria_set: CriteriaSet) -> dict:
        return closed_list(criteria_set)

    def told_deleted(self, obj: Criterion) -> str:
        return gettext("Criterion %(code)s is deleted.") % {"code": obj.code}

    def get_fieldsets(self, request, obj=None):
        own = ["group", "order", "code", "title", "max_points", "kind", "clause", "concretises"]
        applying = ["applies_when", "not_applicable", "needs_confirmation", "reading"]
        shown = [(None, {"fields": self.as_shown(request, obj, own)}), (_("Where it applies, and how it is read"), {"fields": applying})]
        return [*shown, *(self.asked_why(request, obj) if obj is not None else [])]

    def get_formset_kwargs(self, request, obj, inline, prefix):
        parameters = {parameter.code: parameter for parameter in obj.criteria_set.parameters.order_by("code")}
        return super().get_formset_kwargs(request, obj, inline, prefix) | {"form_kwargs": {"parameters": parameters}}

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.save_applies_when()
        put_in_order(form.instance.criteria_set, moved=form.instance)
        self.keep_version(request, form.instance.criteria_set, SetAct.CHANGED, form)

    @admin.display(description=_("Order"))
    def order(self, criterion: Criterion) -> int:
        return criterion.position

    @admin.display(description=_("Applies when"))
    def applies_when(self, criterion: Criterion) -> str:
        return written(map(Asked.of, criterion.applies_when.select_related("parameter"))) or _("always")
