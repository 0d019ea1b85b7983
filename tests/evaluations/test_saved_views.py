"""Lists that a user keeps under names of their own."""

from datetime import datetime
from threading import Event
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from cellquality.processes import wait_until
from evaluations import saved_views
from evaluations.models import SavedView
from evaluations.saved_views import leads_to_a_list, save_view
from meetings.models import Level, User
from meetings.refusing import Refused
from tests.costs import queries_of
from tests.databases import meanwhile, waiting_for_a_lock
from tests.factories import make_committee, make_user
from tests.meetings.sitting_pages import browser_of, words_of

NOW = datetime(2026, 11, 5, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PAGE = "/lists/"


@pytest.fixture
def province(db):
    return make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)


@pytest.fixture
def board(province):
    return make_user("ban", board_of=province)


def a_list(committee, query: str = "show=not_sent&q=thôn") -> str:
    return reverse("committee_cells", args=[committee.public_id, "2026-11"]) + f"?{query}"


def test_a_list_is_saved_from_its_page_opened_and_deleted(province, board):
    browser = browser_of(board)
    path = a_list(province)
    assert "/lists/?path=%2Fcommittees%2F" in browser.get(path).content.decode()
    form = browser.get(PAGE, {"path": path})
    assert form.context["form"]["path"].value() == path

    answer = browser.post(PAGE, {"name": "  Chưa gửi,  các thôn ", "path": path})
    assert (answer.status_code, answer.url) == (302, iri_to_uri(path))
    [view] = SavedView.objects.all()
    assert (view.name, view.user) == ("Chưa gửi, các thôn", board)
    page = browser.get(PAGE)
    assert f'href="{path.replace("&", "&amp;")}"' in page.content.decode()
    assert browser.get(view.path).status_code == 200

    browser.post(reverse("saved_view_delete", args=[view.public_id]))
    assert "No saved lists yet" in words_of(browser.get(PAGE))


def test_the_same_name_leads_to_the_new_list(province, board):
    save_view(user=board, name="Của tôi", path=a_list(province), at=NOW)
    _view, is_new = save_view(user=board, name="Của tôi", path=a_list(province, "show=late"), at=NOW)
    assert [view.path for view in board.saved_views.all()] == [a_list(province, "show=late")] and not is_new
    told = browser_of(board).post(PAGE, {"name": "Của tôi", "path": a_list(province)}, follow=True)
    assert "“Của tôi” leads here now; it led to another list before." in words_of(told)


def test_they_stand_in_vietnamese_order(province, board):
    names = ["Đông", "Dương", "Ấp Một", "an", "Thôn 10", "Thôn 2", "thôn 1"]
    for name in names:
        save_view(user=board, name=name, path=a_list(province), at=NOW)
    page = browser_of(board).get(PAGE)
    assert [view.name for view in page.context["saved"]] == ["an", "Ấp Một", "Dương", "Đông", "thôn 1", "Thôn 2", "Thôn 10"]


def test_nobody_sees_or_deletes_anothers(province, board):
    view, _is_new = save_view(user=board, name="Của tôi", path=a_list(province), at=NOW)
    other = browser_of(make_user("khac", board_of=make_committee("Tỉnh khác", Level.PROVINCE)))
    assert "Của tôi" not in words_of(other.get(PAGE))
    assert other.post(reverse("saved_view_delete", args=[view.public_id])).status_code == 404
    assert other.get(view.path).status_code == 404, "a link passed on shows what its reader may see"
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/committees/",
        "//elsewhere.example/x",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/notices/",
        "/logout",
        "committees",
        "",
        "/x" * 600,
    ],
)
def test_only_a_list_of_this_site_is_kept(board, path):
    assert not leads_to_a_list(path)
    browser = browser_of(board)
    assert browser.get(PAGE, {"path": path}).context["form"] is None
    answer = browser.post(PAGE, {"name": "Của tôi", "path": path})
    assert (answer.status_code, SavedView.objects.count()) == (422, 0)
    with pytest.raises(Refused):
        save_view(user=board, name="Của tôi", path=path, at=NOW)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 101])
def test_a_list_needs_a_name_and_what_was_asked_for_stays(province, board, name):
    answer = browser_of(board).post(PAGE, {"name": name, "path": a_list(province)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    assert a_list(province).replace("&", "&amp;") in answer.content.decode()


def test_there_is_an_end_to_them(province, board, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("một", "hai", "hai"):
        save_view(user=board, name=name, path=a_list(province), at=NOW)
    answer = browser_of(board).post(PAGE, {"name": "ba", "path": a_list(province)})
    assert (answer.status_code, "delete one first" in words_of(answer)) == (422, True)


def test_the_page_costs_the_same_with_many(province, board):
    browser = browser_of(board)
    save_view(user=board, name="một", path=a_list(province), at=NOW)
    few = queries_of(browser, PAGE)
    SavedView.objects.bulk_create(
        SavedView(public_id=uuid4(), user=board, name=f"danh sách {number}", path=a_list(province), saved_at=NOW) for number in range(40)
    )
    assert queries_of(browser, PAGE) == few


@pytest.mark.parametrize("locked", [True, False], ids=["one after the other", "twin without the lock"])
def test_two_at_a_time_do_not_pass_the_end(committed_db, monkeypatch, locked):
    province = make_committee("Tỉnh ủy Minh Họa", Level.PROVINCE)
    board = make_user("ban", board_of=province)
    monkeypatch.setattr(saved_views, "MOST", 1)
    if not locked:
        monkeypatch.setattr(type(User.objects), "select_for_update", lambda manager: manager)
    first_has_counted, ended = Event(), []

    def second():
        first_has_counted.wait(10)
        try:
            save_view(user=board, name="hai", path=a_list(province), at=NOW)
        except Refused:
            ended.append("refused")
        else:
            ended.append("saved")

    with meanwhile(second), transaction.atomic():
        save_view(user=board, name="một", path=a_list(province), at=NOW)
        first_has_counted.set()
        assert wait_until(lambda: ended or waiting_for_a_lock(), within=10)
    assert ended == (["refused"] if locked else ["saved"])
    assert SavedView.objects.count() == (1 if locked else 2)
