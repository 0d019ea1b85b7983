"""Who gets which page: a table written by hand, walked over every URL of the resolver. It asks nothing of `permissions`.

The cell is the own one; the columns stand at the cell itself, beside it, above it, in another province, or nowhere:

  nobody    not logged in                        office    the office of the committee right above the cell
  own       its secretary                        offside   the office of the commune beside
  beside    the secretary of the next cell       province  the board of the province
  follows   its following member                 other     the board of another province
  fbeside   the following member of the next     auditor   the province's auditor
                                                 criteria  the province's criteria admin

A word after @ says which sheet it is: that of a thematic sitting of the cell, or of one of another cell's.

An entry is the status of GET, then (after a slash) of a POST that says nothing; one entry stands for both. `in` is 302 to the login page.
The admin's URLs have a table of their own (test_access_admin).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import get_resolver, path, reverse
from django.utils import timezone

from evaluations.consulting import send_round
from evaluations.editions import close_period
from evaluations.exporting.files import new_file
from evaluations.models import Job, Notice, Rehearsal, SavedView
from evaluations.periods import Month
from meetings.models import Appointment, Level, MeetingKind, Role
from tests.evaluations.closed_periods import AT, settle
from tests.evaluations.measured import sit
from tests.evaluations.month import drafted, put_in_force, put_thematic_in_force, recorded
from tests.factories import make_cell, make_committee, make_user
from tests.house.access import arguments_in, ask, differences, read_table, sessions_of, undeclared, walked
from tests.meetings.sittings import five

pytestmark = pytest.mark.django_db

TABLE = read_table("""
name              nobody   own      beside   follows  fbeside  office   offside  province other    auditor  criteria
home              in       302      302      200      200      302      302      302      302      302      302
login             200      302      302      302      302      302      302      302      302      302      302
login_code        200      302      302      302      302      302      302      302      302      302      302
logout            405/in   405/in   405/in   405/in   405/in   405/in   405/in   405/in   405/in   405/in   405/in
password_change   in       200      200      200      200      200      200      200      200      200      200
set_language      302      302      302      302      302      302      302      302      302      302      302
cell_month        in       200      404      200      404      200      404      200      404      200      404
cell_sheet        in       200/422  404      403      404      403      404      403      404      403      404
cell_send         in       200/422  404      403      404      403      404      403      404      403      404
cell_review       in       403      404      404      404      404      404      403      404      403      404
cell_returned     in       404      404      403      404      403      404      403      404      403      404
cell_vote_anew    in       404      404      403      404      403      404      403      404      403      404
cell_sheet@thematic in     200/422  404      403      404      403      404      403      404      403      404
cell_send@thematic in      200/422  404      403      404      403      404      403      404      403      404
cell_review@thematic in    403      404      404      404      404      404      403      404      403      404
cell_returned@thematic in  404      404      403      404      403      404      403      404      403      404
cell_vote_anew@thematic in 404      404      403      404      403      404      403      404      403      404
cell_explanation@thematic in 200    404      200      404      200      404      200      404      200      404
cell_sheet@another in      404      404      403      404      403      404      403      404      403      404
cell_explanation@another in 404     404      404      404      404      404      404      404      404      404
queue_now         in       404/405  404/405  404/405  404/405  302/405  404/405  403/405  404/405  403/405  404/405
queue             in       404      404      404      404      200/422  404      403      404      403      404
cell_explanation  in       200      404      200      404      200      404      200      404      200      404
cell_period       in       200      404      200      404      200      404      200      404      200      404
committee_board   in       404      404      404      404      200      404      200      404      200      404
committee_cells   in       404      404      404      404      200      404      200      404      200      404
committee_criterion in     404/405  404/405  404/405  404/405  200/405  404/405  200/405  404/405  200/405  404/405
late              in       404      404      404      404      200/422  404      200/422  404      200/403  404
notices           in       200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302
notice_open       in       405/302  405/404  405/404  405/404  405/404  405/404  405/404  405/404  405/404  405/404
saved_views       in       200/422  200/422  200/422  200/422  200/422  200/422  200/422  200/422  200/422  200/422
saved_view_delete in       405/302  405/404  405/404  405/404  405/404  405/404  405/404  405/404  405/404  405/404
exports           in       404      404      404      404      200/404  404      200/404  404      200/404  404
score_anew        in       405/404  405/404  405/404  405/404  405/302  405/404  405/302  405/404  405/403  405/404
jobs              in       200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
sheet_preview     in       404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  200/405
rehearsals        in       404      404      404      404      404      404      404      404      404      200/422
rehearsal         in       404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  200/405
rehearsal_file    in       404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  200/405
consultations     in        200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
consultation      in        404      404      404      404      200/302  404      404      404      404      404
consultation_comments in    404      404      404      404      404      404      404      404      404      200/302
consultation_file in        404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  404/405  200/405
job               in       404/405  404/405  404/405  404/405  200/405  404/405  404/405  404/405  404/405  404/405
job_cancel        in       405/404  405/404  405/404  405/404  405/302  405/404  405/404  405/404  405/404  405/404
job_rerun         in       405/404  405/404  405/404  405/404  405/302  405/404  405/404  405/404  405/404  405/404
job_file          in       404/405  404/405  404/405  404/405  200/405  404/405  404/405  404/405  404/405  404/405
periods           in       404/405  404/405  404/405  404/405  404/405  404/405  200/405  404/405  200/405  404/405
period_close      in       404      404      404      404      404      404      200/422  404      403      404
period_correct    in       404      404      404      404      404      404      200/422  404      403      404
edition           in       404/405  404/405  404/405  404/405  200/405  404/405  200/405  404/405  200/405  404/405
parameters        in       404/405  404/405  404/405  404/405  200/405  404/405  200/405  404/405  200/405  404/405
parameter_set     in       404      404      404      404      200/422  404      403      404      403      404
meeting_new       in       200/422  404      403      404      403      404      403      404      403      404
meeting_prepare   in       200/422  404      403      404      403      404      403      404      403      404
meeting_hold      in       200/422  404      403      404      403      404      403      404      403      404
meeting_post      in       200/422  404      403      404      403      404      403      404      403      404
meeting_not_held  in       200/422  404      403      404      403      404      403      404      403      404
meeting_draft     in       405/200  405/404  405/403  405/404  405/403  405/404  405/403  405/404  405/403  405/404
meeting_content   in       200      404      200/422  404      200/422  404      403      404      403      404
roster            in       200/405  404/405  403/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
roster_add        in       200/422  404      403      404      200/422  404      403      404      403      404
roster_take_in    in       200/422  404      403      404      200/422  404      403      404      403      404
roster_undo       in       405/404  405/404  405/403  405/404  405/404  405/404  405/403  405/404  405/403  405/404
roster_member     in       200/405  404/405  403/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
roster_change     in       200/422  404      403      404      200/422  404      403      404      403      404
accounts          in       404/405  404/405  404/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
accounts_of       in       404/405  404/405  404/405  404/405  200/405  404/405  403/405  404/405  403/405  404/405
appoint           in       404      404      404      404      200/422  404      403      404      403      404
hand_over         in       404      404      404      404      200/422  404      403      404      403      404
end_appointment   in       404      404      404      404      200/422  404      403      404      403      404
issue_code        in       405/404  405/404  405/404  405/404  405/200  405/404  405/403  405/404  405/403  405/404
""")

CLOSED = Month(2025, 12)


@dataclass
class Place:
    """The users, and the arguments each URL is called with."""

    users: dict
    cell: object
    committee: object
    meeting: object
    member: object
    appointment: object
    criteria_set: object
    # The office's own, done, with its file.
    job: object
    # It has closed December 2025.
    province: object
    # The cell's secretary is told.
    notice: object
    # The cell's secretary keeps it.
    view: object
    # The province's draft, rehearsed.
    draft: object
    rehearsal: object
    # Another draft of the province, on which the commune alone is asked.
    consultation: object
    # Thematic sittings: of the cell, and of the cell beside.
    thematic: object
    another: object

    def arguments(self, name: str, pattern: str) -> dict:
        sheets = {"thematic": self.thematic, "another": self.another}
        sitting = sheets.get(name.partition("@")[2])
        known = {
            "which": f"2026-11/thematic/{sitting.public_id}" if sitting else "2026-11",
            "cell": self.cell.public_id,
            "committee": self.committee.public_id,
            "meeting": self.meeting.public_id,
            "member": self.member.public_id,
            "appointment": self.appointment.public_id,
            "body": self.cell.public_id,
            "criteria_set": self.criteria_set.public_id,
            "code": "speakers-top",
            "job": self.job.public_id,
            "notice": self.notice.public_id,
            "view": self.view.public_id,
            "draft": self.draft.public_id,
            "rehearsal": self.rehearsal.job.public_id,
            "consultation": self.consultation.public_id,
            "month": "2026-11",
            "longer": "2026-Q4",
            "period": "2026-Q4",
            "province": self.province.public_id,
            "closed": CLOSED,
            "number": 1,
            "criterion": self.criteria_set.based_on.criteria.first().pk,
            "form": "hold",
            "change": uuid4(),
            "action": "exempt",
            "role": Role.FOLLOWING_MEMBER,
        }
        return {name: known[name] for name in arguments_in(pattern)}


def _tree():
    """centre → (province → (commune with two cells, commune beside with one), another province)."""
    centre = make_committee("Trung ương", Level.CENTRAL)
    province, other = (make_committee(f"Tỉnh ủy {n}", Level.PROVINCE, parent=centre) for n in (1, 2))
    commune, offside = (make_committee(f"Đảng ủy xã {n}", parent=province) for n in (1, 2))
    return province, other, commune, offside


def _exported(user, committee):
    file = new_file("xlsx")
    now = timezone.now()
    named = {"file_name": "chi-bo.xlsx", "stored_as": file.name, "expires_at": now + timedelta(days=1)}
    return Job.objects.create(
        kind="EXPORT",
        committee=committee,
        title="Chi bộ",
        asked={"export": "cells"},
        requested_by=user,
        requested_at=now,
        state="DONE",
        **named,
    )


def _asked(user, province, committee):
    now = timezone.now()
    today = timezone.localdate(now)
    draft = drafted(province, "lay-y-kien", date(2027, 1, 1))
    return send_round(criteria_set=draft, opens_on=today, closes_on=today, committees=[committee], by=user, at=now)


@pytest.fixture
def place(exports_folder) -> Place:
    province, other, commune, offside = _tree()
    people = five(make_cell("Chi bộ Thôn Một", committee=commune))
    beside = make_cell("Chi bộ Thôn Hai", committee=commune)
    meeting = recorded(people)
    criteria_set = put_in_force(commune)
    put_thematic_in_force(commune)
    users = {
        "own": people.user,
        "beside": make_user("beside", secretary_of=beside),
        "follows": make_user("follows", follows=people.cell),
        "fbeside": make_user("fbeside", follows=beside),
        "office": make_user("office", office_of=commune),
        "offside": make_user("offside", office_of=offside),
        "province": make_user("province", board_of=province),
        "other": make_user("other", board_of=other),
        "auditor": make_user("auditor", auditor_of=province),
        "criteria": make_user("criteria", criteria_admin_of=province),
    }
    appointment = Appointment.objects.get(cell=people.cell, role=Role.SECRETARY)
    settle()
    close_period(committee=province, period=CLOSED, by=users["province"], at=AT)
    job = _exported(users["office"], commune)
    notice = Notice.objects.create(user=people.user, kind="REMINDER", cell=people.cell, month=meeting.for_month, created_at=timezone.now())
    view = SavedView.objects.create(user=people.user, name="Chưa gửi", path="/", saved_at=timezone.now())
    draft = drafted(province, "nhap", date(2027, 1, 1))
    rehearsal = Rehearsal.objects.create(
        job=_exported(users["criteria"], province),
        criteria_set=draft,
        committee=province,
        period_kind="YEAR",
        first_on=date(2025, 1, 1),
        rehearsed_at=AT,
    )
    consultation = _asked(users["criteria"], province, commune)
    thematic, another = (sit(cell, meeting.for_month, MeetingKind.THEMATIC, meeting.held_on) for cell in (people.cell, beside))
    with_rights = (job, province, notice, view, draft, rehearsal, consultation, thematic, another)
    return Place(users, people.cell, commune, meeting, people.binh, appointment, criteria_set, *with_rights)


def of_the_product(patterns=None) -> dict[str, str]:
    return {name: pattern for name, pattern in walked(patterns).items() if not name.startswith("admin:")}


def test_every_url_is_in_the_table():
    assert undeclared(of_the_product(), TABLE) == set()


def test_twin_a_new_url_is_missed():
    new = path("cells/<uuid:cell>/secrets", lambda request, cell: HttpResponse(), name="secrets")
    assert "secrets" in undeclared(of_the_product([*get_resolver().url_patterns, new]), TABLE)


def test_each_actor_gets_what_the_table_says(place):
    patterns = walked()

    def path_of(name: str) -> str:
        url = name.partition("@")[0]
        return reverse(url, kwargs=place.arguments(name, patterns[url]))

    assert differences(TABLE, sessions_of(place.users), path_of) == []


def test_a_page_that_forgets_its_scope_is_found(place, monkeypatch):
    """The twin: with the scope of cells taken away, the next cell's secretary gets what the table forbids."""
    monkeypatch.setattr("evaluations.views.months.cell_in_scope", lambda _authority, public_id: place.cell)
    page = reverse("cell_month", args=[place.cell.public_id, "2026-11"])
    assert ask(sessions_of(place.users)["beside"], "GET", page).status_code == 200 != int(TABLE["cell_month"]["beside"][0])
