"""A cell's quarter, half-year and year on its page: what made it, why it is what it is, and who may look."""

from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.cell_periods import CellPeriod, period_of_cell
from evaluations.measuring import Targets
from evaluations.models import Grade, MissingMonth, MonthScore, PeriodScore, RollupRule, ScoreState, UnverifiedMonth
from evaluations.periods import Half, Period, PeriodKind, Quarter, Year
from evaluations.rollup import roll_up
from tests.costs import queries_of
from tests.evaluations.oracle import make_set
from tests.evaluations.rolling import Writer, make_rule
from tests.factories import make_cell, make_committee, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

TODAY = date(2026, 8, 20)
QUARTER = Quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = QUARTER.months


class Ground:
    """A cell under a commune, with a set, and a writer of its months."""

    def __init__(self):
        self.commune, self.criteria_set = make_committee(), make_set("bo")
        self.cell = make_cell(committee=self.commune)
        self.writer = Writer(make_user("ghi-diem"))

    def month(self, month, state=ScoreState.SCORED, **columns) -> MonthScore:
        return self.writer.month(self.cell, month, state, committee=self.commune, criteria_set=self.criteria_set, **columns)

    def page(self, period: Period = QUARTER, today: date = TODAY) -> CellPeriod:
        roll_up(Targets.of([(self.cell.pk, period.first)]), as_of=today)
        return period_of_cell(self.cell, period, today=today)


@pytest.fixture
def ground() -> Ground:
    return Ground()


@pytest.fixture
def rule(ground) -> RollupRule:
    rows = ((Grade.GOOD, [("good", ">=", 2), ("mean", ">=", 90)]), (Grade.FAIR, [("at_least_fair_share", ">=", 50)]), (Grade.POOR, []))
    return make_rule(ground.criteria_set, PeriodKind.QUARTER, *rows)


@pytest.fixture
def secretary(ground) -> Client:
    client = Client()
    client.force_login(make_user("bi-thu", secretary_of=ground.cell), backend="django.contrib.auth.backends.ModelBackend")
    return client


def standings(page: CellPeriod) -> list[str]:
    return [within.standing for within in page.months]


@pytest.mark.usefixtures("rule")
def test_it_says_what_the_months_come_to_and_which_row_matched(ground):
    ground.month(JULY, total=92_00, verified=True)
    ground.month(AUGUST, total=71_00)
    page = ground.page()
    assert [step.matched for step in page.steps] == [False, True, False]
    assert (page.matched.label, page.score.total) == ("Fair", 81_50)
    assert page.steps[0].asked == ("Good months: at least 2 (1)", "Mean points: at least 90 (81.50)")
    assert page.steps[1].asked == ("Share of months at least Fair: at least 50 % (2/2 = 100.0 %)",)
    told = {fact.label: (fact.words, fact.decides) for fact in page.facts}
    assert told["Months"] == ("2", False) and told["Months not verified"] == ("1", False)
    assert told["Good months"] == ("1", True) and told["Mean points"] == ("81.50", True)
    assert "Lowest points" not in told
    assert page.why_none == ""


@pytest.mark.usefixtures("rule")
def test_each_month_says_what_it_does_to_the_period(ground):
    assert standings(ground.page(today=date(2026, 7, 3))) == [
        "not counted: the cell had no place in the tree, or nothing is measured yet",
        "still to come",
        "still to come",
    ]
    ground.month(JULY, verified=True)
    august = ground.month(AUGUST, ScoreState.NOT_SENT)
    assert standings(ground.page()) == ["counts, verified", "in progress: counts once it is scored", "still to come"]
    assert standings(ground.page(today=date(2026, 9, 1)))[1] == "Held, not sent: left out of the mean"
    MonthScore.objects.filter(pk=august.pk).update(state=ScoreState.NO_SET)
    assert standings(ground.page(today=date(2026, 9, 1)))[1] == "left out: no set was in force"
    august.delete()
    ground.month(AUGUST, total=80_00)
    assert standings(ground.page())[1] == "counts with its provisional points, not verified"


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (MissingMonth.SKIP, "not verified: left out of the mean"),
        (MissingMonth.ZERO, "not verified: counts as zero points"),
    ],
)
def test_a_month_that_counts_only_verified_says_so(ground, rule, missing, words):
    RollupRule.objects.filter(pk=rule.pk).update(missing_month=missing, unverified_month=UnverifiedMonth.MISSING)
    ground.month(JULY, verified=True)
    ground.month(AUGUST)
    assert standings(ground.page())[:2] == ["counts, verified", words]


def test_without_points_it_says_why(ground, rule):
    assert ground.page().why_none == "None of its months is over or scored yet."
    ground.month(JULY, ScoreState.NOT_HELD)
    assert ground.page().why_none == "None of its months has points that count."
    ground.month(AUGUST)
    assert ground.page(Half(2026, 2)).why_none == "The set of criteria in force has no rule for this kind of period."
    RollupRule.objects.filter(pk=rule.pk).update(missing_month=MissingMonth.BLOCK, unverified_month=UnverifiedMonth.BLOCK)
    blocked = ground.page()
    assert blocked.why_none == "Its rule wants every month; these keep it from having a score: 7/2026, 8/2026."
    assert blocked.matched is None


@pytest.mark.usefixtures("rule")
def test_the_page_shows_it_and_leads_to_each_month(ground, secretary):
    for month in QUARTER.months:
        ground.month(month, total=93_00)
    ground.page(today=date(2026, 10, 5))
    said = unescape(secretary.get(reverse("cell_period", args=[ground.cell.public_id, "2026-Q3"])).content.decode())
    for month in QUARTER.months:
        assert f'href="{reverse("cell_month", args=[ground.cell.public_id, month])}"' in said
    assert said.count('class="tag ok"') == 1
    for other in ("2026-H2", "2026", "2026-Q2"):
        assert f'href="{reverse("cell_period", args=[ground.cell.public_id, other])}"' in said
    month_page = secretary.get(reverse("cell_month", args=[ground.cell.public_id, "2026-05"])).content.decode()
    for period in ("2026-Q2", "2026-H1", "2026"):
        assert f'href="{reverse("cell_period", args=[ground.cell.public_id, period])}"' in month_page


@pytest.mark.parametrize("period", ["2026-Q5", "2026-H3", "0000", "9999", "2026-q1", "2026-08", "2026-Q", "20 26"])
def test_an_unknown_period_is_not_found(ground, secretary, period):
    assert secretary.get(f"/cells/{ground.cell.public_id}/{period}/").status_code == 404


@pytest.mark.parametrize("period", ["1950", "2199-Q4", "2026-H2"])
def test_a_period_without_anything_says_so(ground, secretary, period):
    assert secretary.get(f"/cells/{ground.cell.public_id}/{period}/").status_code == 200


@pytest.mark.usefixtures("rule")
def test_it_costs_the_same_for_one_month_and_for_twelve(ground, secretary):
    make_rule(ground.criteria_set, PeriodKind.YEAR)
    path = reverse("cell_period", args=[ground.cell.public_id, "2025"])
    first, *others = Year(2025, 1).months
    ground.month(first)
    ground.page(Year(2025, 1))
    few = queries_of(secretary, path)
    for month in others:
        ground.month(month)
    ground.page(Year(2025, 1))
    assert PeriodScore.objects.get(period_kind="YEAR").months == 12
    assert queries_of(secretary, path) == few <= 14
