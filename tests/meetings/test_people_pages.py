"""The roster and accounts pages through real requests: what they show, what they refuse, what they cost."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import Appointment, Level, Member, Role, RosterChange, User
from meetings.roll_call import roster_on
from tests.factories import make_cell, make_committee, make_member, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def province():
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)


@pytest.fixture
def commune(province):
    return make_committee("Đảng ủy xã Một", parent=province)


@pytest.fixture
def cell(commune):
    return make_cell(committee=commune)


@pytest.fixture
def other(commune):
    return make_cell(name="Chi bộ Thôn Hai", committee=commune)


@pytest.fixture
def office(commune):
    return make_user("vp.xa-mot", office_of=commune)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client


def today() -> str:
    return timezone.localdate().isoformat()


class TestWho:
    """The page of one's own cell; above it only the office directly above; out of scope is 404."""

    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            ({"secretary_of": "cell"}, 200),
            ({"office_of": "commune"}, 200),
            ({"follows": "cell"}, 403),
            ({"office_of": "province"}, 403),
            ({"auditor_of": "commune"}, 403),
            ({"secretary_of": "other"}, 404),
            ({"criteria_admin_of": "commune"}, 404),
        ],
    )
    def test_roster(self, request, role, expected, cell):
        [(key, fixture)] = role.items()
        client = as_user(make_user("ai-do", **{key: request.getfixturevalue(fixture)}))
        member = make_member(cell)
        change = ["official", "position", "exempt", "transfer", "send", "correct", "end"]
        pages = [reverse("roster", args=[cell.public_id]), reverse("roster_add", args=[cell.public_id])]
        pages += [reverse("roster_member", args=[cell.public_id, member.public_id])]
        pages += [reverse("roster_change", args=[cell.public_id, member.public_id, action]) for action in change]
        assert {client.get(page).status_code for page in pages} == {expected}
        assert {client.post(page).status_code for page in pages[3:]} == {422 if expected == 200 else expected}

    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            ({"office_of": "commune"}, 200),
            ({"office_of": "province"}, 403),
            ({"auditor_of": "commune"}, 403),
            ({"secretary_of": "cell"}, 404),
        ],
    )
    def test_accounts(self, request, role, expected, cell, commune):
        [(key, fixture)] = role.items()
        client = as_user(make_user("ai-do", **{key: request.getfixturevalue(fixture)}))
        make_user("bi-thu", follows=cell)
        held = Appointment.objects.get(user__username="bi-thu")
        for name, args in (
            ("accounts", []),
            ("accounts_of", [cell.public_id]),
            ("appoint", [cell.public_id, "SECRETARY"]),
            ("hand_over", [held.public_id]),
            ("end_appointment", [held.public_id]),
        ):
            assert client.get(reverse(name, args=[commune.public_id, *args])).status_code == expected, name
        code = client.post(reverse("issue_code", args=[commune.public_id, held.public_id]))
        assert code.status_code == expected

    def test_a_member_of_another_cell_is_not_found_here(self, cell, other, office):
        member = make_member(other)
        assert as_user(office).get(reverse("roster_member", args=[cell.public_id, member.public_id])).status_code == 404

    def test_a_body_of_another_committee_is_not_found_here(self, commune, province, office):
        elsewhere = make_cell(committee=make_committee("Đảng ủy xã Hai", parent=province))
        make_user("bi-thu", secretary_of=elsewhere)
        held = Appointment.objects.get(user__username="bi-thu")
        client = as_user(office)
        for name, key in (("accounts_of", elsewhere.public_id), ("end_appointment", held.public_id)):
            assert client.get(reverse(name, args=[commune.public_id, key])).status_code == 404


