"""Time lines in memory: what a list says is laid beside what is stored, and never over it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(slots=True)
class Span:
    """One dated row: `key` is its primary key, None where the list brings it; `what` tells it from others on the same line."""

    what: Any
    from_: date | None
    until: date | None
    key: int | None = None
    reason: str = ""
    is_changed: bool = False

    def overlaps(self, other: "Span") -> bool:
        return (self.until is None or other.from_ is None or other.from_ < self.until) and (
            other.until is None or self.from_ is None or self.from_ < other.until
        )


@dataclass(slots=True)
class Line:
    """The rows of one thing that can have only one at a time, a member's home for instance."""

    spans: list[Span] = field(default_factory=list)

    def lay(self, new: Span, *, ends_earlier: bool, because: str = "") -> Span | None:
        """Take a row of the list in. Returns the row it would lie over, with nothing changed; None where it is taken.

        The same thing from the same day is the same row: a new end or reason updates it, a blank one says nothing. `ends_earlier`
        lets an earlier row without an end finish where the new one begins, for the reason `because`.
        """
        same = next((span for span in self.spans if span.what == new.what and span.from_ == new.from_), None)
        if same is not None:
            return self._update(same, new)
        over = [span for span in self.spans if span.overlaps(new)]
        if ends_earlier and len(over) == 1 and over[0].until is None and (over[0].from_ is None or over[0].from_ < new.from_):
            over[0].until, over[0].reason, over[0].is_changed = new.from_, because, True
            over = []
        if over:
            return over[0]
        new.is_changed = True
        self.spans.append(new)
        return None

    def _update(self, same: Span, new: Span) -> Span | None:
        until = new.until or same.until
        # What a later row of the same list has cut stays cut.
        wanted = Span(same.what, same.from_, until)
        if over := next((span for span in self.spans if span is not same and span.overlaps(wanted)), None):
            return over
        reason = new.reason or same.reason
        if (until, reason) != (same.until, same.reason):
            same.until, same.reason, same.is_changed = until, reason, True
        return None

    def say(self, new: Span) -> None:
        """Take in what simply holds from a day on, such as a standing: the row before ends there, a row of that day is corrected.

        What the list says of a day on which it holds already is no news.
        """
        held = next((span for span in self.spans if span.overlaps(Span(None, new.from_, _after(new.from_)))), None)
        if held is not None and held.what == new.what:
            return
        if held is not None and held.from_ == new.from_:
            held.what, held.is_changed = new.what, True
            return
        if held is not None:
            new.until = held.until
            held.until, held.is_changed = new.from_, True
        else:
            new.until = min((span.from_ for span in self.spans if span.from_ > new.from_), default=None)
        new.is_changed = True
        self.spans.append(new)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
