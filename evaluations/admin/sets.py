"""The page of a set: its columns, groups and parameters, and the list of its criteria."""

from itertools import islice

from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from evaluations.admin.drafts import NOTHING, Inline, SetPage, shown_points
from evaluations.admin.lifecycle import SetLife
from evaluations.admin.lineage import SetLineage
from evaluations.admin.rounds import SetRounds
from evaluations.admin.totals import GradeLimitInline, JointCapInline
from evaluations.definition import definition_of
from evaluations.editing import put_in_order, readable_sets
from evaluations.forms.criteria import GroupForm, GroupFormSet, SetForm
from evaluations.models import CriteriaScope, CriteriaSet, CriterionGroup, Parameter, RuleDocument, SetAct, SetKind
from evaluations.publishing import COUNTED, count_used
from evaluations.reach import cases
from evaluations.set_faults import faults_of
from meetings.models import Committee


class GroupInline(Inline):
    model = CriterionGroup
    form = GroupForm
    formset = GroupFormSet
    points = ("max_points",)
    shown_max_points = shown_points(CriterionGroup, "max_points")

    def get_fields(self, request, obj=None):
        return self.as_shown(request, obj, ["order", "code", "title", "max_points", "part"])

    @admin.display(description=_("Order"))
    def order(self, group: CriterionGroup) -> int:
        return group.position


class ParameterInline(Inline):
    model = Parameter
    fields = ("code", "title", "default")


@admin.register(CriteriaSet)
class CriteriaSetAdmin(SetRounds, SetLife, SetLineage, SetPage):
    form = SetForm
    linked = (RuleDocument,)
    inlines = (GroupInline, JointCapInline, GradeLimitInline, ParameterInline)
    list_display = ("title", "code", "kind", "part", "state", "owner", "effective_from")
    list_filter = ("state", "kind", "part")
    list_select_related = ("owner",)
    search_fields = ("code", "title")
    points = ("good_from", "fair_from", "average_from")
    readonly_fields = ("kind", "state", "in_force", "used")
    shown_good_from = shown_points(CriteriaSet, "good_from")
    shown_fair_from = shown_points(CriteriaSet, "fair_from")
    shown_average_from = shown_points(CriteriaSet, "average_from")

    def set_of(self, obj: CriteriaSet) -> CriteriaSet:
        return obj

    def panels(self, obj: CriteriaSet) -> dict:
        """The criteria; what keeps a sheet from being published; where nothing does, how low and how high its totals can be."""
        shown = {"criteria": obj.criteria.select_related("group"), "rollups": obj.rollup_rules.prefetch_related("rows")}
        shown |= {"faults": [], "cases": []}
        if obj.kind == SetKind.SHEET:
            shown["faults"] = faults_of(obj)
        if obj.kind == SetKind.SHEET and not shown["faults"]:
            definition = definition_of(obj)
            conditions = {line.applies_when for line in definition if line.applies_when}
            # Every line applies; then one condition fails, each in its turn.
            shown["cases"] = list(islice(cases(definition), 1 + len(conditions)))
        return shown

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=readable_sets(request.authority).values("pk")).select_related("owner")

    def get_fieldsets(self, request, obj=None):
        own = ["title", "code", "document", "based_on", "owner", "effective_from", "effective_to"]
        rest = [(_("Classes"), {"fields": self.as_shown(request, obj, [*self.points])}), (None, {"fields": ["note"]})]
        if obj is None:
            return [(None, {"fields": ["copy_of", *own]}), *rest, *self.asked_why(request, obj)]
        # A new one begins with its original's.
        return [(None, {"fields": [*own, "kind", "part", "state", "in_force", "used"]}), *rest, *self.asked_why(request, obj)]

    def get_readonly_fields(self, request, obj=None):
        # What its lines concretise, and whose it is, stays as it was when the set was made.
        settled = () if obj is None else ("based_on", "owner")
        return (*super().get_readonly_fields(request, obj), *settled)

    def get_inlines(self, request, obj):
        return () if obj is None else self.inlines

    def get_formset_kwargs(self, request, obj, inline, prefix):
        said = super().get_formset_kwargs(request, obj, inline, prefix)
        return said | ({"form_kwargs": {"criteria_set": obj}} if isinstance(inline, (JointCapInline, GradeLimitInline)) else {})

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.base_fields["copy_of"].queryset = readable_sets(request.authority).order_by("title")
        else:
            del form.base_fields["copy_of"]
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "owner":
            own = Committee.objects.filter(scope_path__in=request.authority.criteria_paths)
            kwargs |= {"queryset": own, "required": True, "empty_label": None, "initial": own.first()}
        if db_field.name == "based_on":
            kwargs["queryset"] = CriteriaSet.objects.filter(kind=SetKind.FRAME, owner=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_form(self, request, form, change):
        criteria_set = super().save_form(request, form, change)
        if change:
            return criteria_set
        criteria_set.kind = SetKind.SHEET
        if form.cleaned_data["copy_of"]:
            form.instance = criteria_set = form.copy()
        return criteria_set

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            put_in_order(form.instance)
        self.keep_version(request, form.instance, SetAct.CHANGED if change else SetAct.MADE, form)

    def response_post_save_add(self, request, obj) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_change", args=[obj.pk]))

    @admin.display(description=_("Used by"))
    def used(self, criteria_set: CriteriaSet) -> str:
        number = count_used(criteria_set)
        return ngettext("%(n)s score sheet", "%(n)s score sheets", number) % {"n": f"{number}+" if number == COUNTED else number}

    @admin.display(description=_("In force for"))
    def in_force(self, criteria_set: CriteriaSet) -> str:
        scopes = criteria_set.scopes.select_related("committee").order_by("committee__order_key", "cell_kind", "pk")
        return format_html_join(mark_safe("<br>"), "{}", [[_scope_in_words(scope)] for scope in scopes]) or NOTHING


def _scope_in_words(scope: CriteriaScope) -> str:
    """'Đảng ủy xã Một (School), from 1/11/2025 until 1/1/2027'."""
    where = f"{scope.committee} ({scope.get_cell_kind_display()})" if scope.cell_kind else str(scope.committee)
    words = {"where": where, "from": date_format(scope.during.lower, "SHORT_DATE_FORMAT")}
    if scope.during.upper is None:
        return gettext("%(where)s, from %(from)s") % words
    words["until"] = date_format(scope.during.upper, "SHORT_DATE_FORMAT")
    return gettext("%(where)s, from %(from)s until %(until)s") % words
