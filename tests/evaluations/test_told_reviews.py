"""Verification in a closed period through real requests: each of its pages tells which published scores it moves, to whom it concerns."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from evaluations import moves, queue
from evaluations.editions import close_period
from evaluations.models import SheetState
from evaluations.periods import Month, Period, Quarter
from evaluations.published import Standing
from evaluations.review import Way, decide
from evaluations.views import closed_periods
from meetings.models import Cell, Committee, Level
from tests.evaluations.closed_periods import settle
from tests.evaluations.month import RecordedMonth, put_in_force
from tests.evaluations.sent_months import LATER, Sent, returned, send
from tests.evaluations.test_moves import AT
from tests.factories import make_cell, make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of
from tests.meetings.sittings import five, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MONTH = Month(2026, 11)


def a_province(name: str, code: str) -> Sent:
    """A province with November's sheet of one cell sent."""
    centre = Committee.objects.filter(level=Level.CENTRAL).first() or make_committee("Trung ương", Level.CENTRAL)
    province = make_committee(name, Level.PROVINCE, parent=centre)
    commune = make_committee(f"Đảng ủy xã của {name}", parent=province)
    cell = make_cell(f"Chi bộ của {name}", committee=commune)
    month = RecordedMonth(five(cell, username=f"bi-thu-{code}"), None, put_in_force(province, code=code, effective_from=date(2026, 10, 1)))
    month.meeting = recorded(month.people)
    send(month)
    return Sent(month, commune, make_user(f"van-phong-{code}", office_of=commune), make_user(f"cap-uy-vien-{code}", follows=cell))


def lay() -> Sent:
    sent = a_province("Tỉnh ủy Minh Họa", "mot")
    settle(AT)
    return sent


def province_of(sent: Sent) -> Committee:
    return sent.committee.placements.get().parent


def close(sent: Sent, *periods: Period, by: str = "Lê Văn Ban") -> None:
    settle(AT)
    province = province_of(sent)
    board = make_user(f"ban-{province.pk}", full_name=by, board_of=province)
    for period in periods or (MONTH,):
        close_period(committee=province, period=period, by=board, at=AT)


def on_cell(sent: Sent, name: str) -> str:
    return reverse(name, args=[sent.people.cell.public_id, MONTH])


def decided_in_the_queue(sent: Sent) -> tuple:
    fields = {"sheet": f"{sent.sheet.public_id}:{sent.sheet.seen}", "way": "OWN", "document": ""}
    return sent.office, reverse("queue", args=[sent.committee.public_id, MONTH]), fields


def decided_on_its_page(sent: Sent) -> tuple:
    return sent.office, on_cell(sent, "cell_review"), {"act": "OWN", "version": sent.sheet.seen}


def reopened(sent: Sent) -> tuple:
    decide(committee=sent.committee, sheets={sent.sheet.public_id: sent.sheet.seen}, way=Way.OWN, by=sent.office, at=LATER)
    return sent.office, on_cell(sent, "cell_review"), {"act": "reopen", "version": sent.sheet.seen}


def answered(sent: Sent) -> tuple:
    returned(sent)
    return sent.people.user, on_cell(sent, "cell_returned"), {"version": sent.sheet.seen, "explanation": "Đồng hồ chạy chậm"}


ACTS = {"queue": decided_in_the_queue, "review": decided_on_its_page, "reopen": reopened, "returned": answered}


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the question"])
@pytest.mark.parametrize("act", ACTS)
def test_each_page_tells_of_the_closed_period_before_it_writes(sent, monkeypatch, act, guarded):
    user, page, fields = ACTS[act](sent)
    close(sent)
    if not guarded:
        monkeypatch.setattr(closed_periods, "touches_closed", lambda months, as_of: False)
    before = sent.sheet
    answer = browser_of(user).post(page, fields | {"form_key": str(uuid4()), "reason": "Cấp ủy yêu cầu"})
    assert answer.status_code == (409 if guarded else 302)
    assert (sent.sheet.state == before.state) is guarded
    if guarded:
        assert "11/2026 is published, edition 1 of" in words_of(answer)


def without_what_is_verified(standing: Standing) -> Standing:
    return Standing(standing.values | {"verified": 0, "verified_by_month": []})


@pytest.mark.parametrize("told", [True, False], ids=["told", "twin that compares points and classes only"])
def test_a_decision_taken_back_tells_that_the_published_count_of_verified_months_changes(sent, monkeypatch, told):
    user, page, fields = reopened(sent)
    close(sent, MONTH, Quarter(2026, 4))
    if not told:
        known = moves._standings
        monkeypatch.setattr(moves, "_standings", lambda closed: {key: without_what_is_verified(row) for key, row in known(closed).items()})
    words = words_of(browser_of(user).post(page, fields | {"form_key": str(uuid4()), "reason": "Cấp ủy yêu cầu"}))
    assert ("Nothing that is published changes" in words) is not told
    if told:
        assert "Points and classes stay; what is counted of these scores changes" in words
        assert "verified" in words and "not verified" in words
        assert "1 of 2 months verified" in words and "0 of 2 months verified" in words


@pytest.mark.parametrize("scoped", [True, False], ids=["scoped", "twin that asks of every sheet"])
def test_of_another_provinces_sheet_among_the_chosen_nothing_is_asked_or_told(sent, monkeypatch, scoped):
    foreign, asked = a_province("Tỉnh ủy Bí Mật", "hai"), []
    close(foreign, by="Người Đóng Kỳ")
    touches_closed = closed_periods.touches_closed
    monkeypatch.setattr(closed_periods, "touches_closed", lambda months, as_of: asked.extend(months) or touches_closed(months, as_of=as_of))
    if not scoped:
        monkeypatch.setattr(queue, "cells_under", lambda committee, today: Cell.objects.values("pk"))
    user, page, fields = decided_in_the_queue(sent)
    tokens = [fields["sheet"], f"{foreign.sheet.public_id}:{foreign.sheet.seen}"]
    answer = browser_of(user).post(page, fields | {"sheet": tokens, "form_key": str(uuid4())})
    assert (foreign.sheet.cell_id in {cell for cell, _month in asked}) is not scoped
    assert foreign.sheet.state == SheetState.SUBMITTED
    if scoped:
        assert "Bí Mật" not in words_of(answer) and "Người Đóng Kỳ" not in words_of(answer)
        assert answer.status_code == 302 and sent.sheet.state == SheetState.VERIFIED
