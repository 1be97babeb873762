"""Films of another schema, and damaged ones: a message in place of the picture, nothing thrown, and the others live."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.film import SCHEMA, Film
from advis.media.html import fragment
from advis.media.player import inline_json, widget_module
from tests.films.chain_films import FILMS as CHAIN_FILMS
from tests.films.chain_films import planned
from tests.media.films import FILMS, sample
from tests.media.laws import in_javascript
from tests.tools import chromium

FILM = json.loads(sample().to_json())


def changed(**fields: Any) -> str:
    return json.dumps({**FILM, **fields})


def without(name: str) -> str:
    return json.dumps({key: value for key, value in FILM.items() if key != name})


def played() -> Film:
    return av.play(av.trace(lambda a, b: np.sin(a) * b, 2.0, 5.0), {"a": 1.0}).film()


DAMAGED = {
    "truncated": sample().to_json()[:1000],
    "empty": "",
    "a list": "[]",
    "null": "null",
    "no scenes": without("scenes"),
    "no tracks": without("tracks"),
    "no words": without("words"),
    "no steps": without("steps"),
    "negative steps": changed(steps=-3),
    "half a step": changed(steps=2.5),
    "steps in words": changed(steps="six"),
    "scenes of text": changed(scenes="graph"),
    "a scene of nothing": changed(scenes=[None]),
    "a negative size": changed(scenes=[{**FILM["scenes"][0], "width": -1000}]),
    "an infinite size": changed(scenes=[{**FILM["scenes"][0], "width": "W"}]).replace('"W"', "1e999"),
    "a size that is no number": changed(scenes=[{**FILM["scenes"][0], "height": "NaN"}]),
    "a track of numbers": changed(tracks={"n1": [1, 2]}),
    "a track out of order": changed(tracks={"n1": [[3], [1]]}),
    "a word that is not there": changed(tracks={"n1": [[0, 999]]}),
    "a level beyond": changed(tracks={"n1": [[0, 0, "", 7]]}),
    "a choice of what is not there": changed(choices=[["c", ["m0"], "m1", 1, 1, ""]]),
}


@pytest.mark.parametrize("name", sorted({**FILMS, **CHAIN_FILMS}))
def test_a_film_of_ours_is_sound(name: str) -> None:
    film = {**FILMS, **CHAIN_FILMS}[name]()
    assert in_javascript("checked", film, text=film.to_json()) == "sound"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def opened(page: Any, folder: Path, html: str) -> Any:
    (folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{html}", encoding="utf-8")
    page.goto((folder / "page.html").as_uri())
    return page


def spoiled(text: str) -> str:
    """A fragment whose film is this text, beside the script of a sound one."""
    whole = fragment(sample(), "the numbers as text")
    return whole.replace(inline_json(sample().to_json()), inline_json(text))


@pytest.mark.browser
def test_a_damaged_film_is_a_message_and_the_others_live(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path, "".join([spoiled(changed()), *map(spoiled, DAMAGED.values()), fragment(sample(), "other")]))
    said = dict(zip(DAMAGED, page.get_by_role("alert").all_inner_texts(), strict=True))
    assert all(text.startswith("This picture ") for text in said.values())
    assert all(text.endswith("Run its cell again, or save the page anew.") for text in said.values())
    assert {name for name, text in said.items() if "is damaged (its " not in text} == {"a list"}, "it has no schema"
    places = page.locator("[data-advis]")
    for place in range(1, 1 + len(DAMAGED)):
        assert not places.nth(place).locator("img").is_visible()
        assert places.nth(place).locator("summary").is_visible(), "the text is still there"
    players = page.locator(".player:has(.count)").all()
    for player in players:
        player.focus()
        page.keyboard.press("End")
    assert [player.locator(".count").inner_text() for player in players] == ["6 / 6", "6 / 6"]


@pytest.mark.browser
def test_a_film_of_another_schema_says_which(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path, spoiled(changed(schema="advis-film/9")))
    said = page.get_by_role("alert").inner_text()
    assert f"another version of advis (advis-film/9, not {SCHEMA})" in said


WIDGET = """
const values = { film: %s, step: 2, playing: false, speed: 1, selected: "" }, listeners = {};
const model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; listeners["change:" + name]?.(); },
  save_changes: () => {},
  on: (event, f) => { listeners[event] = f; },
  off: () => {},
};
const code = URL.createObjectURL(new Blob([document.getElementById("code").textContent], { type: "text/javascript" }));
const { render } = (await import(code)).default();
const end = render({ model, el: document.getElementById("a") });
globalThis.test = { model, values, end, root: document.getElementById("a").firstChild.shadowRoot };
"""


def with_widget(page: Any, folder: Path) -> Any:
    code = f'<script type="text/plain" id="code">{widget_module()}</script>'
    start = f"<script type=module>{WIDGET % inline_json(json.dumps(sample().to_json()))}</script>"
    opened(page, folder, f"<div id=a></div>{code}{start}")
    page.wait_for_function("() => globalThis.test")
    return page


@pytest.mark.browser
def test_a_widget_says_it_too_and_shows_the_next_film(page: Any, tmp_path: Path) -> None:
    with_widget(page, tmp_path)
    for name, value in (("film", "{"), ("step", 3), ("playing", True), ("selected", "n1"), ("speed", 2), ("step", 4)):
        page.evaluate("([name, value]) => test.model.set(name, value)", [name, value])
    assert page.get_by_role("alert").inner_text().startswith("This picture is damaged")
    assert page.locator(".count").count() == 0
    page.evaluate("() => test.model.set('playing', false)")
    page.evaluate("(film) => test.model.set('film', film)", sample().to_json())
    assert page.get_by_role("alert").count() == 0
    assert page.locator(".count").inner_text() == "4 / 6"
    page.evaluate("() => { test.model.set('film', ''); test.end(); }")


def damages(film: Film, count: int) -> list[str]:
    """So many films in each of which one place is gone or holds something else."""
    record, chance = json.loads(film.to_json()), random.Random(7)
    others = [None, -1, 1e6, "x", [], {}, "__proto__", True, [[]], 0.5]
    found = []
    for _ in range(count):
        mine = copy.deepcopy(record)
        inside: Any = mine
        while True:
            keys = [key for key in (inside if isinstance(inside, dict) else range(len(inside))) if key != "schema"]
            key = chance.choice(keys)
            if not isinstance(inside[key], (dict, list)) or not inside[key] or chance.random() < 0.15:
                break
            inside = inside[key]
        if chance.random() < 0.4:
            del inside[key]
        else:
            inside[key] = chance.choice(others)
        found.append(json.dumps(mine))
    return found


TRY = """async (films) => {
  const thrown = [];
  for (const film of films) {
    try {
      test.model.set("film", film);
      const player = test.root.querySelector(".player:not(.message)");
      const keys = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "End", "ArrowLeft", "Home", "Escape"];
      const press = (key) => player?.dispatchEvent(new KeyboardEvent("keydown", { key }));
      for (const key of keys) press(key);
      for (const pill of test.root.querySelectorAll(".pill")) {
        pill.click();
        test.root.querySelector(".choice.open")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        press("End");
      }
      if (!player && !test.root.querySelector("[role=alert]")) thrown.push(["nothing is shown", film]);
    } catch (error) {
      thrown.push([String(error.stack), film]);
    }
  }
  return thrown;
}"""


@pytest.mark.browser
@pytest.mark.parametrize("make", [sample, played, lambda: planned([1, 4, 5, 2]).film()], ids=["sweep", "play", "chain"])
def test_a_film_damaged_anywhere_throws_nothing(page: Any, tmp_path: Path, make: Any) -> None:
    with_widget(page, tmp_path)
    assert page.evaluate(TRY, damages(make(), 150)) == []
