"""What a criteria file says, as plain values: what reading makes of it, and what a stored set would be written as."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from evaluations.conditions import Asked
from evaluations.models import GroupPart, NotApplicable, SheetPart


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the files something is written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NOWHERE = Place("", 0)


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    number: str
    issuer: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    key: DocumentKey
    title: str
    replaces: DocumentKey | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RowEntry:
    points: int
    words: str
    when: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionEntry:
    """Points in hundredths; `concretises` is the code of a criterion of the frame that the set is based on."""

    code: str
    title: str
    kind: str
    clause: str
    points: int | None = None
    concretises: str | None = None
    applies_when: tuple[Asked, ...] = ()
    not_applicable: str = NotApplicable.EXCLUDE
    needs_confirmation: bool = False
    reading: str = ""
    rows: tuple[RowEntry, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class GroupEntry:
    code: str
    title: str
    points: int | None = None
    criteria: tuple[CriterionEntry, ...] = ()
    part: str = GroupPart.BASE


@dataclass(frozen=True, slots=True)
class JointCapEntry:
    """Points in hundredths; `lines` are codes, in the order of the set."""

    points: int
    lines: tuple[str, ...]
    clause: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """A class at most; `line` or `group` is a code, with the points (hundredths) that it must have fewer than."""

    at_most: str
    words: str
    clause: str
    line: str | None = None
    group: str | None = None
    fewer_than: int | None = None
    when: tuple[Asked, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    code: str
    title: str
    default: Decimal


@dataclass(frozen=True, slots=True)
class RungEntry:
    grade: str
    words: str
    when: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class RollupEntry:
    """How months become one kind of longer period; conditions ask measures of a period."""

    period: str
    missing_month: str
    unverified_month: str
    clause: str
    reading: str = ""
    rows: tuple[RungEntry, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SetEntry:
    code: str
    title: str
    kind: str
    document: DocumentKey
    effective_from: date
    effective_to: date | None = None
    based_on: str | None = None
    # good, fair, average, in hundredths; None for a frame
    thresholds: tuple[int | None, int | None, int | None] = (None, None, None)
    note: str = ""
    # by code: their order says nothing
    parameters: tuple[ParameterEntry, ...] = ()
    # in the order of the kinds of period
    rollups: tuple[RollupEntry, ...] = ()
    groups: tuple[GroupEntry, ...] = ()
    joint_caps: tuple[JointCapEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    part: str = SheetPart.MONTH
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def criteria(self) -> Iterator[CriterionEntry]:
        for group in self.groups:
            yield from group.criteria


@dataclass(frozen=True, slots=True)
class CriteriaFiles:
    """Documents in the order of their dates; sets so that each stands after the one it is based on."""

    documents: tuple[DocumentEntry, ...]
    sets: tuple[SetEntry, ...]