class TestRosterPage:
    def test_members_stand_in_vietnamese_order_and_are_found_without_tone_marks(self, cell, office):
        for name in ("Nguyễn Văn Ánh", "Lê Thị An", "Đỗ Văn Ân", "Trần Hoà"):
            make_member(cell, name)
        client, page = as_user(office), reverse("roster", args=[cell.public_id])
        names = [item["line"].member.full_name for item in client.get(page).context["lines"]]
        assert names == ["Lê Thị An", "Nguyễn Văn Ánh", "Đỗ Văn Ân", "Trần Hoà"]
        found = client.get(page, {"q": "HÒA"}).context["lines"]
        assert [item["line"].member.full_name for item in found] == ["Trần Hoà"]

    def test_adding_ending_and_taking_back(self, cell, office):
        client, page = as_user(office), reverse("roster", args=[cell.public_id])
        form = {"full_name": "Lê Thị Hoa", "relation": "HOME", "standing": "PROBATIONARY", "from_": today()}
        assert client.post(reverse("roster_add", args=[cell.public_id]), form).url == page
        member = Member.objects.get()

        ending = reverse("roster_change", args=[cell.public_id, member.public_id, "end"])
        response = client.post(ending, {"reason": "MISTAKE", "on": (timezone.localdate() + timedelta(days=1)).isoformat()})
        assert response.url == page
        change = client.get(page).context["recent"][0]
        client.post(reverse("roster_undo", args=[cell.public_id, change.public_id]))
        assert member.memberships.get().during.upper is None
        assert len(client.get(page).context["recent"]) == 1

    def test_a_double_tap_adds_one(self, cell, office):
        client = as_user(office)
        page = client.get(reverse("roster_add", args=[cell.public_id]))
        key = page.context["form"]["form_key"].value()
        form = {"full_name": "Lê Thị Hoa", "relation": "HOME", "standing": "OFFICIAL", "from_": today(), "form_key": key}
        for _tap in range(2):
            assert client.post(reverse("roster_add", args=[cell.public_id]), form).status_code == 302
        assert Member.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("full_name", ""),
            ("full_name", "\u200b \u2060"),
            ("full_name", "a" * 121),
            ("from_", "31/02/2026"),
            ("from_", ""),
            ("until", "2020-01-01"),
            ("standing", "KING"),
        ],
    )
    def test_bad_input_stores_nothing_and_says_so_at_the_field(self, cell, office, field, value):
        form = {"full_name": "Lê Thị Hoa", "relation": "HOME", "standing": "OFFICIAL", "from_": today()} | {field: value}
        response = as_user(office).post(reverse("roster_add", args=[cell.public_id]), form)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not Member.objects.exists()

    def test_two_stays_at_a_time_get_a_sentence(self, cell, other, office, commune):
        member, third = make_member(cell), make_cell("Chi bộ Thôn Ba", committee=commune)
        client, url = as_user(office), reverse("roster_change", args=[cell.public_id, member.public_id, "send"])
        assert client.post(url, {"to": other.public_id, "from_": today()}).status_code == 302
        assert "from_" in client.post(url, {"to": third.public_id, "from_": today()}).context["form"].errors

    @pytest.mark.parametrize(
        ("action", "fields", "holds"),
        [
            ("exempt", {"kind": "EXEMPT", "resolution_number": "05-NQ/CB", "from_": ""}, {"exemption": "EXEMPT"}),
            ("position", {"title": "DEPUTY", "from_": ""}, {"position": "DEPUTY"}),
            ("official", {"on": ""}, {"standing": "OFFICIAL"}),
            ("correct", {"full_name": "Lê Thị Hòa"}, {}),
        ],
    )
    def test_changes_of_a_member(self, cell, office, action, fields, holds):
        member = make_member(cell, "Lê Thị Hoa", standing="PROBATIONARY")
        fields = {name: value or today() for name, value in fields.items()}
        url = reverse("roster_change", args=[cell.public_id, member.public_id, action])
        client = as_user(office)
        assert client.get(url).status_code == 200
        assert client.post(url, fields).status_code == 302
        line = roster_on(cell, timezone.localdate()).lines[0]
        assert {name: getattr(line, name) for name in holds} == holds
        assert RosterChange.objects.get().by == office

    @pytest.mark.parametrize(("action", "row"), [("end-exemption", "exemption"), ("end-position", "position")])
    def test_the_only_row_is_chosen_already(self, cell, office, action, row):
        member = make_member(cell, exemption="EXEMPT", position="DEPUTY")
        url = reverse("roster_change", args=[cell.public_id, member.public_id, action])
        client = as_user(office)
        key = client.get(url).context["form"][row].value()
        assert client.post(url, {row: key, "on": today()}).status_code == 302
        assert getattr(roster_on(cell, timezone.localdate()).lines[0], row) == ""

    def test_transfer_only_to_a_cell_in_sight(self, cell, other, office, province):
        far = make_cell(name="Chi bộ Xa", committee=make_committee("Đảng ủy xã Hai", parent=province))
        member = make_member(cell)
        url = reverse("roster_change", args=[cell.public_id, member.public_id, "transfer"])
        client = as_user(office)
        assert list(client.get(url).context["form"].fields["to"].queryset) == [other]

        nowhere = client.post(f"{url}?q=khong-co-chi-bo-nay", {"on": today()})
        assert nowhere.status_code == 422
        for to in (far.public_id, "x", ""):
            assert client.post(url, {"to": to, "on": today()}).status_code == 422
        assert client.post(url, {"to": other.public_id, "on": today()}).status_code == 302
        assert len(roster_on(other, timezone.localdate())) == 1

    def test_a_secretary_sees_no_other_cell_and_is_told_what_to_do(self, cell, other):
        client = as_user(make_user(secretary_of=cell))
        url = reverse("roster_change", args=[cell.public_id, make_member(cell).public_id, "transfer"])
        assert client.get(url).context["none_in_sight"]


