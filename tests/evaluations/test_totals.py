"""What a set says of its total beyond its lines: bonus, deductions, joint caps and limits of the class, by hand-reckoned examples.

That SQL and plain Python agree on random ones is in `test_compiler` and `test_scoring`.
"""

from dataclasses import replace
from random import Random

import pytest
from django.urls import reverse

from evaluations.checking.points import evaluate_plainly, sum_up
from evaluations.conditions import parse
from evaluations.definition import Cap, ClassLimit, Definition, Level, Line, definition_of
from evaluations.models import (
    CriteriaSet,
    Criterion,
    CriterionGroup,
    CriterionKind,
    Grade,
    GradeLimit,
    GroupPart,
    JointCap,
    MonthFacts,
    Row,
    ScoreSheet,
)
from evaluations.review import Way, decide
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from evaluations.set_files import read_set, write_set
from evaluations.sheet_lines import Answer
from evaluations.storing import store_conditions, store_set
from evaluations.summing import summing
from evaluations.totals import Summed, classify, official_class, sum_points
from tests.evaluations.admin.requests import as_user
from tests.evaluations.month import RecordedMonth, drafted, put_in_force, recorded_month, with_totals
from tests.evaluations.sent_months import LATER, send
from tests.factories import make_committee, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

BASE, BONUS, DEDUCTION = GroupPart.BASE, GroupPart.BONUS, GroupPart.DEDUCTION


def line(index: int, most: int, part: str = BASE) -> Line:
    worths = (most, 0) if most > 0 else (0, most)
    criterion = Criterion(code=f"{index + 1}", title="Dòng", max_points=max(0, most), kind=CriterionKind.JUDGED, group=GROUPS[part])
    return Line(index, criterion, tuple(Level(points, "Mức") for points in worths), part=part)


GROUPS = {part: CriterionGroup(pk=place, code=part, title=part, part=part) for place, part in enumerate(GroupPart, start=1)}
# 60 + 40 of the sheet, up to 5 on top, up to 8 off.
LINES = (line(0, 60_00), line(1, 40_00), line(2, 5_00, BONUS), line(3, 5_00, BONUS), line(4, -6_00, DEDUCTION), line(5, -6_00, DEDUCTION))
SHEET = Definition(
    CriteriaSet(good_from=90_00, fair_from=70_00, average_from=50_00), LINES, group_caps=(Cap(5_00, (2, 3)), Cap(8_00, (4, 5)))
)


@pytest.mark.parametrize(
    ("points", "total"),
    [
        ((60_00, 40_00, 0, 0, 0, 0), 100_00),
        ((50_00, 30_00, 2_00, 0, 0, 0), 82_00),
        # No more than five on top, whatever the two lines give.
        ((50_00, 30_00, 4_00, 4_00, 0, 0), 85_00),
        ((50_00, 30_00, 0, 0, -3_00, 0), 77_00),
        # No more than eight off.
        ((50_00, 30_00, 0, 0, -6_00, -6_00), 72_00),
        # Never above the sheet's points, and never below nothing.
        ((60_00, 40_00, 5_00, 0, 0, 0), 100_00),
        ((2_00, 0, 0, 0, -6_00, 0), 0),
        # What does not apply is left out of the sheet's points only: 48 of 60 are 80 of 100.
        ((48_00, None, 2_00, None, -1_00, None), 81_00),
        ((None, None, 5_00, 5_00, -6_00, 0), None),
    ],
)
def test_bonus_and_deductions_are_capped_and_stay_within_the_sheets_points(points, total):
    assert sum_points(SHEET, points).total == total


def test_lines_under_a_joint_cap_count_no_more_than_it_and_weigh_no_more():
    capped = replace(SHEET, lines=(line(0, 60_00), line(1, 40_00), line(2, 20_00)), group_caps=(), caps=(Cap(50_00, (1, 2)),))
    assert capped.max_points == 110_00
    assert sum_points(capped, (60_00, 40_00, 20_00)).total == 110_00
    assert sum_points(capped, (60_00, 40_00, 0)).total == 100_00
    # Where one of them is left out, the other stands for itself: 80 of 100.
    assert sum_points(capped, (60_00, 20_00, None)) == Summed(100_00, 88_00)


LIMITS = (
    ClassLimit(Grade.FAIR, "Dòng 2 dưới 30 điểm", "mục 5", (1,), 30_00),
    ClassLimit(Grade.AVERAGE, "Có trường hợp bị kỷ luật", "mục 6"),
)


