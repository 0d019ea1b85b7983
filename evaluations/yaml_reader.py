"""Takes typed values out of a YAML file, noting every fault with its line and reading on.

Scalars are taken as they are written, not as YAML guesses them: `code: 4.10` stays 4.10, a date is read as a date and nothing else.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evaluations.criteria_entries import Place
from evaluations.models.fields import plausible_day
from meetings import text

# The one in C reads the same tenfold faster; it comes with the wheels of PyYAML, not with every build.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Of lines, rows or rules in one place: several times what any known table has.
MOST_ITEMS = 100

# A set's file goes seven deep. PyYAML descends by calling itself, and in C nothing stops it before the process dies.
DEEPEST = 20

# What a person reads before mending the file and trying again.
MOST_FAULTS = 100

Read = TypeVar("Read")


class FaultyFiles(Exception):
    """The files can't be loaded; `faults` says why, each with file and line."""

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


class _TooManyFaults(Exception):
    pass


class YamlReader:
    """One file; `root` is None, with the fault noted, where it is no YAML that is read here."""

    def __init__(self, file: str, content: bytes, *, repeats: bool = True):
        """`repeats`: a value may be repeated by its name. A few such lines, one within another, can stand for millions of values."""
        self.file = file
        self.faults: list[str] = []
        self.root: yaml.Node | None = None
        try:
            written = content.decode("utf-8")
            self._look_through(written, repeats)
            if not self.faults:
                self.root = yaml.compose(written, Loader=LOADER)
        except UnicodeDecodeError:
            self.faults.append(_("%(place)s: the file is not UTF-8.") % {"place": file})
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = Place(file, mark.line + 1 if mark else 1)
            self.faults.append(f"{place}: {getattr(error, 'problem', None) or error}")

    def _look_through(self, written: str, repeats: bool) -> None:
        """Note what is not to be composed at all, reading only as far as it takes to know."""
        depth = 0
        for event in yaml.parse(written, Loader=LOADER):
            place = Place(self.file, event.start_mark.line + 1)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                self.faults.append(_("%(place)s: lists within lists go too deep.") % {"place": place})
                return
            if isinstance(event, yaml.AliasEvent) and not repeats:
                self.faults.append(_("%(place)s: write the value out; names for what is repeated are not read.") % {"place": place})
                return

    def all_of(self, read: Callable[[], Read]) -> Read | None:
        """What `read` makes of the file; None, with a last fault that says so, where there are too many to read on."""
        try:
            return read()
        except _TooManyFaults:
            self.faults.append(_("%(place)s: there are more faults; these first.") % {"place": self.file})
            return None

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def fault(self, node: yaml.Node, sentence: str) -> None:
        self.faults.append(f"{self.place(node)}: {sentence}")
        if len(self.faults) >= MOST_FAULTS:
            raise _TooManyFaults

    def mapping(self, node: yaml.Node, *, needs: Iterable[str], may: Iterable[str] = ()) -> dict[str, yaml.Node]:
        """The values by key. Keys must be known, there once, and those needed must be there."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, _("names with values are expected here."))
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self.fault(key, _("“%(name)s” appears twice.") % {"name": name})
            elif name not in (*needs, *may):
                self.fault(key, _("“%(name)s” is not known here.") % {"name": name})
            else:
                found[name] = value
        for name in needs:
            if name not in found:
                self.fault(node, _("“%(name)s” is missing.") % {"name": name})
        return found

    def items(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.fault(node, _("a list is expected here."))
            return []
        if len(node.value) > MOST_ITEMS:
            self.fault(node, _("a list has %(most)s entries at most; here are %(count)s.") % {"most": MOST_ITEMS, "count": len(node.value)})
            return []
        return node.value

    def text(self, node: yaml.Node | None, *, most: int = 20_000, clean: Callable[[str], str] = text.clean) -> str:
        """Clean text, '' where there is no node."""
        if node is None:
            return ""
        value = clean(node.value) if isinstance(node, yaml.ScalarNode) else ""
        if not value:
            self.fault(node, _("a text is expected here."))
            return ""
        if not unicodedata.is_normalized("NFC", node.value):
            self.fault(node, _("the text is not in composed form (NFC)."))
        if len(value) > most:
            self.fault(node, _("the text is longer than %(most)s characters.") % {"most": most})
        return value

    def line(self, node: yaml.Node | None, *, most: int) -> str:
        """Clean text on one line, '' where there is no node."""
        return self.text(node, most=most, clean=text.clean_line)

    def word(self, node: yaml.Node | None, pattern: str, sentence: str) -> str:
        value = self.text(node)
        if node is not None and value and not re.fullmatch(pattern, value):
            self.fault(node, sentence)
            return ""
        return value

    def number(self, node: yaml.Node | None, *, digits: int = 5, signed: bool = False) -> Decimal | None:
        sentence = _("a number with at most two decimals is expected here.")
        written = self.word(node, rf"{'-?' if signed else ''}\d{{1,{digits}}}(\.\d{{1,2}})?", sentence)
        return Decimal(written) if written else None

    def points(self, node: yaml.Node | None, *, signed: bool = False) -> int | None:
        """In hundredths; those that a deduction may take off are `signed`."""
        number = self.number(node, signed=signed)
        return None if number is None else int(number * 100)

    def day(self, node: yaml.Node | None) -> date | None:
        written = self.word(node, r"\d{4}-\d\d-\d\d", _("a day is written 2025-10-28."))
        try:
            day = date.fromisoformat(written) if written else None
        except ValueError:
            self.fault(node, _("there is no such day."))
            return None
        try:
            plausible_day(day)
        except ValidationError as refusal:
            self.fault(node, refusal.messages[0])
        return day

    def choice(self, node: yaml.Node | None, choices: type, default: str = "") -> str:
        return default if node is None else self.one_of(node, choices.values)

    def one_of(self, node: yaml.Node | None, choices: Collection[str]) -> str:
        value = self.text(node)
        if value and value not in choices:
            self.fault(node, _("one of these is expected here: %(choices)s.") % {"choices": ", ".join(choices)})
        return value

    def yes(self, node: yaml.Node | None) -> bool:
        return self.word(node, "yes|no", _("yes or no is expected here.")) == "yes"
