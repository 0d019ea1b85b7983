"""A form sent twice: the same words are a second tap, other words are work of their own."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from meetings import accounts, roster
from meetings.models import Appointment, Meeting, MeetingKind, Member, Role, SubmittedForm, User
from meetings.recording import (
    Issue,
    Preparation,
    Refused,
    StaleForm,
    cancel_meeting,
    mark_not_held,
    once,
    record_posting,
    record_preparation,
    record_sitting,
)
from tests.factories import make_user
from tests.meetings.sitting_pages import NOW, a_form, browser_of, page_of, words_of
from tests.meetings.sittings import THE_3RD, TODAY, Five, a_sitting, five, held, know_forms_by_key_only, planned, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]


@pytest.fixture(params=[True, False], ids=["told apart", "twin that knows only the key"])
def told_apart(request, monkeypatch) -> bool:
    """Whether forms of one key are told apart by their words; the twin takes whatever carries the key for a second tap."""
    if not request.param:
        know_forms_by_key_only(monkeypatch)
    return request.param


def hold(people: Five, meeting: Meeting, words: str, **signed) -> Meeting:
    return record_sitting(meeting=meeting, sitting=a_sitting(people, place=words), today=TODAY, **signed)


def prepare(people: Five, meeting: Meeting, words: str, **signed) -> Meeting:
    return record_preparation(meeting=meeting, preparation=Preparation(place=words), today=TODAY, **signed)


def post(people: Five, meeting: Meeting, words: str, **signed) -> Meeting:
    return record_posting(meeting=meeting, issue=Issue(document_number=words, issued_on=THE_3RD), today=TODAY, **signed)


def stored_words(meeting: Meeting) -> set[str]:
    return {Meeting.objects.get(pk=meeting.pk).place, *meeting.postings.values_list("document_number", flat=True)}


@pytest.mark.parametrize("write", [hold, prepare, post])
class TestARecordedMeeting:
    def test_gone_back_to_changed_and_saved_is_compared(self, told_apart, write: Callable):
        people, key = five(), uuid4()
        meeting = recorded(people, ends_at=None)
        signed = {"expected_version": meeting.version, "by": people.user, "form_key": key}
        write(people, meeting, "một", **signed)
        if not told_apart:
            assert write(people, meeting, "hai", **signed).version == meeting.version + 1  # as if it had been recorded
            return
        with pytest.raises(StaleForm):
            write(people, meeting, "hai", **signed)
        assert "một" in stored_words(meeting)

    def test_kept_over_the_comparison_it_is_recorded_and_the_first_words_are_no_second_tap_any_more(self, write: Callable):
        people, key = five(), uuid4()
        meeting = recorded(people, ends_at=None)
        first = {"expected_version": meeting.version, "by": people.user, "form_key": key}
        write(people, meeting, "một", **first)
        kept = write(people, meeting, "hai", **first | {"expected_version": meeting.version + 1})
        assert "hai" in stored_words(meeting)
        with pytest.raises(StaleForm):
            write(people, meeting, "một", **first)
        assert write(people, meeting, "hai", **first | {"expected_version": meeting.version + 1}).version == kept.version


def test_another_act_with_a_used_key_is_judged_by_itself(told_apart):
    people, key = five(), uuid4()
    meeting = planned(people, form_key=key)
    closed = mark_not_held(meeting=meeting, reason="Bão", expected_version=1, by=people.user, at=NOW, form_key=key)
    assert closed.state == ("NOT_HELD" if told_apart else "PLANNED")
    if told_apart:
        cancelled = cancel_meeting(meeting=meeting, reason="Bão", expected_version=2, by=people.user, at=NOW, form_key=key)
        assert cancelled.state == "CANCELLED"
        assert SubmittedForm.objects.count() == 1


def test_another_sitting_from_one_page_is_another_sitting(told_apart):
    people, key = five(), uuid4()
    for day in (THE_3RD, date(2026, 11, 20)):
        planned(people, kind=MeetingKind.THEMATIC, planned_on=day, form_key=key)
    assert Meeting.objects.count() == (2 if told_apart else 1)


def test_the_months_sitting_entered_again_with_another_day_is_refused_in_words(told_apart):
    people, key = five(), uuid4()
    first = held(people, form_key=key)
    if not told_apart:
        assert held(people, held_on=TODAY, form_key=key) == first  # held on the 3rd, as if on the 5th
        return
    with pytest.raises(Refused) as refused:
        held(people, held_on=TODAY, form_key=key)
    assert list(refused.value.problems) == ["kind"]


def test_another_name_from_one_page_is_another_member(told_apart):
    people, key = five(), uuid4()
    before = Member.objects.count()
    for name in ("Lê Thị Hoa", "Lê Thị Hòa"):
        roster.add_member(cell=people.cell, full_name=name, from_=TODAY, by=people.user, at=NOW, form_key=key)
    assert Member.objects.count() - before == (2 if told_apart else 1)


def test_another_person_from_one_page_is_another_appointment(told_apart):
    people, key = five(), uuid4()
    committee = people.cell.placements.get().parent
    office = make_user("van-phong", office_of=committee)
    for login in ("cuv.mot", "cuv.hai"):
        accounts.appoint(
            committee=committee,
            body=people.cell,
            role=Role.FOLLOWING_MEMBER,
            person=accounts.Person("Lê Thị Hoa", login),
            from_=TODAY,
            by=office,
            at=NOW,
            form_key=key,
        )
    assert Appointment.objects.filter(role=Role.FOLLOWING_MEMBER).count() == (2 if told_apart else 1)


def test_work_that_raises_leaves_the_key_as_it_was():
    people, key = five(), uuid4()
    first = planned(people, kind=MeetingKind.THEMATIC, form_key=key)
    with pytest.raises(Refused):
        planned(people, kind=MeetingKind.THEMATIC, planned_on=date(2016, 11, 3), form_key=key)
    assert planned(people, kind=MeetingKind.THEMATIC, form_key=key) == first


def test_a_key_is_of_one_user():
    people, key = five(), uuid4()
    led_to = []
    for user in (people.user, make_user("nguoi-khac")):
        with once(by=user, form_key=key, work=("same",)) as submission:
            led_to.append(submission.target)
            submission.target = user.username
    assert led_to == ["", ""]
    assert User.objects.get(username="nguoi-khac").pk in SubmittedForm.objects.values_list("user", flat=True)


class TestTheHoldingPage:
    def test_two_taps_record_once(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        form = a_form(people, meeting)
        assert [browser.post(page_of("meeting_hold", meeting), form).status_code for _tap in range(2)] == [302, 302]
        assert Meeting.objects.get().version == 2

    def test_back_edit_save_shows_both_and_may_be_kept(self):
        people = five()
        meeting, browser = held(people), browser_of(people.user)
        form = a_form(people, meeting)
        browser.post(page_of("meeting_hold", meeting), form)
        changed = form | {"place": "Sân đình"}
        compared = browser.post(page_of("meeting_hold", meeting), changed)
        assert compared.status_code == 409
        assert "Sân đình" in words_of(compared) and "Nhà văn hóa" in words_of(compared)
        kept = dict(compared.context["posted"]) | {"version": compared.context["version"]}
        assert browser.post(page_of("meeting_hold", meeting), kept).status_code == 302
        assert Meeting.objects.get().place == "Sân đình"
