"""`manage.py check_line` over closed periods: every edition is put together again, and what was tampered with is named."""

from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from random import Random

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cellquality.embedded import APP, OWNER
from evaluations.checking.editions import digest_again, rows_as_of
from evaluations.editions import close_period, publish_correction
from evaluations.models import DifferingCells, Edition, PublishedScore, PublishedSummary
from evaluations.periods import Month, Quarter
from tests.evaluations.closed_periods import AT, Ground, change, fill, make_ground

OCTOBER, QUARTER = Month(2026, 10), Quarter(2026, 3)
TABLES = ("evaluations_edition", "evaluations_publishedscore", "evaluations_publishedsummary")


@pytest.fixture(scope="module")
def url(databases, django_db_blocker) -> Iterator[str]:
    with databases.committed() as url, django_db_blocker.unblock():
        yield url


@pytest.fixture(scope="module")
def ground(url) -> Ground:
    """October in two editions and a quarter in one, in a database whose triggers someone took away."""
    ground = make_ground()
    rng = Random(11)
    for period in (OCTOBER, QUARTER):
        fill(ground, period, rng)
        close_period(committee=ground.province, period=period, by=ground.office, at=AT)
    change(ground.cells[0], OCTOBER, rng)
    publish_correction(committee=ground.province, period=OCTOBER, reason="Sửa", by=ground.office, at=AT)
    change(ground.cells[0], OCTOBER, rng)
    with closing(psycopg2.connect(url.replace(APP, OWNER))) as owner, owner.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.commit()
    return ground


def differing(ground: Ground, month: str = "2026-10") -> tuple[list[str], str]:
    """The editions that check_line names, and what it prints; the scores themselves were put there by hand and are not looked at."""
    output = StringIO()
    try:
        call_command("check_line", stdout=output, no_color=True, cell=ground.cells[0].public_id, month=month)
    except CommandError as complaint:
        named = str(complaint).removeprefix("The two ways differ at: ").split(". ")[0].rstrip(".").split("; ")
        return [link for link in named if link.startswith("edition")], output.getvalue()
    return [], output.getvalue()


def test_sound_editions_are_printed_with_their_numbers(ground):
    named, said = differing(ground)
    assert named == []
    for edition in Edition.objects.filter(first_on=OCTOBER.first):
        assert f"edition {edition.number} of 2026-10" in said and f"digest {edition.digest}" in said
    assert "4 scores, 1 of them new in it" in said
    named, said = differing(ground, "2026-08")
    assert named == [] and "edition 1 of 2026-Q3" in said


def test_the_digest_is_made_again_in_plain_python(ground):
    for edition in Edition.objects.all():
        summaries = PublishedSummary.objects.filter(edition=edition)
        assert digest_again(rows_as_of(edition), summaries) == edition.digest
        assert digest_again(rows_as_of(edition), reversed(summaries)) == edition.digest, "the order of rows says nothing"


FIRST, SECOND = "edition 1 of 2026-10", "edition 2 of 2026-10"
TAMPERED: dict[str, tuple[list[str], Callable[[Ground], object]]] = {
    "another cell's points": (
        [FIRST, SECOND],
        lambda g: PublishedScore.objects.filter(edition=first(), cell_id=g.cells[1].pk).update(points_by_month=[1]),
    ),
    "another cell's class": (
        [FIRST, SECOND],
        lambda g: PublishedScore.objects.filter(cell_id=g.cells[2].pk).update(grade="X", state="SCORED"),
    ),
    "the own cell's correction": ([SECOND], lambda g: PublishedScore.objects.filter(edition=second()).update(held=7)),
    "a row of the second edition only": ([SECOND], lambda g: PublishedScore.objects.filter(edition=second()).delete()),
    "a row added to the first": ([FIRST, SECOND], lambda g: add_a_row(first())),
    "a cell withdrawn": ([SECOND], lambda g: PublishedScore.objects.filter(edition=second()).update(withdrawn=True)),
    "a sum": ([FIRST], lambda g: PublishedSummary.objects.filter(edition=first(), committee_id=g.province.pk).update(sent=99)),
    "a sum elsewhere": ([FIRST], lambda g: PublishedSummary.objects.filter(edition=first(), committee_id=g.communes[1].pk).update(sent=99)),
    "the digest": ([FIRST], lambda g: Edition.objects.filter(pk=first().pk).update(digest="0" * 64)),
    "the count of what differs": ([SECOND], lambda g: DifferingCells.objects.update(cells=5)),
    "what differs, uncounted": ([SECOND], lambda g: DifferingCells.objects.all().delete()),
    "the count": ([SECOND], lambda g: Edition.objects.filter(pk=second().pk).update(changed=2)),
}


def first() -> Edition:
    return Edition.objects.get(first_on=OCTOBER.first, number=1)


def second() -> Edition:
    return Edition.objects.get(first_on=OCTOBER.first, number=2)


def add_a_row(edition: Edition) -> None:
    row = PublishedScore.objects.filter(edition=edition).first()
    row.pk, row.cell_id = None, 10**9
    row.save(force_insert=True)


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_named(ground, what):
    expected, tamper = TAMPERED[what]
    with transaction.atomic():
        tamper(ground)
        assert differing(ground)[0] == expected
        transaction.set_rollback(True)
    assert differing(ground)[0] == []
