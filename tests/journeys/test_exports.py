"""A board takes its cells away as a file: asked for, left alone, come back to, opened; its sums are those that the page says."""

from pathlib import Path
from random import Random

import pytest
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Locator

from evaluations.jobs import work_job
from evaluations.models import Grade, Job, JobState
from evaluations.periods import Month
from evaluations.works import WORKERS
from meetings.models import Committee
from tests.evaluations.closed_periods import Ground, fill, make_ground
from tests.evaluations.exported import headings_of, rows_of, text_of
from tests.journeys.people import Person

pytestmark = pytest.mark.journey


@pytest.fixture
def month() -> Month:
    return Month.of(timezone.localdate()).previous


@pytest.fixture
def ground(site, settings, month) -> Ground:
    """A province of its own for each journey; what a worker writes lies where the site looks for it."""
    settings.EXPORTS_DIR = site.env["EXPORTS_DIR"]
    ground = make_ground(communes=3, cells=9, name=f"Tỉnh ủy {Committee.objects.count()}")
    fill(ground, month, Random(7))
    return ground


def test_an_export_is_opened_and_its_sums_are_those_of_the_page(ground, month, at_desk: Person, tmp_path):
    board = f"/committees/{ground.province.public_id}/{month}/"
    at_desk.log_in(ground.office.username)
    at_desk.go(board)
    said = {grade: number_of(at_desk, f"?show={grade.value.lower()}") for grade in Grade}
    scored, mean = number_of(at_desk, "?show=scored"), mean_of(at_desk)
    at_desk.tap("a[href$='/exports']")
    at_desk.looks("exports")
    at_desk.tap(asked(at_desk, "cells", "xlsx"))
    assert "Đang chờ" in at_desk.says
    at_desk.looks("job-waiting")

    at_desk.go(board)
    at_desk.looks("board-with-a-job-under-way")
    at_desk.tap(".under-way")
    at_desk.looks("jobs")
    at_desk.tap("main table a")
    sheet = load_workbook(fetched(at_desk, tmp_path)).active
    rows, headings = rows_of(sheet), headings_of(sheet)
    points = [row[headings.index("Điểm")] for row in rows if row[headings.index("Điểm")] is not None]
    classes = [row[headings.index("Xếp loại")] for row in rows]
    assert {grade: classes.count(str(grade.label)) for grade in Grade} == said
    assert len(points) == scored > 0
    assert round(sum(points) / scored, 2) == pytest.approx(mean, abs=0.011)
    assert len(rows) == len(ground.cells)


def test_a_job_is_cancelled_and_run_again(ground, month, at_desk: Person, tmp_path):
    at_desk.log_in(ground.office.username)
    at_desk.go(f"/committees/{ground.province.public_id}/{month}/exports")
    at_desk.tap(asked(at_desk, "monthly", "docx"))
    at_desk.tap("form[action$='/cancel'] button")
    assert "Đã dừng" in at_desk.says
    at_desk.looks("job-cancelled")
    at_desk.tap("form[action$='/rerun'] button")
    text = text_of(Document(str(fetched(at_desk, tmp_path))))
    assert Job.objects.filter(requested_by=ground.office, state=JobState.CANCELLED).count() == 1
    assert ground.province.name.upper() in text and all(cell.name in text for cell in ground.cells)


def asked(at_desk: Person, name: str, form: str) -> Locator:
    return at_desk.page.locator(f"main form:has([name=name][value={name}]) button[value={form}]")


def number_of(at_desk: Person, link: str) -> int:
    return int(at_desk.page.locator(f"main a.num[href$='{link}']").last.inner_text())


def mean_of(at_desk: Person) -> float:
    said = at_desk.page.locator("main dl.facts dd b.num").first.inner_text()
    return float(said.replace(",", "."))


def fetched(at_desk: Person, folder: Path) -> Path:
    """The file of the job whose page is open: a worker makes it, and the page says so by itself."""
    work_job(Job.objects.latest("pk").pk, WORKERS)
    at_desk.page.wait_for_selector("main a[href$='/file']", timeout=15_000)
    assert not at_desk.page.locator(".under-way").count()
    at_desk.looks("job-done")
    with at_desk.page.expect_download() as download:
        at_desk.touch(at_desk.page.locator("main a[href$='/file']"))
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
