"""Which rows a user sees: figures by subtree, content only near the cell. Pages, admin, exports and jobs all ask here.

Out of scope is 404: that something exists is itself a fact about it.
"""

from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from meetings.models import Cell, Committee, Meeting, path_end
from meetings.permissions import Authority


def within(paths: list[str], column: str = "scope_path") -> Q:
    """The condition that `column` lies in one of the subtrees; nothing matches where there is none."""
    ranges = [Q(**{f"{column}__gte": path, f"{column}__lt": path_end(path)}) for path in paths]
    return reduce(or_, ranges, Q(pk__in=[]))


def visible_cells(authority: Authority) -> QuerySet[Cell]:
    return Cell.objects.filter(within(authority.figure_paths))


def visible_committees(authority: Authority) -> QuerySet[Committee]:
    return Committee.objects.filter(within(authority.figure_paths))


def cell_in_scope(authority: Authority, public_id: UUID) -> Cell:
    """The cell, or 404."""
    return get_object_or_404(visible_cells(authority), public_id=public_id)


def committee_in_scope(authority: Authority, public_id: UUID) -> Committee:
    """The committee, or 404."""
    return get_object_or_404(visible_committees(authority), public_id=public_id)


def meeting_in_scope(authority: Authority, public_id: UUID) -> Meeting:
    """The meeting, or 404. Seeing that it took place is a figure; its content needs `Authority.to_read_content`."""
    return get_object_or_404(
        Meeting.objects.select_related("cell").filter(within(authority.figure_paths, "cell__scope_path")),
        public_id=public_id,
    )
