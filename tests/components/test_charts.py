"""templates/components/charts/: each chart says what it shows, has its table, and reads without colour, on a phone and on paper."""

import re

import pytest
from django.template.loader import get_template
from django.utils.translation import override

from cellquality.places import PROJECT
from evaluations import charts
from evaluations.comparing import Limits
from evaluations.counts import Counts
from evaluations.dashboard import MonthShare
from evaluations.funnel import funnel_of
from evaluations.heat import KEY_OF_SHARES, heat_of_committees
from evaluations.lost_points import CriterionLoss, FrameLosses
from evaluations.periods import Month
from meetings.models import Committee
from tests.components.conftest import STYLE, Stand, rendered
from tests.evaluations.boards import below
from tests.site import serious_findings

PARTIALS = sorted((PROJECT / "templates" / "components" / "charts").glob("*.html"))
CHARTS = {"bars", "columns", "dumbbells", "funnel", "heat"}
LONG = "Đảng ủy các cơ quan chuyên trách tham mưu, giúp việc và các đơn vị sự nghiệp trực thuộc Tỉnh ủy Minh Họa"
MONTHS = [Month(2026, 11).shifted(back) for back in range(-11, 1)]
ROWS = [below(f"{LONG} {place}", 10 + place * 3, 78 + place % 7, 80, before=(20, 84)) for place in range(12)]
ROWS.append(below("Thấp", 60, 60, 80, before=(60, 85)))
LOSSES = FrameLosses(
    "Khung", tuple(CriterionLoss(place, str(place), LONG, 1000, 90 * place, 10, 950, 900 - place * 40) for place in range(1, 6))
)
# Every fill, every shade.
CLASSES = [(month, Counts(cells=40, scored=40, good=20, fair=10, average=6, poor=4)) for month in MONTHS[:-1]] + [(MONTHS[-1], Counts())]
SHARES = {
    each.key: {
        month.first: MonthShare(100 if place else 4, reached if place else 4, 80 if place else 3.2, 16)
        for month, reached in zip(MONTHS, (50, 71, 80, 90, 100) * 3, strict=False)
    }
    for place, each in enumerate(ROWS)
}


def to_row(_each, _month=None) -> str:
    return "#x"


def drawn() -> dict[str, str]:
    """Each chart as the pages draw it, by name."""
    named = {"id": "chart", "title": "What it shows", "note": "How to read it", "first": "Committee"}
    labels = {"from_label": "before", "to_label": "now", "difference_label": "Change"}
    with override("en"):
        given = {
            "bars": {"chart": charts.completeness(ROWS, to_row)},
            "columns": {"columns": charts.classes_over_months(CLASSES), "key": charts.CLASSES, "committee": Committee()},
            "dumbbells": {"chart": charts.self_against_log(LOSSES, lambda loss: f"/{loss.key}"), **labels},
            "funnel": {"chart": funnel_of(ROWS, Limits(8.0, 0.0), to_row)},
            "heat": {"rows": heat_of_committees(ROWS, SHARES, MONTHS, to_row, to_row), "months": MONTHS, "key": KEY_OF_SHARES},
        }
    return {
        name: rendered(f'{{% include "components/charts/_{name}.html" %}}', **named | context | {"id": name})
        for name, context in given.items()
    }


@pytest.mark.parametrize("partial", PARTIALS, ids=lambda path: path.stem)
def test_each_partial_opens_with_what_it_takes(partial):
    text = partial.read_text(encoding="utf-8")
    assert text.startswith("{#")
    assert "ontext" in text.partition("#}")[0]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script|<style", text)
    get_template(f"components/charts/{partial.name}")


