"""Names and source that attack, through every output: nothing runs, nothing breaks, nothing is hidden."""

from __future__ import annotations

import io
import json
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import advis as av
from advis.films.film import Film
from advis.media.figures import figure
from advis.media.html import fragment
from advis.media.html import page as html_page
from advis.media.player import inline_json, widget_module
from advis.media.svg import svg
from tests.media.films import hostile
from tests.media.hostile import ATTACK, hostile_tape
from tests.tools import needs

SIGNS = ("<script", "<img", "<svg onload", "</script")


@cache
def tape() -> av.Tape:
    return hostile_tape()


FILMS: dict[str, Callable[[], Film]] = {
    "tape": lambda: tape().film(),
    "reverse": lambda: tape().reverse().film(),
    "down": lambda: tape().forward(**{"שלום": 1.0}).film(direction="down"),
    "play": lambda: av.play(tape()).film(),
    "check": lambda: av.check(tape()).film(),
    "by hand": hostile,
}


@cache
def film(name: str) -> Film:
    return FILMS[name]()


def told() -> str:
    return str(tape().reverse())


def unseen(text: str) -> set[str]:
    """The characters of a text that are not seen, or turn its direction: none but ends of lines may be left."""
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"}


def test_text_is_short_and_every_character_of_it_is_seen() -> None:
    for text in (str(tape()), told(), repr(tape()[3])):
        assert unseen(text) == set()
    assert max(map(len, str(tape()).splitlines()[2:])) < 300
    for table in (tape().table(), tape().reverse().table()):
        assert unseen(table.text()) == set()
        assert not any(sign in table.html() for sign in SIGNS)
        assert r"\input" not in table.latex()


@pytest.mark.parametrize("name", [name for name in FILMS if name != "by hand"])
def test_the_film_has_nothing_unseen_and_its_json_is_json(name: str) -> None:
    text = film(name).to_json()
    assert unseen(text) == set()
    assert json.loads(text.encode())["schema"]
    assert not any(sign in inline_json(text) for sign in SIGNS)


@pytest.mark.parametrize("name", FILMS)
def test_svg_is_xml_without_anything_that_runs(name: str) -> None:
    drawn = ET.fromstring(svg(film(name)))
    assert {element.tag.rpartition("}")[2] for element in drawn.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "path", "g", "text", "tspan")
    }
    names = {attribute for element in drawn.iter() for attribute in element.attrib}
    assert not any(attribute.startswith("on") or "href" in attribute for attribute in names)


@pytest.mark.filterwarnings("ignore:Glyph")  # matplotlib's own font has not all of them
@pytest.mark.parametrize("name", FILMS)
def test_figures_are_drawn(name: str) -> None:
    drawn = figure(film(name), scene="graph")
    for kind in ("svg", "png"):
        out = io.BytesIO()
        drawn.savefig(out, format=kind, dpi=24)  # a picture of few pixels is written sooner
        assert b"<script" not in out.getvalue()


def test_dot_is_quoted() -> None:
    source = av.to_graphviz(tape().reverse()).source
    assert "label=<" not in source
    dot = needs("dot")
    drawn = subprocess.run([dot, "-Tsvg"], input=source.encode(), capture_output=True, check=True).stdout.decode()
    assert not any(sign in drawn for sign in SIGNS)
    shown = "".join(ET.fromstring(drawn).itertext())
    assert r"\N \G \L" in shown.replace("\\\\", "\\"), "no escape of DOT was taken as one"


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a page; afterwards nothing may have run, failed, or been asked for."""
    pages: list[Any] = []
    wrong: list[str] = []

    def opened(html: str, name: str = "page.html", **options: Any) -> Any:
        (tmp_path / name).write_text(html, encoding="utf-8")
        page = browser.new_page(viewport={"width": 1000, "height": 800}, reduced_motion="reduce", **options)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda r: None if r.url.startswith(("file:///", "data:", "blob:")) else wrong.append(r.url))
        page.goto((tmp_path / name).as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        assert page.evaluate("() => window.hacked") is None
        page.close()
    assert wrong == []


ROOT = "document.querySelector('[data-advis]').shadowRoot"
OUTSIDE = f"""() => [...{ROOT}.querySelectorAll('g.node')].flatMap((node) => {{
    const frame = node.querySelector('rect.frame')?.getBoundingClientRect();
    const texts = [...node.querySelectorAll('text')].filter((text) => text.textContent);
    const aside = (r) => r.left < frame.left - 2 || r.right > frame.right + 2;
    const out = (r) => aside(r) || r.top < frame.top - 4 || r.bottom > frame.bottom + 4;
    return frame ? texts.filter((text) => out(text.getBoundingClientRect())).map((text) => text.textContent) : [];
}})"""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["reverse", "play", "check", "by hand"])
def test_a_player_runs_nothing_and_keeps_its_shape(visit: Callable[..., Any], name: str) -> None:
    page = visit(html_page([(film(name), told())], ATTACK))
    for key in ["ArrowRight"] * 3 + ["ArrowDown"] * 16 + ["End"]:
        page.keyboard.press(key)
    inside = "[...root.querySelectorAll('*')].map((e) => e.localName)".replace("root", ROOT)
    assert not {"script", "img", "iframe", "b:not(header b)"} & set(page.evaluate(f"() => {inside}"))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    if name != "by hand":  # a film of ours reserves the room of its texts
        assert page.evaluate(OUTSIDE) == []
        assert page.locator(".pane.table").bounding_box()["width"] > 200, "a long line of source leaves room"


@pytest.mark.browser
def test_a_notebooks_output_without_scripts_and_a_picture_run_nothing(visit: Callable[..., Any]) -> None:
    reverse = film("reverse")
    page = visit(f"<!doctype html><meta charset=utf-8>{fragment(reverse, told())}{tape().table().html()}")
    assert page.evaluate(f"() => {ROOT} !== null")
    visit(svg(reverse), "picture.svg")
    still = visit(html_page([(reverse, told())], ATTACK), java_script_enabled=False)
    still.locator("summary").click()
    assert still.locator("pre").inner_text().strip() == told().strip()
    assert still.locator("img").count() == 1


@pytest.mark.browser
def test_a_widget_runs_nothing(visit: Callable[..., Any]) -> None:
    code = f'<script type="text/plain" id="code">{widget_module()}</script>'
    play = inline_json(json.dumps(film("play").to_json()))
    start = f"""<script type=module>
        const values = {{ film: {play}, step: 2, speed: 1, selected: "" }};
        const nothing = () => {{}};
        const model = {{ get: (name) => values[name], set: nothing, save_changes: nothing }};
        model.on = model.off = nothing;
        const code = new Blob([document.getElementById("code").textContent], {{ type: "text/javascript" }});
        const {{ render }} = (await import(URL.createObjectURL(code))).default();
        render({{ model, el: document.getElementById("a") }});
        globalThis.ready = true;
    </script>"""
    page = visit(f"<!doctype html><meta charset=utf-8><div id=a></div>{code}{start}")
    page.wait_for_function("() => globalThis.ready")
    assert (
        page.evaluate("() => document.getElementById('a').firstChild.shadowRoot.querySelectorAll('.node').length") > 5
    )
