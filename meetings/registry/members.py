"""Members out of lists: their names, memberships and standings, laid beside what is stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings import text
from meetings.models import Cell, Member, Membership, Relation, Standing, StandingKind
from meetings.registry.bodies import Bodies, in_batches
from meetings.registry.reading import EARLIEST, Faults, Row, read_rows
from meetings.registry.spans import Line, Span
from meetings.roster import TRANSFERRED

MEMBER_COLUMNS = {
    "code": True,
    "full_name": True,
    "cell_code": True,
    "from": True,
    "until": False,
    "end_reason": False,
    "relation": False,
    "standing": False,
    "standing_from": False,
    "ends_earlier": False,
}
RELATIONS = {"chinh thuc": Relation.HOME, "tam thoi": Relation.TEMPORARY, "sinh hoat tam thoi": Relation.TEMPORARY}
STANDINGS = {"chinh thuc": StandingKind.OFFICIAL, "du bi": StandingKind.PROBATIONARY}
BATCH = 5000


@dataclass(frozen=True, slots=True)
class MemberRow:
    row: Row
    code: str
    full_name: str
    cell_code: str
    from_: date
    until: date | None
    end_reason: str
    relation: str
    standing: str
    standing_from: date
    ends_earlier: bool


@dataclass(slots=True)
class People:
    """The members of the lists by code, with the time lines of each: memberships by relation, and the standing."""

    bodies: Bodies
    members: dict[str, Member] = field(default_factory=dict)
    new: list[Member] = field(default_factory=list)
    changed: dict[str, Member] = field(default_factory=dict)
    memberships: dict[tuple[str, str], Line] = field(default_factory=lambda: defaultdict(Line))
    standings: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))
    cell_names: dict[str, str] = field(default_factory=dict)

    def load(self, items: Iterable["MemberRow"]) -> None:
        """What is stored of the members of these rows."""
        codes = {item.code for item in items}
        for batch in in_batches(codes):
            self.members |= {member.official_code: member for member in Member.objects.filter(official_code__in=batch)}
        self._recognise([item for item in items if item.code not in self.members])
        for batch in in_batches(codes):
            # By keys and without joins: it costs the same whatever the planner knows of these tables.
            codes_by_key = {self.members[code].pk: code for code in batch if code in self.members}
            held = Membership.objects.filter(member__in=codes_by_key)
            stored = list(held.values_list("member_id", "cell_id", "relation", "during", "end_reason", "pk"))
            cells = Cell.objects.in_bulk({cell for _member, cell, *_rest in stored})
            for member, cell, relation, during, reason, key in stored:
                what = cells[cell].official_code or f"#{cell}"
                self.cell_names[what] = cells[cell].name
                self.memberships[codes_by_key[member], relation].spans.append(Span(what, during.lower, during.upper, key, reason))
            standings = Standing.objects.filter(member__in=codes_by_key)
            for member, kind, during, key in standings.values_list("member_id", "kind", "during", "pk"):
                self.standings[codes_by_key[member]].spans.append(Span(kind, during.lower, during.upper, key))

    def _recognise(self, items: Iterable["MemberRow"]) -> None:
        """Who was put on a roster by hand has no code yet: the list's row of that cell and name is that person, if it is the only one."""
        wanted = defaultdict(set)
        for item in items:
            if (cell := self.bodies.cells.get(item.cell_code)) and cell.pk:
                wanted[cell.pk, text.fold(item.full_name)].add(item.code)
        found = defaultdict(set)
        for batch in in_batches({cell for cell, _name in wanted}):
            held = Membership.objects.filter(cell__in=batch, member__official_code=None)
            for cell, name, member in held.values_list("cell_id", "member__fold", "member_id"):
                if (cell, name) in wanted:
                    found[cell, name].add(member)
        of_code = {min(wanted[place]): min(people) for place, people in found.items() if len(people) == len(wanted[place]) == 1}
        members = Member.objects.in_bulk(of_code.values())
        for code, key in of_code.items():
            self.members[code] = self.changed[code] = members[key]
            members[key].official_code = code

    def take(self, item: "MemberRow") -> None:
        """Lay one row of the list beside what is known; a fault of the row where it can't be."""
        cell = self.bodies.cells.get(item.cell_code)
        if cell is None:
            item.row.fault(_("cell_code: no cell has the code “%(code)s”.") % {"code": item.cell_code})
            return
        member = self.members.get(item.code)
        if member is None:
            member = self.members[item.code] = Member(full_name=item.full_name, official_code=item.code)
            self.new.append(member)
        elif member.full_name != item.full_name:
            member.full_name = item.full_name
            if member.pk is not None:
                self.changed[item.code] = member
        span = Span(item.cell_code, item.from_, item.until, reason=item.end_reason)
        over = self.memberships[item.code, item.relation].lay(span, ends_earlier=item.ends_earlier, because=TRANSFERRED)
        if over is not None:
            item.row.fault(
                _(
                    "Overlapping membership: %(name)s belongs to %(cell)s %(span)s. Give that row an end (until), "
                    "or write yes in ends_earlier here."
                )
                % {"name": item.full_name, "cell": self._cell_name(over.what), "span": in_words(over)}
            )
        elif item.standing:
            self.standings[item.code].say(Span(item.standing, item.standing_from, None))

    def _cell_name(self, what: str) -> str:
        cell = self.bodies.cells.get(what)
        return cell.name if cell else self.cell_names[what]

    def write(self) -> tuple[int, int]:
        """Write what changed, inside the caller's transaction. Returns how many rows were made and how many changed."""
        Member.objects.bulk_create(self.new, batch_size=BATCH)
        Member.objects.bulk_update(self.changed.values(), ["full_name", "official_code"], batch_size=1000)
        old, fresh = _changed((key[0], line) for key, line in self.memberships.items())
        # What ends must end before what follows begins.
        Membership.objects.bulk_update(
            [Membership(pk=span.key, during=DateRange(span.from_, span.until), end_reason=span.reason) for _code, span in old],
            ["during", "end_reason"],
            batch_size=1000,
        )
        Membership.objects.bulk_create(
            [
                Membership(
                    member=self.members[code],
                    cell=self.bodies.cells[span.what],
                    relation=relation,
                    during=DateRange(span.from_, span.until),
                    end_reason=span.reason,
                )
                for (code, relation), line in self.memberships.items()
                for span in line.spans
                if span.key is None
            ],
            batch_size=BATCH,
        )
        old_standings, fresh_standings = _changed(self.standings.items())
        Standing.objects.bulk_update(
            [Standing(pk=span.key, during=DateRange(span.from_, span.until), kind=span.what) for _code, span in old_standings],
            ["during", "kind"],
            batch_size=1000,
        )
        Standing.objects.bulk_create(
            [
                Standing(member=self.members[code], kind=span.what, during=DateRange(span.from_, span.until))
                for code, span in fresh_standings
            ],
            batch_size=BATCH,
        )
        made = len(self.new) + len(fresh) + len(fresh_standings)
        return made, len(self.changed) + len(old) + len(old_standings)


