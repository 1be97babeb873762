"""The standalone SVG: well formed, small, escaped, the same bytes, and clear errors."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

import advis as av
from advis.films.film import Film
from advis.films.theme import COLOURS, SPANS, ink_css, look, rules
from advis.media.picture import picture
from advis.media.svg import svg, svg_of
from tests.gallery import classic
from tests.media.films import FILMS, HOSTILE, hostile, large, sample, shapes

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", FILMS)
def test_every_step_is_well_formed_xml_without_script_or_off_inks(name: str) -> None:
    film = FILMS[name]()
    for step in range(film.steps + 1):
        root = ET.fromstring(svg(film, step))
        assert root.tag == f"{SVG}svg"
        assert [child.tag for child in root][:3] == [f"{SVG}title", f"{SVG}desc", f"{SVG}style"]
        assert {element.tag for element in root.iter()} <= {
            SVG + tag for tag in ("svg", "title", "desc", "style", "rect", "path", "g", "text", "tspan")
        }
        assert not [element for element in root.iter() if element.get("class") == "off" or element.get("id")]


def test_size_is_unitless_and_background_opaque() -> None:
    root = ET.fromstring(svg(sample()))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("1000", "384", "0 0 1000 384")
    paper = next(root.iter(f"{SVG}rect"))
    assert (paper.get("width"), paper.get("height"), paper.get("class")) == ("1000", "384", "paper")
    assert "@media(prefers-color-scheme:dark)" in svg(sample())


def test_last_step_is_the_default_and_steps_differ() -> None:
    film = sample()
    assert svg(film) == svg(film, 6) != svg(film, 4)
    assert "5 …" in svg(film, 4)
    assert "5 …" not in svg(film, 6)


def test_texts_stay_text_and_titles_and_sentence_are_there() -> None:
    root = ET.fromstring(svg(sample(), 4))
    texts = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert {"v2 = x1 · x2", "◂ adjoint", "1.716", "5 · 1 = 5"} <= set(texts)
    assert root.findtext(f"{SVG}title") == "f(x1, x2), ℝ² → ℝ · 5 operations"
    assert root.findtext(f"{SVG}desc") == "The graph of f: 7 nodes. Step 4 of 5. v2 hands its adjoint back."


def test_spaces_count_in_every_program_and_none_are_there_by_chance() -> None:
    film = av.trace(classic, 2.0, 5.0).reverse().film()
    root = ET.fromstring(svg_of(picture(film, 4, ("graph", "source", "say"))))
    assert root.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    said = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "v2 = x1 · x2" in said
    assert any(line.replace("\xa0", " ").startswith("    return") for line in said)
    assert not any("\n" in text for text in said)


def test_hostile_texts_are_only_text() -> None:
    root = ET.fromstring(svg(hostile()))
    shown = HOSTILE.replace("\x00", "\ufffd")
    assert root.findtext(f"{SVG}title") == f"{shown}, {shown}"
    assert "<script" not in svg(hostile())
    assert "<img" not in svg(hostile())


@pytest.mark.parametrize("step", [-1, 7, 100])
def test_a_step_outside_the_film_is_an_error_that_names_the_range(step: int) -> None:
    with pytest.raises(ValueError, match=rf"svg: step={step} .* 0 to 6"):
        svg(sample(), step)


def test_a_scene_that_is_no_drawing_is_an_error_that_lists_those() -> None:
    with pytest.raises(ValueError, match=r"scene='trace' .* drawings: 'graph'"):
        svg(sample(), scene="trace")
    with pytest.raises(ValueError, match="drawings: none"):
        svg(Film("tape", "f"))


def test_two_hundred_boxes_stay_below_100_kb() -> None:
    film = large(200)
    assert max(len(svg(film, step).encode()) for step in (0, 100, 200)) < 100_000


def test_bytes_do_not_depend_on_the_process() -> None:
    code = "from tests.media.films import sample; from advis.media.svg import svg; print(svg(sample()), end='')"
    seeds = [
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "2")
    ]
    assert {run.stdout.decode() for run in seeds} == {svg(sample())}


def test_the_table_cascades_alike_here_and_in_css() -> None:
    """A later rule overrides an earlier one here; CSS asks for the number of classes first. They must agree."""
    ordered = rules()
    for place, (words, style) in enumerate(ordered):
        for later, other in ordered[place + 1 :]:
            properties = {pair.split(":")[0] for pair in style.split(";")} & {p.split(":")[0] for p in other.split(";")}
            both = words | later
            compatible = sum(word in ("value", "tangent", "adjoint") for word in both) <= 1
            if properties and compatible and next(iter(ordered[place][0])) and len(later) < len(words):
                assert not later <= words, f"{sorted(words)} and {sorted(later)}"


def test_every_colour_of_the_table_is_in_the_palette() -> None:
    css = ink_css(lambda name: COLOURS[name][0])
    assert "@" not in css
    assert "var(" not in css
    assert look("frame active adjoint", dark=True)["stroke"] == COLOURS["adjoint"][1]
    assert {word for word, _ in SPANS} == {"name", "soft", "strong", "value", "tangent", "adjoint"}


@pytest.mark.parametrize("shade", [0, 1])
@pytest.mark.parametrize("ground", ["paper", "value-tint", "tangent-tint", "adjoint-tint"])
@pytest.mark.parametrize("colour", ["ink", "soft", "value", "tangent", "adjoint"])
def test_text_is_readable_on_every_ground(colour: str, ground: str, shade: int) -> None:
    lighter, darker = sorted((_luminance(COLOURS[name][shade]) for name in (colour, ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_block_is_folded_and_what_is_not_finite_is_hatched() -> None:
    picture = svg(shapes(), 2)
    assert 'class="fold"' in picture
    assert 'class="hatch"' in picture
