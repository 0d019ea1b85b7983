"""Putting committees and cells into the dated tree. Every path in it is written here.

A first placement only: moving a body that already stands somewhere takes everything under it along, on a date; that is
a reorganisation. And where a cell counts in a month: in one place, whatever moves in its course.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.models import Cell, Committee, Placement


class CannotPlace(Exception):
    """The body can't stand there; the message says why, in words for the page or the import's row."""


def place_in_month(cell: str, month: str) -> str:
    """SQL for the place (path, parent_id, during) in which a cell counts in a month: where it stood when the month began, or was first put.

    `cell` and `month` are SQL for its key and the month's first day; no row where it stood nowhere all month.
    """
    return f"""SELECT p.path, p.parent_id, p.during FROM meetings_placement p
    WHERE p.cell_id = {cell} AND p.during && daterange({month}, ({month} + interval '1 month')::date)
    ORDER BY lower(p.during) LIMIT 1"""


def place_committee(*, committee: Committee, parent: Committee | None, from_: date) -> Placement | None:
    """Put a committee under its parent (none: the root of a tree) from a day on.

    Writes the placement and `scope_path`. None where it already stands there. Raises `CannotPlace`.
    """
    return next(iter(place_all([(committee, parent)], from_=from_)), None)


def place_cell(*, cell: Cell, parent: Committee, from_: date) -> Placement | None:
    """Put a cell under the committee directly above it from a day on; otherwise as `place_committee`."""
    return next(iter(place_all([(cell, parent)], from_=from_)), None)


@transaction.atomic
def place_all(bodies: Iterable[tuple[Committee | Cell, Committee | None]], *, from_: date) -> list[Placement]:
    """Place many bodies (body, parent), each parent before its children, in a constant number of statements per thousand.

    Returns the placements written; bodies that already stand under that parent have none. Raises `CannotPlace`.
    """
    # One by one, so that a parent earlier in the list has its path when its children come.
    placements = [_placement(body, parent, from_) for body, parent in bodies if not _stands_under(body, parent)]
    Placement.objects.bulk_create(placements, batch_size=1000)
    for model, placed in (
        (Committee, [placement.committee for placement in placements if placement.committee_id]),
        (Cell, [placement.cell for placement in placements if placement.cell_id]),
    ):
        model.objects.bulk_update(placed, ["scope_path"], batch_size=1000)
    return placements


def _stands_under(body: Committee | Cell, parent: Committee | None) -> bool:
    return bool(body.scope_path) and body.scope_path == _path(body, parent)


def _path(body: Committee | Cell, parent: Committee | None) -> str:
    return (parent.scope_path if parent else "") + body.segment


def _placement(body: Committee | Cell, parent: Committee | None, from_: date) -> Placement:
    if body.scope_path:
        raise CannotPlace(_("%(name)s already stands under another committee.") % {"name": body.name})
    if parent is None and isinstance(body, Cell):
        raise CannotPlace(_("%(name)s needs a committee directly above it.") % {"name": body.name})
    if parent is not None and not parent.scope_path:
        raise CannotPlace(
            _("%(parent)s has no place in the tree yet, so %(name)s can't stand under it.") % {"parent": parent.name, "name": body.name}
        )
    body.scope_path = _path(body, parent)
    return Placement(
        committee=body if isinstance(body, Committee) else None,
        cell=body if isinstance(body, Cell) else None,
        parent=parent,
        path=body.scope_path,
        during=(from_, None),
    )
