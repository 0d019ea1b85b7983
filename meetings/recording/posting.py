"""Step three of the month, issue and post; and the end of recording."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, MeetingState, Posting, PostingKind, User
from meetings.recording.corrections import Correction, amend
from meetings.recording.drafts import DraftForm, drop_draft
from meetings.recording.locking import lock_meeting, save_next_version
from meetings.recording.once import meeting_of, once
from meetings.recording.preparing import NOT_YET
from meetings.refusing import Problems, Refused
from meetings.roll_call import roster_on


@dataclass(frozen=True, slots=True)
class Issue:
    """That, and when, the conclusion or resolution was issued and posted. All blank: not yet."""

    document_number: str = ""
    issued_on: date | None = None
    posted_on: date | None = None


def read_issue(meeting: Meeting) -> Issue:
    """The posting of the conclusion as it is stored. One query."""
    posting = Posting.objects.filter(meeting=meeting, kind=PostingKind.CONCLUSION).first()
    return Issue(posting.document_number, posting.issued_on, posting.posted_on) if posting else Issue()


def record_posting(
    *,
    meeting: Meeting,
    issue: Issue,
    expected_version: int,
    by: User,
    today: date,
    correction: Correction | None = None,
    form_key: UUID | None = None,
) -> Meeting:
    """Record that the conclusion or resolution was issued and posted, also after the sitting is concluded (42-HD/BTCTW, after).

    Replaces what was recorded; all blank takes it back. Late is recorded as late. The first posting of a concluded sitting comes after
    it by nature; to change one is a correction. Raises `StaleForm`; `Refused` for days still to come or before the sitting, a number
    without a day, a sitting not held, or where a correction has no reason.
    """
    with once(by=by, form_key=form_key, work=("post", meeting.pk, expected_version, issue)) as submission:
        if submission.target:
            return meeting_of(submission)
        now = lock_meeting(meeting, expected_version, issue, read_issue)
        if not now.is_held:
            raise Refused({"": _("Record the sitting first: a conclusion comes out of a sitting that was held.")})
        _check(now, issue, today)
        amend(now, correction, by=by, adds=read_issue(now) == Issue())
        if issue == Issue():
            Posting.objects.filter(meeting=now, kind=PostingKind.CONCLUSION).delete()
        else:
            Posting.objects.update_or_create(
                meeting=now,
                kind=PostingKind.CONCLUSION,
                defaults={
                    "document_number": issue.document_number,
                    "issued_on": issue.issued_on,
                    "posted_on": issue.posted_on,
                },
            )
        save_next_version(now)
        drop_draft(meeting=now, form=DraftForm.POST)
        submission.target = str(now.public_id)
        return now


def _check(meeting: Meeting, issue: Issue, today: date) -> None:
    problems = Problems()
    for name in ("issued_on", "posted_on"):
        day = getattr(issue, name)
        if day is not None and day > today:
            problems.add(name, NOT_YET)
        if day is not None and day < meeting.held_on:
            problems.add(
                name,
                _("The sitting was held on %(day)s; its conclusion is issued and posted on that day or later.")
                % {"day": f"{meeting.held_on:%-d/%-m/%Y}"},
            )
    if issue.document_number and issue.issued_on is None and issue.posted_on is None:
        problems.add("issued_on", _("Say on which day it was issued or posted."))
    problems.refuse_if_any()


@transaction.atomic
def conclude_meeting(*, meeting: Meeting, expected_version: int, by: User, at: datetime, reason: str = "") -> Meeting:
    """End the recording of a held sitting: only its posting may be recorded afterwards.

    Raises `StaleForm`; `Refused`, naming what is missing, unless it is held, has its day and both times, and the roll call names
    every member on the roster of that day; in a month that is locked, without a reason. Concluding a concluded sitting is refused.
    """
    now = lock_meeting(meeting, expected_version)
    problems = Problems()
    for field, problem in missing_to_conclude(now):
        problems.add(field, problem)
    problems.refuse_if_any()
    amend(now, Correction(reason, at), by=by, adds=True)
    now.state, now.concluded_at = MeetingState.CONCLUDED, at
    save_next_version(now)
    return now


def missing_to_conclude(meeting: Meeting) -> list[tuple[str, str]]:
    """What still keeps the sitting from being concluded: (field of the sitting's form, sentence). Empty: nothing. Six queries."""
    if meeting.state == MeetingState.CONCLUDED:
        return [("", _("This sitting is concluded already."))]
    if meeting.state != MeetingState.HELD:
        return [("held_on", _("Record the sitting first."))]
    missing = []
    if meeting.starts_at is None:
        missing.append(("starts_at", _("Say when the sitting began.")))
    if meeting.ends_at is None:
        missing.append(("ends_at", _("Say when the sitting ended.")))
    called = set(meeting.attendances.values_list("member_id", flat=True))
    uncalled = [str(line.member) for line in roster_on(meeting.cell, meeting.held_on).lines if line.member.pk not in called]
    if uncalled:
        missing.append(
            (
                "roll",
                _("The roll call lacks %(count)s on the roster of that day: %(names)s.")
                % {"count": len(uncalled), "names": ", ".join(uncalled[:5]) + ("…" if len(uncalled) > 5 else "")},
            )
        )
    return missing
