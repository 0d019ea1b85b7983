"""What every form that records something carries: its key."""

from uuid import uuid4

from django import forms
from django.http import HttpRequest, QueryDict

from meetings.recording import Refused


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, even if that is nothing at all."""
    return request.POST if request.method == "POST" else None


class KeyedForm(forms.Form):
    """A form that knows its second tap: the key is made with the page and stored with the work."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, initial: dict | None = None, **kwargs):
        super().__init__(data, initial={"form_key": uuid4(), **(initial or {})}, **kwargs)

    def add_problems(self, refused: Refused) -> None:
        """Show each problem at its field, those of no field on top."""
        for field, problem in refused.problems.items():
            self.add_error(field if field in self.fields else None, str(problem))
