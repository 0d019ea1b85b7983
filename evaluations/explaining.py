"""A line's points, explained: fact → rule in words → points → clause of which document. Words only; nothing is computed here."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluations.compiler import Outcome
from evaluations.definition import Definition, Line, Test
from evaluations.measures import Unit
from evaluations.models import Comparison, MonthFacts, NotApplicable
from evaluations.scoring import Scored


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured fact in words. `decides`: a row asks it; otherwise it only says whether the line applies."""

    label: str
    words: str
    definition: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line has its points. `points` in hundredths, None where it has none (yet)."""

    line: Line
    outcome: int
    points: int | None
    facts: tuple[Fact, ...]
    rule: str
    better: str

    @property
    def is_applicable(self) -> bool:
        return self.outcome != Outcome.NOT_APPLICABLE

    @property
    def is_due(self) -> bool:
        return self.outcome != Outcome.NOT_DUE

    @property
    def is_answered(self) -> bool:
        return self.outcome != Outcome.NOT_ANSWERED


def facts_of(line: Line, facts: MonthFacts) -> tuple[Fact, ...]:
    """The facts that the line's rows and its condition ask, each once, in the order in which they are asked."""
    by_rows = {test.measure.name: test.measure for level in line.levels for test in level.tests}
    asked = by_rows | {test.measure.name: test.measure for test in line.applies_when}
    return tuple(
        Fact(str(measure.label), _said(measure, facts), str(measure.definition), name in by_rows) for name, measure in asked.items()
    )


def _said(measure, facts: MonthFacts) -> str:
    if measure.name not in facts.pending:
        return measure.says(facts)
    if measure.value(facts) is None:
        return _("not yet known")
    return _("still to come after %(gone_by)s") % {"gone_by": measure.says(facts)}


def test_in_words(test: Test) -> str:
    """'Attendance rate: at least 90 %'."""
    if test.parameter is not None:
        value = f"{test.parameter.title} ({test.measure.says_limit(test.parameter.default)})"
    else:
        value = test.measure.says_limit(test.value)
    if test.measure.unit is Unit.YES_NO:
        return f"{test.measure.label}: {value}"
    return f"{test.measure.label}: {Comparison(test.comparison).label} {value}"


def _all_in_words(tests: Iterable[Test]) -> str:
    return "; ".join(map(test_in_words, tests))


def _rule(line: Line, outcome: int) -> str:
    if outcome == Outcome.NOT_APPLICABLE:
        policy = NotApplicable(line.criterion.not_applicable).label
        return _("Applies only where: %(condition)s. Not so this month: %(policy)s.") % {
            "condition": _all_in_words(line.applies_when),
            "policy": policy,
        }
    if outcome == Outcome.NOT_DUE:
        return _("Not due yet: counted when it is recorded, or when its time has passed.")
    if outcome == Outcome.NOT_ANSWERED:
        return _("For the cell to judge.")
    return line.levels[outcome].words


def _better(line: Line, outcome: int) -> str:
    """The nearest row that gives more than the one that matched; '' at full marks or where there is none."""
    if outcome < 0:
        return ""
    now = line.levels[outcome].points
    above = [level for level in line.levels if level.points > now]
    if not above:
        return ""
    return min(above, key=lambda level: level.points).words


def explain(definition: Definition, facts: MonthFacts, scored: Scored) -> list[Explanation]:
    """Each line of a sheet, in order, with its explanation."""
    return [
        Explanation(line, outcome, points, facts_of(line, facts), _rule(line, outcome), _better(line, outcome))
        for line, outcome, points in zip(definition, scored.outcome, scored.points, strict=True)
    ]
