"""What was said in a round and how it was answered, as a document in the layout of party papers."""

from datetime import datetime
from typing import BinaryIO

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from evaluations.consulted import Tally, table_of
from evaluations.dashboard import chain_above
from evaluations.exporting.docx import MOST_ROWS, write_docx
from evaluations.exporting.files import new_file
from evaluations.exporting.tables import Book, Column, Table
from evaluations.models import Consultation
from meetings.models import DemoData


def parts_of(tally: Tally) -> int:
    """In how many documents they are told."""
    return max(-(-tally.comments // MOST_ROWS), 1)


def open_document(consultation: Consultation, tally: Tally, *, part: int = 1, at: datetime) -> BinaryIO:
    """The document, or the part of it (from 1 on), to be read; nothing of it is kept."""
    path = new_file("docx")
    try:
        banner = DemoData.objects.values_list("note", flat=True).first() or ""
        above = chain_above(consultation.criteria_set.owner)
        superior = above[-1].name if above else ""
        write_docx(book_of(consultation, tally, part=part), path, banner=banner, superior=superior, at=at, passed=lambda rows: None)
        return path.open("rb")
    finally:
        path.unlink(missing_ok=True)


def book_of(consultation: Consultation, tally: Tally, *, part: int = 1) -> Book:
    words = {"n": consultation.number, "title": consultation.criteria_set.title, "part": part, "parts": parts_of(tally)}
    title = _("Comments on “%(title)s” and the answers to them, round %(n)s") % words
    if parts_of(tally) > 1:
        title += " " + _("(part %(part)s of %(parts)s)") % words
    columns = (
        Column(_("Line"), width=30),
        Column(_("Committee"), width=24),
        Column(pgettext("noun", "Comment"), width=52),
        Column(pgettext("comment", "Answer"), width=16),
        Column(pgettext("answer", "Why"), width=40),
    )
    rows = list(table_of(consultation, (part - 1) * MOST_ROWS, part * MOST_ROWS))
    return Book(
        title=title,
        committee=consultation.criteria_set.owner.name,
        tables=[Table(_("Comments and answers"), columns, rows, len(rows))],
        paper=_("Comments and answers"),
        opening=[_opening(consultation, tally)],
    )


def _opening(consultation: Consultation, tally: Tally) -> str:
    days = {
        "from": date_format(consultation.opens_on, "SHORT_DATE_FORMAT"),
        "to": date_format(consultation.closes_on, "SHORT_DATE_FORMAT"),
        "invited": tally.invited,
        "committees": tally.committees,
        "n": tally.comments,
        "unanswered": tally.unanswered,
    }
    told = ngettext(
        "From %(from)s to %(to)s, %(committees)s of %(invited)s committees asked made %(n)s comment; %(unanswered)s not answered yet.",
        "From %(from)s to %(to)s, %(committees)s of %(invited)s committees asked made %(n)s comments; %(unanswered)s not answered yet.",
        tally.comments,
    )
    return told % days
