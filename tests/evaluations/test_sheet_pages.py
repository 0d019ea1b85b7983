"""The sheet's pages through real requests: answering, saving itself, stale forms, sending, explaining."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaluations.figures import points
from evaluations.models import ParameterValue, ScoreSheet, SheetEntry
from evaluations.sheets import open_sheet
from evaluations.submission import submit
from meetings.models import Meeting, MeetingState, Role
from meetings.recording import plan_meeting
from tests.evaluations.month import NOVEMBER, NOW, TODAY, filled_in, posted, recorded_month
from tests.factories import make_user
from tests.meetings.sittings import know_forms_by_key_only

pytestmark = pytest.mark.django_db
lay = recorded_month
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def secretary(month) -> Client:
    client = Client()
    client.force_login(month.people.user, backend=BACKEND)
    return client


def url(month, name: str) -> str:
    return reverse(name, args=[month.people.cell.public_id, "2026-11"])


def answers(month, **changes) -> dict:
    """The form as a secretary would send it: every level the best, every proposal right, and the vote."""
    sheet = open_sheet(month.meeting, as_of=TODAY)
    fields = {"version": sheet.version, "votes_for": 3, "votes_base": 3}
    for line in sheet.lines:
        if line.line.criterion.asks_level and line.explanation.is_applicable:
            fields[f"level_{line.line.index}"] = 0
        elif line.asks_confirmation:
            fields[f"confirmed_{line.line.index}"] = "on"
    return fields | changes


def test_answers_are_kept_and_lead_on_to_the_month(month, secretary):
    answer = secretary.post(url(month, "cell_sheet"), answers(month))
    assert (answer.status_code, answer.url) == (302, url(month, "cell_month"))
    assert open_sheet(month.meeting, as_of=TODAY).is_filled


def test_an_unfinished_sheet_is_kept_too(month, secretary):
    answer = secretary.post(url(month, "cell_sheet"), {"version": 0, "level_3": 0, "weak_points": "Còn ít ý kiến"})
    assert answer.url.endswith("#open")
    assert ScoreSheet.objects.get().weak_points == "Còn ít ý kiến"


def test_no_total_shows_before_every_line_is_filled(month, secretary):
    filled_in(month)
    SheetEntry.objects.filter(criterion__code="3.1").delete()
    assert open_sheet(month.meeting, as_of=TODAY).own_total is None
    assert "own score" not in secretary.get(url(month, "cell_send"), headers={"accept-language": "en"}).content.decode()


def test_all_proposals_of_a_group_are_confirmed_by_one_tap(month, secretary):
    group = next(group for group, _lines in open_sheet(month.meeting, as_of=TODAY).groups if group.code == "3")
    answer = secretary.post(url(month, "cell_sheet"), {"version": 0, "confirm_group": group.pk})
    assert answer.url.endswith(f"#group-{group.pk}")
    proposals = [line for line in open_sheet(month.meeting, as_of=TODAY).lines if line.asks_confirmation]
    assert {line.line.criterion.code for line in proposals if line.answer.confirmed} == {"3.2", "3.3", "3.4"}


@pytest.mark.parametrize("group", ["1\r\nSet-Cookie: a=b", "x", "9" * 6000])
def test_an_odd_group_is_no_error(month, secretary, group):
    assert secretary.post(url(month, "cell_sheet"), {"version": 0, "confirm_group": group}).status_code == 302


def test_it_saves_itself_and_says_when(month, secretary):
    answer = secretary.post(url(month, "cell_sheet"), {"version": 0, "level_3": 1}, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    wrong = secretary.post(url(month, "cell_sheet"), {"version": 1, "votes_for": "ba"}, headers={"X-Autosave": "1"})
    assert wrong.status_code == 422
    assert SheetEntry.objects.get().level.points == 0


def test_what_it_answers_when_it_saves_itself_keeps_the_bar_true(month, secretary):
    def shown(**fields):
        return secretary.post(url(month, "cell_sheet"), fields, headers={"X-Autosave": "1"}).json()["shows"]

    assert shown(version=0)["own-total"] == "–"
    filled = shown(**answers(month))
    assert filled == {"answered": "28/28", "own-total": points(open_sheet(month.meeting, as_of=timezone.localdate()).own_total)}
    page = secretary.get(url(month, "cell_sheet")).content.decode()
    assert all(f'data-shows="{name}">{text}</b>' in page for name, text in filled.items())


def test_scoring_otherwise_takes_a_reason_before_sending(month, secretary):
    secretary.post(url(month, "cell_sheet"), answers(month, claimed_0="2,5", reason_0=""))
    assert SheetEntry.objects.get(criterion__position=1).claimed_points == 250
    answer = secretary.post(url(month, "cell_send"), {"version": 1, "form_key": uuid4()})
    assert answer.status_code == 422
    assert Meeting.objects.get().state == MeetingState.HELD


@pytest.mark.parametrize(
    "wrong",
    [
        {"votes_for": 4},
        {"claimed_0": "6"},
        {"claimed_0": "-1"},
        {"level_3": "7"},
        {"reason_0": "ế" * 200_000},
        {"scorer": "999999999999999999999"},
        {"version": "x"},
        {"version": str(2**70)},
    ],
)
def test_bad_input_is_named_and_stores_nothing(month, secretary, wrong):
    answer = secretary.post(url(month, "cell_sheet"), answers(month, **wrong))
    assert answer.status_code in (409, 422)
    assert not ScoreSheet.objects.exists()


def test_odd_characters_are_cleaned_not_refused(month, secretary):
    secretary.post(url(month, "cell_sheet"), answers(month, weak_points="Ho\u0300a\u200b\x07 \ufeffvui"))
    assert ScoreSheet.objects.get().weak_points == "Hòa vui"


def test_a_stale_form_gets_a_comparison_and_may_be_kept(month, secretary):
    typed = answers(month, weak_points="của tôi")
    filled_in(month)
    answer = secretary.post(url(month, "cell_sheet"), typed)
    assert answer.status_code == 409
    assert "của tôi" in answer.content.decode()
    assert ScoreSheet.objects.get().weak_points == "Ít ý kiến"
    secretary.post(url(month, "cell_sheet"), typed | {"version": 1})
    assert ScoreSheet.objects.get().weak_points == "của tôi"


def test_two_taps_on_send_make_one(month, secretary):
    filled_in(month)
    form = {"version": 1, "form_key": str(uuid4())}
    first, second = (secretary.post(url(month, "cell_send"), form) for _tap in range(2))
    assert first.url == second.url == url(month, "cell_month")
    assert ScoreSheet.objects.get().version == 2


@pytest.mark.parametrize("told_apart", [True, False], ids=["told apart", "twin that knows only the key"])
def test_a_key_used_elsewhere_sends_all_the_same(month, secretary, monkeypatch, told_apart):
    if not told_apart:
        know_forms_by_key_only(monkeypatch)
    filled_in(month)
    key = uuid4()
    plan_meeting(cell=month.people.cell, for_month=NOVEMBER, kind="THEMATIC", by=month.people.user, today=TODAY, form_key=key)
    form = {"version": 1, "form_key": str(key)}
    if not told_apart:
        with pytest.raises(ScoreSheet.DoesNotExist):
            secretary.post(url(month, "cell_send"), form)
        return
    assert secretary.post(url(month, "cell_send"), form).url == url(month, "cell_month")
    assert ScoreSheet.objects.get().is_sent


def test_a_sent_sheet_is_only_read(month, secretary):
    filled_in(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=1)
    assert secretary.get(url(month, "cell_sheet")).url == url(month, "cell_explanation")
    secretary.post(url(month, "cell_sheet"), {"version": 2, "weak_points": "sau khi gửi"})
    assert ScoreSheet.objects.get().weak_points == "Ít ý kiến"


def test_a_month_that_was_not_held_has_no_sheet(month, secretary):
    path = reverse("cell_sheet", args=[month.people.cell.public_id, "2026-09"])
    assert secretary.get(path).status_code == 404
    assert secretary.get(reverse("cell_month", args=[month.people.cell.public_id, "2026-09"])).status_code == 200
    assert secretary.get(url(month, "cell_month").replace("2026-11", "2026-13")).status_code == 404


def test_the_explanation_leads_from_points_to_fact_and_clause(month, secretary):
    filled_in(month)
    posted(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=1)
    page = secretary.get(url(month, "cell_explanation")).content.decode()
    for expected in ("95 ", "42-HD/BTCTW", "Ít ý kiến"):
        assert expected in page


def test_the_explanation_says_the_value_that_a_committee_set(month, secretary):
    for page in ("cell_explanation", "cell_sheet"):
        assert '50 %</b> <span class="muted">(theo bộ tiêu chí)' in secretary.get(url(month, page)).content.decode()
    parameter = month.criteria_set.parameters.get(code="speakers-top")
    committee = month.criteria_set.owner
    ParameterValue.objects.create(parameter=parameter, committee=committee, value=37, document="05-QĐ/ĐU", during=(date(2026, 11, 3), None))
    for page in ("cell_explanation", "cell_sheet"):
        shown = secretary.get(url(month, page)).content.decode()
        assert "37 %" in shown and f"{committee} quy định tại 05-QĐ/ĐU" in shown


def test_words_of_the_cell_stay_near_it(month):
    filled_in(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=1)
    committee = month.criteria_set.owner
    for role, sees in ((Role.COMMITTEE, True), (Role.AUDITOR, False)):
        user = make_user(role.lower(), **{"office_of" if role == Role.COMMITTEE else "auditor_of": committee})
        client = Client()
        client.force_login(user, backend=BACKEND)
        assert ("Ít ý kiến" in client.get(url(month, "cell_explanation")).content.decode()) is sees


def test_the_number_of_queries_is_the_same_for_any_sheet(month, secretary, django_assert_max_num_queries):
    filled_in(month)
    with django_assert_max_num_queries(32):
        secretary.get(url(month, "cell_sheet"))
    with django_assert_max_num_queries(32):
        secretary.get(url(month, "cell_month"))
