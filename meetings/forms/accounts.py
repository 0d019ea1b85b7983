"""Forms of the accounts page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.accounts import Person
from meetings.forms.fields import DayField, LineField
from meetings.forms.keyed import KeyedForm
from meetings.forms.login import LoginNameField
from meetings.models import User

NEW, KNOWN = "NEW", "KNOWN"


class PersonForm(KeyedForm):
    """Who gets an appointment, from which day on (the field named `day`)."""

    day: str

    login = forms.ChoiceField(
        label=_("Login"),
        choices=[(NEW, _("A new login")), (KNOWN, _("This person has a login already"))],
        initial=NEW,
        widget=forms.RadioSelect,
    )
    full_name = LineField(label=_("Full name"), max_length=120)
    username = LoginNameField(help_text=_("Proposed for a new login; for a person who has one, write it here."))

    field_order = ("login", "full_name", "username")

    def clean_username(self):
        username = self.cleaned_data["username"]
        if self.cleaned_data.get("login") == NEW:
            User._meta.get_field("username").run_validators(username)
        return username

    @property
    def answer(self) -> dict[str, Any]:
        """What `accounts.appoint` and `accounts.hand_over` are told, once the form is valid."""
        cleaned = self.cleaned_data
        person = Person(full_name=cleaned["full_name"], username=cleaned["username"], is_new=cleaned["login"] == NEW)
        return {"person": person, self.day: cleaned[self.day], "form_key": cleaned["form_key"]}


class AppointForm(PersonForm):
    day = "from_"
    from_ = DayField(label=_("From"))


class HandOverForm(PersonForm):
    day = "on"
    on = DayField(label=_("Handed over on"), help_text=_("The one before loses access on this day, the successor has it."))


class EndAppointmentForm(KeyedForm):
    on = DayField(label=_("No access from"), help_text=_("Today ends access at once."))
