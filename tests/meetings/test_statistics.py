"""After a bulk load the planner knows what the tables hold, although the serving role may not analyze them."""

import pytest
from django.db import connection

from meetings.models import Member
from meetings.statistics import refresh_statistics


def rows_the_planner_sees(table: str) -> float:
    """As it was last counted; -1 where it never was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("as_owner", [True, False], ids=["by the function", "twin: by the serving role itself"])
def test_the_serving_role_has_the_tables_counted(committed_db, as_owner):
    Member.objects.bulk_create(Member(full_name="Nguyễn Văn An") for _number in range(300))
    before = rows_the_planner_sees("meetings_member")
    if as_owner:
        refresh_statistics()
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE meetings_member")  # a warning to the client, and nothing else
    assert rows_the_planner_sees("meetings_member") == (300 if as_owner else before)
