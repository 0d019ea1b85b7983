"""A committee's monthly table in its official columns: one row a cell."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from evaluations import shown
from evaluations.exporting.asking import Asked
from evaluations.exporting.lists import BY_COMMITTEE, ROWS_AT_A_TIME, with_facts
from evaluations.exporting.tables import Book, Column, Kind, Table
from evaluations.models import Grade, ScoreState


def monthly(asked: Asked) -> Book:
    """No. · cell · members (present, in all) · day of the sitting · points · class · note; where there are several, the committee too."""
    scores = shown.cells_within(asked.committee, asked.period).order_by(*BY_COMMITTEE)
    names_committee = scores.exclude(committee=asked.committee).exists()
    columns = [
        Column(_("No."), Kind.WHOLE, 8),
        Column(_("Cell"), width=36),
        *([Column(_("Committee"), width=34)] if names_committee else []),
        Column(_("Present"), Kind.WHOLE, 10, _("Members")),
        Column(_("In all"), Kind.WHOLE, 10, _("Members")),
        Column(_("Day of the sitting"), Kind.DAY, 15),
        Column(_("Points"), Kind.POINTS, 10),
        Column(_("Class"), width=12),
        Column(_("Note"), width=24),
    ]
    table = Table(_("Month %(month)s") % {"month": asked.period.label}, columns, _rows(scores, names_committee), scores.count())
    title = _("Results of judging the quality of cell meetings, month %(month)s") % {"month": asked.period.label}
    return Book(title, asked.committee.name, [table], paper=_("Summary table"))


def _rows(scores, names_committee: bool) -> Iterator[tuple]:
    grades = {value: str(label) for value, label in Grade.choices}
    values = with_facts(scores).values_list(
        *("cell__name", "committee__name", "present", "members", "held_on", "total", "grade"),
        *("state", "verified", "returned", "sent_on_time"),
    )
    for number, (cell, committee, present, members, held_on, total, grade, *how) in enumerate(values.iterator(ROWS_AT_A_TIME), start=1):
        place = (number, cell, committee) if names_committee else (number, cell)
        yield (*place, present, members, held_on, total, grades.get(grade), _note(*how))


def _note(state: str, verified: bool, returned: bool, sent_on_time: bool | None) -> str | None:
    """Why a month has no points, or how far its points are settled. Never what was said or why somebody was absent."""
    said = []
    if state != ScoreState.SCORED:
        said.append(str(ScoreState(state).label))
    elif not verified and not returned:
        said.append(_("Not verified yet"))
    if returned:
        said.append(_("Returned to the cell"))
    if sent_on_time is False:
        said.append(_("Sent late"))
    return "; ".join(said) or None