def test_every_chart_is_drawn_here():
    helpers = {"_bar", "_key", "_patterns"}
    assert {path.stem for path in PARTIALS} - helpers == {f"_{name}" for name in CHARTS} == {f"_{name}" for name in drawn()}


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_each_chart_has_a_title_a_picture_that_speaks_and_its_table(name):
    chart = drawn()[name]
    assert f'<figure class="chart" aria-labelledby="{name}">' in chart
    assert f'<h2 id="{name}">What it shows</h2>' in chart
    behind = re.search(r'<details class="behind"><summary>.*?</summary>(.*?)</details>', chart, re.DOTALL)[1]
    assert behind.count("<tr>") > 3
    if name != "heat":  # a table itself
        pictures = re.findall(r"<svg [^>]*>", chart.partition("<details")[0])
        assert all(
            'role="img"' in each or "aria-hidden" in each
            for each in pictures
            if 'width="100%"' in each and "height=" in each and "y=" not in each and "viewBox" not in each
        )
        assert re.search(r'role="img" aria-label="[^"]{5,}"', chart)


def test_no_place_or_length_is_written_with_a_comma():
    with override("vi"):
        said = rendered(
            '{% include "components/charts/_bars.html" with chart=chart id="a" title="b" %}', chart=charts.completeness(ROWS, to_row)
        )
    assert re.search(r'width="\d+\.\d+%"', said)
    assert not re.search(r'(?:x|y|width|height|cx|cy)="[^"]*,', said)


@pytest.fixture
def gallery(stand: Stand):
    patterns = rendered('{% include "components/charts/_patterns.html" %}')
    cards = "".join(f'<section class="card">{chart}</section>' for chart in drawn().values())
    style = (
        STYLE + '<link rel="stylesheet" href="/static/css/charts.css"><link rel="stylesheet" href="/static/css/print.css" media="print">'
    )
    return stand.show(patterns + cards, style)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark")])
def test_the_charts_pass_axe_with_their_tables_open(gallery, stand, scheme, width):
    assert stand.complaints == []  # neither a breach of the policy nor a missing file
    gallery.emulate_media(color_scheme=scheme)
    gallery.set_viewport_size({"width": width, "height": 900})
    gallery.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true; })")
    assert serious_findings(gallery) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_chart_is_wider_than_the_window(gallery, width):
    gallery.set_viewport_size({"width": width, "height": 844})
    assert gallery.evaluate("document.documentElement.scrollWidth") == width
    gallery.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true; })")
    assert gallery.evaluate("document.documentElement.scrollWidth") == width


def test_classes_and_shades_differ_without_their_colours(gallery):
    """What the patterns draw, and what the boxes of the heatmap hold beside their number, with every colour taken away."""
    fills = gallery.eval_on_selector_all(
        ".patterns pattern",
        "all => all.map(each => each.innerHTML.replace(/class=\"[a-z-]+\"/g, '') + each.getAttribute('patternTransform'))",
    )
    solid = [fill for fill in fills if "<path" not in fill and "<circle" not in fill and "rotate" not in fill]
    assert len(fills) == 5
    assert len(set(fills) - set(solid)) == 3
    tones = gallery.eval_on_selector_all(
        ".patterns #fill-good rect, .patterns #fill-open rect", "all => all.map(each => getComputedStyle(each).fill)"
    )
    assert tones[0] != tones[1], "full and empty: dark and paper"
    marks = gallery.eval_on_selector_all(
        ".heat .tile",
        "all => [...new Set(all.map(each => each.className + (each.querySelector('[aria-hidden]')?.textContent ?? '') "
        "+ getComputedStyle(each).borderStyle))]",
    )
    assert len(marks) == len({mark.split()[-1] for mark in marks}) >= 6


def test_on_paper_the_charts_stay_and_what_is_only_for_screens_goes(gallery):
    gallery.emulate_media(media="print")
    assert gallery.locator("svg.columns").is_visible()
    assert gallery.locator(".heat .older").first.is_visible()
    assert not gallery.locator("details.behind summary").first.is_visible()
    assert gallery.evaluate("getComputedStyle(document.querySelector('svg.columns')).printColorAdjust") == "exact"
