"""Who may read and edit which set, and the order of its criteria. Publishing freezes: see evaluations.publishing."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from evaluations.models import BINDING, CriteriaSet, Criterion, RuleDocument, SetState
from meetings.models import Committee, path_prefixes
from meetings.permissions import YES, Authority, Permit


def readable_sets(authority: Authority) -> QuerySet[CriteriaSet]:
    """The sets of the national level, of the user's own committees and of those above them; what is elsewhere does not exist."""
    above = {prefix for path in authority.criteria_paths for prefix in path_prefixes(path)}
    if not above:
        return CriteriaSet.objects.none()
    return CriteriaSet.objects.filter(Q(owner=None) | Q(owner__scope_path__in=above))


def to_edit_set(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    """Change or delete a set and what it holds."""
    permit = authority.to_edit_criteria()
    if not permit:
        return permit
    if criteria_set.state in BINDING:
        return Permit(_("This set is published. A published set never changes; make a new one that follows it."))
    if criteria_set.state == SetState.IN_CONSULTATION:
        return Permit(_("This set is being sent round for comments. Take it back to a draft before it is changed."))
    return _to_own(authority, criteria_set)


def to_publish_set(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    """Put a draft, or a set that was sent round, in force."""
    permit = authority.to_edit_criteria()
    if permit and criteria_set.state in BINDING:
        return Permit(_("It is published already."))
    return permit and _to_own(authority, criteria_set)


def to_send_round(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    """Send a draft round for comments."""
    permit = to_publish_set(authority, criteria_set)
    if permit and criteria_set.state != SetState.DRAFT:
        return Permit(_("It is being sent round already."))
    return permit


def to_take_back(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    """End a set's round, which makes it a draft again."""
    permit = to_publish_set(authority, criteria_set)
    if permit and criteria_set.state != SetState.IN_CONSULTATION:
        return Permit(_("It is not being sent round."))
    return permit


def to_end_set(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    """Say on which day to come a set in force ends."""
    permit = authority.to_edit_criteria()
    if permit and criteria_set.state != SetState.PUBLISHED:
        return Permit(_("Only a set in force is given an end."))
    return permit and _to_own(authority, criteria_set)


def to_rehearse(authority: Authority, criteria_set: CriteriaSet, committee: Committee) -> Permit:
    """Hold a draft over past months of a committee's cells: one's own draft, within the committees whose criteria one edits."""
    permit = to_publish_set(authority, criteria_set)
    if permit and not any(committee.is_within(path) for path in authority.criteria_paths):
        return Permit(_("A draft is rehearsed on cells of the committee whose criteria you edit."))
    return permit


def _to_own(authority: Authority, criteria_set: CriteriaSet) -> Permit:
    if criteria_set.owner is None:
        return Permit(_("This set belongs to the national level. It can be read, and copied into a set of your own."))
    if criteria_set.owner.scope_path not in authority.criteria_paths:
        return Permit(_("This set belongs to another committee. It can be read, and copied into a set of your own."))
    return YES


def to_edit_document(authority: Authority, document: RuleDocument) -> Permit:
    """Change a document: everyone cites the same one."""
    permit = authority.to_edit_criteria()
    if not permit:
        return permit
    cited_by = list(document.sets.select_related("owner"))
    if not cited_by or not all(to_edit_set(authority, criteria_set) for criteria_set in cited_by):
        return Permit(_("Documents are shared. One can be changed only while your own drafts, and no others, cite it."))
    return YES


def drop_empty_caps(criteria_set: CriteriaSet) -> None:
    """Joint caps whose last line is gone go with it."""
    criteria_set.joint_caps.filter(lines=None).delete()


def put_in_order(criteria_set: CriteriaSet, moved: Criterion | None = None) -> None:
    """Number the set's criteria from 1 on: by their groups, within them as they stand; `moved` goes before its equals.

    The order is that of the sheets' arrays, so it only ever changes in a draft. Needs a transaction.
    """
    lines = sorted(
        criteria_set.criteria.select_related("group"),
        key=lambda line: (line.group.position, line.position, moved is None or line.pk != moved.pk, line.pk),
    )
    for position, line in enumerate(lines, start=1):
        line.position = position
    Criterion.objects.bulk_update(lines, ["position"])
