"""What a set says beyond its lines: joint caps and limits of the class on its page, and the pages of its roll-up rules."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.admin.criteria import UNITS
from evaluations.admin.drafts import NOTHING, Block, Inline, PartPage, shown_points
from evaluations.conditions import Asked, written
from evaluations.forms.criteria import OrderedFormSet
from evaluations.forms.totals import GradeLimitForm, JointCapForm, RollupForm, RungForm
from evaluations.measures import Unit
from evaluations.models import Comparison, CriteriaSet, GradeLimit, JointCap, RollupRow, RollupRule, SetAct
from evaluations.period_measures import PERIOD_MEASURES
from evaluations.set_faults import faults_of

PERIOD_UNITS = {**UNITS, Unit.COUNT: _("months"), Unit.POINTS: _("points")}


class JointCapInline(Block):
    model = JointCap
    form = JointCapForm
    points = ("points",)
    shown_points = shown_points(JointCap, "points")

    def get_fields(self, request, obj=None):
        return self.as_shown(request, obj, ["points", "lines", "clause"])


class GradeLimitInline(Block):
    model = GradeLimit
    form = GradeLimitForm
    formset = OrderedFormSet
    points = ("fewer_than",)
    shown_fewer_than = shown_points(GradeLimit, "fewer_than")

    def get_fields(self, request, obj=None):
        return self.as_shown(request, obj, ["order", "at_most", "criterion", "group", "fewer_than", "when", "words", "clause"])

    @admin.display(description=_("Order"))
    def order(self, limit: GradeLimit) -> int:
        return limit.position

    @admin.display(description=_("Conditions"))
    def when(self, limit: GradeLimit) -> str:
        return written(map(Asked.of, limit.conditions.select_related("parameter"))) or NOTHING


class RungInline(Inline):
    model = RollupRow
    form = RungForm
    formset = OrderedFormSet

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("conditions")

    def get_fields(self, request, obj=None):
        return ["order", "grade", "when", "words"]

    def get_extra(self, request, obj=None, **kwargs) -> int:
        return 0 if obj is not None and obj.rows.exists() else 4

    @admin.display(description=_("Order"))
    def order(self, row: RollupRow) -> int:
        return row.position

    @admin.display(description=_("Conditions"))
    def when(self, row: RollupRow) -> str:
        return written(map(Asked.of, row.conditions.all())) or NOTHING


@admin.register(RollupRule)
class RollupRuleAdmin(PartPage):
    form = RollupForm
    inlines = (RungInline,)

    def panels(self, obj: RollupRule) -> dict:
        named = obj.get_period_kind_display()
        return {"faults": [fault for fault in faults_of(obj.criteria_set) if fault.where == named], **self.help_for(obj.criteria_set)}

    def help_for(self, criteria_set: CriteriaSet) -> dict:
        measures = [(measure, PERIOD_UNITS[measure.unit]) for measure in PERIOD_MEASURES.values()]
        return {"measures": measures, "comparisons": Comparison.choices}

    def told_deleted(self, obj: RollupRule) -> str:
        return gettext("The roll-up rule for %(period)s is deleted.") % {"period": obj.get_period_kind_display()}

    def get_fieldsets(self, request, obj=None):
        own = ["period_kind", "missing_month", "unverified_month", "clause", "reading"]
        return [(None, {"fields": own}), *(self.asked_why(request, obj) if obj is not None else [])]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.keep_version(request, form.instance.criteria_set, SetAct.CHANGED, form)
