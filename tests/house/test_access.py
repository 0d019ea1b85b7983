"""Who gets which page: a table written by hand, walked over every URL of the resolver. It asks nothing of `permissions`.

The cell is the own one; the columns stand at the cell itself, beside it, above it, in another province, or nowhere:

  nobody    not logged in                        office    the office of the committee right above the cell
  own       its secretary                        offside   the office of the commune beside
  beside    the secretary of the next cell       province  the board of the province
  follows   its following member                 other     the board of another province
  fbeside   the following member of the next     auditor   the province's auditor
                                                 criteria  the province's criteria admin

An entry is the status of GET, then (after a slash) of a POST that says nothing; one entry stands for both. `in` is 302 to the login page.
"""

import re
from copy import copy
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from evaluations.models import CriteriaSet
from meetings.models import Appointment, Level, Role
from tests.evaluations.month import put_in_force, recorded
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sittings import five

pytestmark = pytest.mark.django_db

ACTORS = ["nobody", "own", "beside", "follows", "fbeside", "office", "offside", "province", "other", "auditor", "criteria"]

TABLE = """
name              nobody   own      beside   follows  fbeside  office   offside  province other    auditor  criteria
home              in       302      302      200      200      302      302      302      302      302      302
login             200      302      302      302      302      302      302      302      302      302      302
login_code        200      302      302      302      302      302      302      302      302      302      302
logout            405/302  405/302  405/302  405/302  405/302  405/302  405/302  405/302  405/302  405/302  405/302
password_change   in       200      200      200      200      200      200      200      200      200      200
set_language      302      302      302      302      302      302      302      302      302      302      302
cell_month        in       200      404      200      404      200      404      200      404      200      404
cell_sheet        in       200/422  404      403      404      403      404      403      404      403      404
cell_send         in       200/422  404      403      404      403      404      403      404      403      404
cell_explanation  in       200      404      200      404      200      404      200      404      200      404
committee_board   in       404      404      404      404      200      404      200      404      200      404
committee_cells   in       404      404      404      404      200      404      200      404      200      404
parameters        in       404/405  404/405  404/405  404/405  200/405  404/405  200/405  404/405  200/405  404/405
parameter_set     in       404      404      404      404      200/422  404      403      404      403      404
meeting_new       in       200/422  404      403      404      403      404      403      404      403      404
meeting_prepare   in       200/422  404      403      404      403      404      403      404      403      404
meeting_hold      in       200/422  404      403      404      403      404      403      404      403      404
meeting_post      in       200/422  404      403      404      403      404      403      404      403      404
meeting_not_held  in       200/422  404      403      404      403      404      403      404      403      404
meeting_draft     in       405/200  405/404  405/403  405/404  405/403  405/404  405/403  405/404  405/403  405/404
meeting_content   in       200      404      200/422  404      200/422  404      403      404      403      404
roster            in       200/405  404/405  403/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
roster_add        in       200/422  404      403      404      200/422  404      403      404      403      404
roster_take_in    in       200/422  404      403      404      200/422  404      403      404      403      404
roster_undo       in       405/404  405/404  405/403  405/404  405/404  405/404  405/403  405/404  405/403  405/404
roster_member     in       200/405  404/405  403/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
roster_change     in       200/422  404      403      404      200/422  404      403      404      403      404
accounts          in       404/405  404/405  404/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
accounts_of       in       404/405  404/405  404/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
appoint           in       404      404      404      404      200/422  404      403      404      403      404
hand_over         in       404      404      404      404      200/422  404      403      404      403      404
end_appointment   in       404      404      404      404      200/422  404      403      404      403      404
issue_code        in       405/404  405/404  405/404  405/404  405/200  405/404  405/403  405/404  405/403  405/404
"""


@dataclass
class Place:
    """The users, and the arguments each URL is called with."""

    users: dict
    cell: object
    committee: object
    meeting: object
    member: object
    appointment: object
    criteria_set: object

    def arguments(self, pattern: str) -> dict:
        known = {
            "cell": self.cell.public_id,
            "committee": self.committee.public_id,
            "meeting": self.meeting.public_id,
            "member": self.member.public_id,
            "appointment": self.appointment.public_id,
            "body": self.cell.public_id,
            "criteria_set": self.criteria_set.public_id,
            "code": "speakers-top",
            "month": "2026-11",
            "period": "2026-Q4",
            "form": "hold",
            "change": uuid4(),
            "action": "exempt",
            "role": Role.FOLLOWING_MEMBER,
        }
        return {name: known[name] for name in re.findall(r"<(?:\w+:)?(\w+)>", pattern)}


def _tree():
    """centre → (province → (commune with two cells, commune beside with one), another province)."""
    centre = make_committee("Trung ương", Level.CENTRAL)
    province, other = (make_committee(f"Tỉnh ủy {n}", Level.PROVINCE, parent=centre) for n in (1, 2))
    commune, offside = (make_committee(f"Đảng ủy xã {n}", parent=province) for n in (1, 2))
    return province, other, commune, offside


