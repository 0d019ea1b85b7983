"""Who reads the content of a sitting, and what is written down about it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import (
    ContentOpening,
    Meeting,
)
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import NOW, a_cell_of, browser_of, page_of, words_of
from tests.meetings.sittings import Five, five, held, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_5th_of_november")]


class TestContent:
    def test_the_secretary_reads_it_and_sees_who_opened_it(self):
        people = five()
        meeting = recorded(people)
        follower = make_user("theo-doi", follows=people.cell)
        ContentOpening.objects.create(meeting=meeting, user=follower, reason="Thẩm định", opened_at=NOW)
        shown = words_of(browser_of(people.user).get(page_of("meeting_content", meeting)))
        assert all(word in shown for word in ("Đề nghị sửa đường.", "Vận động làm đường", "Thẩm định", "theo-doi"))

    @pytest.mark.parametrize("role", ["follows", "office_of"])
    def test_from_above_a_reason_comes_first_and_is_kept(self, role):
        people = five()
        meeting = recorded(people)
        body = people.cell if role == "follows" else people.cell.placements.get().parent
        browser = browser_of(make_user("cap-tren", **{role: body}))
        url = page_of("meeting_content", meeting)
        assert "Đề nghị sửa đường." not in words_of(browser.get(url))
        assert browser.post(url, {"reason": "  "}).status_code == 422
        assert not ContentOpening.objects.exists()
        assert browser.post(url, {"reason": "Thẩm định tháng 11"}).status_code == 302
        assert ContentOpening.objects.get().reason == "Thẩm định tháng 11"
        shown = words_of(browser.get(url))
        assert "Đề nghị sửa đường." in shown
        assert "Who opened the content" not in shown

    def test_the_next_day_asks_again(self, monkeypatch):
        people = five()
        meeting = recorded(people)
        follower = make_user("theo-doi", follows=people.cell)
        url = page_of("meeting_content", meeting)
        browser_of(follower).post(url, {"reason": "Thẩm định"})
        assert "Đề nghị sửa đường." in words_of(browser_of(follower).get(url))
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.replace(day=6, hour=1))
        assert "Đề nghị sửa đường." not in words_of(browser_of(follower).get(url))

    def test_nobody_higher_reads_it(self):
        people = five()
        province = make_committee("Tỉnh ủy", "PROVINCE")
        commune = make_committee("Đảng ủy xã Hai", parent=province)
        cell = make_cell("Chi bộ Hai", committee=commune)
        meeting = held(Five(cell, people.user, *[people.binh] * 5))
        browser = browser_of(make_user("ban-to-chuc", board_of=province))
        answer = browser.get(page_of("meeting_content", meeting))
        assert answer.status_code == 403
        assert "direct superior" in words_of(answer)
        assert browser.post(page_of("meeting_content", meeting), {"reason": "Muốn xem"}).status_code == 403
        assert not ContentOpening.objects.exists()

    def test_a_secret_sitting_shows_its_number_only(self):
        people = five()
        meeting = recorded(people)
        Meeting.objects.update(is_secret=True, reference_number="07-BB/CB")
        shown = words_of(browser_of(people.user).get(page_of("meeting_content", meeting)))
        assert "07-BB/CB" in shown
        assert "Đề nghị sửa đường." not in shown
        assert "Phạm Bình" not in shown

    def test_it_costs_the_same_for_few_and_for_many(self):
        def costs(count):
            people, _members = a_cell_of(count)
            meeting, browser = recorded(people, tasks=()), browser_of(people.user)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(page_of("meeting_content", meeting)).status_code == 200
            return len(queries)

        assert costs(3) == costs(100)
