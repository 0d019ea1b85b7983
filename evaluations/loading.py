"""From criteria files to sets. What is there already is compared with its file and never overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from evaluations.conditions import Asked
from evaluations.criteria_entries import (
    CriteriaFiles,
    CriterionEntry,
    DocumentEntry,
    DocumentKey,
    GroupEntry,
    ParameterEntry,
    RollupEntry,
    RowEntry,
    RungEntry,
    SetEntry,
)
from evaluations.criteria_files import FaultyFiles
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
    SetState,
)
from evaluations.periods import KINDS
from evaluations.publishing import faults_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: documents and sets made, and those that stayed although their file says something else."""

    documents_made: tuple[str, ...]
    sets_made: tuple[str, ...]
    unchanged: tuple[str, ...]
    # (what, why) each
    kept: tuple[tuple[str, str], ...]


@transaction.atomic
def load_criteria(*, files: CriteriaFiles) -> Loaded:
    """Store what is not stored yet: documents, frames (published, for they are only cited) and sheets (drafts without an owner).

    A document or set that is there is left as it is, whether published, edited or unchanged. All or nothing: raises FaultyFiles
    where a new sheet could not be published as it stands.
    """
    documents, made_documents, kept_documents = _documents(files.documents)
    made, unchanged, kept, faults = [], [], [*kept_documents], []
    for entry in files.sets:
        stored = CriteriaSet.objects.filter(code=entry.code).first()
        if stored is None:
            faults += _faults(_store(entry, documents), entry)
            made.append(entry.code)
        elif as_entry(stored) == entry:
            unchanged.append(entry.code)
        elif stored.state == SetState.PUBLISHED:
            kept.append((entry.code, _("it is published, and a published set never changes")))
        else:
            kept.append((entry.code, _("the draft differs from its file; delete the draft to load it anew")))
    if faults:
        raise FaultyFiles(faults)
    return Loaded(tuple(made_documents), tuple(made), tuple(unchanged), tuple(kept))


def _documents(entries: Iterable[DocumentEntry]) -> tuple[dict[DocumentKey, RuleDocument], list[str], list[tuple[str, str]]]:
    """The documents by key, oldest first, so that a replaced one is there before its replacement."""
    stored = {
        DocumentKey(document.number, document.issuer, document.issued_on): document
        for document in RuleDocument.objects.select_related("replaces")
    }
    made, kept = [], []
    for entry in entries:
        replaced = stored[entry.replaces] if entry.replaces else None
        known = stored.get(entry.key)
        if known is None:
            stored[entry.key] = RuleDocument.objects.create(
                number=entry.key.number, issuer=entry.key.issuer, issued_on=entry.key.issued_on, title=entry.title, replaces=replaced
            )
            made.append(str(stored[entry.key]))
        elif (known.title, known.replaces) != (entry.title, replaced):
            kept.append((str(known), _("it was edited after loading")))
    return stored, made, kept


def _store(entry: SetEntry, documents: dict[DocumentKey, RuleDocument]) -> CriteriaSet:
    frame = CriteriaSet.objects.filter(code=entry.based_on).first()
    good, fair, average = entry.thresholds
    criteria_set = CriteriaSet.objects.create(
        code=entry.code,
        title=entry.title,
        kind=entry.kind,
        state=SetState.PUBLISHED if entry.kind == SetKind.FRAME else SetState.DRAFT,
        document=documents[entry.document],
        based_on=frame,
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
            criteria_set=criteria_set, position=number, code=group.code, title=group.title, max_points=group.points
        )
        for line in group.criteria:
            position += 1
            _store_criterion(line, stored_group, position, frame_lines.get(line.concretises), parameters)
    return criteria_set


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
    for number, row in enumerate(line.rows, start=1):
        stored = Row.objects.create(criterion=criterion, position=number, points=row.points, words=row.words)
        store_conditions(row.when, parameters, row=stored)


def store_conditions(
    conditions: Iterable[Asked], parameters: dict[str, Parameter], *, row: Row | None = None, criterion: Criterion | None = None
) -> None:
    """Store what a row (or a criterion, for `applies_when`) asks, in order; `parameters` are those of its set by code."""
    Condition.objects.bulk_create(
        Condition(
            row=row,
            criterion=criterion,
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
        row = RollupRow.objects.create(rule=rule, position=number, grade=rung.grade, words=rung.words)
        RollupCondition.objects.bulk_create(
            RollupCondition(row=row, measure=asked.measure, comparison=asked.comparison, value=asked.value) for asked in rung.when
        )


def _faults(criteria_set: CriteriaSet, entry: SetEntry) -> list[str]:
    """What would keep the stored sheet from being published, each with its file and line. A frame is never published that way."""
    if criteria_set.kind == SetKind.FRAME:
        return []
    places = {line.code: line.place for line in entry.criteria}
    places |= {str(KINDS[rollup.period].KIND.label): rollup.place for rollup in entry.rollups}
    return [f"{places.get(fault.where, entry.place)}: {fault.where}: {fault.sentence}" for fault in faults_of(criteria_set)]


def as_entry(criteria_set: CriteriaSet) -> SetEntry:
    """A stored set as its file would say it: what `load_criteria` compares, and what makes reading and storing inverse."""
    conditions = Condition.objects.select_related("parameter")
    lines = criteria_set.criteria.select_related("concretises").prefetch_related(
        Prefetch("applies_when", conditions), Prefetch("rows", Row.objects.prefetch_related(Prefetch("conditions", conditions)))
    )
    groups: dict[int, list[CriterionEntry]] = {}
    for line in lines:
        groups.setdefault(line.group_id, []).append(_criterion_entry(line))
    document = criteria_set.document
    return SetEntry(
        code=criteria_set.code,
        title=criteria_set.title,
        kind=criteria_set.kind,
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
            GroupEntry(group.code, group.title, group.max_points, tuple(groups.get(group.pk, ()))) for group in criteria_set.groups.all()
        ),
    )


def _rollup_entries(criteria_set: CriteriaSet) -> tuple[RollupEntry, ...]:
    order = list(KINDS)
    rules = sorted(criteria_set.rollup_rules.prefetch_related("rows__conditions"), key=lambda rule: order.index(rule.period_kind))
    return tuple(
        RollupEntry(
            period=rule.period_kind,
            missing_month=rule.missing_month,
            unverified_month=rule.unverified_month,
            clause=rule.clause,
            reading=rule.reading,
            rows=tuple(RungEntry(row.grade, row.words, tuple(map(Asked.of, row.conditions.all()))) for row in rule.rows.all()),
        )
        for rule in rules
    )


def _criterion_entry(line: Criterion) -> CriterionEntry:
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
