"""Which function does which kind of job. What such a function may and must do is said in `evaluations.jobs`."""

from collections.abc import Callable

from evaluations.closing import close
from evaluations.exporting import write_export
from evaluations.jobs import Work
from evaluations.models import JobKind
from evaluations.rehearsal import rehearse
from evaluations.reminding import remind
from evaluations.rescoring import score_anew

WORKERS: dict[str, Callable[[Work], None]] = {
    JobKind.EXPORT: write_export,
    JobKind.SCORES: score_anew,
    JobKind.CLOSING: close,
    JobKind.REMINDERS: remind,
    JobKind.REHEARSAL: rehearse,
}
