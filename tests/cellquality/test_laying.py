"""The fixture `laid`: rows that a file lays once are there for each of its tests as they were laid."""

import pytest
from django.contrib.contenttypes.models import ContentType


def lay() -> list[ContentType]:
    return [ContentType.objects.create(app_label="laid", model="once")]


@pytest.mark.parametrize("turn", [1, 2])
def test_what_is_laid_for_a_file_is_each_tests_own(laid, turn):
    assert [each.model for each in laid] == list(ContentType.objects.filter(app_label="laid").values_list("model", flat=True)) == ["once"]
    laid[0].model = f"changed-{turn}"
    laid[0].save()
    laid.append(ContentType.objects.create(app_label="laid", model="more"))
