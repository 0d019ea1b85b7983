"""The pages of a round: who is asked writes line by line, the owner answers; each sees theirs and no more."""

from datetime import timedelta
from unicodedata import normalize

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from evaluations.consulting import answer, comment, take_back
from evaluations.models import Comment, Consultation, Notice, SetState
from meetings.models import Committee, Level
from tests.evaluations.admin.requests import as_user
from tests.evaluations.month import with_totals
from tests.evaluations.rounds import Ground, make_ground, sent
from tests.factories import make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english", "exports_folder")]
FORMULA = '=HYPERLINK("http://x","y")'


def lay() -> Ground:
    ground = make_ground()
    now = timezone.now()
    days = {"opens_on": timezone.localdate(now), "closes_on": timezone.localdate(now) + timedelta(days=9)}
    sent(ground, at=now, **days, invitation="Đề nghị góp ý.\nTrước ngày 20.")
    return ground


@pytest.fixture
def ground(laid) -> Ground:
    return laid


def page_for(ground: Ground, whose: int = 0) -> str:
    return reverse("consultation", args=[ground.communes[whose].public_id, ground.consultation.public_id])


def comments_page(consultation: Consultation, **query) -> str:
    return reverse("consultation_comments", args=[consultation.public_id], query=query or None)


def said(ground: Ground, line: int = 1, text: str = "Nên tăng điểm", whose: int = 0) -> Comment:
    who = {"committee": ground.communes[whose], "by": ground.speakers[whose]}
    return comment(consultation=ground.consultation, line=line, text=text, **who, at=timezone.now())


def answering(comment: Comment, kind: str = "ACCEPTED", why: str = "") -> dict:
    return {"comment": comment.pk, f"kind_{comment.pk}": kind, f"why_{comment.pk}": why, f"seen_{comment.pk}": comment.version}


