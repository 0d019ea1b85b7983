"""The pages of people and the front page: their queries do not grow with what they list."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings import roster
from meetings.models import Appointment, Exemption, Introduction, Level, Membership, Position, Relation, Role, Standing, User
from meetings.views import accounts
from tests.costs import queries_of
from tests.factories import SINCE, make_cell, make_committee, make_member, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)


class Place:
    """A commune's office with two cells; each method adds rows of one page, numbered so that none repeats."""

    def __init__(self):
        province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)
        self.commune = make_committee("Đảng ủy xã Một", parent=province)
        self.cell, self.other = (make_cell(f"Chi bộ Thôn {name}", committee=self.commune) for name in ("Một", "Hai"))
        self.office = make_user("vp.xa-mot", office_of=self.commune)
        self.member = make_member(self.cell, "Lê Thị Hoa", standing="PROBATIONARY", position="DEPUTY", exemption="EXEMPT")
        self.many = make_user("nhieu-noi", follows=self.cell)

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    def roster(self, number: int) -> None:
        """Members of each part of the page: here, away, to come; with an exemption, a position, a change that can be undone."""
        make_member(self.cell, f"Người Miễn {number}", exemption="EXEMPT", position="COMMITTEE_MEMBER")
        make_member(self.cell, f"Người Mới {number}", since=TODAY + timedelta(days=9))
        make_member(self.cell, f"Khách {number}", relation=Relation.TEMPORARY)
        home = make_member(self.cell, f"Người Đi {number}").memberships.select_related("member", "cell").get()
        roster.send_temporarily(membership=home, to=self.other, from_=TODAY, until=None, by=self.office, at=NOW)

    def dated_rows(self, number: int) -> None:
        """Spans of one member, each before the last."""
        ends = SINCE - timedelta(days=2 * number)
        during = (ends - timedelta(days=1), ends)
        Membership.objects.create(member=self.member, cell=self.cell, during=during)
        Standing.objects.create(member=self.member, kind="OFFICIAL", during=during)
        Position.objects.create(member=self.member, cell=self.cell, title="SECRETARY", during=during)
        Exemption.objects.create(member=self.member, kind="EXEMPT", during=during, resolution_number="01-NQ/CB")
        made = {"made_by": self.office, "made_at": NOW, "expires_at": NOW + timedelta(days=9), "used_at": NOW if number > 1 else None}
        Introduction.objects.create(member=self.member, cell=self.cell, relation="HOME", during=during, digest=number, **made)

    def cells(self, number: int) -> None:
        make_cell(f"Chi bộ Thôn {number + 2}", committee=self.commune)

    def cells_with_logins(self, number: int) -> None:
        make_user(f"bi-thu.{number}", secretary_of=make_cell(f"Chi bộ Thôn {number + 2}", committee=self.commune))

    def appointments(self, number: int) -> None:
        """Of one cell, in force and past, each given and ended by somebody else, some with a code that waits."""
        for during in ((SINCE, None), (SINCE - timedelta(days=9), SINCE)):
            user = make_user(f"cuv.thon-mot.mot.{number}.{during[1] or ''}".rstrip("."), full_name="Trần Văn Nam")
            giver = make_user(f"{user.username}.vp")
            Appointment.objects.create(
                user=user, role=Role.FOLLOWING_MEMBER, cell=self.cell, during=during, appointed_by=giver, ended_by=giver, ended_at=NOW
            )
            user.login_codes.create(code_hash="x", issued_by=giver, issued_at=NOW, expires_at=NOW + timedelta(days=1))

    def places_to_work_in(self, number: int) -> None:
        """Of one user: cells to record for and to follow, committees to look at."""
        cell = make_cell(f"Chi bộ Thôn {number + 2}", committee=self.commune)
        below = make_committee(f"Đảng ủy bộ phận {number}", Level.SECTION, parent=self.commune)
        for role, body in ((Role.SECRETARY, {"cell": cell}), (Role.FOLLOWING_MEMBER, {"cell": cell}), (Role.AUDITOR, {"committee": below})):
            Appointment.objects.create(user=self.many, role=role, during=(SINCE, None), **body)


# page → (arguments of its URL, what grows, who looks)
PAGES: dict[str, tuple[Callable[[Place], list], str, str]] = {
    "home": (lambda place: [], "places_to_work_in", "many"),
    "roster": (lambda place: [place.cell.public_id], "roster", "office"),
    "roster_add": (lambda place: [place.cell.public_id], "roster", "office"),
    "roster_take_in": (lambda place: [place.cell.public_id], "roster", "office"),
    "roster_member": (lambda place: [place.cell.public_id, place.member.public_id], "dated_rows", "office"),
    "roster_change exempt": (lambda place: [place.cell.public_id, place.member.public_id, "exempt"], "dated_rows", "office"),
    "roster_change end-exemption": (lambda place: [place.cell.public_id, place.member.public_id, "end-exemption"], "dated_rows", "office"),
    "roster_change end-position": (lambda place: [place.cell.public_id, place.member.public_id, "end-position"], "dated_rows", "office"),
    "roster_change transfer": (lambda place: [place.cell.public_id, place.member.public_id, "transfer"], "cells", "office"),
    "roster_change send": (lambda place: [place.cell.public_id, place.member.public_id, "send"], "cells", "office"),
    "accounts": (lambda place: [place.commune.public_id], "cells_with_logins", "office"),
    "accounts_of": (lambda place: [place.commune.public_id, place.cell.public_id], "appointments", "office"),
    "appoint": (lambda place: [place.commune.public_id, place.cell.public_id, Role.FOLLOWING_MEMBER], "appointments", "office"),
    "hand_over": (lambda place: [place.commune.public_id, Appointment.objects.get(user=place.many).public_id], "appointments", "office"),
    "end_appointment": (
        lambda place: [place.commune.public_id, Appointment.objects.get(user=place.many).public_id],
        "appointments",
        "office",
    ),
}


def costs(page: str) -> tuple[int, int]:
    """With one row of what grows, and with thirty."""
    place = Place()
    arguments, grows, who = PAGES[page]
    client, path = place.client(getattr(place, who)), reverse(page.split()[0], args=arguments(place))
    add = getattr(place, grows)
    add(1)
    few = queries_of(client, path)
    for number in range(2, 31):
        add(number)
    return few, queries_of(client, path)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_for_one_row_and_for_thirty(page):
    few, many = costs(page)
    assert few == many
    assert many <= 20


def test_a_query_per_row_is_found(monkeypatch):
    """The twin: where the codes that wait are asked for one by one, thirty cost more than one."""
    together = accounts.add_account_state
    monkeypatch.setattr(accounts, "add_account_state", lambda held: [together([each]) for each in held])
    few, many = costs("accounts_of")
    assert many > few
