"""Delegated parameters: what a document leaves to a committee, which values it may have, and setting them from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evaluations.compiler import nearest_value
from evaluations.definition import Definition
from evaluations.measures import MEASURES, Measure, Unit
from evaluations.models import Condition, CriteriaScope, CriteriaSet, Criterion, GradeLimit, MonthFacts, Parameter, ParameterValue
from meetings import in_force
from meetings.models import Committee, User, path_prefixes
from meetings.recording import Refused, once


def sets_for(committee: Committee, *, today: date) -> QuerySet[CriteriaSet]:
    """The sets that score cells under the committee, put in force by itself or above it: today's and those to come."""
    above = path_prefixes(committee.scope_path)
    scopes = list(
        CriteriaScope.objects.filter(Q(during__endswith=None) | Q(during__endswith__gt=today), committee__scope_path__in=above)
        .select_related("committee")
        .order_by("during")
    )
    scopes.sort(key=lambda scope: -len(scope.committee.scope_path))
    return CriteriaSet.objects.filter(pk__in=_not_hidden(scopes, today)).order_by("-effective_from", "pk")


def _not_hidden(scopes: Iterable[CriteriaScope], today: date) -> set[int]:
    """The sets of scopes, nearest first, up to the committee whose set holds for every kind of cell, from today at the latest for good."""
    found: set[int] = set()
    covered = ""
    for scope in scopes:
        if covered and scope.committee.scope_path != covered:
            break
        found.add(scope.criteria_set_id)
        if not scope.cell_kind and scope.during.lower <= today and scope.during.upper is None:
            covered = scope.committee.scope_path
    return found


def delegated_to(committee: Committee, *, today: date) -> QuerySet[Parameter]:
    """The parameters that the committee may set, set by set."""
    sets = sets_for(committee, today=today)
    return Parameter.objects.filter(criteria_set__in=sets).select_related("criteria_set").order_by("-criteria_set__effective_from", "pk")


@dataclass(slots=True)
class Delegated:
    """One parameter as it stands for a committee: what it decides, and who set it to what."""

    parameter: Parameter
    conditions: list[Condition] = field(default_factory=list)
    own: list[ParameterValue] = field(default_factory=list)  # in force or to come
    past: list[ParameterValue] = field(default_factory=list)
    above: list[ParameterValue] = field(default_factory=list)  # in force today, set by the committees above, nearest first

    @property
    def measures(self) -> list[Measure]:
        return [MEASURES[name] for name in dict.fromkeys(condition.measure for condition in self.conditions)]

    @property
    def decides(self) -> list[Criterion | GradeLimit]:
        """The lines whose points it decides, or which it lets apply; the limits of the class that ask it."""
        return list(dict.fromkeys(condition.limit or condition.criterion or condition.row.criterion for condition in self.conditions))

    def says(self, value: Decimal) -> str:
        """A value with its unit: '40 %'."""
        return self.measures[0].says_limit(value) if self.conditions else number_format(value.normalize())

    @property
    def default_in_words(self) -> str:
        return self.says(self.parameter.default)

    def in_words(self, values: list[ParameterValue]) -> list[tuple[ParameterValue, str]]:
        return [(value, self.says(value.value)) for value in values]

    @property
    def own_in_words(self) -> list[tuple[ParameterValue, str]]:
        return self.in_words(self.own)

    @property
    def past_in_words(self) -> list[tuple[ParameterValue, str]]:
        return self.in_words(self.past)

    @property
    def above_in_words(self) -> list[tuple[ParameterValue, str]]:
        return self.in_words(self.above)


def delegated_as_it_stands(committee: Committee, parameters: QuerySet[Parameter], *, today: date) -> list[Delegated]:
    """Each parameter with the conditions that ask it and its values at the committee and above. Three queries."""
    found = {parameter.pk: Delegated(parameter) for parameter in parameters}
    asking = Condition.objects.filter(parameter__in=found).select_related("criterion", "row__criterion", "limit").order_by("pk")
    for condition in asking:
        found[condition.parameter_id].conditions.append(condition)
    values = ParameterValue.objects.filter(parameter__in=found, committee__scope_path__in=path_prefixes(committee.scope_path))
    for value in values.select_related("committee").order_by("-committee__scope_path", "cell_kind", "from_size", "-during"):
        of = found[value.parameter_id]
        is_over = value.during.upper is not None and value.during.upper <= today
        if value.committee_id == committee.pk:
            (of.past if is_over else of.own).append(value)
        elif not is_over and value.during.lower <= today:
            of.above.append(value)
    return list(found.values())


