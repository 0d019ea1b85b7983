"""What the planner knows of the tables. The server looks for itself within a minute or so; many rows at once should not wait for that."""

from django.db import connection


def refresh_statistics() -> None:
    """Count all tables anew, in a second or so. For after a bulk load; inside its transaction too, before it reads what it wrote.

    The serving role owns no table and may not analyze one; the function of this name does it as the owner.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_statistics()")
