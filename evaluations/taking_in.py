"""A set taken in from a file, as a draft of a committee's own."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from evaluations.criteria_entries import SetEntry
from evaluations.models import CriteriaSet, RuleDocument, SetAct, SetKind
from evaluations.set_history import record
from evaluations.storing import store_set
from evaluations.yaml_reader import FaultyFiles
from meetings.models import Committee, User


@transaction.atomic
def take_in(*, entry: SetEntry, owner: Committee, by: User, at: datetime) -> CriteriaSet:
    """Store what a file says as a new draft of the owner's. What would keep it from being published is said on its page.

    Raises FaultyFiles with everything that the file names and is not there, each with its line.
    """
    key = entry.document
    document = RuleDocument.objects.filter(number=key.number, issuer=key.issuer, issued_on=key.issued_on).first()
    faults = list(_faults(entry, document))
    if faults:
        raise FaultyFiles(faults)
    criteria_set = store_set(entry=entry, document=document, owner=owner)
    record(criteria_set=criteria_set, act=SetAct.MADE, by=by, at=at, why=_("from the file %(file)s") % {"file": entry.place.file})
    return criteria_set


def _faults(entry: SetEntry, document: RuleDocument | None) -> Iterator[str]:
    if entry.kind != SetKind.SHEET:
        yield _("%(place)s: only a sheet is taken in; frames come with the product.") % {"place": entry.place}
    if CriteriaSet.objects.filter(code=entry.code).exists():
        yield _("%(place)s: there is a set with the code %(code)s already.") % {"place": entry.place, "code": entry.code}
    if document is None:
        told = {"place": entry.place, "number": entry.document.number, "issuer": entry.document.issuer}
        yield _("%(place)s: the document %(number)s of %(issuer)s is not among the rule documents; add it first.") % told
    frame = CriteriaSet.objects.filter(code=entry.based_on, kind=SetKind.FRAME).first() if entry.based_on else None
    if entry.based_on and frame is None:
        yield _("%(place)s: there is no frame “%(code)s”.") % {"place": entry.place, "code": entry.based_on}
        return
    known = set(frame.criteria.values_list("code", flat=True)) if frame else set()
    for line in entry.criteria:
        if line.concretises is not None and line.concretises not in known:
            yield _("%(place)s: the frame has no criterion %(code)s.") % {"place": line.place, "code": line.concretises}
