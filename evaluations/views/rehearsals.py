"""Rehearsing a draft: asked for, looked through, taken away as a spreadsheet. For the criteria admins of the draft's owner."""

from uuid import UUID

import django_tables2 as tables
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from evaluations.definition import definition_of
from evaluations.editing import readable_sets, to_rehearse
from evaluations.exporting.files import open_file
from evaluations.figures import points
from evaluations.forms.rehearsals import RehearseForm
from evaluations.models import CriteriaSet, Grade, Rehearsal, RehearsedMove
from evaluations.periods import Month
from evaluations.rehearsal import MOST_MOVES, start_rehearsal
from evaluations.rehearsed import COLUMNS, crossings
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from evaluations.set_files import write_set
from evaluations.set_health import fare, findings_of, proofs_of
from evaluations.views.cell_tables import NUMBER, RowsChosenFirst
from meetings.models import CellKind
from meetings.permissions import require
from meetings.refusing import Refused

MOVES_PER_PAGE = 50
REHEARSALS_SHOWN = 20
# How no class is asked for.
NONE = "none"


class MoveTable(tables.Table):
    cell = tables.Column(verbose_name=gettext_lazy("Cell"), accessor="cell__name", order_by=("cell__order_key", "cell_id", "month"))
    committee = tables.Column(
        verbose_name=gettext_lazy("Committee"), accessor="committee__name", order_by=("committee__order_key", "cell_id")
    )
    month = tables.Column(verbose_name=gettext_lazy("Month"))
    before = tables.Column(verbose_name=gettext_lazy("Before"), attrs=NUMBER)
    after = tables.Column(verbose_name=gettext_lazy("Under the draft"), attrs=NUMBER, empty_values=())
    line = tables.Column(verbose_name=gettext_lazy("Line that moves it"), empty_values=())
    moves_by = tables.Column(verbose_name=gettext_lazy("It alone moves"), attrs=NUMBER)

    def render_month(self, value) -> str:
        return Month.of(value).label

    def render_before(self, record: RehearsedMove) -> SafeString:
        return format_html("{} {}", points(record.before), record.get_grade_before_display())

    def render_after(self, record: RehearsedMove) -> SafeString:
        return format_html("{} {}", points(record.after), record.get_grade_after_display())

    def render_line(self, record: RehearsedMove) -> str:
        return record.line or _("the thresholds")

    def render_moves_by(self, value: int) -> str:
        return ("+" if value > 0 else "") + points(value)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rehearsals(request: HttpRequest, draft: UUID) -> HttpResponse:
    """The set's rehearsals, a new one, and how made-up cells fare under it.

    Template `evaluations/rehearsals.html`: criteria_set, form, done ([Rehearsal]), faults; without faults fared, proofs, whole.
    """
    draft = get_object_or_404(readable_sets(request.authority).select_related("owner"), public_id=draft)
    if draft.owner is None:
        raise Http404
    require(to_rehearse(request.authority, draft, draft.owner))
    now = timezone.now()
    form = RehearseForm(request.POST or None, criteria_set=draft, today=timezone.localdate(now))
    if form.is_valid():
        try:
            job = start_rehearsal(criteria_set=draft, **form.cleaned_data, by=request.user, at=now)
        except Refused as refusal:
            form.add_error(None, refusal.problems[""])
        else:
            return redirect("job", job=job.public_id)
    done = Rehearsal.objects.filter(criteria_set=draft, job__state="DONE").select_related("committee", "job").order_by("-rehearsed_at")
    context = {"criteria_set": draft, "form": form, "done": done[:REHEARSALS_SHOWN], "faults": faults_of(draft)}
    if not context["faults"]:
        definition = definition_of(draft)
        context |= {"fared": fare(definition), "proofs": proofs_of(definition), "whole": definition.max_points}
    return render(request, "evaluations/rehearsals.html", context, status=422 if form.errors else 200)


def _rehearsal(request: HttpRequest, job: UUID) -> Rehearsal:
    """A finished rehearsal of a draft whose owner's criteria the user edits; 404 for any other."""
    own = CriteriaSet.objects.filter(owner__scope_path__in=request.authority.criteria_paths)
    found = Rehearsal.objects.filter(criteria_set__in=own, job__state="DONE").select_related("criteria_set", "committee", "job")
    return get_object_or_404(found, job__public_id=job)


@never_cache
@require_GET
def rehearsal(request: HttpRequest, rehearsal: UUID) -> HttpResponse:
    """`?kind=` one kind of cell, `?before=` and `?after=` the classes of one place of the matrix, `?order=` a heading.

    Template `evaluations/rehearsal.html`: rehearsal, kinds, kind, columns, matrix, before, after, table, page, is_cut,
    findings, has_changed, has_file.
    """
    found = _rehearsal(request, rehearsal)
    kind, before, after = (request.GET.get(name, "") for name in ("kind", "before", "after"))
    if kind not in ("", *CellKind.values) or before not in ("", *Grade.values) or after not in ("", NONE, *Grade.values):
        raise Http404
    asked = {"cell_kind": kind, "grade_before": before} | ({"grade_after": after} if after != NONE else {})
    moves = found.moves.select_related("cell", "committee").filter(**{name: value for name, value in asked.items() if value})
    if after == NONE:
        moves = moves.filter(grade_after="")
    names = [column or NONE for column in COLUMNS]
    order = request.GET.get("order", "")
    table = MoveTable(moves, order_by=order if order.removeprefix("-") in MoveTable.base_columns else "moves_by")
    table.paginator = RowsChosenFirst(table.rows, MOVES_PER_PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "evaluations/rehearsal.html",
        {
            "rehearsal": found,
            "kinds": [(value, label) for value, label in CellKind.choices if value in found.matrix],
            "kind": kind,
            "columns": list(zip(names, (Grade(column).label if column else _("no class") for column in COLUMNS), strict=True)),
            "matrix": [(each.before, list(zip(names, each.after, strict=True)), each.whole) for each in crossings(found, kind)],
            "before": before,
            "after": after,
            "table": table,
            "page": table.page,
            "is_cut": found.moved > MOST_MOVES,
            "findings": list(findings_of(found)),
            "has_changed": write_set(as_entry(found.criteria_set)) != found.text,
            "has_file": found.job.has_file(timezone.now()),
        },
    )


@never_cache
@require_GET
def rehearsal_file(request: HttpRequest, rehearsal: UUID) -> FileResponse:
    found = _rehearsal(request, rehearsal)
    file = open_file(found.job) if found.job.has_file(timezone.now()) else None
    if file is None:
        raise Http404
    return FileResponse(file, as_attachment=True, filename=found.job.file_name)