@pytest.fixture
def place() -> Place:
    province, other, commune, offside = _tree()
    people = five(make_cell("Chi bộ Thôn Một", committee=commune))
    beside = make_cell("Chi bộ Thôn Hai", committee=commune)
    meeting = recorded(people)
    criteria_set = put_in_force(commune)
    users = {
        "own": people.user,
        "beside": make_user("beside", secretary_of=beside),
        "follows": make_user("follows", follows=people.cell),
        "fbeside": make_user("fbeside", follows=beside),
        "office": make_user("office", office_of=commune),
        "offside": make_user("offside", office_of=offside),
        "province": make_user("province", board_of=province),
        "other": make_user("other", board_of=other),
        "auditor": make_user("auditor", auditor_of=province),
        "criteria": make_user("criteria", criteria_admin_of=province),
    }
    appointment = Appointment.objects.get(cell=people.cell, role=Role.SECRETARY)
    return Place(users, people.cell, commune, meeting, people.binh, appointment, criteria_set)


def walked() -> dict[str, str]:
    """Every named URL of the product with its pattern; the admin's under `admin:`."""

    def inside(patterns, prefix, namespace):
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from inside(
                    each.url_patterns, prefix + str(each.pattern), f"{namespace}{each.namespace}:" if each.namespace else namespace
                )
            elif isinstance(each, URLPattern):
                yield f"{namespace}{each.name}", prefix + str(each.pattern)

    return dict(inside(get_resolver().url_patterns, "", ""))


def declared() -> dict[str, dict[str, tuple[str, str]]]:
    rows = [line.split() for line in TABLE.strip().splitlines()]
    assert rows[0][1:] == ACTORS
    return {row[0]: {actor: tuple((entry.split("/") * 2)[:2]) for actor, entry in zip(ACTORS, row[1:], strict=True)} for row in rows[1:]}


def test_every_url_is_in_the_table():
    undeclared = {name for name in walked() if not name.startswith("admin:")} ^ set(declared())
    assert undeclared == set()


def _sessions(place: Place) -> dict:
    """For each actor, the cookies of their login."""
    sessions = {"nobody": Client().cookies}
    for actor, user in place.users.items():
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        sessions[actor] = client.cookies
    return sessions


def _ask(cookies, method: str, path: str):
    """One request; whatever it did is undone before the next, so that the order of the table says nothing."""
    client = Client()
    client.cookies = copy(cookies)
    point = transaction.savepoint()
    try:
        said = "nothing=asked" if method == "POST" else ""
        return client.generic(method, path, said, content_type="application/x-www-form-urlencoded")
    finally:
        transaction.savepoint_rollback(point)
        translation.activate("vi")


def test_each_actor_gets_what_the_table_says(place):
    patterns, sessions, wrong = walked(), _sessions(place), []
    for name, row in declared().items():
        path = reverse(name, kwargs=place.arguments(patterns[name]))
        for actor, said in row.items():
            for method, status in zip(("GET", "POST"), said, strict=True):
                answer = _ask(sessions[actor], method, path)
                to_login = answer.status_code == 302 and answer.url.startswith(reverse("login"))
                got = "in" if to_login and status == "in" else str(answer.status_code)
                if got != status:
                    wrong.append(f"{name} {method} by {actor}: table says {status}, got {got}")
    assert wrong == []


def test_the_admin_is_open_to_criteria_admins_only(place):
    """Every page of the admin: those without a right are led to log in or refused; nobody gets a 500."""
    sessions, wrong = _sessions(place), []
    known = {"object_id": str(CriteriaSet.objects.first().pk), "app_label": "evaluations", "content_type_id": 1, "url": "x"}
    for name, pattern in walked().items():
        if not name.startswith("admin:") or name.removeprefix("admin:") in {"login", "logout", "password_change"}:
            continue
        try:
            path = reverse(name, kwargs={each: known[each] for each in re.findall(r"<(?:\w+:)?(\w+)>", pattern)})
        except NoReverseMatch:
            continue
        for actor in ("nobody", "own", "office", "province", "criteria"):
            for method in ("GET", "POST"):
                status = _ask(sessions[actor], method, path).status_code
                if status not in {302, 403, 404, 405} | ({200} if actor == "criteria" else set()):
                    wrong.append(f"{name} {method} by {actor}: {status}")
    assert wrong == []


def test_a_page_that_forgets_its_scope_is_found(place, monkeypatch):
    """The twin: with the scope of cells taken away, the next cell's secretary gets what the table forbids."""
    monkeypatch.setattr("evaluations.views.months.cell_in_scope", lambda _authority, public_id: place.cell)
    path = reverse("cell_month", args=[place.cell.public_id, "2026-11"])
    assert _ask(_sessions(place)["beside"], "GET", path).status_code == 200 != int(declared()["cell_month"]["beside"][0])
