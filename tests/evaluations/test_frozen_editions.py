"""It is the database that keeps what is published as it was: each refusal beside its twin with the trigger gone."""

from collections.abc import Iterator
from contextlib import closing
from random import Random

import psycopg2
import pytest
from psycopg2.errors import RestrictViolation

from cellquality.embedded import APP, OWNER
from evaluations.editions import close_period
from evaluations.periods import Month
from tests.evaluations.closed_periods import AT, fill, make_ground

OCTOBER = Month(2026, 10)
TABLES = ["evaluations_edition", "evaluations_publishedscore", "evaluations_publishedsummary"]
ACTS = {
    "evaluations_edition is_frozen": "UPDATE evaluations_edition SET digest = repeat('0', 64)",
    "evaluations_publishedscore is_frozen": "UPDATE evaluations_publishedscore SET held = held + 1",
    "evaluations_publishedsummary is_frozen": "UPDATE evaluations_publishedsummary SET good = good + 1",
    **{
        f"{table} is_frozen, by deleting": f"SET CONSTRAINTS ALL DEFERRED; DELETE FROM {table} WHERE id IN (SELECT id FROM {table} LIMIT 1)"
        for table in TABLES
    },
    **{f"{table} is_not_emptied": f"TRUNCATE {table} CASCADE" for table in TABLES},
    "evaluations_publishedscore is_as_counted": "INSERT INTO evaluations_publishedscore ({columns}) "
    "SELECT {values} FROM evaluations_publishedscore LIMIT 1",
}


@pytest.fixture(scope="module")
def owner(databases, django_db_blocker) -> Iterator[psycopg2.extensions.connection]:
    """A connection of the tables' owner, who may do more than the product, to a database with a closed period."""
    with databases.committed() as url, django_db_blocker.unblock():
        ground = make_ground()
        fill(ground, OCTOBER, Random(1))
        close_period(committee=ground.province, period=OCTOBER, by=ground.office, at=AT)
        with closing(psycopg2.connect(url.replace(APP, OWNER))) as connection:
            yield connection


def written(owner, act: str) -> str:
    if "{columns}" not in act:
        return act
    with owner.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'evaluations_publishedscore'::regclass AND attnum > 0")
        columns = [name for (name,) in cursor.fetchall() if name != "id"]
    return act.format(columns=", ".join(columns), values=", ".join("-cell_id" if name == "cell_id" else name for name in columns))


@pytest.mark.parametrize("what", ACTS)
def test_what_is_published_is_refused_to_be_changed_and_the_twin_without_the_trigger_changes_it(owner, what):
    act = written(owner, ACTS[what])
    with owner.cursor() as cursor:
        with pytest.raises(RestrictViolation):
            cursor.execute(act)
        owner.rollback()
        for table in TABLES if "emptied" in what else [what.split()[0]]:
            trigger = what.replace(",", "").split()[1]
            cursor.execute(f"DROP TRIGGER {table}_{trigger} ON {table}")
        cursor.execute(act)
        owner.rollback()


def test_every_table_of_editions_is_among_them(owner):
    with owner.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^evaluations_(edition|published)'")
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)
    owner.rollback()
