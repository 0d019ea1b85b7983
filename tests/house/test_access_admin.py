"""Who gets which page of the admin: a table written by hand, walked over every URL of the admin site. It asks nothing of `permissions`.

The rows' objects are the province's: its draft, its rules, its holiday, its value of a parameter; the document is one that everyone cites.
The columns:

  nobody    not logged in                                 criteria   the province's criteria admin
  own       the secretary of a cell                       below      the criteria admin of a commune in it
  office    the office of the commune above the cell      above      the criteria admin of the Central Committee
  province  the board of the province                     elsewhere  the criteria admin of another province
  auditor   the province's auditor

An entry is the status of GET, then (after a slash) of a POST that says nothing; one entry stands for both. `door` is 302 to the admin's
login, which leads on to the product's login page or refuses with the reason. A word after @ says whose object it is, where it matters.
"""

from dataclasses import dataclass
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import path
from django.utils import timezone

from evaluations import cloning
from evaluations.consulting import send_round
from evaluations.models import CriteriaSet, ParameterValue, RuleDocument
from meetings.models import DemoData, Holiday, Level, MeetingRules
from meetings.permissions import YES
from tests.evaluations.month import drafted, put_in_force
from tests.factories import make_cell, make_committee, make_user
from tests.house.access import differences, read_table, sessions_of, undeclared, walked

pytestmark = pytest.mark.django_db

