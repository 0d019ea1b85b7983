"""The score sheet as a form: only what people must say. What the log computes has no field but the one to score otherwise."""

from collections.abc import Iterator

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluations.models import Proposer
from evaluations.models.fields import PointsFormField
from evaluations.sheet_lines import Answer, SheetLine
from evaluations.sheets import Sheet, Vote
from meetings.models import Member
from meetings.models.fields import TypedField
from meetings.text import clean, clean_line


def label_of(line: SheetLine, what: str | Promise) -> str:
    """A field's name where it stands beside those of other lines: in the list of what is wrong."""
    return f"{line.line.criterion}: {what}"


class SheetForm(forms.Form):
    """Fields `level_N`, `confirmed_N`, `claimed_N`, `reason_N` for line N (index in the set), then the vote's."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    scorer = forms.ModelChoiceField(
        Member.objects.none(), required=False, label=_("Who watched and scored"), empty_label=_("Choose a member present")
    )
    proposer = forms.ChoiceField(choices=[("", _("Choose")), *Proposer.choices], required=False, label=_("Score proposed by"))
    votes_for = forms.IntegerField(min_value=0, max_value=1000, required=False, label=_("Votes for the score"))
    votes_base = forms.IntegerField(min_value=1, max_value=1000, required=False, label=_("Official members voting"))
    weak_points = TypedField(max_length=2000, required=False, label=_("Weak points"), widget=forms.Textarea(attrs={"rows": 2}), strip=False)
    remedies = TypedField(max_length=2000, required=False, label=_("Remedies"), widget=forms.Textarea(attrs={"rows": 2}), strip=False)

    def __init__(self, *args, sheet: Sheet, present: list[Member], vote_base: int, **kwargs):
        self.sheet = sheet
        vote = sheet.vote
        initial = {
            "version": sheet.version,
            "scorer": vote.scorer,
            "proposer": vote.proposer,
            "votes_for": vote.votes_for,
            "votes_base": vote.votes_base or vote_base or None,
            "weak_points": vote.weak_points,
            "remedies": vote.remedies,
        }
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.fields["scorer"].queryset = Member.objects.filter(pk__in=[member.pk for member in present]).order_by("order_key")
        for line in sheet.lines:
            self._add_line(line)

    def _add_line(self, line: SheetLine) -> None:
        index, answer = line.line.index, line.answer
        if not line.explanation.is_applicable:
            return
        if line.line.criterion.asks_level:
            self.fields[f"level_{index}"] = forms.TypedChoiceField(
                choices=[(place, level.words) for place, level in enumerate(line.line.levels)],
                coerce=int,
                empty_value=None,
                required=False,
                initial=answer.level,
                widget=forms.RadioSelect,
                label=str(line.line.criterion),
            )
            return
        if not line.explanation.is_due:
            return
        if line.line.criterion.asks_confirmation:
            self.fields[f"confirmed_{index}"] = forms.BooleanField(
                required=False, initial=answer.confirmed, label=label_of(line, _("Right"))
            )
        self.fields[f"claimed_{index}"] = PointsFormField(
            required=False,
            min_value=line.line.min_points / 100,
            max_value=line.line.max_points / 100,
            initial=answer.claimed_points,
            label=label_of(line, _("Points the cell gives")),
        )
        self.fields[f"reason_{index}"] = TypedField(
            max_length=1000,
            required=False,
            initial=answer.reason,
            label=label_of(line, _("Reason")),
            widget=forms.Textarea(attrs={"rows": 2}),
            strip=False,
        )

    def line_fields(self, line: SheetLine) -> dict[str, forms.BoundField]:
        """The line's bound fields by kind: level, confirmed, claimed, reason."""
        names = ("level", "confirmed", "claimed", "reason")
        return {name: self[f"{name}_{line.line.index}"] for name in names if f"{name}_{line.line.index}" in self.fields}

    def grouped(self) -> Iterator[tuple]:
        """(group, [(line, its bound fields)], whether the group can be confirmed at once) in the set's order."""
        for group, lines in self.sheet.groups:
            yield group, [(line, self.line_fields(line)) for line in lines], sum(line.asks_confirmation for line in lines) > 1

    def clean(self) -> dict:
        data = super().clean()
        votes_for, votes_base = data.get("votes_for"), data.get("votes_base")
        if votes_for is not None and votes_base is not None and votes_for > votes_base:
            self.add_error("votes_for", _("More votes than members voting: %(base)s.") % {"base": votes_base})
        if votes_for is not None and votes_base is None and "votes_base" not in self.errors:
            self.add_error("votes_base", _("Say how many official members voted."))
        return data

    @property
    def answers(self) -> dict[int, Answer]:
        """What was said, by index of line, on the lines that ask something. Needs a valid form."""
        return {line.line.index: self._answer(line) for line in self.sheet.lines if self.line_fields(line)}

    def _answer(self, line: SheetLine) -> Answer:
        said = self.cleaned_data
        index = line.line.index
        return Answer(
            level=said.get(f"level_{index}"),
            confirmed=bool(said.get(f"confirmed_{index}")),
            claimed_points=said.get(f"claimed_{index}"),
            reason=clean(said.get(f"reason_{index}") or ""),
        )

    @property
    def vote(self) -> Vote:
        said = self.cleaned_data
        return Vote(
            scorer=said.get("scorer"),
            proposer=clean_line(said.get("proposer") or ""),
            votes_for=said.get("votes_for"),
            # The base is offered beforehand; without a vote it says nothing yet.
            votes_base=said.get("votes_base") if said.get("votes_for") is not None else None,
            weak_points=clean(said.get("weak_points") or ""),
            remedies=clean(said.get("remedies") or ""),
        )