@pytest.mark.parametrize(
    ("total", "points", "holding", "grade", "named"),
    [
        (95_00, (60_00, 35_00), (0,), Grade.GOOD, []),
        (92_00, (60_00, 29_99), (0,), Grade.FAIR, [0]),
        # Its facts do not hold.
        (92_00, (60_00, 29_99), (), Grade.GOOD, []),
        (92_00, (60_00, 29_99), (0, 1), Grade.AVERAGE, [0, 1]),
        # A line that does not apply falls short of nothing.
        (92_00, (60_00, None), (0,), Grade.GOOD, []),
        # What is lower already is not limited.
        (65_00, (60_00, 5_00), (0,), Grade.AVERAGE, []),
        (None, (None, None), (0, 1), None, []),
    ],
)
def test_a_limit_keeps_the_class_down_and_is_named(total, points, holding, grade, named):
    sheet = replace(SHEET, lines=LINES[:2], group_caps=(), limits=LIMITS)
    classed = classify(sheet, total, points, holding)
    assert (classed.grade, classed.limits) == (grade, tuple(LIMITS[place] for place in named))


def test_each_step_to_a_total_is_a_sentence():
    assert summing(SHEET, (60_00, 40_00, 0, 0, 0, 0)) == ()
    assert summing(SHEET, (48_00, None, 4_00, 4_00, -1_00, 0)) == (
        "48 of the 60 points that apply this month; over 100 points that is 80.",
        "“BONUS” adds 5 points (5 at most).",
        "“DEDUCTION” takes 1 points off (8 at most).",
    )
    assert summing(SHEET, (60_00, 40_00, 3_00, 0, 0, 0))[-1] == "The total stays between 0 and 100 points."
    capped = replace(SHEET, lines=(line(0, 60_00), line(1, 40_00), line(2, 20_00)), group_caps=(), caps=(Cap(50_00, (1, 2)),))
    assert summing(capped, (60_00, 40_00, 20_00)) == ("2, 3 together have 60 points and count as 50, the most that they give.",)


def test_without_its_lines_a_set_has_what_is_said_of_the_rest():
    whole = replace(SHEET, caps=(Cap(70_00, (0, 1)),), limits=(*LIMITS, replace(LIMITS[0], indices=(0, 1))))
    less = whole.without({"2", "4"})
    assert [each.criterion.code for each in less] == ["1", "3", "5", "6"] and [each.index for each in less] == [0, 1, 2, 3]
    assert (less.caps, less.group_caps) == ((Cap(70_00, (0,)),), (Cap(5_00, (1,)), Cap(8_00, (2, 3))))
    # The limit on the second line went with it; the one on both asks for the first.
    assert [limit.indices for limit in less.limits] == [(), (0,)]


@pytest.fixture
def month() -> RecordedMonth:
    """A month recorded under a set with everything."""
    month = recorded_month(with_set=False)
    committee = month.people.cell.placements.get().parent
    month.criteria_set = put_in_force(committee, draft=with_totals(drafted(committee)))
    return month


def test_a_sent_month_is_scored_with_them_and_each_decision_comes_to_what_plain_python_makes_of_it(month):
    send(month, {"line_T_2": Answer(level=0), "line_Đ_2": Answer(level=1)})
    definition, places = definition_of(month.criteria_set), {line.criterion.code: line.index for line in definition_of(month.criteria_set)}
    sheet = month.sheet
    assert [definition.lines[places[code]].part for code in ("1", "T.1", "Đ.1")] == [BASE, BONUS, DEDUCTION]
    facts = MonthFacts.objects.get()
    assert (sheet.total, sheet.grade) == (evaluate_plainly(definition, facts, sheet.levels).total, sheet.own_total and sheet.grade)
    office = make_user("van-phong", office_of=month.people.cell.placements.get().parent)
    grades = set()
    for seed in range(30):
        rng = Random(seed)
        own = [line.max_points if rng.random() < 0.8 else rng.randint(line.min_points, line.max_points) for line in definition]
        limits = [place for place in range(len(definition.limits)) if rng.random() < 0.4]
        ScoreSheet.objects.update(state="SUBMITTED", decision=None, verified=None, own=own, limits=limits)
        sheet = month.sheet
        decide(sheets={sheet.public_id: sheet.seen}, committee=sheet.cell.placements.get().parent, by=office, at=LATER, way=Way.OWN)
        sheet = month.sheet
        plain = sum_up(definition, sheet.outcome, sheet.verified, limits)
        assert (sheet.verified_total, sheet.verified_grade, sheet.verified_limits) == (plain.total, plain.grade, limits)
        assert official_class(sheet).grade == plain.grade
        grades.add((plain.grade, bool(official_class(sheet).limits)))
    assert {grade for grade, _limited in grades} == {*Grade.values} and {limited for _grade, limited in grades} == {True, False}


