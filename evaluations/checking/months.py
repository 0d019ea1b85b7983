"""The month's score of a cell and the sums of the committees above, made again slowly from what lies below them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from evaluations.checking.facts import committees_of, first_place_in
from evaluations.models import CommitteeSummary, Grade, MonthFacts, MonthScore, ScoreSheet, ScoreState
from meetings.models import THEMATIC_KINDS, Cell, Committee, Holiday, MeetingRules, path_end


def month_score_of(cell: Cell, month: date, facts: MonthFacts | None, sheet: ScoreSheet | None) -> dict[str, object] | None:
    """The columns of `MonthScore` from the month's facts and its sent sheet; None where the cell neither stood in the tree nor sat."""
    place = first_place_in(cell.placements.all(), month)
    if place is None or (month not in place.during and facts is None):
        return None
    chain = committees_of(place, month)
    total = sheet.total if sheet and facts else None
    return {
        "cell_id": cell.pk,
        "month": month,
        "counted_path": "".join(committee.segment for committee in reversed(chain)) + cell.segment,
        "committee_id": chain[0].pk,
        "cell_kind": cell.kind,
        "state": _state(facts, sheet),
        "held": facts is not None,
        "held_on_day": _held_on_day(cell, month, facts.held_on if facts else None, chain),
        "thematic_held": any(sitting.kind in THEMATIC_KINDS for sitting in cell.meetings.held().for_month_of(month)),
        "sent": sheet is not None,
        "sent_on_time": None if sheet is None or sheet.due_on is None else timezone.localdate(sheet.submitted_at) <= sheet.due_on,
        "sheet_id": sheet.pk if sheet else None,
        "total": total,
        "grade": sheet.grade if sheet and facts else "",
    }


def _state(facts: MonthFacts | None, sheet: ScoreSheet | None) -> str:
    if facts is None:
        return ScoreState.NOT_HELD
    if sheet is None:
        return ScoreState.NOT_SENT if facts.criteria_set_id else ScoreState.NO_SET
    if sheet.criteria_set_id is None:
        return ScoreState.NO_SET
    return ScoreState.NOT_DUE if sheet.total is None else ScoreState.SCORED


def _held_on_day(cell: Cell, month: date, held_on: date | None, chain: list[Committee]) -> bool | None:
    """Whether the cell met on the day its rules name, or, that day being a holiday, within their window; None where none names one."""
    rules = None
    for committee in chain:
        rules = rules or MeetingRules.objects.on(held_on or month).filter(committee=committee).first()
    if rules is None or rules.meeting_day is None:
        return None
    if held_on is None:
        return False
    day = month.replace(day=rules.meeting_day)
    if held_on == day:
        return True
    window = {month + timedelta(days=past) for past in range(rules.last_day or rules.meeting_day)}
    holidays = [holiday for holiday in Holiday.objects.all() if day in holiday.during]
    is_holiday = any(holiday.committee is None or holiday.committee in chain for holiday in holidays)
    return is_holiday and held_on in window


COUNTS = (
    "cells",
    "held",
    "held_on_day",
    "with_day",
    "thematic_held",
    "sent",
    "sent_on_time",
    "with_deadline",
    "no_set",
    "not_due",
    "scored",
    "good",
    "fair",
    "average",
    "poor",
    "points",
)


def sums_under(path: str, month: date) -> dict[str, Counter]:
    """By kind of cell, the counts over all months' scores in the subtree of `path`, straight from the cells and not from level to level."""
    sums: dict[str, Counter] = {}
    rows = MonthScore.objects.filter(month=month, counted_path__gte=path, counted_path__lt=path_end(path))
    for row in rows.iterator():
        counter = sums.setdefault(row.cell_kind, Counter(dict.fromkeys(COUNTS, 0)))
        counter.update(_counted(row))
        counter["points"] += row.total or 0
    return sums


def _counted(row: MonthScore) -> Iterable[str]:
    facts = {
        "cells": True,
        "held": row.held,
        "held_on_day": row.held_on_day,
        "with_day": row.held_on_day is not None,
        "thematic_held": row.thematic_held,
        "sent": row.sent,
        "sent_on_time": row.sent_on_time,
        "with_deadline": row.sent_on_time is not None,
        "no_set": row.state == ScoreState.NO_SET,
        "not_due": row.state == ScoreState.NOT_DUE,
        "scored": row.state == ScoreState.SCORED,
        "good": row.grade == Grade.GOOD,
        "fair": row.grade == Grade.FAIR,
        "average": row.grade == Grade.AVERAGE,
        "poor": row.grade == Grade.POOR,
    }
    return [name for name, is_so in facts.items() if is_so]


def stored_sums(committee_id: int, month: date) -> dict[str, Counter]:
    """The stored summary of a committee's month, in the shape of `sums_under`."""
    return {
        summary.cell_kind: Counter({name: getattr(summary, name) for name in COUNTS})
        for summary in CommitteeSummary.objects.filter(committee=committee_id, month=month)
    }
