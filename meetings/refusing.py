"""What can't have happened or can't be: a sentence per field, found by looking (`Problems`) or by a broken constraint (`refusing`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise


class Refused(Exception):
    """What can't have happened: for each field, a sentence that says how to mend it.

    Fields of a row are named `rows.number.field` (`decisions.0.votes_for`, counted from 0); "" stands for no field.
    """

    def __init__(self, problems: dict[str, str | Promise]):
        super().__init__("; ".join(str(problem) for problem in problems.values()))
        self.problems = problems


class Problems(dict):
    """Collects problems, the first one of a field wins; `refuse_if_any` raises them together."""

    def add(self, field: str, problem: str | Promise) -> None:
        self.setdefault(field, problem)

    def refuse_if_any(self) -> None:
        if self:
            raise Refused(dict(self))


@contextmanager
def refusing(sentences: Mapping[str, tuple[str, str | Promise]]) -> Iterator[None]:
    """The guard that two writers at once can't pass together.

    Within it, a violation of one of the named constraints becomes `Refused` {field: sentence}; any other error stays.
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
