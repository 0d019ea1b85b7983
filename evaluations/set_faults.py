"""What is wrong with a set, in sentences: none of it may be published before it is mended."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from evaluations.definition import Cap, ClassLimit, Definition, Line, definition_of
from evaluations.figures import points
from evaluations.measures import MEASURES
from evaluations.models import Condition, CriteriaSet, GroupPart, NotApplicable, RollupCondition, SetKind, SheetPart
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import KINDS
from evaluations.rollup_rules import Rollup, rollups_of
from evaluations.row_reach import AnyTest, never_matching


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a set from being published: which line (or the whole set) and a sentence."""

    where: str
    sentence: str


def faults_of(criteria_set: CriteriaSet) -> list[Fault]:
    """What is wrong with a sheet, as sentences; empty where it may be published. Thirteen queries, whatever its size."""
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
    rollups = rollups_of(criteria_set.rollup_rules.all())
    if rollups and criteria_set.part == SheetPart.THEMATIC:
        sentence = _("Longer periods are made of months, not of thematic sittings: take the roll-up rules away.")
        faults.append(Fault(criteria_set.title, sentence))
    for rollup in rollups:
        faults += [Fault(rollup.rule.get_period_kind_display(), sentence) for sentence in _faults_of_rollup(rollup)]
    return faults + _faults_of_sums(definition) + _faults_of_totals(definition)


def _unknown_measures(criteria_set: CriteriaSet) -> list[Fault]:
    of_lines = Q(criterion__criteria_set=criteria_set) | Q(row__criterion__criteria_set=criteria_set)
    asked = Condition.objects.filter(of_lines | Q(limit__criteria_set=criteria_set)).exclude(measure__in=list(MEASURES))
    found = [(_asked_where(condition), condition.measure) for condition in asked.select_related("criterion", "row__criterion", "limit")]
    of_periods = RollupCondition.objects.filter(row__rule__criteria_set=criteria_set).select_related("row__rule")
    found += [
        (condition.row.rule.get_period_kind_display(), condition.measure)
        for condition in of_periods.exclude(measure__in=list(PERIOD_MEASURES))
    ]
    return [Fault(where, _("There is no measure “%(name)s”.") % {"name": name}) for where, name in found]


def _asked_where(condition: Condition) -> str:
    if condition.limit:
        return condition.limit.words
    return (condition.criterion or condition.row.criterion).code


def _faults_of_thresholds(definition: Definition) -> list[Fault]:
    criteria_set = definition.criteria_set
    if None in (criteria_set.good_from, criteria_set.fair_from, criteria_set.average_from):
        return [Fault(criteria_set.title, _("It does not say from how many points on a month is Good, Fair and Average."))]
    if None not in [line.max_points for line in definition] and criteria_set.good_from > definition.max_points:
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
        for index in never_matching([level.tests for level in line.levels], given=line.applies_when, first_wins=False):
            faults.append(_("Level %(n)s can never be chosen: its conditions exclude each other.") % {"n": index + 1})
    elif len(line.levels) == 1:
        faults.append(_("It gives the same points whatever the facts are."))
    elif any(not level.tests for level in line.levels[:-1]):
        faults.append(_("A row without conditions stands before others, which can never match."))
    else:
        faults += _faults_of_reach([level.tests for level in line.levels[:-1]], given=line.applies_when)
    if line.applies_when and never_matching([line.applies_when]):
        faults.append(_("It never applies: its conditions exclude each other."))
    if max(level.points for level in line.levels) != line.max_points:
        faults.append(_("Its best row gives other points than the criterion's maximum."))
    if line.part != GroupPart.DEDUCTION and line.min_points < 0:
        faults.append(_("A row takes points off; only those of a deduction may."))
    if line.part == GroupPart.DEDUCTION and line.max_points != 0:
        faults.append(_("A deduction gives no points: its best row, and its points, are 0."))
    if line.part == GroupPart.BONUS and line.criterion.not_applicable == NotApplicable.FULL and line.applies_when:
        faults.append(_("A bonus that does not apply is not given: choose no points."))
    return faults


