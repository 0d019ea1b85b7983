"""Exports: tables and reports as files, written by jobs. Figures only; nothing of what was said or why somebody was absent.

A page's table becomes an export by a row in `EXPORTS`: a function from what is asked to a `Book`, and one that reads the page's query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.dashboard import chain_above
from evaluations.exporting import lists, overdue, verifying
from evaluations.exporting.asking import Asked
from evaluations.exporting.docx import write_docx
from evaluations.exporting.files import KEPT_FOR, new_file
from evaluations.exporting.monthly import monthly
from evaluations.exporting.report import report
from evaluations.exporting.tables import Book
from evaluations.exporting.xlsx import write_xlsx
from evaluations.jobs import CannotBeDone, Work, start_job
from evaluations.models import Job, JobKind
from evaluations.periods import Period, PeriodKind, parse_period
from meetings.models import Committee, DemoData
from meetings.permissions import Authority, Permit, authority_of
from meetings.text import fold

XLSX, DOCX = "xlsx", "docx"
# Progress is written this often, in rows.
ROWS_PER_WORD = 1000


@dataclass(frozen=True, slots=True)
class Export:
    """`choose` reads a page's query into what `build` is asked, raising Http404 for what isn't there; `forms` are the files it comes in.

    `is_open` says whether the user may open the page whose table it is.
    """

    label: str | Promise
    build: Callable[[Asked], Book]
    choose: Callable[[QueryDict], dict[str, str]] = field(default=lambda query: {})
    forms: tuple[str, ...] = (XLSX,)
    periods: tuple[str, ...] = tuple(PeriodKind.values)
    is_open: Callable[[Authority, Committee], Permit | bool] = Authority.sees_figures


EXPORTS: Mapping[str, Export] = {
    "monthly": Export(gettext_lazy("The month's table"), monthly, forms=(DOCX, XLSX), periods=(PeriodKind.MONTH,)),
    "report": Export(gettext_lazy("The year's report"), report, forms=(DOCX, XLSX), periods=(PeriodKind.YEAR,)),
    "committees": Export(gettext_lazy("Committees below"), lists.committees, lists.chosen_committees),
    "cells": Export(gettext_lazy("Cells"), lists.cells, lists.chosen_cells),
    "late": Export(gettext_lazy("Not held or not sent"), overdue.late_list, overdue.chosen_late, periods=(PeriodKind.MONTH,)),
    "sheets": Export(
        *(gettext_lazy("Sheets to verify"), verifying.sheets, verifying.chosen_sheets),
        periods=(PeriodKind.MONTH,),
        is_open=Authority.to_verify_under,
    ),
}


def exports_of(authority: Authority, committee: Committee, period: Period) -> dict[str, Export]:
    """By name, what the user may take away of a committee's period."""
    return {name: export for name, export in EXPORTS.items() if period.KIND in export.periods and export.is_open(authority, committee)}


def is_open_to(authority: Authority, job: Job) -> bool:
    """Whether the job is an export, and the user may open the page whose table it is."""
    export = EXPORTS.get(job.asked.get("export", ""))
    return export is not None and bool(export.is_open(authority, job.committee))


def start_export(
    *, authority: Authority, committee: Committee, period: Period, name: str, form: str = XLSX, query: str = "", at: datetime
) -> Job:
    """Set out to write an export as a file: `name` is a key of `EXPORTS`, `query` the page's own (`?show=held&kind=SCHOOL`).

    Raises Http404 for what the user does not see or what isn't there, `Refused` as `start_job` does.
    """
    export = exports_of(authority, committee, period).get(name)
    if export is None or form not in export.forms:
        raise Http404
    chosen = export.choose(QueryDict(query))
    asked = {"export": name, "form": form, "period": str(period), "chosen": chosen}
    title = f"{export.label} ({form}): {committee.name}, {period.label}"[:300]
    return start_job(kind=JobKind.EXPORT, committee=committee, title=title, asked=asked, by=authority.user, at=at)


def write_export(work: Work) -> None:
    """The worker: the file is written under a random name, and named to its owner once it is whole."""
    job, at = work.job, work.clock()
    export = EXPORTS[job.asked["export"]]
    if not is_open_to(authority_of(job.requested_by, timezone.localdate(at)), job):
        raise CannotBeDone(_("The figures of this committee are no longer open to you."))
    period = parse_period(job.asked["period"])
    asked = Asked(job.committee, period, job.asked["chosen"], at, job.requested_by.full_name)
    book = export.build(asked)
    work.expect(book.count)
    path = new_file(job.asked["form"])
    try:
        _write(book, path, asked, _teller(work, book.count))
        # Refused where the job was cancelled meanwhile: nobody gets the file then.
        work.write(stored_as=path.name, file_name=_file_name(export, job, period), expires_at=at + KEPT_FOR)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(book: Book, path: Path, asked: Asked, passed: Callable[[int], None]) -> None:
    banner = DemoData.objects.values_list("note", flat=True).first() or ""
    if path.suffix == f".{XLSX}":
        write_xlsx(book, path, banner=banner, by=asked.by, at=asked.at, passed=passed)
    else:
        above = chain_above(asked.committee)
        write_docx(book, path, banner=banner, superior=above[-1].name if above else "", at=asked.at, passed=passed)


def _teller(work: Work, count: int) -> Callable[[int], None]:
    """Tells the job of rows written, now and then; where a cancelled job ends."""
    part = _("writing the rows")
    work.reach(0, part)

    def passed(rows: int) -> None:
        if rows % ROWS_PER_WORD == 0:
            work.reach(min(rows, count), part)

    return passed


def _file_name(export: Export, job: Job, period: Period) -> str:
    """Letters that every system can write: cells-dang-uy-xa-1-2026-11.xlsx."""
    words = fold(f"{export.label} {job.committee.name}")
    plain = "-".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in words).split())
    return f"{plain[:150]}-{period}.{job.asked['form']}"
