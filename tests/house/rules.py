"""The rules of the house as functions of a source tree: each answers with sentences, one per violation.

Tests run them over the project, where they must be silent, and over small wrong trees, where they must speak.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APPS = ("meetings", "evaluations")
SOURCES = ("cellquality", *APPS, "templates", "static", "tests")
LONGEST_FILE = 400
REFUSED_NAMES = {"utils", "common", "helpers", "services", "util", "helper", "service", "misc"}
# The front page belongs to the wiring (LOGIN_REDIRECT_URL); every page may lead back to it.
FRONT_PAGE = "home"

# Within an app imports go down this list; a name is a module or a package of the app.
LAYERS = [
    {"urls", "admin", "apps", "tasks", "management", "middleware", "backends", "context"},
    {"views", "forms", "templatetags", "converters"},
    {"the domain"},  # every module that is named nowhere here
    {"models"},
    {"periods", "measures", "text"},
]


def layer_of(name: str) -> int:
    return next((depth for depth, names in enumerate(LAYERS) if name in names), 2)


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def imports_of(file: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything a file imports, relative imports resolved."""
    package = file.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def upward_names(root: Path) -> Iterator[str]:
    """`meetings` names `evaluations` nowhere: no import, string, signal or URL name, in templates neither."""
    urls = root / "evaluations" / "urls.py"
    names = set(re.findall(r"""name=["']([\w-]+)["']""", urls.read_text())) - {FRONT_PAGE} if urls.exists() else set()
    linked = re.compile(r"""(?:%\s*url|reverse|reverse_lazy|redirect|resolve_url)\s*\(?\s*["']([\w:-]+)["']""")
    files = [*python_files(root, "meetings"), *(root / "templates").glob("meetings/**/*"), *(root / "templates").glob("registration/**/*")]
    for file in files:
        if not file.is_file():
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if "evaluations" in line or names & set(linked.findall(line)):
                yield f"{file.relative_to(root)}:{number} names the app above: {line.strip()}"


def imports_of_the_wiring(root: Path) -> Iterator[str]:
    """Nobody imports `cellquality`: it knows the apps, they do not know it."""
    for file in python_files(root, *APPS):
        for line, name in imports_of(file, root):
            if name.split(".")[0] == "cellquality":
                yield f"{file.relative_to(root)}:{line} imports {name}"


def imports_of_pages_below(root: Path) -> Iterator[str]:
    """`evaluations` calls the domain of `meetings` and may show its forms; its pages and jobs are closed.

    The admin is open: it is one site, and what may be edited there by whom is said once.
    """
    closed = LAYERS[0] - {"admin"} | {"views"}
    for file in python_files(root, "evaluations"):
        for line, name in imports_of(file, root):
            parts = name.split(".")
            if parts[0] == "meetings" and parts[1:2] and parts[1] in closed:
                yield f"{file.relative_to(root)}:{line} imports {name}"


def imports_upwards(root: Path) -> Iterator[str]:
    """Inside an app, downwards only: what is entered → pages → domain → models → values."""
    for app in APPS:
        for file in python_files(root, app):
            inside = file.relative_to(root / app).with_suffix("").parts
            if inside[0] in ("migrations", "__init__"):
                continue
            for line, name in imports_of(file, root):
                parts = name.split(".")
                if parts[0] == app and len(parts) > 1 and layer_of(parts[1]) < layer_of(inside[0]):
                    yield f"{file.relative_to(root)}:{line} imports {name}, which lies above it"


def refused_names(root: Path) -> Iterator[str]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.stem in REFUSED_NAMES and "vendor" not in path.parts:
                yield f"{path.relative_to(root)}: a name that says nothing"


def long_files(root: Path) -> Iterator[str]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".css", ".js") and not {"vendor", "migrations"} & set(path.parts):
                lines = len(path.read_text().splitlines())
                if lines > LONGEST_FILE:
                    yield f"{path.relative_to(root)} has {lines} lines: split it by noun"


INLINE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"""\s(?:on[a-z]{3,}|hx-on[:\w-]*)\s*=\s*["']""", re.IGNORECASE),
    "a script in an address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another host": re.compile(r"""\s(?:src|href)\s*=\s*["'](?:https?:)?//(?!.*\brel=)""", re.IGNORECASE),
}
# Data for scripts is no script: the browser does not run it.
DATA_SCRIPT = re.compile(r"""<script[^>]*\btype=["']application/json["'][^>]*>""", re.IGNORECASE)


def inline_code(root: Path) -> Iterator[str]:
    """The content security policy would stop it in the browser; here it is found before."""
    for file in sorted((root / "templates").rglob("*.html")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for what, pattern in INLINE.items():
                if pattern.search(DATA_SCRIPT.sub("", line)):
                    yield f"{file.relative_to(root)}:{number} has {what}: {line.strip()}"
