"""More time for a cell's month: who gets it, what is refused, and that scores, sums and the late list agree on it."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations import changes, extending, scoring
from evaluations.checking.months import month_score_of
from evaluations.extending import extend
from evaluations.measuring import Targets
from evaluations.models import Extension, MonthFacts, MonthScore, Notice, NoticeKind, ScoreSheet
from evaluations.months import month_of_cell
from evaluations.scoring import store_month_scores
from meetings.models import ChangedCell, Meeting, MeetingState
from meetings.recording import Refused
from tests.evaluations.closed_periods import settle
from tests.evaluations.late_months import MONTH, NOVEMBER, NOW, TODAY, late_cell, make_ground, ruled_cell
from tests.evaluations.sent_months import sent_month
from tests.factories import make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def the_20th(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def ground():
    return make_ground()


def give(ground, *cells, until=UNTIL, reason="Mất điện", at=NOW, form_key=None):
    asked = {"committee": ground.commune, "month": MONTH, "by": ground.office}
    return extend(cells=[cell.public_id for cell in cells], until=until, reason=reason, at=at, form_key=form_key, **asked)


def due_by(cell) -> date | None:
    return MonthScore.objects.get(cell=cell, month=NOVEMBER).due_by


class TestWhatFollows:
    def test_the_day_that_counts_moves_and_the_secretary_is_told(self, ground):
        cell = ruled_cell(ground.commune)
        secretary = make_user("bi-thu", secretary_of=cell)
        assert due_by(cell) == date(2026, 11, 7)
        assert give(ground, cell).cells == 1
        assert due_by(cell) == UNTIL
        told = Notice.objects.get()
        assert (told.user, told.kind, told.cell, told.month) == (secretary, NoticeKind.EXTENDED, cell, NOVEMBER)
        assert "25/11/2026: Mất điện" in told.text
        assert ChangedCell.objects.filter(cell=cell, from_month=NOVEMBER).exists()

    def test_what_was_computed_says_the_same_as_what_is_computed_slowly(self, ground):
        cell = ruled_cell(ground.commune)
        give(ground, cell, until=date(2026, 12, 1))
        give(ground, cell, at=NOW + timedelta(hours=1))
        settle(NOW)
        score = MonthScore.objects.get(cell=cell, month=NOVEMBER)
        slowly = month_score_of(cell, NOVEMBER, None, None)
        assert {name: getattr(score, name) for name in slowly} == slowly
        assert (score.hold_by, score.due_by) == (UNTIL, UNTIL), "the latest extension counts"

    def test_twin_scores_that_do_not_ask_for_extensions_differ(self, ground, monkeypatch):
        cell = ruled_cell(ground.commune)
        monkeypatch.setattr(scoring, "MONTH_SCORES", scoring.MONTH_SCORES.replace("WHERE e.cell_id = t.cell_id", "WHERE false"))
        give(ground, cell)
        assert MonthScore.objects.get(cell=cell).hold_by != month_score_of(cell, NOVEMBER, None, None)["hold_by"]

    def test_a_month_sent_within_the_time_given_is_on_time(self):
        sent = sent_month()
        cell, sheet = sent.people.cell, sent.sheet
        ScoreSheet.objects.filter(pk=sheet.pk).update(due_on=timezone.localdate(sheet.submitted_at) - timedelta(days=1))
        targets = Targets.of([(cell.pk, NOVEMBER)])
        store_month_scores(targets)
        assert MonthScore.objects.get(cell=cell).sent_on_time is False
        given = {"cell": cell, "month": NOVEMBER, "reason": "Mất điện", "granted_by": sent.office, "granted_at": NOW}
        Extension.objects.create(until=timezone.localdate(sheet.submitted_at), **given)
        store_month_scores(targets)
        score, facts = MonthScore.objects.get(cell=cell), MonthFacts.objects.get(cell=cell, month=NOVEMBER)
        assert (score.sent_on_time, score.due_by) == (True, None)
        slowly = month_score_of(cell, NOVEMBER, facts, sent.sheet)
        assert {name: getattr(score, name) for name in slowly} == slowly

    def test_the_cells_page_says_until_when_and_why(self, ground):
        cell = ruled_cell(ground.commune)
        secretary = make_user("bi-thu", secretary_of=cell)
        page = reverse("cell_month", args=[cell.public_id, MONTH])
        assert "There is time until" not in words_of(browser_of(secretary).get(page))
        give(ground, cell)
        assert "There is time until 25/11/2026: Mất điện" in words_of(browser_of(secretary).get(page))
        Extension.objects.update(until=NOW.date() - timedelta(days=1))
        assert "There was more time until 19/11/2026, which has passed: Mất điện" in words_of(browser_of(secretary).get(page))

    def test_the_day_of_sending_that_is_shown_is_the_one_that_counts(self, ground):
        cell = ruled_cell(ground.commune)
        secretary = browser_of(make_user("bi-thu", secretary_of=cell))
        Meeting.objects.create(cell=cell, for_month=NOVEMBER, held_on=date(2026, 11, 3), state=MeetingState.HELD)
        page = month_of_cell(cell, MONTH, today=NOW.date())
        by = page.deadlines.send_by
        assert (page.send_by, page.is_extended) == (by, False)
        for until, counts in ((by - timedelta(days=1), by), (by + timedelta(days=9), by + timedelta(days=9))):
            given = {"cell": cell, "month": NOVEMBER, "reason": "Bão", "granted_by": ground.office, "granted_at": NOW}
            Extension.objects.create(until=until, **given)
            page = month_of_cell(cell, MONTH, today=NOW.date())
            assert (page.send_by, page.is_extended) == (counts, counts != by)
        words = words_of(secretary.get(reverse("cell_month", args=[cell.public_id, MONTH])))
        assert f"Extended; by the rules it was {by.day}/{by.month}." in words


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"until": None}, "until"),
            ({"until": TODAY - timedelta(days=1)}, "until"),
            ({"until": TODAY + timedelta(days=367)}, "until"),
            ({"reason": "  "}, "reason"),
        ],
    )
    def test_a_day_or_a_reason_that_cannot_be(self, ground, changed, field):
        month = late_cell(ground.commune)
        with pytest.raises(Refused) as refused:
            give(ground, month.cell, **changed)
        assert list(refused.value.problems) == [field]
        assert not Extension.objects.exists()

    def test_nothing_chosen(self, ground):
        with pytest.raises(Refused, match="Đánh dấu các chi bộ"):
            give(ground)

    @pytest.mark.parametrize("most", [2, 3], ids=["too many", "twin with room"])
    def test_more_than_a_request_should_hold_are_refused_whole(self, ground, english, monkeypatch, most):
        monkeypatch.setattr(extending, "MOST_AT_ONCE", most)
        cells = [late_cell(ground.commune).cell for _each in range(3)]
        if most == 2:
            with pytest.raises(Refused, match="At most 2 cells at once"):
                give(ground, *cells)
        else:
            assert give(ground, *cells).cells == 3
        assert Extension.objects.count() == (0 if most == 2 else 3)

    def test_who_has_sent_or_has_the_time_anyway_is_left_and_named(self, ground, english):
        sent = late_cell(ground.commune, held=True, sent=True, state="NOT_DUE")
        undue = late_cell(ground.commune, held=True, send_by=None)
        later = late_cell(ground.commune, hold_by=UNTIL)
        given = give(ground, sent.cell, undue.cell, later.cell)
        assert given.cells == 0
        assert {left.cell: left.why for left in given.left} == {
            sent.cell: "This month has been sent already.",
            undue.cell: "No rule sets a day for sending: there is nothing to extend.",
            later.cell: "It has time until 25/11/2026 anyway.",
        }
        assert not Notice.objects.exists()

    def test_what_was_given_by_mistake_is_cut_short(self, ground):
        cell = ruled_cell(ground.commune)
        give(ground, cell, until=date(2027, 11, 19))
        assert give(ground, cell, at=NOW + timedelta(minutes=1)).cells == 1
        assert due_by(cell) == UNTIL

    def test_cells_elsewhere_are_left_in_silence(self, ground):
        foreign = late_cell(ground.beside)
        given = give(ground, foreign.cell)
        assert (given.cells, given.left, Extension.objects.count()) == (0, [], 0)

    def test_a_second_tap_gives_nothing_more(self, ground):
        cell, key = ruled_cell(ground.commune), uuid4()
        assert give(ground, cell, form_key=key).cells == give(ground, cell, form_key=key).cells == 1
        assert Extension.objects.count() == 1

    def test_twin_without_its_key_it_would(self, ground):
        cell = ruled_cell(ground.commune)
        give(ground, cell, until=date(2026, 11, 24))
        give(ground, cell)
        assert Extension.objects.count() == 2


class TestThePage:
    def post(self, ground, user=None, committee=None, **fields):
        path = reverse("late", args=[(committee or ground.commune).public_id, MONTH])
        return browser_of(user or ground.office).post(path, {"act": "extend", "form_key": uuid4()} | fields)

    def test_the_ticked_get_more_time(self, ground):
        one, other = late_cell(ground.commune), late_cell(ground.commune)
        fields = {"cell": [one.cell.public_id], "until": "2026-11-25", "reason": "Lũ lụt"}
        assert self.post(ground, **fields).status_code == 302
        extension = Extension.objects.get()
        assert (extension.cell, extension.until, extension.reason, extension.granted_by) == (one.cell, UNTIL, "Lũ lụt", ground.office)
        assert other.cell not in {told.cell for told in Notice.objects.all()}

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"until": "2026-02-31", "reason": "Lũ"}, "There is no such day"),
            ({"until": "2026-11-01", "reason": "Lũ"}, "This day has passed"),
            ({"until": "2026-11-25", "reason": ""}, "Say why"),
            ({"until": "2026-11-25", "reason": "x" * 301}, "300"),
        ],
    )
    def test_what_cannot_be_gets_a_sentence_and_the_ticks_stay(self, ground, fields, says):
        month = late_cell(ground.commune)
        answer = self.post(ground, cell=[month.cell.public_id], **fields)
        assert answer.status_code == 422
        assert says in words_of(answer)
        assert "checked" in answer.content.decode()
        assert not Extension.objects.exists()

    def test_a_committee_further_up_may_not(self, ground):
        month = late_cell(ground.commune)
        fields = {"cell": [month.cell.public_id], "until": "2026-11-25", "reason": "Lũ lụt"}
        assert self.post(ground, ground.board, **fields).status_code == 403
        late = reverse("late", args=[ground.province.public_id, MONTH])
        page = browser_of(ground.board).post(late, {"act": "extend", "form_key": uuid4()} | fields, follow=True)
        assert not Extension.objects.exists(), "not right below the province"
        assert f"{month.cell}: Đảng ủy xã Một gives its cells more time." in words_of(page)
        assert 'value="extend"' not in page.content.decode(), "no cell of its own is listed"
        page = browser_of(ground.board).get(reverse("late", args=[ground.commune.public_id, MONTH]))
        assert ('value="extend"' in page.content.decode(), 'value="remind"' in page.content.decode()) == (False, True)

    def test_twin_without_the_guard_they_would(self, ground, monkeypatch):
        month = late_cell(ground.commune)
        monkeypatch.setattr("meetings.permissions.Authority.to_extend_under", lambda *_: True)
        self.post(ground, ground.board, cell=[month.cell.public_id], until="2026-11-25", reason="Lũ lụt")
        assert Extension.objects.count() == 1


def test_the_sums_follow_from_the_note(ground):
    cell = ruled_cell(ground.commune)
    settle(NOW)
    give(ground, cell)
    assert changes.take_changes(as_of=TODAY, at=datetime.now(tz=NOW.tzinfo)) == 1
    assert due_by(cell) == UNTIL
