"""A real marimo, which runs no scripts of `text/html`: what is displayed there is the live widget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.notebook.servers import free_port, server, settings_of_its_own, watched_page
from tests.tools import needs_module

pytestmark = pytest.mark.browser

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    import advis as av
    import numpy as np
    return av, np


@app.cell
def _(av, np):
    sweep = av.trace(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0).reverse()
    sweep
    return (sweep,)


@app.cell
def _(av):
    av.chain(shapes=[(1, 4), (4, 50), (50, 20)])
    return


@app.cell
def _(sweep):
    widget = sweep.widget(direction="down")
    widget.step = 3
    widget
    return
"""


@pytest.fixture(scope="module")
def marimo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    needs_module("marimo")
    home = tmp_path_factory.mktemp("marimo")
    (home / "notebook.py").write_text(NOTEBOOK, encoding="utf-8")
    port = free_port()
    options = ["run", str(home / "notebook.py"), "--headless", "--no-token", "--host", "127.0.0.1", "-p", str(port)]
    with server("marimo", *options, port=port, environment=settings_of_its_own(home), log=home / "log") as address:
        yield address


def test_what_is_displayed_plays(marimo: str, browser: Any) -> None:
    with watched_page(browser, marimo) as page:
        page.goto(marimo)
        sweep, chain, widget = (page.locator(".player").nth(place) for place in range(3))
        widget.wait_for(timeout=60_000)
        sweep.focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        assert "Step 2 of 5" in sweep.inner_text()
        assert widget.locator(".count").inner_text() == "3 / 6"
        chain.get_by_text("my own").click()
        chain.locator(".choice.open").first.click()
        assert "So far" in chain.inner_text() or "Done" in chain.inner_text()
