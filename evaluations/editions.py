"""Closing a period and correcting what was published of it: each edition is copied from what is known, once, and never written again."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import changes, figures, scoring, summaries
from evaluations.differing import count_anew
from evaluations.measuring import Targets
from evaluations.models import ChangedScope, ChangeSetAside, Edition, Run, RunState
from evaluations.periods import Period
from evaluations.published import BESIDE, DIFFERING, SCORE_COLUMNS, SUMMARY_COLUMNS, bound
from evaluations.shown import path_in
from meetings.models import Cell, ChangedCell, Committee, User, path_end, path_prefixes
from meetings.recording import lock_months, once
from meetings.refusing import Refused


def close_period(*, committee: Committee, period: Period, by: User, at: datetime, form_key: UUID | None = None) -> Edition:
    """Publish a period of a province's cells as edition 1 and lock its months; from then on what is recorded in them needs a reason.

    Waits for the writers of these months and holds up those to come. Raises `Refused` where the period is not over, is closed
    already, has no cell, or where scores are still being made. Who may close is asked before (`Authority.to_close_periods`).
    """
    with once(by=by, form_key=form_key, work=("close", committee.pk, str(period))) as submission:
        if submission.target:
            return Edition.objects.get(pk=submission.target)
        if sentence := not_over(period, at):
            raise Refused({"": sentence})
        _hold(committee, period)
        if Edition.objects.filter(committee=committee, period_kind=period.KIND, first_on=period.first).exists():
            raise Refused({"": _("This period is closed already. What has changed since is published as a correction.")})
        lock_months(
            committee=committee,
            during=DateRange(period.first, period.end),
            reason=_("Closed and published: %(period)s") % {"period": period.label},
            by=by,
            at=at,
        )
        edition = _publish(committee, period, number=1, reason="", by=by, at=at)
        submission.target = str(edition.pk)
        return edition


def publish_correction(
    *, committee: Committee, period: Period, reason: str, by: User, at: datetime, form_key: UUID | None = None
) -> Edition:
    """Publish what is known now of a closed period as its next edition: only the scores that differ are stored, with the reason.

    Raises `Refused` without a reason, where the period is not closed, where nothing differs, or where scores are still being made.
    """
    with once(by=by, form_key=form_key, work=("correct", committee.pk, str(period), reason)) as submission:
        if submission.target:
            return Edition.objects.get(pk=submission.target)
        if not reason.strip():
            raise Refused({"reason": _("Say why what was published is corrected, in a few words.")})
        _hold(committee, period)
        editions = Edition.objects.filter(committee=committee, period_kind=period.KIND, first_on=period.first)
        latest = editions.order_by("number").last()
        if latest is None:
            raise Refused({"": _("This period is not closed yet: there is nothing published to correct.")})
        edition = _publish(committee, period, number=latest.number + 1, reason=reason, by=by, at=at)
        if edition.digest == latest.digest:
            raise Refused(
                {"": _("What is known now is what edition %(number)s says; there is nothing to correct.") % {"number": latest.number}}
            )
        submission.target = str(edition.pk)
        return edition


def _hold(committee: Committee, period: Period) -> None:
    """One edition of a committee at a time, and nobody scoring or summing up these months meanwhile, until the transaction ends."""
    Committee.objects.select_for_update(no_key=True).get(pk=committee.pk)
    scoring.hold_months(Targets.of([(0, month.first) for month in period.months]), shared=False)
    summaries.hold_period(period)


# A line of an edition, as text that says the same wherever the same is known: no keys of runs, no times.
_LINES = """
SELECT string_agg(jsonb_build_array({columns})::text, E'\\n' ORDER BY {order}) FROM {rows}"""
_DIGEST = "encode(sha256(convert_to(concat_ws(E'\\n', ({scores}), ({summaries})), 'UTF8')), 'hex')".format(
    scores=_LINES.format(columns=", ".join(("cell_id", *SCORE_COLUMNS)), order="cell_id", rows="known"),
    summaries=_LINES.format(columns=", ".join(SUMMARY_COLUMNS), order='committee_id, cell_kind COLLATE "C"', rows="summary"),
)
_CHANGED_COLUMNS = ", ".join(
    f"CASE WHEN known.state IS NULL THEN published.{name} ELSE known.{name} END AS {name}" for name in SCORE_COLUMNS
)
_STORE = f"""
summary AS MATERIALIZED (
    SELECT {", ".join(SUMMARY_COLUMNS)} FROM evaluations_committeesummary b
    WHERE b.period_kind = %(kind)s AND b.first_on = %(first)s AND EXISTS (
        SELECT FROM place JOIN meetings_placement p ON p.path >= place.path AND p.path < left(place.path, -1) || '0'
        WHERE p.committee_id = b.committee_id AND p.during && daterange(%(first)s::date, %(end)s::date))),
