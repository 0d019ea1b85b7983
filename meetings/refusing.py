"""From a broken constraint of the database to a sentence: the guard that two writers at once can't pass together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise

from meetings.recording import Refused


@contextmanager
def refusing(sentences: Mapping[str, tuple[str, str | Promise]]) -> Iterator[None]:
    """Within it, a violation of one of the named constraints becomes `Refused` {field: sentence}; any other error stays.

    `sentences` is constraint → (field, sentence). What was written inside is taken back.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name not in sentences:
            raise
        field, sentence = sentences[diagnosis.constraint_name]
        raise Refused({field: sentence}) from error
