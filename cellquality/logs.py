"""What may stand in a log: never the rows that a database error repeats, and a traceback only of what failed."""

import logging
import re
from copy import copy

# From DETAIL on, PostgreSQL quotes the row. A quoted text may hold any line, so everything goes until the traceback
# says in its own words that another exception follows.
QUOTED = re.compile(
    r"\n(?:DETAIL|CONTEXT|LINE \d+): .*?"
    r"(?=\n\n(?:The above exception was the direct cause|During handling of the above exception)|\Z)",
    re.DOTALL,
)


class WithoutNames(logging.Formatter):
    """Leaves out the DETAIL of database errors, in messages and tracebacks alike, and the traceback of a request that was only refused."""

    def format(self, record: logging.LogRecord) -> str:
        if record.levelno < logging.ERROR:
            record = copy(record)
            record.exc_info = record.exc_text = None
        return QUOTED.sub("\nDETAIL: (left out of the log)", super().format(record))
