"""The small forms of a sitting: a new one, its preparation, its posting, and that it was not held."""

from datetime import date

from django import forms
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from meetings.forms.fields import CorrectingForm, DayField, HourField, LineField, RecordForm, WordsField
from meetings.forms.keyed import KeyedForm
from meetings.models import Meeting, MeetingKind
from meetings.recording import Defaults, Issue, Preparation

MONTHS_BACK = 24
MONTHS_AHEAD = 3
LONGEST_AGENDA = 40


def shifted(month: date, by: int) -> date:
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


def month_choices(today: date, asked: date) -> list[tuple[str, str]]:
    """Months that are usually meant, latest first, and the one asked for."""
    this = today.replace(day=1)
    months = {shifted(this, by) for by in range(-MONTHS_BACK, MONTHS_AHEAD + 1)} | {asked}
    return [(f"{month:%Y-%m-%d}", date_format(month, "YEAR_MONTH_FORMAT")) for month in sorted(months, reverse=True)]


class NewMeetingForm(CorrectingForm):
    """Plan a sitting, or enter one already held: the same three questions."""

    for_month = forms.TypedChoiceField(label=_("For the month"), coerce=parse_date)
    kind = forms.ChoiceField(label=_("Kind of sitting"), choices=MeetingKind.choices, widget=forms.RadioSelect)
    day = DayField(required=False)

    def __init__(self, *args, is_held: bool, today: date, asked: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_held = is_held
        self.fields["for_month"].choices = month_choices(today, asked)
        day = self.fields["day"]
        day.label = _("Held on") if is_held else _("Planned for")
        day.required = is_held
        day.error_messages["required"] = _("Say on which day the sitting was held.")

    def add_problems(self, refused):
        problems = {("day" if field in ("held_on", "planned_on") else field): text for field, text in refused.problems.items()}
        super().add_problems(type(refused)(problems))


class PreparationForm(RecordForm):
    planned_on = DayField(label=_("Day"), required=False)
    starts_at = HourField(label=_("Starts at"), required=False)
    place = LineField(label=_("Place"), max_length=200, required=False)
    theme = LineField(label=_("Theme"), max_length=300, required=False)
    agenda = WordsField(label=_("Agenda"), help_text=_("One item per line."), rows=6, required=False)
    committee_met_on = DayField(label=_("The cell committee met on"), required=False)
    committee_kept_minutes = forms.BooleanField(label=_("with minutes of its own"), required=False)
    draft_prepared_on = DayField(label=_("Directions for debate and draft conclusion ready on"), required=False)
    members_notified_on = DayField(label=_("Members told time, place and content on"), required=False)
    following_member_notified_on = DayField(label=_("Following member told on"), required=False)
    files_posted_on = DayField(label=_("Files posted in the e-handbook app on"), required=False)
    is_secret = forms.BooleanField(
        label=_("Secret content: only its number is kept here"),
        help_text=_("Words of its content that are stored here go when you save; counts, days and votes stay."),
        required=False,
    )
    reference_number = LineField(label=_("Reference number"), max_length=60, required=False)

    @classmethod
    def initial_of(cls, meeting: Meeting, preparation: Preparation, defaults: Defaults) -> dict:
        """What is stored; blanks start as last time."""
        agenda = preparation.agenda or (() if preparation.is_secret else defaults.agenda)
        return {
            **{name: getattr(preparation, name) for name in cls.base_fields if hasattr(preparation, name)},
            "version": meeting.version,
            "planned_on": preparation.planned_on or (None if meeting.is_held else defaults.planned_on),
            "starts_at": preparation.starts_at or defaults.starts_at,
            "place": preparation.place or defaults.place,
            "agenda": "\n".join(agenda),
        }

    def clean_agenda(self) -> tuple[str, ...]:
        items = tuple(line.strip() for line in self.cleaned_data["agenda"].split("\n") if line.strip())
        if len(items) > LONGEST_AGENDA:
            raise forms.ValidationError(_("An agenda has at most %(most)s items.") % {"most": LONGEST_AGENDA})
        if any(len(item) > 300 for item in items):
            raise forms.ValidationError(_("An item of the agenda has at most 300 characters; shorten it or make two."))
        return items

    @property
    def preparation(self) -> Preparation:
        """Needs a valid form."""
        said = self.cleaned_data
        return Preparation(**{name: said[name] for name in Preparation.__dataclass_fields__})


class PostingForm(RecordForm):
    document_number = LineField(label=_("Number"), max_length=60, required=False)
    issued_on = DayField(label=_("Issued on"), required=False)
    posted_on = DayField(label=_("Posted in the e-handbook app on"), required=False)

    @classmethod
    def initial_of(cls, meeting: Meeting, issue: Issue) -> dict:
        return {
            "version": meeting.version,
            "document_number": issue.document_number,
            "issued_on": issue.issued_on,
            "posted_on": issue.posted_on,
        }

    @property
    def issue(self) -> Issue:
        """Needs a valid form."""
        said = self.cleaned_data
        return Issue(said["document_number"], said["issued_on"], said["posted_on"])


class NotHeldForm(RecordForm):
    reason = WordsField(label=_("Reason"), max_length=2000, error_messages={"required": _("Say why, in a few words.")})


class OpeningForm(KeyedForm):
    reason = WordsField(
        label=_("What do you need the content for?"),
        help_text=_("The reason is kept with your name, and the cell sees both."),
        max_length=500,
        error_messages={"required": _("Say what you need the content for; the cell will see it.")},
    )
