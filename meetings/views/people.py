"""The roster of a cell: who belongs to it, and every change of that."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meetings import changes, text
from meetings.forms.keyed import posted
from meetings.forms.people import ACTIONS, AddMemberForm, TakeInForm, current_or_to_come
from meetings.introducing import VALID_FOR, waiting_introductions
from meetings.models import Cell, Exemption, Membership, PositionTitle, Relation, RosterChange, Standing, StandingKind
from meetings.permissions import parent_path, require
from meetings.recording import Refused
from meetings.roll_call import roster_on
from meetings.scope import cell_in_scope, visible_cells

CHOICES_SHOWN = 20
# What a cell may do with members it received for a time; everything else about them is their home cell's.
OF_GUESTS = {"end", "end-position"}


def _cell(request: HttpRequest, cell: UUID) -> Cell:
    cell = cell_in_scope(request.authority, cell)
    require(request.authority.to_keep_roster(cell))
    return cell


def _membership(cell: Cell, member: UUID) -> Membership:
    """The member's membership in the cell that is in force, or the next one to come; 404 where neither is."""
    memberships = current_or_to_come(cell.memberships.filter(member__public_id=member))
    if membership := memberships.select_related("member", "cell").first():
        return membership
    raise Http404


@require_GET
def roster_page(request: HttpRequest, cell: UUID) -> HttpResponse:
    """Template `meetings/roster.html`: `cell`, `lines` (each a RosterLine with the words of its position and its exemption in
    force), `elsewhere`, `to_come` (memberships that begin later), `counts`, `recent` changes that can be undone, `q`."""
    cell = _cell(request, cell)
    today, now = timezone.localdate(), timezone.now()
    today_roster = roster_on(cell, today)
    q = text.clean_line(request.GET.get("q", ""))
    folded = text.fold(q)
    exemptions = {row.member_id: row for row in Exemption.objects.on(today).filter(member__in=today_roster.member_ids)}
    titles = dict(PositionTitle.choices)
    lines = [
        {"line": line, "position": titles.get(line.position, ""), "exemption": exemptions.get(line.member.pk)}
        for line in today_roster.lines
        if folded in line.member.fold
    ]
    recent = cell.roster_changes.filter(undone_at=None, at__gt=now - changes.UNDO_WITHIN).select_related("member", "by")
    return render(
        request,
        "meetings/roster.html",
        {
            "cell": cell,
            "lines": lines,
            "elsewhere": [line for line in today_roster.elsewhere if folded in line.member.fold],
            "to_come": cell.memberships.filter(during__startswith__gt=today).select_related("member").order_by("member__order_key"),
            "counts": _counts(today_roster),
            "recent": recent.order_by("-at", "-pk")[:5],
            "q": q,
            "today": today,
        },
    )


def _counts(today_roster) -> dict[str, int]:
    lines = today_roster.lines
    return {
        "official": sum(line.standing == StandingKind.OFFICIAL for line in lines),
        "probationary": sum(line.standing == StandingKind.PROBATIONARY for line in lines),
        "temporary": sum(line.relation == Relation.TEMPORARY for line in lines),
        "exempt": sum(bool(line.exemption) for line in lines),
        "elsewhere": len(today_roster.elsewhere),
    }


