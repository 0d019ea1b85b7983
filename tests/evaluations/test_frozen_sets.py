"""It is the database that keeps what binds as it was: each refusal beside its twin with the triggers gone, and both sides of the race."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2.errors import LockNotAvailable, RestrictViolation

from cellquality.embedded import APP, OWNER
from evaluations.models import CriteriaSet, SetState
from tests.evaluations.month import drafted, put_in_force, with_totals
from tests.factories import make_committee

PARTS = (
    "evaluations_criteriongroup",
    "evaluations_criterion",
    "evaluations_row",
    "evaluations_condition",
    "evaluations_parameter",
    "evaluations_rolluprule",
    "evaluations_rolluprow",
    "evaluations_rollupcondition",
    "evaluations_jointcap",
    "evaluations_jointcap_lines",
    "evaluations_gradelimit",
)
TABLES = ("evaluations_criteriaset", "evaluations_criteriascope", *PARTS)
WHICH = {
    "evaluations_criteriongroup": "criteria_set_id = {0}",
    "evaluations_criterion": "criteria_set_id = {0}",
    "evaluations_parameter": "criteria_set_id = {0}",
    "evaluations_rolluprule": "criteria_set_id = {0}",
    "evaluations_row": "criterion_id IN (SELECT id FROM evaluations_criterion WHERE criteria_set_id = {0})",
    "evaluations_condition": "row_id IN (SELECT r.id FROM evaluations_row r JOIN evaluations_criterion c ON c.id = r.criterion_id "
    "WHERE c.criteria_set_id = {0})",
    "evaluations_rolluprow": "rule_id IN (SELECT id FROM evaluations_rolluprule WHERE criteria_set_id = {0})",
    "evaluations_rollupcondition": "row_id IN (SELECT w.id FROM evaluations_rolluprow w JOIN evaluations_rolluprule r "
    "ON r.id = w.rule_id WHERE r.criteria_set_id = {0})",
    "evaluations_jointcap": "criteria_set_id = {0}",
    "evaluations_jointcap_lines": "jointcap_id IN (SELECT id FROM evaluations_jointcap WHERE criteria_set_id = {0})",
    "evaluations_gradelimit": "criteria_set_id = {0}",
}
DEFERRED = "SET CONSTRAINTS ALL DEFERRED; "
# A part of a draft that becomes part of what binds, and the other way round, are changes of what binds too.
ACTS = {
    **{f"{table} changed": f"UPDATE {table} SET id = id WHERE {which}" for table, which in WHICH.items()},
    **{f"{table} taken away": f"{DEFERRED}DELETE FROM {table} WHERE {which}" for table, which in WHICH.items()},
    **{f"{table} emptied": f"TRUNCATE {table} CASCADE" for table in TABLES},
    "a group added": "INSERT INTO evaluations_criteriongroup (criteria_set_id, position, code, title, part) "
    "VALUES ({0}, 99, '99', 'Thêm', 'BONUS')",
    "a row added": "INSERT INTO evaluations_row (criterion_id, position, points, words) "
    "SELECT id, 99, 0, 'Thêm' FROM evaluations_criterion WHERE criteria_set_id = {0}",
    "a condition of a criterion added": "INSERT INTO evaluations_condition (criterion_id, measure, comparison, value) "
    "SELECT id, 'minutes', '>', 1 FROM evaluations_criterion WHERE criteria_set_id = {0}",
    "a condition of a limit added": "INSERT INTO evaluations_condition (limit_id, measure, comparison, value) "
    "SELECT id, 'minutes', '>', 1 FROM evaluations_gradelimit WHERE criteria_set_id = {0}",
    "a criterion moved in": f"{DEFERRED}UPDATE evaluations_criterion SET criteria_set_id = {{0}}, position = position + 100, "
    "code = 'x' || code WHERE criteria_set_id = {1}",
    "a criterion moved out": f"{DEFERRED}UPDATE evaluations_criterion SET criteria_set_id = {{1}}, position = position + 100, "
    "code = 'x' || code WHERE criteria_set_id = {0}",
    "its history rewritten": "UPDATE evaluations_setversion SET why = 'Khác' WHERE criteria_set_id = {0}",
    "its history shortened": f"{DEFERRED}DELETE FROM evaluations_setversion WHERE criteria_set_id = {{0}}",
    "evaluations_setversion emptied": "TRUNCATE evaluations_setversion CASCADE",
    "its document renumbered": "UPDATE evaluations_ruledocument SET number = 'Khác' WHERE id = "
    "(SELECT document_id FROM evaluations_criteriaset WHERE id = {0})",
    "its title changed": "UPDATE evaluations_criteriaset SET title = 'Khác' WHERE id = {0}",
    "its thresholds changed": "UPDATE evaluations_criteriaset SET good_from = good_from - 1 WHERE id = {0}",
    "scoring thematic sittings": "UPDATE evaluations_criteriaset SET part = 'THEMATIC' WHERE id = {0}",
    "made a draft again": "UPDATE evaluations_criteriaset SET state = 'DRAFT' WHERE id = {0}",
    "deleted": f"{DEFERRED}DELETE FROM evaluations_criteriaset WHERE id = {{0}}",
    "put in force elsewhere": "INSERT INTO evaluations_criteriascope (criteria_set_id, committee_id, cell_kind, part, during) "
    "SELECT {0}, committee_id, 'SCHOOL', part, during FROM evaluations_criteriascope",
    "no longer in force": "DELETE FROM evaluations_criteriascope WHERE criteria_set_id = {0}",
    "in force from another day": "UPDATE evaluations_criteriascope SET during = daterange('2025-01-01', NULL) WHERE criteria_set_id = {0}",
    "in force for thematic sittings": "UPDATE evaluations_criteriascope SET part = 'THEMATIC' WHERE criteria_set_id = {0}",
    "in force for another kind": "UPDATE evaluations_criteriascope SET cell_kind = 'SCHOOL' WHERE criteria_set_id = {0}",
}


@pytest.fixture(scope="module")
def sets(databases, django_db_blocker) -> Iterator[tuple[psycopg2.extensions.connection, int, int]]:
    """A connection of the tables' owner, who may do more than the product; the key of a set in force, and of a draft."""
    with databases.committed() as url, django_db_blocker.unblock():
        committee = make_committee()
        binding, draft = put_in_force(committee, draft=with_totals(drafted(committee, "binding"))), with_totals(drafted(committee, "draft"))
        with closing(psycopg2.connect(url.replace(APP, OWNER))) as owner:
            yield owner, binding.pk, draft.pk


