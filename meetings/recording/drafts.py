"""What is typed in a form of a meeting and not recorded yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from meetings import text
from meetings.models import FormDraft, Meeting, User
from meetings.recording.locking import lock_meeting
from meetings.refusing import Refused


class DraftForm(models.TextChoices):
    """The forms of a meeting that keep a draft."""

    PREPARE = "prepare"
    HOLD = "hold"
    POST = "post"


# Far more than any sitting's words, far less than what would hurt.
LONGEST_DRAFT = 600_000


@transaction.atomic
def keep_draft(*, meeting: Meeting, form: str, fields: Mapping[str, Sequence[str]], base_version: int, by: User, at: datetime) -> FormDraft:
    """Keep the raw fields of a form, valid or not, over what was kept before.

    Waits for whoever records the meeting just now. Raises `StaleForm` once it was recorded anew, so that no late word of a page
    that has been recorded comes back as a draft; `Refused` for far too many words.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LONGEST_DRAFT:
        raise Refused({"": _("This is too long to keep; shorten it.")})
    lock_meeting(meeting, base_version)
    # JSON in the database takes no NUL and no half characters.
    cleaned = {text.clean_line(name): [text.clean(value) for value in values] for name, values in fields.items()}
    draft, _created = FormDraft.objects.update_or_create(
        meeting=meeting,
        form=form,
        defaults={"fields": cleaned, "base_version": base_version, "saved_by": by, "saved_at": at},
    )
    return draft


def draft_of(meeting: Meeting, form: str) -> FormDraft | None:
    return FormDraft.objects.select_related("saved_by").filter(meeting=meeting, form=form).first()


def drop_draft(*, meeting: Meeting, form: str) -> None:
    """Forget what was typed: it has been recorded, or its writer takes the stored record instead."""
    FormDraft.objects.filter(meeting=meeting, form=form).delete()
