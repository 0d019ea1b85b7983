"""How a sheet comes into force, takes another's place, and ends. What binds is never changed: the database refuses it too."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations.consulting import end_round, round_under_way
from evaluations.models import BINDING, CriteriaScope, CriteriaSet, ScoreSheet, SetAct, SetState
from evaluations.set_faults import Fault, faults_of
from evaluations.set_history import record
from meetings.in_force import closed_in_words, lock_reached
from meetings.models import CellKind, Committee, User

COUNTED = 10_000


class NotPublishable(Exception):
    """The set has faults; none of it was published."""

    def __init__(self, faults: list[Fault]):
        super().__init__("; ".join(f"{fault.where}: {fault.sentence}" for fault in faults))
        self.faults = faults


@transaction.atomic
def publish(
    *,
    criteria_set: CriteriaSet,
    committee: Committee,
    cell_kinds: Sequence[str] = ("",),
    ends_others: bool = False,
    by: User | None,
    at: datetime,
    why: str = "",
) -> CriteriaSet:
    """Put a sheet in force for the cells under a committee, from its effective date on.

    `ends_others`: what is in force there for the same kinds ends on that day; a set that then holds nowhere any more is superseded.
    Locks the set and those it ends, checks it in the same transaction, fills its scopes. Raises NotPublishable with every fault; raises
    IntegrityError where an equal (same committee, kind, part and time) comes into force at the same time.
    """
    equals = CriteriaScope.objects.filter(committee=committee, cell_kind__in=cell_kinds)
    others = equals.filter(part=criteria_set.part).values("criteria_set")
    locked = {each.pk: each for each in CriteriaSet.objects.select_for_update().filter(pk__in=others).order_by("pk")}
    draft = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    faults = [*faults_of(draft), *_faults_of_state(draft, timezone.localdate(at)), *_faults_of_closed_months(draft, committee)]
    rivals = list(_rivals(draft, committee, cell_kinds))
    if any(scope.criteria_set_id not in locked for scope in rivals):  # published while this waited for its lock
        faults.append(Fault(draft.title, _("Another set came into force for the same cells just now. Look at the list and try again.")))
    faults += [fault for scope in rivals if (fault := _fault_of_rival(draft, scope, ends_others)) is not None]
    if faults:
        raise NotPublishable(faults)
    for scope in rivals:
        scope.during = (scope.during.lower, draft.effective_from)
        scope.save(update_fields=["during"])
    during = (draft.effective_from, draft.effective_to)
    CriteriaScope.objects.bulk_create(
        CriteriaScope(criteria_set=draft, committee=committee, cell_kind=kind, part=draft.part, during=during) for kind in cell_kinds
    )
    # A round whose days are over ends with it.
    end_round(criteria_set=draft, by=by, at=at)
    draft.state = SetState.PUBLISHED
    draft.save(update_fields=["state"])
    record(criteria_set=draft, act=SetAct.PUBLISHED, by=by, at=at, why=why)
    for ended in dict.fromkeys(scope.criteria_set_id for scope in rivals):
        _after_ending(locked[ended], draft, by=by, at=at)
    return draft


def _faults_of_state(criteria_set: CriteriaSet, today: date) -> list[Fault]:
    if criteria_set.state in BINDING:
        return [Fault(criteria_set.title, _("It is published already."))]
    consultation = round_under_way(criteria_set, today)
    if consultation is None:
        return []
    words = {"n": consultation.number, "day": date_format(consultation.closes_on, "SHORT_DATE_FORMAT")}
    sentence = _("Comments on it are asked for until %(day)s (round %(n)s): wait until then, or take it back to a draft first.")
    return [Fault(criteria_set.title, sentence % words)]


def _faults_of_closed_months(criteria_set: CriteriaSet, committee: Committee) -> list[Fault]:
    lock = lock_reached(committee, criteria_set.effective_from, criteria_set.effective_to)
    return [Fault(criteria_set.title, closed_in_words(lock))] if lock else []


def _rivals(criteria_set: CriteriaSet, committee: Committee, cell_kinds: Sequence[str]) -> QuerySet[CriteriaScope]:
    """The scopes of equals that the set would overlap."""
    during = (criteria_set.effective_from, criteria_set.effective_to)
    equals = CriteriaScope.objects.filter(committee=committee, cell_kind__in=cell_kinds, part=criteria_set.part, during__overlap=during)
    return equals.select_related("criteria_set").select_for_update(of=["self"]).order_by("pk")


def _fault_of_rival(criteria_set: CriteriaSet, scope: CriteriaScope, ends_others: bool) -> Fault | None:
    kind = CellKind(scope.cell_kind).label if scope.cell_kind else _("every kind of cell")
    told = {"title": scope.criteria_set.title, "kind": kind, "day": date_format(scope.during.lower, "SHORT_DATE_FORMAT")}
    if scope.during.lower >= criteria_set.effective_from:
        return Fault(criteria_set.title, _("“%(title)s” comes into force on %(day)s for the same cells (%(kind)s).") % told)
    if not ends_others:
        return Fault(criteria_set.title, _("“%(title)s” is in force since %(day)s for the same cells (%(kind)s): let it end.") % told)
    if criteria_set.effective_to and (scope.during.upper is None or scope.during.upper > criteria_set.effective_to):
        told["end"] = date_format(criteria_set.effective_to, "SHORT_DATE_FORMAT")
        sentence = _(
            "“%(title)s” (%(kind)s) would end for good, and from %(end)s on nothing would be in force: "
            "take the end of this set away, or publish what follows it first."
        )
        return Fault(criteria_set.title, sentence % told)
    return None


def _after_ending(criteria_set: CriteriaSet, successor: CriteriaSet, *, by: User | None, at: datetime) -> None:
    """Say of a set, some of whose scopes a successor ended, that it ends or is superseded."""
    last = _last_day_in_force(criteria_set)
    superseded = criteria_set.state != SetState.SUPERSEDED and last is not None and last <= successor.effective_from
    if superseded:
        criteria_set.state, criteria_set.superseded_by = SetState.SUPERSEDED, successor
    if criteria_set.state == SetState.SUPERSEDED:  # now, or before, by one that holds later
        criteria_set.effective_to = last
        criteria_set.save(update_fields=["effective_to", "state", "superseded_by"])
    act = SetAct.SUPERSEDED if superseded else SetAct.ENDED
    record(criteria_set=criteria_set, act=act, by=by, at=at, why=_("by “%(title)s”") % {"title": successor.title})


def _last_day_in_force(criteria_set: CriteriaSet) -> date | None:
    """The day on which its last scope ends; None where one has no end."""
    ends = [scope.during.upper for scope in criteria_set.scopes.all()]
    return None if None in ends else max(ends)


@transaction.atomic
def end(*, criteria_set: CriteriaSet, on: date, by: User, at: datetime, today: date, why: str) -> CriteriaSet:
    """Let a set in force end on a day to come (exclusive), or on another one than it was to. Raises NotPublishable."""
    locked = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    scopes = list(locked.scopes.select_related("committee").select_for_update(of=["self"]))
    faults = []
    if locked.state != SetState.PUBLISHED:
        faults.append(Fault(locked.title, _("Only a set in force is given an end.")))
    if on <= max([today, *(scope.during.lower for scope in scopes)]):
        faults.append(Fault(locked.title, _("It ends on a day to come, after it began.")))
    # What ended already would hold again from then on.
    days = (min(on, locked.effective_to), max(on, locked.effective_to)) if locked.effective_to else (on, None)
    locks = [lock for scope in scopes if (lock := lock_reached(scope.committee, *days))]
    faults += [Fault(locked.title, closed_in_words(lock)) for lock in dict.fromkeys(locks)]
    if faults:
        raise NotPublishable(faults)
    for scope in scopes:
        # What ended earlier, in another's favour, stays ended.
        if scope.during.upper in (None, locked.effective_to):
            scope.during = (scope.during.lower, on)
            scope.save(update_fields=["during"])
    locked.effective_to = on
    locked.save(update_fields=["effective_to"])
    record(criteria_set=locked, act=SetAct.ENDED, by=by, at=at, why=why)
    return locked


def count_used(criteria_set: CriteriaSet) -> int:
    """How many sheets stand under it, `COUNTED` at most."""
    return ScoreSheet.objects.filter(criteria_set=criteria_set)[:COUNTED].count()
