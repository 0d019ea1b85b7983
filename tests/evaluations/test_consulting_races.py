"""Two at one round at once, each beside its twin with the guard off; and what the database itself keeps of what was said."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from psycopg2.errors import RestrictViolation

from cellquality.embedded import APP, OWNER
from cellquality.processes import wait_until
from evaluations.consulting import answer, comment, take_back
from evaluations.models import Comment, Consultation, SetState
from evaluations.publishing import NotPublishable, publish
from meetings.refusing import Refused
from tests.databases import meanwhile, waiting_for_a_lock
from tests.evaluations.rounds import AFTER, AT, CLOSES_ON, TOMORROW, Ground, make_ground, sent
from tests.factories import make_user


@pytest.fixture
def ground(committed_db) -> Ground:
    return make_ground()


@pytest.fixture(params=[True, False], ids=["guarded", "twin without the row's lock"])
def guarded(request, monkeypatch) -> bool:
    if not request.param:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    return request.param


def at_once(first: Callable[[], object], second: Callable[[], object]) -> str:
    """What the second was told, who came while the first was not committed yet."""
    told = []

    def come_second():
        try:
            with translation.override("en"):
                second()
        except (Refused, NotPublishable, IntegrityError) as refusal:
            told.append(f"{type(refusal).__name__}: {refusal}")
        else:
            told.append("done")

    with ExitStack() as ended, transaction.atomic():
        first()
        thread = ended.enter_context(meanwhile(come_second))
        assert wait_until(lambda: waiting_for_a_lock() == 1 or not thread.is_alive(), within=20)
    return told[0]


def say(ground: Ground, text: str, seen: int = 0, by=None) -> Comment | None:
    who = {"committee": ground.communes[0], "by": by or ground.speakers[0]}
    return comment(consultation=ground.consultation, line=1, text=text, seen=seen, **who, at=TOMORROW)


def test_a_set_is_sent_round_once(ground, guarded, english):
    told = at_once(lambda: sent(ground), lambda: sent(ground))
    assert told.startswith("Refused: Only a draft" if guarded else "IntegrityError")
    assert Consultation.objects.count() == 1


def test_a_round_that_is_being_ended_takes_no_comment(ground, guarded, english):
    sent(ground)
    told = at_once(lambda: take_back(criteria_set=ground.draft, by=ground.admin, at=AT), lambda: say(ground, "Muộn"))
    # Without the guard the database still refuses, without a sentence.
    assert told.startswith("Refused: The round has ended" if guarded else "IntegrityError: a round that has ended")
    assert not Comment.objects.exists()


def test_of_two_in_one_office_the_second_sees_what_the_first_wrote(ground, guarded, english):
    sent(ground)
    first, colleague = say(ground, "Lần đầu"), make_user("xa-1b", office_of=ground.communes[0])
    told = at_once(lambda: say(ground, "Của tôi", first.version), lambda: say(ground, "Của đồng chí kia", first.version, by=colleague))
    assert told.startswith("Refused: Somebody of your office" if guarded else "done")
    assert Comment.objects.get().text == ("Của tôi" if guarded else "Của đồng chí kia")


def test_an_answer_is_not_given_to_words_that_changed_meanwhile(ground, guarded, english):
    sent(ground)
    first = say(ground, "Nên tăng")
    by = {"by": ground.admin, "at": TOMORROW}
    told = at_once(
        lambda: say(ground, "Nên giảm", first.version),
        lambda: answer(comment=first, kind="ACCEPTED", why="", seen=first.version, **by),
    )
    assert told.startswith("Refused: The comment or its answer was changed" if guarded else "done")
    assert Comment.objects.get().answer == ("" if guarded else "ACCEPTED")


def test_a_set_that_is_being_sent_round_is_not_published(ground, guarded, english):
    publication = {"criteria_set": ground.draft, "committee": ground.province, "by": ground.admin, "at": AT}
    told = at_once(lambda: sent(ground), lambda: publish(**publication))
    ground.draft.refresh_from_db()
    assert told.startswith("NotPublishable" if guarded else "done")
    assert ground.draft.state == (SetState.IN_CONSULTATION if guarded else SetState.PUBLISHED)


ACTS = {
    "changed once answered": "UPDATE evaluations_comment SET text = 'Khác' WHERE answer <> ''",
    "deleted once answered": "DELETE FROM evaluations_comment WHERE answer <> ''",
    "moved to another line": "UPDATE evaluations_comment SET line = 9 WHERE answer = '' AND line = 2",
    "moved to another round": "UPDATE evaluations_comment SET consultation_id = (SELECT max(id) FROM evaluations_consultation) "
    "WHERE line = 2",
    "changed after the round": "UPDATE evaluations_comment SET text = 'Khác' WHERE line = 2",
    "deleted after the round": "DELETE FROM evaluations_comment WHERE line = 2",
    "added after the round": "INSERT INTO evaluations_comment (public_id, consultation_id, line, committee_id, text, by_id, at, answer, "
    "why, version) SELECT gen_random_uuid(), consultation_id, 7, committee_id, text, by_id, at, '', '', 1 "
    "FROM evaluations_comment WHERE line = 2",
    "emptied": "TRUNCATE evaluations_comment",
}


@pytest.fixture(scope="module")
def owner(databases, django_db_blocker) -> Iterator[psycopg2.extensions.connection]:
    """A connection of the tables' owner; an answered and an unanswered comment of a round that has ended, and a second round."""
    with databases.committed() as url, django_db_blocker.unblock():
        ground = make_ground()
        sent(ground)
        who = {"consultation": ground.consultation, "committee": ground.communes[0], "by": ground.speakers[0], "at": AT}
        first, _second = (comment(line=line, text="Nên tăng", **who) for line in (1, 2))
        answer(comment=first, kind="ACCEPTED", why="", seen=1, by=ground.admin, at=AT)
        take_back(criteria_set=ground.draft, by=ground.admin, at=AT)
        sent(ground, at=AFTER, opens_on=AFTER.date(), closes_on=CLOSES_ON + timedelta(days=9))
        with closing(psycopg2.connect(url.replace(APP, OWNER))) as connection:
            yield connection