TABLE = read_table(r"""
name                                               nobody    own       office    province  auditor   criteria  below     above     elsewhere
index                                              door      door      door      door      door      200       200       200       200
login                                              in        403       403       403       403       302       302       302       302
logout                                             door      302       302       302       302       302/in    302/in    302/in    302/in
password_change                                    door      door      door      door      door      302       302       302       302
password_change_done                               door      door      door      door      door      200/405   200/405   200/405   200/405
autocomplete                                       door      door      door      door      door      403/405   403/405   403/405   403/405
jsi18n                                             door      door      door      door      door      200/405   200/405   200/405   200/405
view_on_site                                       door      door      door      door      door      404       404       404       404
auth_group_changelist                              in        door      door      door      door      403       403       403       403
auth_group_add                                     in        door      door      door      door      403       403       403       403
auth_group_history                                 in        door      door      door      door      403       403       403       403
auth_group_delete                                  in        door      door      door      door      403       403       403       403
auth_group_change                                  in        door      door      door      door      403       403       403       403
admin/auth/group/<path:object_id>/                 in        door      door      door      door      302       302       302       302
meetings_meetingrules_changelist                   in        door      door      door      door      200       200       200       200
meetings_meetingrules_add                          in        door      door      door      door      200       200       200       200
meetings_meetingrules_history                      in        door      door      door      door      200       200/403   404       404
meetings_meetingrules_delete                       in        door      door      door      door      200/302   403       404       404
meetings_meetingrules_change                       in        door      door      door      door      200       200/403   404       404
admin/meetings/meetingrules/<path:object_id>/      in        door      door      door      door      302       302       302       302
meetings_holiday_changelist                        in        door      door      door      door      200       200       200       200
meetings_holiday_add                               in        door      door      door      door      200       200       200       200
meetings_holiday_history                           in        door      door      door      door      200       200/403   404       404
meetings_holiday_delete                            in        door      door      door      door      200/302   403       404       404
meetings_holiday_change                            in        door      door      door      door      200       200/403   404       404
admin/meetings/holiday/<path:object_id>/           in        door      door      door      door      302       302       302       302
evaluations_criterion_changelist                   in        door      door      door      door      302       302       302       302
evaluations_criterion_add                          in        door      door      door      door      200       403       404       404
evaluations_criterion_fill                         in        door      door      door      door      200/422   403       404       404
evaluations_criterion_fill@published               in        door      door      door      door      403       403       404       404
evaluations_criterion_fill@national                in        door      door      door      door      403       403       403       403
evaluations_criterion_history                      in        door      door      door      door      200       200/403   404       404
evaluations_criterion_history@published            in        door      door      door      door      200/403   200/403   404       404
evaluations_criterion_history@national             in        door      door      door      door      200/403   200/403   200/403   200/403
evaluations_criterion_delete                       in        door      door      door      door      200/302   403       404       404
evaluations_criterion_delete@published             in        door      door      door      door      403       403       404       404
evaluations_criterion_delete@national              in        door      door      door      door      403       403       403       403
evaluations_criterion_change                       in        door      door      door      door      200       200/403   404       404
evaluations_criterion_change@published             in        door      door      door      door      200/403   200/403   404       404
evaluations_criterion_change@national              in        door      door      door      door      200/403   200/403   200/403   200/403
admin/evaluations/criterion/<path:object_id>/      in        door      door      door      door      302       302       302       302
evaluations_rolluprule_changelist                  in        door      door      door      door      302       302       302       302
evaluations_rolluprule_add                         in        door      door      door      door      200       403       404       404
evaluations_rolluprule_history                     in        door      door      door      door      200       200/403   404       404
evaluations_rolluprule_history@published           in        door      door      door      door      200/403   200/403   404       404
evaluations_rolluprule_history@national            in        door      door      door      door      200/403   200/403   200/403   200/403
evaluations_rolluprule_delete                      in        door      door      door      door      200/302   403       404       404
evaluations_rolluprule_delete@published            in        door      door      door      door      403       403       404       404
evaluations_rolluprule_delete@national             in        door      door      door      door      403       403       403       403
evaluations_rolluprule_change                      in        door      door      door      door      200       200/403   404       404
evaluations_rolluprule_change@published            in        door      door      door      door      200/403   200/403   404       404
evaluations_rolluprule_change@national             in        door      door      door      door      200/403   200/403   200/403   200/403
admin/evaluations/rolluprule/<path:object_id>/     in        door      door      door      door      302       302       302       302
evaluations_ruledocument_changelist                in        door      door      door      door      200       200       200       200
evaluations_ruledocument_add                       in        door      door      door      door      200       200       200       200
evaluations_ruledocument_history                   in        door      door      door      door      200/403   200/403   200/403   200/403
evaluations_ruledocument_delete                    in        door      door      door      door      403       403       403       403
evaluations_ruledocument_change                    in        door      door      door      door      200/403   200/403   200/403   200/403
admin/evaluations/ruledocument/<path:object_id>/   in        door      door      door      door      302       302       302       302
evaluations_criteriaset_changelist                 in        door      door      door      door      200       200       200       200
evaluations_criteriaset_add                        in        door      door      door      door      200       200       200       200
evaluations_criteriaset_take_in                    in        door      door      door      door      200/422   200/422   200/422   200/422
evaluations_criteriaset_publish                    in        door      door      door      door      200/422   403       404       404
evaluations_criteriaset_publish@published          in        door      door      door      door      403       403       404       404
evaluations_criteriaset_publish@national           in        door      door      door      door      403       403       403       403
evaluations_criteriaset_send_round                 in        door      door      door      door      200/422   403       404       404
evaluations_criteriaset_send_round@sent            in        door      door      door      door      403       403       404       404
evaluations_criteriaset_send_round@published       in        door      door      door      door      403       403       404       404
evaluations_criteriaset_send_round@national        in        door      door      door      door      403       403       403       403
evaluations_criteriaset_take_back                  in        door      door      door      door      403       403       404       404
evaluations_criteriaset_take_back@sent             in        door      door      door      door      200/302   403       404       404
evaluations_criteriaset_take_back@national         in        door      door      door      door      403       403       403       403
evaluations_criteriaset_change@sent                in        door      door      door      door      200/403   200/403   404       404
evaluations_criteriaset_delete@sent                in        door      door      door      door      403       403       404       404
evaluations_criteriaset_end                        in        door      door      door      door      403       403       404       404
evaluations_criteriaset_end@published              in        door      door      door      door      200/422   403       404       404
evaluations_criteriaset_end@national               in        door      door      door      door      403       403       403       403
evaluations_criteriaset_file                       in        door      door      door      door      200/405   200/405   404/405   404/405
evaluations_criteriaset_file@national              in        door      door      door      door      200/405   200/405   200/405   200/405
evaluations_criteriaset_compare                    in        door      door      door      door      200/405   200/405   404/405   404/405
evaluations_criteriaset_conformity                 in        door      door      door      door      200/405   200/405   404/405   404/405
evaluations_criteriaset_history                    in        door      door      door      door      200/405   200/405   404/405   404/405
evaluations_criteriaset_history@published          in        door      door      door      door      200/405   200/405   404/405   404/405
evaluations_criteriaset_history@national           in        door      door      door      door      200/405   200/405   200/405   200/405
evaluations_criteriaset_delete                     in        door      door      door      door      200/302   403       404       404
evaluations_criteriaset_delete@published           in        door      door      door      door      403       403       404       404
evaluations_criteriaset_delete@national            in        door      door      door      door      403       403       403       403
evaluations_criteriaset_change                     in        door      door      door      door      200       200/403   404       404
evaluations_criteriaset_change@published           in        door      door      door      door      200/403   200/403   404       404
evaluations_criteriaset_change@national            in        door      door      door      door      200/403   200/403   200/403   200/403
admin/evaluations/criteriaset/<path:object_id>/    in        door      door      door      door      302       302       302       302
evaluations_parametervalue_changelist              in        door      door      door      door      200       200       200       200
evaluations_parametervalue_add                     in        door      door      door      door      200       200       200       200
evaluations_parametervalue_history                 in        door      door      door      door      200       200/403   404       404
evaluations_parametervalue_delete                  in        door      door      door      door      200/302   403       404       404
evaluations_parametervalue_change                  in        door      door      door      door      200       200/403   404       404
admin/evaluations/parametervalue/<path:object_id>/ in        door      door      door      door      302       302       302       302
app_list                                           door      door      door      door      door      200       200       200       200
admin/(?P<url>.*)$                                 door      door      door      door      door      404       404       404       404
""")


