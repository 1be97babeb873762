"""A page in a real browser, with players on it: opened, pressed, asked; nothing may fail or be asked of any host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advis.films.film import Film
from advis.media.html import page
from advis.media.player import inline_json
from tests.tools import chromium

SHADOW = "document.querySelectorAll('[data-advis]')[{}].shadowRoot"


class Shown:
    """A page in the browser, what went wrong in it, and what it asked of the network."""

    def __init__(self, browser: Any, html: str, folder: Path, options: dict[str, Any]) -> None:
        (folder / "page.html").write_text(html, encoding="utf-8")
        self.page = browser.new_page(**{"viewport": {"width": 1280, "height": 720}, **options})
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto((folder / "page.html").as_uri())

    def get(self, what: str, player: int = 0) -> Any:
        """Evaluate an expression in which ``root`` is the shadow root of a player."""
        return self.page.evaluate(f"() => {{ const root = {SHADOW.format(player)}; return {what}; }}")

    def until(self, what: str) -> None:
        """Wait until an expression holds; from here, since the page's policy forbids to evaluate text in it."""
        for _ in range(50):
            if self.get(what):
                return
            self.page.wait_for_timeout(100)
        pytest.fail(f"never came true: {what}")

    def count(self, player: int = 0) -> str:
        return str(self.get("root.querySelector('.count').textContent", player))

    def press(self, *keys: str, player: int = 0) -> None:
        self.get("root.querySelector('.player').focus({ preventScroll: true })", player)
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open HTML; afterwards nothing may have failed or been asked of any host."""
    opened: list[Shown] = []

    def open_page(html: str, **options: Any) -> Shown:
        opened.append(Shown(browser, html, tmp_path, options))
        return opened[-1]

    yield open_page
    for shown in opened:
        assert shown.errors == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in shown.requests)
        shown.page.close()


def one(film: Film) -> str:
    return page([(film, "the numbers as text")], film.title)


# -- two views of a widget, and what stands for the kernel

MODEL = """
const listeners = new Map(), values = %s;
const model = {
  get: (name) => values[name],
  set: (name, value) => {
    if (values[name] === value) return;
    values[name] = value;
    for (const listener of listeners.get("change:" + name) ?? []) listener();
  },
  save_changes: () => { saved += 1; },
  on: (event, f) => listeners.set(event, [...(listeners.get(event) ?? []), f]),
  off: (event, f) => listeners.set(event, (listeners.get(event) ?? []).filter((g) => g !== f)),
};
const send = (state) => {
  const changed = Object.keys(state).filter((name) => values[name] !== state[name]);
  Object.assign(values, state);
  for (const name of changed) for (const listener of listeners.get("change:" + name) ?? []) listener();
};
let saved = 0;
const code = URL.createObjectURL(new Blob([document.getElementById("code").textContent], { type: "text/javascript" }));
const { render } = (await import(code)).default();
const ends = ["a", "b"].map((id) => render({ model, el: document.getElementById(id) }));
const root = (id) => document.getElementById(id).firstChild.shadowRoot;
const box = (id, key) => root(id).querySelector(`svg [data-key="${key}"]`);
globalThis.test = { model, values, ends, root, box, send, saved: () => saved };
"""
COUNTS = "() => ['a', 'b'].map((id) => test.root(id).querySelector('.count').textContent)"


def state_of(film: Film, step: int = 0) -> dict[str, Any]:
    """What a widget shares with its views."""
    return {"film": film.to_json(), "step": step, "playing": False, "speed": 1, "selected": ""}


def two_views(show: Any, module: str, values: dict[str, Any]) -> Shown:
    """Two views of one widget on a page."""
    code = f'<script type="text/plain" id="code">{module}</script>'
    start = f"<script type=module>{MODEL % inline_json(json.dumps(values))}</script>"
    shown: Shown = show(f"<!doctype html><meta charset=utf-8><div id=a></div><div id=b></div>{code}{start}")
    shown.page.wait_for_function("() => globalThis.test")
    return shown
