"""A draft that starts as a copy of another set."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Model, QuerySet

from evaluations.models import (
    Condition,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Parameter,
    RollupCondition,
    RollupRow,
    RollupRule,
    Row,
    RuleDocument,
    SetKind,
)
from meetings.models import Committee


@transaction.atomic
def clone(
    *, criteria_set: CriteriaSet, code: str, title: str, document: RuleDocument, owner: Committee, effective_from: date, note: str = ""
) -> CriteriaSet:
    """A draft sheet that starts as a copy of a set, down to its conditions.

    Each line concretises what the original's did; where the original is a frame, the frame's own line. A frame has no thresholds and
    may have no rows, so such a draft has faults until they are filled in. Roll-up rules are copied with the rest.
    """
    is_frame = criteria_set.kind == SetKind.FRAME
    copy = CriteriaSet.objects.create(
        code=code,
        title=title,
        kind=SetKind.SHEET,
        document=document,
        based_on=criteria_set if is_frame else criteria_set.based_on,
        owner=owner,
        effective_from=effective_from,
        good_from=criteria_set.good_from,
        fair_from=criteria_set.fair_from,
        average_from=criteria_set.average_from,
        note=note,
    )
    parameters = _copied(Parameter.objects.filter(criteria_set=criteria_set), lambda _old: {"criteria_set": copy})
    groups = _copied(CriterionGroup.objects.filter(criteria_set=criteria_set), lambda _old: {"criteria_set": copy})
    criteria = _copied(
        Criterion.objects.filter(criteria_set=criteria_set),
        lambda old: {"criteria_set": copy, "group": groups[old.group_id]} | ({"concretises": old} if is_frame else {}),
    )
    rows = _copied(Row.objects.filter(criterion__criteria_set=criteria_set), lambda old: {"criterion": criteria[old.criterion_id]})
    _copied(
        (Condition.objects.filter(row__in=rows) | Condition.objects.filter(criterion__in=criteria)).order_by("pk"),
        lambda old: {
            "row": rows.get(old.row_id),
            "criterion": criteria.get(old.criterion_id),
            "parameter": parameters.get(old.parameter_id),
        },
    )
    rules = _copied(RollupRule.objects.filter(criteria_set=criteria_set), lambda _old: {"criteria_set": copy})
    rungs = _copied(RollupRow.objects.filter(rule__in=rules), lambda old: {"rule": rules[old.rule_id]})
    _copied(RollupCondition.objects.filter(row__in=rungs), lambda old: {"row": rungs[old.row_id]})
    return copy


def _copied(olds: QuerySet, changes: Callable[[Model], dict]) -> dict[int, Model]:
    """New rows with the old ones' columns, but for the changes of each; by the old ones' keys. One statement."""
    copies = {}
    for old in olds:
        columns = {field.attname: getattr(old, field.attname) for field in old._meta.concrete_fields if not field.primary_key}
        new = copies[old.pk] = type(old)(**columns)
        for name, value in changes(old).items():
            setattr(new, name, value)
    olds.model.objects.bulk_create(copies.values())
    return copies
