"""One form, one write: its key is inserted first, in the transaction that does the work."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from meetings.models import Meeting, SubmittedForm, User


@dataclass(slots=True)
class Submission:
    """`target` is what the same work led to before ('' the first time); set it to what the work leads to."""

    target: str = ""


@contextmanager
def once(*, by: User, form_key: UUID | None, work: tuple) -> Iterator[Submission]:
    """A transaction in which a form's work is done once.

    `work` names the act, the keys of the rows it is done to, the version and the values: what a second tap repeats, and a form that
    was gone back to and changed does not. The second tap waits here until the first one has committed, then finds its `target` set
    and has nothing to do; changed work is judged like any other. Where the work raises, the key is as it was before. Without a
    key there is only the transaction.
    """
    with transaction.atomic():
        if form_key is None:
            yield Submission()
            return
        # ON CONFLICT DO NOTHING waits for whoever inserts the key, without spoiling this transaction; the lock, for who uses it anew.
        SubmittedForm.objects.bulk_create([SubmittedForm(user=by, key=form_key)], ignore_conflicts=True)
        form = SubmittedForm.objects.select_for_update(no_key=True).get(user=by, key=form_key)
        digest = digest_of(work)
        submission = Submission(form.target if form.digest == digest else "")
        yield submission
        form.digest, form.target = digest, submission.target
        form.save(update_fields=["digest", "target"])


def digest_of(work: tuple) -> str:
    """64 characters that differ where the work does."""
    return hashlib.sha256(repr(work).encode()).hexdigest()


def meeting_of(submission: Submission) -> Meeting:
    """The meeting that the first tap wrote."""
    return Meeting.objects.select_related("cell").get(public_id=submission.target)
