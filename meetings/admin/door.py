"""Who gets into the admin, and how its pages show their fields."""

from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.db.models import Model
from django.http import HttpRequest

from meetings.models.fields import CleanLine


class EditedByCriteriaAdmins:
    """For a ModelAdmin or an inline: open to users with an appointment as criteria admin in force, closed to all others.

    The admin's permissions are not Django's (`User.has_perm` is always no): they come from `request.authority`. Narrow them
    by overriding one of the four methods; narrow the rows by `get_queryset` with `request.authority.criteria_paths`.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.authority.to_edit_criteria())

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(request.authority.to_edit_criteria())

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(request.authority.to_edit_criteria())

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(request.authority.to_edit_criteria())

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return bool(request.authority.to_edit_criteria())


class PlainFields:
    """Lines of text in one line, and no link that makes, changes or deletes what a field names, but for the models in `linked`."""

    long_line = {"class": "vLargeTextField"}
    linked: tuple[type[Model], ...] = ()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, CleanLine):
            kwargs["widget"] = AdminTextInputWidget(attrs=self.long_line if db_field.max_length > 100 else {})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper) and db_field.related_model not in self.linked:
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field
