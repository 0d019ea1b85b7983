"""Rows on their way into a table, by COPY: the demo writes millions, and an object for each would take minutes."""

from collections import deque
from collections.abc import Iterable
from datetime import date
from io import StringIO

from django.db.models import Field, GeneratedField, Model


def span(from_: date, to: date | None = None) -> str:
    """A half-open range of days."""
    return f"[{from_},{to or ''})"


def array(values: Iterable) -> str:
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _text(value) -> str:
    if value is None:
        return "\\N"
    return array(value) if isinstance(value, list) else str(value)


class Rows:
    """Rows of some table, their columns in the order named."""

    def __init__(self, table: str, columns: Iterable[str], ending: str = "\n"):
        self.sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        self.ending = ending
        self.lines: list[str] = []

    def add(self, *values) -> None:
        self.lines.append("\t".join([value if type(value) is str else _text(value) for value in values]) + self.ending)

    def write(self, cursor) -> None:
        if self.lines:
            cursor.copy_expert(self.sql, StringIO("".join(self.lines)))
            self.lines.clear()


class Table(Rows):
    """Rows of a model: the named columns come with each row, the others take their field's default, and the key the database's."""

    def __init__(self, model: type[Model], *columns: str):
        stored = {field.column: field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)}
        if unknown := set(columns) - set(stored):
            raise ValueError(f"{model.__name__} has no columns {sorted(unknown)}")
        defaults: list[Field] = [field for column, field in stored.items() if column not in columns and not field.primary_key]
        self.blank = {column: None if stored[column].primary_key else stored[column].get_default() for column in columns}
        super().__init__(
            model._meta.db_table,
            [*columns, *(field.column for field in defaults)],
            "".join("\t" + _text(field.get_default()) for field in defaults) + "\n",
        )

    def add_named(self, **values) -> None:
        """A row by the names of its columns; those left out take their field's default."""
        self.add(*(self.blank | values).values())


class Keys:
    """Keys of a table drawn ahead from its sequence, so that rows which point at each other can be written together."""

    def __init__(self, cursor, model: type[Model], at_a_time: int):
        self.cursor = cursor
        self.at_a_time = at_a_time
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        (self.sequence,) = cursor.fetchone()
        self.drawn: deque[int] = deque()

    def next(self) -> int:
        if not self.drawn:
            self.cursor.execute("SELECT array_agg(nextval(%s::regclass)) FROM generate_series(1, %s)", [self.sequence, self.at_a_time])
            self.drawn.extend(self.cursor.fetchone()[0])
        return self.drawn.popleft()
