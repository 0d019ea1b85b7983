"""What the page of a set and the page of a criterion share: both are edited where the set is a draft of one's own."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format

from evaluations.editing import drop_empty_caps, put_in_order, readable_sets, to_edit_set
from evaluations.models import CriteriaSet, Criterion, RollupRule, SetAct
from evaluations.set_history import record
from evaluations.yaml_reader import MOST_ITEMS
from meetings.admin import EditedByCriteriaAdmins, PlainFields, ToldWhy
from meetings.permissions import Permit, require

NOTHING = "–"


def shown_points(model: type[Model], name: str):
    """A read-only column with points as a person reads them; the table holds hundredths."""

    @admin.display(description=model._meta.get_field(name).verbose_name)
    def shown(self, row):
        hundredths = getattr(row, name)
        return NOTHING if hundredths is None else number_format(Decimal(hundredths) / 100)

    return shown


class OfSet(EditedByCriteriaAdmins):
    """For the page of a set, of a criterion, and their inlines: editable where the set is. Inlines get the page's object.

    `points` names the columns that are shown as `shown_…` where they are not edited.
    """

    points: tuple[str, ...] = ()

    def permit(self, request: HttpRequest, obj: CriteriaSet | Criterion | RollupRule | None) -> Permit:
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


class SetPage(OfSet, ToldWhy, PlainFields, admin.ModelAdmin):
    """A page that is out of scope with its set, and refuses with a reason what the set does not allow."""

    actions = None

    def set_of(self, obj) -> CriteriaSet:
        raise NotImplementedError

    def panels(self, obj) -> dict:
        """What the page shows beside its form."""
        raise NotImplementedError

    def keep(self, obj) -> None:
        """Publishing waits for the edit, and the edit for publishing."""
        CriteriaSet.objects.select_for_update(of=["self"]).get(pk=self.set_of(obj).pk)

    def asked_why(self, request, obj) -> list[tuple]:
        """The fieldset that asks why, where something can be changed."""
        return [(None, {"fields": ["why", "seen"]})] if self.permit(request, obj) else []

    def keep_version(self, request, criteria_set: CriteriaSet, act: str, form) -> None:
        """Keep what the set says after a change, by whom and why."""
        record(criteria_set=criteria_set, act=act, by=request.user, at=timezone.now(), why=form.cleaned_data.get("why", ""))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        context = {"criteria_set": self.set_of(obj), "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, {**self.panels(obj), **context, **(extra_context or {})})


class PartPage(SetPage):
    """The page of a part of a set (with `criteria_set`), reached from the page of the set and leading back to it."""

    def set_of(self, obj) -> CriteriaSet:
        return obj.criteria_set

    def has_module_permission(self, request) -> bool:
        return False  # no list of its own

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:evaluations_criteriaset_changelist"))

    def get_queryset(self, request):
        readable = readable_sets(request.authority).values("pk")
        return super().get_queryset(request).filter(criteria_set__in=readable).select_related("criteria_set__owner")

    def add_view(self, request, form_url="", extra_context=None):
        """A new part of the set that the address names (?set=…)."""
        key = request.GET.get("set", "")
        criteria_set = get_object_or_404(readable_sets(request.authority), pk=key if key.isdecimal() and len(key) < 10 else None)
        if request.method == "POST":
            criteria_set = CriteriaSet.objects.select_for_update(of=["self"]).get(pk=criteria_set.pk)
        require(to_edit_set(request.authority, criteria_set))
        request.criteria_set = criteria_set
        context = {"criteria_set": criteria_set, "show_save_and_add_another": False, **self.help_for(criteria_set)}
        return super().add_view(request, form_url, {**context, **(extra_context or {})})

    def help_for(self, criteria_set: CriteriaSet) -> dict:
        """All that conditions on the page can be made of."""
        raise NotImplementedError

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form)(form.__name__, (form,), {"criteria_set": obj.criteria_set if obj else request.criteria_set})

    def told_deleted(self, obj) -> str:
        """What the set's history says of it."""
        raise NotImplementedError

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        drop_empty_caps(obj.criteria_set)
        put_in_order(obj.criteria_set)
        record(criteria_set=obj.criteria_set, act=SetAct.CHANGED, by=request.user, at=timezone.now(), why=self.told_deleted(obj))
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


class OfPage(OfSet, PlainFields):
    """An inline of the page of a set, or of a part of it."""

    extra = 0
    max_num = MOST_ITEMS

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})


class Inline(OfPage, admin.TabularInline):
    # Side by side with others the widths of their classes would be too wide.
    long_line = {"class": "", "size": "50"}
    short_line = {"class": "", "size": "6"}


class Block(OfPage, admin.StackedInline):
    """For those with too many columns to stand side by side."""
