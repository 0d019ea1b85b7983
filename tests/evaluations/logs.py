"""Random logs of meetings: what any cell might have recorded, odd cases more often than in life."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from evaluations.models import CriteriaScope, CriteriaSet
from meetings.models import (
    AgendaItem,
    Attendance,
    Cell,
    CellKind,
    Committee,
    CommitteePreparation,
    Decision,
    DecisionKind,
    ExemptionKind,
    Holiday,
    Level,
    Meeting,
    MeetingKind,
    MeetingMode,
    MeetingRules,
    MeetingState,
    Member,
    Opinion,
    Placement,
    Position,
    PositionTitle,
    Posting,
    PostingKind,
    Presence,
    StandingKind,
    Step,
    Task,
    TaskReport,
    TaskState,
)
from tests.factories import SINCE, make_committee

MONTHS = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
AS_OF = date(2026, 4, 10)


@dataclass(frozen=True)
class Province:
    """Central committee → province → two communes, one of them with a grassroots committee."""

    central: Committee
    province: Committee
    communes: tuple[Committee, Committee]
    grassroots: Committee

    @property
    def parents(self) -> list[Committee]:
        return [*self.communes, self.grassroots]


def make_province(*sets: CriteriaSet) -> Province:
    """The tree, with sets in force here and there (of those given), rules that change and holidays."""
    central = make_committee("Trung ương", Level.CENTRAL)
    province = make_committee("Tỉnh ủy", Level.PROVINCE, parent=central)
    one, two = make_committee("Đảng ủy xã Một", parent=province), make_committee("Đảng ủy xã Hai", parent=province)
    grassroots = make_committee("Đảng ủy cơ sở", Level.GRASSROOTS, parent=two)
    spans = [(SINCE, date(2026, 1, 3)), (date(2026, 1, 3), None), (SINCE, None), (date(2025, 12, 1), date(2026, 2, 5))]
    places = [(one, ""), (one, ""), (two, CellKind.VILLAGE), (grassroots, "")]
    for criteria_set, (committee, kind), during in zip(sets, places, spans, strict=False):
        where = {"committee": committee, "cell_kind": kind, "part": criteria_set.part}
        CriteriaScope.objects.create(criteria_set=criteria_set, during=during, **where)
    MeetingRules.objects.create(committee=province, during=(SINCE, None), document="42", meeting_day=3, last_day=7)
    MeetingRules.objects.create(committee=one, during=(SINCE, date(2026, 2, 1)), document="QĐ xã", meeting_day=5)
    MeetingRules.objects.create(committee=grassroots, during=(date(2026, 1, 1), None), document="Không định ngày")
    Holiday.objects.create(during=(date(2026, 1, 1), date(2026, 1, 6)), name="Tết dương lịch")
    Holiday.objects.create(committee=two, during=(date(2026, 3, 3), date(2026, 3, 4)), name="Lễ của xã")
    return Province(central, province, (one, two), grassroots)


def make_log(rng: Random, province: Province) -> Cell:
    """A cell with its places, positions and five months of sittings."""
    cell = Cell.objects.create(name="Chi bộ", kind=rng.choice([CellKind.VILLAGE, CellKind.SCHOOL]), uses_handbook=rng.random() < 0.8)
    _place(rng, cell, province)
    members = Member.objects.bulk_create(Member(full_name=f"Đảng viên {number}") for number in range(rng.randint(2, 5)))
    _give_positions(rng, cell, members)
    tasks: list[Task] = []
    for month in MONTHS:
        for kind in rng.choices([[], ["REGULAR"], ["COMBINED"], ["REGULAR", "THEMATIC"], ["THEMATIC"]], [1, 5, 2, 2, 1])[0]:
            tasks += _sit(rng, cell, month, MeetingKind(kind), members, tasks)
    return cell


def _place(rng: Random, cell: Cell, province: Province) -> None:
    first, second = rng.sample(province.parents, 2)
    since = rng.choice([SINCE, SINCE, SINCE, date(2026, 1, 1), date(2025, 12, 12)])
    until = rng.choice([None, None, None, date(2026, 2, 1), date(2026, 2, 4)])
    moved = rng.choice([None, None, date(2026, 1, 1), date(2026, 1, 4), date(2025, 12, 20)])
    spans = [(first, since, until)] if moved is None or moved <= since else [(first, since, moved), (second, moved, until)]
    for parent, lower, upper in spans:
        path = parent.scope_path + cell.segment
        Placement.objects.create(cell=cell, parent=parent, path=path, during=(lower, upper))
        cell.scope_path = path
    cell.save()


def _give_positions(rng: Random, cell: Cell, members: list[Member]) -> None:
    titles = rng.sample(PositionTitle.values, 3)
    for member, title in zip(members, titles[: rng.randint(0, 3)], strict=False):
        during = rng.choice([(SINCE, None), (date(2025, 12, 4), date(2026, 1, 3)), (date(2026, 2, 3), None)])
        Position.objects.create(member=member, cell=cell, title=title, during=during)


def _days_about(rng: Random, day: date, spread: int = 3) -> date | None:
    return rng.choice([None, day + timedelta(days=rng.randint(-spread, spread))])


def _sit(rng: Random, cell: Cell, month: date, kind: MeetingKind, members: list[Member], earlier: list[Task]) -> list[Task]:
    """One sitting with all that hangs on it; returns the tasks it gave."""
    # A sitting may be late by weeks, or fall on one day with the next month's.
    held_on = month + timedelta(days=rng.choice([2, 2, 2, 4, 20, 32, 33]))
    state = rng.choices(MeetingState.values, [1, 4, 4, 1, 1])[0]
    starts_at, ends_at = rng.choice([(time(19), time(20, 29)), (time(7, 30), time(9)), (time(8), time(10, 10))])
    if state != MeetingState.CONCLUDED and rng.random() < 0.3:
        ends_at = None
    meeting = Meeting.objects.create(
        cell=cell,
        for_month=month,
        kind=kind,
        state=state,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        mode=rng.choice(["", *MeetingMode.values]),
        draft_prepared_on=_days_about(rng, held_on, 1),
        members_notified_on=_days_about(rng, held_on, 1),
        following_member_notified_on=_days_about(rng, held_on, 1),
        minutes_signed_on=_days_about(rng, held_on, 1),
        chair=rng.choice([None, members[0]]),
        minute_taker=rng.choice([None, members[1]]),
        steps_held=[step for step in Step.values if rng.random() < 0.8],
        ideology_minutes=rng.choice([None, 0, 15, 40]),
        app_outage=rng.random() < 0.2,
        is_secret=rng.random() < 0.2,
    )
    AgendaItem.objects.bulk_create(AgendaItem(meeting=meeting, number=number, title="Việc") for number in range(rng.randint(0, 3)))
    if rng.random() < 0.5:
        met_on = held_on + timedelta(days=rng.randint(-2, 1))
        CommitteePreparation.objects.create(meeting=meeting, met_on=met_on, has_minutes=rng.random() < 0.7)
    for posted in PostingKind.values:
        if rng.random() < 0.7:
            posted_on = _days_about(rng, held_on)
            Posting.objects.create(meeting=meeting, kind=posted, posted_on=posted_on, issued_on=held_on)
    _call_roll(rng, meeting, members)
    _decide(rng, meeting)
    reported = rng.sample(earlier, rng.randint(0, len(earlier)))
    TaskReport.objects.bulk_create(TaskReport(task=task, meeting=meeting, state=rng.choice(TaskState.values)) for task in reported)
    return Task.objects.bulk_create(
        Task(
            meeting=meeting,
            number=number,
            text="Việc",
            assignee=rng.choice([None, *members]),
            due_on=rng.choice([None, held_on, *(held_on + timedelta(days=days) for days in (-1, 20, 29, 31, 60))]),
        )
        for number in range(rng.randint(0, 3))
    )


def _call_roll(rng: Random, meeting: Meeting, members: list[Member]) -> None:
    called = [
        Attendance(
            meeting=meeting,
            member=member,
            standing=rng.choices(["", *StandingKind.values], [1, 6, 2])[0],
            exemption=rng.choices(["", *ExemptionKind.values], [9, 1, 1, 1])[0],
            presence=rng.choices(Presence.values, [4, 4, 1, 1, 1])[0],
        )
        for member in members
        if rng.random() < 0.9
    ]
    called += [Attendance(meeting=meeting, guest_name="Khách mời", presence=Presence.PRESENT)] * rng.randint(0, 1)
    Attendance.objects.bulk_create(called)
    Opinion.objects.bulk_create(
        Opinion(meeting=meeting, attendance=attendance) for attendance in called for _again in range(rng.choice([0, 0, 1, 2]))
    )


def _decide(rng: Random, meeting: Meeting) -> None:
    for number in range(rng.randint(0, 2)):
        votes_for, votes_base = rng.choice([(None, None), (2, 4), (3, 4), (6, 8), (0, 0), (1, 3)])
        Decision.objects.create(
            meeting=meeting, number=number, kind=rng.choice(DecisionKind.values), votes_for=votes_for, votes_base=votes_base
        )