@pytest.mark.parametrize("what", ACTS)
def test_what_was_said_stays_and_the_twin_without_the_triggers_changes_it(owner, what):
    with owner.cursor() as cursor:
        with pytest.raises(RestrictViolation):
            cursor.execute(ACTS[what])
        owner.rollback()
        cursor.execute("ALTER TABLE evaluations_comment DISABLE TRIGGER USER")
        cursor.execute(ACTS[what])
        assert cursor.rowcount, "an act on nothing proves nothing"
        owner.rollback()


def test_an_answer_may_still_come_after_the_round(owner):
    with owner.cursor() as cursor:
        cursor.execute("UPDATE evaluations_comment SET answer = 'ACCEPTED', answered_by_id = by_id, answered_at = at WHERE line = 2")
        assert cursor.rowcount == 1
    owner.rollback()


@pytest.mark.parametrize(
    ("constraint", "act"),
    [
        ("what_is_not_wholly_accepted_is_answered_why", "SET answer = 'NOT', answered_by_id = by_id, answered_at = at"),
        ("an_answer_says_who_gave_it_and_when", "SET answer = 'ACCEPTED'"),
        ("an_answer_says_who_gave_it_and_when", "SET why = 'Vì'"),
        ("answer_to_a_comment_is_known", "SET answer = 'MAYBE', why = 'Vì', answered_by_id = by_id, answered_at = at"),
    ],
)
def test_an_answer_is_whole(owner, constraint, act):
    with owner.cursor() as cursor, pytest.raises(psycopg2.errors.CheckViolation, match=constraint):
        cursor.execute(f"UPDATE evaluations_comment {act} WHERE line = 2")
    owner.rollback()