changed AS MATERIALIZED (SELECT cell_id, known.state IS NULL AS withdrawn, {_CHANGED_COLUMNS} {DIFFERING}),
edition AS (
    INSERT INTO evaluations_edition (committee_id, period_kind, first_on, number, reason, closed_by_id, closed_at, changed, digest)
    SELECT %(committee)s, %(kind)s, %(first)s, %(next)s, %(reason)s, %(by)s, %(at)s, (SELECT count(*) FROM changed), {_DIGEST}
    RETURNING id),
score AS (
    INSERT INTO evaluations_publishedscore (edition_id, cell_id, withdrawn, {", ".join(SCORE_COLUMNS)})
    SELECT edition.id, changed.* FROM edition CROSS JOIN changed ORDER BY cell_id),
sum AS (
    INSERT INTO evaluations_publishedsummary (edition_id, {", ".join(SUMMARY_COLUMNS)})
    SELECT edition.id, summary.* FROM edition CROSS JOIN summary ORDER BY committee_id, cell_kind)
SELECT id FROM edition"""


def _publish(committee: Committee, period: Period, *, number: int, reason: str, by: User, at: datetime) -> Edition:
    """Store edition `number` in one statement, and so of one moment. Raises `Refused` where that moment's scores were not settled.

    Asked afterwards: whatever the statement read was committed with its note, and nobody takes notes of these months meanwhile.
    """
    values = bound(committee, committee, period, number - 1) | {"next": number, "reason": reason, "by": by.pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(f"{BESIDE}, {_STORE}", values)
        (key,) = cursor.fetchone()
    edition = Edition.objects.get(pk=key)
    if not edition.changed and number == 1:
        raise Refused({"": _("No cell of this province is counted in this period; there is nothing to publish.")})
    count_anew(committee, period)
    if undone := [*unsettled(committee, period), *filter(None, [not_made(committee, period) if number == 1 else ""])]:
        raise Refused({f"undone.{place}": sentence for place, sentence in enumerate(undone)})
    return edition


MOST_NAMED = 20


def held_up(committee: Committee, period: Period) -> list[Cell]:
    """Cells of the committee that are still to be scored before the period can be closed: at most so many, by name. One query."""
    inside = {"scope_path__gte": committee.scope_path, "scope_path__lt": path_end(committee.scope_path)}
    return list(Cell.objects.filter(changes.waits_to_be_scored(period.end), **inside).order_by("order_key", "pk")[:MOST_NAMED])


def not_over(period: Period, at: datetime) -> str:
    """Why the period can't be closed yet, as a sentence; '' once it is over."""
    if timezone.localdate(at) >= period.end:
        return ""
    return _("This period is not over yet; it can be closed from %(day)s on.") % {"day": f"{period.end:%-d/%-m/%Y}"}


