"""What is read of rounds of consultation: by those who are asked, their own words only; by the owner of the set, everybody's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from evaluations.consulting import WHOLE, lines_of
from evaluations.models import Comment, Consultation
from meetings.permissions import Authority

# A round with one of the committees it asks.
Invitation: type[Model] = Consultation.invited.through


def invitations_of(authority: Authority) -> QuerySet:
    """The `Invitation`s of the committees that the user speaks for, the latest round first; `said` counts what each committee said."""
    of_committee = Comment.objects.filter(consultation=OuterRef("consultation"), committee=OuterRef("committee")).order_by()
    said = of_committee.values("committee").annotate(n=Count("pk")).values("n")
    own = Invitation.objects.filter(committee__in=[committee.pk for committee in authority.voices])
    rounds = own.select_related("committee", "consultation__criteria_set__owner", "consultation__sent")
    counted = rounds.annotate(said=Coalesce(Subquery(said, output_field=IntegerField()), 0))
    return counted.order_by("-consultation__started_at", "-consultation_id", "committee__order_key")


def open_invitations(authority: Authority, today: date) -> QuerySet:
    """Those of rounds in which comments come, or may still come."""
    return invitations_of(authority).filter(consultation__ended_at__isnull=True, consultation__closes_on__gte=today)


def rounds_of_own_sets(authority: Authority) -> QuerySet[Consultation]:
    """The rounds on sets whose criteria the user edits."""
    own = Consultation.objects.filter(criteria_set__owner__scope_path__in=authority.criteria_paths)
    return own.select_related("criteria_set__owner", "sent")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many comments a round has, how many wait for an answer, and of how many committees they are."""

    comments: int
    unanswered: int
    committees: int
    invited: int


def tally(consultation: Consultation) -> Tally:
    unanswered = Count("pk", filter=Q(answer=""))
    counted = consultation.comments.aggregate(comments=Count("pk"), unanswered=unanswered, committees=Count("committee", distinct=True))
    return Tally(**counted, invited=consultation.invited.count())


def comments_of(consultation: Consultation) -> QuerySet[Comment]:
    """All of them with who said them, line by line."""
    said = consultation.comments.select_related("committee", "by", "answered_by")
    return said.order_by("line", "committee__order_key", "committee_id")


def titles_of(consultation: Consultation) -> dict[int, str]:
    """What each line is called, the whole set first."""
    return {WHOLE: _("The whole set"), **{line.number: str(line) for line in lines_of(consultation)}}


def table_of(consultation: Consultation, begin: int, end: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Line, committee, comment, answer and why, of some of the comments in their order."""
    titles = titles_of(consultation)
    for said in comments_of(consultation)[begin:end]:
        yield titles[said.line], said.committee.name, said.text, str(said.get_answer_display()), said.why
