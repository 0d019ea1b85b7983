"""A set as the secretary of a cell would see it, before it binds anyone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from evaluations.definition import definition_of
from evaluations.editing import readable_sets
from evaluations.forms.sheets import SheetForm
from evaluations.models import SetKind
from evaluations.set_faults import faults_of
from evaluations.set_health import MADE_UP, facts_of
from evaluations.sheets import preview_sheet


@require_GET
def preview(request: HttpRequest, draft: UUID) -> HttpResponse:
    """`?cell=` which of the made-up cells (0 to 2). Template `evaluations/sheet_preview.html`: criteria_set, faults; without faults also
    cells ([(number, MadeUp)]), number, sheet, form.
    """
    criteria_set = get_object_or_404(readable_sets(request.authority), public_id=draft, kind=SetKind.SHEET)
    context = {"criteria_set": criteria_set, "faults": faults_of(criteria_set)}
    if not context["faults"]:
        asked = request.GET.get("cell", "")
        number = int(asked) if asked in map(str, range(len(MADE_UP))) else 1
        sheet = preview_sheet(definition_of(criteria_set), facts_of(MADE_UP[number]))
        context |= {"cells": list(enumerate(MADE_UP)), "number": number, "sheet": sheet}
        context["form"] = SheetForm(sheet=sheet, present=[], vote_base=0)
    return render(request, "evaluations/sheet_preview.html", context)
