"""For everyone: axe-core finds nothing, the keyboard reaches every control and mark, and what is selected is spoken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.film import Film
from advis.media.html import page as html_page
from tests.films.chain_films import FILMS as CHAIN_FILMS
from tests.films.chain_films import planned
from tests.gallery import GALLERY
from tests.media.films import sample
from tests.tools import needs_module

pytestmark = pytest.mark.browser


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def tape() -> Any:
    return av.trace(classic, 2.0, 5.0)


def big(fold: bool | None = None) -> Film:
    f, args = GALLERY["lorenz_rk4"]
    return av.trace(f, *args).reverse().film(fold=fold)


FILMS: dict[str, Callable[[], Film]] = {
    "sweep": lambda: tape().reverse().film(),
    "tape": lambda: tape().film(),
    "tabs": lambda: av.play(tape(), {"x1": 1.0}).film(),
    "chain": lambda: planned([1, 4, 50, 20, 10]).film(),
    "map": CHAIN_FILMS["lecture: map"],
    "comparison": lambda: planned([1, 4, 50, 20, 10]).compare().film(),
    "by columns": CHAIN_FILMS["small: by columns"],
    "check": lambda: av.check(classic, 2.0, 5.0).film(),
    "sabotage": lambda: av.sabotage(tape(), "x1", "overwrite").against().film(),
    "big": big,
}


@cache
def axe() -> str:
    """The source of axe-core, which comes with a package for tests; it is in no page that advis makes."""
    needs_module("axe_playwright_python")
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    pages: list[Any] = []

    def opened(*films: Film, **options: Any) -> Any:
        file = tmp_path / "page.html"
        file.write_text(html_page([(film, "the numbers as text") for film in films], films[0].title), encoding="utf-8")
        options = {
            "viewport": {"width": 1280, "height": 800},
            "reduced_motion": "reduce",
            "bypass_csp": True,
            **options,
        }
        pages.append(browser.new_page(**options))
        pages[-1].goto(file.as_uri())
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds on a page as it stands now, in shadow roots too: every rule, the best practices as well."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
    return [
        f"{one['id']}: {json.dumps(node['target'])} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 420)])
@pytest.mark.parametrize("name", FILMS)
def test_axe_finds_no_violation(open_page: Any, name: str, scheme: str, width: int) -> None:
    page = open_page(FILMS[name](), color_scheme=scheme, viewport={"width": width, "height": 800})
    for key in ["ArrowRight"] * 3 + ["ArrowDown"] * 2:
        page.keyboard.press(key)
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 420)])
def test_axe_finds_no_violation_with_two_players_on_a_page_at_any_step(open_page: Any, scheme: str, width: int) -> None:
    page = open_page(FILMS["tabs"](), sample(), color_scheme=scheme, viewport={"width": width, "height": 800})
    assert violations(page) == []
    for key in ("End", "Home"):
        for player in page.locator(".player").all():
            player.focus()
            page.keyboard.press(key)
        assert violations(page) == []


def test_axe_finds_no_violation_without_scripts_or_where_the_film_is_damaged(open_page: Any, tmp_path: Path) -> None:
    page = open_page(sample())
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    for spoiled in (
        html.replace('<script type="module">', '<script type="text/plain">'),
        html.replace("-film/1", "-film/9"),
    ):
        (tmp_path / "page.html").write_text(spoiled, encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        assert violations(page) == []


FOCUSED = "() => document.querySelector('[data-advis]').shadowRoot.activeElement"
NAMED = FOCUSED + "?.getAttribute('aria-label') ?? document.activeElement.tagName"


def test_the_tab_key_reaches_every_control(open_page: Any) -> None:
    page = open_page(FILMS["tabs"]())
    names, texts = [], []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate(NAMED))
        texts.append(page.evaluate(FOCUSED + "?.textContent ?? ''"))
    controls = ["First step", "Previous step", "Play", "Next step", "Last step", "Step", "Speed", "Full screen"]
    assert set(controls) <= set(names)
    assert {"evaluate", "▸ forward", "◂ reverse", "both"} <= set(texts)


def test_what_has_the_focus_is_seen(open_page: Any) -> None:
    page = open_page(big(fold=False))
    outline = """() => {
        const focused = document.querySelector('[data-advis]').shadowRoot.activeElement;
        if (!focused) return null;
        const { outlineStyle, outlineWidth } = getComputedStyle(focused);
        return [focused.className || focused.tagName, outlineStyle, parseFloat(outlineWidth)];
    }"""
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        if found := page.evaluate(outline):
            seen.append(found)
    assert len(seen) >= 12
    assert all(style == "solid" and width >= 2 for _, style, width in seen), seen
    assert {"stage", "scroll"} <= {name for name, _, _ in seen}, "panes that scroll can be reached"


def test_every_mark_is_selected_by_keyboard_and_spoken(open_page: Any) -> None:
    page = open_page(sample())
    root = "document.querySelector('[data-advis]').shadowRoot"
    spoken = f"() => {root}.querySelector('.spoken').textContent"
    said = []
    for _ in range(7):
        page.keyboard.press("ArrowDown")
        said.append(page.evaluate(spoken))
    assert len(set(said)) == 7
    assert "Selected: x1, 2" in said
    assert "Selected: v2, x1 · x2, 10" in said
    assert page.evaluate(f"() => {root}.querySelector('.spoken').getAttribute('role')") == "status"
    page.keyboard.press("Escape")
    assert page.evaluate(spoken) == ""


def test_a_page_has_one_heading_which_is_heard_and_not_seen(open_page: Any) -> None:
    page = open_page(sample())
    assert page.get_by_role("heading", level=1).inner_text() == "f(x1, x2)"
    assert page.locator("h1").bounding_box()["height"] < 60
    assert page.locator(".player").bounding_box()["y"] < 30
