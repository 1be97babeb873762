"""What is saved plays from a file, without server and kernel: pages, and notebooks that nbconvert made HTML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from traitlets.config import Config

import advis as av
from advis.media.html import fragment
from tests.media.films import large, sample
from tests.notebook.conftest import NOTEBOOKS
from tests.notebook.servers import watched_page
from tests.tools import needs_module

pytestmark = pytest.mark.browser
LIVE = "() => [...document.querySelectorAll('[data-advis]')].filter((place) => place.shadowRoot).length"


def count_of(player: Any) -> str:
    return str(player.locator(".count").inner_text())


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first notebook as nbconvert writes it, without what its template would fetch from a CDN."""
    nbformat, nbconvert = needs_module("nbformat"), needs_module("nbconvert")
    notebook = nbformat.read(NOTEBOOKS / "01-first-sweep.ipynb", as_version=4)
    options = Config({"HTMLExporter": {"mathjax_url": "", "require_js_url": ""}})
    html, _ = nbconvert.HTMLExporter(config=options).from_notebook_node(notebook)
    path = tmp_path_factory.mktemp("converted") / "notebook.html"
    path.write_text(html, encoding="utf-8")
    return path


def test_a_notebook_that_nbconvert_made_html_plays_from_a_file(browser: Any, converted: Path) -> None:
    with watched_page(browser) as page:
        page.goto(converted.as_uri())
        assert page.evaluate(LIVE) >= 4
        player = page.locator("[data-advis] .player:has(.count)").first
        player.focus()
        page.keyboard.press("ArrowRight")
        assert count_of(player).startswith("1 / ")


def test_without_scripts_it_shows_pictures_and_the_text(browser: Any, converted: Path) -> None:
    with watched_page(browser, java_script_enabled=False) as page:
        page.goto(converted.as_uri())
        assert page.locator("[data-advis] img").first.bounding_box()["width"] > 300
        page.locator("[data-advis] summary").first.click()
        assert "operation" in page.locator("[data-advis] pre").first.inner_text()


def test_a_saved_page_plays_from_a_file(browser: Any, tmp_path: Path) -> None:
    reverse = av.trace(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0).reverse()
    with watched_page(browser) as page:
        page.goto(reverse.save(tmp_path / "sweep.html").as_uri())
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert count_of(page.locator(".player")) == "3 / 6"


def test_two_versions_of_the_player_live_on_one_page(browser: Any, tmp_path: Path) -> None:
    """A notebook saved in parts over the years: each output brings its own player, also of a film that another has."""
    ours = [fragment(film, "text") for film in (sample(), large(12), sample())]
    older = [re.sub(r'"Next step"', '"Forward"', ours[1]), re.sub(r'"Next step"', '"Forward"', ours[2])]
    (tmp_path / "page.html").write_text(
        f"<!doctype html><meta charset=utf-8>{ours[0]}{''.join(older)}", encoding="utf-8"
    )
    with watched_page(browser) as page:
        page.goto((tmp_path / "page.html").as_uri())
        players = page.locator(".player").all()
        for player, key in zip(players, ("ArrowRight", "End", "ArrowRight"), strict=True):
            player.focus()
            page.keyboard.press(key)
        assert [count_of(player) for player in players] == ["1 / 6", "12 / 12", "1 / 6"]
        assert players[1].locator("button.next").get_attribute("aria-label") == "Forward"
        assert players[0].locator("button.next").get_attribute("aria-label") == "Next step"
