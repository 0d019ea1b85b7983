"""One set as a readable file and back: what a province keeps beside the product, hands on, and takes in again.

What a file must look like is written in evaluations/criteria/README.md; reading and writing are inverse.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

import yaml
from django.utils.translation import gettext as _

from evaluations.conditions import Asked, written
from evaluations.criteria_entries import (
    CriterionEntry,
    GroupEntry,
    JointCapEntry,
    LimitEntry,
    ParameterEntry,
    RollupEntry,
    SetEntry,
)
from evaluations.criteria_files import Reader
from evaluations.models import GroupPart, NotApplicable, SheetPart
from evaluations.yaml_reader import FaultyFiles

LARGEST = 1_000_000  # bytes: twenty times the sample


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, lists set in under their names."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)
)


def write_set(entry: SetEntry) -> str:
    """The file that `read_set` reads as the same set."""
    said = {
        "set": entry.code,
        "title": entry.title,
        "kind": str(entry.kind),
        "part": str(entry.part) if entry.part != SheetPart.MONTH else None,
        "document": {
            "number": entry.document.number,
            "issuer": entry.document.issuer,
            "date": entry.document.issued_on.isoformat(),
        },
        "based_on": entry.based_on,
        "effective_from": entry.effective_from.isoformat(),
        "effective_to": entry.effective_to.isoformat() if entry.effective_to else None,
        "thresholds": _thresholds(entry),
        "note": entry.note,
        "parameters": [_parameter(parameter) for parameter in entry.parameters],
        "rollup": [_rollup(rollup) for rollup in entry.rollups],
        "groups": [_group(group) for group in entry.groups],
        "joint_caps": [_joint_cap(cap) for cap in entry.joint_caps],
        "limits": [_limit(limit) for limit in entry.limits],
    }
    return yaml.dump(_without_blanks(said), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)


def read_set(name: str, content: bytes) -> SetEntry:
    """The set that a file holds. Raises FaultyFiles with every fault and its line; what it cites is looked for when it is stored."""
    if len(content) > LARGEST:
        raise FaultyFiles([_("%(place)s: the file is larger than a megabyte.") % {"place": name}])
    return _read(name, content)


@lru_cache(maxsize=16)
def read_written(text: str) -> SetEntry:
    """The set that `write_set` wrote so, however long. Raises FaultyFiles for what an older product wrote and this one does not read."""
    return _read("", text.encode())


def _read(name: str, content: bytes) -> SetEntry:
    reader = Reader(name, content, repeats=False)
    if reader.root is None:
        raise FaultyFiles(reader.faults or [_("%(place)s: the file is empty.") % {"place": name}])
    entry = reader.all_of(reader.criteria_set)
    if reader.faults:
        raise FaultyFiles(reader.faults)
    return entry


def _without_blanks(said: dict) -> dict:
    """Only what says something: a key that is left out means the same."""
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _number(hundredths: int | None) -> int | float | None:
    return None if hundredths is None else _plain(Decimal(hundredths) / 100)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _thresholds(entry: SetEntry) -> dict:
    return _without_blanks(dict(zip(("good", "fair", "average"), map(_number, entry.thresholds), strict=True)))


def _parameter(entry: ParameterEntry) -> dict:
    return {"code": entry.code, "title": entry.title, "default": _plain(entry.default)}


def _rollup(entry: RollupEntry) -> dict:
    rows = [_without_blanks({"grade": str(row.grade), "when": _when(row.when), "words": row.words}) for row in entry.rows]
    return _without_blanks(
        {
            "period": str(entry.period),
            "missing_month": str(entry.missing_month),
            "unverified_month": str(entry.unverified_month),
            "clause": entry.clause,
            "reading": entry.reading,
            "rows": rows,
        }
    )


def _group(entry: GroupEntry) -> dict:
    part = str(entry.part) if entry.part != GroupPart.BASE else None
    said = {"code": entry.code, "title": entry.title, "part": part, "points": _number(entry.points)}
    return _without_blanks(said | {"criteria": [_criterion(line) for line in entry.criteria]})


def _joint_cap(entry: JointCapEntry) -> dict:
    return {"points": _number(entry.points), "lines": list(entry.lines), "clause": entry.clause}


def _limit(entry: LimitEntry) -> dict:
    return _without_blanks(
        {
            "at_most": str(entry.at_most),
            "line": entry.line,
            "group": entry.group,
            "fewer_than": _number(entry.fewer_than),
            "when": _when(entry.when),
            "words": entry.words,
            "clause": entry.clause,
        }
    )


def _criterion(entry: CriterionEntry) -> dict:
    return _without_blanks(
        {
            "code": entry.code,
            "title": entry.title,
            "points": _number(entry.points),
            "kind": str(entry.kind),
            "clause": entry.clause,
            "concretises": entry.concretises,
            "applies_when": _when(entry.applies_when),
            "not_applicable": str(entry.not_applicable) if entry.not_applicable != NotApplicable.EXCLUDE else None,
            "needs_confirmation": "yes" if entry.needs_confirmation else None,
            "reading": entry.reading,
            "rows": [_without_blanks({"points": _number(row.points), "when": _when(row.when), "words": row.words}) for row in entry.rows],
        }
    )


def _when(conditions: Iterable[Asked]) -> str:
    return written(conditions)
