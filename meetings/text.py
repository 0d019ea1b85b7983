"""Vietnamese text: one way in (`clean`), one way to search (`fold`), one order (`order_key`, `person_order_key`).

The same three exist in SQL (`vi_fold`, `vi_order_key`, `vi_person_order_key`, made by the first migration): stored columns are
generated from them; tests/meetings/test_text.py holds the two against each other.
"""

import re
import unicodedata

# Vowels in alphabet order, each with its six tones in dictionary order: level, huyền, hỏi, ngã, sắc, nặng.
VOWELS = (
    "aàảãáạ",
    "ăằẳẵắặ",
    "âầẩẫấậ",
    "eèẻẽéẹ",
    "êềểễếệ",
    "iìỉĩíị",
    "oòỏõóọ",
    "ôồổỗốộ",
    "ơờởỡớợ",
    "uùủũúụ",
    "ưừửữứự",
    "yỳỷỹýỵ",
)
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
PLAIN = "aaabcddeefghijklmnooopqrstuuvwxyz"

# Everything that prints nothing, or that PostgreSQL or a browser would read as something else; tab and newline may stay.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff]"
)

_letter = dict(zip(ALPHABET, PLAIN, strict=True))
# 33 letters onto bytes that sort in the same order: A–Z, then a–g; digits and blanks sort before them as they are.
_rank = {letter: chr(65 + i) if i < 26 else chr(71 + i) for i, letter in enumerate(ALPHABET)}
_toneless = {accented: row[0] for row in VOWELS for accented in row}
_tone = {accented: str(tone) for row in VOWELS for tone, accented in enumerate(row)}


def _table(pairs: dict[str, str]) -> tuple[str, str]:
    """The two arguments of `translate`, for both cases of each letter."""
    both = {**pairs, **{letter.upper(): image for letter, image in pairs.items()}}
    return "".join(both), "".join(both.values())


FOLD_FROM, FOLD_TO = _table({accented: _letter[base] for accented, base in _toneless.items()} | {"đ": "d"})
RANK_FROM, RANK_TO = _table(
    {accented: _rank[base] for accented, base in _toneless.items()}
    | {letter: _rank[letter] for letter in ALPHABET if letter not in _toneless}
)
TONE_FROM, TONE_TO = _table(_tone | {letter: "0" for letter in ALPHABET if letter not in _tone})

_fold = str.maketrans(FOLD_FROM, FOLD_TO)
_ranks = str.maketrans(RANK_FROM, RANK_TO)
_tones = str.maketrans(TONE_FROM, TONE_TO)
_ascii_lower = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def clean(value: str) -> str:
    """NFC text without unseen characters, line ends as \\n, blanks trimmed at both ends.

    Total: any Python string comes out as one that the domain `clean_text` accepts.
    """
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if not value.isascii():
        # Letters younger than our Unicode tables go: the database's may be newer, and compose what we would leave apart.
        value = "".join(character for character in value if unicodedata.category(character) != "Cn")
    # Removing a character can join two that compose, so normalise on both sides of it.
    return unicodedata.normalize("NFC", UNSEEN.sub("", unicodedata.normalize("NFC", value))).strip()


def clean_line(value: str) -> str:
    """`clean`, on one line: every run of blanks becomes one space."""
    return clean(re.sub(r"\s+", " ", clean(value)))


def fold(value: str) -> str:
    """What a search compares: lower case, no tone or vowel marks, đ as d (Hoà, Hòa and HOA are one)."""
    return value.translate(_fold).translate(_ascii_lower)


def order_key(value: str) -> str:
    """A byte-sortable key: letters by the Vietnamese alphabet first, tones second; numbers by their value (Thôn 2 < Thôn 10)."""
    padded = re.sub(r"[0-9]+", lambda digits: digits.group().zfill(6), value)
    return f"{padded.translate(_ranks)}\x01{padded.translate(_tones)}"


def person_order_key(full_name: str) -> str:
    """`order_key` of the given name (the last word), then of the whole name, as lists of people are kept in Vietnam."""
    given = full_name.rsplit(" ", 1)[-1]
    return f"{order_key(given)}\x01{order_key(full_name)}"