class TestCommenting:
    def test_the_notice_leads_to_the_text_as_it_was_sent(self, ground):
        browser = browser_of(ground.speakers[0])
        words = words_of(browser.get(reverse("notices")))
        assert "Tỉnh ủy Minh Họa asks for comments on “Bộ tiêu chí để thử”" in words and "Đề nghị góp ý." in words
        led = browser.post(reverse("notice_open", args=[Notice.objects.get(user=ground.speakers[0]).public_id]))
        assert led.url == page_for(ground)
        page = words_of(browser.get(led.url))
        for line in ground.draft.criteria.prefetch_related("rows"):
            assert f"{line.code} {line.title}" in page
            assert all(row.words in page for row in line.rows.all())

    def test_what_the_text_says_of_its_total_stands_on_top(self, ground):
        assert "Class at most" not in words_of(browser_of(ground.speakers[0]).get(page_for(ground)))
        take_back(criteria_set=ground.draft, by=ground.admin, at=timezone.now())
        ground.draft.refresh_from_db()
        with_totals(ground.draft)
        today = timezone.localdate()
        sent(ground, at=timezone.now(), opens_on=today, closes_on=today)
        page = words_of(browser_of(ground.speakers[0]).get(page_for(ground)))
        assert "“Điểm thưởng”: Bonus, on top, at most 3 points" in page
        assert "4.2, 4.3 together at most 13 points" in page
        assert "Class at most Fair: Kết quả dưới 24 điểm (7 has fewer points than 24)" in page

    def test_what_is_written_is_saved_in_one_go_and_may_be_changed(self, ground):
        browser, page = browser_of(ground.speakers[0]), page_for(ground)
        fields = {"text_0": "Về toàn văn", "text_1": normalize("NFD", "Nên tăng điểm"), "text_2": "", "seen_0": 0, "seen_1": 0}
        assert browser.post(page, fields).url == page
        told = list(Comment.objects.order_by("line").values_list("line", "text", "by", "committee"))
        who = (ground.speakers[0].pk, ground.communes[0].pk)
        assert told == [(0, "Về toàn văn", *who), (1, "Nên tăng điểm", *who)]
        assert "2 comments are saved" in words_of(browser.get(page))
        assert browser.post(page, fields | {"text_0": "", "seen_0": 1, "seen_1": 1}).url == page
        assert [each.line for each in Comment.objects.all()] == [1]
        assert browser.post(page, {}).url == page and Comment.objects.count() == 1, "what is not sent is not meant"

    def test_words_that_cannot_be_saved_come_back_with_all_others(self, ground):
        browser, page = browser_of(ground.speakers[0]), page_for(ground)
        said(ground, text="Của đồng nghiệp")
        answer_page = browser.post(page, {"text_1": "Của tôi", "seen_1": "0", "text_2": "Dòng hai", "seen_2": "0"})
        words = answer_page.content.decode()
        assert answer_page.status_code == 422 and "changed this comment meanwhile" in words
        assert all(typed in words for typed in ("Của tôi", "Dòng hai", "Của đồng nghiệp"))
        assert [each.text for each in Comment.objects.all()] == ["Của đồng nghiệp"], "all or nothing"
        # The page has shown what stands: saved again it is meant.
        assert 'name="seen_1" value="1"' in words
        assert browser.post(page, {"text_1": "Của tôi", "seen_1": "1", "text_2": "Dòng hai", "seen_2": "0"}).status_code == 302

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"text_1": "ý" * 20_001}, "at most 20000 characters"),
            ({"text_1": "a", "seen_1": "x"}, "Enter a whole number"),
            ({"text_1": "a", "seen_1": "9" * 30}, "less than or equal to"),
            ({"text_1": "a", "seen_1": "7"}, "changed this comment meanwhile"),
        ],
    )
    def test_hostile_fields_get_a_sentence(self, ground, fields, sentence):
        answer_page = browser_of(ground.speakers[0]).post(page_for(ground), fields)
        assert answer_page.status_code == 422 and sentence in words_of(answer_page)
        assert not Comment.objects.exists()

    def test_any_words_are_shown_as_they_are(self, ground):
        browser, page = browser_of(ground.speakers[0]), page_for(ground)
        browser.post(page, {"text_1": "<script>alert(1)</script>", "text_2": FORMULA, "text_3": "ý" * 20_000, "text_99": "Không có dòng"})
        assert [len(each.text) for each in Comment.objects.order_by("line")] == [25, len(FORMULA), 20_000]
        assert "<script>alert" not in browser.get(page).content.decode()

    def test_after_the_round_it_is_read_and_late_words_are_not_lost(self, ground):
        browser, page = browser_of(ground.speakers[0]), page_for(ground)
        first = said(ground)
        answer(comment=first, kind="PARTLY", why="Chỉ câu đầu", seen=1, by=ground.admin, at=timezone.now())
        take_back(criteria_set=ground.draft, by=ground.admin, at=timezone.now())
        shown = browser.get(page)
        words = words_of(shown)
        assert "Nên tăng điểm" in words and "Accepted in part Chỉ câu đầu" in words and "<textarea" not in shown.content.decode()
        late = browser.post(page, {"text_1": "Khác", "text_2": "Muộn mất rồi", "seen_1": "2"})
        assert late.status_code == 422 and "it takes no more comments" in words_of(late) and "Muộn mất rồi" in late.content.decode()
        assert Comment.objects.count() == 1

    def test_what_is_answered_meanwhile_stays_and_the_words_come_back(self, ground):
        first = said(ground)
        answer(comment=first, kind="ACCEPTED", why="", seen=1, by=ground.admin, at=timezone.now())
        late = browser_of(ground.speakers[0]).post(page_for(ground), {"text_1": "Viết lại", "seen_1": "1"})
        assert late.status_code == 422 and "answered already" in words_of(late) and "Viết lại" in late.content.decode()

    def test_each_sees_their_own_only(self, ground):
        said(ground, text="Của xã một")
        said(ground, text="Của xã hai", whose=1)
        words = words_of(browser_of(ground.speakers[0]).get(page_for(ground)))
        assert "Của xã một" in words and "Của xã hai" not in words

    def test_elsewhere_is_404(self, ground):
        deeper = make_committee("Đảng ủy cơ sở", Level.GRASSROOTS, parent=ground.communes[0])
        nobody_asked = make_committee("Đảng ủy xã mới", parent=ground.province)
        pages = [page_for(ground), page_for(ground, 1)]
        for user in (
            ground.admin,
            make_user("duoi", office_of=deeper),
            make_user("moi", office_of=nobody_asked),
            make_user("kiem-tra", auditor_of=ground.communes[0]),
            make_user("ban", board_of=ground.province),
        ):
            browser = browser_of(user)
            assert [browser.get(page).status_code for page in pages] == [404, 404]
            assert [browser.post(page, {"text_1": "Tôi"}).status_code for page in pages] == [404, 404]
        browser = browser_of(ground.speakers[1])
        assert [browser.get(page).status_code for page in pages] == [404, 200]
        # A committee that is not asked, of a user who speaks for one that is.
        ghost = reverse("consultation", args=[nobody_asked.public_id, ground.consultation.public_id])
        assert browser.get(ghost).status_code == 404
        assert not Comment.objects.exists()

    def test_the_criteria_admin_of_who_is_asked_finds_it_first(self, ground):
        browser = browser_of(make_user("tieu-chi-xa", criteria_admin_of=ground.communes[0]))
        home = browser.get(reverse("home"))
        assert "Your comments are asked for" in words_of(home) and page_for(ground) in home.content.decode()
        assert browser.post(page_for(ground), {"text_1": "Góp ý"}).status_code == 302
        take_back(criteria_set=ground.draft, by=ground.admin, at=timezone.now())
        assert browser.get(reverse("home")).url == reverse("admin:index")

    def test_the_list_has_every_round_with_its_state(self, ground):
        browser = browser_of(ground.speakers[0])
        said(ground)
        words = words_of(browser.get(reverse("consultations")))
        assert "Round 1: from" in words and "open" in words and "1 comment" in words
        take_back(criteria_set=ground.draft, by=ground.admin, at=timezone.now())
        assert "ended" in words_of(browser.get(reverse("consultations")))
        assert "Nothing was sent round" in words_of(browser_of(ground.admin).get(reverse("consultations")))


