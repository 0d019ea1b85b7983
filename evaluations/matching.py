"""Which line of one set is which of another: codes move and titles are reworded from document to document."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from evaluations.criteria_entries import CriterionEntry, GroupEntry, SetEntry
from meetings.text import fold

# Titles that are alike to this degree are the same line, reworded.
ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with the group it stands in."""

    line: CriterionEntry
    group: GroupEntry


def placed(entry: SetEntry) -> list[Placed]:
    return [Placed(line, group) for group in entry.groups for line in group.criteria]


def paired(before: SetEntry, after: SetEntry) -> list[tuple[Placed | None, Placed | None]]:
    """The lines of both: those of `after` in their order, each with its line before (None: added); what was dropped, where it stood.

    The same title is the same line; then the same code with a title or an anchor in the frame that fits; then, of what is left, lines of
    alike titles, and single lines that concretise the same criterion.
    """
    olds, news = placed(before), placed(after)
    pairs: dict[int, int] = {}  # place in news → place in olds
    _pair_by(lambda each: fold(each.line.title), olds, news, pairs)
    by_code = {old.line.code: place for place, old in enumerate(olds) if place not in pairs.values()}
    for place, new in enumerate(news):
        if place not in pairs and new.line.code in by_code and _fit(olds[by_code[new.line.code]].line, new.line):
            pairs[place] = by_code[new.line.code]
    _pair_alike(olds, news, pairs)
    _pair_by(lambda each: each.line.concretises, olds, news, pairs)
    return _in_order(olds, news, pairs)


def _pair_by(key: Callable[[Placed], Hashable], olds: Sequence[Placed], news: Sequence[Placed], pairs: dict[int, int]) -> None:
    """Pair what has the same key, where nothing else that is left has."""
    taken = set(pairs.values())
    left = [place for place in range(len(olds)) if place not in taken]
    of_olds, of_news = (
        Counter(key(olds[place]) for place in left),
        Counter(key(new) for place, new in enumerate(news) if place not in pairs),
    )
    where = {key(olds[place]): place for place in left}
    for place, new in enumerate(news):
        of_it = key(new)
        if place not in pairs and of_it is not None and of_olds[of_it] == of_news[of_it] == 1:
            pairs[place] = where[of_it]


def _fit(old: CriterionEntry, new: CriterionEntry) -> bool:
    return (old.concretises is not None and old.concretises == new.concretises) or likeness(old.title, new.title) >= ALIKE / 2


def _pair_alike(olds: Sequence[Placed], news: Sequence[Placed], pairs: dict[int, int]) -> None:
    """The most alike first."""
    taken = set(pairs.values())
    found = [
        (likeness(olds[old].line.title, news[new].line.title), old, new)
        for old in range(len(olds))
        if old not in taken
        for new in range(len(news))
        if new not in pairs
    ]
    for alike, old, new in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
        if alike >= ALIKE and new not in pairs and old not in pairs.values():
            pairs[new] = old


def likeness(one: str, other: str) -> float:
    """From 0 to 1, tone marks aside."""
    return SequenceMatcher(None, fold(one), fold(other), autojunk=False).ratio()


def _in_order(olds: Sequence[Placed], news: Sequence[Placed], pairs: dict[int, int]) -> list[tuple[Placed | None, Placed | None]]:
    """What was dropped stands behind the line that it stood behind."""
    places = {old: new for new, old in pairs.items()}
    rows: list[tuple[tuple[int, int], Placed | None, Placed | None]] = [
        ((place, -1), olds[pairs[place]] if place in pairs else None, new) for place, new in enumerate(news)
    ]
    behind = -1
    for place, old in enumerate(olds):
        if place in places:
            behind = places[place]
        else:
            rows.append(((behind, place), old, None))
    return [(old, new) for _key, old, new in sorted(rows, key=lambda row: row[0])]
