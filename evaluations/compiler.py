"""The lines of a set → SQL expressions over a row of facts. Values are bound, measures come from the closed list, nothing is evaluated.

Two expressions: `outcome` says per line which row matched, `points` what that is worth; `evaluations.totals` sums them up.
`evaluations.checking.points` says the same in plain Python.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from evaluations.definition import Definition, Line, Test
from evaluations.measures import Unit
from evaluations.models import Comparison


class Outcome(IntEnum):
    """What a line came to when no row of it matched; 0 and above is the index of the row that did."""

    NOT_APPLICABLE = -1
    NOT_DUE = -2
    NOT_ANSWERED = -3


@dataclass(slots=True)
class Expression:
    """SQL with the parameters of its placeholders, in order."""

    sql: str
    params: list = field(default_factory=list)


def nearest_value(column: str, parameter: str) -> str:
    """A column of the value that a committee gave a parameter for the cell and day of the facts `f`; no row where none did.

    Of the committees above the cell that set it, the nearest decides; then the more exact on kind, then on size.
    """
    return f"""SELECT v.{column} FROM evaluations_parametervalue v
    JOIN meetings_placement above ON above.committee_id = v.committee_id AND above.during @> f.held_on
    WHERE v.parameter_id = {parameter} AND v.during @> f.held_on AND starts_with(f.counted_path, above.path)
      AND v.cell_kind IN ('', f.cell_kind) AND v.from_size <= f.roster_size
    ORDER BY length(above.path) DESC, v.cell_kind = '', v.from_size DESC LIMIT 1"""


PARAMETER = f"coalesce(({nearest_value('value', '%s')}), %s)"


def _test(test: Test) -> Expression:
    """The comparison: true, false, or NULL while its fact is still to come and could change it."""
    value = Expression("%s", [test.value]) if test.parameter is None else Expression(PARAMETER, [test.parameter.pk, test.parameter.default])
    measured = test.measure.sql("f")
    if test.measure.unit is Unit.RATIO:
        base = test.measure.base_sql("f")
        # A ratio of nothing, or of what is not recorded, is neither high nor low: no comparison of it holds.
        return Expression(f"({base} > 0 AND {measured} * 100 {test.comparison} {value.sql} * {base}) IS TRUE", value.params)
    if test.measure.unit is Unit.YES_NO:
        measured = f"({measured})::int"
    holds = Expression(f"({measured} {test.comparison} {value.sql}) IS TRUE", value.params)
    return _while_pending(test, measured, value, holds) if test.measure.may_be_pending else holds


def _while_pending(test: Test, measured: str, value: Expression, holds: Expression) -> Expression:
    """Days gone by stand in the place of a fact to come and only grow: 'more than' is certain once it holds, the rest once passed."""
    if test.comparison in (Comparison.GT, Comparison.GE):
        certain = f"nullif({measured} {test.comparison} {value.sql}, false)"
    else:
        passed = ">=" if test.comparison == Comparison.LT else ">"
        certain = f"NOT nullif({measured} {passed} {value.sql}, false)"
    return Expression(f"CASE WHEN '{test.measure.name}' = ANY (f.pending) THEN {certain} ELSE {holds.sql} END", value.params + holds.params)


def all_hold(tests: tuple[Test, ...]) -> Expression:
    """Whether every test holds of facts `f`; NULL while it depends on one still to come."""
    parts = [_test(test) for test in tests]
    return Expression(
        "(" + (" AND ".join(f"({part.sql})" for part in parts) or "true") + ")", [param for part in parts for param in part.params]
    )


def _outcome(line: Line) -> Expression:
    """The index of the first row that holds; for a line the cell judges, of the level it chose, where that level is open to it.

    A row that may or may not hold once a fact has come stands before those after it: the line is not due.
    """
    cases, params = [], []

    def when(condition: Expression, outcome: int) -> None:
        cases.append(f"WHEN {condition.sql} THEN {outcome:d}")
        params.extend(condition.params)

    def when_unknown(tests: tuple[Test, ...], condition: Expression) -> None:
        if any(test.measure.may_be_pending for test in tests):
            when(Expression(f"{condition.sql} IS NULL", condition.params), Outcome.NOT_DUE)

    if line.applies_when:
        applies = all_hold(line.applies_when)
        when_unknown(line.applies_when, applies)
        when(Expression(f"NOT {applies.sql}", applies.params), Outcome.NOT_APPLICABLE)
    chosen = f"s.levels[{line.index + 1}]"
    if line.criterion.asks_level:
        when(Expression(f"{chosen} IS NULL"), Outcome.NOT_ANSWERED)
    for index, level in enumerate(line.levels[:-1]):
        holds = all_hold(level.tests)
        if line.criterion.asks_level:
            holds = Expression(f"({chosen} = {index} AND {holds.sql})", holds.params)
        when_unknown(level.tests, holds)
        when(holds, index)
    last = len(line.levels) - 1
    return Expression(f"CASE {' '.join(cases)} ELSE {last} END" if cases else str(last), params)


def compile_outcome(definition: Definition) -> Expression:
    """`smallint[]`: per line, the row that matched or an `Outcome`, over facts `f` and chosen levels `s.levels`."""
    lines = [_outcome(line) for line in definition]
    return Expression(f"ARRAY[{', '.join(line.sql for line in lines)}]::smallint[]", [param for line in lines for param in line.params])


def _points(line: Line, outcome: str) -> Expression:
    known = [(Outcome.NOT_APPLICABLE, line.not_applicable_points), *((i, level.points) for i, level in enumerate(line.levels))]
    cases = " ".join(f"WHEN {int(index)} THEN %s" for index, _points in known)
    return Expression(f"CASE {outcome}[{line.index + 1}] {cases} END", [points for _index, points in known])


def compile_points(definition: Definition, outcome: str) -> Expression:
    """`integer[]`: per line the hundredths that count, NULL where nothing does, over the array named `outcome`."""
    lines = [_points(line, outcome) for line in definition]
    return Expression(f"ARRAY[{', '.join(line.sql for line in lines)}]::integer[]", [param for line in lines for param in line.params])
