"""Rows of a roster, written so that each change is remembered with its author and can be undone for a day."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Cell, Exemption, Member, Membership, Position, RosterAction, RosterChange, Standing, User
from meetings.recording import Refused
from meetings.refusing import refusing

UNDO_WITHIN = timedelta(days=1)
TABLES: dict[str, type[models.Model]] = {table.__name__: table for table in (Member, Membership, Standing, Exemption, Position)}

CHANGED_SINCE = gettext_lazy("The roster was changed again since; undo the later change first.")
OVERLAPS_NOW = dict.fromkeys(
    (
        "a_member_has_one_cell_per_relation_at_a_time",
        "a_member_has_one_standing_at_a_time",
        "a_member_has_one_exemption_at_a_time",
        "a_member_has_one_position_in_a_cell_at_a_time",
        "a_cell_has_one_secretary_at_a_time",
    ),
    ("", CHANGED_SINCE),
)


class Change:
    """Collects what one domain function writes; `keep` stores it as one `RosterChange`."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def create(self, row: models.Model) -> models.Model:
        row.save(force_insert=True)
        self._note(row, before=None, after=_columns(row))
        return row

    def update(self, row: models.Model, **values: Any) -> models.Model:
        row = locked(row)
        before = _columns(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        self._note(row, before=before, after=_columns(row))
        return row

    def delete(self, row: models.Model) -> None:
        self._note(row, before=_columns(row), after=None)
        row.delete()

    def _note(self, row: models.Model, *, before: dict | None, after: dict | None) -> None:
        self.rows.append({"table": type(row).__name__, "id": row.pk, "before": before, "after": after})

    def keep(self, *, cell: Cell, member: Member, action: RosterAction, by: User, at: datetime) -> RosterChange:
        return RosterChange.objects.create(cell=cell, member=member, action=action, rows=self.rows, by=by, at=at)


def say_why(*, cell: Cell, by: User, reason: str) -> None:
    """Keep with the user's latest change of the roster why it was made all the same; nothing where no reason is given."""
    latest = RosterChange.objects.filter(cell=cell, by=by).order_by("-at", "-pk").first()
    if reason.strip() and latest is not None:
        latest.reason = reason
        latest.save(update_fields=["reason"])


def locked(row: models.Model) -> models.Model:
    """The row as it stands now, held until the transaction ends."""
    return type(row).objects.select_for_update().get(pk=row.pk)


def _columns(row: models.Model) -> dict:
    """The row's own columns as JSON keeps them: a range as [from, until]."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
    values = {name: _plain(value) for name, value in values.items() if name != "id"}
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def _plain(value: Any) -> Any:
    if isinstance(value, DateRange):
        return [value.lower, value.upper]
    return list(value) if isinstance(value, tuple) else value


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return DateRange(*(day and date.fromisoformat(day) for day in value))
    return value


def can_undo(change: RosterChange, at: datetime) -> bool:
    return change.undone_at is None and at - change.at <= UNDO_WITHIN


@transaction.atomic
def undo(*, change: RosterChange, by: User, at: datetime) -> None:
    """Take one change back: every row it touched becomes what it was, newest first.

    Raises `Refused` after a day, the second time, or where one of the rows has been changed again or is in use by now.
    """
    change = RosterChange.objects.select_for_update().get(pk=change.pk)
    if not can_undo(change, at):
        raise Refused({"": _("This change can no longer be undone; record the correction instead.")})
    with refusing(OVERLAPS_NOW):
        for row in reversed(change.rows):
            _restore(row)
    RosterChange.objects.filter(pk=change.pk).update(undone_by=by, undone_at=at)


def _restore(row: dict) -> None:
    table = TABLES[row["table"]]
    now = table.objects.select_for_update().filter(pk=row["id"]).first()
    if (now and _columns(now)) != row["after"]:
        raise Refused({"": CHANGED_SINCE})
    if row["before"] is None:
        _delete(now)
    else:
        restored = table(pk=row["id"], **{name: _value(value) for name, value in row["before"].items()})
        restored.save(force_insert=now is None, force_update=now is not None)


def _delete(row: models.Model) -> None:
    try:
        row.delete()
    except ProtectedError as error:
        raise Refused(
            {"": _("This member is in the record of a sitting by now, so the entry stays; end the membership instead.")}
        ) from error
