"""What every page shows around its content: where the user may go, and in which capacity."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from evaluations.models import UNDONE, Job
from evaluations.notices import notices_of
from evaluations.periods import Month
from meetings.models import DemoData, Level, User
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


def _waiting(request: HttpRequest) -> dict[str, int]:
    """How many jobs of the user are under way, and how many notices are unread: one query for both."""
    if not _is_known(request):
        return {"under_way": 0, "unread": 0}
    of_user = OuterRef("pk")
    jobs = Job.objects.filter(requested_by=of_user, state__in=UNDONE).order_by().values("requested_by")
    unread = notices_of(request.authority).filter(user=of_user, read_at__isnull=True).order_by().values("user")
    counted = {name: Subquery(rows.annotate(n=Count("pk")).values("n")) for name, rows in (("under_way", jobs), ("unread", unread))}
    found = User.objects.filter(pk=request.user.pk).values(**counted).get()
    return {name: count or 0 for name, count in found.items()}


def around(request: HttpRequest) -> dict:
    """`nav_items`, `acting_as`, `has_jobs` (whether the user's office may start any), `jobs_under_way` (how many are), `demo_notice`.

    `new_notices` counts the user's unread ones. `demo_notice` is '' where the data is real. Read only by templates that show them.
    """
    waiting = SimpleLazyObject(lambda: _waiting(request))
    return {
        "nav_items": SimpleLazyObject(lambda: _nav_items(request)),
        "acting_as": SimpleLazyObject(lambda: _acting_as(request)),
        "has_jobs": SimpleLazyObject(lambda: _is_known(request) and bool(request.authority.of_role(*FIGURES_ROLES))),
        "jobs_under_way": SimpleLazyObject(lambda: waiting["under_way"]),
        "new_notices": SimpleLazyObject(lambda: waiting["unread"]),
        "demo_notice": SimpleLazyObject(lambda: DemoData.objects.values_list("note", flat=True).first() or ""),
    }
