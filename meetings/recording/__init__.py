"""The public door to recording: every write of what happened is one verb-named function, in one transaction.

A function that writes a meeting takes `expected_version` (the version its form was made from; `StaleForm` where it has moved on) and
`form_key` (the form's key; a second tap waits for the first and gets the same meeting, a form changed in between is work of its own).
What can't have happened is `Refused`, with a sentence per field; what breaks a rule is recorded. Who may record is asked before, in
`meetings.permissions`.

A sitting that was concluded once, or whose month a committee above has locked, is written with a `correction`, whose reason is kept
(`corrections`).
"""

from meetings.recording.content import has_open_content, open_content
from meetings.recording.corrections import (
    LOCKS_OVER,
    Closed,
    Correction,
    closed,
    lift_lock,
    lock_months,
    locked_in_words,
    locks_over,
    reopen_meeting,
    require_reason,
)
from meetings.recording.drafts import DraftForm, draft_of, drop_draft, keep_draft
from meetings.recording.errors import Difference, StaleForm
from meetings.recording.holding import record_sitting, warnings_about
from meetings.recording.once import Submission, once
from meetings.recording.planning import (
    Defaults,
    cancel_meeting,
    defaults_for_new_sitting,
    enter_held_meeting,
    mark_not_held,
    plan_meeting,
)
from meetings.recording.posting import Issue, conclude_meeting, missing_to_conclude, read_issue, record_posting
from meetings.recording.preparing import Preparation, read_preparation, record_preparation
from meetings.recording.sitting import (
    Called,
    NewTask,
    Report,
    Sitting,
    Vote,
    officials_present,
    read_sitting,
    steps_seen_in,
    usual_roll,
)
from meetings.refusing import Refused

__all__ = [
    "LOCKS_OVER",
    "Called",
    "Closed",
    "Correction",
    "Defaults",
    "Difference",
    "DraftForm",
    "Issue",
    "NewTask",
    "Preparation",
    "Refused",
    "Report",
    "Sitting",
    "StaleForm",
    "Submission",
    "Vote",
    "cancel_meeting",
    "closed",
    "conclude_meeting",
    "defaults_for_new_sitting",
    "draft_of",
    "drop_draft",
    "enter_held_meeting",
    "has_open_content",
    "keep_draft",
    "lift_lock",
    "lock_months",
    "locked_in_words",
    "locks_over",
    "mark_not_held",
    "missing_to_conclude",
    "officials_present",
    "once",
    "open_content",
    "plan_meeting",
    "read_issue",
    "read_preparation",
    "read_sitting",
    "record_posting",
    "record_preparation",
    "record_sitting",
    "reopen_meeting",
    "require_reason",
    "steps_seen_in",
    "usual_roll",
    "warnings_about",
]
