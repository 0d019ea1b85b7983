"""Points and other figures in templates: what a person reads out."""

from django import template
from django.utils.translation import gettext as _

from evaluations import figures
from evaluations.periods import Month, Period

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
