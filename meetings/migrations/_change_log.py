"""Statement-level triggers that note, in the writer's own transaction, which cell's facts changed and from which month on.

Scoring takes these rows; no timestamps are compared, so a write begun before a run and committed after it is not lost.
"""

# table → (cell, first month) of the changed rows, read from the transition table `changed`
# A span without a beginning counts from before everything.
FROM_ITS_MONTH = "date_trunc('month', coalesce(lower(c.during), date '1900-01-01'))::date"
THROUGH_MEETING = "SELECT m.cell_id, m.for_month FROM changed c JOIN meetings_meeting m ON m.id = c.meeting_id"
SOURCES = {
    "meetings_meeting": "SELECT cell_id, for_month FROM changed",
    "meetings_committeepreparation": THROUGH_MEETING,
    "meetings_attendance": THROUGH_MEETING,
    "meetings_opinion": THROUGH_MEETING,
    "meetings_decision": THROUGH_MEETING,
    "meetings_task": THROUGH_MEETING,
    "meetings_taskreport": THROUGH_MEETING,
    "meetings_posting": THROUGH_MEETING,
    "meetings_position": f"SELECT c.cell_id, {FROM_ITS_MONTH} FROM changed c",
    "meetings_placement": f"SELECT c.cell_id, {FROM_ITS_MONTH} FROM changed c WHERE c.cell_id IS NOT NULL",
    "meetings_cell": "SELECT id, date_trunc('month', CURRENT_DATE)::date FROM changed",
}

EVENTS = {
    "inserted": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed",
    "updated": "AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed",
    "deleted": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed",
}
# Where an update can move a row to another month, cell or committee, what it left changed too.
MOVING = {"left": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS changed"}
MOVABLE = {"meetings_meeting", "meetings_placement", "meetings_position"}


def _forward(table: str, source: str) -> str:
    triggers = "\n".join(
        f"CREATE TRIGGER {table}_{event}_is_noted {timing.format(table=table)} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION note_change_of_{table}();"
        for event, timing in (EVENTS | (MOVING if table in MOVABLE else {})).items()
    )
    return f"""
CREATE FUNCTION note_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO meetings_changedcell (cell_id, from_month)
    SELECT cell_id, min(first_month) FROM ({source}) AS noted(cell_id, first_month) GROUP BY cell_id;
    RETURN NULL;
END $$;
{triggers}"""


def _backward(table: str) -> str:
    return f"DROP FUNCTION note_change_of_{table}() CASCADE;"


# A deleted meeting takes its children along: those statements find no meeting any more, the meeting's own trigger speaks for them.
FORWARD = "\n".join(_forward(table, source) for table, source in SOURCES.items())
BACKWARD = "\n".join(_backward(table) for table in SOURCES)

# Since items of the agenda are counted.
FORWARD_AGENDA = _forward("meetings_agendaitem", THROUGH_MEETING)
BACKWARD_AGENDA = _backward("meetings_agendaitem")