@dataclass
class Objects:
    """What the rows are called with."""

    draft: CriteriaSet
    published: CriteriaSet
    national: CriteriaSet
    # The province's too, sent round for comments.
    sent: CriteriaSet
    rules: MeetingRules
    holiday: Holiday
    value: ParameterValue
    document: RuleDocument
    group: Group

    def key_for(self, name: str) -> int:
        model, _at, whose = name.partition("@")
        of_set = {"": self.draft, "published": self.published, "national": self.national, "sent": self.sent}
        if "criteriaset" in model:
            return of_set[whose].pk
        if "criterion" in model:
            return of_set[whose].criteria.first().pk
        if "rolluprule" in model:
            return of_set[whose].rollup_rules.first().pk
        known = {"meetingrules": self.rules, "holiday": self.holiday, "parametervalue": self.value, "ruledocument": self.document}
        return next((row.pk for part, row in known.items() if part in model), self.group.pk)


@pytest.fixture
def place() -> tuple[dict, Objects]:
    centre = make_committee("Trung ương", Level.CENTRAL)
    province, other = (make_committee(f"Tỉnh ủy {n}", Level.PROVINCE, parent=centre) for n in (1, 2))
    commune = make_committee("Đảng ủy xã", parent=province)
    users = {
        "own": make_user("own", secretary_of=make_cell(committee=commune)),
        "office": make_user("office", office_of=commune),
        "province": make_user("province", board_of=province),
        "auditor": make_user("auditor", auditor_of=province),
        "criteria": make_user("criteria", criteria_admin_of=province),
        "below": make_user("below", criteria_admin_of=commune),
        "above": make_user("above", criteria_admin_of=centre),
        "elsewhere": make_user("elsewhere", criteria_admin_of=other),
    }
    published = put_in_force(province)
    draft = cloning.clone(
        criteria_set=published, code="moi", title="Mới", document=published.document, owner=province, effective_from=date(2027, 1, 1)
    )
    sent, now = drafted(province, "lay-y-kien", date(2027, 1, 1)), timezone.now()
    today = timezone.localdate(now)
    send_round(criteria_set=sent, opens_on=today, closes_on=today, by=users["criteria"], at=now)
    during = (date(2026, 12, 1), date(2027, 1, 1))
    objects = Objects(
        draft,
        published,
        CriteriaSet.objects.get(code="an-phu-2025"),
        sent,
        MeetingRules.objects.create(committee=province, during=during, document="QĐ"),
        Holiday.objects.create(committee=province, during=during, name="Lễ"),
        ParameterValue.objects.create(committee=province, parameter=published.parameters.first(), value=40, document="QĐ", during=during),
        published.document,
        Group.objects.create(name="Nhóm"),
    )
    return users, objects


def of_the_admin(patterns=None) -> dict[str, str]:
    """Every URL of the admin site with its pattern, without the `admin:` of its name."""
    return {name.removeprefix("admin:"): pattern for name, pattern in walked(patterns).items() if name.startswith("admin:")}


def path_for(name: str, objects: Objects) -> str:
    """The address of a row's URL; those without a name are spelled out."""
    pattern = of_the_admin()[name.partition("@")[0]]
    arguments = {"object_id": objects.key_for(name), "content_type_id": 1, "app_label": "evaluations", "url": "nowhere"}
    filled = pattern.replace(r"^(?P<app_label>auth|meetings|evaluations)/$", "<app_label>/").replace("(?P<url>.*)$", "<url>")
    for argument, value in arguments.items():
        filled = filled.replace(f"<path:{argument}>", str(value)).replace(f"<{argument}>", str(value))
    address = f"/{filled}"
    if name in ("evaluations_criterion_add", "evaluations_rolluprule_add"):
        address += f"?set={objects.draft.pk}"
    return address


def test_every_admin_url_is_in_the_table():
    assert undeclared(of_the_admin(), TABLE) == set()


def test_twin_the_pages_of_a_model_that_is_new_to_the_admin_are_missed():
    admin.site.register(DemoData)
    try:
        missed = undeclared(of_the_admin([path("admin/", admin.site.urls)]), TABLE)
    finally:
        admin.site.unregister(DemoData)
    pages = {f"meetings_demodata_{page}" for page in ("changelist", "add", "history", "delete", "change")}
    assert missed == pages | {"admin/meetings/demodata/<path:object_id>/"}


def test_each_actor_gets_what_the_table_says(place):
    users, objects = place
    assert differences(TABLE, sessions_of(users), lambda name: path_for(name, objects)) == []


@pytest.mark.parametrize(
    ("guard", "actor", "name"),
    [
        ("cellquality.admin.CriteriaAdminSite.has_permission", "office", "index"),
        ("meetings.admin.dated.DatedPage.permit", "below", "meetings_meetingrules_delete"),
        ("evaluations.admin.drafts.to_edit_set", "below", "evaluations_criteriaset_delete"),
    ],
)
def test_twin_a_guard_that_is_gone_is_found(place, monkeypatch, guard, actor, name):
    users, objects = place
    monkeypatch.setattr(guard, lambda *arguments: YES)
    row = {name: {actor: TABLE[name][actor]}}
    assert [sentence for sentence in differences(row, sessions_of(users), lambda name: path_for(name, objects)) if actor in sentence]
