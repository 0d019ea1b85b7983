"""Each expression of a set is worked out once per sheet, however many lines read it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations import scoring
from evaluations.definition import definition_of
from evaluations.measuring import Targets
from tests.evaluations.month import put_in_force
from tests.factories import make_committee

pytestmark = pytest.mark.django_db


def steps_of_their_own(sql: str) -> int:
    """How many of the statement's expressions the plan works out in a step of their own."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return sum("->  Result" in line for (line,) in cursor.fetchall())


def test_outcome_and_points_are_not_worked_out_again_for_every_line_that_reads_them():
    definition = definition_of(put_in_force(make_committee()))
    with CaptureQueriesContext(connection) as captured:
        scoring._score_sheets(definition, Targets.of([(1, date(2026, 11, 1))]))
    sql = captured.captured_queries[0]["sql"]
    assert steps_of_their_own(sql) == 3
    # The twin: pulled up into the points, the outcome has no step any more.
    assert steps_of_their_own(sql.replace("AS outcome OFFSET 0", "AS outcome")) == 2
