"""Logging in: by password, by one-time code, under a lock; and out again when an appointment ends."""

import re
from contextlib import ExitStack
from datetime import date, timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cellquality.processes import wait_until
from meetings import codes
from meetings.models import LoginCode, User
from meetings.views.login import PasswordChangeView
from tests.databases import meanwhile, waiting_for_a_lock
from tests.factories import PASSWORD, make_cell, make_user

CHANGE = "/password"
LOGIN = f"/login?next={CHANGE}"
BY_CODE = f"/login/code?next={CHANGE}"
NEW_PASSWORD = "hoa-sen-trong-dam-7"
FIRST_PASSWORD = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}


def log_in(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def log_in_by_code(client: Client, username: str, code: str, **extra):
    return client.post(BY_CODE, {"username": username, "login_code": code}, **extra)


def is_in(response) -> bool:
    return response.status_code == 302 and response.url == CHANGE


def code_for(user: User) -> str:
    return codes.make_login_code(user=user, by=None, at=timezone.now())


@pytest.fixture
def secretary(db) -> User:
    return make_user("bi-thu.thon-mot", secretary_of=make_cell())


class TestPassword:
    def test_the_right_password_opens(self, client, secretary):
        assert is_in(log_in(client, secretary.username))
        assert client.get(CHANGE).status_code == 200

    @pytest.mark.parametrize("typed", ["Bi-thu.thon-mot", " bi-thu.thon-mot ", "BI-THU.THON-MOT"])
    def test_what_a_phone_does_to_a_login_name_does_no_harm(self, client, secretary, typed):
        assert is_in(log_in(client, typed))

    def test_a_wrong_one_is_told_in_words(self, client, secretary):
        response = log_in(client, secretary.username, "sai")
        assert response.status_code == 200
        assert response.context["form"].non_field_errors()

    def test_without_an_appointment_in_force_nobody_gets_in(self, client, secretary):
        secretary.appointments.update(during=(date(2025, 7, 1), timezone.localdate()))
        response = log_in(client, secretary.username)
        assert response.context["form"].has_error("__all__", "no_appointment")

    def test_without_a_login_every_page_leads_to_it(self, client, db):
        response = client.get(CHANGE)
        assert response.status_code == 302
        assert response.url.startswith(reverse("login"))

    def test_logging_out(self, client, secretary):
        client.force_login(secretary, "django.contrib.auth.backends.ModelBackend")
        assert client.post(reverse("logout")).url == reverse("login")
        assert client.get(CHANGE).url.startswith(reverse("login"))
        assert client.post(reverse("logout")).url == reverse("login")

    def test_the_language_can_be_switched_before_logging_in(self, client, db):
        assert client.post(reverse("set_language"), {"language": "en", "next": "/login"}).url == "/login"


class TestEndOfAppointment:
    def test_it_ends_the_session_at_the_next_request(self, client, secretary):
        log_in(client, secretary.username)
        assert client.get(CHANGE).status_code == 200

        secretary.appointments.update(during=(date(2025, 7, 1), timezone.localdate()))

        assert client.get(CHANGE).url == "/login?ended"
        assert "_auth_user_id" not in client.session
        assert client.get("/login?ended").context["ended"]

    def test_one_of_two_ending_leaves_the_other(self, client, secretary):
        other = make_cell(name="Chi bộ Thôn Hai")
        make_user("khac", secretary_of=other)
        secretary.appointments.create(role="FOLLOWING_MEMBER", cell=other, during=(date(2025, 7, 1), None))
        log_in(client, secretary.username)

        secretary.appointments.filter(cell=other).update(during=(date(2025, 7, 1), timezone.localdate()))

        assert client.get(CHANGE).status_code == 200


class TestCode:
    def test_it_opens_once_and_leads_to_a_new_password(self, client, secretary):
        code = code_for(secretary)
        assert re.fullmatch(r"\d{4} \d{4}", code)

        assert is_in(log_in_by_code(client, secretary.username, code))
        page = client.get(CHANGE)
        assert page.context["is_first"]
        assert "old_password" not in page.context["form"].fields

        client.post(CHANGE, FIRST_PASSWORD)
        assert not client.get(CHANGE).context["is_first"]
        assert is_in(log_in(Client(), secretary.username, NEW_PASSWORD))
        assert not is_in(log_in_by_code(Client(), secretary.username, code))

    def test_until_a_password_is_chosen_every_page_leads_there(self, client, secretary):
        log_in_by_code(client, secretary.username, code_for(secretary))
        # Any closed view will do; the admin is one that everybody has.
        assert client.get("/admin/").url == CHANGE
        assert client.post(reverse("set_language"), {"language": "en", "next": "/"}).url == "/"
        assert client.post(reverse("logout")).url == reverse("login")

    def test_a_password_as_long_as_a_book_is_refused_at_its_field(self, client, secretary):
        log_in_by_code(client, secretary.username, code_for(secretary))
        book = dict.fromkeys(FIRST_PASSWORD, "một cuốn sách " * 20)
        assert list(client.post(CHANGE, book).context["form"].errors) == ["new_password1", "new_password2"]
        assert client.get(CHANGE).context["is_first"]

    def test_the_guard_is_what_leads_there(self, client, secretary, settings):
        """The twin: without the middleware another page opens."""
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "ForcedPassword" not in name]
        log_in_by_code(client, secretary.username, code_for(secretary))
        assert client.get("/admin/").url != CHANGE

    def test_typed_without_its_blank_it_is_the_same(self, client, secretary):
        assert is_in(log_in_by_code(client, secretary.username, code_for(secretary).replace(" ", "-")))

    def test_a_younger_code_voids_the_older(self, client, secretary):
        older, younger = code_for(secretary), code_for(secretary)
        assert not is_in(log_in_by_code(client, secretary.username, older))
        assert is_in(log_in_by_code(client, secretary.username, younger))

    def test_after_seven_days_it_is_dead(self, client, secretary):
        code = code_for(secretary)
        LoginCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert not is_in(log_in_by_code(client, secretary.username, code))

    def test_it_is_the_code_of_one_user(self, client, secretary):
        other = make_user("nguoi-khac", follows=make_cell(name="Chi bộ Thôn Hai"))
        assert not is_in(log_in_by_code(client, other.username, code_for(secretary)))

    def test_who_has_no_appointment_keeps_the_code_for_later(self, client, secretary):
        code = code_for(secretary)
        secretary.appointments.update(during=(timezone.localdate() + timedelta(days=1), None))
        assert log_in_by_code(client, secretary.username, code).context["form"].has_error("__all__", "no_appointment")

        secretary.appointments.update(during=(timezone.localdate(), None))
        assert is_in(log_in_by_code(client, secretary.username, code))

    def test_many_wrong_tries_from_many_addresses_void_it(self, client, secretary):
        code = code_for(secretary)
        for number in range(codes.MOST_FAILURES):
            log_in_by_code(client, secretary.username, "0", REMOTE_ADDR=f"10.0.0.{number}")
        assert not is_in(log_in_by_code(client, secretary.username, code, REMOTE_ADDR="10.0.1.1"))

    def test_only_its_hash_is_stored(self, secretary):
        code = code_for(secretary)
        stored = str(LoginCode.objects.values().get())
        assert code not in stored
        assert codes.digits_of(code) not in stored

    def test_a_wrong_one_is_not_written_down(self, client, secretary):
        log_in_by_code(client, secretary.username, "8765 4321")
        with connection.cursor() as cursor:
            cursor.execute("SELECT post_data FROM axes_accessattempt")
            assert "8765" not in str(cursor.fetchall())


