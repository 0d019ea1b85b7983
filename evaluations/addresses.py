"""Addresses of many bodies' periods on one page: looked up once and filled in, for looking each up takes longer than drawing it."""

from collections.abc import Callable
from uuid import UUID

from django.urls import reverse

from evaluations.periods import Month, Period

NOBODY, NEVER = UUID(int=0), Month(9998, 1)


def address_of(name: str) -> Callable[[UUID, Period], str]:
    """The function from a body's public id and a period to the address called `name`, whose two arguments they are, in this order."""
    pattern = reverse(name, args=[NOBODY, NEVER])
    before, _nobody, rest = pattern.partition(str(NOBODY))
    between, _never, after = rest.partition(str(NEVER))
    return lambda public_id, period: f"{before}{public_id}{between}{period}{after}"
