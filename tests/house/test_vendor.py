"""What is vendored is what was vendored: each file against the checksum in its table."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
SHIPPED = {".css", ".js", ".woff2"}


def strangers(folder: Path) -> list[str]:
    """Files that are not in the table of README.md, or not as it says; rows without a file."""
    rows = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.suffix in SHIPPED
    }
    return sorted({name for name in rows | found if rows.get(name) != found.get(name)})


def test_every_vendored_file_is_the_one_in_the_table():
    assert strangers(VENDOR) == []
    assert (VENDOR / "bootstrap" / "LICENSE").exists()
    assert (VENDOR / "be-vietnam-pro" / "LICENSE").exists()


def test_a_changed_a_new_and_a_lost_file_are_found(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    right = hashlib.sha256(b"a{}").hexdigest()
    readme = tmp_path / "README.md"
    readme.write_text(f"| `a.css` | A 1 | MIT | npm `a` | `{right}` |\n")
    assert strangers(tmp_path) == []
    (tmp_path / "a.css").write_text("b{}")
    (tmp_path / "new.js").write_text("")
    readme.write_text(readme.read_text() + f"| `lost.css` | L 1 | MIT | npm `l` | `{right}` |\n")
    assert strangers(tmp_path) == ["a.css", "lost.css", "new.js"]
