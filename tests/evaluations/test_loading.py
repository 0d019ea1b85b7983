"""From the criteria files to the tables, once and again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluations.conditions import Asked
from evaluations.criteria_files import FaultyFiles, read_criteria
from evaluations.loading import load_criteria
from evaluations.models import Condition, CriteriaScope, CriteriaSet, Criterion, Row, RuleDocument, SetState
from evaluations.set_entries import as_entry
from tests.evaluations.test_criteria_files import SHEET, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

ALL = ("frame-2018", "frame-2025", "an-phu-2025")


def rows_of_everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (RuleDocument, CriteriaSet, Criterion, Row, Condition)]


def test_what_is_stored_is_what_the_files_say():
    files = read_criteria()
    loaded = load_criteria(files=files)

    assert loaded.sets_made == ALL
    assert {entry.code: as_entry(CriteriaSet.objects.get(code=entry.code)) for entry in files.sets} == {
        entry.code: entry for entry in files.sets
    }


def test_frames_are_published_references_and_the_sample_is_a_draft_that_is_in_force_nowhere():
    load_criteria(files=read_criteria())
    states = dict(CriteriaSet.objects.values_list("code", "state"))
    assert states == {"frame-2018": SetState.PUBLISHED, "frame-2025": SetState.PUBLISHED, "an-phu-2025": SetState.DRAFT}
    assert not CriteriaScope.objects.exists()
    assert not CriteriaSet.objects.exclude(owner=None).exists()


def test_loading_again_changes_nothing():
    load_criteria(files=read_criteria())
    before = rows_of_everything()

    again = load_criteria(files=read_criteria())
    assert (again.documents_made, again.sets_made, again.unchanged, again.kept) == ((), (), ALL, ())
    assert rows_of_everything() == before


@pytest.mark.parametrize(("state", "why"), [(SetState.DRAFT, "delete the draft"), (SetState.PUBLISHED, "never changes")])
def test_an_edited_set_is_left_as_it_is_and_said_so(state, why):
    load_criteria(files=read_criteria())
    Row.objects.filter(criterion__code="4.7").update(words="Sửa tay")
    CriteriaSet.objects.filter(code="an-phu-2025").update(state=state)
    before = rows_of_everything()

    out = StringIO()
    call_command("load_criteria", stdout=out)
    assert rows_of_everything() == before
    assert "an-phu-2025 was left as it is" in out.getvalue()
    assert why in out.getvalue()


def test_an_edited_document_is_left_as_it_is_and_said_so():
    load_criteria(files=read_criteria())
    RuleDocument.objects.filter(number="42-HD/BTCTW").update(title="Sửa tay")

    assert load_criteria(files=read_criteria()).kept == (("42-HD/BTCTW (28/10/2025)", "it was edited after loading"),)
    assert RuleDocument.objects.get(number="42-HD/BTCTW").title == "Sửa tay"


def test_a_sheet_that_could_not_be_published_is_refused_with_its_line_and_nothing_is_stored(tmp_path):
    unsound = SHEET.replace("points: 2.5, words", "points: 2.5, when: minutes >= 10, words").replace(
        "    points: 10\n    crit", "    points: 11\n    crit"
    )
    with pytest.raises(FaultyFiles) as refusal:
        load_criteria(files=read_criteria(write(tmp_path, sheet=unsound)))

    assert refusal.value.faults == [
        "sheet.yaml:16: 1.10: Its last row must hold in every case: give it no conditions.",
        "sheet.yaml:1: Group 1: The points of its criteria (10) do not add up to the group's (11).",
    ]


def test_the_command_names_every_fault_and_loads_nothing(tmp_path):
    write(tmp_path, sheet=SHEET.replace("minutes >=", "minute >=").replace("kind: COMPUTED", "kind: X"))
    with pytest.raises(CommandError, match=r"(?s)Nothing was loaded.*sheet.yaml:19.*sheet.yaml:23"):
        call_command("load_criteria", folder=tmp_path)
    assert not RuleDocument.objects.exists()


def test_a_parameter_is_that_of_its_own_set():
    load_criteria(files=read_criteria())
    condition = Condition.objects.get(parameter__code="speakers-top")
    assert Asked.of(condition) == Asked("speakers_rate", ">", parameter="speakers-top")
    assert condition.row.criterion.criteria_set == condition.parameter.criteria_set