class TestAccountsPage:
    def appoint(self, client, commune, cell, role="SECRETARY", **fields):
        form = {"login": "NEW", "full_name": "Lê Thị Hoa", "username": "bt.thon-mot", "from_": today()} | fields
        return client.post(reverse("appoint", args=[commune.public_id, cell.public_id, role]), form)

    def test_appointing_then_a_code_then_a_first_login(self, commune, cell, office):
        client = as_user(office)
        proposed = client.get(reverse("appoint", args=[commune.public_id, cell.public_id, "SECRETARY"])).context["form"]
        assert proposed["username"].value() == "bt.thon-mot.mot"

        assert self.appoint(client, commune, cell).status_code == 302
        held = Appointment.objects.get(user__username="bt.thon-mot")
        assert (held.appointed_by, held.during.lower) == (office, timezone.localdate())

        issued = client.post(reverse("issue_code", args=[commune.public_id, held.public_id]))
        code = re.search(r"\d{4} \d{4}", issued.content.decode()).group()
        assert "no-store" in issued["Cache-Control"]
        newcomer = Client()
        opened = newcomer.post(reverse("login_code"), {"username": "bt.thon-mot", "login_code": code})
        assert opened.status_code == 302
        assert newcomer.get(reverse("roster", args=[cell.public_id])).url == reverse("password_change")
        newcomer.post(reverse("password_change"), {"new_password1": "hoa-sen-77-trong-dam", "new_password2": "hoa-sen-77-trong-dam"})
        assert newcomer.get(reverse("roster", args=[cell.public_id])).status_code == 200

    def test_a_second_secretary_gets_a_sentence_and_no_user_stays(self, commune, cell, office):
        client = as_user(office)
        self.appoint(client, commune, cell)
        response = self.appoint(client, commune, cell, username="bt.khac")
        assert response.status_code == 422
        assert response.context["form"].non_field_errors()
        assert not User.objects.filter(username="bt.khac").exists()

    def test_handing_over_ends_one_and_begins_the_other_on_the_same_day(self, commune, cell, office):
        former = make_user("bt.cu", secretary_of=cell)
        former_client = as_user(former)
        held = former.appointments.get()
        form = {"login": "NEW", "full_name": "Lê Thị Mới", "username": "bt.moi", "on": today()}
        response = as_user(office).post(reverse("hand_over", args=[commune.public_id, held.public_id]), form)

        assert response.status_code == 302
        held.refresh_from_db()
        assert (held.during.upper, held.ended_by) == (timezone.localdate(), office)
        assert Appointment.objects.get(user__username="bt.moi").during.lower == timezone.localdate()
        assert former_client.get(reverse("roster", args=[cell.public_id])).url == "/login?ended"

    def test_a_handover_that_is_refused_leaves_the_former_in_place(self, commune, cell, office):
        former = make_user("bt.cu", secretary_of=cell)
        held = former.appointments.get()
        form = {"login": "NEW", "full_name": "Lê Thị Mới", "username": "bt.cu", "on": today()}
        response = as_user(office).post(reverse("hand_over", args=[commune.public_id, held.public_id]), form)
        assert "username" in response.context["form"].errors
        held.refresh_from_db()
        assert held.during.upper is None
        assert held.ended_by is None

    def test_ending_today_ends_access_at_the_next_request(self, commune, cell, office):
        secretary = make_user("bt.cu", secretary_of=cell)
        client, page = as_user(secretary), reverse("roster", args=[cell.public_id])
        assert client.get(page).status_code == 200
        held = secretary.appointments.get()
        as_user(office).post(reverse("end_appointment", args=[commune.public_id, held.public_id]), {"on": today()})
        assert client.get(page).url == "/login?ended"
        past = as_user(office).get(reverse("accounts_of", args=[commune.public_id, cell.public_id])).context["past"]
        assert [row.ended_by for row in past] == [office]

    def test_ended_on_its_first_day_it_gives_no_right(self, commune, cell, office):
        client = as_user(office)
        self.appoint(client, commune, cell)
        held = Appointment.objects.get(user__username="bt.thon-mot")
        client.post(reverse("end_appointment", args=[commune.public_id, held.public_id]), {"on": today()})
        assert not held.user.appointments.on(timezone.localdate()).exists()
        assert self.appoint(client, commune, cell, username="bt.hai").status_code == 302

    def test_someone_with_a_login_is_appointed_by_name_and_login_name(self, commune, cell, other, office):
        make_user("bt.hai", full_name="Trần Văn Nam", secretary_of=other)
        client = as_user(office)
        known = {"login": "KNOWN", "username": "bt.hai", "role": "FOLLOWING_MEMBER"}
        wrong = self.appoint(client, commune, cell, **known, full_name="Ai Khác")
        assert "username" in wrong.context["form"].errors
        assert "Trần Văn Nam" not in wrong.content.decode()
        assert self.appoint(client, commune, cell, **known, full_name="trần văn nam").status_code == 302

    def test_nobody_appoints_themselves_but_to_follow(self, commune, cell, office):
        client = as_user(office)
        mine = {"login": "KNOWN", "username": office.username, "full_name": office.full_name}
        assert self.appoint(client, commune, cell, **mine).status_code == 422
        assert self.appoint(client, commune, cell, role="FOLLOWING_MEMBER", **mine).status_code == 302

    def test_a_role_that_is_not_for_the_body_is_not_found(self, commune, cell, office):
        for role in ("COMMITTEE", "CRITERIA_ADMIN", "KING"):
            assert self.appoint(as_user(office), commune, cell, role=role).status_code == 404

    def test_an_office_cannot_make_its_own_office_accounts(self, commune, office):
        url = reverse("appoint", args=[commune.public_id, commune.public_id, "COMMITTEE"])
        assert as_user(office).get(url).status_code == 404

    def test_appointing_someone_from_above_does_not_open_their_login(self, commune, cell, office, province):
        """Who issues a code could use it: not for someone who also acts outside one's reach."""
        board = make_user("btc.tinh", full_name="Võ Văn Em", board_of=province)
        client = as_user(office)
        known = {"login": "KNOWN", "username": board.username, "full_name": board.full_name}
        self.appoint(client, commune, cell, role="FOLLOWING_MEMBER", **known)
        held = board.appointments.get(role=Role.FOLLOWING_MEMBER)
        response = client.post(reverse("issue_code", args=[commune.public_id, held.public_id]))
        assert response.status_code == 403
        assert not board.login_codes.exists()

    def test_a_colleague_of_the_same_office_neither(self, commune, cell, office):
        colleague = make_user("vp.hai", office_of=commune, follows=cell)
        held = colleague.appointments.get(role=Role.FOLLOWING_MEMBER)
        assert as_user(office).post(reverse("issue_code", args=[commune.public_id, held.public_id])).status_code == 403

    def test_a_province_appoints_its_communes_office(self, province, commune):
        client = as_user(make_user("vp.tinh", office_of=province))
        page = client.get(reverse("accounts", args=[province.public_id]))
        assert [body.name for body in page.context["page"]] == [commune.name]
        assert self.appoint(client, province, commune, role="COMMITTEE", username="vp.xa").status_code == 302

    def test_searching_by_cell_name_or_person(self, commune, cell, other, office):
        make_user("bt.hai", full_name="Trần Văn Nam", secretary_of=other)
        client, page = as_user(office), reverse("accounts", args=[commune.public_id])
        for q, found in (("thon mot", [cell]), ("bt.hai", [other]), ("Văn Nam", [other]), ("không có", [])):
            assert list(client.get(page, {"q": q}).context["page"]) == found, q
        assert list(client.get(page, {"without": "1"}).context["page"]) == [cell]

    def test_a_new_login_name_must_be_one(self, commune, cell, office):
        for username in ("a", "có dấu", "x y", "-abc"):
            assert "username" in self.appoint(as_user(office), commune, cell, username=username).context["form"].errors

    def test_a_taken_login_name_is_told(self, commune, cell, office):
        make_user("bt.co", secretary_of=make_cell(name="Chi bộ Ba"))
        assert "username" in self.appoint(as_user(office), commune, cell, username="bt.co").context["form"].errors

    def test_the_next_free_name_is_proposed(self, commune, cell, office):
        make_user("bt.thon-mot.mot", secretary_of=cell)
        held = Appointment.objects.get(user__username="bt.thon-mot.mot")
        form = as_user(office).get(reverse("hand_over", args=[commune.public_id, held.public_id])).context["form"]
        assert form["username"].value() == "bt.thon-mot.mot.2"
