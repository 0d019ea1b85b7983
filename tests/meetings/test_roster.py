"""Keeping a roster: what each change writes, what is refused in words, and taking a change back."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone, translation

from cellquality.embedded import OWNER
from meetings import changes, roster
from meetings.models import (
    Attendance,
    Exemption,
    ExemptionKind,
    Meeting,
    Member,
    Membership,
    Position,
    PositionTitle,
    Relation,
    RosterChange,
    Standing,
    StandingKind,
)
from meetings.recording import Refused
from meetings.roll_call import roster_on
from tests.factories import make_cell, make_committee, make_member, make_user

NOW = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def in_english():
    """The sentences compared here are the code's own, not their translation."""
    with translation.override("en"):
        yield


@pytest.fixture
def committee(db):
    return make_committee()


@pytest.fixture
def cell(committee):
    return make_cell(committee=committee)


@pytest.fixture
def other(committee):
    return make_cell(name="Chi bộ Thôn Hai", committee=committee)


@pytest.fixture
def by(cell):
    return make_user(secretary_of=cell)


def membership_of(member: Member, relation: str = Relation.HOME) -> Membership:
    return member.memberships.select_related("member", "cell").get(relation=relation)


def spans(rows) -> list:
    return [(row.during.lower, row.during.upper) for row in rows.order_by("during")]


class TestAdding:
    def test_a_new_member_has_a_membership_and_a_standing(self, cell, by):
        roster.add_member(cell=cell, full_name="Lê  Thị \u200bHoa", from_=TODAY, by=by, at=NOW)

        line = roster_on(cell, TODAY).lines[0]
        assert (line.member.full_name, line.standing) == ("Lê Thị Hoa", StandingKind.OFFICIAL)
        assert len(roster_on(cell, TODAY - timedelta(days=1))) == 0

    def test_the_second_tap_adds_nobody(self, cell, by):
        key = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
        for _tap in range(2):
            roster.add_member(cell=cell, full_name="Lê Thị Hoa", from_=TODAY, by=by, at=NOW, form_key=key)
        assert Member.objects.count() == 1

    @pytest.mark.parametrize(
        ("from_", "until", "field"),
        [
            (TODAY, TODAY, "until"),
            (TODAY, TODAY - timedelta(days=1), "until"),
            (date(2206, 11, 1), None, "from_"),
            (date(202, 11, 1), None, "from_"),
        ],
    )
    def test_impossible_days_are_refused_at_their_field(self, cell, by, from_, until, field):
        with pytest.raises(Refused) as refusal:
            roster.add_member(cell=cell, full_name="Lê Thị Hoa", from_=from_, until=until, by=by, at=NOW)
        assert list(refusal.value.problems) == [field]
        assert not Member.objects.exists()


class TestEnding:
    def test_membership_and_position_end_together(self, cell, by):
        member = make_member(cell, position=PositionTitle.DEPUTY)
        roster.end_membership(membership=membership_of(member), on=TODAY, reason=roster.EndReason.MOVED_AWAY, by=by, at=NOW)
        assert spans(member.memberships) == spans(member.positions) == [(date(2025, 7, 1), TODAY)]
        assert len(roster_on(cell, TODAY)) == 0
        assert len(roster_on(cell, TODAY - timedelta(days=1))) == 1

    def test_a_death_ends_standing_and_exemption_too(self, cell, by):
        member = make_member(cell, exemption=ExemptionKind.EXEMPT)
        roster.end_membership(membership=membership_of(member), on=TODAY, reason=roster.EndReason.DECEASED, by=by, at=NOW)
        assert spans(member.exemptions) == spans(member.standings) == [(date(2025, 7, 1), TODAY)]

    def test_before_its_beginning_is_refused(self, cell, by):
        with pytest.raises(Refused) as refusal:
            roster.end_membership(
                membership=membership_of(make_member(cell)),
                on=date(2025, 6, 30),
                reason=roster.EndReason.MISTAKE,
                by=by,
                at=NOW,
            )
        assert "on" in refusal.value.problems

    def test_on_its_first_day_it_is_gone_altogether(self, cell, by):
        member = make_member(cell, since=TODAY)
        roster.end_membership(membership=membership_of(member), on=TODAY, reason=roster.EndReason.MISTAKE, by=by, at=NOW)
        assert not member.memberships.exists()

    def test_twice_is_refused(self, cell, by):
        stale = membership_of(make_member(cell))
        for day, refused in ((TODAY, False), (TODAY + timedelta(days=3), True)):
            if not refused:
                roster.end_membership(membership=stale, on=day, reason=roster.EndReason.LEFT, by=by, at=NOW)
            else:
                with pytest.raises(Refused):
                    roster.end_membership(membership=stale, on=day, reason=roster.EndReason.LEFT, by=by, at=NOW)


