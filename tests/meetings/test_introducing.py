"""Whoever belongs to another cell comes by that cell's word: an introduction code, made there and shown here. Nobody learns who exists."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings import introducing, roster
from meetings.introducing import introduce, take_in
from meetings.models import Cell, Introduction, Level, Member, Membership, Position, Relation, RosterChange
from meetings.recording import Refused
from meetings.roll_call import roster_on
from meetings.views import people
from tests.factories import make_cell, make_committee, make_member, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)


class Place:
    """Two provinces; in the first a commune with the host and a sibling cell, in the second a commune with another cell."""

    def __init__(self):
        centre = make_committee("Trung ương", Level.CENTRAL)
        here, far = (
            make_committee(f"Đảng ủy xã {number}", parent=make_committee(f"Tỉnh ủy {number}", Level.PROVINCE, parent=centre))
            for number in (1, 2)
        )
        self.host = make_cell("Chi bộ Thôn Một", committee=here)
        self.cells = {
            "own": self.host,
            "sibling": make_cell("Chi bộ Thôn Hai", committee=here),
            "other province": make_cell("Chi bộ Thôn Ba", committee=far),
        }
        self.by = make_user("bi-thu", secretary_of=self.host)
        self.office = make_user("van-phong", office_of=here)

    def member(self, where: str, **fields) -> Membership:
        return make_member(self.cells[where], "Lê Thị Hoa", **fields).memberships.select_related("member", "cell").get()

    def code_of(self, home: Membership, relation=Relation.TEMPORARY, from_=TODAY, until=None) -> str:
        return introduce(membership=home, relation=relation, from_=from_, until=until, by=self.office, at=NOW)


@pytest.fixture
def place(db) -> Place:
    return Place()


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def names_on(cell: Cell) -> list[str]:
    return [line.member.full_name for line in roster_on(cell, TODAY).lines]


@pytest.mark.parametrize("user", ["by", "office"])
@pytest.mark.parametrize("relation", Relation.values)
@pytest.mark.parametrize("where", ["own", "sibling", "other province", "nowhere"])
def test_adding_with_anybodys_code_says_the_same_and_moves_nobody(place, where, relation, user):
    known = where != "nowhere" and place.member(where).member
    if known:
        Member.objects.filter(pk=known.pk).update(official_code="077")
    form = {"full_name": "Lê Thị Hoa", "official_code": "077", "relation": relation, "standing": "OFFICIAL", "from_": TODAY.isoformat()}
    client, url = browser_of(getattr(place, user)), reverse("roster_add", args=[place.host.public_id])
    assert client.post(url, form).url == reverse("roster", args=[place.host.public_id])
    added = RosterChange.objects.get().member
    assert added != known and added.official_code is None
    if known:
        assert known.memberships.get().cell == place.cells[where]
        assert not roster_on(place.cells[where], TODAY).elsewhere


@pytest.mark.parametrize("where", ["own", "sibling", "other province", "nowhere"])
def test_correcting_with_anybodys_code_says_the_same(place, where):
    if where != "nowhere":
        Member.objects.filter(pk=place.member(where).member_id).update(official_code="077")
    mine = make_member(place.host, "Trần Văn Nam")
    url = reverse("roster_change", args=[place.host.public_id, mine.public_id, "correct"])
    assert browser_of(place.by).post(url, {"full_name": "Trần Văn Năm", "official_code": "077"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.full_name, mine.official_code) == ("Trần Văn Năm", None)


def test_for_a_time_the_member_is_here_and_away_there(place):
    home = place.member("other province")
    code = place.code_of(home, until=TODAY + timedelta(days=90))
    assert names_on(home.cell) == ["Lê Thị Hoa"], "nothing changes before the code is shown"
    take_in(cell=place.host, code=f" {code.lower().replace('-', ' ')}", by=place.by, at=NOW)
    assert names_on(place.host) == ["Lê Thị Hoa"]
    assert [line.member for line in roster_on(home.cell, TODAY).elsewhere] == [home.member]
    assert Membership.objects.get(cell=place.host).during.upper == TODAY + timedelta(days=90)


def test_for_good_one_home_ends_as_the_other_begins(place):
    home = place.member("other province", position="DEPUTY")
    take_in(cell=place.host, code=place.code_of(home, Relation.HOME), by=place.by, at=NOW)
    home.refresh_from_db()
    assert (home.during.upper, home.end_reason) == (TODAY, roster.TRANSFERRED)
    assert Position.objects.get().during.upper == TODAY
    assert names_on(place.host) == ["Lê Thị Hoa"]
    assert Member.objects.count() == 1


def test_of_any_code_that_is_not_good_the_same_is_said(place):
    """Used, replaced by a newer one, expired, of a membership that ended, of the own cell, or of nobody."""
    homes = {what: place.member("other province") for what in ("used", "replaced", "expired", "ended", "newest")}
    codes = {what: place.code_of(home) for what, home in homes.items()}
    place.code_of(homes["replaced"])
    take_in(cell=place.host, code=codes["used"], by=place.by, at=NOW)
    Membership.objects.filter(cell=place.host).delete()  # the stay is over, the code not older
    Introduction.objects.filter(member=homes["expired"].member).update(expires_at=NOW)
    roster.end_membership(membership=homes["ended"], on=TODAY, reason=roster.EndReason.LEFT, by=place.office, at=NOW)
    codes |= {"own": place.code_of(place.member("own")), "nobody's": "ABCD-EFGH-JKLM", "none": "-"}
    said = set()
    for what, code in codes.items():
        if what == "newest":
            take_in(cell=place.host, code=code, by=place.by, at=NOW)
            continue
        with pytest.raises(Refused) as refusal:
            take_in(cell=place.host, code=code, by=place.by, at=NOW)
        said.add(tuple((field, str(sentence)) for field, sentence in refusal.value.problems.items()))
    assert len(said) == 1
    assert names_on(place.host).count("Lê Thị Hoa") == 2  # the newest's, and the own member's


@pytest.mark.parametrize("guarded", [True, False], ids=["once", "twin that forgets it was used"])
def test_a_code_is_good_once(place, monkeypatch, guarded):
    code = place.code_of(place.member("other province"))
    take_in(cell=place.host, code=code, by=place.by, at=NOW)
    Membership.objects.filter(cell=place.host).delete()
    if not guarded:
        monkeypatch.setattr(introducing, "waiting_introductions", lambda at: Introduction.objects.all())
    client, url = browser_of(place.by), reverse("roster_take_in", args=[place.host.public_id])
    assert client.post(url, {"code": code}).status_code == (422 if guarded else 302)
    assert bool(names_on(place.host)) is not guarded


def test_the_second_tap_leads_where_the_first_did(place):
    code = place.code_of(place.member("other province"))
    client, url = browser_of(place.by), reverse("roster_take_in", args=[place.host.public_id])
    key = client.get(url).context["form"]["form_key"].value()
    for _tap in range(2):
        assert client.post(url, {"code": code, "form_key": key}).status_code == 302
    assert names_on(place.host) == ["Lê Thị Hoa"]


def test_the_home_cells_side_makes_the_code_on_its_page_and_sees_that_it_waits(place):
    home = place.member("own")
    client = browser_of(place.by)
    url = reverse("roster_change", args=[place.host.public_id, home.member.public_id, "introduce"])
    page = client.post(url, {"relation": "TEMPORARY", "from_": TODAY.isoformat()})
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    assert page.context["code"] in page.content.decode()
    assert page.context["code"] not in str(Introduction.objects.values().get())
    shown = client.get(reverse("roster_member", args=[place.host.public_id, home.member.public_id]))
    assert shown.context["introduction"].made_by == place.by
    take_in(cell=place.cells["sibling"], code=page.context["code"], by=place.office, at=NOW)
    assert client.get(shown.request["PATH_INFO"]).context["introduction"] is None


@pytest.mark.parametrize("guarded", [True, False], ids=["refused", "twin where guests may be sent on"])
def test_the_cell_where_a_guest_stays_sends_nobody_on(place, monkeypatch, guarded):
    home = place.member("other province")
    take_in(cell=place.host, code=place.code_of(home), by=place.by, at=NOW)
    if not guarded:
        monkeypatch.setattr(people, "OF_GUESTS", {*people.OF_GUESTS, "introduce"})
    url = reverse("roster_change", args=[place.host.public_id, home.member.public_id, "introduce"])
    client = browser_of(place.by)
    assert client.get(url).status_code == (404 if guarded else 200)
    # And behind the page the domain refuses too.
    assert client.post(url, {"relation": "HOME", "from_": TODAY.isoformat()}).status_code == (404 if guarded else 422)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"relation": "HOME", "until": TODAY + timedelta(days=9)}, "until"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"from_": date(2025, 6, 30)}, "from_"),
        ({"from_": ""}, "from_"),
        ({"relation": "GUEST"}, "relation"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(place, fields, at):
    home = place.member("own")
    url = reverse("roster_change", args=[place.host.public_id, home.member.public_id, "introduce"])
    response = browser_of(place.by).post(url, {"relation": "TEMPORARY", "from_": TODAY.isoformat(), **fields})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [at]
    assert not Introduction.objects.exists()


def test_a_member_who_stays_elsewhere_already_is_refused_with_the_code_still_good(place):
    home = place.member("other province")
    code = place.code_of(home)
    stay = Membership.objects.create(
        member=home.member, cell=make_cell("Chi bộ Thôn Tư"), relation=Relation.TEMPORARY, during=(TODAY, None)
    )
    client, url = browser_of(place.by), reverse("roster_take_in", args=[place.host.public_id])
    assert client.post(url, {"code": code}).status_code == 422
    stay.delete()
    assert client.post(url, {"code": code}).status_code == 302