class TestSessionsFromBefore:
    """Whoever sits in a session from before the code was used: perhaps the one because of whom it was needed."""

    @pytest.fixture
    def older(self, secretary) -> Client:
        older = Client()
        log_in(older, secretary.username)
        return older

    @pytest.fixture
    def without_ending(self, monkeypatch):
        """The first guard off: the code leaves the old password, and with it the older sessions."""
        monkeypatch.setattr(User, "set_unusable_password", lambda user: None)

    def test_they_end_and_the_old_password_opens_no_more(self, client, secretary, older):
        log_in_by_code(client, secretary.username, code_for(secretary))
        assert older.get(CHANGE).url.startswith(reverse("login"))
        assert client.get(CHANGE).context["is_first"]
        assert not is_in(log_in(Client(), secretary.username))

    def test_it_is_the_password_that_ends_them(self, client, secretary, older, without_ending):
        """The twin."""
        log_in_by_code(client, secretary.username, code_for(secretary))
        assert older.get(CHANGE).status_code == 200

    @pytest.mark.parametrize("guarded", [True, False], ids=["asked", "twin that looks at no mark"])
    def test_only_the_session_that_the_code_opened_sets_a_password_without_the_old_one(
        self, client, secretary, older, without_ending, monkeypatch, guarded
    ):
        if not guarded:
            monkeypatch.setattr(PasswordChangeView, "is_first", True)
        log_in_by_code(client, secretary.username, code_for(secretary))
        assert older.post(CHANGE, FIRST_PASSWORD).status_code == (200 if guarded else 302)
        secretary.refresh_from_db()
        assert secretary.check_password(NEW_PASSWORD) is not guarded

    def test_a_younger_code_ends_the_session_of_the_older(self, client, secretary):
        log_in_by_code(client, secretary.username, code_for(secretary))
        log_in_by_code(Client(), secretary.username, code_for(secretary))
        assert client.get(CHANGE).url.startswith(reverse("login"))


