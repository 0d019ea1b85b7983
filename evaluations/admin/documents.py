"""The pages of rule documents, which everyone cites."""

from django.contrib import admin
from django.http import Http404

from evaluations.editing import to_edit_document
from evaluations.forms.criteria import DocumentForm
from evaluations.models import RuleDocument
from meetings.admin import EditedByCriteriaAdmins, PlainFields
from meetings.permissions import require


@admin.register(RuleDocument)
class RuleDocumentAdmin(EditedByCriteriaAdmins, PlainFields, admin.ModelAdmin):
    """Documents are cited by everyone's sets, so they are added, seldom changed and never deleted."""

    form = DocumentForm
    linked = (RuleDocument,)
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
