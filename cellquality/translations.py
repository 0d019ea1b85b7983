"""Compiles the translations with Babel: a machine that only runs the product has no gettext of its own.

`make run` and `make test` do it by themselves; an installation by hand runs `python -m cellquality.translations`.
"""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cellquality.places import PROJECT


def compile_translations(locale: Path) -> list[Path]:
    """Write each `.mo` that is older than its `.po`; answers with those written. No `.po` at all is fine."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalog = read_po(text)
        half = target.with_suffix(f".{os.getpid()}.mo")  # ends like what git ignores
        with half.open("wb") as compiled:
            write_mo(compiled, catalog)
        half.rename(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_translations(PROJECT / "locale")
