"""What a set says beyond its lines, edited in the admin: parts of the total, joint caps, limits of the class, roll-up rules."""

import pytest

from evaluations.models import CriterionGroup, Grade, GradeLimit, GroupPart, RollupRule, SetVersion
from evaluations.set_entries import as_entry
from tests.evaluations.admin.requests import as_user, errors, new_rollup, page_of, save, typed
from tests.factories import make_committee, make_user


def new_limit(draft, place: int = 0, **changes) -> dict[str, str]:
    fields = {"order": "1", "at_most": "FAIR", "words": "Kết quả thấp", "clause": "mục 7", "criteria_set": f"{draft.pk}"} | changes
    named = {f"grade_limits-{place}-{name}": value for name, value in fields.items()}
    return {"grade_limits-TOTAL_FORMS": f"{place + 1}", **named}


def test_a_group_is_made_a_part_of_the_total(admin, draft):
    fields = {"code": "T", "title": "Điểm thưởng", "max_points": "5", "part": "BONUS", "order": "9", "criteria_set": f"{draft.pk}"}
    count = draft.groups.count()
    save(
        admin, page_of(draft), **{"groups-TOTAL_FORMS": f"{count + 1}", **{f"groups-{count}-{name}": said for name, said in fields.items()}}
    )
    made = CriterionGroup.objects.get(criteria_set=draft, code="T")
    assert (made.part, made.max_points) == (GroupPart.BONUS, 5_00)
    assert "bonus, at most 5" not in admin.get(page_of(draft)).content.decode(), "it has no criteria yet"
    draft.criteria.filter(code="8.3").update(group=made)
    assert "bonus, at most 5" in admin.get(page_of(draft)).content.decode()


def test_a_joint_cap_is_added_and_changed(admin, draft):
    keys = {line.code: str(line.pk) for line in draft.criteria.all()}
    cap = {"points": "13", "lines": [keys["4.2"], keys["4.3"]], "clause": "ghi chú", "criteria_set": f"{draft.pk}"}
    save(admin, page_of(draft), **{"joint_caps-TOTAL_FORMS": "1", **{f"joint_caps-0-{name}": said for name, said in cap.items()}})
    (kept,) = as_entry(draft).joint_caps
    assert (kept.points, kept.lines, kept.clause) == (13_00, ("4.2", "4.3"), "ghi chú")
    save(admin, page_of(draft), **{"joint_caps-0-lines": [keys["4.2"], keys["4.5"]]})
    assert as_entry(draft).joint_caps[0].lines == ("4.2", "4.5")
    assert SetVersion.objects.filter(criteria_set=draft).count() == 2
    for code in ("4.2", "4.5"):
        assert draft.joint_caps.exists()
        admin.post(page_of(draft.criteria.get(code=code), "delete"), {"post": "yes"})
    assert not draft.joint_caps.exists(), "a cap of nothing"


def test_another_sets_criteria_are_not_offered_and_not_taken(admin, draft):
    other = draft.based_on.criteria.first()
    cap = {"points": "13", "lines": [str(other.pk)], "clause": "ghi chú", "criteria_set": f"{draft.pk}"}
    response = save(
        admin, page_of(draft), **{"joint_caps-TOTAL_FORMS": "1", **{f"joint_caps-0-{name}": said for name, said in cap.items()}}
    )
    assert "is not one of the available choices" in errors(response)
    response = save(admin, page_of(draft), **new_limit(draft, criterion=str(other.pk), fewer_than="3"))
    assert "is not one of the available choices" in errors(response)
    assert not draft.joint_caps.exists() and not draft.grade_limits.exists()


def test_a_limit_asks_for_points_and_for_facts(admin, draft):
    line = draft.criteria.get(code="7")
    save(admin, page_of(draft), **new_limit(draft, criterion=str(line.pk), fewer_than="22.5", when="unexcused >= 1; is_secret = no"))
    limit = GradeLimit.objects.get(criteria_set=draft)
    assert (limit.at_most, limit.criterion, limit.fewer_than, limit.position) == (Grade.FAIR, line, 22_50, 1)
    assert [str(condition) for condition in limit.conditions.all()] == ["unexcused >= 1.00", "is_secret = 0.00"]
    assert typed(admin.get(page_of(draft)))["grade_limits-0-when"] == "unexcused >= 1; is_secret = no"
    save(admin, page_of(draft), **{"grade_limits-0-when": "", "grade_limits-0-at_most": "POOR"})
    limit.refresh_from_db()
    assert limit.at_most == Grade.POOR and not limit.conditions.exists()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"fewer_than": "5"}, "Say of which criterion or group, and fewer than how many points; or neither."),
        ({"criterion": "7"}, "Say of which criterion or group, and fewer than how many points; or neither."),
        ({"criterion": "7", "group": "7", "fewer_than": "5"}, "Name a criterion or a group, not both."),
        ({"when": "minutess > 3"}, "Is “minutes” meant?"),
        ({"at_most": "GOOD", "when": "minutes > 3"}, "GOOD is not one of the available choices."),
    ],
)
def test_a_faulty_limit_is_refused_and_nothing_is_lost(admin, draft, asked, sentence):
    keys = {"criterion": str(draft.criteria.get(code="7").pk), "group": str(draft.groups.get(code="7").pk)}
    said = {name: keys.get(name, value) for name, value in asked.items()}
    response = save(admin, page_of(draft), **new_limit(draft, **said))
    assert sentence in errors(response)
    assert "Kết quả thấp" in response.content.decode() and not draft.grade_limits.exists()


