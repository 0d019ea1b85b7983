"""What changed from one set to another, in words: what was kept, added, dropped, moved, weighed otherwise, and how rows differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.conditions import Asked
from evaluations.criteria_entries import (
    CriterionEntry,
    JointCapEntry,
    LimitEntry,
    ParameterEntry,
    RollupEntry,
    RowEntry,
    RungEntry,
    SetEntry,
)
from evaluations.figures import points
from evaluations.matching import Placed, paired
from evaluations.measures import MEASURES, Unit
from evaluations.models import CriterionKind, Grade, GroupPart, MissingMonth, NotApplicable, SheetPart, UnverifiedMonth
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import KINDS


class Fate(TextChoices):
    """What became of a line."""

    KEPT = "KEPT", gettext_lazy("kept")
    CHANGED = "CHANGED", gettext_lazy("changed")
    MOVED = "MOVED", gettext_lazy("moved")
    ADDED = "ADDED", gettext_lazy("added")
    DROPPED = "DROPPED", gettext_lazy("dropped")


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line before and after (None: not there), what became of it, and each difference as a sentence."""

    before: CriterionEntry | None
    after: CriterionEntry | None
    fate: Fate
    sentences: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return (self.after or self.before).title

    @property
    def points(self) -> str:
        """'4', or '4 → 5' where they differ; an en dash for a line that is not there, or has none."""
        before, after = (points(line.points if line else None) for line in (self.before, self.after))
        return after if before == after else f"{before} → {after}"


@dataclass(frozen=True, slots=True)
class SetDiff:
    """The differences of the set itself as sentences, and the lines in the order of the set after."""

    of_set: tuple[str, ...]
    lines: tuple[LineChange, ...]

    @property
    def counts(self) -> list[tuple[Fate, int]]:
        return [(fate, sum(line.fate == fate for line in self.lines)) for fate in Fate]

    @property
    def is_none(self) -> bool:
        return not self.of_set and all(line.fate == Fate.KEPT for line in self.lines)


def diff(before: SetEntry, after: SetEntry) -> SetDiff:
    lines = tuple(_line_change(old, new, _Words(before), _Words(after)) for old, new in paired(before, after))
    return SetDiff(tuple(_of_set(before, after)), lines)


class _Words:
    """Conditions of one set in words."""

    def __init__(self, entry: SetEntry):
        self.parameters = {parameter.code: parameter.title for parameter in entry.parameters}

    def one(self, asked: Asked) -> str:
        measure = MEASURES.get(asked.measure) or PERIOD_MEASURES.get(asked.measure)
        if measure is None:
            return str(asked)
        if asked.parameter is not None:
            return f"{measure.label} {asked.comparison} “{self.parameters.get(asked.parameter, asked.parameter)}”"
        if measure.unit is Unit.YES_NO:
            return f"{measure.label}: {measure.says_limit(asked.value)}"
        return f"{measure.label} {asked.comparison} {measure.says_limit(asked.value)}"

    def all(self, asked: Sequence[Asked]) -> str:
        return _(" and ").join(map(self.one, asked))

    def row(self, row: RowEntry) -> str:
        when = self.all(row.when) or _("otherwise")
        return _("%(points)s points: %(words)s (%(when)s)") % {"points": points(row.points), "words": row.words, "when": when}

    def rung(self, rung: RungEntry) -> str:
        when = self.all(rung.when) or _("otherwise")
        return f"{Grade(rung.grade).label}: {rung.words} ({when})"


def _line_change(old: Placed | None, new: Placed | None, words_before: _Words, words_after: _Words) -> LineChange:
    if old is None:
        return LineChange(None, new.line, Fate.ADDED, tuple(_said_of(new.line, words_after)))
    if new is None:
        return LineChange(old.line, None, Fate.DROPPED, tuple(_said_of(old.line, words_before)))
    moved = tuple(_moves(old, new))
    changed = tuple(_changes(old.line, new.line, words_before, words_after))
    fate = Fate.CHANGED if changed else Fate.MOVED if moved else Fate.KEPT
    return LineChange(old.line, new.line, fate, (*moved, *changed))


