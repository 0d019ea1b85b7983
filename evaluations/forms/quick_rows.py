"""The rows of a criterion, filled in from a table of a common shape."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from evaluations import quick_rows
from evaluations.criteria_entries import RowEntry
from evaluations.forms.lifecycle import why_field
from evaluations.measures import MEASURES
from meetings.models.fields import TypedField

BANDS, YES_NO, LEVELS = "BANDS", "YES_NO", "LEVELS"
MOST = 10_000  # characters


class FillForm(forms.Form):
    shape = forms.ChoiceField(
        choices=[
            (BANDS, _("Bands of a measure: limit; points; words")),
            (YES_NO, _("Yes or no: two lines of points; words")),
            (LEVELS, _("Levels that the cell chooses from: points; words")),
        ],
        widget=forms.RadioSelect,
        initial=BANDS,
        label=_("Shape"),
    )
    measure = forms.ChoiceField(required=False, label=_("Measure"), help_text=_("Not for levels."))
    less_is_better = forms.BooleanField(required=False, label=_("Less is better: each limit is the most that is allowed"))
    table = TypedField(
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80, "spellcheck": "false"}),
        max_length=MOST,
        label=_("Rows"),
        help_text=_("One row a line, the best first; the last has no limit and holds in every other case. For example: 90; 4; from 90 %"),
    )
    why = why_field()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        groups = ((_("Bands"), quick_rows.measures_for_bands()), (_("Yes or no"), quick_rows.measures_for_yes_or_no()))
        named = [(label, [(measure.name, measure.label) for measure in measures]) for label, measures in groups]
        self.fields["measure"].choices = [("", "---------"), *named]

    def clean(self):
        said = super().clean()
        if not self.errors:
            self.rows = self._rows(said)
        return said

    def _rows(self, said: dict) -> list[RowEntry]:
        """What the table says."""
        try:
            if said["shape"] == LEVELS:
                return quick_rows.levels(said["table"])
            fitting = quick_rows.measures_for_bands() if said["shape"] == BANDS else quick_rows.measures_for_yes_or_no()
            measure = MEASURES.get(said["measure"])
            if measure not in fitting:
                raise ValidationError({"measure": _("Choose a measure of this shape.")})
            if said["shape"] == YES_NO:
                return quick_rows.yes_or_no(measure, said["table"])
            return quick_rows.bands(measure, said["table"], less_is_better=said["less_is_better"])
        except quick_rows.FaultyRows as refusal:
            raise ValidationError({"table": refusal.faults}) from refusal
