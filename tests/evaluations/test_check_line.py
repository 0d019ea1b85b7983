"""`manage.py check_line`: a sound line passes, and a fault in any one link is found and named."""

from collections.abc import Callable
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Model, QuerySet

from evaluations import changes
from evaluations.models import CommitteeSummary, CriteriaSet, LossSummary, MonthFacts, MonthScore, PeriodScore, ScoreSheet
from evaluations.periods import Month, longer_periods_of
from evaluations.review import Way, decide
from evaluations.submission import submit
from meetings.models import Meeting, Placement
from tests.evaluations.month import NOVEMBER, NOW, TODAY, RecordedMonth, filled_in, posted, recorded_month
from tests.factories import make_cell, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_month() -> RecordedMonth:
    month = recorded_month()
    filled_in(month)
    posted(month)
    submit(meeting=month.meeting, by=month.people.user, at=NOW, expected_version=month.sheet.version)
    changes.take_changes(as_of=TODAY, at=NOW)
    changes.take_scopes(as_of=TODAY, at=NOW)
    return month


def check(**options) -> str:
    output = StringIO()
    call_command("check_line", stdout=output, no_color=True, **options)
    return output.getvalue()


def test_a_sound_line_is_printed_with_its_numbers_and_passes(sent_month):
    said = check()
    sheet = sent_month.sheet
    assert f"({sent_month.people.cell.public_id}), 11/2026" in said
    links = [line for line in said.splitlines() if line and not line.startswith(" ")]
    above = Placement.objects.get(cell=sheet.cell).parent
    assert links[1:6] == ["set in force", "facts", "points", "total", "month"]
    assert links[6].endswith(f"2026-11: {above}") and links[-1] == "Every link agrees."
    for period in longer_periods_of(Month.of(sheet.month)):
        assert links[links.index(str(period)) + 1].endswith(f"{period}: {above}")
        assert PeriodScore.objects.get(cell=sheet.cell, period_kind=period.KIND, first_on=period.first).total == sheet.total
    assert said.count("the same, made another way") == len(links) - 2
    assert str(sent_month.criteria_set) in said and f"{sheet.total / 100:g}" in said
    for criterion in sent_month.criteria_set.criteria.all():
        assert any(line.strip().startswith(f"{criterion.code}: ") and line.endswith(criterion.clause) for line in said.splitlines())


def of_kind(model: type[Model], kind: str) -> QuerySet:
    """What is stored of the period of that kind that the month lies in."""
    period = next(each for each in longer_periods_of(Month.of(NOVEMBER)) if kind == each.KIND)
    return model.objects.filter(period_kind=kind, first_on=period.first)


def other_set(month: RecordedMonth) -> None:
    MonthFacts.objects.update(criteria_set=CriteriaSet.objects.get(code="an-phu-2025"))


CORRUPTIONS: dict[str, tuple[str, Callable[[RecordedMonth], object]]] = {
    "the set": ("set in force", other_set),
    "a fact": ("facts", lambda month: MonthFacts.objects.update(tasks_assigned=F("tasks_assigned") + 1)),
    "a sitting": ("facts", lambda month: Meeting.objects.filter(pk=month.meeting.pk).update(ideology_minutes=3)),
    "a lost fact": ("facts", lambda month: MonthFacts.objects.all().delete()),
    "a point": ("points", lambda month: ScoreSheet.objects.update(computed=[0] * 28)),
    "an outcome": ("points", lambda month: ScoreSheet.objects.update(outcome=[0] * 27 + [1])),
    "a level": ("points", lambda month: ScoreSheet.objects.update(levels=[1] * 28)),
    "the total": ("total", lambda month: ScoreSheet.objects.update(total=1)),
    "the class": ("total", lambda month: ScoreSheet.objects.update(grade="POOR")),
    "the counted maximum": ("total", lambda month: ScoreSheet.objects.update(counted_max=1)),
    "the month": ("month", lambda month: MonthScore.objects.update(total=F("total") - 1)),
    "the month's place": ("month", lambda month: MonthScore.objects.update(held_on_day=True)),
    "a lost month": ("month", lambda month: MonthScore.objects.all().delete()),
    "a sum": ("Đảng ủy", lambda month: CommitteeSummary.objects.update(points=F("points") + 1)),
    "a count": ("Đảng ủy", lambda month: CommitteeSummary.objects.update(sent=0)),
    "a lost summary": ("Đảng ủy", lambda month: CommitteeSummary.objects.all().delete()),
    "a loss": ("points lost", lambda month: LossSummary.objects.update(most=[1])),
    "a lost loss": ("points lost", lambda month: LossSummary.objects.all().delete()),
    "a quarter": ("2026-Q4", lambda month: of_kind(PeriodScore, "QUARTER").update(total=F("total") + 1)),
    "a half-year's class": ("2026-H2", lambda month: of_kind(PeriodScore, "HALF").update(grade="POOR")),
    "a year's months": ("2026", lambda month: of_kind(PeriodScore, "YEAR").update(held=0, sent=0)),
    "a lost year": ("2026", lambda month: of_kind(PeriodScore, "YEAR").delete()),
    "a quarter's sum": ("2026-Q4: Đảng ủy", lambda month: of_kind(CommitteeSummary, "QUARTER").update(held=F("held") + 1)),
}


