"""The forms of the admin: conditions typed as text, points as decimals, places in an order that may be left blank."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet, ModelForm
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.cloning import clone
from evaluations.conditions import AnyMeasure, Asked, FaultyConditions, parse, written
from evaluations.forms.lifecycle import why_field
from evaluations.measures import MEASURES
from evaluations.models import CriteriaSet, Criterion, CriterionGroup, Row, RuleDocument
from evaluations.set_entries import as_entry, criterion_entry, with_rows
from evaluations.storing import store_conditions
from evaluations.yaml_reader import MOST_ITEMS

EXAMPLE = _("For example: minutes >= 90; roster_size < 30. All must hold. For “or”, add another row.")


class ConditionsField(forms.CharField):
    """Reads conditions on measures of a closed list; `parameters` are the codes that the set delegates."""

    widget = forms.Textarea

    def __init__(self, *, measures: Mapping[str, AnyMeasure] = MEASURES, **kwargs):
        super().__init__(**{"required": False, "max_length": 2000, **kwargs})
        self.measures = measures
        self.parameters: tuple[str, ...] = ()

    def clean(self, value) -> tuple[Asked, ...]:
        try:
            return parse(super().clean(value), self.parameters, self.measures)
        except FaultyConditions as refusal:
            raise ValidationError(refusal.faults) from refusal


class OrderField(forms.IntegerField):
    """A place in an order, free to be swapped with another's in the same form; blank is the last."""

    def __init__(self, **kwargs):
        super().__init__(**{"label": _("Order"), "required": False, "min_value": 1, "max_value": 999, **kwargs})


class DocumentForm(ModelForm):
    class Meta:
        model = RuleDocument
        fields = ["number", "issuer", "issued_on", "title", "replaces"]

    def clean(self):
        cleaned = super().clean()
        replaced, issued_on = cleaned.get("replaces"), cleaned.get("issued_on")
        if replaced and issued_on and replaced.issued_on >= issued_on:
            self.add_error("replaces", _("A document replaces an older one."))
        # So no chain of documents comes back to where it began.
        if issued_on and self.instance.pk and self.instance.replaced_by.filter(issued_on__lte=issued_on).exists():
            self.add_error("issued_on", _("A document that replaces this one was issued on that day or before."))
        return cleaned


class PageForm(ModelForm):
    """The form of a page that two may have open at once: what one saved meanwhile is not written over by the other.

    `seen` is what the page said when it was opened, as far as it shows it.
    """

    why = why_field()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def said(self) -> object:
        """What the page shows of its stored row, as plain values."""
        raise NotImplementedError

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = sha256(repr(self.said()).encode()).hexdigest()

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen") and cleaned["seen"] != self.initial["seen"]:
            raise ValidationError(
                _("Somebody changed this page after you opened it, so nothing is saved. Open it anew beside this one and carry over.")
            )
        return cleaned


class SetForm(PageForm):
    """A set's own columns. On a new one, `copy_of` starts it as a copy."""

    copy_of = forms.ModelChoiceField(
        CriteriaSet.objects.none(),
        label=_("Start as a copy of"),
        required=False,
        help_text=_("Its groups, criteria and rows are copied; thresholds below that are left blank are copied too."),
    )

    def said(self) -> object:
        entry = as_entry(self.instance)
        return replace(entry, groups=tuple(replace(group, criteria=()) for group in entry.groups))

    def clean(self):
        cleaned = super().clean()
        begins, ends = cleaned.get("effective_from"), cleaned.get("effective_to")
        if begins and ends and ends <= begins:
            self.add_error("effective_to", _("The set ends after it begins."))
        names = ["good_from", "fair_from", "average_from"]
        thresholds = [cleaned.get(name) for name in names]
        if any(value is not None for value in thresholds):
            self._check_thresholds(dict(zip(names, thresholds, strict=True)))
        return cleaned

    def _check_thresholds(self, thresholds: dict[str, int | None]) -> None:
        for name, value in thresholds.items():
            if value is None and name in self.fields and name not in self.errors:
                self.add_error(name, _("Give all three thresholds, or none yet."))
        good, fair, average = thresholds.values()
        if good is not None and fair is not None and fair >= good:
            self.add_error("fair_from", _("Fair begins below Good."))
        if fair is not None and average is not None and average >= fair:
            self.add_error("average_from", _("Average begins below Fair."))

    def copy(self) -> CriteriaSet:
        """The new set as a copy of `copy_of`, with what the form says instead of the original's."""
        said = self.cleaned_data
        made = clone(
            criteria_set=said["copy_of"],
            code=said["code"],
            title=said["title"],
            document=said["document"],
            owner=said["owner"],
            effective_from=said["effective_from"],
            note=said["note"],
        )
        made.effective_to = said["effective_to"]
        if said["good_from"] is not None:
            made.good_from, made.fair_from, made.average_from = said["good_from"], said["fair_from"], said["average_from"]
        if said["based_on"] is not None:
            made.based_on = said["based_on"]
        return made


