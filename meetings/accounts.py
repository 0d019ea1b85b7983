"""Appointments and the logins behind them: the office of a committee appoints, hands over and ends for the bodies directly under it.

A right lasts from its first day to the day before its end; an end today is felt at the next request. Whether the acting user works in
that office is asked before, in `meetings.permissions` (`to_appoint_under`); that the body stands directly under it is asked here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import text
from meetings.codes import make_login_code
from meetings.models import CELL_ROLES, Appointment, Cell, Committee, Level, Role, User
from meetings.permissions import Authority, Permit, parent_path
from meetings.recording import Refused, once
from meetings.refusing import Problems, refusing

A_YEAR = timedelta(days=366)
NEVER = DateRange(empty=True)
LONGEST_PART = 18  # characters of a proposed login name that tell one body

# How proposed login names begin: bí thư, cấp ủy viên, văn phòng, ban tổ chức, tiêu chí, kiểm tra.
PREFIXES = {
    Role.SECRETARY: "bt",
    Role.FOLLOWING_MEMBER: "cuv",
    Role.COMMITTEE: "vp",
    Role.PROVINCIAL_BOARD: "btc",
    Role.CRITERIA_ADMIN: "tc",
    Role.AUDITOR: "kt",
}
# Words that say what kind of body it is, not which.
KIND_WORDS = re.compile(r"^(chi bo|dang bo|dang uy|tinh uy|thanh uy|huyen uy|xa|phuong|dac khu|co so|bo phan)\b")

HELD_ALREADY = {
    "a_cell_has_one_appointed_secretary_at_a_time": (
        "",
        gettext_lazy("This cell has a secretary's login in that time already. Hand it over, or end it first."),
    ),
    "a_user_holds_a_cell_role_once_at_a_time": ("", gettext_lazy("This person holds this appointment in that time already.")),
    "a_user_holds_a_committee_role_once_at_a_time": ("", gettext_lazy("This person holds this appointment in that time already.")),
    "meetings_user_username_key": ("username", gettext_lazy("This login name is taken. Choose another one.")),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who is appointed: someone new, who gets this login name, or someone who has it already."""

    full_name: str
    username: str
    is_new: bool = True


def roles_for(body: Cell | Committee) -> tuple[str, ...]:
    """The roles that the office above may give for a body."""
    if isinstance(body, Cell):
        return CELL_ROLES
    if body.level == Level.PROVINCE:
        return (Role.COMMITTEE, Role.PROVINCIAL_BOARD, Role.CRITERIA_ADMIN, Role.AUDITOR)
    return (Role.COMMITTEE, Role.CRITERIA_ADMIN, Role.AUDITOR)


def in_force_or_to_come(appointments, today: date):
    """Those of a query set whose end is not behind `today`. A right that was ended before it began has no days at all."""
    return appointments.filter(Q(during__endswith=None) | Q(during__endswith__gt=today), during__isempty=False)


def propose_username(*, body: Cell | Committee, role: str, above: Committee | None = None) -> str:
    """A free login name that tells what it is for, e.g. `bt.thon-mot.minh-hoa`. One query."""
    parts = [PREFIXES[role], _short(body)]
    if isinstance(body, Cell) and above is not None:
        parts.append(_short(above))
    base = ".".join(part for part in parts if part)
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    return next(name for name in (base, *(f"{base}.{number}" for number in range(2, len(taken) + 3))) if name not in taken)


def _short(body: Cell | Committee) -> str:
    """What tells the body from its neighbours, short enough to be typed on a phone: its name, or its code where that is shorter."""
    name = text.fold(body.name)
    while (shorter := KIND_WORDS.sub("", name).strip()) != name and shorter:
        name = shorter
    short = _slug(name)
    if len(short) <= LONGEST_PART:
        return short
    code = _slug(text.fold(body.official_code or ""))
    return code if 0 < len(code) <= LONGEST_PART else (short[: LONGEST_PART + 1].rpartition("-")[0] or short[:LONGEST_PART])


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value).strip("-")


def appoint(
    *,
    committee: Committee,
    body: Cell | Committee,
    role: str,
    person: Person,
    from_: date,
    by: User,
    at: datetime,
    form_key: UUID | None = None,
) -> Appointment:
    """Give a person a role for a body directly under the committee, from a day on, without an end.

    Writes the appointment, and the user where the person is new (without a password: a login code opens). Raises `Refused` where the
    cell has a secretary in that time, the person has the role already, the login name is taken or unknown, or someone appoints
    themselves to more than following a cell; `PermissionDenied` where the body stands elsewhere or the role is not for it.
    """
    with once(by=by, form_key=form_key, work=("appoint", type(body).__name__, body.pk, role, person, from_)) as submission:
        if submission.target:
            return Appointment.objects.get(public_id=submission.target)
        _require_directly_under(committee, body)
        if role not in roles_for(body):
            raise PermissionDenied(_("This role is not given here."))
        _check_day("from_", from_, at)
        with refusing(HELD_ALREADY):
            appointment = Appointment.objects.create(
                user=_user(person, role, by, at),
                role=role,
                cell=body if isinstance(body, Cell) else None,
                committee=body if isinstance(body, Committee) else None,
                during=(from_, None),
                appointed_by=by,
                appointed_at=at,
            )
        submission.target = str(appointment.public_id)
        return appointment


