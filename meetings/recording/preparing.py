"""Step one of the month: what was made ready before the sitting, and when."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from meetings.models import AgendaItem, CommitteePreparation, Meeting, MeetingState, Posting, PostingKind, User
from meetings.recording.corrections import Correction, amend
from meetings.recording.drafts import DraftForm, drop_draft
from meetings.recording.locking import lock_meeting, require_open, save_next_version
from meetings.recording.once import meeting_of, once
from meetings.recording.planning import check_near
from meetings.recording.secret import SECRET_KEEPS_NO_TEXT, take_words_away
from meetings.refusing import Problems

NOT_YET = _("This day is still to come; write it down once it is done.")


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a secretary records before the sitting. Days are the days on which it was done; None = not done."""

    planned_on: date | None = None
    starts_at: time | None = None
    place: str = ""
    theme: str = ""
    agenda: tuple[str, ...] = ()
    committee_met_on: date | None = None
    committee_kept_minutes: bool = False
    draft_prepared_on: date | None = None
    members_notified_on: date | None = None
    following_member_notified_on: date | None = None
    files_posted_on: date | None = None
    is_secret: bool = False
    reference_number: str = ""


def read_preparation(meeting: Meeting) -> Preparation:
    """The preparation as it is stored. Three queries."""
    committee = CommitteePreparation.objects.filter(meeting=meeting).first()
    files = Posting.objects.filter(meeting=meeting, kind=PostingKind.FILES).first()
    return Preparation(
        planned_on=meeting.planned_on,
        starts_at=meeting.starts_at,
        place=meeting.place,
        theme=meeting.theme,
        agenda=tuple(meeting.agenda.values_list("title", flat=True)),
        committee_met_on=committee.met_on if committee else None,
        committee_kept_minutes=committee.has_minutes if committee else False,
        draft_prepared_on=meeting.draft_prepared_on,
        members_notified_on=meeting.members_notified_on,
        following_member_notified_on=meeting.following_member_notified_on,
        files_posted_on=files.posted_on if files else None,
        is_secret=meeting.is_secret,
        reference_number=meeting.reference_number,
    )


def record_preparation(
    *,
    meeting: Meeting,
    preparation: Preparation,
    expected_version: int,
    by: User,
    today: date,
    correction: Correction | None = None,
    form_key: UUID | None = None,
) -> Meeting:
    """Record the committee's meeting before, notices, draft, theme, agenda and the posting of the files (42-HD/BTCTW, before).

    Replaces what was recorded before. A sitting marked as not held is planned again. Things done late are recorded as they were;
    they score low. A sitting made secret loses the words stored before. Raises `StaleForm`; `Refused` for days still to come or a
    year off, an end that no longer fits the new start, text in a secret sitting, once concluded, or where a correction has no reason.
    """
    with once(by=by, form_key=form_key, work=("prepare", meeting.pk, expected_version, preparation)) as submission:
        if submission.target:
            return meeting_of(submission)
        now = lock_meeting(meeting, expected_version, preparation, read_preparation)
        require_open(now)
        _check(now, preparation, today)
        amend(now, correction, by=by)
        now.planned_on = preparation.planned_on
        now.starts_at = preparation.starts_at
        now.place = preparation.place
        now.theme = preparation.theme
        now.draft_prepared_on = preparation.draft_prepared_on
        now.members_notified_on = preparation.members_notified_on
        now.following_member_notified_on = preparation.following_member_notified_on
        now.is_secret = preparation.is_secret
        now.reference_number = preparation.reference_number
        if now.state == MeetingState.NOT_HELD:
            now.state, now.state_reason = MeetingState.PLANNED, ""
        save_next_version(now)
        _replace_agenda(now, preparation.agenda)
        _replace_committee_meeting(now, preparation)
        _replace_files(now, preparation.files_posted_on)
        drop_draft(meeting=now, form=DraftForm.PREPARE)
        if now.is_secret:
            take_words_away(now)
        submission.target = str(now.public_id)
        return now


def _check(meeting: Meeting, preparation: Preparation, today: date) -> None:
    problems = Problems()
    check_near(problems, "planned_on", preparation.planned_on, meeting.for_month)
    for name in (
        "committee_met_on",
        "draft_prepared_on",
        "members_notified_on",
        "following_member_notified_on",
        "files_posted_on",
    ):
        day = getattr(preparation, name)
        if day is not None and day > today:
            problems.add(name, NOT_YET)
        check_near(problems, name, day, meeting.for_month)
    if preparation.committee_kept_minutes and preparation.committee_met_on is None:
        problems.add("committee_met_on", _("Say on which day the committee met, or take the minutes away."))
    if meeting.ends_at is not None and (preparation.starts_at is None or preparation.starts_at >= meeting.ends_at):
        problems.add(
            "starts_at",
            _("The sitting is recorded as ending at %(end)s; it starts before that.") % {"end": f"{meeting.ends_at:%H:%M}"},
        )
    if preparation.is_secret:
        if preparation.theme:
            problems.add("theme", SECRET_KEEPS_NO_TEXT)
        if preparation.agenda:
            problems.add("agenda", SECRET_KEEPS_NO_TEXT)
    problems.refuse_if_any()


def _replace_agenda(meeting: Meeting, titles: tuple[str, ...]) -> None:
    meeting.agenda.all().delete()
    AgendaItem.objects.bulk_create(AgendaItem(meeting=meeting, number=number, title=title) for number, title in enumerate(titles, start=1))


def _replace_committee_meeting(meeting: Meeting, preparation: Preparation) -> None:
    if preparation.committee_met_on is None:
        CommitteePreparation.objects.filter(meeting=meeting).delete()
    else:
        CommitteePreparation.objects.update_or_create(
            meeting=meeting,
            defaults={"met_on": preparation.committee_met_on, "has_minutes": preparation.committee_kept_minutes},
        )


def _replace_files(meeting: Meeting, posted_on: date | None) -> None:
    if posted_on is None:
        Posting.objects.filter(meeting=meeting, kind=PostingKind.FILES).delete()
    else:
        Posting.objects.update_or_create(meeting=meeting, kind=PostingKind.FILES, defaults={"posted_on": posted_on})