def values_applied(definition: Definition, facts: MonthFacts) -> dict[int, ParameterValue]:
    """By the key of the parameter, the value of a committee that a month's points are made with; a default is not in it.

    One query, none where the set delegates nothing.
    """
    tests = chain.from_iterable((*line.applies_when, *chain.from_iterable(level.tests for level in line.levels)) for line in definition)
    asked = sorted({test.parameter.pk for test in tests if test.parameter is not None})
    if not asked:
        return {}
    nearest = RawSQL(
        "SELECT value_id FROM unnest(%s::bigint[]) AS asked(id) "
        "CROSS JOIN (SELECT %s::date AS held_on, %s::text AS counted_path, %s::varchar AS cell_kind, %s::int AS roster_size) f "
        f"CROSS JOIN LATERAL ({nearest_value('id', 'asked.id')}) AS nearest(value_id)",
        [asked, facts.held_on, facts.counted_path, facts.cell_kind, facts.roster_size],
    )
    applied = ParameterValue.objects.filter(pk__in=nearest).select_related("committee")
    return {value.parameter_id: value for value in applied}


def check_value(parameter: Parameter, value: Decimal) -> None:
    """Raise `Refused` where a measure that is compared with the parameter can't be compared with the value."""
    asking = Condition.objects.filter(parameter=parameter).values_list("measure", flat=True).distinct().order_by("measure")
    for measure in map(MEASURES.get, asking):
        if not measure.compares_with(value):
            is_share = measure.unit is Unit.RATIO
            raise Refused({"value": _("This is a share in percent, from 0 to 100.") if is_share else _("This is a whole number.")})


def check_delegated(parameter: Parameter, committee: Committee, *, today: date) -> None:
    """Raise `Refused` where the parameter is not the committee's to set."""
    if not delegated_to(committee, today=today).filter(pk=parameter.pk).exists():
        raise Refused({"parameter": _("No set that scores this committee's cells leaves this to it.")})


def rivals_of(*, parameter: Parameter, committee: Committee, cell_kind: str, from_size: int) -> QuerySet[ParameterValue]:
    """The committee's values of a parameter for the same cells, of all times."""
    return ParameterValue.objects.filter(parameter=parameter, committee=committee, cell_kind=cell_kind, from_size=from_size)


def set_value(
    *,
    parameter: Parameter,
    committee: Committee,
    cell_kind: str,
    from_size: int,
    value: Decimal,
    document: str,
    begins_on: date,
    by: User,
    at: datetime,
    form_key: UUID | None = None,
) -> None:
    """Set a delegated parameter from a day on, for the committee's cells of one kind ('' is every kind) and from one size on.

    The value before it ends on that day. Raises `Refused` where one begins later, or the value can't be.
    """
    work = ("value", parameter.pk, committee.pk, cell_kind, from_size, value, document, begins_on)
    with once(by=by, form_key=form_key, work=work) as submission:
        if submission.target:
            return
        check_delegated(parameter, committee, today=timezone.localdate(at))
        check_value(parameter, value)
        cells = {"parameter": parameter, "committee": committee, "cell_kind": cell_kind, "from_size": from_size}
        row = ParameterValue(value=value, document=document, **cells)
        in_force.begin(row, rivals=rivals_of(**cells), on=begins_on, at=at)
        submission.target = str(row.pk)


def end_value(*, parameter: Parameter, committee: Committee, cell_kind: str, from_size: int, ends_on: date, at: datetime) -> None:
    """Let the committee's value end on a day, without one after it. Raises `Refused` where there is none that day."""
    rivals = rivals_of(parameter=parameter, committee=committee, cell_kind=cell_kind, from_size=from_size)
    in_force.end(committee=committee, rivals=rivals, on=ends_on, at=at)
