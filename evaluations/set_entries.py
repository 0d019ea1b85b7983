"""A stored set as its file would say it: what files are compared with, written from, and histories kept of."""

from django.db.models import Prefetch, QuerySet

from evaluations.conditions import Asked
from evaluations.criteria_entries import (
    CriterionEntry,
    DocumentKey,
    GroupEntry,
    JointCapEntry,
    LimitEntry,
    ParameterEntry,
    RollupEntry,
    RowEntry,
    RungEntry,
    SetEntry,
)
from evaluations.models import Condition, CriteriaSet, Criterion, GradeLimit, RollupRule, Row
from evaluations.periods import KINDS


def as_entry(criteria_set: CriteriaSet) -> SetEntry:
    """A stored set as its file would say it: what `load_criteria` compares, and what makes reading and storing inverse."""
    groups: dict[int, list[CriterionEntry]] = {}
    for line in with_rows(criteria_set.criteria):
        groups.setdefault(line.group_id, []).append(criterion_entry(line))
    document = criteria_set.document
    return SetEntry(
        code=criteria_set.code,
        title=criteria_set.title,
        kind=criteria_set.kind,
        part=criteria_set.part,
        document=DocumentKey(document.number, document.issuer, document.issued_on),
        effective_from=criteria_set.effective_from,
        effective_to=criteria_set.effective_to,
        based_on=criteria_set.based_on.code if criteria_set.based_on else None,
        thresholds=(criteria_set.good_from, criteria_set.fair_from, criteria_set.average_from),
        note=criteria_set.note,
        parameters=tuple(
            ParameterEntry(parameter.code, parameter.title, parameter.default) for parameter in criteria_set.parameters.order_by("code")
        ),
        rollups=_rollup_entries(criteria_set),
        groups=tuple(
            GroupEntry(group.code, group.title, group.max_points, tuple(groups.get(group.pk, ())), group.part)
            for group in criteria_set.groups.all()
        ),
        joint_caps=tuple(
            JointCapEntry(cap.points, tuple(line.code for line in cap.lines.all()), cap.clause)
            for cap in criteria_set.joint_caps.prefetch_related("lines")
        ),
        limits=tuple(map(_limit_entry, criteria_set.grade_limits.select_related("criterion", "group").prefetch_related(_CONDITIONS))),
    )


_CONDITIONS = Prefetch("conditions", Condition.objects.select_related("parameter"))


def with_rows(lines: QuerySet[Criterion]) -> QuerySet[Criterion]:
    """Lines with all that `criterion_entry` reads of them."""
    applies = Prefetch("applies_when", Condition.objects.select_related("parameter"))
    return lines.select_related("concretises").prefetch_related(applies, Prefetch("rows", Row.objects.prefetch_related(_CONDITIONS)))


def _limit_entry(limit: GradeLimit) -> LimitEntry:
    return LimitEntry(
        at_most=limit.at_most,
        words=limit.words,
        clause=limit.clause,
        line=limit.criterion.code if limit.criterion else None,
        group=limit.group.code if limit.group else None,
        fewer_than=limit.fewer_than,
        when=tuple(map(Asked.of, limit.conditions.all())),
    )


def _rollup_entries(criteria_set: CriteriaSet) -> tuple[RollupEntry, ...]:
    order = list(KINDS)
    rules = sorted(criteria_set.rollup_rules.prefetch_related("rows__conditions"), key=lambda rule: order.index(rule.period_kind))
    return tuple(map(rollup_entry, rules))


def rollup_entry(rule: RollupRule) -> RollupEntry:
    """One rule; its rows and their conditions should be loaded with it."""
    return RollupEntry(
        period=rule.period_kind,
        missing_month=rule.missing_month,
        unverified_month=rule.unverified_month,
        clause=rule.clause,
        reading=rule.reading,
        rows=tuple(RungEntry(row.grade, row.words, tuple(map(Asked.of, row.conditions.all()))) for row in rule.rows.all()),
    )


def criterion_entry(line: Criterion) -> CriterionEntry:
    """One line, loaded by `with_rows`."""
    return CriterionEntry(
        code=line.code,
        title=line.title,
        kind=line.kind,
        clause=line.clause,
        points=line.max_points,
        concretises=line.concretises.code if line.concretises else None,
        applies_when=tuple(map(Asked.of, line.applies_when.all())),
        not_applicable=line.not_applicable,
        needs_confirmation=line.needs_confirmation,
        reading=line.reading,
        rows=tuple(RowEntry(row.points, row.words, tuple(map(Asked.of, row.conditions.all()))) for row in line.rows.all()),
    )