class OrderedFormSet(BaseInlineFormSet):
    """Rows with an `order`: no two alike; blanks follow the last."""

    def initial_form_count(self):
        # Posted by the page; Django asks its rows for one with any number that is posted, also for one below the first.
        return max(0, super().initial_form_count())

    def clean(self):
        super().clean()
        shown = {form.instance.pk for form in self.initial_forms}
        if any(row.pk not in shown for row in self.get_queryset()):
            raise ValidationError(gettext("Rows were added that this page did not show. Open it anew, then change it."))
        taken = set()
        for form in self._kept():
            order = form.cleaned_data.get("order")
            if order in taken:
                form.add_error("order", _("Another one has this place already."))
            if order is not None:
                taken.add(order)
        last = max(taken, default=0)
        for form in self._kept():
            if form.cleaned_data.get("order") is None:
                last += 1
                form.instance.position = last
            else:
                form.instance.position = form.cleaned_data["order"]

    def _kept(self) -> list[ModelForm]:
        """The forms that will be stored: filled in, sound so far, not marked for deletion."""
        return [
            form
            for form in self.forms
            if hasattr(form, "cleaned_data")
            and not form.errors
            and (form.instance.pk or form.has_changed())
            and form not in self.deleted_forms
        ]


class GroupFormSet(OrderedFormSet):
    """The groups of a set; one that holds criteria is not deleted with them by a tick."""

    def clean(self):
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and form.instance.criteria.exists():
                raise ValidationError(
                    gettext("The group %(code)s holds criteria. Move them to another group or delete them first.")
                    % {"code": form.instance.code}
                )


class OrderedForm(ModelForm):
    order = OrderField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["order"] = self.instance.position


class GroupForm(OrderedForm):
    class Meta:
        model = CriterionGroup
        fields = ["code", "title", "max_points", "part"]


class RowForm(OrderedForm):
    """A row with its conditions as text."""

    when = ConditionsField(
        label=_("Conditions"), widget=forms.Textarea(attrs={"rows": 2, "cols": 40, "spellcheck": "false"}), help_text=EXAMPLE
    )

    class Meta:
        model = Row
        fields = ["points", "words"]
        widgets = {"words": forms.Textarea(attrs={"rows": 2, "cols": 40})}

    def __init__(self, *args, parameters: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.parameters = parameters or {}
        self.fields["when"].parameters = tuple(self.parameters)
        if self.instance.pk:
            self.initial["when"] = written(map(Asked.of, self.instance.conditions.all()))

    def save(self, commit=True):
        row = super().save(commit=commit)
        if commit and "when" in self.changed_data:
            row.conditions.all().delete()
            store_conditions(self.cleaned_data["when"], self.parameters, row=row)
        return row


class CriterionForm(PageForm, OrderedForm):
    """A criterion with what it applies to as text. The set is not typed: the page stands under it."""

    applies_when = ConditionsField(
        label=_("Applies when"),
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80, "spellcheck": "false"}),
        help_text=_("Blank: always. For example: uses_handbook = yes; app_outage = no"),
    )

    class Meta:
        model = Criterion
        fields = [
            "group",
            "code",
            "title",
            "max_points",
            "kind",
            "clause",
            "concretises",
            "not_applicable",
            "needs_confirmation",
            "reading",
        ]
        widgets = {"title": forms.Textarea(attrs={"rows": 2, "cols": 80}), "reading": forms.Textarea(attrs={"rows": 6, "cols": 80})}

    criteria_set: CriteriaSet  # set by the page, on a class of its own

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        criteria_set = self.instance.criteria_set = self.criteria_set
        self.parameters = {parameter.code: parameter for parameter in criteria_set.parameters.order_by("code")}
        if "group" not in self.fields:  # shown, not edited
            return
        self.fields["group"].queryset = criteria_set.groups.all()
        self.fields["concretises"].queryset = Criterion.objects.filter(criteria_set=criteria_set.based_on_id)
        self.fields["applies_when"].parameters = tuple(self.parameters)
        if self.instance.pk:
            self.initial["applies_when"] = written(map(Asked.of, self.instance.applies_when.select_related("parameter")))

    def said(self) -> object:
        stored = with_rows(Criterion.objects).get(pk=self.instance.pk)
        return stored.group_id, stored.position, criterion_entry(stored)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if self.instance.criteria_set.criteria.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another criterion of this set has this code."))
        return code

    def clean(self):
        cleaned = super().clean()
        if not self.instance.pk and self.criteria_set.criteria.count() >= MOST_ITEMS:
            raise ValidationError(_("A set has %(most)s criteria at most."), params={"most": MOST_ITEMS})
        order = cleaned.get("order")
        # A blank goes to the end of its group, whose criteria are numbered before those of the next.
        self.instance.position = order if order is not None else 32_000
        return cleaned

    def save_applies_when(self) -> None:
        """Store the conditions; the criterion must be stored."""
        if "applies_when" in self.changed_data:
            self.instance.applies_when.all().delete()
            store_conditions(self.cleaned_data["applies_when"], self.parameters, criterion=self.instance)
