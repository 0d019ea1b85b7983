"""Keeping a cell's roster: who belongs to it, since when, in which standing, exempt or not, in which position.

Every function writes in one transaction, remembers the change with its author (`meetings.changes`), and returns it. Days are
half-open: an end is the first day on which something no longer holds. Who may keep the roster is asked before
(`Authority.to_keep_roster`). What can't be is `Refused`, with a sentence per field.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.changes import Change, locked
from meetings.models import (
    Cell,
    Exemption,
    Member,
    Membership,
    Position,
    Relation,
    RosterAction,
    RosterChange,
    Standing,
    StandingKind,
    User,
)
from meetings.recording import Refused, once
from meetings.refusing import Problems, refusing

A_YEAR = timedelta(days=366)
# The Party's founding: nobody has been a member for longer.
EARLIEST = date(1930, 2, 3)


class EndReason(models.TextChoices):
    """Why a membership ends without another cell of this system taking the member over."""

    MOVED_AWAY = "MOVED_AWAY", gettext_lazy("Transferred to a cell that is not in this system")
    TEMPORARY_OVER = "TEMPORARY_OVER", gettext_lazy("Temporary stay is over")
    LEFT = "LEFT", gettext_lazy("Left the Party, or name removed from the list")
    EXPELLED = "EXPELLED", gettext_lazy("Expelled")
    DECEASED = "DECEASED", gettext_lazy("Deceased")
    MISTAKE = "MISTAKE", gettext_lazy("Entered by mistake")


# Beside these: another cell of this system took the member over.
TRANSFERRED = "TRANSFERRED"


OVERLAPS = {
    "a_member_has_one_cell_per_relation_at_a_time": (
        "from_",
        gettext_lazy("This member belongs to a cell in the same way in that time already; end that first, or choose another day."),
    ),
    "a_member_has_one_standing_at_a_time": ("on", gettext_lazy("This member has a standing in that time already.")),
    "a_member_has_one_exemption_at_a_time": (
        "from_",
        gettext_lazy("This member is exempt, suspended or on special duty in that time already; end that first, or choose another day."),
    ),
    "a_member_has_one_position_in_a_cell_at_a_time": (
        "from_",
        gettext_lazy("This member has a position in the cell in that time already; end that first."),
    ),
    "a_cell_has_one_secretary_at_a_time": (
        "title",
        gettext_lazy("The cell has a secretary in that time already; end that position first."),
    ),
}
OVERLAP_AFTER = gettext_lazy("This member belongs to another cell after that day already.")


def add_member(
    *,
    cell: Cell,
    full_name: str,
    standing: str = StandingKind.OFFICIAL,
    relation: str = Relation.HOME,
    from_: date,
    until: date | None = None,
    by: User,
    at: datetime,
    form_key: UUID | None = None,
) -> RosterChange | None:
    """Put someone on the roster who comes from no cell of this system, at home or (`relation`) for a time; None where this form did so.

    Always writes a new member, with membership and standing. Whoever belongs to another cell comes by that cell's word: sent or
    transferred (below), or introduced (`meetings.introducing`).
    """
    with once(by=by, form_key=form_key, work=("add", cell.pk, full_name, standing, relation, from_, until)) as submission:
        if submission.target:
            return None
        check_span(from_, until, at)
        change = Change()
        member = change.create(Member(full_name=full_name))
        change.create(Membership(member=member, cell=cell, relation=relation, during=(from_, until)))
        change.create(Standing(member=member, kind=standing, during=(from_, None)))
        submission.target = str(member.public_id)
        return change.keep(cell=cell, member=member, action=RosterAction.ADDED, by=by, at=at)


def correct_member(*, membership: Membership, full_name: str, by: User, at: datetime) -> RosterChange:
    """Mend the name. The code is the official list's own, and only its import writes it."""
    change = Change()
    change.update(membership.member, full_name=full_name)
    return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.CORRECTED, by=by, at=at)


def end_membership(*, membership: Membership, on: date, reason: EndReason, by: User, at: datetime) -> RosterChange:
    """Take a member off the roster from a day on. A position in the cell ends with it; after a death, an exemption too.

    The end of a stay touches nothing that the home cell keeps.
    """
    with refusing(OVERLAPS):
        change = Change()
        _end(change, membership, on, str(reason), at)
        if membership.relation == Relation.HOME and reason in (EndReason.DECEASED, EndReason.LEFT, EndReason.EXPELLED):
            for table in (Exemption, Standing):
                for row in table.objects.select_for_update().on(on).filter(member=membership.member):
                    _cut(change, row, on)
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.ENDED, by=by, at=at)


def transfer_member(
    *, membership: Membership, to: Cell, on: date, by: User, at: datetime, form_key: UUID | None = None
) -> RosterChange | None:
    """Move a home member to another cell: the old membership ends and the new one begins on the same day.

    Standing and exemptions go along; a position in the old cell ends. None where this form did so before.
    """
    with once(by=by, form_key=form_key, work=("transfer", membership.pk, to.pk, on)) as submission:
        if submission.target:
            return None
        problems = Problems()
        if membership.relation != Relation.HOME:
            problems.add("", _("A temporary member is transferred by the home cell; end the stay here instead."))
        if to.pk == membership.cell_id:
            problems.add("to", _("The member belongs to this cell already."))
        problems.refuse_if_any()
        change = Change()
        with refusing(OVERLAPS | {"a_member_has_one_cell_per_relation_at_a_time": ("on", OVERLAP_AFTER)}):
            _end(change, membership, on, TRANSFERRED, at)
            change.create(Membership(member=membership.member, cell=to, relation=Relation.HOME, during=(on, None)))
        submission.target = str(to.public_id)
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.TRANSFERRED, by=by, at=at)