RUNGS = [
    {"order": "1", "grade": "GOOD", "when": "below_fair = 0; good >= 9", "words": "Mọi tháng từ Khá, 9 tháng Tốt"},
    {"order": "2", "grade": "POOR", "when": "", "words": "Còn lại"},
]


def rollup_fields(rows=RUNGS, **changes) -> dict[str, str]:
    own = {"period_kind": "YEAR", "missing_month": "SKIP", "unverified_month": "PROVISIONAL", "clause": "điểm 3", "reading": ""} | changes
    inline = {"rows-TOTAL_FORMS": f"{len(rows)}", "rows-INITIAL_FORMS": "0"}
    return own | inline | {f"rows-{place}-{name}": said for place, row in enumerate(rows) for name, said in row.items()}


def test_a_rollup_rule_is_made_changed_and_deleted(admin, draft):
    draft.rollup_rules.all().delete()
    response = admin.post(new_rollup(draft), rollup_fields())
    assert response.url == page_of(draft)
    (rule,) = as_entry(draft).rollups
    assert [(row.grade, [str(asked) for asked in row.when]) for row in rule.rows] == [
        ("GOOD", ["below_fair = 0", "good >= 9"]),
        ("POOR", []),
    ]
    page = admin.get(page_of(draft)).content.decode()
    assert "Mọi tháng từ Khá, 9 tháng Tốt" in page
    stored = RollupRule.objects.get(criteria_set=draft)
    save(admin, page_of(stored), **{"rows-0-when": "mean >= 90", "missing_month": "ZERO", "why": "theo góp ý"})
    (rule,) = as_entry(draft).rollups
    assert (rule.missing_month, str(rule.rows[0].when[0])) == ("ZERO", "mean >= 90")
    assert admin.post(page_of(stored, "delete"), {"post": "yes"}).url == page_of(draft)
    assert as_entry(draft).rollups == ()
    assert [version.why for version in SetVersion.objects.filter(criteria_set=draft).order_by("pk")] == [
        "",
        "theo góp ý",
        "The roll-up rule for Year is deleted.",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rows": [{**RUNGS[0], "when": "minutes > 3"}, RUNGS[1]]}, "There is no measure “minutes”."),
        ({"rows": [{**RUNGS[0], "when": "good >= 13"}, RUNGS[1]]}, "is a whole number of months, from 0 to 12."),
        ({"period_kind": "MONTH"}, "MONTH is not one of the available choices."),
        ({"clause": ""}, "This field is required."),
    ],
)
def test_a_faulty_rollup_rule_is_refused(admin, draft, changes, sentence):
    draft.rollup_rules.all().delete()
    response = admin.post(new_rollup(draft), rollup_fields(**changes))
    assert sentence in errors(response)
    assert not draft.rollup_rules.exists()


def test_a_set_has_one_rule_for_each_kind_of_period(admin, draft):
    kinds = set(draft.rollup_rules.values_list("period_kind", flat=True))
    assert "YEAR" in kinds
    assert "The set has a rule for this kind of period already." in errors(admin.post(new_rollup(draft), rollup_fields()))


def test_what_keeps_a_rule_from_being_published_stands_on_its_page(admin, draft):
    rule = draft.rollup_rules.get(period_kind="YEAR")
    rule.rows.order_by("position").last().delete()
    page = admin.get(page_of(rule)).content.decode()
    assert "Its last row must hold in every case: give it no conditions." in page
    assert "<code>below_fair</code>" in page


def test_the_rules_of_anothers_set_are_not_found_and_of_a_published_one_only_read(admin, draft, published, central):
    rule = published.rollup_rules.first()
    assert admin.get(page_of(rule)).status_code == 200
    assert admin.post(page_of(rule), rollup_fields()).status_code == 403
    other = as_user(make_user("khac", criteria_admin_of=make_committee("Tỉnh ủy Khác", parent=central)))
    assert other.get(page_of(rule)).status_code == 404
    assert other.post(new_rollup(draft), rollup_fields()).status_code == 404
