"""Big programs in a real browser: blocks open, a trail leads back, turns are counted, and nothing stalls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.media.html import fragment

pytestmark = pytest.mark.browser


def layer(h: Any, w: Any, b: Any) -> Any:
    a = h * w + b
    return np.tanh(a)


def network(x: Any, w: Any) -> Any:
    h = x
    for k in range(40):
        h = layer(h, w, 0.1 * k)
        h = h + x
    return h * h


def shown(show: Any, kind: str = "reverse", **options: Any) -> Any:
    tape = av.trace(network, 0.3, 1.1)
    film = (av.play(tape) if kind == "play" else tape.reverse()).film()
    return show(fragment(film, "text"), **options)


def trail(player: Any) -> str:
    return str(player.get("[...root.querySelectorAll('.trail li')].map((li) => li.textContent).join(' / ')"))


def titles(player: Any) -> list[str]:
    return list(player.get("[...root.querySelectorAll('.node > .title')].map((text) => text.textContent)"))


def said(player: Any) -> str:
    return str(player.get("root.querySelector('.say p').textContent"))


def click(player: Any, key: str) -> None:
    player.page.locator(f'.node[data-key="{key}"]').click()


def test_a_click_opens_a_block_and_the_trail_leads_back(show: Any) -> None:
    player = shown(show)
    assert trail(player) == "network(x, w)"
    assert player.count() == "0 / 3"
    click(player, "b1")
    assert trail(player) == "network(x, w) / for k in range(40) of 40"
    assert player.get("root.querySelector('.turn input').value") == "40"  # in reverse the last turn comes first
    assert "layer" in titles(player)
    click(player, "b2.@")
    assert trail(player) == "network(x, w) / for k in range(40)40 of 40 / layer"
    assert "h = tanh(a)" in titles(player)
    player.page.get_by_role("button", name="for k in range(40)").click()
    assert trail(player) == "network(x, w) / for k in range(40) of 40"
    player.press("Backspace")
    assert trail(player) == "network(x, w)"


def test_in_a_place_the_steps_are_its_own_and_playing_on_goes_to_the_next_turn(show: Any) -> None:
    player = shown(show)
    click(player, "b1")
    assert player.count() == "0 / 1"
    assert said(player).startswith("h = h + x hands its adjoint")
    player.press("ArrowRight")
    assert player.count() == "1 / 1"
    assert said(player).startswith("layer hands its adjoint back")
    player.press("ArrowRight")
    assert player.get("root.querySelector('.turn input').value") == "39"
    assert player.count() == "0 / 1"
    player.press("ArrowLeft")
    assert player.get("root.querySelector('.turn input').value") == "40"


def test_a_turn_can_be_chosen_and_shows_its_numbers(show: Any) -> None:
    player = shown(show)
    click(player, "b1")
    numbers = "[...root.querySelectorAll('.number.value')].map((text) => text.textContent).join()"
    before = player.get(numbers)
    field = player.page.locator(".turn input")
    field.fill("7")
    field.press("Enter")
    assert player.get("root.querySelector('.turn input').value") == "7"
    assert player.get(numbers) != before
    player.page.get_by_role("button", name="Turn after").click()
    assert player.get("root.querySelector('.turn input').value") == "8"


def test_the_keyboard_opens_and_leaves_a_block(show: Any) -> None:
    player = shown(show)
    for _ in range(20):
        player.press("ArrowDown")
        if player.get("root.querySelector('.node.selected')?.dataset.key") == "b1":
            break
    player.press("Enter")
    assert "for k in range(40)" in trail(player)
    player.press("Backspace")
    assert trail(player) == "network(x, w)"


def test_tabs_work_in_every_place(show: Any) -> None:
    player = shown(show, "play")
    player.page.get_by_role("button", name="evaluate").click()
    click(player, "b1")
    assert player.get("root.querySelector('.turn input').value") == "1"
    player.page.get_by_role("button", name="reverse").click()
    player.press("End")
    assert "for k in range(40)" in trail(player)
    assert "adjoint" in said(player)


def test_search_finds_a_name_in_any_place(show: Any) -> None:
    player = shown(show)
    player.press("/")
    player.page.keyboard.type("tanh")
    assert player.get("root.querySelector('.search li').textContent") == "h = tanh(a)layer"
    player.page.keyboard.press("Enter")
    assert trail(player).endswith("layer")
    assert player.get("root.querySelector('.node.selected > .title').textContent") == "h = tanh(a)"
    player.press("/")
    player.page.keyboard.type("!")
    player.until("root.querySelector('.search [role=status]').textContent.startsWith('Nothing says')")
    player.page.keyboard.press("Escape")
    assert player.get("root.querySelector('.search').hidden")


def test_a_large_drawing_zooms_pans_and_has_a_map(show: Any) -> None:
    film = av.trace(network, 0.3, 1.1).reverse().film(fold=False)
    player = show(fragment(film, "text"))
    width = "root.querySelector('.stage svg').getBoundingClientRect().width"
    before = player.get(width)
    player.press("+", "+")
    assert player.get(width) == pytest.approx(before * 1.25**2, rel=0.01)
    assert player.get("root.querySelector('.map').classList.contains('needed')")
    player.press("0")
    assert player.get(width) <= player.get("root.querySelector('.stage').clientWidth")
    player.press("+", "+", "+", "+", "+", "+", "+", "+")
    stage = player.page.locator(".stage").bounding_box()
    left = player.get("root.querySelector('.stage').scrollLeft")
    player.page.mouse.move(stage["x"] + 300, stage["y"] + 15)
    player.page.mouse.down()
    player.page.mouse.move(stage["x"] + 200, stage["y"] + 15, steps=4)
    player.page.mouse.up()
    assert player.get("root.querySelector('.stage').scrollLeft") - left == pytest.approx(100, abs=20)


def test_fifty_thousand_nodes_display_and_step_without_stalling(show: Any) -> None:
    def long(x: Any, y: Any) -> Any:
        for _ in range(12_500):
            a = x * y + 0.01
            x = np.sin(a) * 0.9
        return x

    tape = av.trace(long, 0.3, 1.1)
    assert len(tape) > 50_000
    player = show(fragment(tape.reverse().film(), "text"))
    click(player, "b1")
    assert "for _ in range(12_500)" in trail(player)
    worst = player.page.evaluate(
        """async () => {
          const root = document.querySelector('[data-advis]').shadowRoot, times = [];
          for (let i = 0; i < 30; i++) {
            const start = performance.now();
            root.querySelector('button.next').click();
            times.push(performance.now() - start);
            await new Promise(requestAnimationFrame);
          }
          return times.sort((a, b) => a - b)[15];
        }"""
    )
    assert worst < 50  # milliseconds of script, in the middle of thirty steps


@pytest.mark.parametrize("width", [420, 800, 1280])
def test_the_trail_fits_every_width(show: Any, width: int) -> None:
    player = shown(show, viewport={"width": width, "height": 720})
    click(player, "b1")
    click(player, "b2.@")
    wide = "root.querySelector('.player').scrollWidth - root.querySelector('.player').clientWidth"
    assert player.get(wide) <= 0


def test_a_trail_of_long_names_and_many_places_stays_in_its_line(show: Any) -> None:
    def deeper(y: Any, depth: int) -> Any:
        if not depth:
            return y
        with av.block(f"level {depth} of the recursion"):
            return deeper(np.sin(y) * 1.1 + 0.1, depth - 1) + y

    def f(*xs: Any) -> Any:
        return deeper(sum(xs), 12)

    film = av.trace(f, *np.linspace(0.1, 1.0, 40)).reverse().film(fold=True)
    shown = show(fragment(film, "text"), reduced_motion="reduce")
    height = "root.querySelector('.trail').getBoundingClientRect().height"
    first = shown.get(height)
    assert shown.get("root.querySelector('.trail b').title.length") > 200, "in full where one points"
    for _ in range(9):
        shown.page.locator("g.node", has_text="deeper").first.click()
    assert shown.get("[...root.querySelectorAll('.trail li')].map((e) => e.textContent)")[1] == "…"
    assert shown.get("root.querySelectorAll('.trail li').length") == 7
    assert shown.get(height) < 2.5 * first
    shown.page.locator(".crumb").first.click()
    assert shown.get("root.querySelectorAll('.trail li').length") == 1