@never_cache
@require_http_methods(["GET", "POST"])
def roster_add(request: HttpRequest, cell: UUID) -> HttpResponse:
    cell = _cell(request, cell)
    form = AddMemberForm(posted(request), initial={"from_": timezone.localdate()})
    if form.is_valid():
        try:
            form.record(cell=cell, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            changes.say_why(cell=cell, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("%(name)s is on the roster.") % {"name": form.cleaned_data["full_name"]})
            return redirect("roster_add" if "another" in request.POST else "roster", cell.public_id)
    return render(request, "meetings/roster_add.html", {"cell": cell, "form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def roster_take_in(request: HttpRequest, cell: UUID) -> HttpResponse:
    """The other half of an introduction: the cell that is shown its code takes the member in."""
    cell = _cell(request, cell)
    form = TakeInForm(posted(request))
    if form.is_valid():
        try:
            change = form.record(cell=cell, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            changes.say_why(cell=cell, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("%(name)s is on the roster.") % {"name": change.member.full_name})
            return redirect("roster", cell.public_id)
    return render(request, "meetings/roster_take_in.html", {"cell": cell, "form": form}, status=422 if form.errors else 200)


@require_GET
def roster_member(request: HttpRequest, cell: UUID, member: UUID) -> HttpResponse:
    """Template `meetings/roster_member.html`: `cell`, `membership`, `member`, the member's dated rows, the `introduction` that waits
    or None, `actions`."""
    cell = _cell(request, cell)
    membership = _membership(cell, member)
    person, today = membership.member, timezone.localdate()
    standings = list(person.standings.order_by("during"))
    positions = list(cell.positions.filter(member=person).order_by("during"))
    exemptions = list(person.exemptions.order_by("during"))
    here = list(cell.memberships.filter(member=person).order_by("during"))
    away = (
        current_or_to_come(Membership.objects.filter(member=person, relation=Relation.TEMPORARY)).exclude(cell=cell)
        if membership.relation == Relation.HOME
        else Membership.objects.none()
    )
    return render(
        request,
        "meetings/roster_member.html",
        {
            "cell": cell,
            "membership": membership,
            "member": person,
            "memberships": here,
            "standings": standings,
            "positions": positions,
            "exemptions": exemptions,
            "is_away": away.exists(),
            "introduction": waiting_introductions(timezone.now()).filter(member=person, cell=cell).select_related("made_by").first(),
            "today": today,
            "actions": [(name, ACTIONS[name].heading) for name in _actions(membership, standings, positions, exemptions, today)],
        },
    )


def _actions(membership: Membership, standings, positions, exemptions, today) -> list[str]:
    """What can be done with this member, in the order of ACTIONS."""

    def lasts(row) -> bool:
        return row.during.upper is None or row.during.upper > today

    probationary = any(row.kind == StandingKind.PROBATIONARY and lasts(row) for row in standings if isinstance(row, Standing))
    at_home = membership.relation == Relation.HOME
    possible = {
        "official": probationary,
        "position": not any(lasts(row) for row in positions),
        "end-position": any(lasts(row) for row in positions),
        "end-exemption": any(lasts(row) for row in exemptions),
    }
    return [name for name in ACTIONS if possible.get(name, True) and (at_home or name in OF_GUESTS)]


@never_cache
@require_http_methods(["GET", "POST"])
def roster_change(request: HttpRequest, cell: UUID, member: UUID, action: str) -> HttpResponse:
    """Template `meetings/roster_change.html`: `cell`, `membership`, `form`; where a cell is chosen, `q` and `more`.

    An introduction is answered with its code, which is shown once and kept nowhere: `meetings/introduction_made.html`.
    """
    cell = _cell(request, cell)
    membership = _membership(cell, member)
    if action not in ACTIONS or (membership.relation != Relation.HOME and action not in OF_GUESTS):
        raise Http404
    q = text.clean_line(request.GET.get("q", ""))
    reachable = visible_cells(request.authority).exclude(pk=cell.pk)
    # Posted, any cell in sight is good; shown are the few that fit.
    cells = reachable if request.method == "POST" else _choices(reachable, cell, q)
    form = ACTIONS[action](posted(request), membership=membership, cells=cells)
    if form.is_valid():
        try:
            done = form.record(by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_problems(refusal)
        else:
            if form.makes_code:
                shown = {"cell": cell, "membership": membership, "code": done, "until": timezone.now() + VALID_FOR}
                return render(request, "meetings/introduction_made.html", shown)
            changes.say_why(cell=cell, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("Recorded for %(name)s.") % {"name": membership.member.full_name})
            return redirect("roster", cell.public_id)
    if "to" in form.fields and form.is_bound:
        form.fields["to"].queryset = _choices(reachable, cell, q, chosen=form.data.get("to"))
    context = {"cell": cell, "membership": membership, "form": form, "action": action, "q": q}
    if "to" in form.fields:
        context |= {"more": reachable.count() > CHOICES_SHOWN, "none_in_sight": not reachable.exists()}
    return render(request, "meetings/roster_change.html", context, status=422 if form.errors else 200)


def _choices(reachable: QuerySet[Cell], cell: Cell, q: str, chosen: str | None = None) -> QuerySet[Cell]:
    """The cells to choose from: those that the search finds, else those beside this one; the chosen one stays among them."""
    found = reachable.filter(fold__contains=text.fold(q)) if q else reachable.under(parent_path(cell.scope_path))
    keys = list(found.in_vietnamese_order().values_list("pk", flat=True)[:CHOICES_SHOWN])
    if chosen:
        keys += list(reachable.filter(public_id=chosen).values_list("pk", flat=True)) if _is_uuid(chosen) else []
    return Cell.objects.filter(pk__in=keys).in_vietnamese_order()


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


@require_POST
def roster_undo(request: HttpRequest, cell: UUID, change: UUID) -> HttpResponse:
    cell = _cell(request, cell)
    change = get_object_or_404(RosterChange, cell=cell, public_id=change)
    try:
        changes.undo(change=change, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone."))
    return redirect("roster", cell.public_id)
