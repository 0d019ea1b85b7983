"""What the admin's pages of any app build on; this app registers none of its own."""

from django.http import HttpRequest


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
