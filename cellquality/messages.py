"""Extracts what the interface says and brings `locale/vi` up to it: `python -m cellquality.messages`.

English is written in the code, Vietnamese in `locale/vi/LC_MESSAGES/django.po`. Babel does the reading and writing; Django's own
`templatize` turns a template into something its Python reader understands. Neither needs the system's gettext.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO_FILE = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"
HEADER = "# What the interface says in Vietnamese. Brought up to the code by `python -m cellquality.messages`; the words: docs/glossary.md."
FOLDERS = ("cellquality", "meetings", "evaluations")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}|<[^>]+>")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "gettext_noop": None,
}


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that can speak to a person, with Python for Babel's reader."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*.html")):
        # In parentheses: a template's indentation is not Python's.
        yield path, f"({templatize(path.read_text(encoding='utf-8'), origin=str(path))}\n)"


def extracted(root: Path = ROOT) -> Catalog:
    """Every message of code and templates, with the places where it stands (files only: line numbers would change daily)."""
    catalog = Catalog(locale="vi", project="CellQuality", charset="utf-8")
    for path, text in sources(root):
        options = {"encoding": "utf-8"}
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS, options=options):
            catalog.add(message, locations=[(str(path.relative_to(root)), None)], context=context)
    return catalog


def gaps(stored: Catalog, wanted: Catalog) -> list[str]:
    """What is missing, empty, marked unsure, or differs in its placeholders; and what nothing says any more."""
    found = []
    for message in wanted:
        if not message.id:
            continue
        translated = stored.get(message.id, message.context)
        if translated is None:
            found.append(f"missing: {message.id!r}")
        else:
            found += [f"{why}: {message.id!r}" for why in _faults(translated)]
    found += [f"said no more: {message.id!r}" for message in stored if message.id and wanted.get(message.id, message.context) is None]
    return found


def _faults(message: Message) -> Iterator[str]:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(strings):
        yield "empty"
    if message.fuzzy:
        yield "unsure"
    said = message.id[-1] if isinstance(message.id, tuple) else message.id
    if all(strings) and any(_kept(string) != _kept(said) for string in strings):
        yield "other placeholders"


def _kept(text: str) -> set[str]:
    """What a translation may move and not lose: placeholders and marks of HTML."""
    return set(PLACEHOLDER.findall(text))


def read(path: Path = PO_FILE) -> Catalog:
    with path.open("rb") as text:
        return read_po(text, locale="vi", domain="django")


def renew(path: Path = PO_FILE) -> list[str]:
    """Bring the file up to what is said: new messages come in empty, old ones go. Returns the gaps that are left to fill."""
    wanted = extracted()
    stored = read(path) if path.exists() else Catalog(locale="vi", project="CellQuality", charset="utf-8")
    stored.update(wanted, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    stored.obsolete.clear()
    write(stored, path)
    return gaps(stored, wanted)


def write(catalog: Catalog, path: Path = PO_FILE) -> None:
    """The file in one settled form, so that a change of it shows what was changed and nothing else."""
    catalog.header_comment, catalog.fuzzy = HEADER, False
    catalog.version = catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    catalog.revision_date = catalog.creation_date
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as text:
        write_po(text, catalog, sort_output=True, width=120, include_lineno=False)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    django.setup()
    left = renew()
    print("\n".join(left) or "every message has its Vietnamese")  # noqa: T201
    sys.exit(bool(left))