class TestTransfer:
    def test_one_ends_the_other_begins_the_rest_goes_along(self, cell, other, by):
        member = make_member(cell, exemption=ExemptionKind.EXEMPT, position=PositionTitle.SECRETARY)
        roster.transfer_member(membership=membership_of(member), to=other, on=TODAY, by=by, at=NOW)

        assert [line.member for line in roster_on(other, TODAY).lines] == [member]
        assert len(roster_on(cell, TODAY)) == 0
        assert roster_on(other, TODAY).lines[0].exemption == ExemptionKind.EXEMPT
        assert spans(Position.objects.all()) == [(date(2025, 7, 1), TODAY)]

    def test_to_the_same_cell_is_refused(self, cell, by):
        with pytest.raises(Refused):
            roster.transfer_member(membership=membership_of(make_member(cell)), to=cell, on=TODAY, by=by, at=NOW)

    def test_where_another_cell_has_the_member_later_nothing_moves(self, cell, other, by):
        member = make_member(cell, until=date(2026, 12, 1))
        Membership.objects.create(member=member, cell=make_cell(name="Chi bộ Thôn Ba"), during=(date(2026, 12, 1), None))
        with pytest.raises(Refused) as refusal:
            roster.transfer_member(membership=member.memberships.get(cell=cell), to=other, on=TODAY, by=by, at=NOW)
        assert list(refusal.value.problems) == ["on"]
        assert (date(2025, 7, 1), date(2026, 12, 1)) in spans(member.memberships)

    def test_for_a_time_the_member_stays_at_home_in_the_lists(self, cell, other, by):
        member = make_member(cell)
        roster.send_temporarily(membership=membership_of(member), to=other, from_=TODAY, until=date(2027, 2, 1), by=by, at=NOW)
        assert [line.member for line in roster_on(cell, TODAY).elsewhere] == [member]
        assert len(roster_on(other, date(2027, 2, 1))) == 0


class TestStandingExemptionPosition:
    def test_probationary_becomes_official(self, cell, by):
        member = make_member(cell, standing=StandingKind.PROBATIONARY)
        roster.make_official(membership=membership_of(member), on=TODAY, by=by, at=NOW)
        assert roster_on(cell, TODAY).lines[0].standing == StandingKind.OFFICIAL
        assert roster_on(cell, TODAY - timedelta(days=1)).lines[0].standing == StandingKind.PROBATIONARY

    def test_an_official_member_is_not_made_official(self, cell, by):
        with pytest.raises(Refused):
            roster.make_official(membership=membership_of(make_member(cell)), on=TODAY, by=by, at=NOW)

    def test_an_exemption_holds_from_to_under_its_resolution(self, cell, by):
        member = make_member(cell)
        roster.exempt_member(
            membership=membership_of(member),
            kind=ExemptionKind.EXEMPT,
            from_=TODAY,
            until=date(2028, 1, 1),
            resolution_number="05-NQ/CB",
            by=by,
            at=NOW,
        )
        assert roster_on(cell, TODAY).lines[0].exemption == ExemptionKind.EXEMPT
        assert roster_on(cell, date(2028, 1, 1)).lines[0].exemption == ""

    def test_two_exemptions_at_a_time_are_refused(self, cell, by):
        with pytest.raises(Refused) as refusal:
            roster.exempt_member(
                membership=membership_of(make_member(cell, exemption=ExemptionKind.EXEMPT)),
                kind=ExemptionKind.SUSPENDED,
                from_=TODAY,
                until=None,
                resolution_number="06-NQ/CB",
                by=by,
                at=NOW,
            )
        assert list(refusal.value.problems) == ["from_"]

    def test_an_exemption_ends(self, cell, by):
        member = make_member(cell, exemption=ExemptionKind.EXEMPT)
        roster.end_exemption(membership=membership_of(member), exemption=member.exemptions.get(), on=TODAY, by=by, at=NOW)
        assert roster_on(cell, TODAY).lines[0].exemption == ""

    def test_a_second_secretary_is_refused(self, cell, by):
        make_member(cell, position=PositionTitle.SECRETARY)
        with pytest.raises(Refused) as refusal:
            roster.give_position(membership=membership_of(make_member(cell)), title=PositionTitle.SECRETARY, from_=TODAY, by=by, at=NOW)
        assert list(refusal.value.problems) == ["title"]

    def test_a_position_ends_and_another_begins(self, cell, by):
        member = make_member(cell, position=PositionTitle.DEPUTY)
        membership = membership_of(member)
        roster.end_position(membership=membership, position=member.positions.get(), on=TODAY, by=by, at=NOW)
        roster.give_position(membership=membership, title=PositionTitle.SECRETARY, from_=TODAY, by=by, at=NOW)
        assert roster_on(cell, TODAY).lines[0].position == PositionTitle.SECRETARY


