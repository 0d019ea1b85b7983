"""Figures as a person reads them, in the reader's decimal mark. A page writes them by the thousand: whole numbers put together as text."""

from django.utils.formats import get_format


def _with_decimals(whole: int, digits: str) -> str:
    return f"{whole}{get_format('DECIMAL_SEPARATOR')}{digits}"


def points(hundredths: int | None) -> str:
    """450 → 4.5, 400 → 4, −50 → −0.5; an en dash for none."""
    if hundredths is None:
        return "–"
    if hundredths < 0:
        return f"−{points(-hundredths)}"
    whole, rest = divmod(hundredths, 100)
    return _with_decimals(whole, f"{rest:02}".rstrip("0")) if rest else str(whole)


def percent_of(part: int, whole: int) -> str:
    """'95.3 %', cut and not rounded; '' of nothing."""
    if not whole:
        return ""
    all_of_it, tenths = divmod(part * 1000 // whole, 10)
    return f"{_with_decimals(all_of_it, str(tenths))}\N{NO-BREAK SPACE}%"


def decimal(value: float | None) -> str:
    """One decimal place; an en dash for none."""
    return "–" if value is None else f"{round(value, 1):.1f}".replace(".", get_format("DECIMAL_SEPARATOR"))


def signed(value: float | None) -> str:
    """A difference with its sign: +4.6, −0.3, 0.0."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + decimal(abs(rounded))


def count(number: int) -> str:
    """12345 → 12,345."""
    return f"{number:,}".replace(",", get_format("THOUSAND_SEPARATOR"))
