"""One form, one write: its key is inserted first, in the transaction that does the work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from meetings.models import Meeting, SubmittedForm, User


@dataclass(slots=True)
class Submission:
    """`target` is what the same form led to before ('' the first time); set it to what the work leads to."""

    target: str = ""


@contextmanager
def once(*, by: User, form_key: UUID | None) -> Iterator[Submission]:
    """A transaction in which a form's work is done once.

    A second tap waits here until the first one has committed, then finds its `target` set and has nothing to do. Where the
    work raises, the key is free again. Without a key there is only the transaction.
    """
    with transaction.atomic():
        submission = Submission()
        if form_key is not None:
            # ON CONFLICT DO NOTHING waits for whoever holds the key, without spoiling this transaction.
            SubmittedForm.objects.bulk_create([SubmittedForm(user=by, key=form_key)], ignore_conflicts=True)
            submission.target = SubmittedForm.objects.values_list("target", flat=True).get(user=by, key=form_key)
        before = submission.target
        yield submission
        if form_key is not None and submission.target != before:
            SubmittedForm.objects.filter(user=by, key=form_key).update(target=submission.target)


def meeting_of(submission: Submission) -> Meeting:
    """The meeting that the first tap wrote."""
    return Meeting.objects.select_related("cell").get(public_id=submission.target)
