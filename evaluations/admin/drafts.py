"""What the page of a set and the page of a criterion share: both are edited where the set is a draft of one's own."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format

from evaluations.criteria_files import MOST_ITEMS
from evaluations.editing import to_edit_set
from evaluations.models import CriteriaSet, Criterion
from evaluations.set_history import record
from meetings.admin import EditedByCriteriaAdmins, PlainFields, ToldWhy
from meetings.permissions import Permit

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
        return [(None, {"fields": ["why"]})] if self.permit(request, obj) else []

    def keep_version(self, request, criteria_set: CriteriaSet, act: str, form) -> None:
        """Keep what the set says after a change, by whom and why."""
        record(criteria_set=criteria_set, act=act, by=request.user, at=timezone.now(), why=form.cleaned_data.get("why", ""))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        context = {"criteria_set": self.set_of(obj), "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, {**self.panels(obj), **context, **(extra_context or {})})


class Inline(OfSet, PlainFields, admin.TabularInline):
    # Side by side with others the width of its class would be too wide.
    long_line = {"class": "", "size": "50"}
    extra = 0
    max_num = MOST_ITEMS

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **{"validate_max": True, **kwargs})
