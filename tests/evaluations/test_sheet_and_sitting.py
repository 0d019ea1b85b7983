"""Where sheet and sitting meet: a sitting taken back, changed after the vote, or of a month in which the cell stood nowhere."""

from dataclasses import replace
from datetime import date, time
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from evaluations import measuring, sheets
from evaluations.models import CriteriaScope, ScoreSheet
from evaluations.months import month_of_cell
from evaluations.periods import Month
from evaluations.sheet_lines import Answer
from evaluations.sheets import Vote, answer_sheet, open_sheet
from evaluations.submission import NotReady, submit
from evaluations.views import sheets as views
from meetings.models import Committee, Meeting, MeetingKind, MeetingRules
from meetings.recording import Refused, cancel_meeting, enter_held_meeting, read_sitting, record_sitting
from tests.evaluations.month import NOVEMBER, NOW, TODAY, RecordedMonth, filled_in, posted, put_in_force, recorded_month
from tests.meetings.sittings import recorded

pytestmark = pytest.mark.django_db
lay = recorded_month


def record_again(month, **changes) -> None:
    meeting = Meeting.objects.get(pk=month.meeting.pk)
    sitting = replace(read_sitting(meeting), **changes)
    record_sitting(meeting=meeting, sitting=sitting, expected_version=meeting.version, by=month.people.user, today=TODAY)


def send(month):
    return submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)


def test_a_sitting_taken_back_makes_room_for_the_right_one(month):
    filled_in(month)
    meeting = Meeting.objects.get(pk=month.meeting.pk)
    cancel_meeting(meeting=meeting, reason="Nhập nhầm", expected_version=meeting.version, by=month.people.user, at=NOW)
    month.meeting = recorded(month.people)

    filled_in(month)

    assert ScoreSheet.objects.get().meeting == month.meeting
    assert send(month).is_sent


@pytest.fixture(params=[True, False], ids=["making room", "twin that makes no room"])
def makes_room(request, monkeypatch) -> bool:
    """Whether a draft sheet begun for another sitting of the month makes room for this one's."""
    if not request.param:
        for module in ("sheets", "submission"):
            monkeypatch.setattr(f"evaluations.{module}.drop_drafts_of_other_sittings", lambda meeting: None)
    return request.param


def became_thematic(month: RecordedMonth) -> Meeting:
    """The month's sheet was begun; then its sitting turned out to be the thematic one (returned), and the regular one was recorded."""
    filled_in(month)
    record_again(month, kind=MeetingKind.THEMATIC)
    thematic, month.meeting = month.meeting, recorded(month.people)
    return thematic


def test_a_sheet_begun_for_a_sitting_that_became_thematic_makes_room_when_the_regular_one_is_scored(month, makes_room):
    thematic = became_thematic(month)
    with pytest.raises(Meeting.DoesNotExist):
        open_sheet(thematic, as_of=TODAY)
    if not makes_room:
        with pytest.raises(IntegrityError, match="one_sheet_of_a_month_and_of_a_thematic_sitting"):
            filled_in(month)
        return
    filled_in(month)
    assert ScoreSheet.objects.get().meeting == month.meeting
    assert send(month).is_sent


def test_it_makes_room_too_when_the_regular_one_is_sent_without_a_set(makes_room):
    month = recorded_month(with_set=False, username="bi-thu-khac")
    became_thematic(month)
    call = {"meeting": month.meeting, "by": month.people.user, "at": NOW, "expected_version": 0}
    if not makes_room:
        with pytest.raises(IntegrityError, match="one_sheet_of_a_month_and_of_a_thematic_sitting"):
            submit(**call)
        return
    assert submit(**call).is_sent
    assert ScoreSheet.objects.get().meeting == month.meeting


