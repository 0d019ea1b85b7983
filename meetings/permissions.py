"""Who may do what. Rights come from appointments in force on the day; a refusal carries its reason.

Pure once built: `authority_of` reads the appointments in one query, every question after that is answered without the database.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.models import Appointment, Cell, Committee, Level, Role, User

OFFICE_ROLES = (Role.COMMITTEE, Role.PROVINCIAL_BOARD)
FIGURES_ROLES = (*OFFICE_ROLES, Role.AUDITOR)
# Who speaks for a committee that is asked for its opinion, and sets what a document leaves to it.
VOICE_ROLES = (*OFFICE_ROLES, Role.CRITERIA_ADMIN)


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes, or a no with its reason."""

    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return not self.reason


YES = Permit()


def require(permit: Permit) -> None:
    """Raise `PermissionDenied` with the permit's reason where it is a no: the page is then a 403 that says why."""
    if not permit:
        raise PermissionDenied(permit.reason)


def parent_path(path: str) -> str:
    """The path one level up; '' above the root."""
    return path[: path[:-1].rfind("/") + 1]


class Authority:
    """What one user may do on one day."""

    def __init__(self, user: User, appointments: Iterable[Appointment]):
        self.user = user
        self.appointments = tuple(appointments)

    def of_role(self, *roles: str) -> list[Appointment]:
        return [held for held in self.appointments if held.role in roles]

    @property
    def cells(self) -> list[Cell]:
        """The cells this user records for."""
        return [held.cell for held in self.of_role(Role.SECRETARY)]

    @property
    def offices(self) -> list[Committee]:
        """The committees whose office this user works in."""
        return [held.committee for held in self.of_role(*OFFICE_ROLES)]

    @property
    def voices(self) -> list[Committee]:
        """The committees that this user speaks for, each once."""
        return list({held.committee_id: held.committee for held in self.of_role(*VOICE_ROLES)}.values())

    @property
    def figure_paths(self) -> list[str]:
        """The subtrees whose figures this user sees."""
        paths = {held.committee.scope_path for held in self.of_role(*FIGURES_ROLES)}
        paths |= {held.cell.scope_path for held in self.of_role(Role.SECRETARY, Role.FOLLOWING_MEMBER)}
        return sorted(path for path in paths if not any(path != other and path.startswith(other) for other in paths))

    @property
    def criteria_paths(self) -> list[str]:
        """The committees whose criteria sets this user edits."""
        return [held.committee.scope_path for held in self.of_role(Role.CRITERIA_ADMIN)]

    def sees_figures(self, body: Cell | Committee) -> bool:
        return any(body.is_within(path) for path in self.figure_paths)

    def is_secretary_of(self, cell: Cell) -> bool:
        return any(held.cell_id == cell.pk for held in self.of_role(Role.SECRETARY))

    def follows(self, cell: Cell) -> bool:
        return any(held.cell_id == cell.pk for held in self.of_role(Role.FOLLOWING_MEMBER))

    def is_directly_above(self, body: Cell | Committee) -> bool:
        """Whether the user works in the office of the committee directly above the body."""
        return any(office.scope_path == parent_path(body.scope_path) for office in self.offices)

    def to_record(self, cell: Cell) -> Permit:
        """Plan, record and send the cell's meetings."""
        if self.is_secretary_of(cell):
            return YES
        return Permit(_("Only the secretary of this cell records its meetings."))

    def to_keep_roster(self, cell: Cell) -> Permit:
        if self.is_secretary_of(cell) or self.is_directly_above(cell):
            return YES
        return Permit(_("The roster is kept by the cell's secretary and the office directly above."))

    def to_read_content(self, cell: Cell) -> Permit:
        """Read opinions, speakers, reasons of absence; everyone but the secretary does so with a logged reason."""
        if self.is_secretary_of(cell) or self.follows(cell) or self.is_directly_above(cell):
            return YES
        return Permit(_("Content stays with the cell, its following member and its direct superior."))

    def to_verify_under(self, committee: Committee) -> Permit:
        """Decide on the sheets of the cells right under the committee."""
        if any(office.pk == committee.pk for office in self.offices):
            return YES
        return Permit(_("Score sheets are verified by the office of the committee right above the cells."))

    def to_verify(self, cell: Cell, scorers: Collection[int] = ()) -> Permit:
        """Decide on, return and reopen a sheet of the cell; `scorers` are the keys of those who scored or sent it."""
        if not self.is_directly_above(cell):
            return Permit(_("Score sheets are verified by the office of the committee right above the cells."))
        return self._not_ones_own(scorers)

    def to_propose(self, cell: Cell, scorers: Collection[int] = ()) -> Permit:
        """Propose how a sheet of the cell is verified."""
        if not self.follows(cell):
            return Permit(_("The verification is proposed by the member who follows the cell."))
        return self._not_ones_own(scorers)

    def _not_ones_own(self, scorers: Collection[int]) -> Permit:
        return Permit(_("You scored or sent this sheet yourself; someone else verifies it.")) if self.user.pk in scorers else YES

    def to_extend_under(self, committee: Committee) -> Permit:
        """Give the cells right under the committee more time to hold or send a month."""
        if any(office.pk == committee.pk for office in self.offices):
            return YES
        return Permit(_("Deadlines are extended by the office of the committee right above the cells."))

    def to_remind(self, committee: Committee) -> Permit:
        """Remind the cells of a whole subtree of what they have not held or sent yet."""
        if any(committee.is_within(office.scope_path) for office in self.offices):
            return YES
        return Permit(_("Cells are reminded by the office of the committee or of one above it."))

    def to_score_anew(self, committee: Committee) -> Permit:
        """Have the months of a whole subtree measured and scored again."""
        if any(committee.is_within(office.scope_path) for office in self.offices):
            return YES
        return Permit(_("Periods are scored anew by the office of the committee or of one above it."))

    def to_appoint_under(self, committee: Committee) -> Permit:
        """Appoint, hand over, end and issue login codes for the bodies directly under the committee."""
        if any(office.pk == committee.pk for office in self.offices):
            return YES
        return Permit(_("Accounts are kept by the office of the committee itself."))

    def to_edit_criteria(self) -> Permit:
        if self.criteria_paths:
            return YES
        return Permit(_("Criteria are edited by an appointed criteria admin."))

    def to_set_rules(self, committee: Committee) -> Permit:
        """Set what the committee rules for the cells under it: when they meet, post and send, and their holidays."""
        if any(held.committee_id == committee.pk for held in self.of_role(Role.CRITERIA_ADMIN)):
            return YES
        return Permit(_("What a committee rules for its cells is set by its own criteria admin."))

    def to_set_parameters(self, committee: Committee) -> Permit:
        """Set the values that a document leaves to the committee."""
        if any(held.committee_id == committee.pk for held in self.of_role(*VOICE_ROLES)):
            return YES
        return Permit(_("What a document leaves to a committee is set by its own office or criteria admin."))

    def to_close_periods(self, committee: Committee) -> Permit:
        """Publish a province's periods, lock their months, and publish corrections."""
        if committee.level == Level.PROVINCE and any(office.pk == committee.pk for office in self.offices):
            return YES
        return Permit(_("Periods are closed and corrected by the office of the province itself."))


def authority_of(user: User, on: date) -> Authority:
    """The user's authority on a day: one query; nobody's for an anonymous or barred user."""
    if not user.is_authenticated or not user.is_active:
        return Authority(user, ())
    return Authority(user, user.appointments.on(on).select_related("cell", "committee"))