def _faults_of_reach(rows: list[tuple[AnyTest, ...]], **where) -> list[str]:
    sentence = _("Row %(n)s can never match: its conditions exclude each other, or the rows before it take every case.")
    return [sentence % {"n": index + 1} for index in never_matching(rows, **where)]


def _faults_of_rollup(rollup: Rollup) -> list[str]:
    """What is wrong with the rule for one kind of period."""
    if not rollup.rungs:
        return [_("It has no rows, so nothing can match.")]
    faults = []
    if rollup.rungs[-1].tests:
        faults.append(_("Its last row must hold in every case: give it no conditions."))
    if any(not rung.tests for rung in rollup.rungs[:-1]):
        faults.append(_("A row without conditions stands before others, which can never match."))
    else:
        faults += _faults_of_reach([rung.tests for rung in rollup.rungs[:-1]], months=KINDS[rollup.rule.period_kind].LENGTH)
    return faults


def _faults_of_sums(definition: Definition) -> list[Fault]:
    faults = []
    is_sheet = definition.criteria_set.kind == SetKind.SHEET
    for group in definition.criteria_set.groups.all():
        lines = [line for line in definition if line.criterion.group_id == group.pk]
        where = _("Group %(code)s") % {"code": group.code}
        if group.max_points is None and is_sheet:
            faults.append(Fault(where, _("The group has no points.")))
        elif group.max_points is not None and group.part == GroupPart.BASE and _within(definition, lines) != group.max_points:
            told = {"sum": points(_within(definition, lines)), "points": points(group.max_points)}
            faults.append(Fault(where, _("The points of its criteria (%(sum)s) do not add up to the group's (%(points)s).") % told))
    return faults


def _within(definition: Definition, lines: list[Line]) -> int:
    """The points of a group's lines; those under a joint cap come to no more than it."""
    capped = {index: cap for cap in definition.caps for index in cap.indices}
    points = sum(line.max_points or 0 for line in lines if line.index not in capped)
    caps = dict.fromkeys(capped[line.index] for line in lines if line.index in capped)
    return points + sum(min(cap.points, sum(definition.lines[index].max_points or 0 for index in cap.indices)) for cap in caps)


def _faults_of_totals(definition: Definition) -> list[Fault]:
    """What is wrong with joint caps and with limits of the class."""
    faults = []
    seen: set[int] = set()
    for cap in definition.caps:
        codes = ", ".join(definition.lines[index].criterion.code for index in cap.indices)
        faults += [Fault(codes, sentence) for sentence in _faults_of_cap(definition, cap, seen)]
        seen.update(cap.indices)
    for limit in definition.limits:
        faults += [Fault(limit.words, sentence) for sentence in _faults_of_limit(definition, limit)]
    return faults


def _faults_of_cap(definition: Definition, cap: Cap, seen: set[int]) -> list[str]:
    lines = [definition.lines[index] for index in cap.indices]
    faults = []
    if len({line.criterion.group_id for line in lines}) > 1 or any(line.part != GroupPart.BASE for line in lines):
        faults.append(_("A joint cap holds for criteria of one group, and a group of bonus or deductions is capped by its own points."))
    elif cap.points >= sum(line.max_points or 0 for line in lines):
        faults.append(_("The joint cap is never reached: its criteria have no more points together."))
    if seen & set(cap.indices):
        faults.append(_("A criterion stands under two joint caps."))
    return faults


def _faults_of_limit(definition: Definition, limit: ClassLimit) -> list[str]:
    faults = []
    if limit.fewer_than is None and not limit.tests:
        faults.append(_("The limit names neither points nor conditions, so it would hold for every cell."))
    if limit.fewer_than is not None and limit.fewer_than > sum(definition.lines[index].max_points or 0 for index in limit.indices):
        faults.append(_("The limit asks for more points than there are, so it would hold for every cell."))
    if limit.tests and never_matching([limit.tests]):
        faults.append(_("The limit can never hold: its conditions exclude each other."))
    if any(test.measure.may_be_pending for test in limit.tests):
        faults.append(_("The limit asks for a fact that comes after the sitting; let it ask for the points of its criterion."))
    return faults
