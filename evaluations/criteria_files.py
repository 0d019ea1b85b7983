"""The criteria files as plain values. What a file must look like is written in evaluations/criteria/README.md."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import yaml
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _

from evaluations.conditions import AnyMeasure, Asked, FaultyConditions, parse
from evaluations.criteria_entries import (
    CriteriaFiles,
    CriterionEntry,
    DocumentEntry,
    DocumentKey,
    GroupEntry,
    JointCapEntry,
    LimitEntry,
    ParameterEntry,
    RollupEntry,
    RowEntry,
    RungEntry,
    SetEntry,
)
from evaluations.measures import MEASURES
from evaluations.models import CriterionKind, Grade, GroupPart, MissingMonth, NotApplicable, SetKind, SheetPart, UnverifiedMonth
from evaluations.models.fields import CODE, PARAMETER_CODE
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import LONGER
from evaluations.yaml_reader import MOST_ITEMS, FaultyFiles, YamlReader

FOLDER = Path(__file__).resolve().parent / "criteria"


class Reader(YamlReader):
    """A file of sets, or of rule documents."""

    def conditions(
        self, node: yaml.Node | None, parameters: Collection[str] = (), measures: Mapping[str, AnyMeasure] = MEASURES
    ) -> tuple[Asked, ...]:
        try:
            return parse(self.text(node), parameters, measures)
        except FaultyConditions as refusal:
            for sentence in refusal.faults:
                self.fault(node, sentence)
            return ()

    def document_key(self, node: yaml.Node | None) -> DocumentKey | None:
        if node is None:
            return None
        return self._key(self.mapping(node, needs=("number", "issuer", "date")))

    def _key(self, found: dict[str, yaml.Node]) -> DocumentKey:
        number, issuer = self.line(found.get("number"), most=60), self.line(found.get("issuer"), most=200)
        return DocumentKey(number, issuer, self.day(found.get("date")) or date.min)

    def documents(self) -> list[DocumentEntry]:
        entries = []
        for node in self.items(self.mapping(self.root, needs=("documents",)).get("documents")):
            found = self.mapping(node, needs=("number", "issuer", "date", "title"), may=("replaces",))
            entries.append(
                DocumentEntry(
                    self._key(found), self.line(found.get("title"), most=500), self.document_key(found.get("replaces")), self.place(node)
                )
            )
        return entries

    def criteria_set(self) -> SetEntry:
        found = self.mapping(
            self.root,
            needs=("set", "title", "kind", "document", "effective_from"),
            may=("note", "part", "groups", "based_on", "effective_to", "thresholds", "parameters", "rollup", "joint_caps", "limits"),
        )
        kind = self.choice(found.get("kind"), SetKind)
        thresholds = self.mapping(found["thresholds"], needs=("good", "fair", "average")) if "thresholds" in found else {}
        if kind == SetKind.FRAME and "rollup" in found:
            self.fault(found["rollup"], _("a frame never scores, so nothing rolls up."))
        parameters = tuple(sorted((self.parameter(node) for node in self.items(found.get("parameters"))), key=lambda entry: entry.code))
        codes = [entry.code for entry in parameters]
        entry = SetEntry(
            code=self.code(found.get("set"), CODE, most=60),
            title=self.line(found.get("title"), most=300),
            kind=kind,
            part=self.choice(found.get("part"), SheetPart, SheetPart.MONTH),
            document=self.document_key(found.get("document")) or DocumentKey("", "", date.min),
            effective_from=self.day(found.get("effective_from")) or date.min,
            effective_to=self.day(found.get("effective_to")),
            based_on=self.text(found.get("based_on")) or None,
            thresholds=tuple(self.points(thresholds.get(name)) for name in ("good", "fair", "average")),
            note=self.text(found.get("note")),
            parameters=parameters,
            rollups=self.rollups(found.get("rollup")),
            groups=tuple(self.group(node, codes) for node in self.items(found.get("groups"))),
            joint_caps=tuple(self.joint_cap(node) for node in self.items(found.get("joint_caps"))),
            limits=tuple(self.limit(node, codes) for node in self.items(found.get("limits"))),
            place=self.place(self.root),
        )
        self._in_order(entry, found)
        self._no_repeats(entry, codes)
        self._no_strangers(entry)
        return entry

    def code(self, node: yaml.Node | None, shape: RegexValidator, *, most: int) -> str:
        """A code as the forms take it too."""
        value = self.line(node, most=most)
        if value and not shape.regex.search(value):
            self.fault(node, str(shape.message))
        return value

    def _in_order(self, entry: SetEntry, found: dict[str, yaml.Node]) -> None:
        """Thresholds fall, a set ends after it begins, and its sheet can be filled in."""
        for better, worse in pairwise(points for points in entry.thresholds if points is not None):
            if better <= worse:
                self.fault(found["thresholds"], _("Good begins above Fair, and Fair above Average."))
                break
        if len(list(entry.criteria)) > MOST_ITEMS:
            self.fault(self.root, _("A set has %(most)s criteria at most.") % {"most": MOST_ITEMS})
        if entry.effective_to and entry.effective_to <= entry.effective_from:
            self.fault(found["effective_to"], _("The set ends after it begins."))

    def _no_strangers(self, entry: SetEntry) -> None:
        """What caps and limits name is in the set."""
        lines, groups = {line.code for line in entry.criteria}, {group.code for group in entry.groups}
        named = [(cap.place, code, lines) for cap in entry.joint_caps for code in cap.lines]
        named += [(limit.place, limit.line, lines) for limit in entry.limits if limit.line]
        named += [(limit.place, limit.group, groups) for limit in entry.limits if limit.group]
        for place, code, known in named:
            if code not in known:
                self.faults.append(_("%(place)s: the set has no %(code)s.") % {"place": place, "code": code})

    def _no_repeats(self, entry: SetEntry, parameters: list[str]) -> None:
        for codes in (parameters, [group.code for group in entry.groups], [line.code for line in entry.criteria]):
            for code in sorted({code for code in codes if codes.count(code) > 1}):
                place = next((line.place for line in reversed([*entry.criteria]) if line.code == code), entry.place)
                self.faults.append(_("%(place)s: the code %(code)s appears twice.") % {"place": place, "code": code})

    def parameter(self, node: yaml.Node) -> ParameterEntry:
        found = self.mapping(node, needs=("code", "title", "default"))
        code = self.code(found.get("code"), PARAMETER_CODE, most=40)
        return ParameterEntry(code, self.line(found.get("title"), most=300), self.number(found.get("default"), digits=6) or Decimal(0))

    def rollups(self, node: yaml.Node | None) -> tuple[RollupEntry, ...]:
        kinds = [kind.KIND for kind in LONGER]
        entries = [self.rollup(each) for each in self.items(node)]
        for number, entry in enumerate(entries):
            if entry.period in [before.period for before in entries[:number]]:
                self.faults.append(_("%(place)s: there are two rules for one kind of period.") % {"place": entry.place})
        return tuple(sorted(entries, key=lambda entry: kinds.index(entry.period) if entry.period in kinds else 0))

    def rollup(self, node: yaml.Node) -> RollupEntry:
        found = self.mapping(node, needs=("period", "missing_month", "unverified_month", "clause"), may=("reading", "rows"))
        return RollupEntry(
            period=self.one_of(found.get("period"), [kind.KIND.value for kind in LONGER]),
            missing_month=self.choice(found.get("missing_month"), MissingMonth),
            unverified_month=self.choice(found.get("unverified_month"), UnverifiedMonth),
            clause=self.line(found.get("clause"), most=200),
            reading=self.text(found.get("reading")),
            rows=tuple(self.rung(row) for row in self.items(found.get("rows"))),
            place=self.place(node),
        )

    def rung(self, node: yaml.Node) -> RungEntry:
        found = self.mapping(node, needs=("grade", "words"), may=("when",))
        return RungEntry(
            self.choice(found.get("grade"), Grade),
            self.text(found.get("words")),
            self.conditions(found.get("when"), measures=PERIOD_MEASURES),
        )

    def group(self, node: yaml.Node, parameters: list[str]) -> GroupEntry:
        found = self.mapping(node, needs=("code", "title"), may=("points", "criteria", "part"))
        return GroupEntry(
            self.line(found.get("code"), most=10),
            self.line(found.get("title"), most=300),
            self.points(found.get("points")),
            tuple(self.criterion(line, parameters) for line in self.items(found.get("criteria"))),
            self.choice(found.get("part"), GroupPart, GroupPart.BASE),
        )

    def joint_cap(self, node: yaml.Node) -> JointCapEntry:
        found = self.mapping(node, needs=("points", "lines", "clause"))
        codes = tuple(dict.fromkeys(self.line(line, most=10) for line in self.items(found.get("lines"))))
        return JointCapEntry(self.points(found.get("points")) or 0, codes, self.line(found.get("clause"), most=200), self.place(node))

    def limit(self, node: yaml.Node, parameters: list[str]) -> LimitEntry:
        found = self.mapping(node, needs=("at_most", "words", "clause"), may=("line", "group", "fewer_than", "when"))
        if len(found.keys() & {"line", "group"}) != len(found.keys() & {"fewer_than"}):
            self.fault(node, _("a limit names one line or one group, with “fewer_than”, or none of them."))
        return LimitEntry(
            at_most=self.one_of(found.get("at_most"), [*Grade.values][1:]),
            words=self.text(found.get("words")),
            clause=self.line(found.get("clause"), most=200),
            line=self.line(found.get("line"), most=10) or None,
            group=self.line(found.get("group"), most=10) or None,
            fewer_than=self.points(found.get("fewer_than")),
            when=self.conditions(found.get("when"), parameters),
            place=self.place(node),
        )

    def criterion(self, node: yaml.Node, parameters: list[str]) -> CriterionEntry:
        found = self.mapping(
            node,
            needs=("code", "title", "kind", "clause"),
            may=("points", "concretises", "applies_when", "not_applicable", "needs_confirmation", "reading", "rows"),
        )
        return CriterionEntry(
            code=self.line(found.get("code"), most=10),
            title=self.text(found.get("title")),
            kind=self.choice(found.get("kind"), CriterionKind),
            clause=self.line(found.get("clause"), most=200),
            points=self.points(found.get("points")),
            concretises=self.line(found.get("concretises"), most=10) or None,
            applies_when=self.conditions(found.get("applies_when"), parameters),
            not_applicable=self.choice(found.get("not_applicable"), NotApplicable, NotApplicable.EXCLUDE),
            needs_confirmation=self.yes(found.get("needs_confirmation")),
            reading=self.text(found.get("reading")),
            rows=tuple(self.row(row, parameters) for row in self.items(found.get("rows"))),
            place=self.place(node),
        )

    def row(self, node: yaml.Node, parameters: list[str]) -> RowEntry:
        found = self.mapping(node, needs=("points", "words"), may=("when",))
        return RowEntry(
            self.points(found.get("points"), signed=True) or 0,
            self.text(found.get("words")),
            self.conditions(found.get("when"), parameters),
        )


def read_criteria(folder: Path = FOLDER) -> CriteriaFiles:
    """All files of the folder. Raises FaultyFiles with every fault, its file and its line."""
    faults: list[str] = []
    documents: list[DocumentEntry] = []
    sets: list[SetEntry] = []
    for path in sorted(folder.glob("*.yaml")):
        reader = Reader(path.name, path.read_bytes())
        if reader.root is None:
            reader.faults = reader.faults or [_("%(place)s: the file is empty.") % {"place": path.name}]
        elif path.name == "rule-documents.yaml":
            documents += reader.all_of(reader.documents) or []
        elif entry := reader.all_of(reader.criteria_set):
            sets.append(entry)
        faults += reader.faults
    faults = faults or [*_faults_between(documents, sets)]
    if faults:
        raise FaultyFiles(faults)
    return CriteriaFiles(tuple(sorted(documents, key=lambda entry: entry.key.issued_on)), tuple(_based_first(sets)))


def _faults_between(documents: list[DocumentEntry], sets: list[SetEntry]) -> Iterator[str]:
    """What one place says of another and is not there."""
    keys = [entry.key for entry in documents]
    by_code = {entry.code: entry for entry in reversed(sets)}
    for entry in documents:
        if keys.count(entry.key) > 1:
            yield _("%(place)s: the document %(number)s of that issuer and day appears twice.") % {
                "place": entry.place,
                "number": entry.key.number,
            }
        if entry.replaces and entry.replaces not in keys:
            yield _("%(place)s: the document %(number)s is not listed.") % {"place": entry.place, "number": entry.replaces.number}
        elif entry.replaces and entry.replaces.issued_on >= entry.key.issued_on:
            yield _("%(place)s: a document replaces an older one.") % {"place": entry.place}
    for entry in sets:
        if by_code[entry.code] is not entry:
            yield _("%(place)s: the code %(code)s appears twice.") % {"place": entry.place, "code": entry.code}
        if entry.document not in keys:
            yield _("%(place)s: the document %(number)s is not listed.") % {"place": entry.place, "number": entry.document.number}
        frame = by_code.get(entry.based_on)
        if entry.based_on and (frame is None or frame.kind != SetKind.FRAME):
            yield _("%(place)s: there is no frame “%(code)s”.") % {"place": entry.place, "code": entry.based_on}
            continue
        known = {line.code for line in frame.criteria} if frame else set()
        for line in entry.criteria:
            if line.concretises is not None and line.concretises not in known:
                yield _("%(place)s: the frame has no criterion %(code)s.") % {"place": line.place, "code": line.concretises}


def _based_first(sets: list[SetEntry]) -> list[SetEntry]:
    """Frames first: only they are built upon."""
    return sorted(sets, key=lambda entry: (entry.kind != SetKind.FRAME, entry.code))
