"""A committed notebook in a real JupyterLab, in real Chromium: untrusted at first, then run."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from tools import needs

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """A JupyterLab server over a copy of the notebooks, with settings of its own."""
    shutil.copytree(NOTEBOOKS, tmp_path / "notebooks")
    port = free_port()
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")
    environment = {**os.environ, **{name: str(tmp_path / name.lower()) for name in names}}
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path / 'notebooks'}",
        "--LabApp.extension_manager=readonly", "--LabApp.news_url=None",
    ]  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("JupyterLab did not start within a minute")


@pytest.fixture
def page(lab):
    """A page of a real browser; afterwards nothing may have failed, or been asked of another host."""
    from playwright.sync_api import sync_playwright

    chromium = needs("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        elsewhere, errors = [], []
        page.on("request", lambda r: None if r.url.startswith((lab, "data:", "blob:")) else elsewhere.append(r.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        browser.close()
    assert elsewhere == []
    assert errors == []


def run_all(page, players: int) -> None:
    """Run the notebook, and wait until every cell has run and so many players are alive and stay."""
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    waiting = "[...document.querySelectorAll('.jp-InputPrompt')].some(prompt => prompt.textContent.includes('*'))"
    page.wait_for_function(waiting, timeout=60_000)
    page.wait_for_function(f"!({waiting})", timeout=60_000)
    live = "[...document.querySelectorAll('[data-advis]')].filter(place => place.shadowRoot)"
    page.wait_for_function(f"{live}.length >= {players}", timeout=60_000)
    # outputs of a run replace those of the one before: wait until the same players stand there for a second
    same = f"""async () => {{
        const now = {live};
        await new Promise((done) => setTimeout(done, 1000));
        const later = {live};
        return now.length === later.length && now.every((place, i) => place === later[i]);
    }}"""
    for _ in range(30):
        if page.evaluate(same):
            return
    pytest.fail("the outputs of the notebook never came to rest")


@pytest.mark.browser
def test_untrusted_it_shows_pictures_and_run_it_plays(lab, page):
    page.goto(f"{lab}/lab/tree/01-first-sweep.ipynb")
    page.wait_for_selector(".jp-OutputArea img[src^='data:image/svg']", timeout=60_000)
    assert page.locator("[data-advis]").count() == 0  # the untrusted notebook lost its scripts: the picture stays
    run_all(page, 4)
    player = page.locator("[data-advis] .player").nth(1)
    player.scroll_into_view_if_needed()
    player.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert "Step 2 of 5" in player.inner_text()


@pytest.mark.browser
def test_the_reader_multiplies_a_chain_in_an_order_of_his_own(lab, page):
    page.goto(f"{lab}/lab/tree/03-accumulation-order.ipynb")
    page.wait_for_selector(".jp-OutputArea img[src^='data:image/svg']", timeout=60_000)
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


@pytest.mark.browser
def test_the_reader_drags_a_value_in_the_graph_and_everything_follows(lab, page, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EXPLORED)])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, tmp_path / "notebooks" / "explored.ipynb")
    page.goto(f"{lab}/lab/tree/explored.ipynb")
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

    def follows(where, text: str) -> None:
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
