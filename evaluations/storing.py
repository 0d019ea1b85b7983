"""A set as plain values, stored: the inverse of `evaluations.set_entries`."""

from collections.abc import Iterable

from evaluations.conditions import Asked
from evaluations.criteria_entries import CriterionEntry, RollupEntry, RowEntry, SetEntry
from evaluations.models import (
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    GradeLimit,
    JointCap,
    Parameter,
    RollupCondition,
    RollupRow,
    RollupRule,
    Row,
    RuleDocument,
)
from meetings.models import Committee


def store_set(*, entry: SetEntry, document: RuleDocument, owner: Committee | None = None) -> CriteriaSet:
    """A new draft that says what the entry says. The frame it is based on must be stored; what its lines concretise is the frame's."""
    frame = CriteriaSet.objects.filter(code=entry.based_on).first()
    good, fair, average = entry.thresholds
    criteria_set = CriteriaSet.objects.create(
        code=entry.code,
        title=entry.title,
        kind=entry.kind,
        part=entry.part,
        document=document,
        based_on=frame,
        owner=owner,
        effective_from=entry.effective_from,
        effective_to=entry.effective_to,
        good_from=good,
        fair_from=fair,
        average_from=average,
        note=entry.note,
    )
    frame_lines = {line.code: line for line in frame.criteria.all()} if frame else {}
    parameters = {
        parameter.code: Parameter.objects.create(
            criteria_set=criteria_set, code=parameter.code, title=parameter.title, default=parameter.default
        )
        for parameter in entry.parameters
    }
    for rollup in entry.rollups:
        _store_rollup(rollup, criteria_set)
    position = 0
    for number, group in enumerate(entry.groups, start=1):
        stored_group = CriterionGroup.objects.create(
            criteria_set=criteria_set, position=number, code=group.code, title=group.title, max_points=group.points, part=group.part
        )
        for line in group.criteria:
            position += 1
            _store_criterion(line, stored_group, position, frame_lines.get(line.concretises), parameters)
    _store_totals(entry, criteria_set, parameters)
    return criteria_set


def _store_totals(entry: SetEntry, criteria_set: CriteriaSet, parameters: dict[str, Parameter]) -> None:
    lines = {line.code: line for line in criteria_set.criteria.all()}
    groups = {group.code: group for group in criteria_set.groups.all()}
    for cap in entry.joint_caps:
        stored = JointCap.objects.create(criteria_set=criteria_set, points=cap.points, clause=cap.clause)
        stored.lines.set([lines[code] for code in cap.lines])
    for number, limit in enumerate(entry.limits, start=1):
        stored = GradeLimit.objects.create(
            criteria_set=criteria_set,
            position=number,
            at_most=limit.at_most,
            criterion=lines.get(limit.line),
            group=groups.get(limit.group),
            fewer_than=limit.fewer_than,
            words=limit.words,
            clause=limit.clause,
        )
        store_conditions(limit.when, parameters, limit=stored)


def _store_criterion(
    line: CriterionEntry, group: CriterionGroup, position: int, concretises: Criterion | None, parameters: dict[str, Parameter]
) -> None:
    criterion = Criterion.objects.create(
        criteria_set=group.criteria_set,
        group=group,
        position=position,
        code=line.code,
        title=line.title,
        max_points=line.points,
        kind=line.kind,
        clause=line.clause,
        concretises=concretises,
        not_applicable=line.not_applicable,
        needs_confirmation=line.needs_confirmation,
        reading=line.reading,
    )
    store_conditions(line.applies_when, parameters, criterion=criterion)
    store_rows(line.rows, criterion, parameters)


def store_rows(rows: Iterable[RowEntry], criterion: Criterion, parameters: dict[str, Parameter]) -> None:
    """Store a criterion's rows, in order; it must have none yet."""
    for number, row in enumerate(rows, start=1):
        stored = Row.objects.create(criterion=criterion, position=number, points=row.points, words=row.words)
        store_conditions(row.when, parameters, row=stored)


def store_conditions(
    conditions: Iterable[Asked],
    parameters: dict[str, Parameter],
    *,
    row: Row | None = None,
    criterion: Criterion | None = None,
    limit: GradeLimit | None = None,
) -> None:
    """Store what a row (or a criterion, for `applies_when`, or a limit) asks, in order; `parameters` are those of its set by code."""
    Condition.objects.bulk_create(
        Condition(
            row=row,
            criterion=criterion,
            limit=limit,
            measure=asked.measure,
            comparison=asked.comparison,
            value=asked.value,
            parameter=parameters[asked.parameter] if asked.parameter else None,
        )
        for asked in conditions
    )


def _store_rollup(entry: RollupEntry, criteria_set: CriteriaSet) -> None:
    rule = RollupRule.objects.create(
        criteria_set=criteria_set,
        period_kind=entry.period,
        missing_month=entry.missing_month,
        unverified_month=entry.unverified_month,
        clause=entry.clause,
        reading=entry.reading,
    )
    for number, rung in enumerate(entry.rows, start=1):
        store_period_conditions(rung.when, RollupRow.objects.create(rule=rule, position=number, grade=rung.grade, words=rung.words))


def store_period_conditions(conditions: Iterable[Asked], row: RollupRow) -> None:
    """Store what a row of a roll-up rule asks, in order."""
    RollupCondition.objects.bulk_create(
        RollupCondition(row=row, measure=asked.measure, comparison=asked.comparison, value=asked.value) for asked in conditions
    )
