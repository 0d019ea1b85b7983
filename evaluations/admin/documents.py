"""The pages of rule documents, which everyone cites."""

from django.contrib import admin

from evaluations.editing import to_edit_document
from evaluations.forms.criteria import DocumentForm
from evaluations.models import CriteriaSet, RuleDocument
from meetings.admin import EditedByCriteriaAdmins, PlainFields, ToldWhy


@admin.register(RuleDocument)
class RuleDocumentAdmin(ToldWhy, EditedByCriteriaAdmins, PlainFields, admin.ModelAdmin):
    """Documents are cited by everyone's sets, so they are added, seldom changed and never deleted."""

    form = DocumentForm
    linked = (RuleDocument,)
    actions = None
    list_display = ("number", "issuer", "issued_on", "title", "replaces")
    list_select_related = ("replaces",)
    ordering = ("-issued_on", "number")
    search_fields = ("number", "issuer", "title")

    def permit(self, request, obj):
        return to_edit_document(request.authority, obj) if obj else request.authority.to_edit_criteria()

    def keep(self, obj) -> None:
        """Whoever begins to cite the document waits; so do those who publish what cites it, and who change what it replaces."""
        list(RuleDocument.objects.select_for_update(of=["self"]).order_by("pk"))
        list(CriteriaSet.objects.select_for_update(of=["self"]).filter(document=obj).order_by("pk"))

    def has_change_permission(self, request, obj=None) -> bool:
        return bool(self.permit(request, obj))

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
