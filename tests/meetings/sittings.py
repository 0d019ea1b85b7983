"""A cell with five people and a sitting of it, for the tests of recording."""

from dataclasses import dataclass, replace
from datetime import date, time
from importlib import import_module

import pytest

from meetings.models import Cell, ExemptionKind, Meeting, Member, PositionTitle, StandingKind, User
from meetings.recording import (
    Called,
    NewTask,
    Refused,
    Sitting,
    Vote,
    enter_held_meeting,
    plan_meeting,
    read_sitting,
    record_sitting,
    usual_roll,
)
from meetings.roll_call import roster_on
from tests.factories import make_cell, make_member, make_user

TODAY = date(2026, 11, 5)
NOVEMBER = date(2026, 11, 1)
THE_3RD = date(2026, 11, 3)


@dataclass
class Five:
    cell: Cell
    user: User
    secretary: Member
    deputy: Member
    binh: Member
    probationary: Member
    exempt: Member


def five(cell: Cell | None = None, username: str = "bi-thu") -> Five:
    cell = cell or make_cell()
    return Five(
        cell=cell,
        user=make_user(username, secretary_of=cell),
        secretary=make_member(cell, "Trần Thị Ánh", position=PositionTitle.SECRETARY),
        deputy=make_member(cell, "Lê Văn Dũng", position=PositionTitle.DEPUTY),
        binh=make_member(cell, "Phạm Bình"),
        probationary=make_member(cell, "Vũ Đào", standing=StandingKind.PROBATIONARY),
        exempt=make_member(cell, "Nguyễn Thị Yến", exemption=ExemptionKind.EXEMPT),
    )


def know_forms_by_key_only(monkeypatch) -> None:
    """Take the guard off that tells a form changed and sent again from a second tap."""
    monkeypatch.setattr(import_module("meetings.recording.once"), "digest_of", lambda work: "")


def planned(people: Five, **fields) -> Meeting:
    return plan_meeting(**{"cell": people.cell, "for_month": NOVEMBER, "by": people.user, "today": TODAY} | fields)


def held(people: Five, **fields) -> Meeting:
    return enter_held_meeting(
        **{"cell": people.cell, "for_month": NOVEMBER, "held_on": THE_3RD, "by": people.user, "today": TODAY} | fields
    )


def a_sitting(people: Five, **fields) -> Sitting:
    """Everyone expected present, two spoke, one conclusion, one task."""
    spoke = {people.binh.pk: "Đề nghị sửa đường.", people.deputy.pk: ""}
    roll = tuple(
        replace(called, spoke=called.member_id in spoke, opinion=spoke.get(called.member_id, ""))
        for called in usual_roll(roster_on(people.cell, fields.get("held_on") or THE_3RD))
    )
    usual = Sitting(
        held_on=THE_3RD,
        starts_at=time(19, 30),
        ends_at=time(21, 5),
        place="Nhà văn hóa thôn Một",
        chair_id=people.secretary.pk,
        minute_taker_id=people.deputy.pk,
        roll=roll,
        decisions=(Vote(text="Thông qua kết luận tháng 11.", votes_for=3, votes_base=3),),
        tasks=(NewTask(text="Vận động làm đường", assignee_id=people.binh.pk),),
        steps_held=("OPENED", "ROLL_CALL"),
        ideology_minutes=20,
        minutes_signed_on=THE_3RD,
    )
    return replace(usual, **fields)


def recorded(people: Five, meeting: Meeting | None = None, **fields) -> Meeting:
    meeting = meeting or held(people)
    return record_sitting(
        meeting=meeting, sitting=a_sitting(people, **fields), expected_version=meeting.version, by=people.user, today=TODAY
    )


def refusal(people, meeting=None, **fields) -> dict:
    """The problems of a sitting that differs from the usual one in `fields`; nothing may have been written."""
    meeting = meeting or held(people)
    before = read_sitting(meeting)
    with pytest.raises(Refused) as refused:
        recorded(people, meeting, **fields)
    meeting.refresh_from_db()
    assert read_sitting(meeting) == before
    return refused.value.problems


def called(people, member, **fields) -> tuple[Called, ...]:
    """The usual roll with one line changed."""
    return tuple(replace(line, **fields) if line.member_id == member.pk else line for line in usual_roll(roster_on(people.cell, THE_3RD)))
