"""The wiring is sane with nothing in the environment, and the tables are what the models say."""

import json
import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from cellquality import checks
from cellquality.places import PROJECT

SHOWN = ["DEBUG", "ALLOWED_HOSTS", "SECRET_KEY", "CELERY_ACCEPT_CONTENT", "CELERY_TASK_ALWAYS_EAGER", "SESSION_COOKIE_HTTPONLY"]


def python(*words: str, tmp_path, **env: str) -> subprocess.CompletedProcess:
    bare = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cellquality.settings"}
    return subprocess.run([sys.executable, *words], env=bare | env, cwd=PROJECT, capture_output=True, text=True)


def test_settings_are_sane_with_an_empty_environment(tmp_path):
    program = f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n, False) for n in {SHOWN}]))"
    answers = [json.loads(python("-c", program, tmp_path=tmp_path).stdout) for _ in range(2)]
    first, second = (dict(zip(SHOWN, answer, strict=True)) for answer in answers)
    assert first["DEBUG"] is False
    assert first["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]
    assert len(first["SECRET_KEY"]) >= 50
    assert first["SECRET_KEY"] != second["SECRET_KEY"], "no key that everybody knows"
    assert first["CELERY_ACCEPT_CONTENT"] == ["json"]
    assert first["CELERY_TASK_ALWAYS_EAGER"] is False
    assert first["SESSION_COOKIE_HTTPONLY"] is True


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("", [False, "django.core.mail.backends.dummy.EmailBackend", "localhost", 25, False]),
        ("smtp+tls://thu:kin@mail.example.vn:587", [True, "django.core.mail.backends.smtp.EmailBackend", "mail.example.vn", 587, True]),
        ("smtp://mail.example.vn", [True, "django.core.mail.backends.smtp.EmailBackend", "mail.example.vn", 25, False]),
    ],
)
def test_reminders_go_by_e_mail_only_where_a_server_is_named(tmp_path, address, read):
    names = ["SENDS_MAIL", "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS"]
    program = f"import json; from django.conf import settings; print(json.dumps([getattr(settings, n) for n in {names}]))"
    assert json.loads(python("-c", program, tmp_path=tmp_path, EMAIL_URL=address).stdout) == read


@pytest.mark.parametrize(("env", "code"), [({"BEHIND_HTTPS": "1"}, 0), ({"BEHIND_HTTPS": "1", "DEBUG": "1"}, 1), ({}, 1)])
def test_djangos_own_deployment_checks_pass_behind_https_and_twins_without_do_not(tmp_path, env, code):
    ended = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **env)
    assert ended.returncode == code, ended.stderr


def test_the_driver_is_psycopg2_and_a_twin_is_noticed(monkeypatch):
    assert checks.driver_is_psycopg2() == []
    monkeypatch.setattr(checks, "is_psycopg3", True)
    assert [error.id for error in checks.driver_is_psycopg2()] == ["cellquality.E001"]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


@pytest.mark.django_db
def test_twin_a_missing_migration_is_noticed(monkeypatch, capsys):
    class Forgotten(models.Model):  # noqa: DJ008  nobody reads it
        class Meta:
            app_label = "meetings"

    try:
        with pytest.raises((SystemExit, CommandError)):
            call_command("makemigrations", check=True, dry_run=True, verbosity=1)
        assert "Create model Forgotten" in capsys.readouterr().out
    finally:
        del apps.all_models["meetings"]["forgotten"]
        apps.clear_cache()


@pytest.mark.django_db
def test_the_application_owns_nothing_and_may_not_empty_a_table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND (has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'TRIGGER') OR has_table_privilege(oid, 'REFERENCES'))"
        )
        assert cursor.fetchall() == []
