"""From criteria files to sets. What is there already is compared with its file and never overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from evaluations.criteria_entries import (
    CriteriaFiles,
    DocumentEntry,
    DocumentKey,
    SetEntry,
)
from evaluations.models import (
    BINDING,
    CriteriaSet,
    RuleDocument,
    SetKind,
    SetState,
)
from evaluations.periods import KINDS
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from evaluations.storing import store_set
from evaluations.yaml_reader import FaultyFiles


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
            stored = store_set(entry=entry, document=documents[entry.document])
            faults += _faults(stored, entry)
            if entry.kind == SetKind.FRAME:
                stored.state = SetState.PUBLISHED
                stored.save(update_fields=["state"])
            made.append(entry.code)
        elif as_entry(stored) == entry:
            unchanged.append(entry.code)
        elif stored.state in BINDING:
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


def _faults(criteria_set: CriteriaSet, entry: SetEntry) -> list[str]:
    """What would keep the stored sheet from being published, each with its file and line. A frame is never published that way."""
    if criteria_set.kind == SetKind.FRAME:
        return []
    places = {line.code: line.place for line in entry.criteria}
    places |= {str(KINDS[rollup.period].KIND.label): rollup.place for rollup in entry.rollups}
    return [f"{places.get(fault.where, entry.place)}: {fault.where}: {fault.sentence}" for fault in faults_of(criteria_set)]
