"""static/css/tokens.css: every text colour can be read on every ground it is put on, by day and by night."""

import re

import pytest

from cellquality.places import PROJECT

TOKENS = (PROJECT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
STATES = ("good", "fair", "average", "poor", "none")
PAIRS = [
    *((ink, ground) for ink in ("ink", "muted", "red-deep") for ground in ("paper", "bg")),
    *((state, ground) for state in STATES for ground in (f"{state}-tint", "paper", "bg")),
    ("on-red", "red"),
    ("red-deep", "red-tint"),
    ("ink", "red-tint"),
    ("ink", "average-tint"),
    ("muted", "average-tint"),
]
# What is no text but must be seen: borders of fields, the ring of the present step.
EDGES = [("line-strong", "paper"), ("red", "paper"), ("red", "bg")]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


DAY = colours(TOKENS.partition("@media")[0])
NIGHT = DAY | colours(re.search(r"@media \(prefers-color-scheme: dark\) \{\n  :root \{(.*?)\n  \}", TOKENS, re.DOTALL)[1])


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(theme: dict[str, str], pairs: list[tuple[str, str]], least: float) -> list[str]:
    ratios = [(ink, ground, contrast(theme[ink], theme[ground])) for ink, ground in pairs]
    return [f"{ink} on {ground}: {ratio:.2f}" for ink, ground, ratio in ratios if ratio < least]


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_text_stands_at_4_5_and_edges_at_3(theme):
    assert too_faint(theme, PAIRS, 4.5) == []
    assert too_faint(theme, EDGES, 3) == []


def test_a_faint_colour_would_be_found():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert [found.split(":")[0] for found in too_faint(DAY | {"muted": "#9aa3ad"}, PAIRS, 4.5)] == [
        "muted on paper",
        "muted on bg",
        "muted on average-tint",
    ]
    assert DAY != NIGHT
