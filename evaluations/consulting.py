"""A draft sent round for comments: rounds that open and end, what a committee says of a line, and the owner's answer to it.

While a set is in a round nobody changes it. A comment is of a line of the text that was sent, so it means the same after the draft changed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evaluations.criteria_entries import CriterionEntry, GroupEntry
from evaluations.models import AnswerKind, Comment, Consultation, CriteriaSet, NoticeKind, SetAct, SetState
from evaluations.notices import tell_offices
from evaluations.set_diff import beyond_lines
from evaluations.set_files import read_written
from evaluations.set_history import record
from evaluations.yaml_reader import FaultyFiles
from meetings import text as texts
from meetings.models import Committee, Level, User
from meetings.refusing import Problems, Refused

LONGEST = timedelta(days=366)
# The line that stands for the whole set.
WHOLE = 0


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line of the text that was sent round; `number` counts from 1 through all groups."""

    number: int
    group: GroupEntry
    criterion: CriterionEntry

    def __str__(self):
        return f"{self.criterion.code} {self.criterion.title}"


def lines_of(consultation: Consultation) -> tuple[SentLine, ...]:
    """The lines in their order. Needs `sent`."""
    return _lines_in(consultation.sent.text)


def beyond_lines_of(consultation: Consultation) -> list[str]:
    """What the text says of the total beyond its lines, a sentence each. Needs `sent`."""
    return list(beyond_lines(read_written(consultation.sent.text)))


def _lines_in(text: str) -> tuple[SentLine, ...]:
    pairs = ((group, criterion) for group in read_written(text).groups for criterion in group.criteria)
    return tuple(SentLine(number, group, criterion) for number, (group, criterion) in enumerate(pairs, start=1))


def invitable(criteria_set: CriteriaSet) -> QuerySet[Committee]:
    """Whom a round may ask: the committees right below the owner; of a set of the national level the provinces."""
    if criteria_set.owner is None:
        return Committee.objects.filter(level=Level.PROVINCE).in_vietnamese_order()
    return Committee.objects.filter(scope_path__regex=f"^{criteria_set.owner.scope_path}[0-9]+/$").in_vietnamese_order()


@transaction.atomic
def send_round(
    *,
    criteria_set: CriteriaSet,
    opens_on: date,
    closes_on: date,
    committees: Collection[Committee] = (),
    invitation: str = "",
    by: User,
    at: datetime,
) -> Consultation:
    """Send a draft round for comments from one day to another (included), faults or not, and tell those invited.

    `committees` are some of `invitable`; none named: all. Nobody changes the set until the round ends. Raises Refused.
    """
    draft = CriteriaSet.objects.select_for_update(of=["self"]).select_related("owner").get(pk=criteria_set.pk)
    if draft.state != SetState.DRAFT:
        raise Refused({"": _("Only a draft is sent round for comments.")})
    _refuse_days(opens_on, closes_on, timezone.localdate(at))
    invited = _invited(draft, committees)
    number = (draft.consultations.aggregate(last=Max("number"))["last"] or 0) + 1
    days = {"n": number, "from": date_format(opens_on, "SHORT_DATE_FORMAT"), "to": date_format(closes_on, "SHORT_DATE_FORMAT")}
    sent = record(criteria_set=draft, act=SetAct.SENT_ROUND, by=by, at=at, why=_("round %(n)s, %(from)s – %(to)s") % days)
    _refuse_unreadable(sent.text)
    draft.state = SetState.IN_CONSULTATION
    draft.save(update_fields=["state"])
    written = {"opens_on": opens_on, "closes_on": closes_on, "invitation": invitation, "started_by": by, "started_at": at}
    consultation = Consultation.objects.create(criteria_set=draft, number=number, sent=sent, **written)
    consultation.invited.set(invited)
    tell_offices(invited, NoticeKind.CONSULTED, invitation, consultation=consultation, by=by, at=at)
    return consultation


def _refuse_unreadable(text: str) -> None:
    try:
        lines = _lines_in(text)
    except FaultyFiles as faulty:
        raise Refused({"": _("The set's text cannot be read as a file yet: %(faults)s") % {"faults": "; ".join(faulty.faults)}}) from faulty
    if not lines:
        raise Refused({"": _("The set has no criteria, so there is nothing to comment on.")})


def _refuse_days(opens_on: date, closes_on: date, today: date) -> None:
    problems = Problems()
    if opens_on < today:
        problems.add("opens_on", _("This day has passed. Choose today or a later day."))
    if closes_on < opens_on:
        problems.add("closes_on", _("The last day lies before the first."))
    elif closes_on > today + LONGEST:
        problems.add("closes_on", _("Choose a day within a year."))
    problems.refuse_if_any()


