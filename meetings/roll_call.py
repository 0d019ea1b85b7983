"""Who belongs to a cell on a day, and what the roll call starts from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from meetings.models import (
    Cell,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    Position,
    Presence,
    Relation,
    Standing,
    StandingKind,
)

DEFAULT_PRESENCE = {
    "": Presence.PRESENT,
    ExemptionKind.EXEMPT: Presence.NOT_EXPECTED,
    ExemptionKind.SUSPENDED: Presence.NOT_EXPECTED,
    ExemptionKind.SPECIAL_DUTY: Presence.SPECIAL_DUTY,
}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One member on the cell's roster on a day."""

    member: Member
    relation: str  # Relation
    standing: str  # StandingKind
    exemption: str  # ExemptionKind, or ''
    position: str  # PositionTitle in this cell, or ''

    @property
    def default_presence(self) -> str:
        return DEFAULT_PRESENCE[self.exemption]


@dataclass(frozen=True, slots=True)
class Roster:
    """The cell's members on a day, in Vietnamese order; apart, those who are temporarily with another cell."""

    day: date
    lines: tuple[RosterLine, ...]
    elsewhere: tuple[RosterLine, ...]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def member_ids(self) -> frozenset[int]:
        return frozenset(line.member.pk for line in self.lines)

    def by_member(self) -> dict[int, RosterLine]:
        return {line.member.pk: line for line in self.lines}

    def holder_of(self, *titles: str) -> Member | None:
        """The first member who holds one of the titles, in the order of the titles."""
        held = {line.position: line.member for line in reversed(self.lines) if line.position}
        return next((held[title] for title in titles if title in held), None)


def roster_on(cell: Cell, day: date) -> Roster:
    """The roster valid on a day: home and temporary members, less those temporarily with another cell. Five queries."""
    memberships = list(cell.memberships.on(day).select_related("member").order_by("member__order_key", "member_id", "relation"))
    ids = {membership.member_id for membership in memberships}
    away = set(
        Membership.objects.on(day)
        .filter(member__in=ids, relation=Relation.TEMPORARY)
        .exclude(cell=cell)
        .values_list("member_id", flat=True)
    )
    standings = dict(Standing.objects.on(day).filter(member__in=ids).values_list("member_id", "kind"))
    exemptions = dict(Exemption.objects.on(day).filter(member__in=ids).values_list("member_id", "kind"))
    positions = dict(Position.objects.on(day).filter(member__in=ids, cell=cell).values_list("member_id", "title"))
    lines = {
        membership.member_id: RosterLine(
            member=membership.member,
            relation=membership.relation,
            # A blank standing means "not on the roster"; where a list came without one, take the usual.
            standing=standings.get(membership.member_id, StandingKind.OFFICIAL),
            exemption=exemptions.get(membership.member_id, ""),
            position=positions.get(membership.member_id, ""),
        )
        for membership in memberships
    }
    return Roster(
        day=day,
        lines=tuple(line for key, line in lines.items() if key not in away),
        elsewhere=tuple(line for key, line in lines.items() if key in away),
    )


def has_a_vote(standing: str, exemption: str) -> bool:
    """Official members vote, exempt ones who come included; probationary and suspended members don't."""
    return standing == StandingKind.OFFICIAL and exemption != ExemptionKind.SUSPENDED


def vote_base(people: Iterable[tuple[str, str, str]]) -> int:
    """How many of (standing, exemption, presence) may vote: official members who are present."""
    return sum(presence == Presence.PRESENT and has_a_vote(standing, exemption) for standing, exemption, presence in people)