def links_named(complaint: pytest.ExceptionInfo) -> list[str]:
    return str(complaint.value).removeprefix("The two ways differ at: ").split("; ")


def test_a_fault_is_found_and_its_link_named_first(sent_month):
    for fault, (link, corrupt) in CORRUPTIONS.items():
        with transaction.atomic():
            corrupt(sent_month)
            with pytest.raises(CommandError) as complaint:
                check(cell=sent_month.people.cell.public_id, month="2026-11")
            assert link in links_named(complaint)[0], fault
            transaction.set_rollback(True)
    assert "Every link agrees." in check()


def test_a_fault_is_named_where_it_is_and_not_where_it_ends_up(sent_month):
    # Wrong points are handed on to where points are lost. A wrong total is handed on to the month's score, a wrong month to the sums above.
    # A wrong month is handed on to the three longer periods too; a sum is kept for each of the four.
    for fault, count in {
        "a point": 2,
        "a loss": 1,
        "the total": 2,
        "the month": 5,
        "a sum": 4,
        "a quarter": 2,
        "a quarter's sum": 1,
    }.items():
        _link, corrupt = CORRUPTIONS[fault]
        with transaction.atomic():
            corrupt(sent_month)
            with pytest.raises(CommandError) as complaint:
                check()
            assert len(links_named(complaint)) == count, fault
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "fault",
    [{}, {"verified_total": F("verified_total") - 1}, {"verified_grade": "POOR"}, {"verified": [9900] + [0] * 27}],
    ids=["none", "total", "class", "points"],
)
def test_what_the_committee_decided_is_made_again(sent_month, fault):
    sheet, committee = sent_month.sheet, Placement.objects.get(cell=sent_month.people.cell).parent
    office = make_user("van-phong", office_of=committee)
    decide(committee=committee, sheets={sheet.public_id: sheet.seen}, way=Way.OWN, by=office, at=NOW)
    changes.take_changes(as_of=TODAY, at=NOW)
    changes.take_scopes(as_of=TODAY, at=NOW)
    assert f"\nofficial\n    decided 05/11/2026: {sheet.own_total / 100:g}" in check()
    if fault:
        ScoreSheet.objects.update(**fault)
        with pytest.raises(CommandError) as complaint:
            check()
        assert links_named(complaint)[0] == "official"


def test_changes_that_wait_are_told(sent_month):
    Meeting.objects.filter(pk=sent_month.meeting.pk).update(ideology_minutes=3)
    with pytest.raises(CommandError, match="changes wait to be measured"):
        check()
    changes.take_changes(as_of=TODAY, at=NOW)
    assert "Every link agrees." in check()


def test_a_month_that_is_not_sent_or_not_held_is_checked_too():
    month = recorded_month(with_set=False)
    changes.take_changes(as_of=TODAY, at=NOW)
    assert "Every link agrees." in check(cell=month.people.cell.public_id, month="2026-11")
    assert "no regular or combined sitting was held" in check(cell=month.people.cell.public_id, month="2026-10")


def test_what_is_not_there_is_a_plain_sentence():
    with pytest.raises(CommandError, match="No month is scored yet"):
        check()
    with pytest.raises(CommandError, match="No cell has the public id"):
        check(cell=uuid4())
    with pytest.raises(CommandError, match="YYYY-MM"):
        check(month="11/2026")
    cell = make_cell()
    with pytest.raises(CommandError, match="No month is scored yet"):
        check(cell=cell.public_id)
    assert "the cell is not counted in this month" in check(cell=cell.public_id, month="2024-01")