class TestAnswering:
    def test_every_comment_stands_by_its_line_with_who_said_it(self, ground):
        said(ground, line=2, text="Dòng hai")
        said(ground, line=0, text="Toàn văn", whose=1)
        page = browser_of(ground.admin).get(comments_page(ground.consultation))
        words = words_of(page)
        places = [words.index(text) for text in ("The whole set", "Đảng ủy xã 2", "Toàn văn", "Đảng ủy xã 1", "Dòng hai")]
        assert places == sorted(places)
        assert "2 comments, of 2 of 2 committees asked. 2 are not answered yet." in words

    def test_answers_are_given_together_and_filtered(self, ground):
        first, second, third = (said(ground, line=line, text=f"Ý {line}") for line in (1, 2, 3))
        browser, page = browser_of(ground.admin), comments_page(ground.consultation)
        fields = answering(first) | answering(second, "NOT", "Trái hướng dẫn") | answering(third, "")
        assert browser.post(page, fields | {"comment": [first.pk, second.pk, third.pk]}).status_code == 302
        told = list(Comment.objects.order_by("line").values_list("answer", "why"))
        assert told == [("ACCEPTED", ""), ("NOT", "Trái hướng dẫn"), ("", "")]
        listed = browser.get(comments_page(ground.consultation, show="unanswered"))
        assert [row.comment for row in listed.context["rows"]] == [third]
        words = words_of(listed)
        assert "1 is not answered yet" in words and "not answered (1)" in words
        assert browser.get(comments_page(ground.consultation, show="khac")).status_code == 404

    def test_what_cannot_be_saved_comes_back_with_all_others(self, ground):
        first, second = said(ground), said(ground, line=2)
        browser, page = browser_of(ground.admin), comments_page(ground.consultation)
        fields = answering(first, "NOT") | answering(second, "PARTLY", "Một phần") | {"comment": [first.pk, second.pk]}
        back = browser.post(page, fields)
        assert back.status_code == 422 and "Say why it is not accepted" in words_of(back) and "Một phần" in back.content.decode()
        assert not Comment.objects.exclude(answer="").exists()
        assert browser.post(page, answering(first, "MAYBE", "Vì")).status_code == 422
        assert browser.post(page, answering(first, "", "Vì")).status_code == 422

    def test_an_answer_to_other_words_comes_back_beside_the_new_ones(self, ground):
        first = said(ground)
        fields = answering(first)
        who = {"committee": ground.communes[0], "by": ground.speakers[0], "at": timezone.now()}
        comment(consultation=ground.consultation, line=1, text="Nên giảm điểm", seen=1, **who)
        back = browser_of(ground.admin).post(comments_page(ground.consultation), fields)
        assert back.status_code == 422 and "changed meanwhile" in words_of(back) and "Nên giảm điểm" in words_of(back)

    @pytest.mark.parametrize("page", ["consultation_comments", "consultation_file"])
    def test_is_for_the_criteria_admins_of_the_owner_alone(self, ground, page):
        address = reverse(page, args=[ground.consultation.public_id])
        central = Committee.objects.get(level=Level.CENTRAL)
        others = [
            *(ground.speakers[0], make_user("ban", board_of=ground.province), make_user("tren", criteria_admin_of=central)),
            *(make_user("duoi", criteria_admin_of=ground.communes[0]), make_user("kiem-tra", auditor_of=ground.province)),
        ]
        assert {browser_of(user).get(address).status_code for user in others} == {404}
        assert {browser_of(user).post(address, answering(said(ground))).status_code for user in others} <= {404, 405}
        opened = browser_of(ground.admin).get(address)
        assert opened.status_code == 200
        opened.getvalue()

    @pytest.mark.parametrize("twin", [False, True], ids=["guarded", "twin without the scope"])
    def test_a_comment_of_another_round_is_404(self, ground, monkeypatch, twin):
        first = said(ground)
        take_back(criteria_set=ground.draft, by=ground.admin, at=timezone.now())
        now = timezone.now()
        second = sent(ground, at=now, opens_on=timezone.localdate(now), closes_on=timezone.localdate(now))
        if twin:
            everybodys = Comment.objects.select_related("committee", "by", "answered_by").order_by("line")
            monkeypatch.setattr("evaluations.views.consultations.comments_of", lambda _consultation: everybodys)
        browser = browser_of(ground.admin)
        assert browser.post(comments_page(second), answering(first)).status_code == (302 if twin else 404)
        for hostile in ("0", "x", "-1", "9" * 30, "٣"):
            assert browser.post(comments_page(second), {"comment": hostile}).status_code == 404
        words = words_of(browser.get(comments_page(ground.consultation)))
        assert "Round 1" in words and "Round 2" in words


