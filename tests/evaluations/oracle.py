"""Random sets and facts, for holding the compiled SQL against plain Python.

The oracle itself, written from the definitions, is the product's own slow way: `evaluations.checking` measures, evaluates and sums row by
row, and `manage.py check_line` asks it about real months.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from evaluations.checking.points import settle
from evaluations.compiler import Outcome
from evaluations.definition import Cap, ClassLimit, Definition, Level, Line, Test
from evaluations.measures import MEASURES, Measure, Unit
from evaluations.models import (
    Comparison,
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    CriterionKind,
    Grade,
    GradeLimit,
    GroupPart,
    JointCap,
    MonthFacts,
    NotApplicable,
    Parameter,
    ParameterValue,
    Row,
    RuleDocument,
    SetKind,
    SheetPart,
)
from meetings.models import CellKind, Committee
from meetings.models import Level as TreeLevel
from tests.factories import make_committee

TIMES = int(os.environ.get("EXAMPLES", "1"))


def steady(examples: int) -> settings:
    """So many examples, the same on every machine; EXAMPLES=20 tries twenty times as many. Nothing is kept between runs."""
    return settings(
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=examples * TIMES,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


KINDS = [CellKind.VILLAGE, CellKind.SCHOOL, CellKind.OFFICE]
DAY = date(2026, 3, 3)


@dataclass(frozen=True)
class Ground:
    """A province with two communes, and two delegated parameters with values at several places, kinds, sizes and times."""

    province: Committee
    communes: tuple[Committee, Committee]
    parameters: tuple[Parameter, Parameter]

    @property
    def paths(self) -> list[str]:
        above = [self.province, *self.communes]
        return [f"{committee.scope_path}c000009/" for committee in above]


def make_ground() -> Ground:
    province = make_committee("Tỉnh ủy", TreeLevel.PROVINCE)
    communes = make_committee("Đảng ủy xã Một", parent=province), make_committee("Đảng ủy xã Hai", parent=province)
    criteria_set = make_set("tham-so")
    first = Parameter.objects.create(criteria_set=criteria_set, code="mot", title="Mức một", default=Decimal("4"))
    second = Parameter.objects.create(criteria_set=criteria_set, code="hai", title="Mức hai", default=Decimal("50.5"))
    long, early, late = (date(2025, 7, 1), None), (date(2025, 7, 1), DAY), (DAY, None)
    for parameter, committee, kind, size, value, during in (
        (first, province, "", 0, "3", long),
        (first, province, CellKind.VILLAGE, 0, "2", early),
        (first, communes[0], "", 0, "1", late),
        (first, communes[0], "", 4, "5", long),
        (first, communes[0], CellKind.VILLAGE, 2, "0", long),
        (second, province, CellKind.SCHOOL, 3, "40", long),
        (second, communes[0], CellKind.SCHOOL, 0, "60", late),
        (second, communes[1], "", 5, "33.33", early),
    ):
        ParameterValue.objects.create(
            parameter=parameter, committee=committee, cell_kind=kind, from_size=size, value=Decimal(value), during=during, document="QĐ"
        )
    return Ground(province, communes, (first, second))


def make_set(code: str, part: SheetPart = SheetPart.MONTH) -> CriteriaSet:
    document, _made = RuleDocument.objects.get_or_create(number="42", issuer="Ban", issued_on=date(2025, 10, 28), title="Hướng dẫn")
    thresholds = {"good_from": 90, "fair_from": 70, "average_from": 50}
    return CriteriaSet.objects.create(
        code=code, title=code, kind=SetKind.SHEET, part=part, document=document, effective_from=date(2025, 7, 1), **thresholds
    )


LIMITS = {
    Unit.COUNT: st.integers(0, 12).map(lambda halves: Decimal(halves) / 2),
    Unit.MINUTES: st.sampled_from([Decimal(15), Decimal(30), Decimal(89), Decimal(90), Decimal("90.5")]),
    Unit.DAYS: st.integers(-2, 5).map(Decimal),
    Unit.YES_NO: st.sampled_from([Decimal(0), Decimal(1)]),
    Unit.RATIO: st.sampled_from([Decimal(text) for text in ("0", "33.33", "50", "66.67", "75", "90", "100")]),
}
# Those whose fact may still be to come are few among the measures, and the hardest.
SOME_MEASURE = st.one_of(
    st.sampled_from(sorted(MEASURES.values(), key=lambda measure: measure.name)),
    st.sampled_from([measure for measure in MEASURES.values() if measure.may_be_pending]),
)


@st.composite
def tests_of(draw, parameters: tuple[Parameter, ...]) -> Test:
    measure: Measure = draw(SOME_MEASURE)
    comparison = draw(st.sampled_from(Comparison.values))
    if parameters and measure.unit is not Unit.YES_NO and draw(st.integers(0, 3)) == 0:
        return Test(measure, comparison, parameter=draw(st.sampled_from(parameters)))
    return Test(measure, comparison, draw(LIMITS[measure.unit]))


@st.composite
def lines(draw, index: int, parameters: tuple[Parameter, ...]) -> Line:
    part = draw(st.sampled_from([GroupPart.BASE, GroupPart.BASE, *GroupPart.values]))
    most = draw(st.integers(0, 12)) * 25
    worths = st.integers(-most, 0) if part == GroupPart.DEDUCTION else st.integers(0, most)
    maximum = 0 if part == GroupPart.DEDUCTION else most
    some_tests = st.lists(tests_of(parameters), max_size=3).map(tuple)
    rows = [Level(draw(worths), "", draw(some_tests)) for _ in range(draw(st.integers(0, 4)))]
    criterion = Criterion(
        code=str(index),
        position=index,
        max_points=maximum,
        kind=draw(st.sampled_from(CriterionKind.values)),
        not_applicable=draw(st.sampled_from(NotApplicable.values)),
    )
    applies_when = draw(st.one_of(st.just(()), st.lists(tests_of(parameters), max_size=2).map(tuple)))
    return Line(index, criterion, (*rows, Level(draw(worths), "")), applies_when, part)


@st.composite
def definitions(draw, parameters: tuple[Parameter, ...] = ()) -> Definition:
    count = draw(st.integers(1, 6))
    whole = tuple(draw(lines(index, parameters)) for index in range(count))
    of_part = {part: tuple(line.index for line in whole if line.part == part) for part in GroupPart.values}
    best = sum(whole[index].max_points for index in of_part[GroupPart.BASE])
    thresholds = {"good_from": best * 9 // 10 + 2, "fair_from": best * 7 // 10 + 1, "average_from": best // 2}
    group_caps = tuple(Cap(draw(st.integers(0, 300)), of_part[part]) for part in (GroupPart.BONUS, GroupPart.DEDUCTION) if of_part[part])
    joined = draw(st.sets(st.sampled_from(of_part[GroupPart.BASE]), max_size=3)) if of_part[GroupPart.BASE] else ()
    caps = (Cap(draw(st.integers(0, 300)), tuple(sorted(joined))),) if joined else ()
    limits = draw(st.lists(limits_of([*((index,) for index in range(count)), *filter(None, of_part.values())], parameters), max_size=2))
    return Definition(CriteriaSet(**thresholds), whole, caps, group_caps, tuple(limits))


@st.composite
def limits_of(draw, things: list[tuple[int, ...]], parameters: tuple[Parameter, ...]) -> ClassLimit:
    """A limit that asks for the points of one line, or group, or of none."""
    indices = draw(st.just(()) | st.sampled_from(things))
    fewer_than = draw(st.integers(0, 300)) if indices else None
    at_most = draw(st.sampled_from([Grade.FAIR, Grade.AVERAGE, Grade.POOR]))
    tests = draw(st.lists(tests_of(parameters), max_size=2).map(tuple))
    return ClassLimit(at_most, "Giới hạn", "1", indices, fewer_than, tests)


@st.composite
def month_facts(draw, paths: list[str]) -> MonthFacts:
    few, flag, maybe_days = st.integers(0, 6), st.booleans(), st.none() | st.integers(-3, 6)
    present = draw(few)
    expected = draw(few)
    values = {
        "pending": draw(st.lists(st.sampled_from(["minutes", "conclusion_lag_days"]), unique=True)),
        "minutes": draw(st.none() | st.sampled_from([15, 30, 89, 90, 91, 120])),
        "ideology_minutes": draw(st.none() | st.sampled_from([0, 15, 30])),
        "files_lead_days": draw(maybe_days),
        "conclusion_lag_days": draw(maybe_days),
        "present": present,
        "speakers": draw(st.integers(0, present)),
        "expected": expected,
        "expected_present": draw(st.integers(0, expected)),
        "roster_size": draw(st.integers(0, 8)),
        "held_on": DAY + timedelta(days=draw(st.integers(-1, 1))),
        "counted_path": draw(st.sampled_from(paths)),
        "cell_kind": draw(st.sampled_from(KINDS)),
    }
    for field in MonthFacts._meta.concrete_fields:
        if field.name in values or field.name in ("id", "cell", "month", "meeting", "measured_on", "criteria_set"):
            continue
        known = flag if field.get_internal_type() == "BooleanField" else few
        values[field.name] = draw(st.none() | known if field.null else known)
    if values["minutes"] is None and "minutes" not in values["pending"]:
        values["pending"].append("minutes")
    return MonthFacts(cell_id=9, meeting_id=9, month=DAY.replace(day=1), measured_on=DAY, **values)


def levels_for(definition: Definition) -> st.SearchStrategy[list[int | None]]:
    return st.tuples(*(st.none() | st.integers(0, len(line.levels) - 1) for line in definition)).map(list)


def stored(definition: Definition, criteria_set: CriteriaSet) -> CriteriaSet:
    """The definition as rows of a set, its thresholds with it."""
    for name in ("good_from", "fair_from", "average_from"):
        setattr(criteria_set, name, getattr(definition.criteria_set, name))
    criteria_set.save()
    caps = {definition.lines[cap.indices[0]].part: cap.points for cap in definition.group_caps}
    groups = {
        part: CriterionGroup.objects.create(
            criteria_set=criteria_set, position=place, code=f"{place}", title="Nhóm", part=part, max_points=caps.get(part)
        )
        for place, part in enumerate(GroupPart.values, start=1)
    }
    for line in definition:
        group = groups[line.part]
        columns = {name: getattr(line.criterion, name) for name in ("code", "position", "max_points", "kind", "not_applicable")}
        criterion = Criterion.objects.create(criteria_set=criteria_set, group=group, title="Dòng", clause="1", **columns)
        for test in line.applies_when:
            _store_test(test, criterion=criterion)
        for place, level in enumerate(line.levels):
            row = Row.objects.create(criterion=criterion, position=place, points=level.points, words="Mức")
            for test in level.tests:
                _store_test(test, row=row)
    _store_totals(definition, criteria_set, groups)
    return criteria_set


def _store_totals(definition: Definition, criteria_set: CriteriaSet, groups: dict[str, CriterionGroup]) -> None:
    keys = {line.code: line for line in criteria_set.criteria.all()}
    for cap in definition.caps:
        joint = JointCap.objects.create(criteria_set=criteria_set, points=cap.points, clause="1")
        joint.lines.set([keys[f"{index}"] for index in cap.indices])
    for place, limit in enumerate(definition.limits):
        asked = {"criterion": keys[f"{limit.indices[0]}"]} if len(limit.indices) == 1 else {}
        asked |= {"group": groups[definition.lines[limit.indices[0]].part]} if len(limit.indices) > 1 else {}
        columns = {"at_most": limit.at_most, "fewer_than": limit.fewer_than, "words": limit.words, "clause": limit.clause}
        made = GradeLimit.objects.create(criteria_set=criteria_set, position=place, **columns, **asked)
        for test in limit.tests:
            _store_test(test, limit=made)


def _store_test(test: Test, **of) -> None:
    Condition.objects.create(measure=test.measure.name, comparison=test.comparison, value=test.value, parameter=test.parameter, **of)


def official_points(definition: Definition, outcome: list[int], given: Sequence[int | None]) -> list[int | None] | None:
    """The official points per line: those given, else those that count; None where a line has neither, and so nothing can be decided."""
    official = []
    for code, counts, chosen in zip(outcome, settle(definition, outcome, []).points, given, strict=True):
        is_left_out = code == Outcome.NOT_APPLICABLE and counts is None
        points = None if is_left_out else counts if chosen is None else chosen
        if points is None and not is_left_out:
            return None
        official.append(points)
    return official if any(points is not None for points in official) else None
