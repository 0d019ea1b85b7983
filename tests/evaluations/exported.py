"""A year of a small province, and the files that are made of it, opened again."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from docx import Document
from docx.document import Document as Paper
from openpyxl import Workbook, load_workbook

from evaluations.exporting import start_export
from evaluations.jobs import work_job
from evaluations.models import CriteriaSet, Job, JobState, LossSummary, SetKind
from evaluations.periods import Month, Period, Year
from evaluations.works import WORKERS
from meetings.models import CellKind, Committee, User
from meetings.permissions import authority_of
from tests.evaluations.closed_periods import Ground, fill, make_ground
from tests.evaluations.month import load_the_sample

NOW = datetime(2026, 11, 5, 9, 41, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
YEAR = Year(2026, 1)
NOVEMBER = Month(2026, 11)


def a_year(seed: int = 1, months: Sequence[int] = (9, 10, 11)) -> Ground:
    """Some months of a year, the year made of them, and what is lost in them: random figures of two communes with three cells each."""
    rng = Random(seed)
    ground = make_ground(communes=2, cells=3)
    for number in months:
        fill(ground, Month(2026, number), rng)
    fill(ground, YEAR, rng)
    _lose(ground, rng)
    return ground


def _lose(ground: Ground, rng: Random) -> None:
    load_the_sample()
    frame = CriteriaSet.objects.filter(kind=SetKind.FRAME).order_by("pk").last()
    places = frame.criteria.count()
    for committee in (ground.province, *ground.communes):
        most = [rng.randint(1000, 90000) for _place in range(places)]
        LossSummary.objects.create(
            committee=committee,
            month=NOVEMBER.first,
            cell_kind=CellKind.VILLAGE,
            frame=frame,
            most=most,
            lost=[rng.randint(0, each) for each in most],
            compared=[rng.randint(0, 3) for _place in range(places)],
            own=[rng.randint(0, 9000) for _place in range(places)],
            computed=[rng.randint(1, 9000) for _place in range(places)],
        )


def ask(user: User, committee: Committee, name: str, period: Period, form: str = "xlsx", query: str = "") -> Job:
    authority = authority_of(user, NOW.date())
    return start_export(authority=authority, committee=committee, period=period, name=name, form=form, query=query, at=NOW)


def work_on(job: Job, at: datetime = NOW) -> Job:
    """What a worker makes of it."""
    work_job(job.pk, WORKERS, clock=lambda: at)
    job.refresh_from_db()
    return job


def written(job: Job, folder: Path, at: datetime = NOW) -> Path:
    """The job's file, made by its worker."""
    work_on(job, at)
    assert job.state == JobState.DONE, job.error or job.log
    return folder / job.stored_as


def spreadsheet(user: User, committee: Committee, name: str, period: Period, folder: Path, query: str = "") -> Workbook:
    return load_workbook(written(ask(user, committee, name, period, query=query), folder))


def document(user: User, committee: Committee, name: str, period: Period, folder: Path) -> Paper:
    return Document(str(written(ask(user, committee, name, period, form="docx"), folder)))


def rows_of(sheet) -> list[tuple]:
    """What stands under the headings, which the frozen pane tells from what stands over them."""
    first = int("".join(filter(str.isdigit, sheet.freeze_panes)))
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=first)]
    return [row for row in rows if row[1] is not None]


def headings_of(sheet) -> list[str]:
    first = int("".join(filter(str.isdigit, sheet.freeze_panes)))
    return [cell.value for cell in sheet[first - 1]]


def top_of(sheet) -> list[str]:
    """The lines over the table."""
    first = int("".join(filter(str.isdigit, sheet.freeze_panes)))
    return [cell.value for (cell,) in sheet.iter_rows(max_row=first - 2, max_col=1) if cell.value]


def text_of(paper: Paper) -> str:
    paragraphs = [paragraph.text for paragraph in paper.paragraphs]
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join(paragraphs + cells)
