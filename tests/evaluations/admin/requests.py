"""Addresses of the criteria admin's pages, and requests as a browser would send them."""

from django.test import Client
from django.urls import reverse

from evaluations.models import CriteriaSet
from meetings.models import User

SETS = reverse("admin:evaluations_criteriaset_changelist")
NEW_SET = reverse("admin:evaluations_criteriaset_add")
NEW_DOCUMENT = reverse("admin:evaluations_ruledocument_add")


def page_of(obj, action: str = "change") -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{action}", args=[obj.pk])


def new_criterion(criteria_set: CriteriaSet) -> str:
    return f"{reverse('admin:evaluations_criterion_add')}?set={criteria_set.pk}"


def as_user(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def new_rollup(criteria_set: CriteriaSet) -> str:
    return f"{reverse('admin:evaluations_rolluprule_add')}?set={criteria_set.pk}"


def typed(response) -> dict[str, str | list[str]]:
    """What the browser would send if the form of a page were saved untouched."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                fields[field.html_name] = "on"
            elif isinstance(value, (list, tuple)):
                fields[field.html_name] = [str(each) for each in value]
            elif value is not None and value is not False:
                fields[field.html_name] = str(value)
    return fields


def save(client: Client, page: str, **changes):
    """Open a page, change some fields (None takes one away), save. An inline's field is named `rows-0-words`."""
    fields = typed(client.get(page))
    return client.post(page, {name: value for name, value in (fields | changes).items() if value is not None})


def errors(response) -> str:
    assert response.status_code == 200, response
    return str(response.context["errors"])
