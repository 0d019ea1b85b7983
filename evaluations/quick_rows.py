"""Rows of the common shapes, typed as a table is printed: bands of a measure, yes or no, levels of a judged line.

They are another way to write the ordered rows of a criterion, and nothing else: what is stored is rows.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from evaluations.conditions import Asked
from evaluations.criteria_entries import RowEntry
from evaluations.measures import MEASURES, Measure, Unit
from evaluations.models import Comparison
from evaluations.yaml_reader import MOST_ITEMS

NUMBER = r"-?\d{1,6}(?:[.,]\d{1,2})?"
POINTS = r"-?\d{1,5}(?:[.,]\d{1,2})?"
BAND = re.compile(rf"(?:(?P<limit>{NUMBER})\s*%?)?\s*;\s*(?P<points>{POINTS})\s*;\s*(?P<words>.+)")
LEVEL = re.compile(rf"(?P<points>{POINTS})\s*;\s*(?P<words>.+)")


class FaultyRows(Exception):
    """The text is no such table; `faults` says why, a sentence for each line of it that can't be read."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


def bands(measure: Measure, text: str, *, less_is_better: bool = False) -> list[RowEntry]:
    """`90; 4; from 90 %` on each line: from that limit on (up to it, where less is better) so many points; the last has no limit.

    Raises `FaultyRows`.
    """
    comparison = Comparison.LE if less_is_better else Comparison.GE
    rows, faults, before = [], [], None
    typed = list(_lines(text))
    for number, line in typed:
        found = BAND.fullmatch(line)
        is_last = number == typed[-1][0]
        if found is None:
            faults.append(_("Line %(n)s: write “limit; points; words”, the last line without a limit.") % {"n": number})
        elif is_last != (found["limit"] is None):
            faults.append(_("Line %(n)s: every line but the last has a limit, for the last holds in every other case.") % {"n": number})
        elif is_last:
            rows.append(RowEntry(_points(found["points"]), found["words"].strip()))
        else:
            limit = _decimal(found["limit"])
            if not measure.compares_with(limit):
                faults.append(_("Line %(n)s: “%(name)s” can't be compared with %(limit)s.") % _told(number, measure, limit))
            elif before is not None and (limit <= before if less_is_better else limit >= before):
                faults.append(_("Line %(n)s: its limit is met by the lines above already, so it can never match.") % {"n": number})
            before = limit
            rows.append(RowEntry(_points(found["points"]), found["words"].strip(), (Asked(measure.name, comparison, limit),)))
    return _or_faults(rows, faults, least=2)


def yes_or_no(measure: Measure, text: str) -> list[RowEntry]:
    """`2; done` and `0; not done`: the points where it is so, and where it is not. Raises `FaultyRows`."""
    rows = levels(text)
    if len(rows) != 2:
        raise FaultyRows([_("Yes or no has two lines: what it gives where it is so, and where it is not.")])
    return [RowEntry(rows[0].points, rows[0].words, (Asked(measure.name, Comparison.EQ, Decimal(1)),)), rows[1]]


def levels(text: str) -> list[RowEntry]:
    """`3; full and focused` on each line: the levels of which the cell chooses one. Raises `FaultyRows`."""
    rows, faults = [], []
    for number, line in _lines(text):
        found = LEVEL.fullmatch(line)
        if found is None:
            faults.append(_("Line %(n)s: write “points; words”.") % {"n": number})
        else:
            rows.append(RowEntry(_points(found["points"]), found["words"].strip()))
    return _or_faults(rows, faults, least=2)


def measures_for_bands() -> list[Measure]:
    return [measure for measure in MEASURES.values() if measure.unit is not Unit.YES_NO]


def measures_for_yes_or_no() -> list[Measure]:
    return [measure for measure in MEASURES.values() if measure.unit is Unit.YES_NO]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers from 1 on."""
    return ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


def _points(written: str) -> int:
    """In hundredths, below zero in a deduction."""
    return int(_decimal(written) * 100)


def _told(number: int, measure: Measure, limit: Decimal) -> dict[str, object]:
    return {"n": number, "name": measure.label, "limit": measure.says_limit(limit)}


def _or_faults(rows: list[RowEntry], faults: list[str], *, least: int) -> list[RowEntry]:
    if not faults and len(rows) < least:
        faults = [_("Write at least %(least)s lines.") % {"least": least}]
    if not faults and len(rows) > MOST_ITEMS:
        faults = [_("Write at most %(most)s lines.") % {"most": MOST_ITEMS}]
    if faults:
        raise FaultyRows(faults)
    return rows