def unsettled(committee: Committee, period: Period) -> list[str]:
    """What is still to be scored of the period's months under the committee, as sentences; empty where every score stands."""
    inside = {"scope_path__gte": committee.scope_path, "scope_path__lt": path_end(committee.scope_path)}
    above = [int(segment) for segment in committee.scope_path.rstrip("/").split("/")]
    related = Committee.objects.filter(**inside) | Committee.objects.filter(pk__in=above)
    sentences = []
    waiting = ChangedCell.objects.filter(**{f"cell__{name}": path for name, path in inside.items()})
    if count := _cells_reached(waiting.values_list("cell_id", "from_month"), period):
        sentences.append(
            ngettext(
                "%(count)s cell was recorded anew and is being scored; it takes a moment.",
                "%(count)s cells were recorded anew and are being scored; it takes a moment.",
                count,
            )
            % {"count": figures.count(count)}
        )
    aside = ChangeSetAside.objects.filter(cell__in=Cell.objects.filter(**inside), from_month__lt=period.end)
    sentences += [
        _("%(cell)s could not be scored (%(error)s); it is tried again every hour.") % {"cell": each.cell, "error": each.error}
        for each in aside.select_related("cell").order_by("pk")[:3]
    ]
    if ChangedScope.objects.filter(Q(committee=None) | Q(committee__in=related)).exists():
        sentences.append(_("A set, a parameter, rules or holidays were changed, and the months they reach are still to be scored."))
    runs = Run.objects.filter(month__gte=period.first, month__lt=period.end)
    unmade = list(runs.filter(state__in=(RunState.RUNNING, RunState.FAILED), committee__in=related).select_related("committee"))
    if months := {run.month for run in unmade if run.state == RunState.RUNNING}:
        sentences.append(_("Scores are being made for %(months)s; wait until that job is done.") % {"months": _named(months)})
    if months := {run.month for run in unmade if run.state == RunState.FAILED and not _made_good(run, runs)}:
        sentences.append(_("The scores of %(months)s were not made to the end; have them made anew.") % {"months": _named(months)})
    return sentences


def _made_good(failed: Run, runs: QuerySet[Run]) -> bool:
    """Whether a later run over the same committee, or over one above it, was done."""
    over_it = path_prefixes(failed.committee.scope_path)
    return runs.filter(state=RunState.DONE, month=failed.month, pk__gt=failed.pk, committee__scope_path__in=over_it).exists()


def _named(months: Iterable[date]) -> str:
    return ", ".join(f"{month:%-m/%Y}" for month in sorted(months))


# A cell that stood under the committee on the first of a month has a score of it, and its longer periods are made of all of its months.
_NOT_MADE = """
SELECT DISTINCT asked.month FROM unnest(%(months)s::date[]) AS asked(month)
CROSS JOIN LATERAL (
    SELECT p.cell_id FROM meetings_placement p
    WHERE p.cell_id IS NOT NULL AND p.during @> asked.month AND p.path >= %(path)s AND p.path < %(path_end)s) placed
LEFT JOIN evaluations_monthscore m ON m.cell_id = placed.cell_id AND m.month = asked.month
LEFT JOIN evaluations_periodscore s ON s.cell_id = placed.cell_id AND s.period_kind = %(kind)s AND s.first_on = %(first)s
WHERE m.id IS NULL OR (%(kind)s <> 'MONTH' AND (s.id IS NULL OR s.months <> (
    SELECT count(*) FROM evaluations_monthscore other
    WHERE other.cell_id = placed.cell_id AND other.month >= %(first)s AND other.month < %(end)s)))"""


def not_made(committee: Committee, period: Period) -> str:
    """Which months of the period cells have no score of yet, as a sentence; '' where each has one. One query."""
    path = path_in(committee, period)
    values = {"kind": period.KIND, "first": period.first, "end": period.end, "path": path, "path_end": path_end(path)}
    with connection.cursor() as cursor:
        cursor.execute(_NOT_MADE, values | {"months": [month.first for month in period.months]})
        months = [month for (month,) in cursor.fetchall()]
    if not months:
        return ""
    words = {"months": _named(months)}
    return _("Some cells have no score yet for %(months)s; the night makes them, or have them made anew.") % words


def _cells_reached(notes, period: Period) -> int:
    """Of the noted cells, how many are to be scored anew in a month of the period."""
    noted: list[tuple[int, date]] = list(notes)
    targets = Targets.from_month_on(noted, until=period.months[-1].first)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT cell_id) FROM ({targets.sql}) AS target(cell_id, month) WHERE month >= %s",
            [*targets.params, period.first],
        )
        return cursor.fetchone()[0]
