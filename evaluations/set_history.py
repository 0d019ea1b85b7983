"""The history of a set: what it said after each act, who did it, when and why."""

from datetime import datetime

from django.db.models import Max

from evaluations.models import CriteriaSet, SetAct, SetVersion
from evaluations.set_diff import SetDiff, diff
from evaluations.set_entries import as_entry
from evaluations.set_files import read_written, write_set
from evaluations.yaml_reader import FaultyFiles
from meetings.models import User


def record(*, criteria_set: CriteriaSet, act: str, by: User | None, at: datetime, why: str = "") -> SetVersion | None:
    """Keep what the set says now, with the act that made it so. A change that changed nothing is none.

    The set must be locked, or new. Returns None where nothing was to be kept.
    """
    text = write_set(as_entry(criteria_set))
    last = criteria_set.versions.order_by("-number").first()
    if act == SetAct.CHANGED and last is not None and last.text == text:
        return None
    number = (criteria_set.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return SetVersion.objects.create(criteria_set=criteria_set, number=number, act=act, at=at, by=by, why=why, text=text)


def changed(before: SetVersion, after: SetVersion) -> SetDiff | None:
    """What changed from one version to another; None where the text of one can't be read any more."""
    try:
        return diff(read_written(before.text), read_written(after.text))
    except FaultyFiles:
        return None
