"""The closed list of measures: what a condition of a criterion can ask about a month.

A measure is typed. Counts, minutes and days are whole numbers; yes/no is a boolean; a ratio is kept as numerator and denominator and is
compared by cross-multiplication, never as a rounded percentage. `columns` are those of `MonthFacts`; `evaluations.measuring` fills them.
docs/criteria.md lists each with the criterion that asks it and the test that holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Unit(Enum):
    COUNT = "COUNT"
    MINUTES = "MINUTES"
    DAYS = "DAYS"
    YES_NO = "YES_NO"
    RATIO = "RATIO"
    POINTS = "POINTS"  # in hundredths; of a period only


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing the log can say about a month.

    `columns` is one column, or a ratio's (numerator, denominator); where they are NULL no comparison holds. `may_be_pending` marks a
    measure whose fact comes after the sitting; until it comes, the facts name it in `pending`, and its column is NULL or holds the
    days gone by.
    """

    name: str
    unit: Unit
    label: str | Promise
    definition: str | Promise
    columns: tuple[str, ...] = ()
    # A numerator made of several columns: ((column, weight), …); the denominator is multiplied by `scale` to match.
    terms: tuple[tuple[str, int], ...] = ()
    scale: int = 1
    may_be_pending: bool = False

    def sql(self, facts: str) -> str:
        """The measure's value (for a ratio: its numerator) over the row alias `facts`."""
        if self.terms:
            return "(" + " + ".join(f"{facts}.{column} * {weight}" for column, weight in self.terms) + ")"
        return f"{facts}.{self.columns[0]}"

    def base_sql(self, facts: str) -> str:
        return f"({facts}.{self.columns[1]} * {self.scale})"

    def value(self, facts) -> int | bool | None:
        """The same value from a `MonthFacts` (or anything with its attributes)."""
        if self.terms:
            return sum(getattr(facts, column) * weight for column, weight in self.terms)
        return getattr(facts, self.columns[0])

    def base(self, facts) -> int | None:
        base = getattr(facts, self.columns[1])
        return None if base is None else base * self.scale

    def compares_with(self, number: Decimal) -> bool:
        """Whether it makes sense to compare the measure with a number: a ratio with per cent, all else with whole numbers."""
        return 0 <= number <= 100 if self.unit is Unit.RATIO else number == number.to_integral_value()

    def says_limit(self, number: Decimal) -> str:
        """What it is compared with, in words: '40 %', '90', 'yes'."""
        if self.unit is Unit.YES_NO:
            return gettext("yes") if number else gettext("no")
        return number_format(number.normalize()) + (" %" if self.unit is Unit.RATIO else "")

    def says(self, facts) -> str:
        """The fact in words: '22/23 = 95.7 %', '105 minutes', 'yes'."""
        value = self.value(facts)
        base = self.base(facts) if self.unit is Unit.RATIO else 1
        if value is None or base is None:
            return gettext("not recorded")
        if self.unit is Unit.RATIO:
            return ratio_in_words(value, base, self.scale)
        if self.unit is Unit.YES_NO:
            return gettext("yes") if value else gettext("no")
        if self.unit is Unit.MINUTES:
            return gettext("%(count)s minutes") % {"count": value}
        if self.unit is Unit.DAYS:
            return gettext("%(count)s days") % {"count": value}
        return str(value)


def ratio_in_words(numerator: int, denominator: int, scale: int = 1) -> str:
    """'22/23 = 95.6 %'; both numbers are given `scale`-fold."""
    if denominator == 0:
        return gettext("none to count")
    # Shown to one decimal, cut off and not rounded: 89.96 % must not read as 90.0 %.
    tenths = numerator * 1000 // denominator
    percent = f"{tenths // 10}{gettext('.')}{tenths % 10}"
    shown = numerator // scale if numerator % scale == 0 else f"{Decimal(numerator) / scale:f}".replace(".", gettext("."))
    return f"{shown}/{denominator // scale} = {percent} %"


