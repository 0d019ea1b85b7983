"""The pages on which a province closes, corrects and reads its periods again, through real requests."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.editions import close_period, publish_correction
from evaluations.models import Edition, Grade, Job, MonthScore, ScoreState
from evaluations.periods import Month, Quarter
from evaluations.views.periods import CELLS_PER_PAGE
from meetings.models import ChangedCell
from tests.costs import queries_of
from tests.evaluations.closed_periods import AT, Ground, make_ground, set_month
from tests.factories import make_cell, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OCTOBER, QUARTER = Month(2026, 10), Quarter(2026, 3)
SCORED = {"state": ScoreState.SCORED, "held": True, "sent": True, "total": 9250, "grade": Grade.GOOD}


def lay() -> Ground:
    ground = make_ground()
    for cell in ground.cells:
        set_month(cell, OCTOBER.first, **SCORED)
    return ground


@pytest.fixture
def office(ground) -> Client:
    return browser_of(ground.office)


def close(ground: Ground, period=OCTOBER) -> Edition:
    return close_period(committee=ground.province, period=period, by=ground.office, at=AT)


def correct(ground: Ground, period=OCTOBER) -> Edition:
    return publish_correction(committee=ground.province, period=period, reason="Nhập sai điểm", by=ground.office, at=AT)


def edition_of(committee, number: int = 1, period=OCTOBER) -> str:
    return reverse("edition", args=[committee.public_id, period, number])


def list_of(ground: Ground) -> str:
    return reverse("periods", args=[ground.province.public_id])


def test_the_list_says_of_each_period_whether_it_is_closed_and_what_differs(ground, office):
    close(ground)
    close(ground, QUARTER)
    set_month(ground.cells[0], OCTOBER.first, total=9000)
    words = words_of(office.get(list_of(ground) + "?year=2026"))
    assert re.search(r"month 10/2026 Closed edition 1 of \S+ differs in 1 cell Publish a correction : month 10/2026", words)
    assert re.search(r"quarter 3/2026 Closed edition 1 of \S+ as published", words)
    assert "month 9/2026 Not closed Close… : month 9/2026" in words
    assert "year 2026 Not over yet" in words
    the_year_before = words_of(office.get(list_of(ground) + "?year=2025"))
    assert the_year_before.count("Close…") == 10, "the province's tree stands from July on"
    assert "month 6/2025 No figures month 7/2025 Not closed" in the_year_before


@pytest.mark.parametrize("year", ["", "x", "0", "99999", "1000000000", "١٩٩٩", "2026'--"])
def test_an_odd_year_is_this_one_or_the_nearest(ground, office, year):
    assert office.get(list_of(ground), {"year": year}).status_code == 200


def test_closing_asks_first_with_how_complete_it_is(ground, office):
    set_month(ground.cells[0], OCTOBER.first, state=ScoreState.NOT_SENT, sent=False, total=None, grade="")
    set_month(ground.cells[1], OCTOBER.first, verified=True)
    path = reverse("period_close", args=[ground.province.public_id, OCTOBER])
    words = words_of(office.get(path))
    assert "Held, score not sent 1 / 4" in words and "Sent, not verified 2 / 3" in words and "Cells with a score 3 / 4" in words
    assert "Closing binds" in words and not Edition.objects.exists()
    answer = office.post(path, {"form_key": ""})
    job = Job.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("job", args=[job.public_id]))
    assert (job.kind, job.asked["period"], job.committee) == ("CLOSING", "2026-10", ground.province)


def test_closing_names_the_months_that_lack_something_and_each_number_leads_to_its_cells(ground, office):
    for month in QUARTER.months:
        for cell in ground.cells:
            set_month(cell, month.first, **SCORED | {"verified": True})
    set_month(ground.cells[0], QUARTER.months[1].first, state=ScoreState.NOT_SENT, sent=False, verified=False, total=None, grade="")
    ChangedCell.objects.create(cell=ground.cells[0], from_month=QUARTER.first)
    page = office.get(reverse("period_close", args=[ground.province.public_id, QUARTER]))
    assert "Months in which something is missing month 8/2026 1 not sent" in words_of(page) and "month 7/2026" not in words_of(page)
    cells = reverse("committee_cells", args=[ground.province.public_id, "2026-08"])
    stuck = reverse("cell_month", args=[ground.cells[0].public_id, QUARTER.months[0]])
    assert f'href="{cells}?show=not_sent"' in page.content.decode() and f'href="{stuck}"' in page.content.decode()
    for show in ("not_held", "not_sent", "undecided", "not_due", "no_set", "scored"):
        listed = reverse("committee_cells", args=[ground.province.public_id, QUARTER]) + f"?show={show}"
        assert f'href="{listed}"' in page.content.decode() and office.get(listed).status_code == 200


def test_what_keeps_a_period_open_is_said_and_nothing_is_started(ground, office):
    path = reverse("period_close", args=[ground.province.public_id, OCTOBER])
    ChangedCell.objects.create(cell=ground.cells[0], from_month=OCTOBER.first)
    words = words_of(office.get(path))
    assert "It can't be closed just now" in words and "1 cell was recorded anew" in words and "Close and publish" not in words
    assert office.post(path).status_code == 422
    not_over = reverse("period_close", args=[ground.province.public_id, "2199-12"])
    assert "not over yet" in words_of(office.get(not_over))
    assert office.post(not_over).status_code == 422
    assert not Job.objects.exists()


def test_a_closed_period_leads_to_its_edition(ground, office):
    close(ground)
    path = reverse("period_close", args=[ground.province.public_id, OCTOBER])
    for answer in (office.get(path), office.post(path)):
        assert (answer.status_code, answer.url) == (302, edition_of(ground.province))


def test_correcting_asks_why_and_starts_the_next_edition(ground, office):
    close(ground)
    path = reverse("period_correct", args=[ground.province.public_id, OCTOBER])
    assert "There is nothing to correct." in words_of(office.get(path))
    set_month(ground.cells[0], OCTOBER.first, total=9000)
    words = words_of(office.get(path))
    assert "1 cell differs from what is known now" in words and "Publish edition 2" in words
    assert office.post(path, {"reason": " "}).status_code == 422
    answer = office.post(path, {"reason": "Nhập sai điểm"})
    job = Job.objects.get()
    assert (answer.url, job.asked["reason"]) == (reverse("job", args=[job.public_id]), "Nhập sai điểm")


def test_while_scores_are_made_nothing_is_corrected(ground, office):
    close(ground)
    set_month(ground.cells[0], OCTOBER.first, total=9000)
    ChangedCell.objects.create(cell=ground.cells[0], from_month=OCTOBER.first)
    path = reverse("period_correct", args=[ground.province.public_id, OCTOBER])
    assert office.post(path, {"reason": "Nhập sai"}).status_code == 422
    assert "It can't be corrected just now" in words_of(office.get(path)) and not Job.objects.exists()


def test_an_edition_stands_beside_what_is_known_now(ground, office):
    first = close(ground)
    set_month(ground.cells[0], OCTOBER.first, total=6500, grade=Grade.AVERAGE, verified=True)
    words = words_of(office.get(edition_of(ground.province)))
    assert first.digest in words and "Lê Văn Ban" in words
    assert "Good 4 / 4 3 / 4 differs" in words and "Average 0 / 4 1 / 4 differs" in words and "Mean score 92.5 85.63 differs" in words
    assert "1 cell differs" in words
    cells = reverse("committee_cells", args=[ground.province.public_id, OCTOBER])
    links = set(re.findall(rf'href="({cells}[^"]*)"', office.get(edition_of(ground.province)).content.decode()))
    assert {f"{cells}{show}" for show in ("", "?show=held", "?show=verified", "?show=scored", "?show=average")} <= links
    assert {office.get(link).status_code for link in links} == {200}
    assert "Chi bộ 1 92.5 Good 65 Average verified, points of a month, months verified" in words
    second = correct(ground)
    again = words_of(office.get(edition_of(ground.province)))
    assert first.digest in again and "1 cell differs" in again, "the first edition stays as it was"
    latest = words_of(office.get(edition_of(ground.province, 2)))
    assert second.digest in latest and "Nhập sai điểm" in latest and "0 cells differ" in latest
    assert "What is known now is what edition 2 says." in latest


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "twin without a note"])
def test_while_changes_wait_an_edition_says_that_what_is_known_is_not_all(ground, office, noted):
    close(ground)
    if noted:
        ChangedCell.objects.create(cell=ground.cells[0], from_month=OCTOBER.first)
    words = "What is known now is still being made up to what was recorded last"
    assert (words in words_of(office.get(edition_of(ground.province)))) is noted
    of_communes = [browser_of(make_user(f"xa-{commune.pk}", office_of=commune)).get(edition_of(commune)) for commune in ground.communes]
    assert [words in words_of(page) for page in of_communes] == [noted, False]


def test_a_commune_reads_its_own_part_of_the_provinces_edition(ground):
    close(ground)
    set_month(ground.cells[0], OCTOBER.first, total=9000)
    for place, commune in enumerate(ground.communes):
        commune_office = browser_of(make_user(f"xa-{place}", office_of=commune))
        page = commune_office.get(edition_of(commune))
        assert ("1 cell differs" in words_of(page)) == (place == 0)
        assert "Publish a correction" not in words_of(page)
        assert commune_office.get(edition_of(ground.communes[1 - place])).status_code == 404
        assert commune_office.get(edition_of(ground.province)).status_code == 404


def test_a_cell_that_is_gone_or_new_is_told_as_such(ground, office):
    close(ground)
    set_month(make_cell("Chi bộ mới", committee=ground.communes[0]), OCTOBER.first, **SCORED)
    ChangedCell.objects.all().delete()
    MonthScore.objects.filter(cell=ground.cells[0], month=OCTOBER.first).delete()
    words = words_of(office.get(edition_of(ground.province)))
    assert "Chi bộ 1 92.5 Good not counted –" in words and "Chi bộ mới not counted 92.5 Good –" in words


@pytest.mark.parametrize("what", ["number", "period", "open", "kind"])
def test_what_is_not_there_is_404(ground, office, what):
    close(ground)
    path = {
        "number": edition_of(ground.province, 10**9),
        "period": edition_of(ground.province).replace("2026-10", "2026-13"),
        "open": edition_of(ground.province, period=Month(2026, 9)),
        "kind": reverse("period_correct", args=[ground.province.public_id, Month(2026, 9)]),
    }[what]
    assert office.get(path).status_code == 404


def test_only_the_provinces_own_office_closes_and_corrects(ground):
    close(ground)
    commune = browser_of(make_user("xa", office_of=ground.communes[0]))
    auditor = browser_of(make_user("kiem-tra", auditor_of=ground.province))
    centre = browser_of(make_user("tw", board_of=ground.province.placements.get().parent))
    for name in ("period_close", "period_correct"):
        path = reverse(name, args=[ground.province.public_id, OCTOBER])
        assert [browser.post(path, {"reason": "x"}).status_code for browser in (commune, auditor, centre)] == [404, 403, 403]
        assert commune.get(reverse(name, args=[ground.communes[0].public_id, OCTOBER])).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize("page", ["0", "x", "1000000000", "' or 1=1"])
def test_odd_pages_of_differences_are_harmless(ground, office, page):
    close(ground)
    assert office.get(edition_of(ground.province), {"page": page}).status_code == 200


def test_differences_are_read_page_by_page(office, ground):
    close(ground)
    for cell in make_more(ground, CELLS_PER_PAGE):
        set_month(cell, OCTOBER.first, **SCORED)
    page = office.get(edition_of(ground.province), {"page": "2"})
    assert f"{CELLS_PER_PAGE} cells differ" in words_of(office.get(edition_of(ground.province)))
    assert page.context["page"].paginator.num_pages == 1
    set_month(ground.cells[0], OCTOBER.first, total=1)
    assert len(office.get(edition_of(ground.province), {"page": "2"}).context["page"].object_list) == 1


def make_more(ground: Ground, count: int) -> list:
    return [make_cell(f"Chi bộ thêm {number}", committee=ground.communes[0]) for number in range(count)]


def test_a_page_costs_the_same_for_one_row_and_for_thirty(ground, office):
    close(ground)
    pages = [
        edition_of(ground.province),
        list_of(ground) + "?year=2026",
        reverse("period_correct", args=[ground.province.public_id, OCTOBER]),
    ]
    pages.append(reverse("period_close", args=[ground.province.public_id, Month(2026, 9)]))
    set_month(ground.cells[0], OCTOBER.first, total=1)
    few = [queries_of(office, page) for page in pages]
    for month in Quarter(2026, 1).months:
        close(ground, month)
    for cell in make_more(ground, 30):
        set_month(cell, OCTOBER.first, **SCORED)
    ChangedCell.objects.all().delete()
    assert [queries_of(office, page) for page in pages] == few
    assert max(few) <= 17


def test_the_board_of_a_closed_period_says_so(ground, office):
    board = reverse("committee_board", args=[ground.province.public_id, OCTOBER])
    page = office.get(board)
    assert "Published edition" not in words_of(page) and list_of(ground) in page.content.decode()
    close(ground)
    words = words_of(office.get(board))
    assert "Closed Published edition 1 of" in words and "what is known now is as published." in words
    set_month(ground.cells[0], OCTOBER.first, total=1)
    page = office.get(board)
    assert "1 cell differs from what is known now." in words_of(page) and edition_of(ground.province) in page.content.decode()
