"""Why something was not recorded: it can't be so (`Refused`), or someone else recorded in between (`StaleForm`)."""

from dataclasses import dataclass, fields
from typing import Any

from django.utils.functional import Promise

from meetings.models import Meeting


class Refused(Exception):
    """What can't have happened: for each field, a sentence that says how to mend it.

    Fields of a row are named `row.number.field` (`decisions.0.votes_for`, counted from 0); a key of its own page is "".
    """

    def __init__(self, problems: dict[str, str | Promise]):
        super().__init__("; ".join(str(problem) for problem in problems.values()))
        self.problems = problems


class Problems(dict):
    """Collects problems, the first one of a field wins; `refuse_if_any` raises them together."""

    def add(self, field: str, problem: str | Promise) -> None:
        self.setdefault(field, problem)

    def refuse_if_any(self) -> None:
        if self:
            raise Refused(dict(self))


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    mine: Any
    stored: Any


class StaleForm(Exception):
    """The meeting was recorded anew since the form was made. Carries both versions; nothing was written.

    `mine` and `stored` are of the same dataclass (`Preparation`, `Sitting`, `Issue`), or None where the form has no such record.
    """

    def __init__(self, meeting: Meeting, mine: Any = None, stored: Any = None):
        super().__init__(f"{meeting} is at version {meeting.version}")
        self.meeting = meeting
        self.mine = mine
        self.stored = stored

    @property
    def differences(self) -> list[Difference]:
        if self.mine is None:
            return []
        pairs = ((field.name, getattr(self.mine, field.name), getattr(self.stored, field.name)) for field in fields(self.mine))
        return [Difference(name, mine, stored) for name, mine, stored in pairs if mine != stored]
