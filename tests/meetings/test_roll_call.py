"""The roster valid on a day."""

from datetime import date, timedelta

import pytest

from meetings.models import ExemptionKind, Member, Membership, Presence, Relation, Standing, StandingKind
from meetings.roll_call import roster_on, vote_base
from tests.factories import SINCE, make_cell, make_member, make_members

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)


def names(lines) -> list[str]:
    return [line.member.full_name for line in lines]


def test_members_stand_in_vietnamese_order_of_given_names():
    cell = make_cell()
    for name in ("Lê Thị Đào", "Trần Văn Dũng", "Phạm Ánh", "Vũ An", "Hoàng Anh"):
        make_member(cell, name)
    assert names(roster_on(cell, DAY).lines) == ["Vũ An", "Hoàng Anh", "Phạm Ánh", "Trần Văn Dũng", "Lê Thị Đào"]


def test_a_membership_counts_from_its_first_day_to_the_day_before_its_end():
    cell = make_cell()
    make_member(cell, "Mới đến", since=DAY)
    make_member(cell, "Vừa đi", until=DAY)
    assert names(roster_on(cell, DAY).lines) == ["Mới đến"]
    assert names(roster_on(cell, DAY - timedelta(days=1)).lines) == ["Vừa đi"]


def test_temporary_members_are_called_where_they_are_and_listed_apart_at_home():
    home, host = make_cell("Chi bộ nhà"), make_cell("Chi bộ nơi đến")
    away = make_member(home, "Người Đi")
    Membership.objects.create(member=away, cell=host, relation=Relation.TEMPORARY, during=(DAY, DAY + timedelta(days=90)))
    assert names(roster_on(home, DAY).elsewhere) == ["Người Đi"]
    assert names(roster_on(home, DAY).lines) == []
    assert [(line.member.full_name, line.relation) for line in roster_on(host, DAY).lines] == [("Người Đi", "TEMPORARY")]
    assert names(roster_on(home, DAY - timedelta(days=1)).lines) == ["Người Đi"]


@pytest.mark.parametrize(
    ("exemption", "presence"),
    [
        (None, Presence.PRESENT),
        (ExemptionKind.EXEMPT, Presence.NOT_EXPECTED),
        (ExemptionKind.SUSPENDED, Presence.NOT_EXPECTED),
        (ExemptionKind.SPECIAL_DUTY, Presence.SPECIAL_DUTY),
    ],
)
def test_who_is_expected_starts_as_present(exemption, presence):
    cell = make_cell()
    make_member(cell, exemption=exemption)
    assert [line.default_presence for line in roster_on(cell, DAY).lines] == [presence]


def test_a_member_listed_without_a_standing_is_taken_as_official():
    cell = make_cell()
    member = Member.objects.create(full_name="Nguyễn Văn Thiếu")
    Membership.objects.create(member=member, cell=cell, relation=Relation.HOME, during=(SINCE, None))
    assert not Standing.objects.exists()
    assert roster_on(cell, DAY).lines[0].standing == StandingKind.OFFICIAL


def test_the_vote_base_counts_official_members_present_exempt_ones_who_come_included():
    here = Presence.PRESENT
    assert vote_base([("OFFICIAL", "", here), ("OFFICIAL", "", Presence.EXCUSED), ("PROBATIONARY", "", here)]) == 1
    assert vote_base([("OFFICIAL", "EXEMPT", here), ("OFFICIAL", "SUSPENDED", here)]) == 1


@pytest.mark.parametrize("count", [3, 100])
def test_a_roster_costs_five_queries_whatever_its_size(count, django_assert_num_queries):
    cell = make_cell()
    make_members(cell, count)
    with django_assert_num_queries(5):
        assert len(roster_on(cell, DAY)) == count
