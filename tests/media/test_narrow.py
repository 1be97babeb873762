"""A narrow page in a real browser: what one steps with is seen beside what it moves, and nothing is cut or covered."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import advis as av
from tests.gallery import branchy, classic, lstm_cell, mlp_loss
from tests.media.shown import one

pytestmark = pytest.mark.browser
PHONE = {"width": 420, "height": 800}
BOX = "root.querySelector('{}').getBoundingClientRect()"


def reverse() -> str:
    return one(av.trace(classic, 2.0, 5.0).reverse().film())


def play() -> str:
    return one(av.play(av.trace(classic, 2.0, 5.0)).film())


def quiz() -> str:
    return one(av.quiz(av.trace(classic, 2.0, 5.0).reverse()).film())


def many() -> str:
    return one(av.trace(branchy, 0.7).reverse().film(direction="down"))


def deep(x: Any) -> Any:
    for _ in range(50):
        x = np.sin(x) * 1.1 + 0.01
    return x


@pytest.mark.parametrize("make", [reverse, play, quiz, many])
def test_sentence_and_controls_follow_the_graph_and_are_on_the_screen(show: Any, make: Any) -> None:
    shown = show(make(), viewport=PHONE)
    order = [shown.get(BOX.format(part)) for part in (".stage", ".say", "footer", "aside")]
    assert all(above["bottom"] <= below["top"] + 1 for above, below in itertools.pairwise(order))
    assert order[2]["bottom"] <= PHONE["height"]


@pytest.mark.parametrize("make", [reverse, play, many])
def test_the_tools_stand_in_one_row(show: Any, make: Any) -> None:
    shown = show(make(), viewport=PHONE)
    tools = "[...root.querySelectorAll('header button:not(.pill,.reset,[hidden])')].filter((e) => e.checkVisibility())"
    assert len(shown.get(f"[...new Set({tools}.map((e) => e.getBoundingClientRect().top))]")) == 1


def test_the_hint_of_a_folded_program_covers_no_trail(show: Any) -> None:
    shown = show(one(av.trace(deep, 0.5).reverse().film()), viewport=PHONE)
    assert shown.get("root.querySelector('.trail .soft').checkVisibility()")
    assert not shown.get("root.querySelector('.trail ol').checkVisibility()")
    shown.page.locator('.node[data-key="b1"]').click()
    assert shown.get("root.querySelector('.trail ol').checkVisibility()")


def test_tokens_come_into_view_with_the_box_that_sends_them(show: Any) -> None:
    shown = show(play(), viewport=PHONE, reduced_motion="reduce")
    for _ in range(13):
        shown.press("ArrowRight")
        shown.page.wait_for_timeout(50)
        stage = shown.get(BOX.format(".stage"))
        tokens = shown.get("[...root.querySelectorAll('rect.token')].map((e) => e.getBoundingClientRect())")
        assert all(stage["left"] <= token["left"] and token["right"] <= stage["right"] for token in tokens)


@pytest.mark.parametrize("pause", [30, 120, 300])
def test_who_steps_quickly_sees_where_he_is(show: Any, pause: int) -> None:
    shown = show(play(), viewport=PHONE)
    for _ in range(6):
        shown.press("ArrowRight")
        shown.page.wait_for_timeout(pause)
    shown.page.wait_for_timeout(900)
    stage, box = (shown.get(BOX.format(part)) for part in (".stage", ".frame.active"))
    assert stage["left"] <= box["left"]
    assert box["right"] <= stage["right"]


@pytest.mark.parametrize("width", [336, 420])
def test_the_controls_stand_in_two_rows(show: Any, width: int) -> None:
    shown = show(play(), viewport={"width": width + 36, "height": 800})
    parts = "[...root.querySelector('footer').children].map((e) => e.getBoundingClientRect())"
    *buttons, track, count, speed = shown.get(parts)
    assert track["bottom"] <= buttons[0]["top"] + 1
    assert track["right"] <= count["left"]
    assert {round(place["top"] + place["height"] / 2) for place in (*buttons, speed)} == {
        round(buttons[0]["top"] + buttons[0]["height"] / 2)
    }
    assert speed["right"] <= width + 18


def test_a_wide_drawing_is_entered_at_its_first_box(show: Any) -> None:
    rng = np.random.default_rng(7)
    tape = av.trace(lstm_cell, rng.normal(size=2), np.zeros(3), np.zeros(3), rng.normal(size=(12, 5)))
    shown = show(one(tape.film(direction="down")), viewport=PHONE)
    shown.page.wait_for_timeout(100)
    stage, box = (shown.get(BOX.format(part)) for part in (".stage", ".node"))
    assert stage["left"] <= box["left"]
    assert box["right"] <= stage["right"]
    assert stage["top"] <= box["top"]
    assert box["bottom"] <= stage["bottom"]


def test_the_table_of_arrays_shows_all_of_its_numbers(show: Any) -> None:
    rng = np.random.default_rng(7)
    params = [(rng.normal(size=(3, 4)), np.zeros(4)), (rng.normal(size=(4, 1)), np.zeros(1))]
    tape = av.trace(mlp_loss, params, rng.normal(size=(5, 3)), rng.normal(size=(5, 1)))
    shown = show(one(tape.reverse().film(direction="down")), viewport=PHONE)
    shown.press("End")
    cut = """[...root.querySelectorAll('td:not(.soft), th:not(.soft)')].filter((e) => e.scrollWidth > e.clientWidth + 1
        || e.getBoundingClientRect().right > root.querySelector('.table .scroll').getBoundingClientRect().right + 1)"""
    assert shown.get(f"{cut}.map((e) => e.textContent)") == []


def rounded(amount: Any, rate: Any) -> Any:
    paid = np.round(amount * (1.0 + rate), 2)
    return (paid - 10.0) ** 2


@pytest.mark.parametrize("make", [play, lambda: one(av.diagnose(rounded, 7.3, 0.19).film())])
def test_the_longest_sentence_has_its_room_from_the_start(show: Any, make: Any) -> None:
    shown = show(make(), viewport=PHONE)
    heights = set()
    for _ in range(14):
        heights.add(shown.get("root.querySelector('.say').clientHeight"))
        assert shown.get("root.querySelector('.say').scrollHeight <= root.querySelector('.say').clientHeight + 1")
        shown.press("ArrowRight")
    assert len(heights) == 1
