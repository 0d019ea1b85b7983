"""How a sheet stands to the frame it concretises: what it covers, leaves out, weighs otherwise and adds of its own."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from evaluations.criteria_entries import CriterionEntry, GroupEntry, SetEntry


class Stand(TextChoices):
    COVERED = "COVERED", _("covered")
    WEIGHS_OTHERWISE = "OTHERWISE", _("weighs otherwise")
    LEFT_OUT = "LEFT_OUT", _("left out")


@dataclass(frozen=True, slots=True)
class Concretised:
    """A criterion of the frame with the sheet's lines for it. Points in hundredths; `asked` None where the frame gives none."""

    criterion: CriterionEntry
    lines: tuple[CriterionEntry, ...]

    @property
    def asked(self) -> int | None:
        return self.criterion.points

    @property
    def given(self) -> int:
        return sum(line.points or 0 for line in self.lines)

    @property
    def stand(self) -> Stand:
        if not self.lines:
            return Stand.LEFT_OUT
        if self.asked is not None and self.asked != self.given:
            return Stand.WEIGHS_OTHERWISE
        return Stand.COVERED


@dataclass(frozen=True, slots=True)
class GroupOfFrame:
    group: GroupEntry
    criteria: tuple[Concretised, ...]

    @property
    def given(self) -> int:
        return sum(each.given for each in self.criteria)

    @property
    def weighs_otherwise(self) -> bool:
        return self.group.points is not None and self.group.points != self.given


@dataclass(frozen=True, slots=True)
class Conformity:
    """The frame's groups in their order, and the sheet's lines that concretise nothing of it."""

    groups: tuple[GroupOfFrame, ...]
    own: tuple[CriterionEntry, ...]

    @property
    def counts(self) -> list[tuple[Stand, int]]:
        stands = [each.stand for group in self.groups for each in group.criteria]
        return [(stand, stands.count(stand)) for stand in Stand]

    @property
    def points_of_own(self) -> int:
        return sum(line.points or 0 for line in self.own)


def conformity(frame: SetEntry, sheet: SetEntry) -> Conformity:
    lines = list(sheet.criteria)
    known = {criterion.code for criterion in frame.criteria}
    groups = tuple(
        GroupOfFrame(
            group,
            tuple(
                Concretised(criterion, tuple(line for line in lines if line.concretises == criterion.code)) for criterion in group.criteria
            ),
        )
        for group in frame.groups
    )
    return Conformity(groups, tuple(line for line in lines if line.concretises not in known))
