"""Who gets into the admin, and how its pages show their fields."""

from django.contrib.admin.widgets import AdminTextInputWidget, RelatedFieldWidgetWrapper
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404, HttpRequest
from psycopg2.errors import UniqueViolation

from meetings.models.fields import CleanLine
from meetings.permissions import Permit, require


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


class ToldWhy:
    """For a ModelAdmin whose rows are edited by permit: out of scope is 404; what is only read says why, and answers a post with 403."""

    def permit(self, request: HttpRequest, obj: Model | None) -> Permit:
        """Whether the user may write the row (None: any)."""
        raise NotImplementedError

    def keep(self, obj: Model) -> None:
        """Lock what the permit reads, so that it holds until the request ends."""
        raise NotImplementedError

    def get_object(self, request, object_id, from_field=None):
        """The row, or 404. Before a write: as it is once nobody else can change what the permit reads; or 403 with the reason."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None:
            raise Http404
        if request.method == "POST":
            self.keep(obj)
            obj = super().get_object(request, object_id, from_field)
            if obj is None:
                raise Http404
            require(self.permit(request, obj))
        return obj

    def changeform_view(self, request, *args, **kwargs):
        """As Django's. Where somebody stored the same between the check and the writing, the check is made again and finds it."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as refusal:
            if not isinstance(refusal.__cause__, UniqueViolation):
                raise
            return super().changeform_view(request, *args, **kwargs)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        reason = self.permit(request, self.get_object(request, object_id)).reason
        return super().change_view(request, object_id, form_url, {"why_read_only": reason, **(extra_context or {})})


class PlainFields:
    """Lines of text in one line, and no link that makes, changes or deletes what a field names, but for the models in `linked`."""

    long_line = {"class": "vLargeTextField"}
    short_line: dict[str, str] = {}
    linked: tuple[type[Model], ...] = ()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, CleanLine):
            attrs = self.long_line if db_field.max_length > 100 else self.short_line if db_field.max_length <= 10 else {}
            kwargs["widget"] = AdminTextInputWidget(attrs=attrs)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper) and db_field.related_model not in self.linked:
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field
