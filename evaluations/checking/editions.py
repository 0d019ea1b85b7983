"""Editions put together again slowly, from the published rows alone: the twin of what `evaluations.editions` and `.published` do in SQL."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet

from evaluations.checking.points import committee_keys
from evaluations.models import (
    DifferingCells,
    Edition,
    Grade,
    MonthScore,
    PeriodScore,
    PublishedScore,
    PublishedSummary,
    ScoreState,
)
from evaluations.periods import PeriodKind
from evaluations.published import PUBLISHED_COUNTS, SCORE_COLUMNS, SUMMARY_COLUMNS, as_published

_COUNTS_OF_MONTHS = ("held", "held_on_day", "with_day", "thematic_held", "sent")
_COUNTS_OF_MONTHS += ("sent_on_time", "with_deadline", "verified", "no_set", "not_due")


def editions_over(path: str, month: date) -> Iterator[Edition]:
    """Every edition, of committees on a cell's path, of a period in which the month lies; the shortest periods first."""
    found = Edition.objects.filter(committee__in=committee_keys(path)).select_related("committee")
    holding = [edition for edition in found if edition.period.first <= month < edition.period.end]
    yield from sorted(holding, key=lambda edition: (edition.period.LENGTH, edition.number))


def rows_as_of(edition: Edition) -> dict[int, PublishedScore]:
    """The cells' scores as of an edition: those of the first, with what each later one changed."""
    rows: dict[int, PublishedScore] = {}
    for each in _series(edition).filter(number__lte=edition.number).order_by("number"):
        for row in PublishedScore.objects.filter(edition=each):
            rows[row.cell_id] = row
    return {key: row for key, row in rows.items() if not row.withdrawn}