def hand_over(
    *,
    committee: Committee,
    appointment: Appointment,
    person: Person,
    on: date,
    by: User,
    at: datetime,
    form_key: UUID | None = None,
) -> Appointment:
    """End one appointment and begin the successor's on the same day, in one transaction. Returns the successor's.

    Effects and errors as `end_appointment` and `appoint`; where one is refused, neither happens.
    """
    with once(by=by, form_key=form_key, work=("hand over", appointment.pk, person, on)) as submission:
        if submission.target:
            return Appointment.objects.get(public_id=submission.target)
        end_appointment(committee=committee, appointment=appointment, on=on, by=by, at=at)
        successor = appoint(
            committee=committee,
            body=appointment.cell or appointment.committee,
            role=appointment.role,
            person=person,
            from_=on,
            by=by,
            at=at,
        )
        submission.target = str(successor.public_id)
        return successor


def end_appointment(*, committee: Committee, appointment: Appointment, on: date, by: User, at: datetime) -> None:
    """Take the right away from the day `on`; `on` today ends access at once. One that has not begun then never begins.

    Writes the end and who ended it. Raises `Refused` for a day before its beginning or more than a year ahead, and where it has ended.
    """
    with transaction.atomic():
        appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
        _require_directly_under(committee, appointment.cell or appointment.committee)
        _check_day("on", on, at)
        today = timezone.localdate(at)
        if appointment.during.isempty or (appointment.during.upper and appointment.during.upper <= today):
            raise Refused({"": _("This appointment has ended already.")})
        begins = appointment.during.lower
        if begins and on < begins <= today:
            raise Refused({"on": _("It began on %(day)s; it can't end before.") % {"day": date_format(begins, "SHORT_DATE_FORMAT")}})
        appointment.during = NEVER if begins and on <= begins else DateRange(begins, on)
        appointment.ended_by, appointment.ended_at = by, at
        appointment.save(update_fields=["during", "ended_by", "ended_at"])


def to_issue_code(authority: Authority, appointments: Iterable[Appointment]) -> Permit:
    """Whether the user may issue a login code to the holder of these appointments (all that are in force or to come).

    Who issues a code could use it. So every body that the holder acts for must stand under the issuer's office: appointing someone
    who acts elsewhere as well must not open that elsewhere.
    """
    paths = [office.scope_path for office in authority.offices]
    bodies = [held.cell or held.committee for held in appointments]
    if bodies and all(any(body.is_within(path) and body.scope_path != path for path in paths) for body in bodies):
        return Permit()
    return Permit(
        _("This login also serves a body that is not under your office, so its code is issued further up, or by the operator.")
        if bodies
        else _("This login has no appointment any more.")
    )


def issue_login_code(*, authority: Authority, user: User, at: datetime) -> str:
    """A one-time code for the user, shown once: only its hash is stored, an older one is void, it lives 7 days.

    Raises `PermissionDenied` as `to_issue_code` says.
    """
    held = in_force_or_to_come(user.appointments.select_related("cell", "committee"), timezone.localdate(at))
    permit = to_issue_code(authority, held)
    if not permit:
        raise PermissionDenied(permit.reason)
    return make_login_code(user=user, by=authority.user, at=at)


def _require_directly_under(committee: Committee, body: Cell | Committee) -> None:
    if parent_path(body.scope_path) != committee.scope_path:
        raise PermissionDenied(_("Accounts are kept by the office of the committee directly above."))


def _check_day(field: str, day: date, at: datetime) -> None:
    if abs(day - timezone.localdate(at)) > A_YEAR:
        raise Refused({field: _("This day lies more than a year away; check the year.")})


def _user(person: Person, role: str, by: User, at: datetime) -> User:
    problems = Problems()
    user = User.objects.filter(username=person.username).first()
    if person.is_new:
        if user is not None:
            problems.add("username", HELD_ALREADY["meetings_user_username_key"][1])
        else:
            user = User(username=person.username, full_name=person.full_name, password=make_password(None), created_at=at)
            try:
                user.full_clean()
            except ValidationError as error:
                for field, sentences in error.message_dict.items():
                    problems.add(field, sentences[0])
        problems.refuse_if_any()
        user.save()
        return user
    # The name must be told, not shown: an office does not look up who else has a login.
    if user is None or text.fold(user.full_name) != text.fold(person.full_name):
        problems.add("username", _("No login of this name belongs to a person of this full name."))
    elif not user.is_active:
        problems.add("username", _("This login is closed."))
    elif user == by and role != Role.FOLLOWING_MEMBER:
        problems.add("", _("Nobody appoints themselves; ask the office of the committee above."))
    problems.refuse_if_any()
    return user
