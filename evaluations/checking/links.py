"""The line of one cell's month, link by link: what is stored, and where a second way comes to something else.

set in force → facts → points → total → what was decided → month → each committee above → where points are lost; then the quarter,
half-year and year that the month lies in, each with the committees above it. Every link is made again from the stored link before it, so
a fault is named where it is and not where it ends up. Then each edition of the closed periods in which the month lies, from its own rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from evaluations.checking.editions import editions_over, figures_of, words_of
from evaluations.checking.facts import facts_of, facts_of_sitting
from evaluations.checking.losses import losses_under, stored_losses
from evaluations.checking.months import month_score_of, stored_sums, sums_under
from evaluations.checking.periods import period_score_of, period_sums_under
from evaluations.checking.points import committee_keys, evaluate_plainly, settle, sum_up
from evaluations.definition import Definition, definition_of
from evaluations.delegating import values_applied
from evaluations.explaining import explain
from evaluations.measures import MEASURES
from evaluations.models import (
    ChangedScope,
    ChangeSetAside,
    CriteriaScope,
    CriteriaSet,
    MonthFacts,
    MonthScore,
    PeriodScore,
    ScoreSheet,
    ScoreState,
    SheetPart,
    SheetState,
)
from evaluations.periods import Month, Period, longer_periods_of
from evaluations.scoring import Scored
from meetings.models import Cell, ChangedCell, Committee


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the second way sees otherwise."""

    what: str
    stored: object
    again: object

    def __str__(self) -> str:
        return f"{self.what}: stored {self.stored}, again {self.again}"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the line: its numbers in words, and the differences."""

    name: str
    words: tuple[str, ...]
    differences: tuple[Difference, ...]


def scored_month(cell: Cell | None, month: date | None) -> tuple[Cell, date] | None:
    """The cell and month to look at: of those asked for (either may be left open), the latest that is scored."""
    scores = MonthScore.objects.filter(state=ScoreState.SCORED).select_related("cell")
    scores = scores.filter(cell=cell) if cell else scores
    scores = scores.filter(month=month) if month else scores
    latest = scores.order_by("-month", "cell_id").first()
    return (latest.cell, latest.month) if latest else None


def waiting_changes(path: str) -> int:
    """How many noted changes wait to be measured: of cells under a path, and of subtrees. Until then a difference may be theirs."""
    cells = Cell.objects.under(path)
    notes = (ChangedCell.objects.filter(cell__in=cells), ChangeSetAside.objects.filter(cell__in=cells), ChangedScope.objects.all())
    return sum(waiting.count() for waiting in notes)


def line_of(cell: Cell, month: date, *, today: date) -> Iterator[Link]:
    """The links of the cell's month (its first day given), from the set down to the central committee's sum."""
    facts = MonthFacts.objects.filter(cell=cell, month=month, part=SheetPart.MONTH).first()
    again = facts_of(cell, month, as_of=facts.measured_on if facts else today)
    sent = ScoreSheet.objects.select_related("criteria_set", "decision").filter(cell=cell, month=month).exclude(state=SheetState.DRAFT)
    sheet = sent.filter(part=SheetPart.MONTH).first()
    yield from _of_sheet(facts, again, sheet)
    for other in sent.filter(part=SheetPart.THEMATIC).select_related("meeting__cell").order_by("meeting"):
        measured = MonthFacts.objects.filter(meeting=other.meeting, part=SheetPart.THEMATIC).first()
        as_of = measured.measured_on if measured else today
        for link in _of_sheet(measured, facts_of_sitting(other.meeting, SheetPart.THEMATIC, as_of=as_of), other):
            yield replace(link, name=f"{link.name} (thematic {other.meeting.held_on})")
    score = MonthScore.objects.filter(cell=cell, month=month).first()
    yield _month(score, month_score_of(cell, month, facts, sheet))
    if score:
        yield from _committees(score, Month.of(month))
        yield _losses(score)
        for period in longer_periods_of(Month.of(month)):
            yield from _longer(cell, period, today)
        yield from _editions(score)


def _of_sheet(facts: MonthFacts | None, again: dict[str, object] | None, sheet: ScoreSheet | None) -> Iterator[Link]:
    """From the set in force to what was decided, of one sheet."""
    yield _set_in_force(facts, again)
    yield _facts(facts, again)
    if facts and sheet and sheet.criteria_set:
        definition = definition_of(sheet.criteria_set)
        yield _points(definition, facts, sheet)
        yield _total(definition, sheet)
        if sheet.is_verified:
            yield _official(definition, sheet)


def _differences(stored: Mapping[str, object], again: Mapping[str, object]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, stored.get(name), again.get(name))
        for name in dict.fromkeys([*stored, *again])
        if stored.get(name) != again.get(name)
    )


def _columns(row: MonthFacts | MonthScore | PeriodScore | None) -> dict[str, object]:
    fields = [field for field in row._meta.concrete_fields if not field.primary_key and field.name != "of_sitting"] if row else ()
    return {field.attname: getattr(row, field.attname) for field in fields}


def _set_in_force(facts: MonthFacts | None, again: dict[str, object] | None) -> Link:
    if facts is None or again is None:
        return Link("set in force", ("no facts, so none is asked for",), ())
    stored, key = facts.criteria_set, again["criteria_set_id"]
    return Link(
        "set in force",
        tuple(_words_of_set(stored, facts.held_on)) if stored else ("none",),
        _differences({"set": stored and str(stored)}, {"set": key and str(CriteriaSet.objects.get(pk=key))}),
    )


def _words_of_set(criteria_set: CriteriaSet, day: date) -> Iterator[str]:
    yield f"{criteria_set}, {criteria_set.document}"
    for scope in CriteriaScope.objects.filter(criteria_set=criteria_set, during__contains=day).select_related("committee"):
        yield f"put in force by {scope.committee} from {scope.during.lower}"


def _facts(facts: MonthFacts | None, again: dict[str, object] | None) -> Link:
    stored = _columns(facts)
    # The set has a link of its own.
    compared = [{name: value for name, value in (row or {}).items() if name != "criteria_set_id"} for row in (stored, again)]
    words = ["no regular or combined sitting was held"]
    if facts:
        words = [f"sitting of {facts.held_on}, measured as of {facts.measured_on}"]
        words += [f"{measure.label}: {measure.says(facts)}" for measure in MEASURES.values()]
    return Link("facts", tuple(words), _differences(*compared))


def _points(definition: Definition, facts: MonthFacts, sheet: ScoreSheet) -> Link:
    plain = evaluate_plainly(definition, facts, sheet.levels)
    words, stored, again = [], {}, {}
    scored = Scored.kept(definition, sheet)
    for explained in explain(definition, facts, scored, values_applied(definition, facts)):
        line = explained.line
        asked = line.criterion.asks_level
        code = f"{line.criterion.code}"
        shown = "–" if explained.points is None else f"{explained.points / 100:g}"
        words.append(f"{code}: {shown} of {line.max_points / 100:g} · {explained.rule} · {line.criterion.clause}")
        words += [f"{code}: {limit.label}: {limit.words} ({limit.source})" for limit in explained.limits]
        stored |= {f"outcome of {code}": sheet.outcome[line.index], f"computed points of {code}": sheet.computed[line.index]}
        points = None if asked else plain.points[line.index]
        again |= {f"outcome of {code}": int(plain.outcome[line.index]), f"computed points of {code}": points}
    return Link("points", tuple(words), _differences(stored, again))


def _total(definition: Definition, sheet: ScoreSheet) -> Link:
    plain = settle(definition, sheet.outcome, sheet.limits or [])
    gained = sum(points for points in plain.points if points is not None)
    words = [
        f"{gained / 100:g} of {plain.counted_max / 100:g} that count, over {definition.max_points / 100:g}: "
        f"{'–' if sheet.total is None else f'{sheet.total / 100:g}'} {sheet.get_grade_display()}".rstrip(),
    ]
    limits = Scored.kept(definition, sheet).classed(definition).limits
    words += [f"at most {limit.at_most.label}: {limit.words} · {limit.clause}" for limit in limits]
    return Link(
        "total",
        tuple(words),
        _differences(
            {"total": sheet.total, "counted maximum": sheet.counted_max, "class": sheet.grade},
            {"total": plain.total, "counted maximum": plain.counted_max, "class": plain.grade},
        ),
    )


def _official(definition: Definition, sheet: ScoreSheet) -> Link:
    """What the committee decided: its points stand whatever the facts become, its total and class are theirs."""
    plain = sum_up(definition, sheet.outcome, sheet.verified, sheet.verified_limits or [])
    beyond = [
        f"{line.criterion.code}"
        for line, points in zip(definition, sheet.verified, strict=True)
        if not line.min_points <= (points or 0) <= line.max_points
    ]
    return Link(
        "official",
        (f"decided {sheet.decision.decided_at:%d/%m/%Y}: {sheet.verified_total / 100:g} {sheet.get_verified_grade_display()}",),
        _differences(
            {"total": sheet.verified_total, "class": sheet.verified_grade, "lines over their points": ", ".join(beyond)},
            {"total": plain.total, "class": plain.grade, "lines over their points": ""},
        ),
    )


def _month(score: MonthScore | None, again: dict[str, object] | None) -> Link:
    words = ["the cell is not counted in this month"]
    if score:
        total = "no points" if score.total is None else f"{score.total / 100:g} points"
        words = [f"{score.get_state_display()}, {total} {score.get_grade_display()}".rstrip(), f"counted under {score.counted_path}"]
    return Link("month", tuple(words), _differences(_columns(score), again or {}))


def _longer(cell: Cell, period: Period, today: date) -> Iterator[Link]:
    score = PeriodScore.objects.filter(cell=cell, period_kind=period.KIND, first_on=period.first).first()
    again = period_score_of(cell.pk, period, as_of=today)
    words = ["not rolled up"]
    if score:
        total = "no points" if score.total is None else f"{score.total / 100:g} points"
        by_month = ", ".join("–" if points is None else f"{points / 100:g}" for points in score.points_by_month)
        words = [f"{score.get_state_display()}, {total} {score.get_grade_display()}".rstrip(), f"by month: {by_month}"]
        words += [f"row {score.outcome + 1} of {score.rule}"] if score.outcome is not None else []
    yield Link(str(period), tuple(words), _differences(_columns(score), again or {}))
    if score:
        yield from _committees(score, period)


def _committees(score: MonthScore | PeriodScore, period: Period) -> Iterator[Link]:
    committees = Committee.objects.in_bulk(committee_keys(score.counted_path))
    for key in committee_keys(score.counted_path):
        committee = committees[key]
        path = score.counted_path[: score.counted_path.index(committee.segment) + len(committee.segment)]
        stored = stored_sums(key, period.first, period.KIND)
        again = sums_under(path, period.first) if isinstance(period, Month) else period_sums_under(path, period)
        yield Link(
            f"{committee.level.lower().replace('_', ' ')}, {period}: {committee}",
            (_words_of_sums(sum(stored.values(), Counter())),),
            _differences(
                *({f"{kind} {name}": count for kind, sums in all_.items() for name, count in sums.items()} for all_ in (stored, again))
            ),
        )


def _losses(score: MonthScore) -> Link:
    """Where the points of the committee right above go: over a whole country it would take the plain way hours."""
    path = score.counted_path.removesuffix("/").rpartition("/")[0] + "/"
    stored, again = stored_losses(score.committee_id, score.month), losses_under(path, score.month)
    named = (
        {f"{kind} {name}, frame {frame}": row[name] for (kind, frame), row in losses.items() for name in row} for losses in (stored, again)
    )
    lost = sum(sum(row["lost"]) for row in stored.values())
    return Link("points lost", (f"{score.committee}: {lost / 100:g} points, by the frame's criteria",), _differences(*named))


def _editions(score: MonthScore) -> Iterator[Link]:
    for edition in editions_over(score.counted_path, score.month):
        stored, again = figures_of(edition, score.cell_id, score.counted_path)
        yield Link(f"edition {edition.number} of {edition.period}", tuple(words_of(edition, stored)), _differences(stored, again))


def _words_of_sums(sums: Counter) -> str:
    classes = ", ".join(f"{name} {sums[name]}" for name in ("good", "fair", "average", "poor"))
    mean = f", mean {sums['points'] / 100 / sums['scored']:.2f}" if sums["scored"] else ""
    return f"{sums['cells']} cells, {sums['held']} held, {sums['sent']} sent, {sums['scored']} scored ({classes}){mean}"
