"""The month's score of a cell and the sums of the committees above, made again slowly from what lies below them."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from evaluations.checking.facts import committees_of, first_place_in
from evaluations.models import CommitteeSummary, Extension, Grade, MonthFacts, MonthScore, ScoreSheet, ScoreState, SheetState
from evaluations.periods import Month, PeriodKind
from meetings.models import THEMATIC_KINDS, Cell, Committee, DayUnit, Holiday, MeetingRules, path_end


def month_score_of(cell: Cell, month: date, facts: MonthFacts | None, sheet: ScoreSheet | None) -> dict[str, object] | None:
    """The columns of `MonthScore` from the month's facts and its sent sheet; None where the cell neither stood in the tree nor sat."""
    place = first_place_in(cell.placements.all(), month)
    if place is None or (month not in place.during and facts is None):
        return None
    chain = committees_of(place, month)
    held_on = facts.held_on if facts else None
    rules = _rules(chain, held_on or month)
    official = sheet is not None and sheet.verified_total is not None
    extended = _extended_until(cell, month)
    hold_by = _later(_hold_by(month, rules), extended)
    send_by = sheet.due_on if sheet and sheet.due_on else _send_by(held_on, rules, chain)
    send_by = send_by and _later(send_by, extended)
    total, grade = (None, "") if sheet is None else (sheet.verified_total, sheet.verified_grade) if official else (sheet.total, sheet.grade)
    return {
        "cell_id": cell.pk,
        "month": month,
        "counted_path": "".join(committee.segment for committee in reversed(chain)) + cell.segment,
        "committee_id": chain[0].pk,
        "cell_kind": cell.kind,
        "state": _state(facts, sheet),
        "held": facts is not None,
        "held_on_day": _held_on_day(month, held_on, rules, chain),
        "thematic_held": any(sitting.kind in THEMATIC_KINDS for sitting in cell.meetings.held().for_month_of(month)),
        "sent": sheet is not None,
        "sent_on_time": None if sheet is None or sheet.due_on is None else timezone.localdate(sheet.submitted_at) <= send_by,
        "hold_by": hold_by,
        "send_by": send_by,
        "due_by": (hold_by or Month.of(month).next.first - timedelta(days=1)) if facts is None else None if sheet else send_by,
        "returned": sheet is not None and sheet.state == SheetState.RETURNED,
        "verified": sheet is not None and sheet.state == SheetState.VERIFIED,
        "sheet_id": sheet.pk if sheet else None,
        "own_total": sheet.own_total if sheet else None,
        "differing": sheet.differing if sheet else 0,
        "total": total if facts else None,
        "grade": grade if facts else "",
    }


def _state(facts: MonthFacts | None, sheet: ScoreSheet | None) -> str:
    if facts is None:
        return ScoreState.NOT_HELD
    if sheet is None:
        return ScoreState.NOT_SENT if facts.criteria_set_id else ScoreState.NO_SET
    if sheet.criteria_set_id is None:
        return ScoreState.NO_SET
    return ScoreState.NOT_DUE if sheet.total is None and sheet.verified_total is None else ScoreState.SCORED


def _rules(chain: list[Committee], day: date) -> MeetingRules | None:
    for committee in chain:
        if rules := MeetingRules.objects.on(day).filter(committee=committee).first():
            return rules
    return None


def _is_holiday(day: date, chain: list[Committee]) -> bool:
    return any(day in off.during and (off.committee is None or off.committee in chain) for off in Holiday.objects.all())


def _held_on_day(month: date, held_on: date | None, rules: MeetingRules | None, chain: list[Committee]) -> bool | None:
    """Whether the cell met on the day its rules name, or, that day being a holiday, within their window; None where none names one."""
    if rules is None or rules.meeting_day is None:
        return None
    day = month.replace(day=rules.meeting_day)
    window = {month + timedelta(days=past) for past in range(rules.last_day or rules.meeting_day)}
    return held_on == day or (_is_holiday(day, chain) and held_on in window)