def _said_of(line: CriterionEntry, words: _Words) -> Iterator[str]:
    if line.points is not None:
        yield _("%(points)s points, %(kind)s") % {"points": points(line.points), "kind": CriterionKind(line.kind).label}
    yield from map(words.row, line.rows)


def _moves(old: Placed, new: Placed) -> Iterator[str]:
    if old.line.code != new.line.code:
        yield _("Its code was %(before)s.") % {"before": old.line.code}
    if old.group.title != new.group.title:
        yield _("It stood in the group “%(before)s”, and stands in “%(after)s”.") % {"before": old.group.title, "after": new.group.title}


def _changes(old: CriterionEntry, new: CriterionEntry, words_before: _Words, words_after: _Words) -> Iterator[str]:
    columns: tuple[tuple[str, Callable[[CriterionEntry, _Words], str]], ...] = (
        (_("Title"), lambda line, words: line.title),
        (_("Points"), lambda line, words: points(line.points)),
        (_("How it is judged"), lambda line, words: str(CriterionKind(line.kind).label)),
        (_("Clause"), lambda line, words: line.clause),
        (_("Criterion of the frame"), lambda line, words: line.concretises or "–"),
        (_("Applies when"), lambda line, words: words.all(line.applies_when) or _("always")),
        (_("Where it does not apply"), lambda line, words: str(NotApplicable(line.not_applicable).label)),
        (_("The cell confirms the computed points"), lambda line, words: _("yes") if line.needs_confirmation else _("no")),
        (_("How the text is read here"), lambda line, words: line.reading or "–"),
    )
    for label, say in columns:
        yield from _if_other(label, say(old, words_before), say(new, words_after))
    yield from _rows(list(map(words_before.row, old.rows)), list(map(words_after.row, new.rows)))


