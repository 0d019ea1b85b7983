"""Django system checks of the wiring."""

from django.core.checks import CheckMessage, Error, register
from django.db.backends.postgresql.psycopg_any import is_psycopg3


@register
def driver_is_psycopg2(**kwargs) -> list[CheckMessage]:
    """Django takes psycopg 3 as soon as anything installs it, and the product is measured and tested with psycopg2."""
    if not is_psycopg3:
        return []
    return [
        Error(
            "Django uses psycopg 3 because it is installed.",
            hint="Uninstall psycopg, or find out in requirements.txt what brought it in.",
            id="cellquality.E001",
        )
    ]
