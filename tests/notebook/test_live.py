"""The live widget in a real browser, with a model that stands for the kernel: patched, changed and moved by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.notebook.explore import Explorer
from advis.notebook.widget import FilmWidget
from tests.media.shown import COUNTS, Shown, browser, show, two_views

__all__ = ["browser", "show"]  # fixtures
pytestmark = pytest.mark.browser

TRAITS = ("film", "step", "playing", "speed", "selected", "tab")
LIVE = (*TRAITS, "live", "values", "ranges", "error", "notice", "kept")


def state(widget: FilmWidget, names: tuple[str, ...]) -> dict[str, Any]:
    """What a widget shares with its views."""
    return {name: getattr(widget, name) for name in names}


def opened(show: Any, widget: FilmWidget, names: tuple[str, ...]) -> Shown:
    """Two views of one widget on a page."""
    return two_views(show, widget._esm, state(widget, names))


def follow(shown: Shown, explorer: Explorer) -> None:
    """The page hears from the kernel; reading the play settles what a running loop (Playwright's) would do later."""
    assert explorer.play
    names = ("values", "film", "kept", "notice", "step")
    shown.page.evaluate("(state) => test.send(state)", state(explorer.player, names))


def turning(x: Any, z: Any) -> Any:
    if x > 0:
        y = np.sin(x)
        y = y * z
    else:
        y = x - z
    return y + 1.0


@pytest.fixture
def explorer() -> Explorer:
    return av.explore(turning, 0.5, 2.0, mode="reverse")


def text(shown: Shown, key: str, view: str = "a") -> str:
    words = "[...test.box('{}', '{}').querySelectorAll('.number.value')].map((t) => t.textContent).join()"
    return str(shown.page.evaluate("() => " + words.format(view, key)))


def said(shown: Shown, view: str = "a") -> str:
    return str(shown.page.evaluate(f"() => test.root('{view}').querySelector('.say p').textContent"))


def test_views_of_a_film_with_tabs_show_the_same_tab(show: Any) -> None:
    widget = av.play(av.trace(lambda a, b: a * b + a, 2.0, 5.0)).widget()
    widget.tab = "reverse"
    shown = opened(show, widget, TRAITS)
    pressed = "() => ['a', 'b'].map((id) => test.root(id).querySelector('.pill[aria-pressed=true]').textContent)"
    assert shown.page.evaluate(pressed) == ["◂ reverse"] * 2
    shown.page.evaluate("() => test.model.set('step', 2)")
    shown.page.evaluate("() => test.root('b').querySelectorAll('.pill')[1].click()")
    assert shown.page.evaluate(pressed) == ["▸ forward"] * 2
    assert shown.page.evaluate(COUNTS) == ["0 / 3"] * 2
    assert shown.page.evaluate("() => [test.values.tab, test.values.step]") == ["forward", 0]
    shown.page.evaluate("() => test.send({ step: 2, tab: 'evaluate' })")
    assert shown.page.evaluate(pressed) == ["evaluate"] * 2
    assert shown.page.evaluate(COUNTS) == ["2 / 2"] * 2


def test_numbers_are_patched_where_they_stand(show: Any, explorer: Explorer) -> None:
    explorer.player.step = 3
    shown = opened(show, explorer.player, LIVE)
    shown.page.evaluate("() => { test.model.set('selected', 'n1'); test.before = test.box('a', 'n0'); }")
    explorer.move(x=0.75)
    follow(shown, explorer)
    assert (text(shown, "n0"), text(shown, "n0", "b")) == ("0.75", "0.75")
    assert shown.page.evaluate("() => test.before === test.box('a', 'n0')"), "the box itself stays"
    assert shown.page.evaluate("() => test.box('a', 'n1').classList.contains('selected')")
    assert shown.page.evaluate(COUNTS) == ["3 / 4"] * 2
    assert "0.75" in shown.page.evaluate("() => test.root('a').querySelector('tr[data-key=n0]').textContent")
    fresh = opened(show, explorer.player, LIVE)  # as if it had always been so
    stage = "() => test.root('a').querySelector('.stage .boxes').innerHTML"
    shown.page.evaluate("() => test.model.set('selected', '')")
    clean = [part.replace(' class=""', "") for part in (shown.page.evaluate(stage), fresh.page.evaluate(stage))]
    assert clean[0].replace("node movable selected", "node movable") == clean[1]


def test_another_graph_comes_about_with_its_new_boxes_marked(show: Any, explorer: Explorer) -> None:
    explorer.player.step, explorer.player.selected = 2, "n1"
    shown = opened(show, explorer.player, LIVE)
    explorer.move(x=-0.5)
    follow(shown, explorer)
    assert said(shown) == "x > 0 is now false: line 2 of turning; 1 operation new, 2 gone"
    assert "x > 0 is now false" in shown.page.evaluate("() => test.root('b').querySelector('header').textContent")
    new = shown.page.evaluate("() => [...test.root('a').querySelectorAll('.fresh')].map((g) => g.dataset.key)")
    after = av.trace(turning, -0.5, 2.0)
    kept = explorer.player.kept
    assert new == [
        f"n{node.index}" for node in after if f"n{node.index}" not in kept and node.primitive.name != "constant"
    ]
    assert shown.page.evaluate("() => test.root('a').querySelectorAll('svg > [aria-hidden]').length") > 0, (
        "gone ones fade"
    )
    assert (
        shown.page.evaluate("() => test.root('a').querySelector('.stage').getAnimations({ subtree: true }).length") > 3
    )
    shown.page.wait_for_timeout(1200)
    assert shown.page.evaluate("() => test.root('a').querySelectorAll('svg > [aria-hidden]').length") == 0
    assert shown.page.evaluate("() => test.box('a', 'n1').classList.contains('selected')")
    shown.page.evaluate("() => test.root('a').querySelector('button.next').click()")
    assert "is now false" not in shown.page.evaluate("() => test.root('a').querySelector('.player').textContent")


def test_without_motion_the_marks_remain(show: Any, explorer: Explorer) -> None:
    shown = opened(lambda html: show(html, reduced_motion="reduce"), explorer.player, LIVE)
    explorer.move(x=-0.5)
    follow(shown, explorer)
    assert shown.page.evaluate("() => test.root('a').getAnimations().length") == 0
    assert shown.page.evaluate("() => test.root('a').querySelectorAll('.fresh .word').length") == 1


def test_a_box_is_dragged_and_moved_by_keys_and_a_click_still_selects(show: Any, explorer: Explorer) -> None:
    shown = opened(show, explorer.player, LIVE)
    place = shown.page.evaluate("() => test.box('a', 'n0').getBoundingClientRect().toJSON()")
    x, y = place["x"] + place["width"] / 2, place["y"] + 12
    low, high = explorer.player.ranges["n0"]
    mouse = shown.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 30, y, steps=3)
    assert shown.page.evaluate("() => test.values.values.n0") == pytest.approx(0.5 + (high - low) / 10, abs=0.02)
    explorer.player.values = shown.page.evaluate("() => test.values.values")
    follow(shown, explorer)
    mouse.move(x - 30, y, steps=3)
    mouse.up()
    moved = shown.page.evaluate("() => test.values.values.n0")
    assert moved == pytest.approx(0.5 - (high - low) / 10, abs=0.02)
    assert shown.page.evaluate("() => test.values.selected") == ""
    mouse.click(x, y)
    assert shown.page.evaluate("() => test.values.selected") == "n0"
    shown.page.keyboard.press("+")
    assert shown.page.evaluate("() => test.values.values.n0") > moved
    assert shown.page.evaluate("() => test.values.values.n1") == 2.0


def test_an_error_is_shown_over_the_picture_that_stays(show: Any, explorer: Explorer) -> None:
    shown = opened(show, explorer.player, LIVE)
    sentence = said(shown)
    shown.page.evaluate("() => test.send({ error: '<img src=x onerror=alert(1)> at line 3 of f' })")
    assert said(shown) == "⚠ <img src=x onerror=alert(1)> at line 3 of f"
    assert shown.page.evaluate("() => test.root('a').querySelector('.player').classList.contains('stale')")
    assert text(shown, "n0") == "0.5"
    shown.page.evaluate("() => test.send({ error: '' })")
    assert said(shown) == sentence
    shown.page.evaluate("() => test.ends.forEach((end) => end())")
    assert shown.page.evaluate("() => test.root('a').querySelectorAll('.player').length") == 0


def test_a_page_has_nothing_of_it(explorer: Explorer) -> None:
    from advis.media.html import fragment

    html = fragment(explorer.play.film(), "")
    assert "pointerdown" not in html
    assert "movable" not in html
