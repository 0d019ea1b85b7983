"""Points in templates: hundredths in, what a person reads out."""

from collections.abc import Iterable

from django import template
from django.utils.formats import number_format

from evaluations.models import PeriodScore
from evaluations.periods import Month, Period

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """450 → 4.5, 400 → 4, in the reader's decimal mark; an en dash for none."""
    if hundredths is None:
        return "–"
    whole, rest = divmod(hundredths, 100)
    if not rest:
        return number_format(whole, use_l10n=True)
    places = 1 if rest % 10 == 0 else 2
    return number_format(hundredths / 100, decimal_pos=places, use_l10n=True)


@register.filter
def percent_of(part: int, whole: int) -> str:
    """'95.3 %', cut and not rounded, in the reader's decimal mark; '' of nothing."""
    if not whole:
        return ""
    tenths = part * 1000 // whole
    return f"{number_format(tenths / 10, decimal_pos=1, use_l10n=True)} %"


@register.filter
def by_month(score: PeriodScore, period: Period) -> Iterable[tuple[Month, int | None]]:
    """Each month of the period with the points that count in it; None where it had none."""
    return zip(period.months, score.points_by_month, strict=True)
