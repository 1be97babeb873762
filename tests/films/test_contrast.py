"""Contrast, from the palette: text 4.5:1 on whatever it stands, marks that carry meaning 3:1, in both themes."""

from __future__ import annotations

import re

import pytest

from advis.films.theme import COLOURS, INKS, SPANS, VOICES, look, rules
from advis.media.player import player_css

TINTS = ("value-tint", "tangent-tint", "adjoint-tint", "wrong-tint")
TEXTS = sorted({" ".join(sorted(words)) for words, _ in rules() if "font-size" in look(" ".join(words))})
LINES = (
    "edge",
    "arrow",
    "bracket",
    "axis",
    "fold",
    "slot",
    "frame input",
    "frame output",
    "frame block",
    "frame blind",
)
FILLS = ("hot", "bar", "token", "level", "piece filled", "piece coming", "area tangent", "area adjoint", "here")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour as CSS mixes it: so much of one, the rest of the other."""
    pairs = [(int(one[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def grounds(dark: bool) -> dict[str, str]:
    """What text stands on: paper, the panel of the panes, a row under the pointer, the tint of what is active."""
    colours = {name: pair[dark] for name, pair in COLOURS.items()}
    css = player_css()
    panel, hover = (
        int(re.search(rule, css)[1]) / 100 for rule in (r"--panel:[^%]+ (\d+)%", r"tr.hovered\{[^%]+ (\d+)%")
    )
    colours["panel"] = mixed(colours["ink"], colours["paper"], panel)
    colours["hovered"] = mixed(colours["ink"], colours["panel"], hover)
    return {name: colours[name] for name in ("paper", "panel", "hovered", *TINTS)}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_can_be_read_wherever_it_stands(dark: bool) -> None:
    spans = [dict(pair.split(":") for pair in style.split(";")).get("fill", "@ink")[1:] for _, style in SPANS]
    colours = {role: look(role, dark)["fill"] for role in TEXTS if role != "amount"}
    colours |= {f"span {name}": COLOURS[name][dark] for name in spans}
    assert len(colours) > 20
    for role, colour in colours.items():
        for name, ground in grounds(dark).items():
            assert contrast(colour, ground) >= 4.5, f"{role} on {name}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_number_on_a_token_can_be_read(dark: bool) -> None:
    for word in (*VOICES, "wrong"):
        assert contrast(look("amount", dark)["fill"], look(f"token {word}", dark)["fill"]) >= 4.5, word


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_lines_and_marks_that_carry_meaning_can_be_seen(dark: bool) -> None:
    paper = COLOURS["paper"][dark]
    for line in LINES:
        for state in ("", *(f" {word} {voice}" for word in ("done", "flow", "active") for voice in VOICES)):
            assert contrast(look(line + state, dark)["stroke"], paper) >= 3, line + state
    for fill in FILLS:
        for voice in VOICES:
            colour = look(f"{fill} {voice}", dark).get("fill")
            assert colour is None or contrast(colour, paper) >= 3, f"{fill} {voice}"
    for voice in VOICES:
        tint, pale = COLOURS[f"{voice}-tint"][dark], COLOURS[f"{voice}-pale"][dark]
        assert contrast(pale, tint) >= 3, f"a piece of a sum that arrives in an active box: {voice}"


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert {words.split()[0] for words, _ in INKS} > {line.split()[0] for line in (*LINES, *FILLS)}
