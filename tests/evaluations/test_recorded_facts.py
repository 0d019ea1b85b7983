"""What each measure says of what was recorded: sittings are built, and one record at a time moves one fact."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.utils.translation import override

from evaluations.measures import MEASURES
from evaluations.measuring import look
from evaluations.models import MonthFacts
from meetings.models import (
    AgendaItem,
    Attendance,
    CommitteePreparation,
    Decision,
    DecisionKind,
    Meeting,
    MeetingKind,
    MeetingState,
    Opinion,
    Placement,
    Position,
    PositionTitle,
    Posting,
    PostingKind,
    Presence,
    Step,
    Task,
)
from tests.evaluations.logs import AS_OF
from tests.evaluations.measured import FEBRUARY, JANUARY, MARCH, excuse, seen, sit
from tests.factories import make_cell, make_member

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 3)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
Record = Callable[[Meeting], object]


@pytest.fixture
def cell():
    return make_cell()


def written(**columns) -> Record:
    """Columns of the sitting itself."""
    return lambda meeting: Meeting.objects.filter(pk=meeting.pk).update(**columns)


def added(model, **columns) -> Record:
    """A row that hangs on the sitting."""
    return lambda meeting: model.objects.create(meeting=meeting, **columns)


def signed(meeting: Meeting, **lacking) -> None:
    chair, minute_taker = make_member(meeting.cell), make_member(meeting.cell)
    written(**{"chair": chair, "minute_taker": minute_taker, "minutes_signed_on": DAY} | lacking)(meeting)


def off_the_app(meeting: Meeting) -> None:
    meeting.cell.uses_handbook = False
    meeting.cell.save()


def with_a_deputy(during) -> Record:
    return lambda meeting: Position.objects.create(
        cell=meeting.cell, member=make_member(meeting.cell), title=PositionTitle.DEPUTY, during=during
    )


# measure, what is recorded, what it says before and after
RECORDED = [
    ("minutes", written(ends_at=time(20)), 90, 60),
    ("minutes", written(ends_at=None, state=MeetingState.HELD), 90, None),
    ("is_combined", written(kind=MeetingKind.COMBINED), False, True),
    ("roster_size", lambda meeting: excuse(meeting, make_member(meeting.cell), exemption="EXEMPT"), 0, 1),
    ("roster_size", lambda meeting: excuse(meeting, make_member(meeting.cell), standing=""), 0, 0),
    ("draft_prepared", written(draft_prepared_on=DAY), False, True),
    ("draft_prepared", written(draft_prepared_on=AFTER), False, False),
    ("sole_secretary", with_a_deputy((DAY, None)), True, False),
    ("sole_secretary", with_a_deputy((AFTER, None)), True, True),
    ("committee_met", added(CommitteePreparation, met_on=DAY, has_minutes=True), False, True),
    ("committee_met", added(CommitteePreparation, met_on=DAY, has_minutes=False), False, False),
    ("committee_met", added(CommitteePreparation, met_on=AFTER, has_minutes=True), False, False),
    ("members_notified", written(members_notified_on=BEFORE), False, True),
    ("members_notified", written(members_notified_on=DAY), False, False),
    ("following_member_notified", written(following_member_notified_on=BEFORE), False, True),
    ("following_member_notified", written(following_member_notified_on=DAY), False, False),
    ("uses_handbook", off_the_app, True, False),
    *[("is_online", written(mode=mode), None, is_online) for mode, is_online in (
        ("IN_PERSON", False), ("ONLINE", True), ("HYBRID", True),
    )],
    ("app_outage", written(app_outage=True), False, True),
    ("is_secret", written(is_secret=True), False, True),
    ("files_posted", added(Posting, kind=PostingKind.FILES, posted_on=AFTER), False, True),
    ("files_posted", added(Posting, kind=PostingKind.CONCLUSION, posted_on=AFTER), False, False),
    ("files_lead_days", added(Posting, kind=PostingKind.FILES, posted_on=BEFORE), None, 1),
    ("files_lead_days", added(Posting, kind=PostingKind.FILES, posted_on=AFTER), None, -1),
    ("steps_missing", written(steps_held=[Step.OPENED, Step.FEES]), 16, 14),
    ("praise_considered", written(steps_held=[Step.PRAISE_AND_REMINDERS]), False, True),
    ("minutes_passed", written(steps_held=[Step.MINUTES_PASSED]), False, True),
    ("thematic_held", lambda meeting: sit(meeting.cell, JANUARY, kind=MeetingKind.THEMATIC), False, True),
    ("thematic_held", lambda meeting: sit(meeting.cell, JANUARY, kind=MeetingKind.THEMATIC, state=MeetingState.NOT_HELD), False, False),
    ("minutes_signed", signed, False, True),
    *[("minutes_signed", lambda meeting, name=name: signed(meeting, **{name: None}), False, False) for name in (
        "chair", "minute_taker", "minutes_signed_on",
    )],
    ("ideology_minutes", written(ideology_minutes=0), None, 0),
    ("conclusion_passed", added(Decision, number=1, kind=DecisionKind.RESOLUTION, votes_for=3, votes_base=4), False, True),
    ("conclusion_passed", added(Decision, number=1, kind=DecisionKind.RESOLUTION, votes_for=2, votes_base=4), False, False),
    ("conclusion_passed", added(Decision, number=1, kind=DecisionKind.OTHER, votes_for=4, votes_base=4), False, False),
    ("tasks_assigned", added(Task, number=1, text="Việc"), 0, 1),
    ("tasks_unnamed", added(Task, number=1, text="Việc", team="Tổ 1"), 0, 1),
    (
        "tasks_unnamed",
        lambda meeting: Task.objects.create(meeting=meeting, number=1, text="Việc", assignee=make_member(meeting.cell)),
        0,
        0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "record", "before", "after"), RECORDED)
def test_a_record_moves_its_fact(cell, name, record, before, after):
    meeting = sit(cell, JANUARY)
    assert MEASURES[name].value(seen(cell, JANUARY)) == before
    record(meeting)
    assert MEASURES[name].value(seen(cell, JANUARY)) == after


def called(meeting, *of_the_roll: tuple[str, str]) -> list[Attendance]:
    """One official member each of (presence, exemption)."""
    return [excuse(meeting, make_member(meeting.cell), presence, exemption=exemption) for presence, exemption in of_the_roll]


def said(facts: MonthFacts, name: str) -> str:
    with override("en"):
        return MEASURES[name].says(facts)


def test_a_rate_may_leave_the_excused_out_or_leave_nobody_out(cell):
    excused, absent, duty = (Presence.EXCUSED, ""), (Presence.UNEXCUSED, ""), (Presence.SPECIAL_DUTY, "")
    exempt_ones = (Presence.PRESENT, "EXEMPT"), (Presence.EXCUSED, "EXEMPT")
    meeting = sit(cell, JANUARY)
    called(meeting, (Presence.PRESENT, ""), (Presence.PRESENT, ""), excused, excused, absent, duty, *exempt_ones)
    excuse(meeting, make_member(cell), Presence.EXCUSED, standing="")
    facts = seen(cell, JANUARY)
    assert said(facts, "attendance_rate") == "2/5 = 40.0 %"
    assert said(facts, "attendance_rate_without_excused") == "2/3 = 66.6 %"
    assert said(facts, "attendance_rate_of_roster") == "3/8 = 37.5 %"
    assert (said(facts, "present"), said(facts, "excused"), said(facts, "unexcused")) == ("3", "2", "1")


def test_where_all_who_were_expected_are_excused_there_is_no_rate_of_the_rest(cell):
    called(sit(cell, JANUARY), (Presence.EXCUSED, ""), (Presence.EXCUSED, ""))
    facts = seen(cell, JANUARY)
    assert (said(facts, "attendance_rate"), said(facts, "attendance_rate_without_excused")) == ("0/2 = 0.0 %", "none to count")
    sit(cell, FEBRUARY)
    assert said(seen(cell, FEBRUARY), "attendance_rate_of_roster") == "none to count"


def test_opinions_are_everyones_and_speakers_are_of_the_roster(cell):
    meeting = sit(cell, JANUARY)
    assert (seen(cell, JANUARY).opinions, seen(cell, JANUARY).speakers) == (0, 0)
    twice, absent = called(meeting, (Presence.PRESENT, ""), (Presence.EXCUSED, ""))
    guest = Attendance.objects.create(meeting=meeting, guest_name="Khách mời", presence=Presence.PRESENT)
    for attendance in (twice, twice, absent, guest):
        Opinion.objects.create(meeting=meeting, attendance=attendance)
    facts = seen(cell, JANUARY)
    assert (said(facts, "opinions"), said(facts, "speakers"), said(facts, "speakers_rate")) == ("4", "1", "1/1 = 100.0 %")


def test_items_of_the_agenda_are_counted_and_those_of_a_secret_sitting_are_not_known(cell):
    meeting = sit(cell, JANUARY)
    assert seen(cell, JANUARY).agenda_items == 0
    AgendaItem.objects.bulk_create(AgendaItem(meeting=meeting, number=number, title="Việc") for number in (1, 2))
    assert seen(cell, JANUARY).agenda_items == 2
    Meeting.objects.filter(pk=meeting.pk).update(is_secret=True)
    assert said(seen(cell, JANUARY), "agenda_items") == "not recorded"


@pytest.mark.parametrize(
    ("month", "held_on", "day"),
    [
        (JANUARY, JANUARY, 1),
        (JANUARY, date(2026, 1, 31), 31),
        (JANUARY, date(2026, 2, 2), 33),
        (FEBRUARY, date(2026, 3, 2), 30),
        (FEBRUARY, date(2026, 1, 31), 0),
    ],
)
def test_the_day_of_a_sitting_is_counted_from_the_first_of_its_month(cell, month, held_on, day):
    sit(cell, month, held_on=held_on)
    assert seen(cell, month).held_day == day


def test_the_days_that_the_committee_and_the_members_had_before_the_sitting(cell):
    meeting = sit(cell, MARCH, held_on=date(2026, 3, 2))
    facts = seen(cell, MARCH)
    assert (facts.prepared_lead_days, facts.notified_lead_days) == (None, None)
    prepared = CommitteePreparation.objects.create(meeting=meeting, met_on=date(2026, 2, 27))
    Meeting.objects.filter(pk=meeting.pk).update(members_notified_on=date(2026, 3, 3))
    facts = seen(cell, MARCH)
    assert (said(facts, "prepared_lead_days"), said(facts, "notified_lead_days")) == ("3 days", "-1 days")
    assert (facts.committee_met, facts.members_notified) == (False, False), "no minutes were kept, and they were told afterwards"
    prepared.has_minutes = True
    prepared.save()
    assert seen(cell, MARCH).committee_met


def test_of_several_votes_on_conclusions_the_one_of_the_highest_share_counts(cell):
    meeting = sit(cell, JANUARY)
    assert said(seen(cell, JANUARY), "conclusion_votes_rate") == "not recorded"
    votes = [(DecisionKind.CONCLUSION, None, None), (DecisionKind.RESOLUTION, 0, 0), (DecisionKind.OTHER, 9, 9)]
    for number, (kind, votes_for, votes_base) in enumerate(votes, start=1):
        Decision.objects.create(meeting=meeting, number=number, kind=kind, votes_for=votes_for, votes_base=votes_base)
    assert said(seen(cell, JANUARY), "conclusion_votes_rate") == "not recorded", (
        "nobody voted on it, and what else was voted does not count"
    )
    for number, (votes_for, votes_base) in enumerate([(10, 20), (6, 8), (3, 4)], start=4):
        Decision.objects.create(meeting=meeting, number=number, kind=DecisionKind.RESOLUTION, votes_for=votes_for, votes_base=votes_base)
    assert said(seen(cell, JANUARY), "conclusion_votes_rate") == "6/8 = 75.0 %"


def test_months_missed_are_those_of_the_year_in_which_the_cell_stood_and_did_not_sit(cell):
    sit(cell, date(2025, 11, 1))
    sit(cell, JANUARY, kind=MeetingKind.THEMATIC)
    sit(cell, FEBRUARY, state=MeetingState.NOT_HELD)
    for month in (MARCH, date(2026, 5, 1)):
        sit(cell, month)
    # It stands since July 2025: four months before November.
    assert [seen(cell, month).regular_missed_this_year for month in (date(2025, 11, 1), MARCH, date(2026, 5, 1))] == [4, 2, 3]
    placement = Placement.objects.get(cell=cell)
    for since, missed in ((FEBRUARY, 1), (date(2026, 2, 2), 0)):
        placement.during = (since, None)
        placement.save()
        assert seen(cell, MARCH).regular_missed_this_year == missed
    Meeting.objects.filter(for_month=MARCH).delete()
    assert look(cell.pk, MARCH, as_of=AS_OF) is None, "a month without a sitting has no facts"
    assert seen(cell, date(2026, 5, 1)).regular_missed_this_year == 2


def test_a_thematic_sitting_counts_for_its_quarter_from_its_month_on(cell):
    for month in (date(2025, 12, 1), JANUARY, FEBRUARY, MARCH, date(2026, 4, 1)):
        sit(cell, month)
    sit(cell, date(2025, 12, 1), kind=MeetingKind.THEMATIC, held_on=date(2026, 1, 9))
    thematic = sit(cell, FEBRUARY, kind=MeetingKind.THEMATIC, state=MeetingState.HELD)

    def counted() -> list[bool]:
        return [seen(cell, month).thematic_this_quarter for month in (JANUARY, FEBRUARY, MARCH, date(2026, 4, 1))]

    assert counted() == [False, True, True, False]
    assert (seen(cell, FEBRUARY).thematic_held, seen(cell, MARCH).thematic_held) == (True, False)
    Meeting.objects.filter(pk=thematic.pk).update(state=MeetingState.PLANNED)
    assert counted() == [False, False, False, False]
    Meeting.objects.filter(for_month=JANUARY).update(kind=MeetingKind.COMBINED)
    assert counted() == [True, True, True, False]