def _invited(criteria_set: CriteriaSet, committees: Collection[Committee]) -> list[Committee]:
    may_be = list(invitable(criteria_set))
    named = {committee.pk for committee in committees}
    if not may_be:
        raise Refused({"committees": _("No committee stands right below, so there is nobody to ask.")})
    if not named <= {committee.pk for committee in may_be}:
        raise Refused({"committees": _("Only committees right below the owner of the set are asked.")})
    return [committee for committee in may_be if not named or committee.pk in named]


@transaction.atomic
def take_back(*, criteria_set: CriteriaSet, by: User, at: datetime, why: str = "") -> Consultation:
    """End the round: the set is a draft again, what was said stays and can still be answered. Raises Refused where there is no round."""
    locked = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    if locked.state != SetState.IN_CONSULTATION:
        raise Refused({"": _("It is not being sent round.")})
    consultation = end_round(criteria_set=locked, by=by, at=at)
    locked.state = SetState.DRAFT
    locked.save(update_fields=["state"])
    record(criteria_set=locked, act=SetAct.TAKEN_BACK, by=by, at=at, why=why)
    return consultation


def end_round(*, criteria_set: CriteriaSet, by: User | None, at: datetime) -> Consultation | None:
    """End the set's round; None where it has none. The set must be locked."""
    consultation = criteria_set.consultations.select_for_update().filter(ended_at__isnull=True).first()
    if consultation is not None:
        consultation.ended_by, consultation.ended_at = by, at
        consultation.save(update_fields=["ended_by", "ended_at"])
    return consultation


def round_under_way(criteria_set: CriteriaSet, today: date) -> Consultation | None:
    """The round in which comments come, or may still come."""
    return criteria_set.consultations.filter(ended_at__isnull=True, closes_on__gte=today).first()


@transaction.atomic
def comment(
    *, consultation: Consultation, line: int, committee: Committee, text: str, seen: int = 0, by: User, at: datetime
) -> Comment | None:
    """Say of a line (0: of the whole set) what the committee says, in place of what it said before; '' takes that back.

    `seen` is the version of what it said before, 0 for nothing. The same words twice are one. Raises Refused with a sentence for `text`.
    """
    locked = Consultation.objects.select_for_update(no_key=True, of=["self"]).select_related("sent").get(pk=consultation.pk)
    _refuse_comment(locked, line, committee, timezone.localdate(at))
    text = texts.clean(text)
    before = locked.comments.select_for_update().filter(line=line, committee=committee).first()
    if (before.text if before else "") == text:
        return before
    if before is not None and before.answer:
        raise Refused({"text": _("It is answered already, so it stays as it is.")})
    if seen != (before.version if before else 0):
        raise Refused({"text": _("Somebody of your office changed this comment meanwhile. Look at it, then save again.")})
    if before is None:
        return Comment.objects.create(consultation=locked, line=line, committee=committee, text=text, by=by, at=at)
    if not text:
        before.delete()
        return None
    before.text, before.by, before.at, before.version = text, by, at, before.version + 1
    before.save(update_fields=["text", "by", "at", "version"])
    return before


def _refuse_comment(consultation: Consultation, line: int, committee: Committee, today: date) -> None:
    if not consultation.invited.filter(pk=committee.pk).exists():
        raise Refused({"text": _("This committee is not asked in this round.")})
    if not WHOLE <= line <= len(lines_of(consultation)):
        raise Refused({"text": _("The text that was sent round has no such line.")})
    if today < consultation.opens_on:
        day = date_format(consultation.opens_on, "SHORT_DATE_FORMAT")
        raise Refused({"text": _("The round opens on %(day)s; comments are taken from then on.") % {"day": day}})
    if not consultation.takes_comments(today):
        raise Refused({"text": _("The round has ended; it takes no more comments.")})


@transaction.atomic
def answer(*, comment: Comment, kind: str, why: str, seen: int, by: User, at: datetime) -> Comment:
    """Answer a comment, or answer it otherwise than before. `seen` is the version of the comment that is answered.

    The same answer twice is one. Raises Refused with a sentence for `kind` or `why`.
    """
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    why = texts.clean(why)
    if kind not in AnswerKind.values:
        raise Refused({"kind": _("Choose how it is answered.")})
    if kind != AnswerKind.ACCEPTED and not why:
        raise Refused({"why": _("Say why it is not accepted, or not wholly.")})
    if (locked.answer, locked.why) == (kind, why):
        return locked
    if locked.version != seen:
        raise Refused({"kind": _("The comment or its answer was changed meanwhile. Read it again, then answer.")})
    locked.answer, locked.why, locked.answered_by, locked.answered_at = kind, why, by, at
    locked.version += 1
    locked.save(update_fields=["answer", "why", "answered_by", "answered_at", "version"])
    return locked
