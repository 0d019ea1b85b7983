"""The criteria admin's pages: documents, sets, and the criteria of a set with their rows.

Two levels: a set's page lists its criteria, a criterion's page edits its rows. Whatever may not be edited is shown, with the reason.
"""

from decimal import Decimal
from itertools import islice

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.db.models import Model, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from evaluations.conditions import Asked, written
from evaluations.definition import definition_of
from evaluations.editing import put_in_order, readable_sets, to_edit_document, to_edit_set
from evaluations.forms.criteria import CriterionForm, DocumentForm, GroupForm, GroupFormSet, OrderedFormSet, RowForm, SetForm
from evaluations.measures import MEASURES, Unit
from evaluations.models import (
    Comparison,
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Parameter,
    Row,
    RuleDocument,
    SetKind,
)
from evaluations.publishing import faults_of
from evaluations.reach import cases
from meetings.admin import EditedByCriteriaAdmins
from meetings.models import Committee
from meetings.models.fields import CleanLine
from meetings.permissions import Permit, require

UNITS = {
    Unit.COUNT: _("whole number"),
    Unit.MINUTES: _("minutes"),
    Unit.DAYS: _("days"),
    Unit.YES_NO: _("yes or no"),
    Unit.RATIO: _("share in percent"),
}
NOTHING = "–"


class PlainFields:
    """Lines of text in one line, and no link that makes, changes or deletes what a field names, but for documents."""

    long_line = {"class": "vLargeTextField"}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, CleanLine):
            kwargs["widget"] = AdminTextInputWidget(attrs=self.long_line if db_field.max_length > 100 else {})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper) and db_field.related_model is not RuleDocument:
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field


def shown_points(model: type[Model], name: str):
    """A read-only column with points as a person reads them; the table holds hundredths."""

    @admin.display(description=model._meta.get_field(name).verbose_name)
    def shown(self, row):
        hundredths = getattr(row, name)
        return NOTHING if hundredths is None else number_format(Decimal(hundredths) / 100)

    return shown


def closed_list(criteria_set: CriteriaSet) -> dict:
    """What a condition in the set can be made of, for the help panel."""
    return {
        "measures": [(measure, UNITS[measure.unit]) for measure in MEASURES.values()],
        "parameters": criteria_set.parameters.order_by("code"),
        "comparisons": Comparison.choices,
    }


class OfSet(EditedByCriteriaAdmins):
    """For the page of a set, of a criterion, and their inlines: editable where the set is. Inlines get the page's object.

    `points` names the columns that are shown as `shown_…` where they are not edited.
    """

    points: tuple[str, ...] = ()

    def permit(self, request: HttpRequest, obj: CriteriaSet | Criterion | None) -> Permit:
        if obj is None:
            return request.authority.to_edit_criteria()
        return to_edit_set(request.authority, obj if isinstance(obj, CriteriaSet) else obj.criteria_set)

    def has_add_permission(self, request, obj=None) -> bool:
        return bool(self.permit(request, obj))

    def has_change_permission(self, request, obj=None) -> bool:
        return bool(self.permit(request, obj))

    def has_delete_permission(self, request, obj=None) -> bool:
        return bool(self.permit(request, obj))

    def get_readonly_fields(self, request, obj=None):
        shown = () if self.permit(request, obj) else tuple(f"shown_{name}" for name in self.points)
        return (*super().get_readonly_fields(request, obj), *shown)

    def as_shown(self, request: HttpRequest, obj, names: list[str]) -> list[str]:
        """The names of columns, with those of points in the form in which this user may have them."""
        if self.permit(request, obj):
            return names
        return [f"shown_{name}" if name in self.points else name for name in names]


