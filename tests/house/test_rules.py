"""The project keeps the rules of the house, and each rule notices when somebody does not."""

from pathlib import Path

import pytest

from cellquality.places import PROJECT
from tests.house import rules

RULES = [
    rules.upward_names,
    rules.imports_of_the_wiring,
    rules.imports_of_pages_below,
    rules.imports_upwards,
    rules.refused_names,
    rules.long_files,
    rules.inline_code,
]
VIOLATIONS = [
    (rules.upward_names, "meetings/views.py", "from evaluations.models import ScoreSheet"),
    (rules.upward_names, "meetings/models/people.py", "sheet = ForeignKey('evaluations.ScoreSheet')"),
    (rules.upward_names, "templates/meetings/month.html", "{% include 'evaluations/_sheet.html' %}"),
    (rules.upward_names, "templates/meetings/month.html", "<a href=\"{% url 'score_sheet' cell.pk %}\">"),
    (rules.upward_names, "meetings/views.py", "return redirect('score_sheet', cell)"),
    (rules.imports_of_the_wiring, "evaluations/tasks.py", "from cellquality.celery import app"),
    (rules.imports_of_the_wiring, "meetings/views.py", "def f():\n    import cellquality.settings"),
    (rules.imports_of_pages_below, "evaluations/views.py", "from meetings.views import login"),
    (rules.imports_upwards, "meetings/models/people.py", "from meetings.recording import plan"),
    (rules.imports_upwards, "meetings/models/people.py", "from ..recording import plan"),
    (rules.imports_upwards, "meetings/recording/plan.py", "from meetings.forms import MonthForm"),
    (rules.imports_upwards, "meetings/recording/plan.py", "from meetings import views"),
    (rules.imports_upwards, "evaluations/periods.py", "from evaluations.models import ScoreSheet"),
    (rules.imports_upwards, "evaluations/views/sheet.py", "from evaluations.tasks import score"),
    (rules.refused_names, "meetings/utils.py", ""),
    (rules.refused_names, "evaluations/services/scoring.py", ""),
    (rules.long_files, "meetings/views.py", "x = 1\n" * 401),
    (rules.inline_code, "templates/a.html", "<script>alert(1)</script>"),
    (rules.inline_code, "templates/a.html", '<p style="color: red">'),
    (rules.inline_code, "templates/a.html", '<button onclick="go()">'),
    (rules.inline_code, "templates/a.html", '<div hx-on::after-request="go()">'),
    (rules.inline_code, "templates/a.html", '<a href="javascript:go()">'),
    (rules.inline_code, "templates/a.html", '<script src="https://cdn.example/x.js"></script>'),
]
FINE = {
    "meetings/recording/plan.py": "from meetings.models import Meeting\nfrom meetings.text import clean\nfrom meetings import tree\n",
    "meetings/views/month.py": "from meetings import recording\nfrom meetings.forms import MonthForm\n",
    "evaluations/urls.py": "from evaluations.views import sheet\npath('', sheet, name='score_sheet')\n",
    "evaluations/scoring.py": "from meetings.models import Meeting\nfrom evaluations.periods import Period\n",
    "templates/a.html": '<script src="x.js" defer></script><script type="application/json" id="d">{}</script><p class="style">one = 1</p>',
}


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule):
    assert list(rule(PROJECT)) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FINE.items():
        write(tmp_path, name, text)
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_tree_that_keeps_the_rules_is_left_in_peace(rule, tree):
    assert list(rule(tree)) == []


@pytest.mark.parametrize(("rule", "name", "text"), VIOLATIONS)
def test_twin_a_violation_is_found(rule, name, text, tree):
    write(tree, name, text)
    assert [sentence for sentence in rule(tree) if sentence.startswith(name.removesuffix("/scoring.py"))]
