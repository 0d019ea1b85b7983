"""Names stay out of the log."""

import logging
import sys

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cellquality.logs import WithoutNames

ROW = {"app_label": "Nguyễn Thị Bí Mật\n\nsecond line of her name", "model": "x"}


def logged(formatter: logging.Formatter) -> str:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed: %s", (sys.exc_info()[1],), sys.exc_info())
    return formatter.format(record)


@pytest.mark.django_db
@pytest.mark.parametrize(("formatter", "leaks"), [(WithoutNames(), False), (logging.Formatter(), True)])
def test_the_row_that_a_database_error_repeats_is_left_out(formatter, leaks):
    ContentType.objects.create(**ROW)
    with pytest.raises(IntegrityError):
        try:
            with transaction.atomic():
                ContentType.objects.create(**ROW)
        except IntegrityError:
            text = logged(formatter)
            raise
    assert ("Bí Mật" in text) is leaks
    assert ("second line" in text) is leaks
    assert "duplicate key value violates unique constraint" in text
    assert "IntegrityError" in text, "what follows the row is kept"


@pytest.mark.parametrize(("level", "told"), [(logging.ERROR, True), (logging.WARNING, False)])
def test_a_refused_request_is_one_line_and_a_failed_one_tells_where(level, told):
    try:
        raise PermissionDenied
    except PermissionDenied:
        record = logging.LogRecord("django.request", level, __file__, 1, "Forbidden: %s", ("/x",), sys.exc_info())
    assert ("Traceback" in WithoutNames().format(record)) is told
    assert record.exc_info, "other handlers still have it"


def test_the_user_model_is_ours():
    assert get_user_model()._meta.label == "meetings.User"
