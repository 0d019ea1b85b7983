"""A sheet is returned, corrected and explained, sent again and decided on; the rest of the queue is agreed with at once."""

import pytest
from django.utils import timezone

from evaluations.models import PastVote, ScoreSheet, SheetState
from evaluations.review import propose
from evaluations.sheet_lines import Answer
from meetings.models import Amendment, Cell, Committee, Level
from tests.evaluations.month import RecordedMonth, put_in_force
from tests.evaluations.sent_months import Sent, send
from tests.evaluations.sent_months import another as another_sent
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sittings import five, recorded

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def province(site) -> Committee:
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE, parent=make_committee("Trung ương", Level.CENTRAL))
    province.criteria_set = put_in_force(province)
    return province


@pytest.fixture
def sent(province) -> Sent:
    """A commune of its own for each journey, with one cell's month sent."""
    own = Cell.objects.count()
    commune = make_committee(f"Đảng ủy xã Minh Họa {own}", parent=province)
    people = five(make_cell("Chi bộ Thôn Một", committee=commune), username=f"bi-thu-{own}")
    month = RecordedMonth(people, recorded(people), province.criteria_set)
    send(month)
    office = make_user(f"van-phong-{own}", full_name="Phạm Thị Văn", office_of=commune)
    return Sent(month, commune, office, make_user(f"cap-uy-vien-{own}", full_name="Lê Phụ Trách", follows=people.cell))


def test_a_sheet_is_returned_corrected_sent_again_and_decided(sent, at_desk, on_phone):
    office, cell = at_desk, on_phone
    office.log_in(sent.office.username)
    office.tap("header nav a[href$='queue']")
    office.looks("queue")
    office.tap("table.queue tbody th a")
    office.looks("review")
    office.touch(office.page.locator(f"details:has([name=note_{sent.line('1')}]) > summary"))
    office.type(f"note_{sent.line('1')}", "Biên bản ghi kết thúc lúc 20 giờ 50, đề nghị đối chiếu.")
    office.type("reason_of_return", "Đề nghị chi bộ đối chiếu thời lượng với sổ biên bản.")
    office.tap("button[value=return]")
    assert "Đã trả lại phiếu" in office.says

    cell.log_in(sent.people.user.username)
    cell.looks("month-returned")
    assert "Đề nghị chi bộ đối chiếu thời lượng" in cell.says
    cell.tap("main a.btn-primary")
    cell.looks("returned")
    assert "Biên bản ghi kết thúc lúc 20 giờ 50" in cell.says
    cell.tap("main a[href*='/hold']")
    cell.looks("hold-correcting")
    cell.type("ends_at", "20:50")
    cell.save()
    assert "Vì sao sửa số liệu" in cell.says  # nothing is corrected without a reason
    cell.complaints.clear()  # the browser's own word on a form that was refused (422)
    cell.type("reason", "Đã đối chiếu sổ biên bản: kết thúc 20 giờ 50.")
    cell.save()
    cell.looks("returned-corrected")
    assert "Thời lượng kỳ sinh hoạt: 5 → 4" in cell.says
    cell.type("explanation", "Thư ký ghi nhầm giờ; chi bộ đã thống nhất.")
    cell.save()
    assert sent.sheet.state == SheetState.SUBMITTED
    assert Amendment.objects.get(meeting=sent.meeting).reason.startswith("Đã đối chiếu")

    office.go(f"/cells/{sent.people.cell.public_id}/months/2026-11/review")
    office.looks("review-again")
    for said in ("1 tiêu chí đã đổi số liệu sau khi chi bộ gửi phiếu", "Thư ký ghi nhầm giờ", "Đã đối chiếu sổ biên bản"):
        assert said in office.says
    office.type("document", "05-TB/ĐU")
    office.tap("button[value=REVIEWED]")
    sheet = sent.sheet
    assert (sheet.state, sheet.verified[0], sheet.own[0]) == (SheetState.VERIFIED, sheet.computed[0], 500)
    office.go(f"/cells/{sent.people.cell.public_id}/months/2026-11/review")
    office.looks("review-decided")

    cell.go(f"/cells/{sent.people.cell.public_id}/months/2026-11/explanation")
    cell.looks("explanation-verified")
    assert "Biên bản ghi kết thúc lúc 20 giờ 50" in cell.says
    assert "05-TB/ĐU" in cell.says


def test_a_returned_cell_votes_anew(sent, at_desk, on_phone):
    office, cell = at_desk, on_phone
    office.log_in(sent.office.username)
    office.go(f"/cells/{sent.people.cell.public_id}/months/2026-11/review")
    office.type("reason_of_return", "Đề nghị chi bộ xem lại mục 3.1.")
    office.tap("button[value=return]")

    cell.log_in(sent.people.user.username)
    cell.go(f"/cells/{sent.people.cell.public_id}/months/2026-11/returned")
    cell.tap("main a[href$='/vote']")
    cell.looks("vote-anew")
    cell.choose(f"level_{sent.line('3.1')}", "1")
    cell.type("votes_for", "3")
    cell.save()
    cell.looks("returned-voted")
    cell.save()
    assert (sent.sheet.state, sent.sheet.own[sent.line("3.1")]) == (SheetState.SUBMITTED, 0)
    assert PastVote.objects.get(sheet=sent.sheet).own[sent.line("3.1")] == 300


def test_many_are_agreed_with_at_once(sent, at_desk):
    wide, otherwise, proposed = (f"Chi bộ {name} {sent.committee.name}" for name in ("Chấm lệch", "Chấm khác", "Đã đề nghị"))
    claim = Answer(claimed_points=100, reason="Đồng hồ hội trường hỏng")
    another_sent(sent, otherwise, line_1=claim)
    another_sent(sent, wide, line_1=claim, line_2_1=claim)
    found = another_sent(sent, proposed).sheet
    propose(sheet=found, remarks={}, text="Đề nghị Khá", seen=found.seen, by=sent.follower, at=timezone.now())
    at_desk.log_in(sent.office.username)
    at_desk.go(f"/committees/{sent.committee.public_id}/2026-11/queue")
    at_desk.looks("queue-of-many")
    names = at_desk.page.locator("table.queue tbody th a").all_inner_texts()
    assert names[:2] == [wide, otherwise]  # what needs a look stands first
    at_desk.press(at_desk.page.locator("[data-tick-all]"))
    at_desk.taps = 0
    at_desk.tap("button[name=way][value=OWN]")
    assert "Đã quyết định 4 phiếu" in at_desk.says
    assert ScoreSheet.objects.filter(cell__placements__parent=sent.committee, state=SheetState.VERIFIED).count() == 4
    assert at_desk.taps == 1
    at_desk.looks("queue-done")
