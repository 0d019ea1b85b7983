"""The forms of what a set says beyond its lines: joint caps, limits of the class, and how months roll up."""

from django import forms
from django.forms.models import ModelForm
from django.utils.translation import gettext_lazy as _

from evaluations.conditions import Asked, written
from evaluations.forms.criteria import ConditionsField, OrderedForm, PageForm
from evaluations.models import CriteriaSet, Grade, GradeLimit, JointCap, RollupRow, RollupRule
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.set_entries import rollup_entry
from evaluations.storing import store_conditions, store_period_conditions

ASKED = _("For example: unexcused >= 1. All must hold. For “or”, add another limit.")
FEW_LINES = {"rows": 2, "cols": 40}


class JointCapForm(ModelForm):
    class Meta:
        model = JointCap
        fields = ["points", "lines", "clause"]
        widgets = {"lines": forms.SelectMultiple(attrs={"size": 6})}

    def __init__(self, *args, criteria_set: CriteriaSet, **kwargs):
        super().__init__(*args, **kwargs)
        if "lines" in self.fields:  # edited, not only shown
            self.fields["lines"].queryset = criteria_set.criteria.all()


class GradeLimitForm(OrderedForm):
    """A limit with its conditions as text."""

    when = ConditionsField(label=_("Conditions"), widget=forms.Textarea(attrs={**FEW_LINES, "spellcheck": "false"}), help_text=ASKED)

    class Meta:
        model = GradeLimit
        fields = ["at_most", "criterion", "group", "fewer_than", "words", "clause"]
        widgets = {"words": forms.Textarea(attrs=FEW_LINES)}

    def __init__(self, *args, criteria_set: CriteriaSet, **kwargs):
        super().__init__(*args, **kwargs)
        if "criterion" not in self.fields:  # shown, not edited
            return
        self.parameters = {parameter.code: parameter for parameter in criteria_set.parameters.order_by("code")}
        self.fields["at_most"].choices = [("", "---------"), *Grade.choices[1:]]
        self.fields["criterion"].queryset = criteria_set.criteria.all()
        self.fields["group"].queryset = criteria_set.groups.all()
        self.fields["when"].parameters = tuple(self.parameters)
        if self.instance.pk:
            self.initial["when"] = written(map(Asked.of, self.instance.conditions.select_related("parameter")))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("criterion") and cleaned.get("group"):
            self.add_error("group", _("Name a criterion or a group, not both."))
        if bool(cleaned.get("criterion") or cleaned.get("group")) != (cleaned.get("fewer_than") is not None):
            self.add_error("fewer_than", _("Say of which criterion or group, and fewer than how many points; or neither."))
        return cleaned

    def save(self, commit=True):
        limit = super().save(commit=commit)
        if commit and "when" in self.changed_data:
            limit.conditions.all().delete()
            store_conditions(self.cleaned_data["when"], self.parameters, limit=limit)
        return limit


class RollupForm(PageForm):
    """How months become one kind of period. The set is not typed: the page stands under it."""

    class Meta:
        model = RollupRule
        fields = ["period_kind", "missing_month", "unverified_month", "clause", "reading"]
        widgets = {"reading": forms.Textarea(attrs={"rows": 4, "cols": 80})}

    criteria_set: CriteriaSet  # set by the page, on a class of its own

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.criteria_set = self.criteria_set

    def said(self) -> object:
        return rollup_entry(RollupRule.objects.prefetch_related("rows__conditions").get(pk=self.instance.pk))

    def clean_period_kind(self):
        kind = self.cleaned_data["period_kind"]
        if self.criteria_set.rollup_rules.filter(period_kind=kind).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The set has a rule for this kind of period already."))
        return kind


class RungForm(OrderedForm):
    """A class with its conditions as text."""

    when = ConditionsField(
        label=_("Conditions"),
        measures=PERIOD_MEASURES,
        widget=forms.Textarea(attrs={**FEW_LINES, "spellcheck": "false"}),
        help_text=_("For example: below_fair = 0; good >= 9. All must hold. For “or”, add another row."),
    )

    class Meta:
        model = RollupRow
        fields = ["grade", "words"]
        widgets = {"words": forms.Textarea(attrs=FEW_LINES)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["when"] = written(map(Asked.of, self.instance.conditions.all()))

    def save(self, commit=True):
        rung = super().save(commit=commit)
        if commit and "when" in self.changed_data:
            rung.conditions.all().delete()
            store_period_conditions(self.cleaned_data["when"], rung)
        return rung
