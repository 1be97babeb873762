"""A committed notebook in a real JupyterLab 4 and a real Notebook 7: untrusted, trusted without a kernel, and run."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.notebook.conftest import NOTEBOOKS, Jupyter
from tests.tools import needs_module

pytestmark = pytest.mark.browser
LIVE = "[...document.querySelectorAll('[data-advis]')].filter(place => place.shadowRoot)"
PICTURE = ".jp-OutputArea img[src^='data:image/svg']"


def run_all(page: Any, players: int) -> None:
    """Run the notebook, once its kernel is there, and wait until every cell has run and so many players stay alive."""
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    waiting = "[...document.querySelectorAll('.jp-InputPrompt')].some(prompt => prompt.textContent.includes('*'))"
    page.evaluate(f"""() => {{
        window.began = false;  // the star of a quick cell may have gone before anybody looks
        const watch = new MutationObserver(() => {{ window.began ||= {waiting}; }});
        watch.observe(document.body, {{ subtree: true, childList: true, characterData: true }});
    }}""")
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(f"window.began && !({waiting})", timeout=60_000)
    page.wait_for_function(f"{LIVE}.length >= {players}", timeout=60_000)
    # outputs of a run replace those of the one before: wait until the same players stand there for a second
    same = f"""async () => {{
        const now = {LIVE};
        await new Promise((done) => setTimeout(done, 1000));
        const later = {LIVE};
        return now.length === later.length && now.every((place, i) => place === later[i]);
    }}"""
    for _ in range(30):
        if page.evaluate(same):
            return
    pytest.fail("the outputs of the notebook never came to rest")


def step_twice(page: Any, player: Any) -> None:
    player.scroll_into_view_if_needed()
    player.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert "Step 2 of 5" in player.inner_text()


@pytest.mark.parametrize("place", ["lab/workspaces/run/tree", "notebooks"], ids=["JupyterLab", "Notebook"])
def test_untrusted_it_shows_pictures_and_run_it_plays(jupyter: Jupyter, page: Any, place: str) -> None:
    page.goto(f"{jupyter.address}/{place}/01-first-sweep.ipynb")
    page.wait_for_selector(PICTURE, timeout=60_000)
    assert page.locator("[data-advis]").count() == 0  # the untrusted notebook lost its scripts: the picture stays
    page.locator(".jp-OutputArea summary").first.click()
    assert "operation" in page.locator(".jp-OutputArea details pre").first.inner_text()  # and so does the text
    run_all(page, 4)
    step_twice(page, page.locator("[data-advis] .player").nth(1))


@pytest.mark.parametrize("place", ["lab/workspaces/trusted/tree", "notebooks"], ids=["JupyterLab", "Notebook"])
def test_saved_and_trusted_it_plays_without_a_kernel(jupyter: Jupyter, page: Any, place: str) -> None:
    nbformat = needs_module("nbformat")
    notebook = nbformat.read(NOTEBOOKS / "01-first-sweep.ipynb", as_version=4)
    notebook.metadata.kernelspec = {"name": "gone", "display_name": "A kernel that is not here", "language": "gone"}
    notebook.metadata.language_info = {"name": "gone"}
    saved = jupyter.folder / "trusted.ipynb"
    nbformat.write(notebook, saved)
    trust = [sys.executable, "-m", "nbformat.sign", str(saved)]
    subprocess.run(trust, env=jupyter.environment, check=True, capture_output=True)
    page.goto(f"{jupyter.address}/{place}/trusted.ipynb")
    page.locator(".jp-Dialog button", has_text="No Kernel").click(timeout=60_000)
    page.wait_for_function(f"{LIVE}.length >= 2", timeout=60_000)
    step_twice(page, page.locator("[data-advis] .player").nth(1))
    assert page.locator(".jp-Toolbar-kernelName").inner_text() == "No Kernel"


def test_the_reader_multiplies_a_chain_in_an_order_of_his_own(jupyter: Jupyter, page: Any) -> None:
    page.goto(f"{jupyter.address}/lab/workspaces/chain/tree/03-accumulation-order.ipynb")
    page.wait_for_selector(PICTURE, timeout=60_000)
    run_all(page, 2)
    player = page.locator("[data-advis] .player:has(.pills)").filter(has_text="my own").first
    player.scroll_into_view_if_needed()
    player.get_by_text("my own").click()
    assert "Which two neighbours do you multiply first?" in player.inner_text()
    price = player.locator(".choice.open").first
    said = price.get_attribute("aria-label")
    price.click()
    assert said.partition(" It leaves")[0] in player.inner_text()
    assert "1 / " in player.locator(".count").inner_text()


EXPLORED = """
import numpy as np
import advis as av

def f(x):
    if x > 3:
        raise ValueError("above 3 there is nothing")
    if x > 1:
        return np.log(x) * x
    return x - 1

explorer = av.explore(f, 2.0)
explorer
"""


def test_the_reader_drags_a_value_in_the_graph_and_everything_follows(jupyter: Jupyter, page: Any) -> None:
    nbformat = needs_module("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EXPLORED)])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, jupyter.folder / "explored.ipynb")
    page.goto(f"{jupyter.address}/lab/workspaces/explored/tree/explored.ipynb")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    players, box = page.locator(".player"), page.locator(".movable")
    box.wait_for(timeout=60_000)
    assert players.count() == 2  # the plot, which borrows the player's code, and the graph
    plot, graph = players.nth(0), players.nth(1)
    assert "y = 1.386 at x = 2" in plot.inner_text()
    graph.scroll_into_view_if_needed()
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + 12

    def drag_to(offset: int) -> None:
        page.mouse.move(x + offset, y, steps=6)

    def follows(where: Any, text: str) -> None:
        where.get_by_text(text).first.wait_for(timeout=15_000)

    page.mouse.move(x, y)
    page.mouse.down()
    drag_to(25)  # the range is 6 wide: by 0.5
    follows(box, "2.5")
    follows(plot, "y = 2.291 at x = 2.5")
    assert page.locator(".widget-text input").first.input_value() == "2.5"
    drag_to(75)
    follows(graph, "above 3 there is nothing, at line 3 of f")
    follows(plot, "y =")  # the last good picture
    assert "2.5" in box.inner_html() or "at x = 2." in plot.inner_text()
    drag_to(-75)
    follows(graph, "x > 1 is now false: line 4 of f")
    follows(graph, "new")
    page.mouse.up()
    follows(plot, "y = −0.5 at x = 0.5")
    page.locator(".widget-text input").first.fill("2.25")
    page.locator(".widget-text input").first.press("Enter")
    follows(graph, "x > 1 is now true")
    follows(box, "2.25")
