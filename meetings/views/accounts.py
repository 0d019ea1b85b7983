"""The accounts page of a committee's office: who may log in for the bodies directly under it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meetings import accounts, text
from meetings.codes import VALID_FOR
from meetings.forms.accounts import AppointForm, EndAppointmentForm, HandOverForm, PersonForm
from meetings.forms.keyed import posted
from meetings.models import Appointment, Cell, Committee, LoginCode, Role, path_end
from meetings.permissions import require
from meetings.recording import Refused
from meetings.scope import committee_in_scope

A_PAGE = 25
CELLS, COMMITTEES = "cells", "committees"
# What makes a body reachable at all; the others come on top.
MAIN_ROLES = (Role.SECRETARY, Role.COMMITTEE, Role.PROVINCIAL_BOARD)


def directly_under(bodies: QuerySet, committee: Committee) -> QuerySet:
    """Children have one segment more than the committee's path."""
    path = committee.scope_path
    return bodies.filter(scope_path__regex=rf"^{path}c?[0-9]+/$", scope_path__gte=path, scope_path__lt=path_end(path))


def _body_fields(body: Cell | Committee) -> dict:
    return {"cell": body} if isinstance(body, Cell) else {"committee": body}


def _office(request: HttpRequest, committee: UUID) -> Committee:
    committee = committee_in_scope(request.authority, committee)
    require(request.authority.to_appoint_under(committee))
    return committee


def _body(committee: Committee, public_id: UUID) -> Cell | Committee:
    for bodies in (Cell.objects, Committee.objects):
        if body := directly_under(bodies, committee).filter(public_id=public_id).first():
            return body
    raise Http404


def _appointment(committee: Committee, public_id: UUID) -> Appointment:
    appointment = get_object_or_404(
        Appointment.objects.select_related("user", "cell", "committee", "appointed_by", "ended_by"), public_id=public_id
    )
    _body(committee, (appointment.cell or appointment.committee).public_id)
    return appointment


def add_account_state(appointments: list[Appointment]) -> None:
    """Give each appointment's user `code`, the login code that waits for them, or None. One query."""
    users = {held.user_id for held in appointments}
    waiting = LoginCode.objects.filter(user__in=users, used_at=None, voided_at=None, expires_at__gt=timezone.now())
    codes = {code.user_id: code for code in waiting}
    for held in appointments:
        held.user.code = codes.get(held.user_id)


@require_GET
def accounts_page(request: HttpRequest, committee: UUID) -> HttpResponse:
    """Template `meetings/accounts.html`: `committee`, `kind` (cells or committees), `kinds` with their counts, `page` of bodies
    with `held`, `q`, `only_without`, `without_count`, `main_role`."""
    committee = _office(request, committee)
    today = timezone.localdate()
    of_kind = {CELLS: directly_under(Cell.objects, committee), COMMITTEES: directly_under(Committee.objects, committee)}
    counts = {kind: bodies.count() for kind, bodies in of_kind.items()}
    kind = request.GET.get("kind")
    if kind not in of_kind or not counts[kind]:
        kind = CELLS if counts[CELLS] or not counts[COMMITTEES] else COMMITTEES

    link = "cell" if kind == CELLS else "committee"
    held = accounts.in_force_or_to_come(Appointment.objects, today).filter(**{link: OuterRef("pk")})
    bodies = of_kind[kind].annotate(has_main=Exists(held.filter(role__in=MAIN_ROLES)))
    without = bodies.filter(has_main=False)
    without_count = without.count()
    only_without = "without" in request.GET
    q = text.clean_line(request.GET.get("q", ""))
    if only_without:
        bodies = without
    if q:
        folded = text.fold(q)
        found = held.filter(user__username__contains=folded) | held.filter(user__full_name__icontains=q)
        bodies = bodies.filter(fold__contains=folded) | bodies.filter(Exists(found))
    main_role = Role.SECRETARY if kind == CELLS else Role.COMMITTEE
    page = Paginator(bodies.in_vietnamese_order(), A_PAGE).get_page(request.GET.get("page"))
    _add_appointments(list(page.object_list), link, today)
    return render(
        request,
        "meetings/accounts.html",
        {
            "committee": committee,
            "kind": kind,
            "kinds": [(name, counts[name]) for name in (CELLS, COMMITTEES) if counts[name]],
            "page": page,
            "q": q,
            "only_without": only_without,
            "without_count": without_count,
            "main_role": main_role,
            "main_role_label": main_role.label,
            "today": today,
        },
    )


