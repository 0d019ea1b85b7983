"""Text is cleaned, folded and ordered the same in Python and in the database."""

import re
import unicodedata

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from meetings import text
from meetings.migrations import _ground

MARKS = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"
UNSEEN = "\u200b\u200d\ufeff\u2060\u00ad\u202e\u061c\u3164\ufe0f\x07\x85\u2028"
vietnamese = st.text(alphabet="aăâeêioôơuưyđAĂÂĐƯ bcdghklmnpqrstvx0123456789 -" + MARKS + "áàảãạấầếệộợứựỳỵ", max_size=60)
odd = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)  # lone surrogates too
strewn = st.text(alphabet="hoaHOÀ đĐ \t\r\n" + MARKS + UNSEEN, max_size=40)
anything = st.one_of(vietnamese, odd, strewn)
# One round trip compares many texts; the database of the test outlives the example.
several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

pytestmark = pytest.mark.django_db


def in_sql(function: str, values: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(value) FROM unnest(%s::text[]) WITH ORDINALITY AS t(value, n) ORDER BY n", [values])
        return [row[0] for row in cursor.fetchall()]


def is_accepted(value: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::clean_text", [value])
    except (IntegrityError, DataError):
        return False
    return True


class TestPythonAndDatabaseAgree:
    @several
    @given(st.lists(anything.map(text.clean), max_size=20))
    @example(["Hoà", "Hòa", "HÒA", "Đặng", "đặng", "Ư", "ế"])
    def test_fold(self, values):
        assert in_sql("vi_fold", values) == [text.fold(value) for value in values]

    @several
    @given(st.lists(anything.map(text.clean), max_size=20))
    @example(["Thôn 2", "Thôn 10", "Thôn 0000007", "12345678901", "Thôn 000", "1a22b333"])
    def test_order(self, values):
        assert in_sql("vi_order_key", values) == [text.order_key(value) for value in values]

    @several
    @given(st.lists(anything.map(text.clean_line), max_size=20))
    @example(["Nguyễn Văn An", "An", "", "Lê Thị\u00a0Ánh", "Trần  Bình"])
    def test_order_of_persons(self, values):
        assert in_sql("vi_person_order_key", values) == [text.person_order_key(value) for value in values]

    def test_the_two_lists_of_unseen_characters_are_one(self):
        """Lone surrogates exist only in Python; NUL no text column can hold."""
        [listed] = re.findall(r"'\[(.+?)\]'", _ground.FORWARD)
        in_database = re.compile(f"[{listed.encode().decode('unicode_escape')}]")
        surrogates = set(range(0xD800, 0xE000))
        ours = {point for point in range(0x110000) if text.UNSEEN.match(chr(point))}
        theirs = {point for point in range(0x110000) if in_database.match(chr(point))}
        assert ours - theirs == surrogates | {0}
        assert not theirs - ours


class TestClean:
    @several
    @given(anything)
    @example("a\u0301\u200b\u0323")
    @example("\u200b")
    @example("e\u200b\u0301")
    @example("\U000105d2\u0307")  # composes in Unicode 16, which the database has, and Python 3.11 has not
    def test_whatever_comes_is_accepted_once_clean(self, value):
        assert is_accepted(text.clean(value))
        assert is_accepted(text.clean_line(value))

    @several
    @given(anything)
    def test_cleaning_twice_is_cleaning_once(self, value):
        assert text.clean(text.clean(value)) == text.clean(value)
        assert text.clean_line(text.clean_line(value)) == text.clean_line(value)

    @several
    @given(anything)
    def test_a_line_is_one_line(self, value):
        assert not re.search(r"[\t\r\n]|  ", text.clean_line(value))

    @pytest.mark.parametrize("character", sorted({*UNSEEN, "\x01", "\x1f", "\x7f", "\u180e", "\ufff9"}))
    def test_the_database_refuses_what_cleaning_takes_away(self, character):
        assert not is_accepted(f"a{character}b")
        assert text.clean(f"a{character}b") == "ab"

    def test_the_database_refuses_what_is_not_composed_or_too_long(self):
        assert not is_accepted(unicodedata.normalize("NFD", "Hòa"))
        assert is_accepted("a" * 20_000)
        assert not is_accepted("a" * 20_001)


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "à", "ả", "ã", "á", "ạ", "ăn", "ân", "b", "d", "đ", "e", "ê", "o", "ô", "ơ", "u", "ư"],
        ["Thôn 2", "Thôn 10", "Thôn 11", "Thôn A"],
    ],
)
def test_the_order_is_the_dictionarys(ordered):
    assert sorted(set(ordered), key=text.order_key) == ordered


def test_persons_are_ordered_by_their_given_name():
    names = ["Phạm Thị An", "Nguyễn Văn Ánh", "Lê Ân", "Trần Bình", "Đỗ Bình"]
    assert sorted(names, key=text.person_order_key) == ["Phạm Thị An", "Nguyễn Văn Ánh", "Lê Ân", "Đỗ Bình", "Trần Bình"]
