"""A draft that starts as a copy of another set."""

from dataclasses import replace
from datetime import date

from django.db import transaction

from evaluations.criteria_entries import GroupEntry
from evaluations.models import CriteriaSet, RuleDocument, SetKind
from evaluations.set_entries import as_entry
from evaluations.storing import store_set
from meetings.models import Committee


@transaction.atomic
def clone(
    *, criteria_set: CriteriaSet, code: str, title: str, document: RuleDocument, owner: Committee, effective_from: date, note: str = ""
) -> CriteriaSet:
    """A draft sheet that starts as a copy of a set, down to its conditions and roll-up rules.

    Each line concretises what the original's did; where the original is a frame, the frame's own line. A frame has no thresholds and
    may have no rows, so such a draft has faults until they are filled in.
    """
    entry = as_entry(criteria_set)
    if criteria_set.kind == SetKind.FRAME:
        entry = replace(entry, based_on=criteria_set.code, groups=tuple(map(_concretising_itself, entry.groups)))
    said = {"code": code, "title": title, "note": note, "effective_from": effective_from}
    return store_set(entry=replace(entry, kind=SetKind.SHEET, effective_to=None, **said), document=document, owner=owner)


def _concretising_itself(group: GroupEntry) -> GroupEntry:
    return replace(group, criteria=tuple(replace(line, concretises=line.code) for line in group.criteria))
