"""Conditions as a drafter writes them, in criteria files and in the admin: `minutes >= 90; roster_size < 30`.

Several stand side by side with semicolons or on lines of their own, and all must hold. Each compares a measure of a closed list (a month's,
or in a roll-up rule a period's) with a number, with yes or no, or with a delegated parameter of the set, which is named by its code.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from django.utils.translation import gettext as _

from evaluations.measures import MEASURES, Measure, Unit
from evaluations.models import Comparison, Condition, RollupCondition
from evaluations.period_measures import PeriodMeasure

AnyMeasure = Measure | PeriodMeasure

SHAPE = re.compile(r"(?P<measure>[^\s<>=≤≥]+)\s*(?P<comparison>[<>]=|[≤≥=]|[<>](?!=))\s*(?P<value>.+)", re.DOTALL)
NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,2})?")
SIGNS = {"≤": "<=", "≥": ">="}
YES_NO = {"yes": 1, "no": 0, "có": 1, "không": 0, "1": 1, "0": 0}


class FaultyConditions(Exception):
    """The text is no list of conditions; `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]):
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Asked:
    """One comparison: with a value, or with the parameter of that code."""

    measure: str
    comparison: str
    value: Decimal | None = None
    parameter: str | None = None

    @classmethod
    def of(cls, condition: Condition | RollupCondition) -> "Asked":
        """What a stored condition asks. Its parameter should be loaded with it."""
        parameter = condition.parameter.code if isinstance(condition, Condition) and condition.parameter else None
        return cls(condition.measure, condition.comparison, condition.value, parameter)

    def __str__(self) -> str:
        if self.parameter is not None:
            return f"{self.measure} {self.comparison} {self.parameter}"
        measure = MEASURES.get(self.measure)
        if measure is not None and measure.unit is Unit.YES_NO:
            return f"{self.measure} {self.comparison} {'yes' if self.value else 'no'}"
        # 90.00 comes back from the database, 90 was written; normalize alone would make 1E+2 of 100.
        number = f"{self.value:f}".rstrip("0").rstrip(".") if "." in f"{self.value:f}" else f"{self.value:f}"
        return f"{self.measure} {self.comparison} {number}"


def written(conditions: Iterable[Asked]) -> str:
    """The text that `parse` reads back as the same conditions."""
    return "; ".join(map(str, conditions))


def parse(text: str, parameters: Collection[str] = (), measures: Mapping[str, AnyMeasure] = MEASURES) -> tuple[Asked, ...]:
    """The conditions of a text, in order; none where it is blank. `parameters` are the codes that the set delegates.

    Raises FaultyConditions with a sentence for each part that can't be read.
    """
    conditions, faults = [], []
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        try:
            conditions.append(_one(part.strip(), parameters, measures))
        except FaultyConditions as refusal:
            faults += refusal.faults
    if faults:
        raise FaultyConditions(faults)
    return tuple(conditions)


def _one(part: str, parameters: Collection[str], measures: Mapping[str, AnyMeasure]) -> Asked:
    shape = SHAPE.fullmatch(part)
    if shape is None:
        raise FaultyConditions([_("“%(part)s” is no comparison; write for example “minutes >= 90”.") % {"part": part}])
    name, value = shape["measure"], shape["value"].strip()
    comparison = SIGNS.get(shape["comparison"], shape["comparison"])
    if name not in measures:
        raise FaultyConditions([_unknown(name, measures)])
    measure = measures[name]
    if measure.unit is Unit.YES_NO:
        return Asked(name, comparison, _yes_or_no(measure, comparison, value))
    if value in parameters:
        return Asked(name, comparison, parameter=value)
    return Asked(name, comparison, _number(measure, value, parameters))


def _unknown(name: str, measures: Collection[str]) -> str:
    near = get_close_matches(name, measures, n=1)
    if near:
        return _("There is no measure “%(name)s”. Is “%(near)s” meant?") % {"name": name, "near": near[0]}
    return _("There is no measure “%(name)s”.") % {"name": name}


def _yes_or_no(measure: Measure, comparison: str, value: str) -> Decimal:
    if comparison != Comparison.EQ or value.lower() not in YES_NO:
        raise FaultyConditions([_("“%(name)s” is yes or no: write “%(name)s = yes” or “%(name)s = no”.") % {"name": measure.name}])
    return Decimal(YES_NO[value.lower()])


def _number(measure: AnyMeasure, value: str, parameters: Collection[str]) -> Decimal:
    bare = value.removesuffix("%").rstrip() if measure.unit is Unit.RATIO else value
    if not NUMBER.fullmatch(bare):
        told = {"name": measure.name, "value": value, "codes": ", ".join(parameters)}
        if parameters:
            sentence = _("“%(name)s” is compared with a number or a delegated parameter (%(codes)s); “%(value)s” is neither.") % told
        else:
            sentence = _("“%(name)s” is compared with a number; “%(value)s” is none.") % told
        raise FaultyConditions([sentence])
    number = Decimal(bare.replace(",", "."))
    if measure.compares_with(number):
        return number
    if measure.unit is Unit.RATIO:
        raise FaultyConditions([_("“%(name)s” is a share in percent, from 0 to 100.") % {"name": measure.name}])
    if measure.unit is Unit.POINTS:
        raise FaultyConditions([_("“%(name)s” is in points, from 0 to 1000.") % {"name": measure.name}])
    if isinstance(measure, PeriodMeasure):
        raise FaultyConditions([_("“%(name)s” is a whole number of months, from 0 to 12.") % {"name": measure.name}])
    raise FaultyConditions([_("“%(name)s” is a whole number; %(value)s is none.") % {"name": measure.name, "value": value}])
