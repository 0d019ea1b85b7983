"""How well a set tells cells apart: lines that say nothing, or what another says; what rests on no proof; how made-up cells fare."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.definition import Definition, Line
from evaluations.figures import points
from evaluations.models import CriterionKind, Grade, GroupPart, MonthFacts, Rehearsal
from evaluations.scoring import evaluate
from meetings.models import CellKind

# Of the months in which a line applies: so many alike say nothing. In per mille, so that a single slip hides nothing.
ALIKE = 995
# Fewer months than this prove nothing.
FEWEST = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a drafter should look at, with the line it is about."""

    line: str
    sentence: str


def findings_of(rehearsal: Rehearsal) -> Iterator[Finding]:
    """What the rehearsed months say of the set's lines, in their order."""
    still = set()
    for line in rehearsal.lines:
        named = f"{line['code']} {line['title']}"
        counts = {int(outcome): count for outcome, count in line["counts"].items()}
        applied = {outcome: count for outcome, count in counts.items() if outcome >= 0}
        months = sum(applied.values())
        if not months and sum(counts.values()) >= FEWEST:
            yield Finding(named, _("It never applied."))
        if months < FEWEST:
            continue
        full = sum(count for outcome, count in applied.items() if line["worths"][outcome] == line["most"])
        most_often = max(applied.values())
        words = {"full": full, "alike": most_often, "months": months}
        if 1000 * max(full, most_often) >= ALIKE * months:
            still.add(named)
        if 1000 * full >= ALIKE * months:
            yield Finding(named, _("Always at full marks (%(full)s of %(months)s months): it tells no cell apart.") % words)
        elif named in still:
            yield Finding(named, _("It hardly varies (%(alike)s of %(months)s months alike).") % words)
    for one, other, alike, months in rehearsal.alike:
        if not {one, other} & still and months >= FEWEST and 1000 * alike >= ALIKE * months:
            words = {"other": other, "alike": alike, "months": months}
            yield Finding(one, _("Full marks whenever “%(other)s” has them, and only then (%(alike)s of %(months)s months).") % words)


@dataclass(frozen=True, slots=True)
class Proof:
    """Of the points of a set, how many rest on what (hundredths)."""

    kind: CriterionKind
    worth: int


def proofs_of(definition: Definition) -> list[Proof]:
    """Of the lines; a joint cap is not minded."""
    of_kind = {kind: [line for line in definition if line.criterion.kind == kind] for kind in CriterionKind}
    return [Proof(kind, sum(line.max_points for line in lines if line.part == GroupPart.BASE)) for kind, lines in of_kind.items()]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A cell that is nobody's, of a known sort: its facts, and what share of the best (0 to 1) it gives itself where it judges."""

    label: str | Promise
    words: str | Promise
    facts: dict[str, object]
    gives_itself: float


