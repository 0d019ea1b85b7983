"""The fixtures that every other test stands on."""

import threading

import psycopg2
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import InternalError, ProgrammingError, connection, transaction


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_what_an_ordinary_test_writes_is_rolled_back(turn):
    assert not ContentType.objects.filter(app_label="nothing").exists()
    ContentType.objects.create(app_label="nothing", model="left")


@pytest.mark.django_db
def test_tests_run_as_the_role_that_serves_and_it_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == ("cellquality_app", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE mine (x int)",
        "TRUNCATE django_session",
        "ALTER TABLE django_session ADD COLUMN x int",
        "DROP TABLE django_session",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
        "SET ROLE cellquality_owner",
    ],
)
def test_the_serving_role_may_not_change_the_schema(forbidden):
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forbidden)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_database_is_fresh_and_seen_by_other_connections(committed_db, turn):
    assert not ContentType.objects.filter(app_label="nothing").exists()
    ContentType.objects.create(app_label="nothing", model="left")
    seen = []

    def look():
        seen.append(ContentType.objects.filter(app_label="nothing").count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    other = psycopg2.connect(committed_db)
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'nothing'")
        seen.append(cursor.fetchone()[0])
    other.close()
    assert seen == [1, 1]


@pytest.mark.django_db
def test_a_killed_clients_statement_ends_soon():
    with connection.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == ("500ms",)
