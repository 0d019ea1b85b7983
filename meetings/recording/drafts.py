"""What is typed in a form of a meeting and not recorded yet."""

import re
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


# The fields of a form that hold words of the content; of a secret sitting none is kept, not even for a while.
WORDS = {
    DraftForm.PREPARE: re.compile(r"theme|agenda"),
    DraftForm.HOLD: re.compile(r"theme|opinion-\d+|note-\d+|decisions-\d+-text|tasks-\d+-(text|team)"),
}
# Far more than any sitting's words, far less than what would hurt.
LONGEST_DRAFT = 600_000


@transaction.atomic
def keep_draft(*, meeting: Meeting, form: str, fields: Mapping[str, Sequence[str]], base_version: int, by: User, at: datetime) -> FormDraft:
    """Keep the raw fields of a form, valid or not, over what was kept before; of a secret sitting no words.

    Waits for whoever records the meeting just now. Raises `StaleForm` once it was recorded anew, so that no late word of a page
    that has been recorded comes back as a draft; `Refused` for far too many words.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LONGEST_DRAFT:
        raise Refused({"": _("This is too long to keep; shorten it.")})
    now = lock_meeting(meeting, base_version)
    # JSON in the database takes no NUL and no half characters.
    cleaned = {text.clean_line(name): [text.clean(value) for value in values] for name, values in fields.items()}
    if now.is_secret or "is_secret" in cleaned:
        cleaned = _without_words(form, cleaned)
    draft, _created = FormDraft.objects.update_or_create(
        meeting=meeting,
        form=form,
        defaults={"fields": cleaned, "base_version": base_version, "saved_by": by, "saved_at": at},
    )
    return draft


def _without_words(form: str, fields: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {name: values for name, values in fields.items() if form not in WORDS or not WORDS[form].fullmatch(name)}


def drop_words_of_drafts(meeting: Meeting) -> None:
    """The sitting was made secret: what waits in its drafts is secret too, and keeps no words."""
    for draft in FormDraft.objects.filter(meeting=meeting, form__in=WORDS):
        draft.fields = _without_words(draft.form, draft.fields) | {"is_secret": ["on"]}
        draft.save(update_fields=["fields"])


def draft_of(meeting: Meeting, form: str) -> FormDraft | None:
    return FormDraft.objects.select_related("saved_by").filter(meeting=meeting, form=form).first()


def drop_draft(*, meeting: Meeting, form: str) -> None:
    """Forget what was typed: it has been recorded, or its writer takes the stored record instead."""
    FormDraft.objects.filter(meeting=meeting, form=form).delete()