# A cell of 20, all expected, that sat as it should and has everything done; the others differ in what is said of them.
_IDEAL = {
    "pending": [],
    "minutes": 95,
    "is_combined": False,
    "roster_size": 20,
    "expected": 20,
    "expected_present": 20,
    "present": 20,
    "expected_not_excused": 20,
    "excused": 0,
    "unexcused": 0,
    "longest_excused_run": 0,
    "regular_missed_this_year": 0,
    "draft_prepared": True,
    "sole_secretary": False,
    "committee_met": True,
    "prepared_lead_days": 3,
    "notified_lead_days": 3,
    "agenda_items": 6,
    "members_notified": True,
    "following_member_notified": True,
    "uses_handbook": True,
    "app_outage": False,
    "is_secret": False,
    "files_posted": True,
    "files_lead_days": 2,
    "steps_missing": 0,
    "thematic_held": True,
    "thematic_this_quarter": True,
    "is_online": False,
    "held_day": 3,
    "praise_considered": True,
    "opinions": 16,
    "speakers": 14,
    "minutes_signed": True,
    "ideology_minutes": 20,
    "tasks_due": 5,
    "tasks_done": 5,
    "tasks_partly": 0,
    "conclusion_passed": True,
    "conclusion_votes_for": 20,
    "conclusion_votes_base": 20,
    "minutes_passed": True,
    "tasks_assigned": 4,
    "tasks_unnamed": 0,
    "conclusion_lag_days": 1,
}
MADE_UP = (
    MadeUp(
        gettext_lazy("Lazy"),
        gettext_lazy("Sits three quarters of an hour, records that all came and little else, and judges itself the best everywhere."),
        _IDEAL
        | {"minutes": 45, "draft_prepared": False, "committee_met": False, "members_notified": False, "following_member_notified": False}
        | {"files_posted": False, "files_lead_days": None, "steps_missing": 3, "thematic_held": False, "praise_considered": False}
        | {"prepared_lead_days": None, "notified_lead_days": None, "agenda_items": 2, "opinions": 2, "thematic_this_quarter": False}
        | {"speakers": 2, "ideology_minutes": 0, "tasks_due": 0, "tasks_done": 0, "tasks_assigned": 0, "conclusion_lag_days": 20},
        1.0,
    ),
    MadeUp(
        gettext_lazy("Copying"),
        gettext_lazy("Records the same perfect sitting every month, and judges itself the best everywhere."),
        _IDEAL,
        1.0,
    ),
    MadeUp(
        gettext_lazy("Honest but poor"),
        gettext_lazy("Records what was: some absent, one without reason, few speak, tasks half done; judges itself in the middle."),
        _IDEAL
        | {
            "minutes": 80,
            "expected_present": 14,
            "present": 14,
            "unexcused": 1,
            "excused": 5,
            "speakers": 5,
            "tasks_done": 2,
            "tasks_partly": 1,
        }
        | {"expected_not_excused": 15, "opinions": 5, "conclusion_votes_for": 13, "conclusion_votes_base": 14}
        | {"files_lead_days": 0, "ideology_minutes": 10, "conclusion_lag_days": 4, "steps_missing": 1},
        0.5,
    ),
)


@dataclass(frozen=True, slots=True)
class Fared:
    """What a made-up cell comes to, and the lines on which it loses most (named, hundredths lost)."""

    cell: MadeUp
    total: int | None
    grade: Grade | None
    lost: tuple[tuple[str, str], ...]

    @property
    def grade_label(self) -> str:
        return str(self.grade.label) if self.grade else ""


def fare(definition: Definition, most_lines: int = 4) -> list[Fared]:
    """How the made-up cells come out under a set that has no faults. A query each."""
    return [_fared(definition, cell, most_lines) for cell in MADE_UP]


def facts_of(cell: MadeUp) -> MonthFacts:
    """As if measured; stored nowhere."""
    day = date(2026, 3, 3)
    return MonthFacts(month=day.replace(day=1), held_on=day, measured_on=day, counted_path="", cell_kind=CellKind.VILLAGE, **cell.facts)


def _fared(definition: Definition, cell: MadeUp, most_lines: int) -> Fared:
    facts = facts_of(cell)
    levels = [_level(line, cell.gives_itself) if line.criterion.asks_level else None for line in definition]
    scored = evaluate(definition, facts, levels)
    worths = [(line, worth) for line, worth in zip(definition, scored.points, strict=True) if worth is not None]
    losses = [(line.unmoved - worth, line) for line, worth in worths if worth < line.unmoved]
    losses.sort(key=lambda loss: (-loss[0], loss[1].index))
    lost = tuple((f"{line.criterion.code} {line.criterion.title}", f"−{points(least)}") for least, line in losses[:most_lines])
    return Fared(cell, scored.total, scored.classed(definition).grade, lost)


def _level(line: Line, share: float) -> int:
    """The level nearest to that share of the best, the lower of two."""
    nearness = [(abs(level.points - share * line.max_points), level.points) for level in line.levels]
    return nearness.index(min(nearness))
