"""What is wrong with a set, in sentences: none of it may be published before it is mended."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from evaluations.definition import Definition, Line, definition_of
from evaluations.measures import MEASURES
from evaluations.models import Condition, CriteriaSet, RollupCondition, SetKind
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.rollup_rules import Rollup, rollups_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a set from being published: which line (or the whole set) and a sentence."""

    where: str
    sentence: str


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