class TestDocument:
    def test_its_cells_are_what_was_said_and_answered(self, ground):
        said(ground, line=0, text="Về toàn văn\nHai dòng", whose=1)
        first, second = said(ground, text=FORMULA), said(ground, text="ý" * 20_000, line=2)
        answer(comment=first, kind="NOT", why="Trái hướng dẫn", seen=1, by=ground.admin, at=timezone.now())
        answer(comment=second, kind="ACCEPTED", why="", seen=1, by=ground.admin, at=timezone.now())
        file = browser_of(ground.admin).get(reverse("consultation_file", args=[ground.consultation.public_id]))
        assert file["Content-Disposition"] == 'attachment; filename="nhap-1.docx"'
        paper = self.opened(file)
        _head, table, _foot = paper.tables
        lines = [f"{line.code} {line.title}" for line in ground.draft.criteria.order_by("position")[:2]]
        assert [[cell.text for cell in row.cells] for row in table.rows] == [
            ["Line", "Committee", "Comment", "Answer", "Why"],
            ["The whole set", "Đảng ủy xã 2", "Về toàn văn\nHai dòng", "", ""],
            [lines[0], "Đảng ủy xã 1", FORMULA, "Not accepted", "Trái hướng dẫn"],
            [lines[1], "Đảng ủy xã 1", "ý" * 20_000, "Accepted", ""],
        ]
        page = paper.sections[0]
        assert page.page_width > page.page_height
        told = "\n".join(paragraph.text for paragraph in paper.paragraphs)
        assert "2 of 2 committees asked made 3 comments; 1 not answered yet." in told

    def test_nothing_of_it_stays_behind(self, ground, exports_folder):
        said(ground)
        browser_of(ground.admin).get(reverse("consultation_file", args=[ground.consultation.public_id])).getvalue()
        assert list(exports_folder.iterdir()) == []

    def test_a_long_one_comes_in_parts(self, ground, monkeypatch):
        for line in range(5):
            said(ground, line=line, text=f"Ý {line}")
        monkeypatch.setattr("evaluations.exporting.consulted.MOST_ROWS", 2)
        browser, address = browser_of(ground.admin), reverse("consultation_file", args=[ground.consultation.public_id])
        assert "?part=3" in browser.get(comments_page(ground.consultation)).content.decode()
        parts = [self.opened(browser.get(address, {"part": part})) for part in (1, 2, 3)]
        assert [[row.cells[2].text for row in paper.tables[1].rows][1:] for paper in parts] == [["Ý 0", "Ý 1"], ["Ý 2", "Ý 3"], ["Ý 4"]]
        for hostile in ("0", "4", "x", "", "9" * 30):
            assert browser.get(address, {"part": hostile}).status_code == 404

    def opened(self, file):
        path = self.folder / "table.docx"
        path.write_bytes(file.getvalue())
        return Document(str(path))

    @pytest.fixture(autouse=True)
    def to_open_in(self, tmp_path):
        self.folder = tmp_path


