"""The admin's page of dated rows of committees: one's own are edited, those of the committees above are read."""

from datetime import date

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import in_force
from meetings.admin.door import EditedByCriteriaAdmins, PlainFields, ToldWhy
from meetings.forms.dated import DatedForm
from meetings.models import Committee, path_prefixes
from meetings.permissions import Permit

NOTHING = "–"


def as_day(day: date | None) -> str:
    return NOTHING if day is None else date_format(day, "SHORT_DATE_FORMAT")


class DatedPage(ToldWhy, EditedByCriteriaAdmins, PlainFields, admin.ModelAdmin):
    """For a model with `committee` and a half-open `during`, and a `DatedForm` as its form.

    Rows of no committee are the national level's; they are read.
    """

    form: type[DatedForm]
    # What a row is about stays as it was when the row was made.
    settled: tuple[str, ...] = ("committee",)
    actions = None
    list_select_related = ("committee",)
    ordering = ("-during",)

    def permit(self, request: HttpRequest, obj) -> Permit:
        if obj is None:
            return request.authority.to_edit_criteria()
        if obj.committee is None:
            return Permit(_("This is set for the whole country. It can be read here."))
        return request.authority.to_set_rules(obj.committee)

    def keep(self, obj) -> None:
        if obj.committee is not None:
            in_force.hold(obj.committee)

    def has_change_permission(self, request, obj=None) -> bool:
        return bool(self.permit(request, obj))

    def has_delete_permission(self, request, obj=None) -> bool:
        """Not what holds in closed months."""
        if not self.permit(request, obj):
            return False
        return obj is None or in_force.lock_reached(obj.committee, obj.during.lower, obj.during.upper) is None

    def get_queryset(self, request):
        readable = {prefix for path in request.authority.criteria_paths for prefix in path_prefixes(path)}
        own_or_above = Q(committee=None) | Q(committee__scope_path__in=readable)
        return super().get_queryset(request).filter(own_or_above).select_related(*self.list_select_related)

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        if obj is None:
            return own
        return (*own, *self.settled) if self.permit(request, obj) else (*own, *self.settled, "begins_on", "ends_on")

    def get_fields(self, request, obj=None):
        days = ["begins_on", "ends_on", "past_is_meant"]
        if obj is None and not self.form.has_end:
            days.remove("ends_on")
        elif obj is not None and not self.permit(request, obj):
            days.remove("past_is_meant")
        return [*self.form._meta.fields, *days]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "committee":
            own = Committee.objects.filter(scope_path__in=request.authority.criteria_paths).order_by("scope_path")
            kwargs |= {"queryset": own, "required": True, "empty_label": None, "initial": own.first()}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if change or form.has_end:
            super().save_model(request, obj, form, change)
        else:
            in_force.begin(obj, rivals=form.rivals(), on=obj.during.lower, at=timezone.now())
        self._tell(request, form.reached)

    def delete_model(self, request, obj):
        reached = in_force.months_reached(obj.during.lower, obj.during.upper, today=timezone.localdate())
        super().delete_model(request, obj)
        self._tell(request, reached)

    def _tell(self, request: HttpRequest, reached: list[date]) -> None:
        if reached:
            sentence = gettext("Measured again: %(months)s.") % {"months": in_force.in_words(reached)}
            self.message_user(request, sentence, messages.WARNING)

    @admin.display(description=_("In force from"), ordering="during")
    def begins_on(self, row) -> str:
        return as_day(row.during.lower)

    @admin.display(description=_("No longer in force from"))
    def ends_on(self, row) -> str:
        return as_day(row.during.upper)
