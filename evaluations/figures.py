"""Figures as a person reads them, in the reader's decimal mark."""

from django.utils.formats import number_format


def points(hundredths: int | None) -> str:
    """450 → 4.5, 400 → 4; an en dash for none."""
    if hundredths is None:
        return "–"
    whole, rest = divmod(hundredths, 100)
    if not rest:
        return number_format(whole, use_l10n=True)
    places = 1 if rest % 10 == 0 else 2
    return number_format(hundredths / 100, decimal_pos=places, use_l10n=True)


def percent_of(part: int, whole: int) -> str:
    """'95.3 %', cut and not rounded; '' of nothing."""
    if not whole:
        return ""
    tenths = part * 1000 // whole
    return f"{number_format(tenths / 10, decimal_pos=1, use_l10n=True)}\N{NO-BREAK SPACE}%"


def decimal(value: float | None) -> str:
    """One decimal place; an en dash for none."""
    return "–" if value is None else number_format(round(value, 1), decimal_pos=1, use_l10n=True)


def signed(value: float | None) -> str:
    """A difference with its sign: +4.6, −0.3, 0.0."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + decimal(abs(rounded))


def count(number: int) -> str:
    """12345 → 12,345."""
    return number_format(number, use_l10n=True, force_grouping=True)
