"""The bench's country fits the product's own rules, and its figures are what was measured."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cellquality.management.commands.bench_pages import figures
from evaluations.benching import pages
from evaluations.benching.country import PROVINCES, seats_for
from evaluations.benching.ground import MONTHS, lay_ground
from evaluations.benching.pages import Measured, NotMeasurable, Visit, Visitors
from evaluations.benching.spreadsheets import Written
from evaluations.models import CommitteeSummary, LossSummary, MonthScore, PeriodScore, ScoreSheet
from meetings.models import Cell, ChangedCell, Committee, Level, Placement
from tests.databases import Databases

UNITS = {"ms", "queries", "times", "rows", "rows/s", "MB"}


@pytest.fixture(scope="module")
def grounds(databases: Databases, django_db_blocker):
    """Two countries under the names that the command looks for; their numbers of cells."""
    made = {}
    with django_db_blocker.unblock():
        before = connection.settings_dict["NAME"]
        for cells in (100, 200):
            name = f"bench_{cells}"
            databases.cluster.create_database(name, template=databases.template)
            databases.point(name)
            # As the role that serves, with every constraint and trigger.
            lay_ground(cells=cells, now=timezone.now())
            made[cells] = name
        databases.point(before)
        yield made
        databases.point(before)
        for name in made.values():
            databases.cluster.drop_database(name)


def test_the_seats_take_all_cells_and_have_the_same_shape_in_countries_of_any_size():
    small, large = dict(seats_for(2_600)), dict(seats_for(260_000))
    assert sum(small.values()) == 2_600 and sum(large.values()) == 260_000
    assert len({seat.province for seat in small}) == len({seat.province for seat in large}) == PROVINCES
    of_the_first = [{seat.commune for seat in seats if seat.province == 1} for seats in (small, large)]
    assert of_the_first[0] == of_the_first[1]
    assert sum(cells for _seat, cells in seats_for(700_000)) == 700_000


def test_the_ground_is_a_country_scored_and_summed_up_by_the_product(grounds, databases, django_db_blocker):
    with django_db_blocker.unblock():
        databases.point(grounds[200])
        centre = Committee.objects.get(level=Level.CENTRAL)
        month = pages.newest_month().previous
        scores = MonthScore.objects.filter(month=month.first)
        summed = CommitteeSummary.objects.filter(committee=centre, period_kind="MONTH", first_on=month.first)
        assert Cell.objects.count() == scores.count() == sum(each.cells for each in summed) == 200
        assert Placement.objects.filter(cell__isnull=False).count() == 200
        assert MonthScore.objects.count() == 200 * MONTHS
        assert sum(each.verified for each in summed) == ScoreSheet.objects.filter(month=month.first, state="VERIFIED").count() > 0
        assert sum(each.points for each in summed) == sum(score.total or 0 for score in scores) > 0
        assert PeriodScore.objects.filter(period_kind="YEAR", state="SCORED").exists()
        assert LossSummary.objects.filter(committee=centre, month=month.first).exists()
        assert not ChangedCell.objects.exists()


def test_the_command_prints_a_line_for_each_figure_and_pages_cost_the_same_queries(grounds, databases, django_db_blocker, monkeypatch):
    monkeypatch.setattr(pages, "VARIED", 1)
    monkeypatch.setattr(pages, "TABLES", pages.TABLES[:1])
    monkeypatch.setattr(pages, "LONGER", pages.LONGER[:1])
    out, told = StringIO(), StringIO()
    with django_db_blocker.unblock():
        before = connection.settings_dict["NAME"]
        call_command("bench_pages", cells=200, dir=databases.cluster.home, requests=1, stdout=out, stderr=told)
        assert connection.settings_dict["NAME"] == before
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    values = {line["name"]: line["value"] for line in lines}
    assert all(set(line) == {"name", "value", "unit"} and line["unit"] in UNITS and line["value"] > 0 for line in lines)
    assert {"commune_p95_ms", "province_p95_ms", "centre_p95_ms", "queue_p95_ms", "late_p95_ms"} <= set(values)
    assert {"cell_table_p95_ms", "secretary_p95_ms", "growth", "xlsx_rows_per_s", "xlsx_peak_mb"} <= set(values)
    assert values["queries_max"] == values["queries_max_at_a_hundredth"] <= 12
    assert values["xlsx_rows"] == 200
    assert "bench_100 is there" in told.getvalue()


def test_twin_a_page_that_costs_more_queries_for_more_cells_shows():
    few, many = [Measured("late", (1.0,), 9)], [Measured("late", (1.5,), 21)]
    values = {line["name"]: line["value"] for line in figures(few, many, Written(10, 1.0, 50.0, 900))}
    assert (values["queries_max"], values["queries_max_at_a_hundredth"], values["growth"]) == (21, 9, 1.5)


def test_p95_is_the_value_that_one_request_in_twenty_passes():
    assert Measured("x", tuple(map(float, range(1, 101))), 0).p95 == 95
    assert Measured("x", (3.0,), 0).p95 == 3
    assert Measured("x", (1.0, 2.0, 3.0), 0).median == 2


def test_a_page_that_is_not_there_is_not_timed(grounds, databases, django_db_blocker):
    with django_db_blocker.unblock():
        databases.point(grounds[100])
        visit = pages.visits_of(pages.newest_month())["commune"][0]
        with pytest.raises(NotMeasurable, match="404"):
            Visitors().go(Visit(visit.user, "/committees/00000000-0000-0000-0000-000000000000/2026-11/"))


def test_a_country_that_is_too_small_is_refused():
    with pytest.raises(CommandError, match="at least 100 cells"):
        call_command("bench_pages", cells=7)