def _yes_no(name: str, label, definition) -> Measure:
    return Measure(name, Unit.YES_NO, label, definition, (name,))


def _count(name: str, label, definition, unit: Unit = Unit.COUNT, may_be_pending: bool = False) -> Measure:
    return Measure(name, unit, label, definition, (name,), may_be_pending=may_be_pending)


_ALL = (
    _count(
        "minutes",
        _("Length of the sitting"),
        _("Minutes from the start to the end of the month's regular or combined sitting."),
        Unit.MINUTES,
        may_be_pending=True,
    ),
    _yes_no("is_combined", _("Combined sitting"), _("The sitting was regular and thematic, one after the other.")),
    _count(
        "roster_size",
        _("Members on the roster"),
        _("Official, probationary and temporarily received members called that day, exempt ones included."),
    ),
    Measure(
        "attendance_rate",
        Unit.RATIO,
        _("Attendance rate"),
        _("Present of those expected: the roster less exempt and suspended members and those on special duty."),
        ("expected_present", "expected"),
    ),
    Measure(
        "attendance_rate_without_excused",
        Unit.RATIO,
        _("Attendance rate, excused left out"),
        _("Present of those expected less those absent with reason: an excused absence counts neither way."),
        ("expected_present", "expected_not_excused"),
    ),
    Measure(
        "attendance_rate_of_roster",
        Unit.RATIO,
        _("Attendance rate of the whole roster"),
        _("Roster members present (exempt ones who came included), of all on the roster; nobody is left out."),
        ("present", "roster_size"),
    ),
    _count("present", _("Members present"), _("Roster members present, exempt ones who came included.")),
    _count("excused", _("Absent with reason"), _("Expected members absent with reason.")),
    _count("unexcused", _("Absent without reason"), _("Expected members absent without reason.")),
    _count(
        "longest_excused_run",
        _("Longest run of excused absences"),
        _("The most regular sittings running for which one member was absent with reason, from January to this month."),
    ),
    _yes_no(
        "draft_prepared",
        _("Draft and directions ready"),
        _("Directions for debate and a draft conclusion or resolution were ready by the day of the sitting."),
    ),
    _yes_no(
        "sole_secretary",
        _("Only a secretary"),
        _("On that day the cell had neither a deputy nor a committee member beside its secretary."),
    ),
    _yes_no(
        "committee_met",
        _("Committee met first"),
        _("The cell committee, or secretary and deputy, met by the day of the sitting and kept minutes."),
    ),
    _count(
        "prepared_lead_days",
        _("Committee met, days before"),
        _("Days from the meeting of the cell committee, or of secretary and deputy, to the sitting; negative when it met afterwards."),
        Unit.DAYS,
    ),
    _yes_no("members_notified", _("Members told"), _("Time, place and content were told to every member before the sitting.")),
    _yes_no(
        "following_member_notified",
        _("Following member told"),
        _("Time, place and content were told to the following member before the sitting."),
    ),
    _count(
        "notified_lead_days",
        _("Members told, days before"),
        _("Days from telling the members time, place and content to the sitting; negative when they were told afterwards."),
        Unit.DAYS,
    ),
    _count(
        "agenda_items",
        _("Items of the agenda"),
        _("Items of the agenda, as recorded; of a sitting with secret content no agenda is kept, so their number is not recorded."),
    ),
    _yes_no("uses_handbook", _("On the app"), _("The cell may post its files in the e-handbook app.")),
    _yes_no("app_outage", _("App out of order"), _("The e-handbook app was out of order, so the sitting was held on paper.")),
    _yes_no("is_secret", _("Secret content"), _("The content is secret; its files are not posted.")),
    _yes_no("files_posted", _("Files posted"), _("The files of the sitting were posted in the e-handbook app.")),
    _count(
        "files_lead_days",
        _("Files posted, days before"),
        _("Days from the posting of the files to the sitting; negative when posted afterwards."),
        Unit.DAYS,
    ),
    _count("steps_missing", _("Steps left out"), _("Steps of a sitting, out of the checklist, that were not ticked as held.")),
    _yes_no(
        "thematic_held",
        _("Thematic sitting this month"),
        _("A thematic or combined sitting was held for the month."),
    ),
    _yes_no(
        "thematic_this_quarter",
        _("Thematic sitting this quarter"),
        _("A thematic or combined sitting was held for this month or for an earlier one of its quarter."),
    ),
    _yes_no(
        "praise_considered",
        _("Praise and reminders considered"),
        _("The sitting held the step of praise and reminders; how many were praised or reminded is not asked."),
    ),
    _yes_no("is_online", _("Held online"), _("The sitting was held online, or in person and online at once.")),
    _count(
        "held_day",
        _("Day of the sitting"),
        _(
            "Day on which the sitting was held, counted from the first of the month it is for as day 1: of a month of 30 days, "
            "the 2nd of the next is 32 and the last of the one before is 0."
        ),
    ),
    _count(
        "regular_missed_this_year",
        _("Months missed this year"),
        _(
            "Months from January to this one on whose first day the cell stood under a committee, and for which no regular or combined "
            "sitting was held."
        ),
    ),
    _count("opinions", _("Opinions"), _("Opinions recorded at the sitting, those of guests included.")),
    _count("speakers", _("Members who spoke"), _("Roster members present who spoke at least once.")),
    Measure(
        "speakers_rate",
        Unit.RATIO,
        _("Share of those present who spoke"),
        _("Roster members who spoke at least once, of roster members present (exempt ones who came included)."),
        ("speakers", "present"),
    ),
    _yes_no(
        "minutes_signed",
        _("Minutes complete"),
        _("Chair and minute-taker are named and the minutes are signed."),
    ),
    _count(
        "ideology_minutes",
        _("Minutes on ideology"),
        _("Minutes given to ideology, criticism and self-criticism."),
        Unit.MINUTES,
    ),
    _count(
        "tasks_due",
        _("Tasks due"),
        _("Tasks of earlier sittings that fell due after the regular sitting before this one and by this one."),
    ),
    Measure(
        "tasks_done_rate",
        Unit.RATIO,
        _("Tasks done, of those due"),
        _("Tasks reported done by this sitting, of the tasks due; partly done counts as not done."),
        ("tasks_done", "tasks_due"),
    ),
    Measure(
        "tasks_done_rate_partly_half",
        Unit.RATIO,
        _("Tasks done, of those due (partly done counts half)"),
        _("Tasks reported done by this sitting plus half of those partly done, of the tasks due."),
        ("tasks_done", "tasks_due"),
        terms=(("tasks_done", 2), ("tasks_partly", 1)),
        scale=2,
    ),
    _yes_no(
        "conclusion_passed",
        _("Conclusion or resolution passed"),
        _("A conclusion or resolution got more than half of the votes."),
    ),
    Measure(
        "conclusion_votes_rate",
        Unit.RATIO,
        _("Votes for the conclusion or resolution"),
        _("Votes for the conclusion or resolution, of those the vote counts; of several, the vote with the highest share."),
        ("conclusion_votes_for", "conclusion_votes_base"),
    ),
    _yes_no("minutes_passed", _("Minutes passed"), _("The minutes were read and passed.")),
    _count("tasks_assigned", _("Tasks assigned"), _("Tasks that the sitting assigned.")),
    _count("tasks_unnamed", _("Tasks without a named member"), _("Tasks that the sitting assigned to no named member.")),
    _count(
        "conclusion_lag_days",
        _("Conclusion posted, days after"),
        _("Days from the sitting to the posting of its conclusion; until it is posted, the days gone by."),
        Unit.DAYS,
        may_be_pending=True,
    ),
)

MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}
