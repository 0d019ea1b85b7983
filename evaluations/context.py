"""What every page shows around its content: where the user may go, and in which capacity."""

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from evaluations.models import UNDONE
from evaluations.notices import notices_of
from evaluations.periods import Month
from meetings.models import Level
from meetings.permissions import FIGURES_ROLES


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str | Promise
    url: str
    active: bool


def _is_known(request: HttpRequest) -> bool:
    """Whether somebody is logged in; a request refused before its session was read (a foreign host name) has no user at all."""
    return getattr(request, "user", None) is not None and request.user.is_authenticated


def _nav_items(request: HttpRequest) -> list[NavItem]:
    """One place each, for the first body of each role; `home` offers the choice where there are several."""
    if not _is_known(request):
        return []
    authority = request.authority
    month = Month.of(timezone.localdate())
    places = []
    for cell in authority.cells[:1]:
        places.append((_("This month"), reverse("cell_month", args=[cell.public_id, month])))
        places.append((_("Roster"), reverse("roster", args=[cell.public_id])))
    for held in authority.of_role(*FIGURES_ROLES)[:1]:
        places.append((_("Overview"), reverse("committee_board", args=[held.committee.public_id, month])))
    for office in authority.offices[:1]:
        if office.level not in (Level.CENTRAL, Level.PROVINCE):
            places.append((_("Verification"), reverse("queue_now", args=[office.public_id])))
        places.append((_("Accounts"), reverse("accounts", args=[office.public_id])))
        places.append((_("Delegated values"), reverse("parameters", args=[office.public_id])))
    if authority.criteria_paths:
        places.append((_("Criteria"), reverse("admin:index")))
    return [NavItem(label, url, request.path == url) for label, url in places]


def _acting_as(request: HttpRequest) -> str | Promise:
    """The user's roles, in words."""
    if not _is_known(request):
        return ""
    roles = dict.fromkeys(held.get_role_display() for held in request.authority.appointments)
    return ", ".join(roles)


def _may_start_jobs(request: HttpRequest) -> bool:
    return _is_known(request) and bool(request.authority.of_role(*FIGURES_ROLES))


def _speaks_for_a_committee(request: HttpRequest) -> bool:
    return _is_known(request) and bool(request.authority.voices)


def _told_everywhere(request: HttpRequest) -> tuple[str, int, int]:
    """The note on made-up data, '' where the data is real; how many of the user's jobs are under way, and notices unread. One query."""
    asked = ["SELECT coalesce((SELECT note FROM meetings_demodata LIMIT 1), '')"]
    params = []
    if _is_known(request):
        unread, of_user = notices_of(request.authority).filter(read_at__isnull=True).order_by().values("pk").query.sql_with_params()
        asked += ["(SELECT count(*) FROM evaluations_job WHERE requested_by_id = %s AND state = ANY (%s))"]
        asked += [f"(SELECT count(*) FROM ({unread}) AS unread)"]
        params = [request.user.pk, list(UNDONE), *of_user]
    with connection.cursor() as cursor:
        cursor.execute(", ".join(asked), params)
        note, *counts = cursor.fetchone()
    return (note, *counts) if counts else (note, 0, 0)


def around(request: HttpRequest) -> dict:
    """`nav_items`, `acting_as`, `has_jobs` (whether the user's office may start any), `jobs_under_way` (how many are), `demo_notice`.

    `may_be_asked`: the user speaks for a committee, which may be asked in consultations.
    `new_notices` counts the user's unread ones. `demo_notice` is '' where the data is real. Read only by templates that show them.
    """
    told = SimpleLazyObject(lambda: _told_everywhere(request))
    return {
        "nav_items": SimpleLazyObject(lambda: _nav_items(request)),
        "acting_as": SimpleLazyObject(lambda: _acting_as(request)),
        "may_be_asked": SimpleLazyObject(lambda: _speaks_for_a_committee(request)),
        "has_jobs": SimpleLazyObject(lambda: _may_start_jobs(request)),
        "jobs_under_way": SimpleLazyObject(lambda: told[1]),
        "new_notices": SimpleLazyObject(lambda: told[2]),
        "demo_notice": SimpleLazyObject(lambda: told[0]),
    }
