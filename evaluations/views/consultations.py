"""Rounds of consultation: the list of those asked, a set's text to comment on, and for its owner all comments, to answer and take away."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from evaluations.consulted import comments_of, invitations_of, rounds_of_own_sets, tally, titles_of
from evaluations.consulting import WHOLE, SentLine, answer, beyond_lines_of, comment, lines_of
from evaluations.exporting.consulted import open_document, parts_of
from evaluations.forms.consultations import AnswersForm, CommentsForm
from evaluations.models import Comment, Consultation
from meetings.forms.keyed import posted
from meetings.refusing import Refused

ROUNDS_PER_PAGE = 20
COMMENTS_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class CommentedLine:
    """A line as it was sent (None: the whole set), what the committee said of it, and its field where it may still say something."""

    number: int
    line: SentLine | None
    comment: Comment | None
    field: forms.BoundField | None


@dataclass(frozen=True, slots=True)
class AnsweredComment:
    comment: Comment
    line: str
    kind: forms.BoundField
    why: forms.BoundField


@never_cache
@require_GET
def consultations(request: HttpRequest) -> HttpResponse:
    """The rounds in which the user's committees are or were asked, the latest first.

    Template `evaluations/consultations.html`: page (of `Invitation`s), today.
    """
    page = Paginator(invitations_of(request.authority), ROUNDS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluations/consultations.html", {"page": page, "today": timezone.localdate()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, committee: UUID, consultation: UUID) -> HttpResponse:
    """The text that was sent round, with what one committee says of it. 404 for who does not speak for a committee that is asked.

    Template `evaluations/consultation.html`: consultation, committee, whole (CommentedLine), beyond_lines (sentences),
    groups ([(GroupEntry, [CommentedLine])]), form, may_comment, today.
    """
    asked = invitations_of(request.authority)
    invitation = get_object_or_404(asked, committee__public_id=committee, consultation__public_id=consultation)
    consultation, committee = invitation.consultation, invitation.committee
    now = timezone.now()
    stored = {said.line: said for said in comments_of(consultation).filter(committee=committee)}
    may_comment = consultation.takes_comments(timezone.localdate(now))
    form = CommentsForm(posted(request), titles=titles_of(consultation), stored=stored)
    if form.is_valid():
        who = {"consultation": consultation, "committee": committee, "by": request.user, "at": now}
        acts = [(line, partial(comment, line=line, text=text, seen=seen, **who)) for line, text, seen in form.said()]
        if _all_done(form, acts):
            _tell(request, len(acts), ngettext("%(n)s comment is saved.", "%(n)s comments are saved.", len(acts)))
            return redirect("consultation", committee=committee.public_id, consultation=consultation.public_id)
        # Beside what was typed stands what is stored by now.
        stored = {said.line: said for said in comments_of(consultation).filter(committee=committee)}

    def commented(number: int, line: SentLine | None) -> CommentedLine:
        name = f"text_{number}"
        # Words that come too late are shown again, to be taken elsewhere.
        return CommentedLine(number, line, stored.get(number), form[name] if name in form.fields and (may_comment or form.errors) else None)

    groups = groupby(lines_of(consultation), key=lambda line: line.group)
    context = {
        "consultation": consultation,
        "committee": committee,
        "whole": commented(WHOLE, None),
        "beyond_lines": beyond_lines_of(consultation),
        "groups": [(group, [commented(line.number, line) for line in lines]) for group, lines in groups],
        "form": form,
        "may_comment": may_comment,
        "today": timezone.localdate(now),
    }
    return render(request, "evaluations/consultation.html", context, status=422 if form.errors else 200)


def _all_done(form: CommentsForm | AnswersForm, acts: Iterable[tuple[int, Callable[[], object]]]) -> bool:
    """Do them all (key of a row, act), or none: then each refusal stands at its row."""
    with transaction.atomic():
        for key, act in acts:
            try:
                act()
            except Refused as refused:
                form.add_problems(key, refused)
        if form.errors:
            transaction.set_rollback(True)
    return not form.errors


def _tell(request: HttpRequest, count: int, words: str) -> None:
    if count:
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("Nothing was changed."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_comments(request: HttpRequest, consultation: UUID) -> HttpResponse:
    """All comments of a round for the criteria admins of the set's owner; `?show=unanswered` those without an answer.

    A POST answers those whose keys it names as `comment`. Template `evaluations/consultation_comments.html`: consultation, rounds (of the
    set), tally, show, rows ([AnsweredComment]), page, form, parts (of the document), today.
    """
    found = get_object_or_404(rounds_of_own_sets(request.authority), public_id=consultation)
    show = request.GET.get("show", "")
    if show not in ("", "unanswered"):
        raise Http404
    listed = comments_of(found).filter(answer="") if show else comments_of(found)
    page = Paginator(listed, COMMENTS_PER_PAGE).get_page(request.GET.get("page"))
    said = list(page.object_list) if request.method != "POST" else _named(request, found)
    form = AnswersForm(posted(request), comments=said)
    if form.is_valid():
        who = {"by": request.user, "at": timezone.now()}
        acts = [(each.pk, partial(answer, comment=each, kind=kind, why=why, seen=seen, **who)) for each, kind, why, seen in form.said()]
        if _all_done(form, acts):
            _tell(request, len(acts), ngettext("%(n)s answer is saved.", "%(n)s answers are saved.", len(acts)))
            return redirect(request.get_full_path())
        said = _named(request, found)
    titles, counted = titles_of(found), tally(found)
    context = {
        "consultation": found,
        "rounds": found.criteria_set.consultations.order_by("number"),
        "tally": counted,
        "show": show,
        "rows": [AnsweredComment(each, titles[each.line], form[f"kind_{each.pk}"], form[f"why_{each.pk}"]) for each in said],
        "page": page,
        "form": form,
        "parts": range(1, parts_of(counted) + 1),
        "today": timezone.localdate(),
    }
    return render(request, "evaluations/consultation_comments.html", context, status=422 if form.errors else 200)


def _named(request: HttpRequest, consultation: Consultation) -> list[Comment]:
    """The comments of the round that a POST names; 404 where one is not of this round."""
    keys = {int(key) if key.isdecimal() and len(key) < 18 else 0 for key in request.POST.getlist("comment")}
    if len(keys) > COMMENTS_PER_PAGE:
        raise Http404
    found = list(comments_of(consultation).filter(pk__in=keys))
    if len(found) != len(keys):
        raise Http404
    return found


@never_cache
@require_GET
def consultation_file(request: HttpRequest, consultation: UUID) -> FileResponse:
    """The table of comments and answers as docx; `?part=` of a long one."""
    found = get_object_or_404(rounds_of_own_sets(request.authority), public_id=consultation)
    counted, part = tally(found), request.GET.get("part", "1")
    if part not in map(str, range(1, parts_of(counted) + 1)):
        raise Http404
    file = open_document(found, counted, part=int(part), at=timezone.now())
    name = f"{found.criteria_set.code}-{found.number}" + (f"-{part}" if parts_of(counted) > 1 else "")
    return FileResponse(file, as_attachment=True, filename=f"{name}.docx")
