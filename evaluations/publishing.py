"""The life of a set: read from a file, cloned, checked, published."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from evaluations.definition import Definition, Line, definition_of
from evaluations.measures import MEASURES
from evaluations.models import (
    Condition,
    CriteriaScope,
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
    SetState,
)
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.rollup_rules import Rollup, rollups_of
from meetings.models import Committee


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a set from being published: which line (or the whole set) and a sentence."""

    where: str
    sentence: str


class NotPublishable(Exception):
    """The set has faults; none of it was published."""

    def __init__(self, faults: list[Fault]):
        super().__init__("; ".join(f"{fault.where}: {fault.sentence}" for fault in faults))
        self.faults = faults


def faults_of(criteria_set: CriteriaSet) -> list[Fault]:
    """What is wrong with a sheet, as sentences; empty where it may be published. Ten queries, whatever its size."""
    unknown = _unknown_measures(criteria_set)
    if unknown:  # without them there is no definition to look at
        return unknown
    definition = definition_of(criteria_set)
    if criteria_set.kind == SetKind.FRAME:
        faults = [Fault(criteria_set.title, _("A frame is cited and never scores, so it has no scope."))]
        return faults + _faults_of_sums(definition)
    faults = _faults_of_thresholds(definition)
    if not definition.lines:
        faults.append(Fault(criteria_set.title, _("The set has no criteria.")))
    for line in definition:
        faults += [Fault(line.criterion.code, sentence) for sentence in _faults_of_line(line)]
    for rollup in rollups_of(criteria_set.rollup_rules.all()):
        faults += [Fault(rollup.rule.get_period_kind_display(), sentence) for sentence in _faults_of_rollup(rollup)]
    return faults + _faults_of_sums(definition)


def _unknown_measures(criteria_set: CriteriaSet) -> list[Fault]:
    asked = Condition.objects.filter(Q(criterion__criteria_set=criteria_set) | Q(row__criterion__criteria_set=criteria_set))
    strange = asked.exclude(measure__in=list(MEASURES)).select_related("criterion", "row__criterion")
    found = [((condition.criterion or condition.row.criterion).code, condition.measure) for condition in strange]
    of_periods = RollupCondition.objects.filter(row__rule__criteria_set=criteria_set).select_related("row__rule")
    found += [
        (condition.row.rule.get_period_kind_display(), condition.measure)
        for condition in of_periods.exclude(measure__in=list(PERIOD_MEASURES))
    ]
    return [Fault(where, _("There is no measure “%(name)s”.") % {"name": name}) for where, name in found]


def _faults_of_thresholds(definition: Definition) -> list[Fault]:
    criteria_set = definition.criteria_set
    if None in (criteria_set.good_from, criteria_set.fair_from, criteria_set.average_from):
        return [Fault(criteria_set.title, _("It does not say from how many points on a month is Good, Fair and Average."))]
    if criteria_set.good_from > sum(line.max_points or 0 for line in definition):
        return [Fault(criteria_set.title, _("Good starts above the points that can be reached."))]
    return []


def _faults_of_line(line: Line) -> list[str]:
    if line.max_points is None:
        return [_("It has no points.")]
    if not line.levels:
        return [_("It has no rows, so nothing can match.")]
    faults = []
    if line.levels[-1].tests:
        faults.append(_("Its last row must hold in every case: give it no conditions."))
    if line.criterion.asks_level:
        if len(line.levels) == 1:
            faults.append(_("It has one level, so the cell has nothing to choose."))
    elif len(line.levels) == 1:
        faults.append(_("It gives the same points whatever the facts are."))
    elif any(not level.tests for level in line.levels[:-1]):
        faults.append(_("A row without conditions stands before others, which can never match."))
    if max(level.points for level in line.levels) != line.max_points:
        faults.append(_("Its best row gives other points than the criterion's maximum."))
    return faults


def _faults_of_rollup(rollup: Rollup) -> list[str]:
    """What is wrong with the rule for one kind of period."""
    if not rollup.rungs:
        return [_("It has no rows, so nothing can match.")]
    faults = []
    if rollup.rungs[-1].tests:
        faults.append(_("Its last row must hold in every case: give it no conditions."))
    if any(not rung.tests for rung in rollup.rungs[:-1]):
        faults.append(_("A row without conditions stands before others, which can never match."))
    return faults


def _faults_of_sums(definition: Definition) -> list[Fault]:
    faults = []
    is_sheet = definition.criteria_set.kind == SetKind.SHEET
    for group in definition.criteria_set.groups.all():
        within = sum(line.max_points or 0 for line in definition if line.criterion.group_id == group.pk)
        if group.max_points is None and is_sheet:
            faults.append(Fault(group.code, _("The group has no points.")))
        if group.max_points is not None and within != group.max_points:
            faults.append(Fault(group.code, _("The points of its criteria do not add up to the group's.")))
    return faults


@transaction.atomic
def publish(*, criteria_set: CriteriaSet, committee: Committee, cell_kinds: tuple[str, ...] = ("",)) -> CriteriaSet:
    """Put a sheet in force for the cells under a committee, from its effective date on.

    Locks the set, checks it in the same transaction, fills its scopes. Raises NotPublishable with every fault; raises IntegrityError
    where an equal (same committee, kind and time) is already in force.
    """
    locked = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    faults = faults_of(locked)
    if locked.state != SetState.DRAFT:
        faults.append(Fault(locked.title, _("It is published already.")))
    if faults:
        raise NotPublishable(faults)
    CriteriaScope.objects.bulk_create(
        CriteriaScope(criteria_set=locked, committee=committee, cell_kind=kind, during=(locked.effective_from, locked.effective_to))
        for kind in cell_kinds
    )
    locked.state = SetState.PUBLISHED
    locked.save(update_fields=["state"])
    return locked


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
