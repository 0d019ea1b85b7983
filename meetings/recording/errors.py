"""Why something was not recorded although it could be so: someone else recorded in between."""

from dataclasses import dataclass, fields
from typing import Any

from meetings.models import Meeting


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