@pytest.mark.parametrize("guarded", [True, False], ids=["once", "twin that does not look whether it is used"])
def test_of_two_uses_at_once_one_gets_in(committed_db, monkeypatch, guarded):
    user = make_user(secretary_of=make_cell())
    code, both_have_checked, check = code_for(user), Barrier(2), codes.check_password

    def check_and_wait(*args) -> bool:
        right = check(*args)
        both_have_checked.wait(timeout=20)
        return right

    monkeypatch.setattr(codes, "check_password", check_and_wait)
    if not guarded:
        monkeypatch.setattr(codes, "_use_up", lambda waiting, at: True)
    results = []

    def use() -> None:
        results.append(is_in(log_in_by_code(Client(), user.username, code)))

    with meanwhile(use), meanwhile(use):
        pass
    assert sorted(results) == [not guarded, True]


def test_making_a_code_and_using_one_do_not_lock_each_other_out(committed_db):
    user = make_user(secretary_of=make_cell())
    code, results = code_for(user), []

    def use() -> None:
        results.append(codes.use_login_code(user=User.objects.get(pk=user.pk), code=code, at=timezone.now()))

    with ExitStack() as joining, transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # as making a code begins
        joining.enter_context(meanwhile(use))
        assert wait_until(lambda: waiting_for_a_lock() == 1, within=10)
        code_for(user)
    assert results == [False]


class TestLock:
    """Honest users share the address of their office."""

    @pytest.mark.parametrize("by", ["password", "code"])
    def test_five_failures_lock_this_user_at_this_address_only(self, client, secretary, by):
        attempt = log_in if by == "password" else log_in_by_code
        colleague = make_user("dong-nghiep", follows=make_cell(name="Chi bộ Thôn Hai"))
        for _try in range(4):
            assert attempt(client, secretary.username, "sai").status_code == 200

        assert attempt(client, secretary.username, "sai").status_code == 429
        assert log_in(client, secretary.username).status_code == 429
        assert is_in(log_in(Client(), colleague.username))
        assert is_in(log_in(Client(), secretary.username, REMOTE_ADDR="10.9.9.9"))

    def test_it_opens_after_fifteen_minutes(self, client, secretary):
        for _try in range(5):
            log_in(client, secretary.username, "sai")
        for minutes, opens in ((14, False), (2, True)):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE axes_accessattempt SET attempt_time = attempt_time - %s", [timedelta(minutes=minutes)])
            assert is_in(log_in(client, secretary.username)) is opens

    def test_thirty_users_behind_one_address_do_not_lock_each_other(self, client, db):
        cell = make_cell()
        users = [make_user(f"can-bo-{number}", follows=cell) for number in range(30)]
        for user in users:
            for _try in range(3):
                assert log_in(client, user.username, "sai").status_code == 200
        for user in users:
            assert is_in(log_in(Client(), user.username))

    def test_logging_in_forgets_the_failures_before(self, client, secretary):
        for _round in range(3):
            for _try in range(4):
                assert log_in(client, secretary.username, "sai").status_code == 200
            assert is_in(log_in(Client(), secretary.username))


class TestCommand:
    def test_it_prints_a_code_that_works(self, client, secretary):
        printed = StringIO()
        call_command("issue_login_code", secretary.username, stdout=printed)
        assert is_in(log_in_by_code(client, secretary.username, printed.getvalue().strip()))

    def test_an_unknown_user_is_told(self, db):
        with pytest.raises(CommandError, match="khong-co"):
            call_command("issue_login_code", "khong-co")
