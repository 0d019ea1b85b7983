"""Forms of the roster. Each one knows the domain call it stands for (`record`)."""

from datetime import datetime

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings import introducing, roster
from meetings.forms.fields import DayField, LineField
from meetings.forms.keyed import KeyedForm
from meetings.models import (
    Cell,
    Exemption,
    ExemptionKind,
    Membership,
    Position,
    PositionTitle,
    Relation,
    StandingKind,
    User,
)


def name_field() -> LineField:
    return LineField(label=_("Full name"), max_length=120)


class AddMemberForm(KeyedForm):
    full_name = name_field()
    relation = forms.ChoiceField(
        label=_("Belongs to this cell"),
        choices=[
            (Relation.HOME, _("as a member of the cell")),
            (Relation.TEMPORARY, _("for a time, with a home cell that is not in this system")),
        ],
        initial=Relation.HOME,
        widget=forms.RadioSelect,
    )
    standing = forms.ChoiceField(label=_("Standing"), choices=StandingKind.choices, initial=StandingKind.OFFICIAL, widget=forms.RadioSelect)
    from_ = DayField(label=_("From"))
    until = DayField(label=_("Until (the first day no longer here)"), help_text=_("Only where it is known already."), required=False)

    def record(self, *, cell: Cell, by: User, at: datetime):
        return roster.add_member(cell=cell, by=by, at=at, **self.cleaned_data)


class TakeInForm(KeyedForm):
    code = LineField(
        label=_("Introduction code"),
        max_length=30,
        help_text=_("12 letters and digits that the member brings. Blanks and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )

    def record(self, *, cell: Cell, by: User, at: datetime):
        return introducing.take_in(cell=cell, by=by, at=at, **self.cleaned_data)


class MemberForm(KeyedForm):
    """A change of one membership. `cells` are the cells that the user may send a member to."""

    heading = button = ""
    # Whether what `record` returns is a code to be shown, once.
    makes_code = False

    def __init__(self, data=None, *, membership: Membership, cells: QuerySet[Cell] | None = None):
        self.membership = membership
        super().__init__(data)
        if "to" in self.fields:
            self.fields["to"].queryset = Cell.objects.none() if cells is None else cells
        for name in ("on", "from_"):
            if name in self.fields:
                self.fields[name].initial = timezone.localdate

    def record(self, *, by: User, at: datetime):
        """Make the domain call. Raises `Refused`."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "form_key"}
        return self.call(membership=self.membership, by=by, at=at, **values)


class CorrectForm(MemberForm):
    heading, button = _("Correct the name"), _("Save")
    call = staticmethod(roster.correct_member)
    full_name = name_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["full_name"] = self.membership.member.full_name


class EndForm(MemberForm):
    heading, button = _("Take off the roster"), _("Take off the roster")
    call = staticmethod(roster.end_membership)
    reason = forms.ChoiceField(label=_("Reason"), choices=roster.EndReason.choices, widget=forms.RadioSelect)
    on = DayField(label=_("From this day no longer in the cell"))

    def clean_reason(self):
        return roster.EndReason(self.cleaned_data["reason"])


class CellChoice(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(queryset=Cell.objects.none(), to_field_name="public_id", widget=forms.RadioSelect, empty_label=None, **kwargs)


class TransferForm(MemberForm):
    heading, button = _("Transfer to another cell"), _("Transfer")
    to = CellChoice(label=_("To the cell"))
    on = DayField(label=_("From this day in the other cell"))

    def record(self, *, by: User, at: datetime):
        cleaned = self.cleaned_data
        return roster.transfer_member(
            membership=self.membership, to=cleaned["to"], on=cleaned["on"], by=by, at=at, form_key=cleaned["form_key"]
        )


class SendForm(MemberForm):
    heading, button = _("Send to another cell for a time"), _("Send for a time")
    call = staticmethod(roster.send_temporarily)
    to = CellChoice(label=_("To the cell"))
    from_ = DayField(label=_("From"))
    until = DayField(label=_("Until (first day back)"), required=False)


class IntroduceForm(MemberForm):
    heading, button = _("Introduce to a cell out of sight"), _("Make the code")
    makes_code = True
    call = staticmethod(introducing.introduce)
    relation = forms.ChoiceField(
        label=_("Goes there"), choices=[(Relation.TEMPORARY, _("for a time")), (Relation.HOME, _("for good"))], widget=forms.RadioSelect
    )
    from_ = DayField(label=_("From"))
    until = DayField(label=_("Until (first day back)"), required=False)


class MakeOfficialForm(MemberForm):
    heading, button = _("Make an official member"), _("Make official")
    call = staticmethod(roster.make_official)
    on = DayField(label=_("Official from"))


class ExemptForm(MemberForm):
    heading, button = _("Exempt, suspend or record special duty"), _("Record")
    call = staticmethod(roster.exempt_member)
    kind = forms.ChoiceField(label=_("Kind"), choices=ExemptionKind.choices, widget=forms.RadioSelect)
    resolution_number = LineField(label=_("Number of the resolution"), max_length=60, help_text=_("Such as 05-NQ/CB."))
    from_ = DayField(label=_("From"))
    until = DayField(label=_("Until (the first day it no longer holds)"), required=False)


class DatedRowChoice(forms.ModelChoiceField):
    def label_from_instance(self, row):
        return row.get_kind_display() if isinstance(row, Exemption) else row.get_title_display()


class EndExemptionForm(MemberForm):
    heading, button = _("End the exemption"), _("End it")
    call = staticmethod(roster.end_exemption)
    exemption = DatedRowChoice(queryset=Exemption.objects.none(), label=_("Which"), widget=forms.RadioSelect, empty_label=None)
    on = DayField(label=_("From this day it no longer holds"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choose_row(self.fields["exemption"], current_or_to_come(self.membership.member.exemptions.all()))


class PositionForm(MemberForm):
    heading, button = _("Give a position in the cell"), _("Record")
    call = staticmethod(roster.give_position)
    title = forms.ChoiceField(label=_("Position"), choices=PositionTitle.choices, widget=forms.RadioSelect)
    from_ = DayField(label=_("From"))


class EndPositionForm(MemberForm):
    heading, button = _("End the position"), _("End it")
    call = staticmethod(roster.end_position)
    position = DatedRowChoice(queryset=Position.objects.none(), label=_("Which"), widget=forms.RadioSelect, empty_label=None)
    on = DayField(label=_("From this day no longer in the position"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        positions = self.membership.cell.positions.filter(member=self.membership.member)
        choose_row(self.fields["position"], current_or_to_come(positions))


def current_or_to_come(rows):
    """Dated rows whose end is not behind us."""
    return (rows.filter(during__endswith=None) | rows.filter(during__endswith__gt=timezone.localdate())).order_by("during")


def choose_row(field: forms.ModelChoiceField, rows) -> None:
    """Offer the rows; a single one is chosen already."""
    field.queryset = rows
    if len(only := list(rows[:2])) == 1:
        field.initial = only[0]


ACTIONS: dict[str, type[MemberForm]] = {
    "official": MakeOfficialForm,
    "position": PositionForm,
    "end-position": EndPositionForm,
    "exempt": ExemptForm,
    "end-exemption": EndExemptionForm,
    "transfer": TransferForm,
    "send": SendForm,
    "introduce": IntroduceForm,
    "correct": CorrectForm,
    "end": EndForm,
}
