"""Cells with months' scores written straight, and rules of every shape, for the tests of the roll-up."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from evaluations.measures import Unit
from evaluations.models import (
    Comparison,
    CriteriaSet,
    Grade,
    MissingMonth,
    MonthScore,
    ReviewDecision,
    RollupCondition,
    RollupRow,
    RollupRule,
    ScoreSheet,
    ScoreState,
    SheetState,
    UnverifiedMonth,
)
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.periods import LONGER, Month
from meetings.models import Cell, Committee, Meeting, MeetingState, User

AT = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
GRADE_FROM = ((90_00, Grade.GOOD), (70_00, Grade.FAIR), (50_00, Grade.AVERAGE), (0, Grade.POOR))


def make_rule(
    criteria_set: CriteriaSet,
    kind: str,
    *rows: tuple[str, list[tuple[str, str, object]]],
    missing: str = MissingMonth.SKIP,
    unverified: str = UnverifiedMonth.PROVISIONAL,
) -> RollupRule:
    """A rule of rows (class, [(measure, comparison, value)]); without rows, one that says Good whatever the months are."""
    rule = RollupRule.objects.create(
        criteria_set=criteria_set, period_kind=kind, missing_month=missing, unverified_month=unverified, clause="Mục IV"
    )
    for position, (grade, tests) in enumerate(rows or [(Grade.GOOD, [])], start=1):
        row = RollupRow.objects.create(rule=rule, position=position, grade=grade, words=f"Mức {position}")
        for measure, comparison, value in tests:
            RollupCondition.objects.create(row=row, measure=measure, comparison=comparison, value=Decimal(str(value)))
    return rule


@dataclass
class Writer:
    """Writes months' scores with the sheets that they need."""

    user: User
    decisions: dict[int, ReviewDecision] = field(default_factory=dict)

    def decided(self, committee: Committee) -> ReviewDecision:
        if committee.pk not in self.decisions:
            self.decisions[committee.pk] = ReviewDecision.objects.create(committee=committee, decided_by=self.user, decided_at=AT)
        return self.decisions[committee.pk]

    def month(
        self,
        cell: Cell,
        month: Month,
        state: str = ScoreState.SCORED,
        *,
        committee: Committee,
        criteria_set: CriteriaSet | None = None,
        total: int | None = None,
        verified: bool = False,
        **columns,
    ) -> MonthScore:
        """The score of one month of a cell, where it says so with its sitting and its sheet."""
        sent = state in (ScoreState.SCORED, ScoreState.NOT_DUE)
        total = (92_00 if total is None else total) if state == ScoreState.SCORED else None
        grade = "" if total is None else next(grade for least, grade in GRADE_FROM if total >= least)
        sheet = self.sheet(cell, month, committee, criteria_set, verified=verified) if sent and criteria_set else None
        usual = {"held": state != ScoreState.NOT_HELD, "thematic_held": False, "sent": sent, "cell_kind": cell.kind}
        path = committee.scope_path + cell.segment
        return MonthScore.objects.create(
            cell=cell,
            month=month.first,
            state=state,
            committee=committee,
            counted_path=path,
            sheet=sheet,
            total=total,
            grade=grade,
            verified=verified,
            **usual | columns,
        )

    def sheet(self, cell: Cell, month: Month, committee: Committee, criteria_set: CriteriaSet, *, verified: bool) -> ScoreSheet:
        sitting = Meeting.objects.create(cell=cell, for_month=month.first, state=MeetingState.HELD, held_on=month.first.replace(day=3))
        return ScoreSheet.objects.create(
            cell=cell,
            month=month.first,
            meeting=sitting,
            criteria_set=criteria_set,
            state=SheetState.VERIFIED if verified else SheetState.SUBMITTED,
            decision=self.decided(committee) if verified else None,
            submitted_at=AT,
            submitted_by=self.user,
        )


SMALL = {
    Unit.COUNT: st.integers(0, 12).map(Decimal),
    Unit.RATIO: st.sampled_from([Decimal(text) for text in ("0", "33.33", "50", "66.66", "66.67", "100")]),
    Unit.POINTS: st.sampled_from([Decimal(text) for text in ("0", "50", "70", "74.5", "81.33", "81.34", "90", "100")]),
}


@st.composite
def conditions(draw) -> tuple[str, str, Decimal]:
    measure = draw(st.sampled_from(sorted(PERIOD_MEASURES.values(), key=lambda measure: measure.name)))
    return measure.name, draw(st.sampled_from(Comparison.values)), draw(SMALL[measure.unit])


@st.composite
def rules(draw) -> dict[str, dict]:
    """By kind of period, what a set's rule says; now and then there is none."""
    found = {}
    for kind in LONGER:
        if draw(st.integers(0, 7)):
            rows = draw(st.lists(st.tuples(st.sampled_from(Grade.values), st.lists(conditions(), min_size=1, max_size=3)), max_size=4))
            found[kind.KIND] = {
                "rows": [*rows, (draw(st.sampled_from(Grade.values)), [])],
                "missing": draw(st.sampled_from(MissingMonth.values)),
                "unverified": draw(st.sampled_from(UnverifiedMonth.values)),
            }
    return found


def write_months(
    rng: Random, writer: Writer, cell: Cell, months: list[Month], committees: list[Committee], sets: list[CriteriaSet]
) -> None:
    """A score for most of the months of a cell that may move and whose set may change on the way."""
    kinds = [ScoreState.SCORED] * 6 + [ScoreState.NOT_HELD, ScoreState.NOT_SENT, ScoreState.NO_SET, ScoreState.NOT_DUE]
    place, criteria_set = rng.choice(committees), rng.choice(sets)
    for month in months:
        if rng.random() < 0.05:
            continue
        if rng.random() < 0.1:
            place, criteria_set = rng.choice(committees), rng.choice(sets)
        state = rng.choice(kinds)
        writer.month(
            cell,
            month,
            state,
            committee=place,
            criteria_set=criteria_set,
            total=rng.choice([90_00, 89_99, 70_00, 69_99, 50_00, 49_99, rng.randrange(10_001)]),
            verified=state == ScoreState.SCORED and rng.random() < 0.6,
            held_on_day=rng.choice([None, True, False]),
            thematic_held=rng.random() < 0.3,
            sent_on_time=rng.choice([None, True, False]),
        )
