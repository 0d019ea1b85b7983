"""The page of a value that a committee gave a delegated parameter."""

from django.contrib import admin
from django.utils import timezone

from evaluations.delegating import delegated_to
from evaluations.forms.values import ValueForm
from evaluations.models import Parameter, ParameterValue
from meetings.admin import DatedPage
from meetings.models import Committee


def named(parameter: Parameter) -> str:
    return f"{parameter.criteria_set.title}: {parameter.title} ({parameter.default.normalize():f})"


@admin.register(ParameterValue)
class ParameterValueAdmin(DatedPage):
    form = ValueForm
    settled = ("committee", "parameter")
    list_display = ("parameter", "value", "committee", "cell_kind", "from_size", "begins_on", "ends_on")
    list_select_related = ("committee", "parameter")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name != "parameter":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        today = timezone.localdate()
        own = Committee.objects.filter(scope_path__in=request.authority.criteria_paths)
        delegated = {parameter.pk for committee in own for parameter in delegated_to(committee, today=today)}
        kwargs["queryset"] = Parameter.objects.filter(pk__in=delegated).select_related("criteria_set").order_by("criteria_set", "pk")
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = named
        return field
