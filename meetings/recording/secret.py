"""A secret sitting keeps counts, days and its number, never words (domain §3)."""

from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting
from meetings.recording.drafts import drop_words_of_drafts

SECRET_KEEPS_NO_TEXT = _("The content of this sitting is secret: leave this blank, only its number is kept here.")


def take_words_away(meeting: Meeting) -> None:
    """Of a sitting made secret, take away every word that a form other than the one just sent still holds.

    Agenda, opinions, decisions, tasks with their teams, notes on reports, and what waits in drafts; who spoke, votes and days stay.
    """
    meeting.agenda.all().delete()
    meeting.opinions.update(text="")
    meeting.decisions.update(text="")
    meeting.tasks.update(text="", team="")
    meeting.task_reports.update(note="")
    drop_words_of_drafts(meeting)
