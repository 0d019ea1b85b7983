"""A line's points, explained: fact → rule in words → points → clause of which document. Words only; nothing is computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from evaluations import figures
from evaluations.compiler import Outcome
from evaluations.definition import Definition, Line, Test
from evaluations.measures import Unit
from evaluations.models import Comparison, MonthFacts, NotApplicable, ParameterValue
from evaluations.scoring import Scored

# By the key of a delegated parameter, the value of a committee that applied (`delegating.values_applied`).
Applied = Mapping[int, ParameterValue]


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured fact in words. `decides`: a row asks it; otherwise it only says whether the line applies."""

    label: str
    words: str
    definition: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A delegated parameter that the line asks: what it was for the cell on the day, and who set it to that."""

    label: str
    words: str
    source: str


@dataclass(frozen=True)
class Explanation:
    """Why a line has its points. `points` in hundredths, None where it has none (yet). The words are made when they are asked for."""

    line: Line
    outcome: int
    points: int | None
    measured: MonthFacts
    applied: Applied

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return facts_of(self.line, self.measured)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        return limits_of(self.line, self.applied)

    @cached_property
    def rule(self) -> str:
        return _rule(self.line, self.outcome, self.applied)

    @cached_property
    def better(self) -> str:
        return _better(self.line, self.outcome)

    @property
    def is_applicable(self) -> bool:
        return self.outcome != Outcome.NOT_APPLICABLE

    @property
    def is_due(self) -> bool:
        return self.outcome != Outcome.NOT_DUE


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


def limits_of(line: Line, applied: Applied) -> tuple[Limit, ...]:
    """The delegated parameters that the line's rows and its condition ask, each once, in the order in which they are asked."""
    tests = [*(test for level in line.levels for test in level.tests), *line.applies_when]
    asked = {test.parameter.pk: test for test in tests if test.parameter is not None}
    return tuple(_limit(test, applied.get(key)) for key, test in asked.items())


def _limit(test: Test, value: ParameterValue | None) -> Limit:
    default = test.measure.says_limit(test.parameter.default)
    if value is None:
        return Limit(test.parameter.title, default, _("as the set of criteria has it"))
    told = {"committee": value.committee, "document": value.document, "default": default}
    return Limit(
        test.parameter.title,
        test.measure.says_limit(value.value),
        _("set by %(committee)s, %(document)s; the set of criteria has %(default)s") % told,
    )


def _test_in_words(test: Test, applied: Applied) -> str:
    """'Attendance rate: at least 90 %'."""
    if test.measure.unit is Unit.YES_NO:
        return f"{test.measure.label}: {test.measure.says_limit(test.value)}"
    if test.parameter is None:
        words = test.measure.says_limit(test.value)
    else:
        limit = _limit(test, applied.get(test.parameter.pk))
        words = f"{limit.words} ({limit.label}, {limit.source})"
    return f"{test.measure.label}: {Comparison(test.comparison).label} {words}"


def _rule(line: Line, outcome: int, applied: Applied) -> str:
    if outcome == Outcome.NOT_APPLICABLE:
        policy = NotApplicable(line.criterion.not_applicable).label
        return _("Applies only where: %(condition)s. Not so this month: %(policy)s.") % {
            "condition": "; ".join(_test_in_words(test, applied) for test in line.applies_when),
            "policy": policy,
        }
    if outcome == Outcome.NOT_DUE:
        return _("Not due yet: counted when it is recorded, or when its time has passed.")
    if outcome == Outcome.NOT_ANSWERED:
        return _("For the cell to judge.")
    return line.levels[outcome].words


def _better(line: Line, outcome: int) -> str:
    """What gives more than the row that matched; '' at full marks or where nothing does.

    The first row that holds is the one that counts. So a higher row above it is a level to reach, and the nearest one is named; a higher
    row only below it means that the matched row stands in the way, whatever else was reached.
    """
    if outcome < 0:
        return ""
    matched = line.levels[outcome]
    higher = [level for level in line.levels if level.points > matched.points]
    above = [level for level in line.levels[:outcome] if level.points > matched.points]
    if reachable := higher if line.criterion.asks_level else above:
        return min(reachable, key=lambda level: level.points).words
    if higher:
        most = max(level.points for level in higher)
        return _("without “%(row)s”, up to %(points)s") % {"row": matched.words, "points": figures.points(most)}
    return ""


def explain(definition: Definition, facts: MonthFacts, scored: Scored, applied: Applied) -> list[Explanation]:
    """Each line of a sheet, in order, with its explanation. `applied` are the committees' values that the points were made with."""
    return [
        Explanation(line, outcome, points, facts, applied)
        for line, outcome, points in zip(definition, scored.outcome, scored.points, strict=True)
    ]
