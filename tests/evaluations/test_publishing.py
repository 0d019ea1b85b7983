"""The life of a set: cloned, checked, published."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from evaluations.cloning import clone
from evaluations.criteria_files import read_criteria
from evaluations.definition import definition_of
from evaluations.loading import load_criteria
from evaluations.models import (
    Condition,
    CriteriaScope,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Parameter,
    Row,
    RuleDocument,
    SetKind,
    SetState,
)
from evaluations.publishing import NotPublishable, publish
from evaluations.set_entries import as_entry
from evaluations.set_faults import faults_of
from meetings.models import CellKind, Committee, Level
from tests.evaluations.month import NOW
from tests.factories import make_committee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def lay() -> tuple[Committee, CriteriaSet]:
    load_criteria(files=read_criteria())
    return make_committee(name="Tỉnh ủy Minh Họa", level=Level.PROVINCE), CriteriaSet.objects.get(code="an-phu-2025")


@pytest.fixture
def province(laid) -> Committee:
    return laid[0]


@pytest.fixture
def sample(laid) -> CriteriaSet:
    return laid[1]


def copy_of(original: CriteriaSet, owner: Committee, code: str = "minh-hoa", **fields) -> CriteriaSet:
    fields = {"title": "Phiếu của tỉnh", "effective_from": date(2026, 1, 1), "document": RuleDocument.objects.latest("issued_on")} | fields
    return clone(criteria_set=original, code=code, owner=owner, **fields)


def line(criteria_set: CriteriaSet, code: str) -> Criterion:
    return criteria_set.criteria.get(code=code)


def sentences(criteria_set: CriteriaSet) -> list[tuple[str, str]]:
    return [(fault.where, fault.sentence) for fault in faults_of(criteria_set)]


def test_the_sample_has_no_faults(sample, django_assert_num_queries):
    with django_assert_num_queries(13):
        assert faults_of(sample) == []


def test_a_clone_is_the_same_down_to_its_conditions_and_shares_nothing(sample, province):
    copy = copy_of(sample, province)

    said, original = as_entry(copy), as_entry(sample)
    assert (said.groups, said.parameters, said.thresholds, said.rollups, said.based_on) == (
        original.groups,
        original.parameters,
        original.thresholds,
        original.rollups,
        "frame-2025",
    )
    assert [rollup.period for rollup in said.rollups] == ["QUARTER", "HALF", "YEAR"]
    assert (copy.kind, copy.state, copy.owner, faults_of(copy)) == (SetKind.SHEET, SetState.DRAFT, province, [])
    assert copy.public_id != sample.public_id
    assert {
        condition.parameter.criteria_set_id
        for condition in Condition.objects.filter(row__criterion__criteria_set=copy).exclude(parameter=None)
    } == {copy.pk}

    Row.objects.filter(criterion__criteria_set=copy).update(words="Khác")
    assert as_entry(sample) == original


def test_a_clone_of_a_frame_is_a_sheet_that_concretises_it_and_has_faults(sample, province):
    frame = CriteriaSet.objects.get(code="frame-2025")
    copy = copy_of(frame, province)

    assert (copy.kind, copy.based_on) == (SetKind.SHEET, frame)
    assert {entry.code: entry.concretises for entry in as_entry(copy).criteria} == {
        entry.code: entry.code for entry in as_entry(frame).criteria
    }
    assert ("1", "It has no rows, so nothing can match.") in sentences(copy)
    with pytest.raises(NotPublishable):
        publish(criteria_set=copy, committee=province, by=None, at=NOW)


def _without_rows(copy):
    line(copy, "1").rows.all().delete()


def _last_row_asks(copy):
    Condition.objects.create(row=line(copy, "1").rows.last(), measure="minutes", comparison=">=", value=1)


def _first_row_asks_nothing(copy):
    Condition.objects.filter(row=line(copy, "1").rows.first()).delete()


def _shadowed_row(copy):
    first = line(copy, "1").rows.first()
    first.conditions.all().delete()
    Condition.objects.create(row=first, measure="unexcused", comparison=">=", value=0)


def _never_applies(copy):
    for comparison in (">", "<"):
        Condition.objects.create(criterion=line(copy, "1"), measure="minutes", comparison=comparison, value=60)


def _one_row(copy):
    Row.objects.filter(criterion=line(copy, "3.2"), points=0).delete()
    Condition.objects.filter(row__criterion=line(copy, "3.2")).delete()


def _one_level(copy):
    Row.objects.filter(criterion=line(copy, "3.1"), points=0).delete()


def _best_row_too_low(copy):
    Row.objects.filter(criterion=line(copy, "4.7"), points=100).update(points=50)


def _no_points(copy):
    Criterion.objects.filter(pk=line(copy, "4.7").pk).update(max_points=None)


def _sum_of_group(copy):
    CriterionGroup.objects.filter(criteria_set=copy, code="2").update(max_points=600)


def _group_without_points(copy):
    CriterionGroup.objects.filter(criteria_set=copy, code="2").update(max_points=None)


def _strange_measure(copy):
    Condition.objects.filter(row__criterion=line(copy, "4.7")).update(measure="mood")


def _strange_condition_of_applying(copy):
    Condition.objects.filter(criterion=line(copy, "7")).update(measure="mood")


def _no_thresholds(copy):
    CriteriaSet.objects.filter(pk=copy.pk).update(good_from=None, fair_from=None, average_from=None)


def _good_out_of_reach(copy):
    CriteriaSet.objects.filter(pk=copy.pk).update(good_from=101_00)


def _no_criteria(copy):
    copy.criteria.all().delete()


def _frame(copy):
    CriteriaSet.objects.filter(pk=copy.pk).update(kind=SetKind.FRAME)


@pytest.mark.parametrize(
    ("broken", "where", "sentence"),
    [
        (_without_rows, "1", "It has no rows, so nothing can match."),
        (_last_row_asks, "1", "Its last row must hold in every case: give it no conditions."),
        (_first_row_asks_nothing, "1", "A row without conditions stands before others, which can never match."),
        (
            _shadowed_row,
            "1",
            "Row 2 can never match: its conditions exclude each other, or the rows before it take every case.",
        ),
        (_never_applies, "1", "It never applies: its conditions exclude each other."),
        (_one_row, "3.2", "It gives the same points whatever the facts are."),
        (_one_level, "3.1", "It has one level, so the cell has nothing to choose."),
        (_best_row_too_low, "4.7", "Its best row gives other points than the criterion's maximum."),
        (_no_points, "4.7", "It has no points."),
        (_sum_of_group, "Group 2", "The points of its criteria (5) do not add up to the group's (6)."),
        (_group_without_points, "Group 2", "The group has no points."),
        (_strange_measure, "4.7", "There is no measure “mood”."),
        (_strange_condition_of_applying, "7", "There is no measure “mood”."),
        (_no_thresholds, "Phiếu của tỉnh", "It does not say from how many points on a month is Good, Fair and Average."),
        (_good_out_of_reach, "Phiếu của tỉnh", "Good starts above the points that can be reached."),
        (_no_criteria, "Phiếu của tỉnh", "The set has no criteria."),
        (_frame, "Phiếu của tỉnh", "A frame is cited and never scores, so it has no scope."),
    ],
)
def test_a_broken_sheet_is_not_published(sample, province, broken, where, sentence):
    copy = copy_of(sample, province)
    broken(copy)
    copy.refresh_from_db()

    assert (where, sentence) in sentences(copy)
    with pytest.raises(NotPublishable) as refusal:
        publish(criteria_set=copy, committee=province, by=None, at=NOW)
    assert sentence in str(refusal.value)
    assert not CriteriaScope.objects.exists()
    copy.refresh_from_db()
    assert copy.state == SetState.DRAFT


def test_publishing_puts_a_sheet_in_force_from_its_day_on(sample, province):
    copy = publish(
        criteria_set=copy_of(sample, province), committee=province, cell_kinds=(CellKind.VILLAGE, CellKind.OFFICE), by=None, at=NOW
    )

    assert copy.state == SetState.PUBLISHED
    scopes = CriteriaScope.objects.filter(criteria_set=copy).order_by("cell_kind")
    assert [(scope.committee, scope.cell_kind, scope.during.lower, scope.during.upper) for scope in scopes] == [
        (province, CellKind.OFFICE, date(2026, 1, 1), None),
        (province, CellKind.VILLAGE, date(2026, 1, 1), None),
    ]


def test_a_published_set_is_not_published_twice(sample, province):
    copy = publish(criteria_set=copy_of(sample, province), committee=province, by=None, at=NOW)
    with pytest.raises(NotPublishable, match="It is published already"):
        publish(criteria_set=copy, committee=make_committee(name="Khác"), by=None, at=NOW)


def test_two_sheets_are_not_in_force_for_the_same_cells_at_once(sample, province):
    publish(criteria_set=copy_of(sample, province), committee=province, by=None, at=NOW)
    second = copy_of(sample, province, code="thu-hai")
    with pytest.raises(NotPublishable, match="for the same cells"):
        publish(criteria_set=second, committee=province, by=None, at=NOW)
    with pytest.raises(IntegrityError, match="one_set_in_force_per_committee_kind_and_part"), transaction.atomic():
        CriteriaScope.objects.create(criteria_set=second, committee=province, during=(date(2026, 2, 1), None))

    for_villages = copy_of(sample, province, code="thu-ba")
    publish(criteria_set=for_villages, committee=province, cell_kinds=(CellKind.VILLAGE,), by=None, at=NOW)  # more exact, so no equal


def test_a_set_with_an_end_does_not_end_for_good_what_goes_on_after_it(sample, province):
    always = publish(criteria_set=copy_of(sample, province), committee=province, by=None, at=NOW)
    during = {"effective_from": date(2026, 8, 1)}
    august = copy_of(sample, province, code="thang-tam", **during)
    august.effective_to = date(2026, 9, 1)
    august.save()
    with pytest.raises(NotPublishable, match="from 1/9/2026 on nothing would be in force"):
        publish(criteria_set=august, committee=province, ends_others=True, by=None, at=NOW)
    assert always.scopes.get().during.upper is None
    after = copy_of(sample, province, code="ve-sau", effective_from=date(2026, 9, 1))
    publish(criteria_set=after, committee=province, ends_others=True, by=None, at=NOW)
    publish(criteria_set=august, committee=province, ends_others=True, by=None, at=NOW)
    spans = CriteriaScope.objects.filter(committee=province).order_by("during").values_list("during", flat=True)
    assert [(span.lower, span.upper) for span in spans] == [
        (date(2026, 1, 1), date(2026, 8, 1)),
        (date(2026, 8, 1), date(2026, 9, 1)),
        (date(2026, 9, 1), None),
    ]


def test_lines_stand_in_their_order_in_a_clone(sample, province):
    codes = [entry.criterion.code for entry in definition_of(copy_of(sample, province))]
    assert codes == [entry.criterion.code for entry in definition_of(sample)]
    assert Parameter.objects.filter(criteria_set__code="minh-hoa").count() == 3


def test_a_published_set_is_read_once_and_a_draft_every_time(sample, province, django_assert_num_queries):
    draft = copy_of(sample, province)
    definition_of(draft)
    first = draft.criteria.first()
    Criterion.objects.filter(pk=first.pk).update(title="Đổi tên")
    assert definition_of(draft).lines[0].criterion.title == "Đổi tên"
    published = publish(criteria_set=draft, committee=province, by=None, at=NOW)
    definition_of(published)
    with django_assert_num_queries(0):
        assert definition_of(published).criteria_set is published