@pytest.fixture
def owner(sets) -> Iterator[psycopg2.extensions.connection]:
    yield sets[0]
    sets[0].rollback()


def without_triggers(cursor) -> None:
    # Emptying a set takes along what was said of it.
    for table in (*TABLES, "evaluations_comment", "evaluations_setversion", "evaluations_ruledocument"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.mark.parametrize("what", ACTS)
def test_what_binds_is_refused_to_be_changed_and_the_twin_without_the_triggers_changes_it(sets, owner, what):
    _owner, binding, draft = sets
    act = ACTS[what].format(binding, draft)
    with owner.cursor() as cursor:
        with pytest.raises(RestrictViolation):
            cursor.execute(act)
        owner.rollback()
        without_triggers(cursor)
        cursor.execute(act)
        assert cursor.rowcount, "an act on nothing proves nothing"


@pytest.mark.parametrize("what", [name for name in ACTS if not set(name.split()) & {"emptied", "force", "moved", "history", "document"}])
def test_a_draft_takes_every_change(sets, owner, what):
    with owner.cursor() as cursor:
        cursor.execute(ACTS[what].format(sets[2], sets[2]))
        assert cursor.rowcount or what == "evaluations_condition taken away"


PARTS_OF_TWO = {
    "a criterion in another set's group": "UPDATE evaluations_criterion SET group_id = "
    "(SELECT id FROM evaluations_criteriongroup WHERE criteria_set_id = {0} LIMIT 1) WHERE criteria_set_id = {1}",
    "a condition that asks another set's parameter": "INSERT INTO evaluations_condition (criterion_id, measure, comparison, parameter_id) "
    "SELECT c.id, 'speakers_rate', '>', p.id FROM evaluations_criterion c, evaluations_parameter p "
    "WHERE c.criteria_set_id = {1} AND p.criteria_set_id = {0} LIMIT 1",
    "in force for what it does not score": "INSERT INTO evaluations_criteriascope (criteria_set_id, committee_id, cell_kind, part, during) "
    "SELECT {1}, committee_id, 'SCHOOL', 'THEMATIC', during FROM evaluations_criteriascope",
}


@pytest.mark.parametrize("what", PARTS_OF_TWO)
def test_a_set_is_made_of_its_own_parts_and_the_twin_without_the_triggers_mixes_them(sets, owner, what):
    _owner, binding, draft = sets
    with owner.cursor() as cursor:
        with pytest.raises(RestrictViolation):
            cursor.execute(PARTS_OF_TWO[what].format(binding, draft))
        owner.rollback()
        without_triggers(cursor)
        cursor.execute(PARTS_OF_TWO[what].format(binding, draft))
        assert cursor.rowcount


@pytest.mark.parametrize("what", ["its title changed", "evaluations_row changed", "a group added"])
def test_what_is_sent_round_is_frozen_until_it_is_a_draft_again(sets, owner, what):
    _owner, _binding, draft = sets
    act = ACTS[what].format(draft)
    with owner.cursor() as cursor:
        cursor.execute("UPDATE evaluations_criteriaset SET state = 'CONSULTATION' WHERE id = %s", [draft])
        cursor.execute("SAVEPOINT round")
        with pytest.raises(RestrictViolation):
            cursor.execute(act)
        cursor.execute("ROLLBACK TO SAVEPOINT round")
        cursor.execute("UPDATE evaluations_criteriaset SET state = 'DRAFT' WHERE id = %s", [draft])
        cursor.execute(act)


def test_what_binds_may_be_given_an_end_and_be_superseded(sets, owner):
    _owner, binding, draft = sets
    with owner.cursor() as cursor:
        cursor.execute("UPDATE evaluations_criteriaset SET effective_to = '2027-01-01' WHERE id = %s", [binding])
        cursor.execute(
            "UPDATE evaluations_criteriascope SET during = daterange(lower(during), '2027-01-01') WHERE criteria_set_id = %s", [binding]
        )
        superseded = "UPDATE evaluations_criteriaset SET state = 'SUPERSEDED', superseded_by_id = %s WHERE id = %s"
        cursor.execute(superseded, [draft, binding])
        cursor.execute("SAVEPOINT superseded")
        with pytest.raises(RestrictViolation):
            cursor.execute("UPDATE evaluations_criteriaset SET state = 'PUBLISHED', superseded_by_id = NULL WHERE id = %s", [binding])
        cursor.execute("ROLLBACK TO SAVEPOINT superseded")


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin without the triggers"])
class TestRace:
    """Someone adds a part while someone else publishes: whoever comes second waits, and then sees what the first did."""

    ADD = "INSERT INTO evaluations_criteriongroup (criteria_set_id, position, code, title, part) VALUES (%s, 99, '99', 'Thêm', 'BASE')"
    LOCK = "SELECT FROM evaluations_criteriaset WHERE id = %s FOR UPDATE"

    @pytest.fixture
    def two(self, databases, django_db_blocker, guarded):
        with databases.committed() as url, django_db_blocker.unblock():
            draft = drafted(make_committee(), "draft")
            address = url.replace(APP, OWNER)
            with closing(psycopg2.connect(address)) as one, closing(psycopg2.connect(address)) as other:
                for connection in (one, other):
                    with connection.cursor() as cursor:
                        cursor.execute("SET lock_timeout = '300ms'")
                    connection.commit()
                if not guarded:
                    with one.cursor() as cursor:
                        without_triggers(cursor)
                    one.commit()
                yield one.cursor(), other.cursor(), draft.pk

    def test_publishing_waits_for_who_adds_a_part(self, two, guarded):
        adding, publishing, draft = two
        adding.execute(self.ADD, [draft])
        if guarded:
            with pytest.raises(LockNotAvailable):
                publishing.execute(self.LOCK, [draft])
        else:
            # A foreign key's own lock does not keep a set from being changed.
            publishing.execute(self.LOCK.replace("FOR UPDATE", "FOR NO KEY UPDATE"), [draft])

    def test_who_adds_a_part_waits_for_publishing(self, two, guarded):
        adding, publishing, draft = two
        publishing.execute(self.LOCK, [draft])
        publishing.execute("UPDATE evaluations_criteriaset SET state = 'PUBLISHED' WHERE id = %s", [draft])
        if guarded:
            with pytest.raises(LockNotAvailable):
                adding.execute(self.ADD, [draft])
            adding.connection.rollback()
            publishing.connection.commit()
            with pytest.raises(RestrictViolation):
                adding.execute(self.ADD, [draft])
        else:
            adding.execute(self.ADD, [draft])
            publishing.connection.commit()
            adding.connection.commit()
            published = CriteriaSet.objects.get(pk=draft)
            assert published.state == SetState.PUBLISHED and published.groups.filter(code="99").exists()