def digest_again(rows: dict[int, PublishedScore], summaries: Iterable[PublishedSummary]) -> str:
    """The SHA-256 of an edition's figures: a line of JSON for each score and each summary, in order."""
    lines = [[key, *(getattr(rows[key], name) for name in SCORE_COLUMNS)] for key in sorted(rows)]
    lines += sorted([getattr(summary, name) for name in SUMMARY_COLUMNS] for summary in summaries)
    return hashlib.sha256("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()).hexdigest()


def figures_of(edition: Edition, cell: int, path: str) -> tuple[dict[str, object], dict[str, object]]:
    """What is stored of an edition, and the same made again: its digest and size, a cell's score, the sums of the committees above it;
    of the latest edition also how many of their cells are known otherwise by now."""
    rows, summaries = rows_as_of(edition), list(PublishedSummary.objects.filter(edition=edition))
    read = as_published(publisher=edition.committee, period=edition.period, number=edition.number)
    own = next((row for row in read if row.cell_id == cell), None)
    stored = {"digest": edition.digest, "changed": edition.changed, "scores": len(read)} | _columns(own)
    again = {
        "digest": digest_again(rows, summaries),
        "changed": PublishedScore.objects.filter(edition=edition).count(),
        "scores": len(rows),
    } | _columns(rows.get(cell))
    keys = committee_keys(path)
    keys = keys[: keys.index(edition.committee_id) + 1]
    for key in keys:
        own_rows = [row for row in summaries if row.committee_id == key]
        stored |= _named(key, {row.cell_kind: {name: getattr(row, name) for name in PUBLISHED_COUNTS} for row in own_rows})
        again |= _named(key, _sums(row for row in rows.values() if key in committee_keys(row.counted_path)))
    if not _series(edition).filter(number__gt=edition.number).exists():
        counted = DifferingCells.objects.filter(publisher=edition.committee_id, period_kind=edition.period_kind, first_on=edition.first_on)
        differing = dict(counted.values_list("committee_id", "cells"))
        stored |= {f"committee {key} differing cells": differing.get(key, 0) for key in keys}
        again |= {f"committee {key} differing cells": count for key, count in _differing(edition, rows, keys).items()}
    return stored, again


def _series(edition: Edition) -> QuerySet[Edition]:
    return Edition.objects.filter(committee=edition.committee_id, period_kind=edition.period_kind, first_on=edition.first_on)


def _differing(edition: Edition, rows: dict[int, PublishedScore], keys: list[int]) -> dict[int, int]:
    """For each committee, its cells whose score as published is not what is known now."""
    published = {key: [getattr(row, name) for name in SCORE_COLUMNS] for key, row in rows.items()}
    known = _known(edition)
    place = SCORE_COLUMNS.index("counted_path")
    paths = [
        {row[place] for row in (published.get(cell), known.get(cell)) if row}
        for cell in published | known
        if published.get(cell) != known.get(cell)
    ]
    return {key: sum(any(key in committee_keys(path) for path in of_cell) for of_cell in paths) for key in keys}


def _known(edition: Edition) -> dict[int, list]:
    """The scores of the publisher's cells as they stand now, in the columns of a published one."""
    if edition.period_kind == PeriodKind.MONTH:
        found = {row.cell_id: _month_as_period(row) for row in MonthScore.objects.filter(month=edition.first_on)}
    else:
        periods = PeriodScore.objects.filter(period_kind=edition.period_kind, first_on=edition.first_on)
        found = {row.cell_id: {name: getattr(row, name) for name in SCORE_COLUMNS} for row in periods}
    return {
        cell: [row[name] for name in SCORE_COLUMNS]
        for cell, row in found.items()
        if edition.committee_id in committee_keys(row["counted_path"])
    }


def _month_as_period(row: MonthScore) -> dict[str, object]:
    counted = {
        "held": row.held,
        "held_on_day": row.held_on_day,
        "with_day": row.held_on_day is not None,
        "thematic_held": row.thematic_held,
    }
    counted |= {"sent": row.sent, "sent_on_time": row.sent_on_time, "with_deadline": row.sent_on_time is not None, "verified": row.verified}
    counted |= {"months": True, "no_set": row.state == ScoreState.NO_SET, "not_due": row.state == ScoreState.NOT_DUE}
    own = {name: getattr(row, name) for name in ("counted_path", "committee_id", "cell_kind", "state", "total", "grade")}
    return (
        own
        | {name: int(bool(so)) for name, so in counted.items()}
        | {
            "points_by_month": [row.total],
            "verified_by_month": [row.verified],
        }
    )


def _columns(row: PublishedScore | None) -> dict[str, object]:
    return {f"cell {name}": getattr(row, name) for name in SCORE_COLUMNS} if row else {}


def _named(committee: int, sums: dict[str, dict[str, int]]) -> dict[str, int]:
    return {f"committee {committee} {kind} {name}": count for kind, counts in sums.items() for name, count in counts.items()}


def _sums(rows: Iterable[PublishedScore]) -> dict[str, dict[str, int]]:
    """By kind of cell, the counts of a summary over these scores."""
    sums: dict[str, Counter] = {}
    for row in rows:
        counted = {name: getattr(row, name) for name in _COUNTS_OF_MONTHS}
        counted |= {"cells": 1, "expected": row.months, "scored": int(row.state == "SCORED")}
        counted |= {name.lower(): int(row.grade == name) for name in Grade.values}
        counted |= {"points": row.total or 0, "points_squared": (row.total or 0) ** 2 // 10000}
        sums.setdefault(row.cell_kind, Counter(dict.fromkeys(PUBLISHED_COUNTS, 0))).update(counted)
    return {kind: dict(counts) for kind, counts in sums.items()}


def words_of(edition: Edition, stored: dict[str, object]) -> list[str]:
    """An edition in words."""
    mine = "not in it"
    if "cell state" in stored:
        total = stored["cell total"]
        points = "no points" if total is None else f"{total / 100:g} points"
        mine = f"{stored['cell state']}, {points} {stored['cell grade']}".rstrip()
    return [
        f"published {edition.closed_at:%d/%m/%Y}: {stored['scores']} scores, {stored['changed']} of them new in it",
        f"the cell: {mine}",
        f"digest {edition.digest}",
    ]