def send_temporarily(*, membership: Membership, to: Cell, from_: date, until: date | None, by: User, at: datetime) -> RosterChange:
    """Send a home member to another cell for a time: temporary there, temporarily away here. Nothing else changes."""
    check_span(from_, until, at)
    problems = Problems()
    if membership.relation != Relation.HOME:
        problems.add("", _("Only a home member is sent elsewhere for a time."))
    if to.pk == membership.cell_id:
        problems.add("to", _("The member belongs to this cell already."))
    problems.refuse_if_any()
    with refusing(OVERLAPS):
        change = Change()
        change.create(Membership(member=membership.member, cell=to, relation=Relation.TEMPORARY, during=(from_, until)))
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.SENT, by=by, at=at)


def make_official(*, membership: Membership, on: date, by: User, at: datetime) -> RosterChange:
    """A probationary member becomes official on a day. Raises `Refused` for anyone else."""
    check_span(on, None, at, field="on")
    member = membership.member
    with refusing(OVERLAPS):
        standing = member.standings.select_for_update().on(on).first()
        if standing is None or standing.kind != StandingKind.PROBATIONARY or standing.during.upper is not None:
            raise Refused({"on": _("On this day the member is not probationary.")})
        change = Change()
        _cut(change, standing, on)
        change.create(Standing(member=member, kind=StandingKind.OFFICIAL, during=(on, None)))
        return change.keep(cell=membership.cell, member=member, action=RosterAction.MADE_OFFICIAL, by=by, at=at)


def exempt_member(
    *,
    membership: Membership,
    kind: str,
    from_: date,
    until: date | None,
    resolution_number: str,
    by: User,
    at: datetime,
) -> RosterChange:
    """Record an exemption, a suspension or special duty, from–to, under the number of the resolution.

    Raises `Refused` where it overlaps another one. An end in five years is common, so it may lie far ahead.
    """
    check_span(from_, until, at)
    with refusing(OVERLAPS):
        change = Change()
        change.create(Exemption(member=membership.member, kind=kind, during=(from_, until), resolution_number=resolution_number))
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.EXEMPTED, by=by, at=at)


def end_exemption(*, membership: Membership, exemption: Exemption, on: date, by: User, at: datetime) -> RosterChange:
    """End an exemption from a day on; one that had not begun is gone."""
    change = Change()
    with refusing(OVERLAPS):
        _cut(change, exemption, on, at)
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.EXEMPTION_ENDED, by=by, at=at)


def give_position(*, membership: Membership, title: str, from_: date, by: User, at: datetime) -> RosterChange:
    """Record a position in the cell from a day on. Raises `Refused` where the cell has a secretary, or the member a position, then."""
    check_span(from_, None, at)
    if not holds(membership.during, from_):
        raise Refused({"from_": _("On this day the member does not belong to the cell.")})
    with refusing(OVERLAPS):
        change = Change()
        change.create(Position(member=membership.member, cell=membership.cell, title=title, during=(from_, membership.during.upper)))
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.POSITION_GIVEN, by=by, at=at)


def end_position(*, membership: Membership, position: Position, on: date, by: User, at: datetime) -> RosterChange:
    """End a position from a day on; one that had not begun is gone."""
    change = Change()
    with refusing(OVERLAPS):
        _cut(change, position, on, at)
        return change.keep(cell=membership.cell, member=membership.member, action=RosterAction.POSITION_ENDED, by=by, at=at)


def _end(change: Change, membership: Membership, on: date, reason: str, at: datetime) -> None:
    """End a membership and the positions held with it."""
    _cut(change, membership, on, at, end_reason=reason)
    for position in membership.cell.positions.select_for_update().filter(member=membership.member):
        if position.during.upper is None or position.during.upper > on:
            _cut(change, position, on)


def _cut(change: Change, row: models.Model, on: date, at: datetime | None = None, **values) -> None:
    """Let a dated row end on a day; a row that would have no day left goes."""
    row = locked(row)
    lower, upper = row.during.lower, row.during.upper
    if at is not None:
        check_span(on, None, at, field="on")
        if lower and on < lower <= timezone.localdate(at):
            raise Refused({"on": _("It began on %(day)s; it can't end before.") % {"day": date_format(lower, "SHORT_DATE_FORMAT")}})
        if upper and upper <= on:
            raise Refused({"on": _("It ends on %(day)s already.") % {"day": date_format(upper, "SHORT_DATE_FORMAT")}})
    if lower and on <= lower:
        change.delete(row)
    else:
        change.update(row, during=DateRange(lower, on), **values)


def holds(during: DateRange, day: date) -> bool:
    return (during.lower is None or during.lower <= day) and (during.upper is None or day < during.upper)


def check_span(from_: date, until: date | None, at: datetime, field: str = "from_") -> None:
    problems = Problems()
    if from_ < EARLIEST:
        problems.add(field, _("This day lies too far back; check the year."))
    if from_ > timezone.localdate(at) + A_YEAR:
        problems.add(field, _("This day lies more than a year ahead; check the year."))
    if until is not None and until <= from_:
        problems.add("until", _("The end lies before the beginning."))
    problems.refuse_if_any()
