"""The forms of verification: the queue's, one sheet's, and a cell's answer to a return."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.forms.sheets import SheetForm, label_of
from evaluations.models import SheetState
from evaluations.models.fields import PointsFormField
from evaluations.queue import GAP, NEAR, Attention, gap_field, near_field
from evaluations.review import Remark
from evaluations.verification import Review, ReviewedLine
from meetings.forms.fields import CorrectingForm, LineField, WordsField
from meetings.forms.keyed import KeyedForm

WHY_STILL = _("Why a closed month is still decided on")


USUAL = Attention()


class AttentionForm(forms.Form):
    """How near a threshold and how large a gap make a sheet need a look. Anything odd is the usual."""

    near = near_field(label=NEAR, initial=USUAL.near)
    gap = gap_field(label=GAP, initial=USUAL.gap)

    @property
    def attention(self) -> Attention:
        if not self.is_valid():
            return Attention()
        return Attention(near=self.cleaned_data["near"], gap=self.cleaned_data["gap"])


class QueueForm(CorrectingForm):
    """What is said of all sheets that are decided on together; the sheets themselves are `tokens_of` what was posted."""

    reason_label = WHY_STILL
    document = LineField(label=_("The committee's minutes or notice (optional)"), max_length=200, required=False)


def tokens_of(values: list[str]) -> dict[UUID, str]:
    """By sheet, what was seen of it: out of `id:seen`, whatever else stands there left out."""
    found = {}
    for value in values:
        key, _colon, seen = value.partition(":")
        try:
            found[UUID(key)] = seen
        except ValueError:
            continue
    return found


class ReviewForm(CorrectingForm):
    """Fields `points_N` and `note_N` for line N (index in the set), words on the whole, and what each act asks; for a sheet `of_state`."""

    of_state = SheetState.SUBMITTED
    reason_label = WHY_STILL
    version = forms.CharField(widget=forms.HiddenInput, max_length=60)
    text = WordsField(label=_("Words on the whole sheet (optional)"), max_length=4000, required=False)
    document = LineField(label=_("The committee's minutes or notice (optional)"), max_length=200, required=False)
    reason_of_return = WordsField(label=_("What the cell is to explain or correct"), rows=3, max_length=4000, required=False)

    def __init__(self, *args, review: Review, **kwargs):
        self.review = review
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", review.sheet.stored.seen)
        for line in review.lines:
            self._add_line(line)
        if self.closed is not None:
            # Asked by some of the acts only: the domain says which.
            self.fields["reason"].required = False

    def _add_line(self, line: ReviewedLine) -> None:
        if line.line.explanation.is_applicable:
            self.fields[f"points_{line.index}"] = PointsFormField(
                required=False,
                min_value=line.line.line.min_points / 100,
                max_value=line.line.line.max_points / 100,
                initial=line.proposed,
                label=label_of(line.line, _("Official points")),
            )
        self.fields[f"note_{line.index}"] = WordsField(
            rows=1, max_length=1000, required=False, initial=line.note, label=label_of(line.line, _("Note beside the line"))
        )
        for name in self.names_of(line):
            self.fields[name].widget.attrs["class"] = "form-control"

    def names_of(self, line: ReviewedLine) -> list[str]:
        return [name for kind in ("points", "note") if (name := f"{kind}_{line.index}") in self.fields]

    def of_line(self, line: ReviewedLine) -> dict[str, forms.BoundField]:
        """The line's bound fields by kind: points (where it applies), note."""
        return {name.partition("_")[0]: self[name] for name in self.names_of(line)}

    def grouped(self):
        """(group, lines to be looked at, plain lines) in the set's order; a line is (reviewed line, its bound fields)."""
        for group, lines in self.review.groups():
            pairs = [(line, self.of_line(line)) for line in lines]
            yield group, [pair for pair in pairs if not pair[0].is_plain], [pair for pair in pairs if pair[0].is_plain]

    @property
    def remarks(self) -> dict[int, Remark]:
        """What is said, by index of line. Needs a checked form; what is wrong in it is left out."""
        said = self.cleaned_data
        return {line.index: Remark(said.get(f"points_{line.index}"), said.get(f"note_{line.index}", "")) for line in self.review.lines}


class ReopenForm(KeyedForm):
    of_state = SheetState.VERIFIED
    version = forms.CharField(widget=forms.HiddenInput, max_length=60)
    reason = WordsField(
        label=_("Why the decision is taken back"), max_length=2000, error_messages={"required": _("Say why the decision is taken back.")}
    )


class AnswerForm(CorrectingForm):
    """A cell's answer to a return."""

    reason_label = _("Why a closed month is still sent")
    version = forms.CharField(widget=forms.HiddenInput, max_length=60)
    explanation = WordsField(label=_("Explanation to the committee"), rows=4, max_length=4000, required=False)


class VoteAnewForm(SheetForm):
    """The sheet to be voted on once more."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=60)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
