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
from tests.evaluations.closed_periods import Ground, fill, make_ground
from tests.evaluations.exported import headings_of, rows_of, text_of
from tests.journeys.people import Person

pytestmark = pytest.mark.journey


@pytest.fixture
def month() -> Month:
    return Month.of(timezone.localdate()).previous


@pytest.fixture
def ground(site, size, settings, month) -> Ground:
    """A province of its own for each size of browser; what a worker writes lies where the site looks for it."""
    settings.EXPORTS_DIR = site.env["EXPORTS_DIR"]
    ground = make_ground(communes=3, cells=9, name=f"Tỉnh ủy {size}")
    fill(ground, month, Random(7))
    return ground


def test_an_export_is_opened_and_its_sums_are_those_of_the_page(ground, month, person: Person, tmp_path):
    board = f"/committees/{ground.province.public_id}/{month}/"
    person.log_in(ground.office.username)
    person.go(board)
    said = {grade: number_of(person, f"?show={grade.value.lower()}") for grade in Grade}
    scored, mean = number_of(person, "?show=scored"), mean_of(person)
    person.tap("a[href$='/exports']")
    person.looks("exports")
    person.tap(asked(person, "cells", "xlsx"))
    assert "Đang chờ" in person.says
    person.looks("job-waiting")

    person.go(board)
    person.looks("board-with-a-job-under-way")
    person.tap(".under-way")
    person.looks("jobs")
    person.tap("main table a")
    sheet = load_workbook(fetched(person, tmp_path)).active
    rows, headings = rows_of(sheet), headings_of(sheet)
    points = [row[headings.index("Điểm")] for row in rows if row[headings.index("Điểm")] is not None]
    classes = [row[headings.index("Xếp loại")] for row in rows]
    assert {grade: classes.count(str(grade.label)) for grade in Grade} == said
    assert len(points) == scored > 0
    assert round(sum(points) / scored, 2) == pytest.approx(mean, abs=0.011)
    assert len(rows) == len(ground.cells)


def test_a_job_is_cancelled_and_run_again(ground, month, person: Person, tmp_path):
    person.log_in(ground.office.username)
    person.go(f"/committees/{ground.province.public_id}/{month}/exports")
    person.tap(asked(person, "monthly", "docx"))
    person.tap("form[action$='/cancel'] button")
    assert "Đã dừng" in person.says
    person.looks("job-cancelled")
    person.tap("form[action$='/rerun'] button")
    text = text_of(Document(str(fetched(person, tmp_path))))
    assert Job.objects.filter(requested_by=ground.office, state=JobState.CANCELLED).count() == 1
    assert ground.province.name.upper() in text and all(cell.name in text for cell in ground.cells)


def asked(person: Person, name: str, form: str) -> Locator:
    return person.page.locator(f"main form:has([name=name][value={name}]) button[value={form}]")


def number_of(person: Person, link: str) -> int:
    return int(person.page.locator(f"main a.num[href$='{link}']").last.inner_text())


def mean_of(person: Person) -> float:
    said = person.page.locator("main dl.facts dd b.num").first.inner_text()
    return float(said.replace(",", "."))


def fetched(person: Person, folder: Path) -> Path:
    """The file of the job whose page is open: a worker makes it, and the page says so by itself."""
    work_job(Job.objects.latest("pk").pk, WORKERS)
    person.page.wait_for_selector("main a[href$='/file']", timeout=15_000)
    assert not person.page.locator(".under-way").count()
    person.looks("job-done")
    with person.page.expect_download() as download:
        person.touch(person.page.locator("main a[href$='/file']"))
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
