"""Appointments out of lists, with the users that hold them: the way in for the first accounts, and for many at once."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from meetings.models import CELL_ROLES, Appointment, Cell, Committee, Level, Role, User
from meetings.registry.bodies import Bodies, in_batches
from meetings.registry.members import in_words
from meetings.registry.reading import EARLIEST, Faults, Row, read_rows
from meetings.registry.spans import Line, Span
from meetings.registry.units import SINCE

APPOINTMENT_COLUMNS = {
    "username": True,
    "full_name": True,
    "role": True,
    "body_code": True,
    "from": False,
    "until": False,
    "ends_earlier": False,
}
ROLES = {
    "bi thu": Role.SECRETARY,
    "bi thu chi bo": Role.SECRETARY,
    "cap uy vien phu trach": Role.FOLLOWING_MEMBER,
    "van phong": Role.COMMITTEE,
    "ban xay dung dang": Role.COMMITTEE,
    "ban to chuc tinh uy": Role.PROVINCIAL_BOARD,
    "ban to chuc thanh uy": Role.PROVINCIAL_BOARD,
    "quan tri tieu chi": Role.CRITERIA_ADMIN,
    "kiem tra": Role.AUDITOR,
}
# A cell has one secretary at a time, whoever it is; of every other role, each user holds it once.
ONE_AT_A_TIME = (Role.SECRETARY,)
username_field = User._meta.get_field("username")


@dataclass(slots=True)
class Accounts:
    """The users of the lists by login name, and a time line for everything that can be held only once at a time.

    A line's key is (role, body code, login name), without the login name where the role is one at a time.
    """

    bodies: Bodies
    users: dict[str, User] = field(default_factory=dict)
    new: list[User] = field(default_factory=list)
    renamed: dict[str, User] = field(default_factory=dict)
    lines: dict[tuple, Line] = field(default_factory=lambda: defaultdict(Line))

    def load(self, usernames: set[str], body_codes: set[str]) -> None:
        for batch in in_batches(usernames):
            self.users |= {user.username: user for user in User.objects.filter(username__in=batch)}
        for link, bodies in (("cell", self.bodies.cells), ("committee", self.bodies.committees)):
            codes = {bodies[code].pk: code for code in body_codes if code in bodies and bodies[code].pk}
            for batch in in_batches(codes):
                held = Appointment.objects.filter(during__isempty=False, **{f"{link}__in": batch})
                stored = list(held.values_list("role", f"{link}_id", "user_id", "during", "pk"))
                names = dict(User.objects.filter(pk__in={row[2] for row in stored}).values_list("pk", "username"))
                for role, body, user, during, key in stored:
                    line = self.lines[line_key(role, codes[body], names[user])]
                    line.spans.append(Span(names[user], during.lower, during.upper, key))

    def take(self, row: Row, username: str, full_name: str, role: str, body_code: str, span: Span, ends_earlier: bool) -> None:
        bodies = self.bodies.cells if role in CELL_ROLES else self.bodies.committees
        body = bodies.get(body_code)
        if body is None:
            kind = _("cell") if role in CELL_ROLES else _("committee")
            row.fault(_("body_code: no %(kind)s has the code “%(code)s”.") % {"kind": kind, "code": body_code})
            return
        if role == Role.PROVINCIAL_BOARD and body.level != Level.PROVINCE:
            row.fault(_("role: only a province has a provincial organization board."))
            return
        user = self.users.get(username)
        if user is None:
            user = self.users[username] = User(username=username, full_name=full_name)
            self.new.append(user)
        elif user.full_name != full_name:
            user.full_name = full_name
            if user.pk is not None:
                self.renamed[username] = user
        over = self.lines[line_key(role, body_code, username)].lay(span, ends_earlier=ends_earlier)
        if over is not None:
            row.fault(
                _(
                    "Overlapping appointment: %(holder)s holds this role %(span)s. Give that row an end (until), "
                    "or write yes in ends_earlier here."
                )
                % {"holder": over.what, "span": in_words(over)}
            )

    def write(self, at: datetime) -> tuple[int, int]:
        """Write what changed, inside the caller's transaction. New users have no password: a login code opens."""
        for user in self.new:
            user.password, user.created_at = make_password(None), at
        User.objects.bulk_create(self.new, batch_size=2000)
        User.objects.bulk_update(self.renamed.values(), ["full_name"], batch_size=1000)
        changed = [(key, span) for key, line in self.lines.items() for span in line.spans if span.is_changed]
        old = [span for _key, span in changed if span.key is not None]
        fresh = [(key, span) for key, span in changed if span.key is None]
        Appointment.objects.bulk_update(
            [Appointment(pk=span.key, during=DateRange(span.from_, span.until), ended_at=at) for span in old],
            ["during", "ended_at"],
            batch_size=1000,
        )
        Appointment.objects.bulk_create(
            [
                Appointment(
                    user=self.users[span.what],
                    role=role,
                    **self._body(role, code),
                    during=DateRange(span.from_, span.until),
                    appointed_at=at,
                )
                for (role, code, *_name), span in fresh
            ],
            batch_size=2000,
        )
        return len(self.new) + len(fresh), len(self.renamed) + len(old)

    def _body(self, role: str, code: str) -> dict[str, Cell | Committee]:
        return {"cell": self.bodies.cells[code]} if role in CELL_ROLES else {"committee": self.bodies.committees[code]}


def line_key(role: str, body_code: str, username: str) -> tuple:
    return (role, body_code) if role in ONE_AT_A_TIME else (role, body_code, username)


def read_appointments(path: Path, bodies: Bodies, faults: Faults) -> Accounts:
    """The appointments of a file, laid beside what is stored."""
    accounts = Accounts(bodies)
    items = []
    names: dict[str, tuple[str, int]] = {}
    for row in read_rows(path, APPOINTMENT_COLUMNS, faults):
        username = row.words("username", needed=True, longest=60).lower()
        full_name = row.words("full_name", needed=True, longest=120)
        role = row.choice("role", ROLES)
        body_code = row.words("body_code", needed=True, longest=20)
        from_: date = row.day("from", default=SINCE) or EARLIEST
        until = row.day("until")
        ends_earlier = row.flag("ends_earlier", default=False)
        if until and until <= from_:
            row.fault(_("until: the end lies before the beginning."))
        if username:
            try:
                username_field.run_validators(username)
            except ValidationError as error:
                row.fault(f"username: {error.messages[0]}")
        name, number = names.setdefault(username, (full_name, row.number))
        if name != full_name:
            row.fault(
                _("The login name %(username)s belongs to %(name)s in row %(row)s.") % {"username": username, "name": name, "row": number}
            )
        if row.is_sound:
            items.append((row, username, full_name, role, body_code, Span(username, from_, until), ends_earlier))
    bodies.load_cells({body_code for _row, _user, _name, role, body_code, *_rest in items if role in CELL_ROLES})
    accounts.load({item[1] for item in items}, {item[4] for item in items})
    for item in sorted(items, key=lambda item: item[5].from_):
        accounts.take(*item)
    return accounts
