"""What past months say of a set's lines, and how made-up cells fare under it."""

from dataclasses import replace

import pytest

from evaluations.definition import Definition, definition_of
from evaluations.measures import MEASURES
from evaluations.models import CriterionKind, Grade, Rehearsal
from evaluations.set_health import FEWEST, MADE_UP, fare, findings_of, proofs_of
from tests.evaluations.month import drafted
from tests.factories import make_committee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def rehearsal(alike=(), **counts) -> Rehearsal:
    """Lines a, b, c of two rows (2 points, none), by how often each outcome came."""
    lines = [
        {"code": code, "title": code.upper(), "most": 200, "worths": [200, 0], "counts": {str(outcome): n for outcome, n in each.items()}}
        for code, each in counts.items()
    ]
    return Rehearsal(lines=lines, alike=[list(each) for each in alike])


def said(found: Rehearsal) -> list[tuple[str, str]]:
    return [(finding.line, finding.sentence.split(" (")[0]) for finding in findings_of(found)]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({0: 1000}, "Always at full marks"),
        ({0: 999, 1: 1}, "Always at full marks"),
        ({1: 500}, "It hardly varies"),
        ({0: 900, 1: 100}, None),
        ({-1: 40}, "It never applied."),
        ({-1: 900, 0: FEWEST}, "Always at full marks"),
        ({0: FEWEST - 1}, None),
        ({}, None),
    ],
)
def test_a_line_that_says_nothing_is_found(counts, sentence):
    assert said(rehearsal(a=counts)) == ([("a A", sentence)] if sentence else [])


def test_a_line_that_says_what_another_says_is_found_unless_neither_varies():
    varied = {0: 60, 1: 40}
    copies = [("a A", "b B", 100, 100), ("a A", "c C", 90, 100)]
    assert said(rehearsal(copies, a=varied, b=varied, c=varied)) == [("a A", "Full marks whenever “b B” has them, and only then")]
    still = {0: 100}
    assert [line for line, _sentence in said(rehearsal(copies, a=still, b=still, c=varied))] == ["a A", "b B"]


@pytest.fixture
def definition() -> Definition:
    return definition_of(drafted(make_committee()))


def test_what_the_points_rest_on_adds_up_to_the_whole(definition):
    proofs = {proof.kind: proof.worth for proof in proofs_of(definition)}
    assert sum(proofs.values()) == definition.max_points == 100_00
    judged = sum(line.max_points for line in definition if line.criterion.kind == CriterionKind.JUDGED)
    assert proofs[CriterionKind.JUDGED] == judged > 0


def test_the_made_up_cells_come_out_as_they_are(definition):
    lazy, copying, honest = fare(definition)
    assert (copying.total, copying.grade, copying.lost) == (100_00, Grade.GOOD, ())
    assert lazy.total < copying.total and honest.total < copying.total
    assert [points for _line, points in lazy.lost] == sorted((points for _line, points in lazy.lost), key=lambda lost: -float(lost[1:]))
    assert len(lazy.lost) == 4


def test_a_set_that_asks_only_what_the_cell_says_of_itself_rewards_the_lazy(definition):
    """The twin: where nothing is proven, the lazy cell does best of all."""
    judged = tuple(replace(line, index=place) for place, line in enumerate(line for line in definition if line.criterion.asks_level))
    lazy, copying, honest = fare(Definition(definition.criteria_set, tuple(replace(line, applies_when=()) for line in judged)))
    assert lazy.total == copying.total > honest.total


def test_of_each_made_up_cell_all_that_is_measured_is_said_and_nothing_else():
    columns = {column for measure in MEASURES.values() for column in measure.columns}
    weighed = {column for measure in MEASURES.values() for column, _weight in measure.terms}
    for cell in MADE_UP:
        assert set(cell.facts) == columns | weighed | {"pending"}