def everything() -> list:
    return [list(table.objects.order_by("pk").values()) for table in (Member, Membership, Standing, Exemption, Position)]


class TestUndo:
    def steps(self, cell, other, by):
        """Each change on a member of its own, as (name, what makes it)."""
        deputy = membership_of(make_member(cell, "Trần Văn Phó", position=PositionTitle.DEPUTY, exemption=ExemptionKind.EXEMPT))
        fresh = membership_of(make_member(cell, "Lý Thị Mới", standing=StandingKind.PROBATIONARY, since=TODAY))
        at = {"by": by, "at": NOW}
        return {
            "add": lambda: roster.add_member(cell=cell, full_name="Lê Thị Hoa", from_=TODAY, **at),
            "end": lambda: roster.end_membership(membership=deputy, on=TODAY, reason=roster.EndReason.DECEASED, **at),
            "end on its first day": lambda: roster.end_membership(membership=fresh, on=TODAY, reason=roster.EndReason.MISTAKE, **at),
            "transfer": lambda: roster.transfer_member(membership=deputy, to=other, on=TODAY, **at),
            "send": lambda: roster.send_temporarily(membership=deputy, to=other, from_=TODAY, until=None, **at),
            "correct": lambda: roster.correct_member(membership=deputy, full_name="Trần Văn Phố", **at),
            "official": lambda: roster.make_official(membership=fresh, on=TODAY + timedelta(days=9), **at),
            "end exemption": lambda: roster.end_exemption(membership=deputy, exemption=deputy.member.exemptions.get(), on=TODAY, **at),
            "end position": lambda: roster.end_position(membership=deputy, position=deputy.member.positions.get(), on=TODAY, **at),
            "position": lambda: roster.give_position(membership=fresh, title=PositionTitle.SECRETARY, from_=TODAY, **at),
        }

    def test_every_change_can_be_taken_back_wholly(self, cell, other, by):
        for name, step in self.steps(cell, other, by).items():
            before = everything()
            change = step()
            assert everything() != before, name
            changes.undo(change=change, by=by, at=NOW)
            assert everything() == before, name
            change.refresh_from_db()
            assert change.undone_by == by

    def test_not_twice_not_after_a_day_not_over_a_later_change(self, cell, by):
        membership = membership_of(make_member(cell))
        first = roster.correct_member(membership=membership, full_name="Một", by=by, at=NOW)
        second = roster.correct_member(membership=membership, full_name="Hai", by=by, at=NOW)

        with pytest.raises(Refused, match="later change"):
            changes.undo(change=first, by=by, at=NOW)
        with pytest.raises(Refused):
            changes.undo(change=second, by=by, at=NOW + timedelta(hours=25))
        changes.undo(change=second, by=by, at=NOW)
        with pytest.raises(Refused):
            changes.undo(change=second, by=by, at=NOW)
        changes.undo(change=first, by=by, at=NOW)

    def test_a_new_member_who_was_at_a_sitting_stays(self, cell, by):
        change = roster.add_member(cell=cell, full_name="Lê Thị Hoa", from_=TODAY, by=by, at=NOW)
        meeting = Meeting.objects.create(cell=cell, for_month=date(2026, 11, 1), state="HELD", held_on=TODAY)
        Attendance.objects.create(meeting=meeting, member=change.member, presence="PRESENT", standing="OFFICIAL")
        with pytest.raises(Refused, match="sitting"):
            changes.undo(change=change, by=by, at=NOW)
        assert len(roster_on(cell, TODAY)) == 1

    def test_it_is_kept_who_did_what(self, cell, by):
        roster.add_member(cell=cell, full_name="Lê Thị Hoa", from_=TODAY, by=by, at=timezone.now())
        change = RosterChange.objects.get()
        assert (change.by, change.cell, change.action) == (by, cell, "ADDED")


class TestTwin:
    """It is the database that refuses an overlap: with its constraint gone, the same call stores it."""

    def send_to_two_cells(self) -> int:
        committee = make_committee()
        cell, *others = [make_cell(name=f"Chi bộ Thôn {number}", committee=committee) for number in range(3)]
        home, by = membership_of(make_member(cell)), make_user(secretary_of=cell)
        for other in others:
            with suppress(Refused):
                roster.send_temporarily(membership=home, to=other, from_=TODAY, until=None, by=by, at=NOW)
        return RosterChange.objects.count()

    def test_guarded(self, db):
        assert self.send_to_two_cells() == 1

    def test_unguarded(self, committed_db):
        at = connection.settings_dict
        with psycopg2.connect(dbname=at["NAME"], host=at["HOST"], user=OWNER) as owner, owner.cursor() as cursor:
            cursor.execute("ALTER TABLE meetings_membership DROP CONSTRAINT a_member_has_one_cell_per_relation_at_a_time")
        owner.close()
        assert self.send_to_two_cells() == 2