def _add_appointments(bodies: list, link: str, today: date) -> None:
    held = list(
        accounts.in_force_or_to_come(Appointment.objects, today)
        .filter(**{f"{link}__in": bodies})
        .select_related("user")
        .order_by("role", "during")
    )
    add_account_state(held)
    of_body = defaultdict(list)
    for appointment in held:
        of_body[getattr(appointment, f"{link}_id")].append(appointment)
    for body in bodies:
        body.held = of_body[body.pk]


@require_GET
def accounts_of(request: HttpRequest, committee: UUID, body: UUID) -> HttpResponse:
    """Template `meetings/accounts_of.html`: `committee`, `body`, `appointments` in force or to come, `past`, `roles` to give."""
    committee = _office(request, committee)
    body = _body(committee, body)
    today = timezone.localdate()
    every = Appointment.objects.filter(**_body_fields(body)).select_related("user", "appointed_by", "ended_by")
    current = list(accounts.in_force_or_to_come(every, today).order_by("role", "during"))
    add_account_state(current)
    taken = {held.role for held in current if held.role == Role.SECRETARY}
    return render(
        request,
        "meetings/accounts_of.html",
        {
            "committee": committee,
            "body": body,
            "appointments": current,
            "past": every.exclude(pk__in=[held.pk for held in current]).order_by("-ended_at", "-pk")[:50],
            "roles": [(role, Role(role).label) for role in accounts.roles_for(body) if role not in taken],
            "today": today,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, committee: UUID, body: UUID, role: str) -> HttpResponse:
    committee = _office(request, committee)
    body = _body(committee, body)
    if role not in accounts.roles_for(body):
        raise Http404
    write = partial(accounts.appoint, body=body, role=role)
    return _appointing(request, committee, body, role, AppointForm, write, _("%(name)s is appointed."))


@never_cache
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, committee: UUID, appointment: UUID) -> HttpResponse:
    committee = _office(request, committee)
    held = _appointment(committee, appointment)
    body, write = held.cell or held.committee, partial(accounts.hand_over, appointment=held)
    return _appointing(request, committee, body, held.role, HandOverForm, write, _("Handed over to %(name)s."), predecessor=held)


def _appointing(
    request: HttpRequest,
    committee: Committee,
    body: Cell | Committee,
    role: str,
    form_class: type[PersonForm],
    write: Callable[..., Appointment],
    done: str,
    predecessor: Appointment | None = None,
) -> HttpResponse:
    """Template `meetings/appoint.html`: `committee`, `body`, `role`, `form`, `predecessor` or None. `write` is what the form stands for."""
    initial = {"username": accounts.propose_username(body=body, role=role, above=committee), form_class.day: timezone.localdate()}
    form = form_class(posted(request), initial=initial)
    if form.is_valid():
        try:
            appointment = write(committee=committee, by=request.user, at=timezone.now(), **form.answer)
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            if not appointment.user.has_usable_password():
                done += " " + _("Next: issue a login code, and hand it over in person.")
            messages.success(request, done % {"name": appointment.user.full_name})
            return redirect("accounts_of", committee.public_id, body.public_id)
    return render(
        request,
        "meetings/appoint.html",
        {"committee": committee, "body": body, "role": Role(role), "form": form, "predecessor": predecessor},
        status=422 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
def end_appointment(request: HttpRequest, committee: UUID, appointment: UUID) -> HttpResponse:
    committee = _office(request, committee)
    appointment = _appointment(committee, appointment)
    body = appointment.cell or appointment.committee
    form = EndAppointmentForm(posted(request), initial={"on": timezone.localdate()})
    if form.is_valid():
        try:
            accounts.end_appointment(
                committee=committee,
                appointment=appointment,
                on=form.cleaned_data["on"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            messages.success(request, _("The appointment of %(name)s is ended.") % {"name": appointment.user.full_name})
            return redirect("accounts_of", committee.public_id, body.public_id)
    return render(
        request,
        "meetings/end_appointment.html",
        {"committee": committee, "body": body, "appointment": appointment, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@require_POST
def issue_code(request: HttpRequest, committee: UUID, appointment: UUID) -> HttpResponse:
    """Answers the page with the code itself: it is shown once and kept nowhere."""
    committee = _office(request, committee)
    appointment = _appointment(committee, appointment)
    at = timezone.now()
    code = accounts.issue_login_code(authority=request.authority, user=appointment.user, at=at)
    return render(
        request,
        "meetings/login_code_issued.html",
        {
            "committee": committee,
            "body": appointment.cell or appointment.committee,
            "appointment": appointment,
            "code": code,
            "until": at + VALID_FOR,
        },
    )