def test_what_the_cell_reads_says_how_the_total_came_about_and_what_limits_the_class(month):
    send(month, {"line_T_2": Answer(level=0), "line_Đ_2": Answer(level=1)})
    ScoreSheet.objects.update(limits=[2], grade=Grade.POOR)
    address = reverse("cell_explanation", args=[month.people.cell.public_id, "2026-11"])
    page = as_user(month.people.user).get(address).content.decode()
    for words in (
        "“Điểm thưởng” adds 2 points (3 at most).",
        "“Điểm trừ” takes 2 points off (4 at most).",
        "Từ 3 đồng chí vắng không lý do",
    ):
        assert words in page, words
    assert "at most Poor" in page and "(điểm 3)" in page
    assert ">−2</b><" in page, "a deduction gives nothing out of nothing"


def test_a_set_with_all_of_them_is_written_and_read_as_the_same_and_has_no_faults():
    draft = with_totals(drafted(make_committee()))
    entry = as_entry(draft)
    assert read_set("", write_set(entry).encode()) == entry
    assert faults_of(draft) == []
    again = store_set(entry=replace(entry, code="lai"), document=draft.document)
    assert replace(as_entry(again), code=draft.code) == entry
    assert definition_of(again).caps == definition_of(draft).caps and len(definition_of(again).limits) == 3


FAULTY = {
    "a deduction that gives": (
        lambda draft: draft.criteria.filter(code="Đ.1").update(max_points=1_00),
        "Đ.1",
        "A deduction gives no points: its best row, and its points, are 0.",
    ),
    "a row below nothing elsewhere": (
        lambda draft: Row.objects.filter(criterion__code="3.1", criterion__criteria_set=draft, position=2).update(points=-1),
        "3.1",
        "A row takes points off; only those of a deduction may.",
    ),
    "a cap that is never reached": (
        lambda draft: draft.joint_caps.update(points=15_00),
        "4.2, 4.3",
        "The joint cap is never reached: its criteria have no more points together.",
    ),
    "a cap over two groups": (
        lambda draft: draft.joint_caps.get().lines.add(draft.criteria.get(code="5.1")),
        "4.2, 4.3, 5.1",
        "A joint cap holds for criteria of one group, and a group of bonus or deductions is capped by its own points.",
    ),
    "a line under two caps": (
        lambda draft: JointCap.objects.create(criteria_set=draft, points=1_00, clause="1").lines.set(
            draft.criteria.filter(code__in=["4.3", "4.5"])
        ),
        "4.3, 4.5",
        "A criterion stands under two joint caps.",
    ),
    "a limit that always holds": (
        lambda draft: GradeLimit.objects.create(criteria_set=draft, position=9, at_most=Grade.FAIR, words="Luôn", clause="1"),
        "Luôn",
        "The limit names neither points nor conditions, so it would hold for every cell.",
    ),
    "a limit above the points": (
        lambda draft: draft.grade_limits.filter(position=1).update(fewer_than=31_00),
        "Kết quả dưới 24 điểm",
        "The limit asks for more points than there are, so it would hold for every cell.",
    ),
    "a limit on what comes later": (
        lambda draft: store_conditions(parse("conclusion_lag_days > 2"), {}, limit=draft.grade_limits.get(position=3)),
        "Từ 3 đồng chí vắng không lý do",
        "The limit asks for a fact that comes after the sitting; let it ask for the points of its criterion.",
    ),
    "a bonus in full where it does not apply": (
        lambda draft: (
            store_conditions(parse("uses_handbook = yes"), {}, criterion=draft.criteria.get(code="T.1")),
            draft.criteria.filter(code="T.1").update(not_applicable="FULL"),
        ),
        "T.1",
        "A bonus that does not apply is not given: choose no points.",
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_what_is_wrong_with_them_is_said_before_publishing(case):
    draft = with_totals(drafted(make_committee()))
    spoil, where, sentence = FAULTY[case]
    spoil(draft)
    assert (where, sentence) in [(fault.where, fault.sentence) for fault in faults_of(draft)]