def queries_of(browser, page: str) -> int:
    browser.get(page)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert browser.get(page).status_code == 200
    return len(counted)


@pytest.mark.parametrize("which", ["asked", "list", "owner"])
def test_a_page_costs_the_same_with_one_comment_and_with_thirty(ground, which):
    pages = {
        "asked": (ground.speakers[0], page_for(ground)),
        "list": (ground.speakers[0], reverse("consultations")),
        "owner": (ground.admin, comments_page(ground.consultation)),
    }
    user, page = pages[which]
    browser = browser_of(user)
    said(ground)
    one = queries_of(browser, page)
    for line in range(2, 29):
        said(ground, line=line)
    for line in (1, 2, 3):
        said(ground, line=line, whose=1)
    first = Comment.objects.get(line=5)
    answer(comment=first, kind="ACCEPTED", why="", seen=1, by=ground.admin, at=timezone.now())
    assert queries_of(browser, page) == one <= 14


class TestAdmin:
    @pytest.fixture
    def admin(self, ground):
        return as_user(ground.admin)

    def page(self, ground: Ground, act: str) -> str:
        return reverse(f"admin:evaluations_criteriaset_{act}", args=[ground.draft.pk])

    def days(self, **changes) -> dict:
        today = timezone.localdate()
        return {"opens_on": today.isoformat(), "closes_on": (today + timedelta(days=5)).isoformat(), **changes}

    def test_a_set_is_taken_back_and_sent_round_again_to_some(self, ground, admin):
        page = admin.get(self.page(ground, "change")).content.decode()
        assert self.page(ground, "take_back") in page and self.page(ground, "send_round") not in page
        assert comments_page(ground.consultation) in page
        assert admin.post(self.page(ground, "take_back"), {"why": "Sửa lại"}).url == self.page(ground, "change")
        page = admin.get(self.page(ground, "change")).content.decode()
        assert self.page(ground, "take_back") not in page and self.page(ground, "send_round") in page
        sent = admin.post(self.page(ground, "send_round"), self.days(committees=[ground.communes[1].pk], invitation="Vòng hai"))
        assert sent.url == self.page(ground, "change")
        second = Consultation.objects.get(number=2)
        assert (list(second.invited.all()), second.invitation, second.started_by) == ([ground.communes[1]], "Vòng hai", ground.admin)
        words = words_of(admin.get(reverse("admin:evaluations_criteriaset_history", args=[ground.draft.pk])))
        assert "taken back to a draft" in words and "sent round for comments" in words and "Sửa lại" in words

    def test_what_cannot_be_gets_a_sentence_and_keeps_what_was_typed(self, ground, admin):
        admin.post(self.page(ground, "take_back"), {})
        for fields, sentence in (
            (self.days(opens_on="2020-01-01"), "has passed"),
            (self.days(closes_on="2020-01-01"), "before the first"),
            (self.days(closes_on="9999-12-31"), "within a year"),
            (self.days(closes_on="31/02"), "valid date"),
            (self.days(committees=[ground.province.pk]), "valid choice"),
            (self.days(committees=["x"]), "not a valid value"),
            ({}, "required"),
        ):
            back = admin.post(self.page(ground, "send_round"), fields | {"invitation": "Đã gõ"})
            assert back.status_code == 422 and sentence in words_of(back) and "Đã gõ" in back.content.decode()
        ground.draft.refresh_from_db()
        assert ground.draft.state == SetState.DRAFT

    def test_a_second_tap_is_told_why_not(self, ground, admin):
        assert "being sent round already" in words_of(admin.post(self.page(ground, "send_round"), self.days()))
        admin.post(self.page(ground, "take_back"), {})
        refused = admin.post(self.page(ground, "take_back"), {})
        assert refused.status_code == 403 and "not being sent round" in words_of(refused)

    def test_it_is_not_published_while_comments_may_come(self, ground, admin):
        back = admin.post(self.page(ground, "publish"), {"committee": ground.province.pk, "ends_others": "on"})
        assert back.status_code == 422 and "Comments on it are asked for until" in words_of(back)

    def test_a_set_that_was_sent_round_is_not_deleted(self, ground, admin):
        admin.post(self.page(ground, "take_back"), {})
        admin.post(self.page(ground, "delete"), {"post": "yes"})
        assert Consultation.objects.filter(criteria_set=ground.draft).exists()
        assert admin.get(self.page(ground, "delete")).status_code == 200