def _if_other(label: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield _("%(what)s: “%(before)s” became “%(after)s”.") % {"what": label, "before": before, "after": after}


def _rows(before: list[str], after: list[str]) -> Iterator[str]:
    """Rows in words; those that stand next to each other in both are the same."""
    for what, first, last, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "replace" and last - first == end - begin:
            for old, new in zip(before[first:last], after[begin:end], strict=True):
                yield _("Row “%(before)s” became “%(after)s”.") % {"before": old, "after": new}
        elif what != "equal":
            for old in before[first:last]:
                yield _("Row dropped: %(row)s.") % {"row": old}
            for new in after[begin:end]:
                yield _("Row added: %(row)s.") % {"row": new}


def _of_set(before: SetEntry, after: SetEntry) -> Iterator[str]:
    for label, say in (
        (_("Title"), lambda entry: entry.title),
        (_("What it scores"), lambda entry: str(SheetPart(entry.part).label)),
        (_("Document"), lambda entry: f"{entry.document.number} ({date_format(entry.document.issued_on, 'SHORT_DATE_FORMAT')})"),
        (_("In force from"), lambda entry: date_format(entry.effective_from, "SHORT_DATE_FORMAT")),
        (_("In force until"), lambda entry: date_format(entry.effective_to, "SHORT_DATE_FORMAT") if entry.effective_to else "–"),
        (_("Frame"), lambda entry: entry.based_on or "–"),
        (_("Note"), lambda entry: entry.note or "–"),
        *((_("%(grade)s from") % {"grade": grade.label}, _threshold(place)) for place, grade in enumerate(GRADES)),
    ):
        yield from _if_other(label, say(before), say(after))
    yield from _groups(before, after)
    yield from _named(
        {parameter.code: parameter for parameter in before.parameters},
        {parameter.code: parameter for parameter in after.parameters},
        _parameter,
    )
    yield from _named(*({_joint_cap(cap): cap for cap in entry.joint_caps} for entry in (before, after)), _joint_cap)
    said_before, said_after = ([_limit(limit, _Words(entry)) for limit in entry.limits] for entry in (before, after))
    yield from _named({said: said for said in said_before}, {said: said for said in said_after}, str)
    rules = ({rollup.period: rollup for rollup in entry.rollups} for entry in (before, after))
    yield from _named(*rules, lambda rollup: _rollup(rollup, _Words(after)))


GRADES = (Grade.GOOD, Grade.FAIR, Grade.AVERAGE)


def _threshold(place: int) -> Callable[[SetEntry], str]:
    return lambda entry: points(entry.thresholds[place])


def _groups(before: SetEntry, after: SetEntry) -> Iterator[str]:
    olds, news = ({group.title: group for group in entry.groups} for entry in (before, after))
    for title in olds:
        if title not in news:
            yield _("Group dropped: %(group)s.") % {"group": title}
    for title, group in news.items():
        if title not in olds:
            yield _("Group added: %(group)s, %(points)s points.") % {"group": title, "points": points(group.points)}
        else:
            label = _("Points of “%(group)s”") % {"group": title}
            yield from _if_other(label, points(olds[title].points), points(group.points))
            parts = (str(GroupPart(each.part).label) for each in (olds[title], group))
            yield from _if_other(_("Part of the total of “%(group)s”") % {"group": title}, *parts)


def _named(olds: dict, news: dict, say: Callable) -> Iterator[str]:
    for key in [*olds, *(key for key in news if key not in olds)]:
        old, new = olds.get(key), news.get(key)
        if old is None:
            yield _("Added: %(what)s.") % {"what": say(new)}
        elif new is None:
            yield _("Dropped: %(what)s.") % {"what": say(old)}
        elif say(old) != say(new):
            yield _("“%(before)s” became “%(after)s”.") % {"before": say(old), "after": say(new)}


def _parameter(parameter: ParameterEntry) -> str:
    return _("%(title)s, left to lower committees, by default %(default)s") % {
        "title": parameter.title,
        "default": f"{parameter.default.normalize():f}",
    }


def beyond_lines(entry: SetEntry) -> Iterator[str]:
    """What the set says of its total beyond its lines, a sentence each."""
    for group in entry.groups:
        if group.part != GroupPart.BASE:
            words = {"group": group.title, "part": GroupPart(group.part).label, "points": points(group.points)}
            yield _("“%(group)s”: %(part)s, at most %(points)s points") % words
    yield from map(_joint_cap, entry.joint_caps)
    yield from (_limit(limit, _Words(entry)) for limit in entry.limits)


def _joint_cap(cap: JointCapEntry) -> str:
    return _("%(codes)s together at most %(points)s points") % {"codes": ", ".join(cap.lines), "points": points(cap.points)}


def _limit(limit: LimitEntry, words: _Words) -> str:
    """The whole limit, with what it asks."""
    asked = [_("%(code)s has fewer points than %(points)s") % {"code": limit.line or limit.group, "points": points(limit.fewer_than)}]
    asked = [*(asked if limit.fewer_than is not None else []), *map(words.one, limit.when)]
    told = {"grade": Grade(limit.at_most).label, "words": limit.words, "when": _(" and ").join(asked)}
    return _("Class at most %(grade)s: %(words)s (%(when)s)") % told


def _rollup(rollup: RollupEntry, words: _Words) -> str:
    """The whole rule for one kind of period."""
    return _("%(period)s: %(rows)s; a month without a score: %(missing)s; a month not verified: %(unverified)s") % {
        "period": KINDS[rollup.period].KIND.label,
        "rows": "; ".join(map(words.rung, rollup.rows)),
        "missing": MissingMonth(rollup.missing_month).label,
        "unverified": UnverifiedMonth(rollup.unverified_month).label,
    }
