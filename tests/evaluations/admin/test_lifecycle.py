"""A set published, ended, given out as a file and taken in again, through the admin's pages."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from evaluations.cloning import clone
from evaluations.models import CriteriaScope, CriteriaSet, RuleDocument, SetAct, SetState, SetVersion
from evaluations.set_entries import as_entry
from evaluations.set_files import write_set
from evaluations.set_history import record
from meetings.models import CellKind, RecordingLock
from tests.evaluations.admin.requests import page_of, save
from tests.factories import make_committee, make_user

TAKE_IN = reverse("admin:evaluations_criteriaset_take_in")


def successor(criteria_set: CriteriaSet, **fields) -> CriteriaSet:
    fields = {"code": "sau", "title": "Phiếu sau", "effective_from": date(2026, 7, 1), "owner": criteria_set.owner} | fields
    return clone(criteria_set=criteria_set, document=criteria_set.document, **fields)


def publish_it(admin, criteria_set, **changes):
    page = page_of(criteria_set, "publish")
    assert admin.get(page).status_code == 200
    return admin.post(page, {"committee": criteria_set.owner_id, "why": "Nghị quyết 5"} | changes)


def problems(response) -> str:
    assert response.status_code == 422, response.status_code
    return str(response.context["form"].errors)


def test_a_draft_is_published_for_some_kinds_of_cell_and_says_so(admin, draft, province):
    assert publish_it(admin, draft, cell_kinds=[CellKind.VILLAGE, CellKind.OFFICE]).status_code == 302
    draft.refresh_from_db()
    assert draft.state == SetState.PUBLISHED
    scopes = CriteriaScope.objects.filter(criteria_set=draft)
    assert {(scope.committee, scope.cell_kind, scope.during.lower) for scope in scopes} == {
        (province, kind, date(2026, 1, 1)) for kind in (CellKind.VILLAGE, CellKind.OFFICE)
    }
    version = draft.versions.get()
    assert (version.act, version.by.username, version.why) == (SetAct.PUBLISHED, "tieu-chi", "Nghị quyết 5")
    page = admin.get(page_of(draft))
    assert "Set an end" in page.content.decode() and "0 score sheets" in page.content.decode()
    assert admin.get(page_of(draft, "publish")).status_code == 403


def test_it_may_be_put_in_force_right_below_and_nowhere_else(admin, draft, province):
    commune, other = make_committee(parent=province), make_committee("Tỉnh khác")
    assert "committee" in problems(publish_it(admin, draft, committee=other.pk))
    below = make_committee("Chi ủy", parent=commune)
    assert "committee" in problems(publish_it(admin, draft, committee=below.pk))
    assert publish_it(admin, draft, committee=commune.pk).status_code == 302


def test_a_faulty_draft_says_what_is_wrong_in_place_of_the_form(admin, draft):
    draft.criteria.filter(code="1").update(max_points=100)
    page = admin.get(page_of(draft, "publish")).content.decode()
    assert "Its best row gives other points" in page and '<form method="post" enctype' not in page
    assert "Its best row gives other points" in problems(admin.post(page_of(draft, "publish"), {"committee": draft.owner_id}))
    draft.refresh_from_db()
    assert draft.state == SetState.DRAFT


def test_a_successor_ends_what_was_in_force_where_that_is_asked_for(admin, published):
    after = successor(published)
    assert "let it end" in problems(publish_it(admin, after))
    assert publish_it(admin, after, ends_others="on").status_code == 302
    published.refresh_from_db()
    assert (published.state, published.superseded_by, published.effective_to) == (SetState.SUPERSEDED, after, date(2026, 7, 1))
    assert published.scopes.get().during.upper == date(2026, 7, 1)
    assert published.versions.latest("number").act == SetAct.SUPERSEDED
    assert admin.get(page_of(published, "end")).status_code == 403


def test_a_successor_for_one_kind_leaves_the_rest_in_force(admin, draft, province):
    publish_it(admin, draft, cell_kinds=[CellKind.VILLAGE, CellKind.OFFICE])
    after = successor(draft)
    publish_it(admin, after, ends_others="on", cell_kinds=[CellKind.VILLAGE])
    draft.refresh_from_db()
    assert draft.state == SetState.PUBLISHED
    assert {scope.cell_kind: scope.during.upper for scope in draft.scopes.all()} == {
        CellKind.VILLAGE: date(2026, 7, 1),
        CellKind.OFFICE: None,
    }


def test_what_comes_into_force_later_or_on_the_same_day_is_in_the_way(admin, published):
    for begins in (published.effective_from, date(2025, 12, 1)):
        before = successor(published, code=f"truoc-{begins}", effective_from=begins)
        assert "comes into force on" in problems(publish_it(admin, before, ends_others="on"))


def test_a_set_does_not_come_into_force_in_a_closed_month(admin, draft, province):
    by = make_user("khoa")
    lock = RecordingLock.objects.create(
        committee=make_committee(parent=province),
        during=(date(2026, 1, 1), date(2026, 4, 1)),
        reason="Đã công bố",
        locked_by=by,
        locked_at=timezone.now(),
    )
    assert "has closed months before 1/4/2026" in problems(publish_it(admin, draft))
    lock.lifted_at = timezone.now()
    lock.save()
    assert publish_it(admin, draft).status_code == 302


def test_a_set_in_force_is_given_an_end_to_come_with_a_reason(admin, published):
    page, today = page_of(published, "end"), timezone.localdate()
    assert "required" in problems(admin.post(page, {"on": today + timedelta(9)}))
    assert "to come" in problems(admin.post(page, {"on": today, "why": "Hết hiệu lực"}))
    assert admin.post(page, {"on": today + timedelta(9), "why": "Hết hiệu lực"}).status_code == 302
    published.refresh_from_db()
    assert published.effective_to == published.scopes.get().during.upper == today + timedelta(9)
    assert admin.post(page, {"on": today + timedelta(20), "why": "Kéo dài"}).status_code == 302
    assert published.scopes.get().during.upper == today + timedelta(20)


def test_an_end_does_not_let_a_set_hold_again_in_closed_months(admin, published, province):
    today = timezone.localdate()
    held_until = today.replace(day=1) - timedelta(100)
    CriteriaScope.objects.filter(criteria_set=published).update(during=(published.effective_from, held_until))
    CriteriaSet.objects.filter(pk=published.pk).update(effective_to=held_until)
    lock = RecordingLock.objects.create(
        committee=make_committee(parent=province),
        during=(held_until, held_until + timedelta(31)),
        reason="Đã công bố",
        locked_by=make_user("khoa"),
        locked_at=timezone.now(),
    )
    said = {"on": today + timedelta(60), "why": "Kéo dài"}
    assert "has closed months before" in problems(admin.post(page_of(published, "end"), said))
    assert published.scopes.get().during.upper == held_until
    lock.lifted_at = timezone.now()
    lock.save()
    assert admin.post(page_of(published, "end"), said).status_code == 302


def test_a_set_goes_out_as_a_file_and_comes_back_the_same(admin, draft, province):
    file = admin.get(page_of(draft, "file"))
    assert file["Content-Disposition"] == 'attachment; filename="minh-hoa.yaml"'
    sent = {"file": SimpleUploadedFile("minh-hoa.yaml", file.content), "code": "lai", "owner": province.pk}
    assert admin.post(TAKE_IN, sent).status_code == 302
    back = CriteriaSet.objects.get(code="lai")
    said, was = as_entry(back), as_entry(draft)
    assert (said.groups, said.parameters, said.rollups, said.thresholds) == (was.groups, was.parameters, was.rollups, was.thresholds)
    assert (back.state, back.owner, back.versions.get().act) == (SetState.DRAFT, province, SetAct.MADE)


FAULTS = {
    "a code that is there": (lambda text: text, "there is a set with the code minh-hoa already"),
    "an unknown measure": (
        lambda text: text.replace("minutes >= 120", "minute >= 120"),
        "no measure “minute”. Is “minutes” meant?",
    ),
    "an unknown line of the frame": (lambda text: text.replace("concretises: '1'", "concretises: '99'"), "the frame has no criterion 99"),
    "a document that is not there": (lambda text: text.replace("42-HD/BTCTW", "43-HD"), "the document 43-HD of"),
    "a frame": (lambda text: text.replace("kind: SHEET", "kind: FRAME").replace("rollup:", "note2:"), "is not known here"),
    "names for what is repeated": (lambda text: text.replace("groups:", "x: &a [1]\ny: *a\ngroups:"), "write the value out"),
    "not UTF-8": (lambda text: text.encode("utf-16"), "not UTF-8"),
    "not YAML": (lambda text: "set: [", "expected"),
    "nothing": (lambda text: "", "empty"),
    "depth": (lambda text: "set: " + "[" * 900_000, "b.yaml:1: lists within lists go too deep"),
    "depth of another kind": (lambda text: "set:\n" + "- " * 400_000, "b.yaml:2: lists within lists go too deep"),
    "depth of keys": (lambda text: "? " * 200_000, "b.yaml:1: lists within lists go too deep"),
    "more faults than are read": (lambda text: text + "".join(f"x{n}: 1\n" for n in range(50_000)), "there are more faults"),
    "thresholds that do not fall": (lambda text: text.replace("good: ", "good: 0."), "Good begins above Fair"),
    "an end before it begins": (lambda text: text.replace("groups:", "effective_to: '2025-01-01'\ngroups:", 1), "ends after it begins"),
    "a day of the year 205": (lambda text: re.sub(r"effective_from: '2026", "effective_from: '0205", text), "Give a day between"),
    "groups that only blanks tell apart": (
        lambda text: text.replace("- code: '1'\n", "- code: 'a  b'\n", 1).replace("- code: '2'\n", "- code: 'a b'\n", 1),
        "the code a b appears twice",
    ),
    "nothing but what is not seen": (lambda text: re.sub(r"(?m)^title: .*$", 'title: "\u200b"', text), "a text is expected here"),
    "a code in capitals": (lambda text: text.replace("set: minh-hoa", "set: Minh_Hoa"), "A code is made of a–z, 0–9 and dashes."),
    "more lines than a sheet has": (
        lambda text: (
            text[: text.index("groups:")]
            + "groups:\n"
            + "".join(
                f"  - code: {group}\n    title: x\n    criteria:\n"
                + "".join(f"      - {{code: {group}.{n}, title: x, kind: JUDGED, clause: x}}\n" for n in range(60))
                for group in "ab"
            )
        ),
        "A set has 100 criteria at most.",
    ),
    "a name not composed": (lambda text: text.replace("Phiếu", "Phie\u0302\u0301u"), "not in composed form"),
    "too much": (lambda text: text + "#" * 1_000_000, "larger than a megabyte"),
    "ten thousand rows": (
        lambda text: re.sub(r"( +)- points: 5\n", r"\1- {points: 1, words: x}\n" * 10_000 + r"\g<0>", text, count=1),
        "a list has 100 entries at most; here are 100",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_named_with_its_line_and_nothing_is_stored(admin, draft, province, fault):
    corrupt, sentence = FAULTS[fault]
    before = CriteriaSet.objects.count()
    text = corrupt(write_set(as_entry(draft)))
    content = text if isinstance(text, bytes) else text.encode()
    page = admin.post(TAKE_IN, {"file": SimpleUploadedFile("b.yaml", content), "owner": province.pk})
    assert sentence in problems(page).replace("&quot;", '"').replace("&#x27;", "'")
    assert CriteriaSet.objects.count() == before


def test_every_change_is_kept_with_who_and_why(admin, draft):
    save(admin, page_of(draft), note="Đổi", why="Góp ý của xã")
    save(admin, page_of(draft.criteria.get(code="1")), title="Thời lượng khác", why="Rõ hơn")
    save(admin, page_of(draft), why="Không đổi gì")
    assert [(version.act, version.by.username, version.why) for version in draft.versions.all()] == [
        (SetAct.CHANGED, "tieu-chi", "Góp ý của xã"),
        (SetAct.CHANGED, "tieu-chi", "Rõ hơn"),
    ]
    assert "Thời lượng khác" in draft.versions.latest("number").text
    assert RuleDocument.objects.exists()


def test_the_history_says_what_each_change_changed(admin, draft):
    save(admin, page_of(draft), note="Đổi", why="Góp ý của xã")
    save(admin, page_of(draft.criteria.get(code="1")), title="Thời lượng khác", why="Rõ hơn")
    page = admin.get(page_of(draft, "history")).content.decode()
    assert page.index("Rõ hơn") < page.index("Góp ý của xã")
    assert "became “Thời lượng khác”" in page
    for number in range(30):
        draft.note = f"Lần {number}"
        draft.save()
        record(criteria_set=draft, act=SetAct.CHANGED, by=None, at=timezone.now())
    pages = [admin.get(page_of(draft, "history"), {"page": number}).context["rows"] for number in (1, 2, 3, 4)]
    assert [version.number for page in pages for version, _is_later, _diff in page] == list(range(32, 0, -1))
    assert [len(page) for page in pages] == [10, 10, 10, 2]
    assert all(diff for page in pages for version, _is_later, diff in page if version.number > 1)
    assert pages[3][-1][1:] == (False, None)


def test_a_version_that_cannot_be_read_any_more_is_said_to_be_so(admin, draft):
    save(admin, page_of(draft), note="Đổi")
    SetVersion.objects.create(criteria_set=draft, number=2, act=SetAct.CHANGED, at=timezone.now(), text="set: [")
    page = admin.get(page_of(draft, "history"))
    assert page.status_code == 200 and "can't be read any more" in page.content.decode()


def test_a_frame_without_points_is_compared_too(admin, draft):
    frames = {each.code: each for each in CriteriaSet.objects.filter(kind="FRAME")}
    page = admin.get(page_of(frames["frame-2025"], "compare"), {"before": frames["frame-2018"].pk})
    assert page.status_code == 200 and page.context["diff"].lines
    assert admin.get(page_of(draft, "compare"), {"before": frames["frame-2018"].pk}).status_code == 200


def test_what_changed_from_another_set_is_read_in_words(admin, draft):
    sample = CriteriaSet.objects.get(code="an-phu-2025")
    save(admin, page_of(draft.criteria.get(code="1")), clause="Dòng khác")
    assert admin.get(page_of(draft, "compare")).context["diff"] is None
    page = admin.get(page_of(draft, "compare"), {"before": sample.pk}).content.decode()
    assert "became “Dòng khác”" in page and "kept: <strong>27</strong>" in page
    for hostile in ("0", "x", "999999999999999999999", str(draft.pk)):
        answer = admin.get(page_of(draft, "compare"), {"before": hostile})
        assert answer.status_code == 200 and answer.context["form"].errors


def test_conformity_names_what_the_sheet_leaves_out(admin, draft):
    draft.criteria.filter(concretises__code="1").update(concretises=None)
    page = admin.get(page_of(draft, "conformity")).content.decode()
    assert "left out: <strong>1</strong>" in page and "Of its own, nothing of the frame" in page
    CriteriaSet.objects.filter(pk=draft.pk).update(based_on=None)
    assert "based on no frame" in admin.get(page_of(draft, "conformity")).content.decode()
