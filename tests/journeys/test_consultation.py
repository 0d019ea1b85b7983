"""A central draft is sent round; two provinces comment, the owner answers, takes it back, and the docx holds who said what."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from docx import Document
from playwright.sync_api import Browser

from evaluations.consulting import answer, comment, send_round
from evaluations.models import Comment, Consultation, SetState
from meetings.models import Level
from tests.evaluations.month import drafted
from tests.factories import make_committee, make_user
from tests.journeys.people import DEVICES, PICTURES, Person
from tests.site import Site, page_of

pytestmark = pytest.mark.journey


@pytest.fixture
def second(browser: Browser, site: Site) -> Iterator[Person]:
    """The other province's office, at a desk."""
    with page_of(browser, DEVICES["desktop"]) as page:
        yield Person(page, site, "desktop", also="phone")


@pytest.fixture
def draft(site):
    centre = make_committee("Trung ương", Level.CENTRAL)
    for number in (1, 2):
        province = make_committee(f"Tỉnh ủy {number}", Level.PROVINCE, parent=centre)
        make_user(f"ban-{number}", full_name=f"Ban Tổ chức {number}", board_of=province)
    make_user("tieu-chi", full_name="Phạm Tiêu Chí", criteria_admin_of=centre)
    return drafted(centre, "du-thao", timezone.localdate().replace(day=1) + timedelta(days=400))


def seen(person: Person, name: str) -> None:
    """A picture of the stock admin's page, whose look is Django's own."""
    if PICTURES:
        person.page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)


def test_two_provinces_comment_and_the_owner_answers(draft, at_desk, on_phone, second, tmp_path: Path):
    owner, first = at_desk, on_phone
    page_of_set = f"/admin/evaluations/criteriaset/{draft.pk}/change/"
    owner.log_in("tieu-chi")
    owner.go(page_of_set)
    seen(owner, "set-to-send-round")
    owner.tap("ul.object-tools a[href$='/send-round/']")
    owner.page.fill("[name=closes_on]", f"{timezone.localdate() + timedelta(days=7):%d/%m/%Y}")
    owner.page.fill("[name=invitation]", "Đề nghị các tỉnh ủy góp ý trước ngày họp.")
    seen(owner, "send-round")
    owner.tap("input[type=submit].default")
    assert "lấy ý kiến (đợt 1)" in owner.page.inner_text("ul.messagelist")
    draft.refresh_from_db()
    assert draft.state == SetState.IN_CONSULTATION

    first.log_in("ban-1")
    first.tap("header a.told")
    first.looks("asked-notice")
    first.tap("main form[action*='/notices/'] button")
    assert "Đề nghị các tỉnh ủy góp ý" in first.says
    first.type("text_0", "Cơ bản nhất trí với dự thảo.")
    first.type("text_1", "Đề nghị nâng lên 10 điểm.")
    first.looks("commenting")
    first.save()
    assert "Đã lưu 2 góp ý" in first.says

    second.log_in("ban-2")
    second.touch(second.page.locator("details.menu summary"))
    second.tap("details.menu a[href$='/consultations/']")
    second.looks("consultations")
    second.tap("main a.btn-primary")
    assert "Đề nghị nâng lên 10 điểm" not in second.page.content()
    second.type("text_1", "Giữ nguyên 5 điểm.")
    second.save()
    assert Comment.objects.count() == 3

    owner.go(page_of_set)
    consultation = Consultation.objects.get()
    owner.tap(f"ul.object-tools a[href='/consultations/{consultation.public_id}/comments']")
    assert "3 góp ý của 2 trên 2 cấp ủy" in owner.says
    owner.looks("answering")
    keys = list(Comment.objects.order_by("line", "committee__order_key").values_list("pk", flat=True))
    owner.choose(f"kind_{keys[0]}", "ACCEPTED")
    owner.choose(f"kind_{keys[1]}", "PARTLY")
    owner.choose(f"kind_{keys[2]}", "NOT")
    owner.type(f"why_{keys[1]}", "Nâng lên 7 điểm.")
    owner.save()
    owner.complaints.clear()  # the browser's own word on a form that was refused (422)
    owner.looks("answer-without-reason")
    assert "Giải trình vì sao" in owner.says and not Comment.objects.exclude(answer="").exists()
    owner.type(f"why_{keys[2]}", "Mức cũ quá thấp.")
    owner.save()
    assert "Đã trả lời hết" in owner.says
    with owner.page.expect_download() as download:
        owner.touch(owner.page.locator("main a[href$='/file']"))
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)

    owner.go(page_of_set)
    owner.tap("ul.object-tools a[href$='/take-back/']")
    owner.tap("input[type=submit].default")
    seen(owner, "taken-back")
    draft.refresh_from_db()
    assert draft.state == SetState.DRAFT

    first.page.reload()
    first.looks("answered")
    assert "Tiếp thu một phần" in first.says and "Nâng lên 7 điểm." in first.says and "đã kết thúc" in first.says

    rows = [[cell.text for cell in row.cells][1:] for row in Document(str(path)).tables[1].rows]
    assert rows == [
        ["Cấp ủy", "Nội dung góp ý", "Tiếp thu", "Giải trình"],
        ["Tỉnh ủy 1", "Cơ bản nhất trí với dự thảo.", "Tiếp thu", ""],
        ["Tỉnh ủy 1", "Đề nghị nâng lên 10 điểm.", "Tiếp thu một phần", "Nâng lên 7 điểm."],
        ["Tỉnh ủy 2", "Giữ nguyên 5 điểm.", "Không tiếp thu", "Mức cũ quá thấp."],
    ]


def test_thirty_comments_with_long_words_hold_on_a_phone(site, on_phone):
    """What the pages hold at their fullest: names and words without a blank, an answer to each."""
    now, long = timezone.now(), "Đảng ủy " + "Nghìatrọngnhấthạnh" * 9
    province = make_committee("Tỉnh ủy dài", Level.PROVINCE)
    commune = make_committee(long, parent=province)
    admin, speaker = make_user("chu-tri", criteria_admin_of=province), make_user("gop-y", full_name=long[:100], office_of=commune)
    draft, today = drafted(province, "dai", timezone.localdate() + timedelta(days=400)), timezone.localdate(now)
    consultation = send_round(criteria_set=draft, opens_on=today, closes_on=today, by=admin, at=now)
    for line in range(29):
        who = {"committee": commune, "by": speaker, "at": now}
        said = comment(consultation=consultation, line=line, text="ý" * 700 + "\n\nDòng sau", **who)
        if line % 2:
            answer(comment=said, kind="PARTLY", why="v" * 400, seen=1, by=admin, at=now)
    on_phone.log_in("chu-tri")
    on_phone.go(f"/consultations/{consultation.public_id}/comments")
    on_phone.looks("answering-thirty")
    on_phone.go(f"/consultations/{consultation.public_id}/comments?show=unanswered")
    assert on_phone.page.locator("main input[name=comment]").count() == 15
    on_phone.page.context.clear_cookies()
    on_phone.log_in("gop-y")
    on_phone.go("/consultations/")
    on_phone.looks("consultations-long")
    on_phone.tap("main a.btn-primary")
    on_phone.looks("commenting-thirty")
