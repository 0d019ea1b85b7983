"""Introductions: how a home cell's side sends a member to a cell out of its sight, as the letter on paper does.

The home cell's side says for how long and from when, and hands the member a code. The cell that is shown the code takes the member
in. So no roster changes without the word of both, nobody looks into another's roster, and a wrong code tells nobody who exists.
"""

import re
import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meetings import roster
from meetings.models import Cell, Introduction, Member, Membership, Relation, RosterChange, User
from meetings.recording import Refused, once
from meetings.refusing import Problems

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another
LENGTH = 12  # 59 bits: nobody guesses them, so that one hash without salt is enough to find the row
VALID_FOR = timedelta(days=30)


def waiting_introductions(at: datetime) -> QuerySet[Introduction]:
    return Introduction.objects.filter(used_at=None, expires_at__gt=at)


def introduce(*, membership: Membership, relation: str, from_: date, until: date | None, by: User, at: datetime) -> str:
    """Write an introduction of a home member, for a time or (`relation` HOME) for good; one that waits is void.

    Returns its code, grouped; only its digest is stored. No roster changes. Raises `Refused`.
    """
    roster.check_span(from_, until, at)
    problems = Problems()
    if membership.relation != Relation.HOME:
        problems.add("", _("Only a home member is introduced to another cell."))
    if not roster.holds(membership.during, from_):
        problems.add("from_", _("On this day the member does not belong to the cell."))
    if relation == Relation.HOME and until is not None:
        problems.add("until", _("Who goes for good has no day of return."))
    problems.refuse_if_any()
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    with transaction.atomic():
        # Two at once: the second waits, and voids the first one's.
        member = Member.objects.select_for_update().get(pk=membership.member_id)
        Introduction.objects.filter(member=member, used_at=None).delete()
        Introduction.objects.create(
            member=member,
            cell=membership.cell,
            relation=relation,
            during=(from_, until),
            digest=_digest(code),
            made_by=by,
            made_at=at,
            expires_at=at + VALID_FOR,
        )
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def take_in(*, cell: Cell, code: str, by: User, at: datetime, form_key: UUID | None = None) -> RosterChange:
    """Put the member whose introduction has this code on the cell's roster; the code is used up.

    Writes what `roster.send_temporarily` or `roster.transfer_member` would for a cell in sight, and raises `Refused` as they do; for a
    code that is not good always the same sentence.
    """
    digest = _digest(code)
    with once(by=by, form_key=form_key, work=("take in", cell.pk, digest)) as submission:
        if submission.target:
            return RosterChange.objects.get(public_id=submission.target)
        introduction = waiting_introductions(at).select_for_update().filter(digest=digest).first()
        home = introduction and _home(introduction)
        if home is None or home.cell_id == cell.pk:
            raise Refused(
                {"code": _("This code is not good: mistyped, used before, expired, or replaced by a newer one. Ask who gave it.")}
            )
        introduction.used_at = at
        introduction.save(update_fields=["used_at"])
        from_, until = introduction.during.lower, introduction.during.upper
        if introduction.relation == Relation.TEMPORARY:
            change = roster.send_temporarily(membership=home, to=cell, from_=from_, until=until, by=by, at=at)
        else:
            change = roster.transfer_member(membership=home, to=cell, on=from_, by=by, at=at)
        submission.target = str(change.public_id)
        return change


def _home(introduction: Introduction) -> Membership | None:
    """The membership it speaks of, unless that has ended since."""
    held = Membership.objects.on(introduction.during.lower).filter(cell=introduction.cell_id, relation=Relation.HOME)
    return held.select_related("member", "cell").filter(member=introduction.member_id).first()


def _digest(typed: str) -> str:
    """Of the code in what someone typed: case, blanks, dots and dashes don't matter."""
    return sha256(re.sub(r"[\s.\-]", "", typed).upper().encode()).hexdigest()
