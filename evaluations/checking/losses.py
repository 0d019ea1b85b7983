"""Where the points of a month go, made again slowly from each cell's sheet: the twin of `evaluations.losses`."""

from datetime import date

from evaluations.checking.months import in_subtree
from evaluations.checking.points import settle
from evaluations.definition import Definition, definition_of
from evaluations.models import Criterion, GroupPart, LossSummary, MonthScore, ScoreSheet, ScoreState

SUMS = ("most", "lost", "compared", "own", "computed")
# (kind of cell, key of the frame) → by name of the sum, one number per criterion of the frame
Losses = dict[tuple[str, int], dict[str, list[int]]]


def losses_under(path: str, month: date) -> Losses:
    """Over all sent and scored sheets in the subtree of `path`, straight from the cells and not from level to level."""
    losses: Losses = {}
    definitions: dict[int, Definition] = {}
    scores = in_subtree(MonthScore.objects.filter(month=month, state=ScoreState.SCORED), path)
    for score in scores.select_related("sheet__criteria_set"):
        criteria_set = score.sheet.criteria_set
        if criteria_set.based_on_id is None:
            continue
        if criteria_set.pk not in definitions:
            definitions[criteria_set.pk] = definition_of(criteria_set)
        _add(losses, (score.cell_kind, criteria_set.based_on_id), definitions[criteria_set.pk], score.sheet)
    return losses


def _add(losses: Losses, key: tuple[str, int], definition: Definition, sheet: ScoreSheet) -> None:
    frame = list(Criterion.objects.filter(criteria_set=key[1]).order_by("position"))
    points = sheet.verified if sheet.verified is not None else settle(definition, sheet.outcome, []).points
    for line, worth, own, computed in zip(definition, points, sheet.own or [None] * len(definition), sheet.computed, strict=True):
        if line.criterion.concretises not in frame or line.part == GroupPart.BONUS:
            continue
        sums = losses.setdefault(key, {name: [0] * len(frame) for name in SUMS})
        place = frame.index(line.criterion.concretises)
        if worth is not None:
            sums["most"][place] += line.max_points
            sums["lost"][place] += line.max_points - worth
        if own is not None and computed is not None:
            sums["compared"][place] += 1
            sums["own"][place] += own
            sums["computed"][place] += computed


def stored_losses(committee_id: int, month: date) -> Losses:
    """The stored rows of a committee's month, in the shape of `losses_under`."""
    return {
        (row.cell_kind, row.frame_id): {name: getattr(row, name) for name in SUMS}
        for row in LossSummary.objects.filter(committee=committee_id, month=month)
    }
