"""The way of a period's months to a verified score, as a funnel: expected, held, sent, verified, with what falls out at each step."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.charts import percent
from evaluations.counts import Counts
from evaluations.dashboard import Board
from evaluations.figures import count, percent_of
from evaluations.periods import Month
from evaluations.shown import SHOWN


@dataclass(frozen=True, slots=True)
class Number:
    """A number in words, that leads to the list of what it counts (`show`, a key of `evaluations.shown.SHOWN`)."""

    show: str
    words: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A step: its number, as a length of what was expected, as a share of the step before, then and a year ago."""

    show: str
    label: str | Promise
    number: str
    length: str
    share: str
    before: str
    year_ago: str
    # Of these: on the day, on time. And what did not come this far.
    timely: Number | None
    rest: Number | None


_STEPS = ("expected", "held", "sent", "verified")


def stages_of(board: Board) -> list[Stage]:
    return [_stage(board, step) for step in _STEPS]


def _stage(board: Board, show: str) -> Stage:
    now, step = board.now, SHOWN[show]
    return Stage(
        show=show,
        label=step.label,
        number=count(getattr(now, step.number)),
        length=percent(getattr(now, step.number), now.expected),
        share=_share(now, step.number, step.of),
        before=_share(board.before, step.number, step.of),
        year_ago=_share(board.year_ago, step.number, step.of),
        timely=_timely(now, show),
        rest=_rest(now, show),
    )


def _share(counts: Counts, name: str, of: str) -> str:
    return percent_of(getattr(counts, name), getattr(counts, of)) if of else ""


def _timely(now: Counts, show: str) -> Number | None:
    if show == "held" and now.with_day:
        words = ngettext("%(n)s on the day", "%(n)s on the day", now.held_on_day) % {"n": count(now.held_on_day)}
        return Number("on_day", f"{words} ({percent_of(now.held_on_day, now.with_day)})")
    if show == "sent" and now.with_deadline:
        words = ngettext("%(n)s on time", "%(n)s on time", now.sent_on_time) % {"n": count(now.sent_on_time)}
        return Number("on_time", f"{words} ({percent_of(now.sent_on_time, now.with_deadline)})")
    return None


def _rest(now: Counts, show: str) -> Number | None:
    if show == "held" and now.not_held:
        return Number("not_held", ngettext("%(n)s not held", "%(n)s not held", now.not_held) % {"n": count(now.not_held)})
    if show == "sent" and now.not_sent:
        return Number("not_sent", ngettext("%(n)s not sent", "%(n)s not sent", now.not_sent) % {"n": count(now.not_sent)})
    if show == "verified" and now.not_verified:
        words = ngettext("%(n)s waits for verification", "%(n)s wait for verification", now.not_verified)
        return Number("not_verified", words % {"n": count(now.not_verified)})
    return None


def to_do(board: Board) -> list[Number]:
    """What wants doing next, each leading to the cells it is about; the earliest step first."""
    now = board.now
    asked = (
        ("not_held", now.not_held, ngettext("%(n)s sitting to be held or recorded", "%(n)s sittings to be held or recorded", now.not_held)),
        ("not_sent", now.not_sent, ngettext("%(n)s score to be sent up", "%(n)s scores to be sent up", now.not_sent)),
        ("not_verified", now.not_verified, ngettext("%(n)s sheet to be verified", "%(n)s sheets to be verified", now.not_verified)),
        ("no_set", now.no_set, ngettext("%(n)s month without a set in force", "%(n)s months without a set in force", now.no_set)),
        ("not_due", now.not_due, ngettext("%(n)s score waits for a line", "%(n)s scores wait for a line", now.not_due)),
    )
    return [Number(show, words % {"n": count(number)}) for show, number, words in asked if number]


def queues_of(board: Board) -> list[tuple[Month, int]]:
    """The months in which sheets wait, of those the board looks back on, the newest first; of a committee right above all its cells."""
    return [] if board.below else [(month, counts.not_verified) for month, counts in reversed(board.months) if counts.not_verified]


def busiest(board: Board, most: int = 3) -> list[tuple[str, object]]:
    """The committees below with most still to do: (how much, in words; the committee)."""
    rows = sorted((each for each in board.below if each.counts.to_do), key=lambda each: -each.counts.to_do)[:most]
    return [(_("%(n)s to do") % {"n": count(each.counts.to_do)}, each) for each in rows]
