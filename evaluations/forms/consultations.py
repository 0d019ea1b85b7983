"""What is said of a set that is sent round, line by line, and the owner's answers: one form for a page, so that no typed word is lost."""

from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaluations.models import AnswerKind, Comment
from meetings.forms.fields import WordsField
from meetings.refusing import Refused

MOST_SEEN = 2**31 - 1


class SeenField(forms.IntegerField):
    """The version of what the page showed. The template writes what stands now: a form that is shown again has seen it."""

    def __init__(self):
        super().__init__(required=False, min_value=0, max_value=MOST_SEEN, label=gettext_lazy("Version"))


class _OfManyRows(forms.Form):
    """A form with fields `name_N` of many rows; a row that was not sent is not meant."""

    def is_sent(self, name: str, key: int) -> bool:
        return f"{name}_{key}" in self.data

    def add_problems(self, key: int, refused: Refused) -> None:
        for name, sentence in refused.problems.items():
            self.add_error(f"{name}_{key}", sentence)


class CommentsForm(_OfManyRows):
    """Fields `text_N` and `seen_N` for line N, at first none for one whose comment is answered. `stored` is what stands, by line."""

    def __init__(self, data=None, *, titles: Mapping[int, str], stored: Mapping[int, Comment]):
        super().__init__(data)
        # What was typed while it was being answered comes back with the refusal.
        self.lines = [line for line in titles if self.is_bound or line not in stored or not stored[line].answer]
        self.stored = stored
        for line in self.lines:
            label = _("Comment on the whole set") if line == 0 else _("Comment on %(line)s") % {"line": titles[line].split(" ")[0]}
            said = stored[line].text if line in stored else ""
            self.fields[f"text_{line}"] = WordsField(label=label, required=False, rows=2, initial=said)
            self.fields[f"seen_{line}"] = SeenField()

    def said(self) -> Iterator[tuple[int, str, int]]:
        """(line, text, seen) of each line that says something else than what stands. Needs a valid form."""
        for line in self.lines:
            text = self.cleaned_data[f"text_{line}"]
            stands = self.stored[line].text if line in self.stored else ""
            if self.is_sent("text", line) and text != stands:
                yield line, text, self.cleaned_data[f"seen_{line}"] or 0


class AnswersForm(_OfManyRows):
    """Fields `kind_N`, `why_N` and `seen_N` for the comment of key N."""

    def __init__(self, data=None, *, comments: Sequence[Comment]):
        super().__init__(data)
        self.comments = comments
        for comment in comments:
            to = {"committee": comment.committee.name}
            self.fields[f"kind_{comment.pk}"] = forms.ChoiceField(
                label=_("Answer to %(committee)s") % to,
                choices=AnswerKind.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=comment.answer,
            )
            why = pgettext("answer", "Why, to %(committee)s") % to
            self.fields[f"why_{comment.pk}"] = WordsField(label=why, required=False, rows=2, initial=comment.why)
            self.fields[f"why_{comment.pk}"].widget.attrs["class"] = "form-control"
            self.fields[f"seen_{comment.pk}"] = SeenField()

    def said(self) -> Iterator[tuple[Comment, str, str, int]]:
        """(comment, kind, why, seen) of each comment that is answered otherwise than before. Needs a valid form."""
        for comment in self.comments:
            kind, why, seen = (self.cleaned_data[f"{name}_{comment.pk}"] for name in ("kind", "why", "seen"))
            if self.is_sent("why", comment.pk) and (kind, why) != (comment.answer, comment.why):
                yield comment, kind, why, seen or 0