class SetPage(OfSet, PlainFields, admin.ModelAdmin):
    """A page that is out of scope with its set, and refuses with a reason what the set does not allow."""

    actions = None

    def set_of(self, obj) -> CriteriaSet:
        raise NotImplementedError

    def panels(self, obj) -> dict:
        """What the page shows beside its form."""
        raise NotImplementedError

    def get_object(self, request, object_id, from_field=None):
        """The object, or 404. Before a write: with its set locked, so that it is not published in between; or 403 with the reason."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            raise Http404
        if request.method == "POST":
            CriteriaSet.objects.select_for_update(of=["self"]).get(pk=self.set_of(obj).pk)
            obj = super().get_object(request, object_id, from_field)
            require(self.permit(request, obj))
        return obj

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        reason = self.permit(request, obj).reason
        context = {"why_read_only": reason, "criteria_set": self.set_of(obj), "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, {**self.panels(obj), **context, **(extra_context or {})})


class Inline(OfSet, PlainFields, admin.TabularInline):
    # Side by side with others the width of its class would be too wide.
    long_line = {"class": "", "size": "50"}
    extra = 0


class GroupInline(Inline):
    model = CriterionGroup
    form = GroupForm
    formset = GroupFormSet
    points = ("max_points",)
    shown_max_points = shown_points(CriterionGroup, "max_points")

    def get_fields(self, request, obj=None):
        return self.as_shown(request, obj, ["order", "code", "title", "max_points"])

    @admin.display(description=_("Order"))
    def order(self, group: CriterionGroup) -> int:
        return group.position


class ParameterInline(Inline):
    model = Parameter
    fields = ("code", "title", "default")


@admin.register(CriteriaSet)
class CriteriaSetAdmin(SetPage):
    form = SetForm
    inlines = (GroupInline, ParameterInline)
    list_display = ("title", "code", "kind", "state", "owner", "effective_from")
    list_filter = ("state", "kind")
    list_select_related = ("owner",)
    search_fields = ("code", "title")
    points = ("good_from", "fair_from", "average_from")
    readonly_fields = ("kind", "state", "in_force")
    shown_good_from = shown_points(CriteriaSet, "good_from")
    shown_fair_from = shown_points(CriteriaSet, "fair_from")
    shown_average_from = shown_points(CriteriaSet, "average_from")

    def set_of(self, obj: CriteriaSet) -> CriteriaSet:
        return obj

    def panels(self, obj: CriteriaSet) -> dict:
        """The criteria; what keeps a sheet from being published; where nothing does, how low and how high its totals can be."""
        shown = {"criteria": obj.criteria.select_related("group"), "faults": [], "cases": []}
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
            return [(None, {"fields": ["copy_of", *own]}), *rest]
        return [(None, {"fields": [*own, "kind", "state", "in_force"]}), *rest]

    def get_readonly_fields(self, request, obj=None):
        # What its lines concretise, and whose it is, stays as it was when the set was made.
        settled = () if obj is None else ("based_on", "owner")
        return (*super().get_readonly_fields(request, obj), *settled)

    def get_inlines(self, request, obj):
        return () if obj is None else self.inlines

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
        return form.copy() if form.cleaned_data["copy_of"] else criteria_set

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            put_in_order(form.instance)

    def response_post_save_add(self, request, obj) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_change", args=[obj.pk]))

    @admin.display(description=_("In force for"))
    def in_force(self, criteria_set: CriteriaSet) -> str:
        scopes = criteria_set.scopes.select_related("committee")
        return (
            "; ".join(
                f"{scope.committee} ({scope.get_cell_kind_display()})" if scope.cell_kind else str(scope.committee) for scope in scopes
            )
            or NOTHING
        )


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
class CriterionAdmin(SetPage):
    """Reached from the page of its set, and leading back to it."""

    form = CriterionForm
    inlines = (RowInline,)
    points = ("max_points",)
    shown_max_points = shown_points(Criterion, "max_points")

    def set_of(self, obj: Criterion) -> CriteriaSet:
        return obj.criteria_set

    def panels(self, obj: Criterion) -> dict:
        """What keeps the criterion from being published, and all that its conditions can be made of."""
        faults = faults_of(obj.criteria_set) if obj.criteria_set.kind == SetKind.SHEET else []
        return {"faults": [fault for fault in faults if fault.where == obj.code], **closed_list(obj.criteria_set)}

    def has_module_permission(self, request) -> bool:
        return False  # no list of its own

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_changelist"))

    def get_queryset(self, request):
        readable = readable_sets(request.authority).values("pk")
        return super().get_queryset(request).filter(criteria_set__in=readable).select_related("criteria_set__owner", "group")

    def add_view(self, request, form_url="", extra_context=None):
        """A new criterion of the set that the address names (?set=…)."""
        key = request.GET.get("set", "")
        criteria_set = get_object_or_404(readable_sets(request.authority), pk=key if key.isdecimal() and len(key) < 10 else None)
        if request.method == "POST":
            criteria_set = CriteriaSet.objects.select_for_update(of=["self"]).get(pk=criteria_set.pk)
        require(to_edit_set(request.authority, criteria_set))
        request.criteria_set = criteria_set
        context = {"criteria_set": criteria_set, "show_save_and_add_another": False, **closed_list(criteria_set)}
        return super().add_view(request, form_url, {**context, **(extra_context or {})})

    def get_fieldsets(self, request, obj=None):
        own = ["group", "order", "code", "title", "max_points", "kind", "clause", "concretises"]
        applying = ["applies_when", "not_applicable", "needs_confirmation", "reading"]
        return [(None, {"fields": self.as_shown(request, obj, own)}), (_("Where it applies, and how it is read"), {"fields": applying})]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form)(form.__name__, (form,), {"criteria_set": obj.criteria_set if obj else request.criteria_set})

    def get_formset_kwargs(self, request, obj, inline, prefix):
        parameters = {parameter.code: parameter for parameter in obj.criteria_set.parameters.order_by("code")}
        return super().get_formset_kwargs(request, obj, inline, prefix) | {"form_kwargs": {"parameters": parameters}}

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.save_applies_when()
        put_in_order(form.instance.criteria_set, moved=form.instance)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        put_in_order(obj.criteria_set)
        request.criteria_set = obj.criteria_set

    def response_delete(self, request, obj_display, obj_id) -> HttpResponse:
        super().response_delete(request, obj_display, obj_id)  # says that it is gone
        return self._to_set(request.criteria_set)

    def response_post_save_add(self, request, obj) -> HttpResponse:
        return self._to_set(obj.criteria_set)

    def response_post_save_change(self, request, obj) -> HttpResponse:
        return self._to_set(obj.criteria_set)

    def _to_set(self, criteria_set: CriteriaSet) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_change", args=[criteria_set.pk]))

    @admin.display(description=_("Order"))
    def order(self, criterion: Criterion) -> int:
        return criterion.position

    @admin.display(description=_("Applies when"))
    def applies_when(self, criterion: Criterion) -> str:
        return written(map(Asked.of, criterion.applies_when.select_related("parameter"))) or _("always")


@admin.register(RuleDocument)
class RuleDocumentAdmin(EditedByCriteriaAdmins, PlainFields, admin.ModelAdmin):
    """Documents are cited by everyone's sets, so they are added, seldom changed and never deleted."""

    form = DocumentForm
    actions = None
    list_display = ("number", "issuer", "issued_on", "title", "replaces")
    list_select_related = ("replaces",)
    ordering = ("-issued_on", "number")
    search_fields = ("number", "issuer", "title")

    def get_object(self, request, object_id, from_field=None):
        """The document, or 404; before a write, 403 with the reason where it may not be written."""
        document = super().get_object(request, object_id, from_field)
        if document is None:
            raise Http404
        if request.method == "POST":
            require(to_edit_document(request.authority, document))
        return document

    def has_change_permission(self, request, obj=None) -> bool:
        return bool(to_edit_document(request.authority, obj) if obj else request.authority.to_edit_criteria())

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        reason = to_edit_document(request.authority, self.get_object(request, object_id)).reason
        return super().change_view(request, object_id, form_url, {"why_read_only": reason, **(extra_context or {})})
