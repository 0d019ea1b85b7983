"""Points and other figures in templates: what a person reads out."""

from django import template
from django.utils.translation import gettext as _

from evaluations import figures
from evaluations.definition import Line
from evaluations.models import CriterionGroup, GroupPart, ScoreSheet
from evaluations.periods import Month, Period
from evaluations.which_sheet import WhichSheet

register = template.Library()
register.filter("points", figures.points)
register.filter("percent_of", figures.percent_of)
register.filter("decimal", figures.decimal)
register.filter("signed", figures.signed)
register.filter("count", figures.count)


@register.filter
def named(period: Period) -> str:
    """'month 11/2026', 'quarter 4/2026'."""
    return _("month %(month)s") % {"month": period.label} if isinstance(period, Month) else period.label


@register.filter
def which(sheet: ScoreSheet) -> WhichSheet:
    """As it stands in an address."""
    return WhichSheet.of(sheet)


@register.filter
def out_of(line: Line) -> str:
    """'/5', what a line gives at most; nothing of a deduction, which gives none."""
    return "" if line.part == GroupPart.DEDUCTION else f"/{figures.points(line.max_points)}"


@register.filter
def group_points(group: CriterionGroup) -> str:
    """'30' of the sheet's points; of bonus and deductions what they come to at most."""
    most = figures.points(group.max_points)
    if group.part == GroupPart.BONUS:
        return _("bonus, at most %(points)s") % {"points": most}
    return _("deduction, at most %(points)s") % {"points": most} if group.part == GroupPart.DEDUCTION else most