def _changed(lines: Iterable[tuple[str, Line]]) -> tuple[list[tuple[str, Span]], list[tuple[str, Span]]]:
    """The stored spans that changed, and the new ones, each with its member's code."""
    changed = [(code, span) for code, line in lines for span in line.spans if span.is_changed]
    return [item for item in changed if item[1].key is not None], [item for item in changed if item[1].key is None]


def in_words(span: Span) -> str:
    begins = date_format(span.from_, "SHORT_DATE_FORMAT") if span.from_ else "…"
    return f"{begins} – {date_format(span.until, 'SHORT_DATE_FORMAT') if span.until else '…'}"


def read_members(path: Path, bodies: Bodies, faults: Faults) -> People:
    """The members of a file, laid beside what is stored. `bodies` must hold the cells of the lists before it."""
    people = People(bodies)
    items: list[MemberRow] = []
    names: dict[str, tuple[str, int]] = {}
    for row in read_rows(path, MEMBER_COLUMNS, faults):
        item = _member_row(row)
        name, number = names.setdefault(item.code, (item.full_name, row.number))
        if name != item.full_name:
            row.fault(_("The code %(code)s belongs to %(name)s in row %(row)s.") % {"code": item.code, "name": name, "row": number})
        if row.is_sound:
            items.append(item)
    bodies.load_cells({item.cell_code for item in items})
    people.load(items)
    # By day, so that a row that ends an earlier one finds it, however the file is ordered.
    for item in sorted(items, key=lambda item: item.from_):
        people.take(item)
    return people


def _member_row(row: Row) -> MemberRow:
    from_ = row.day("from", needed=True)
    item = MemberRow(
        row=row,
        code=row.words("code", needed=True, longest=30),
        full_name=row.words("full_name", needed=True, longest=120),
        cell_code=row.words("cell_code", needed=True, longest=20),
        from_=from_ or EARLIEST,
        until=row.day("until"),
        end_reason=row.words("end_reason"),
        relation=row.choice("relation", RELATIONS, default=Relation.HOME),
        standing=row.choice("standing", STANDINGS, default=StandingKind.OFFICIAL),
        standing_from=row.day("standing_from", default=from_) or EARLIEST,
        ends_earlier=row.flag("ends_earlier", default=False),
    )
    if item.until and item.until <= item.from_:
        row.fault(_("until: the end lies before the beginning."))
    return item