def test_the_page_of_a_sheet_whose_sitting_became_thematic_is_gone_until_the_regular_one_is_held(month):
    filled_in(month)
    record_again(month, kind=MeetingKind.THEMATIC)
    client = Client()
    client.force_login(month.people.user, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse("cell_sheet", args=[month.people.cell.public_id, f"{NOVEMBER:%Y-%m}"])
    assert client.get(path).status_code == client.post(path, {"version": 1, "level_3": 0}).status_code == 404
    month.meeting = recorded(month.people)
    assert client.get(path).context["sheet"].version == 0


def test_what_was_voted_on_is_what_is_sent(month):
    filled_in(month)
    record_again(month, ends_at=time(20, 0))

    assert [line.line.criterion.code for line in open_sheet(month.meeting, as_of=TODAY).changed_lines] == ["1"]
    with pytest.raises(NotReady, match="1: biên bản đã thay đổi sau khi chi bộ biểu quyết"):
        send(month)

    filled_in(month)
    assert send(month).own[0] == 100


def test_a_vote_under_another_set_is_no_vote_on_this_one(month):
    filled_in(month)
    committee = Committee.objects.get(scope_path=month.people.cell.scope_path.removesuffix(month.people.cell.segment))
    CriteriaScope.objects.update(during=(date(2025, 7, 1), date(2026, 10, 1)))
    put_in_force(committee, code="moi", effective_from=date(2026, 10, 1))
    sheet = open_sheet(month.meeting, as_of=TODAY)
    assert (sheet.criteria_set.code, sheet.vote.votes_for, sheet.vote.weak_points, sheet.changed_lines) == ("moi", None, "Ít ý kiến", [])
    with pytest.raises(NotReady, match="Chưa ghi kết quả biểu quyết"):
        send(month)
    filled_in(month)
    assert send(month).criteria_set.code == "moi"


def test_the_month_leads_to_the_changed_line_and_on_once_it_is_voted(month):
    filled_in(month)
    record_again(month, ends_at=time(20, 0))
    shown = month_of_cell(month.people.cell, Month.of(NOVEMBER), today=TODAY)
    assert (shown.next_step, shown.is_scored) == ("score", False)
    client = Client()
    client.force_login(month.people.user, backend="django.contrib.auth.backends.ModelBackend")
    place = [month.people.cell.public_id, f"{NOVEMBER:%Y-%m}"]
    assert "lúc đó 5, nay 1" in (client.get(reverse("cell_month", args=place))).content.decode()
    page = client.get(reverse("cell_sheet", args=place)).content.decode()
    assert page.count("đã đổi sau biểu quyết") == 1 and 'class="line open" id="open"' in page

    filled_in(month)
    assert month_of_cell(month.people.cell, Month.of(NOVEMBER), today=TODAY).next_step == "post"
    assert "đã đổi sau biểu quyết" not in client.get(reverse("cell_sheet", args=place)).content.decode()


def test_posting_that_is_overdue_comes_before_the_vote_which_would_have_to_be_repeated(month):
    committee = Committee.objects.get(scope_path=month.people.cell.scope_path.removesuffix(month.people.cell.segment))
    MeetingRules.objects.create(committee=committee, during=(date(2026, 1, 1), None), conclusion_lag_days=2, conclusion_lag_unit="WORKING")
    late = date(2026, 11, 20)
    before = month_of_cell(month.people.cell, Month.of(NOVEMBER), today=TODAY)
    after = month_of_cell(month.people.cell, Month.of(NOVEMBER), today=late)
    assert (before.next_step, after.next_step) == ("score", "post")
    filled_in(month, line_3_1=Answer())
    assert month_of_cell(month.people.cell, Month.of(NOVEMBER), today=late).next_step == "score"


def test_posting_after_the_vote_asks_for_no_new_one(month):
    filled_in(month)
    posted(month)
    assert send(month).is_sent


def test_a_line_that_asks_nothing_just_now_keeps_what_was_said_on_it(month):
    filled_in(month, line_1=Answer(claimed_points=100, reason="Đồng hồ hỏng"))
    record_again(month, ends_at=None)
    sheet = open_sheet(month.meeting, as_of=TODAY)
    others = {line.line.index: line.answer for line in sheet.lines if line.line.criterion.code != "1"}
    answer_sheet(meeting=month.meeting, answers=others, vote=sheet.vote, expected_version=sheet.version, by=month.people.user, as_of=TODAY)
    record_again(month, ends_at=time(21, 5))
    assert open_sheet(month.meeting, as_of=TODAY).lines[0].answer.reason == "Đồng hồ hỏng"


def said_on(sheet) -> list[tuple]:
    """What the sheet says on each line."""
    return [(line.answer, line.own, line.voted, line.explanation.facts, line.explanation.rule) for line in sheet.lines]


def test_answering_measures_the_month_once_and_returns_the_sheet_as_it_then_is(monkeypatch, month):
    answers = {line.line.index: Answer(confirmed=line.asks_confirmation) for line in open_sheet(month.meeting, as_of=TODAY).lines}
    looked = []
    look = measuring.look_at_sitting
    monkeypatch.setattr(sheets, "look_at_sitting", lambda *sitting, **day: looked.append(sitting) or look(*sitting, **day))
    answered = answer_sheet(
        meeting=month.meeting, answers=answers, vote=Vote(votes_for=2, votes_base=3), expected_version=0, by=month.people.user, as_of=TODAY
    )
    assert len(looked) == 1
    reopened = open_sheet(month.meeting, as_of=TODAY)
    assert (said_on(answered), answered.vote, answered.version) == (said_on(reopened), reopened.vote, 1)
    assert reopened.stored.voted == [line.own for line in reopened.lines]


@pytest.mark.parametrize(("page", "write"), [("cell_sheet", "answer_sheet"), ("cell_send", "submit")])
def test_a_sitting_taken_back_under_the_page_is_not_found(page, write, monkeypatch, month):
    filled_in(month)
    meant = getattr(views, write)

    def write_too_late(**call):
        record_again(month, kind=MeetingKind.THEMATIC)
        return meant(**call)

    monkeypatch.setattr(views, write, write_too_late)
    client = Client()
    client.force_login(month.people.user, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse(page, args=[month.people.cell.public_id, f"{NOVEMBER:%Y-%m}"])
    assert client.post(path, {"version": 1, "form_key": uuid4()}).status_code == 404


def test_a_sent_sheet_is_explained_by_what_it_holds(month):
    filled_in(month)
    posted(month)
    sent = send(month)
    ScoreSheet.objects.update(outcome=[8, *sent.outcome[1:]], total=1234)
    shown = open_sheet(month.meeting, as_of=TODAY)
    assert (shown.scored.points[0], shown.scored.total) == (100, 1234)


def test_a_month_before_the_cell_stood_anywhere_is_refused_at_the_field(month):
    with pytest.raises(Refused) as refused:
        enter_held_meeting(cell=month.people.cell, for_month=date(2024, 5, 1), held_on=date(2024, 5, 3), by=month.people.user, today=TODAY)
    assert set(refused.value.problems) == {"for_month"}


def test_a_month_that_lost_its_place_still_has_a_page(month):
    month.people.cell.placements.update(during=(date(2026, 12, 1), None))
    client = Client()
    client.force_login(month.people.user, backend="django.contrib.auth.backends.ModelBackend")
    for name, status in (("cell_month", 200), ("cell_sheet", 404), ("cell_send", 404)):
        assert client.get(reverse(name, args=[month.people.cell.public_id, f"{NOVEMBER:%Y-%m}"])).status_code == status


@pytest.mark.parametrize(("month", "status"), [("1900-01", 404), ("1950-01", 200), ("2199-12", 200), ("9998-12", 404)])
def test_months_at_the_edge_of_the_calendar(month, status):
    people = recorded_month(with_set=False, username="bi-thu-khac").people
    client = Client()
    client.force_login(people.user, backend="django.contrib.auth.backends.ModelBackend")
    path = reverse("cell_month", args=[people.cell.public_id, "2026-11"]).replace("2026-11", month)
    assert client.get(path).status_code == status
