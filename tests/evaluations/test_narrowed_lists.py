"""The late list and the queue, searched and narrowed: the page, its file and what is done with all that are listed hold the same cells."""

from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from evaluations.models import Job, JobKind, MonthScore, Notice, NoticeKind, ScoreSheet
from meetings.models import Cell, CellKind
from meetings.text import clean_line
from tests.costs import queries_of
from tests.evaluations.exported import ask, rows_of, spreadsheet, top_of, work_on, written
from tests.evaluations.late_months import MONTH, NOW, late_cell, make_ground
from tests.evaluations.sent_months import another, sent_month
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
LONG = "a" * 101


class TestLate:
    @pytest.fixture(autouse=True)
    def the_20th(self, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    @pytest.fixture
    def ground(self):
        ground = make_ground()
        cells = (("Chi bộ Hòa An", "VILLAGE", False), ("Chi bộ Trường Hoà", "SCHOOL", True), ("Chi bộ Ấp 2", "VILLAGE", True))
        for name, of_kind, held in cells:
            MonthScore.objects.filter(pk=late_cell(ground.commune, name, held=held).pk).update(cell_kind=of_kind)
        late_cell(ground.beside, "Chi bộ Ấp 3")
        return ground

    def page(self, ground, **query):
        return browser_of(ground.board).get(reverse("late", args=[ground.province.public_id, MONTH], query=query))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"q": "hoa"}, {"Chi bộ Hòa An", "Chi bộ Trường Hoà"}),
            ({"q": "xã hai"}, {"Chi bộ Ấp 3"}),
            ({"q": normalize("NFD", "Ấp 2")}, {"Chi bộ Ấp 2"}),
            ({"q": "hoa", "kind": CellKind.SCHOOL}, {"Chi bộ Trường Hoà"}),
            ({"q": "hoa", "show": "not_held"}, {"Chi bộ Hòa An"}),
            ({"q": LONG}, set()),
            ({"kind": "x'; DROP"}, set()),
        ],
    )
    def test_it_lists_counts_and_writes_what_the_filters_leave(self, ground, exports_folder, query, names):
        page = self.page(ground, **query)
        assert {row.score.cell.name for row in page.context["rows"]} == names
        assert page.context["page"].paginator.count == len(names)
        job = ask(ground.board, ground.province, "late", MONTH, query=urlencode(query))
        sheet = load_workbook(written(job, exports_folder, NOW)).active
        assert {row[1] for row in rows_of(sheet)} == names
        assert not names or clean_line(query.get("q", "")) in clean_line("\n".join(map(str, top_of(sheet))))

    def test_a_faulty_filter_says_so_at_its_field_and_what_was_typed_stays(self, ground):
        page = self.page(ground, q=LONG)
        assert "at most 100 characters" in words_of(page)
        assert LONG in page.content.decode()

    def test_nothing_found_leads_back_to_all(self, ground):
        page = self.page(ground, q="nowhere", show="not_sent", order="name")
        assert "take something of the search away" in words_of(page)
        assert 'href="?show=not_sent&amp;order=name"' in page.content.decode()

    def test_all_that_are_listed_are_reminded_and_no_others(self, ground):
        address = reverse("late", args=[ground.province.public_id, MONTH], query={"q": "hoa"})
        assert "Remind all 2 cells" in words_of(browser_of(ground.board).get(address))
        browser_of(ground.board).post(address, {"act": "remind_all", "words": ""})
        work_on(Job.objects.get(kind=JobKind.REMINDERS), NOW)
        told = Notice.objects.filter(kind=NoticeKind.REMINDER).values_list("cell__name", flat=True)
        assert set(told) == {"Chi bộ Hòa An", "Chi bộ Trường Hoà"}

    def test_twin_were_the_search_forgotten_everyone_would_be_reminded(self, ground, monkeypatch):
        monkeypatch.setattr("evaluations.views.late.asked_of", lambda query: {})
        address = reverse("late", args=[ground.province.public_id, MONTH], query={"q": "hoa"})
        browser_of(ground.board).post(address, {"act": "remind_all", "words": ""})
        work_on(Job.objects.get(kind=JobKind.REMINDERS), NOW)
        assert Notice.objects.filter(kind=NoticeKind.REMINDER).count() == 4

    def test_who_ticks_a_cell_that_the_filter_hides_reminds_nobody(self, ground):
        hidden = Cell.objects.get(name="Chi bộ Ấp 2")
        address = reverse("late", args=[ground.province.public_id, MONTH], query={"q": "hoa"})
        refused = browser_of(ground.board).post(address, {"act": "remind", "cell": hidden.public_id, "words": ""})
        assert refused.status_code == 422
        assert not Job.objects.filter(kind=JobKind.REMINDERS).exists()

    def test_a_search_costs_no_query_more(self, ground):
        address, board = reverse("late", args=[ground.province.public_id, MONTH]), browser_of(ground.board)
        assert queries_of(board, f"{address}?q=hoa&kind=SCHOOL") <= queries_of(board, address)


lay = sent_month


class TestQueue:
    @pytest.fixture
    def sent(self, laid):
        another(laid, "Chi bộ Hòa An")
        school = another(laid, "Chi bộ Trường Hoà")
        Cell.objects.filter(pk=school.sheet.cell_id).update(kind=CellKind.SCHOOL)
        return laid

    def page(self, sent, **query):
        return browser_of(sent.office).get(reverse("queue", args=[sent.committee.public_id, "2026-11"], query=query))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({"q": "hòa"}, {"Chi bộ Hòa An", "Chi bộ Trường Hoà"}),
            ({"q": "hoa", "kind": "SCHOOL"}, {"Chi bộ Trường Hoà"}),
            ({"q": "hoa", "show": "decided"}, set()),
            ({"q": LONG}, set()),
        ],
    )
    def test_it_lists_counts_and_writes_what_the_filters_leave(self, sent, exports_folder, query, names):
        page = self.page(sent, **query)
        assert {row.sheet.cell.name for row in page.context["rows"]} == names
        counts = {key: count for key, _label, count in page.context["shown"]}
        assert counts[query.get("show", "waiting")] == page.context["page"].paginator.count == len(names)
        sheet = spreadsheet(sent.office, sent.committee, "sheets", MONTH, exports_folder, urlencode(query)).active
        assert {row[0] for row in rows_of(sheet)} == names

    def test_what_needs_a_look_is_asked_anew_without_losing_the_search(self, sent):
        page = self.page(sent, q="hoa", near="0.5", gap="2").content.decode()
        assert page.count('<input type="hidden" name="q" value="hoa">') == 1
        assert page.count('<input type="hidden" name="near" value="0.5">') == 1

    def test_who_decides_in_a_narrowed_queue_returns_to_it(self, sent):
        sheet = ScoreSheet.objects.get(cell__name="Chi bộ Hòa An")
        address = reverse("queue", args=[sent.committee.public_id, "2026-11"], query={"q": "hoa"})
        form_key = browser_of(sent.office).get(address).context["form"]["form_key"].value()
        done = browser_of(sent.office).post(address, {"one": f"{sheet.public_id}:{sheet.seen}", "form_key": form_key, "document": ""})
        assert done.status_code == 302 and done.url == address
        sheet.refresh_from_db()
        assert sheet.is_verified

    def test_a_search_costs_no_query_more(self, sent):
        address, office = reverse("queue", args=[sent.committee.public_id, "2026-11"]), browser_of(sent.office)
        assert queries_of(office, f"{address}?q=hoa&kind=SCHOOL") == queries_of(office, address)