def _hold_by(month: date, rules: MeetingRules | None) -> date | None:
    last_day = rules and (rules.last_day or rules.meeting_day)
    return month + timedelta(days=last_day - 1) if last_day else None


def _extended_until(cell: Cell, month: date) -> date | None:
    granted = sorted(Extension.objects.filter(cell=cell, month=month), key=lambda each: (each.granted_at, each.pk))
    return granted[-1].until if granted else None


def _later(day: date | None, other: date | None) -> date | None:
    return max(filter(None, (day, other)), default=None)


def _send_by(held_on: date | None, rules: MeetingRules | None, chain: list[Committee]) -> date | None:
    if held_on is None or rules is None or rules.sending_lag_days is None:
        return None
    day, left = held_on, rules.sending_lag_days
    while left:
        day += timedelta(days=1)
        if rules.sending_lag_unit == DayUnit.CALENDAR or (day.isoweekday() < 6 and not _is_holiday(day, chain)):
            left -= 1
    return day


COUNTS = (
    "cells",
    "expected",
    "held",
    "held_on_day",
    "with_day",
    "thematic_held",
    "sent",
    "sent_on_time",
    "with_deadline",
    "verified",
    "not_verified",
    "no_set",
    "not_due",
    "scored",
    "good",
    "fair",
    "average",
    "poor",
    "points",
    "points_squared",
)
GRADES = {"good": Grade.GOOD, "fair": Grade.FAIR, "average": Grade.AVERAGE, "poor": Grade.POOR}


def sums_under(path: str, month: date) -> dict[str, Counter]:
    """By kind of cell, the counts over all months' scores in the subtree of `path`, straight from the cells and not from level to level."""
    return sums_of(in_subtree(MonthScore.objects.filter(month=month), path), _counted)


def in_subtree(scores: QuerySet, path: str) -> QuerySet:
    return scores.filter(counted_path__gte=path, counted_path__lt=path_end(path))


def sums_of(scores: QuerySet, counted: Callable[[Any], dict[str, int]]) -> dict[str, Counter]:
    """By kind of cell, what each score adds; of classes and points, each adds its own."""
    sums: dict[str, Counter] = {}
    for row in scores.iterator():
        counter = sums.setdefault(row.cell_kind, Counter(dict.fromkeys(COUNTS, 0)))
        counter.update(counted(row))
        counter.update({name: row.grade == grade for name, grade in GRADES.items()})
        counter["points"] += row.total or 0
        counter["points_squared"] += (row.total or 0) ** 2 // 10000
    return sums


def _counted(row: MonthScore) -> dict[str, int]:
    return {
        "cells": True,
        "expected": True,
        "held": row.held,
        "held_on_day": row.held_on_day is True,
        "with_day": row.held_on_day is not None,
        "thematic_held": row.thematic_held,
        "sent": row.sent,
        "sent_on_time": row.sent_on_time is True,
        "with_deadline": row.sent_on_time is not None,
        "verified": row.verified,
        "not_verified": waits_for_decision(row),
        "no_set": row.state == ScoreState.NO_SET,
        "not_due": row.state == ScoreState.NOT_DUE,
        "scored": row.state == ScoreState.SCORED,
    }


def waits_for_decision(row: MonthScore) -> bool:
    """Whether the committee has a sheet of it to decide on."""
    return row.sent and row.state != ScoreState.NO_SET and not (row.verified or row.returned)


def stored_sums(committee_id: int, first_on: date, kind: str = PeriodKind.MONTH) -> dict[str, Counter]:
    """The stored summary of a committee's period, in the shape of `sums_of`."""
    return {
        summary.cell_kind: Counter({name: getattr(summary, name) for name in COUNTS})
        for summary in CommitteeSummary.objects.filter(committee=committee_id, period_kind=kind, first_on=first_on)
    }
