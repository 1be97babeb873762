"""Other seeds, and a quiz, in a real browser: by hand, by keys, and told to everybody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.media.player import widget_module
from tests.media.shown import COUNTS, Shown, one, state_of, two_views
from tests.media.test_browser import SAID, pill

pytestmark = pytest.mark.browser
TOLD, ASKED = (f"root.querySelector('.{name}').textContent" for name in ("told", "asked"))
PICTURE = "root.querySelector('.main').outerHTML.replaceAll(' class=\"\"', '').replaceAll(' \"', '\"')"


def classic(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def number(shown: Shown, node: int, voice: str) -> str:
    """What stands in a node's row of the table."""
    return str(shown.get(f"root.querySelector('tr[data-key=n{node}] td.{voice}').textContent"))


@pytest.fixture
def playing(show: Any) -> Shown:
    return show(one(av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0}).film()))


@pytest.fixture
def asking(show: Any) -> Shown:
    return show(one(av.trace(classic, 2.0, 5.0).reverse().film(quiz=True)))


def test_a_click_makes_another_output_and_what_is_beyond_is_grey(playing: Shown) -> None:
    playing.page.locator("g.node[data-key=n3]").click()
    playing.page.locator(".offer").click()
    assert "The program ends at v2." in playing.get(SAID)
    idle = "[...root.querySelectorAll('tr.idle')].map((e) => e.dataset.key)"
    assert playing.get(idle) == ["n1", "n4", "n5", "n6"]
    assert playing.get("root.querySelectorAll('g[data-key=n3] .inner.output').length") == 1
    playing.press("End")
    assert playing.get(SAID).startswith("Done: ∂v2/∂x1 = 5; ∂v2/∂x2 = 2.")
    assert [number(playing, node, "adjoint") for node in (0, 1, 3, 6)] == ["5", "2", "1", ""]
    assert playing.get("root.querySelector('.sum').textContent") == "Σ⟨adjoint so far, tangent⟩ = 5 = ⟨u, Jv⟩"


def test_keys_choose_the_selected_node_and_reset_brings_all_back(playing: Shown) -> None:
    before = playing.get(PICTURE)
    lists = "[...root.querySelectorAll('.seeds select')].map((list) => list.value)"
    playing.page.locator("tr[data-key=n4]").click()
    playing.press("o")
    playing.page.locator("tr[data-key=n1]").click()
    playing.press("s")
    assert playing.get(lists) == ["n4", "n1"]
    assert playing.get(SAID).startswith("The seed: x2 starts with tangent 1; the other inputs do not move.")
    playing.press("End")
    assert [number(playing, node, "tangent") for node in (0, 1, 3, 4)] == ["0", "1", "2", "2"]
    assert [number(playing, node, "adjoint") for node in (0, 1, 3, 4)] == ["5.5", "2", "1", "1"]
    playing.page.locator("button.reset").click()
    assert (playing.get(lists), playing.count()) == (["n6", "n0"], "0 / 13")
    playing.press("Escape")
    assert playing.get(PICTURE) == before


def test_the_lists_say_and_choose_what_is_played(playing: Shown) -> None:
    options = "[...root.querySelectorAll('.seeds select')].map((list) => [...list.options].map((o) => o.text).join())"
    assert playing.get(options) == ["x1,x2,v1,v2,v3,v4,y", "x1,x2"]
    pill(playing, "evaluate")
    playing.page.get_by_label("Output", exact=True).select_option("n2")
    pressed = "root.querySelector('.pill[aria-pressed=true]').textContent"
    assert playing.get(pressed) == "both"
    pill(playing, "reverse")
    assert playing.count() == "0 / 2"
    playing.page.get_by_label("Output", exact=True).focus()
    playing.page.keyboard.press("ArrowDown")
    assert playing.get("root.querySelector('.seeds select').value") == "n3"
    assert playing.get("root.querySelectorAll('.selected').length") == 0, "keys in a list are the list's"


def test_a_meter_follows_another_output(playing: Shown) -> None:
    width, slot = "width.baseVal.value", "root.querySelector('g[data-key=n0] .slot')"
    filled = "[...root.querySelectorAll('g[data-key=n0] .piece.filled')]"
    pieces = f"{filled}.map((piece) => Math.round(100 * piece.{width} / {slot}.{width}))"
    pill(playing, "reverse")
    playing.press("End")
    assert playing.get(pieces) == [91, 9]
    playing.page.get_by_label("Output", exact=True).select_option("n3")
    playing.press("End")
    assert playing.get(pieces) == [100]
    playing.page.get_by_label("Output", exact=True).select_option("n6")
    playing.press("End")
    assert playing.get(pieces) == [91, 9]


def test_an_array_has_no_such_control(show: Any) -> None:
    shown = show(one(av.play(av.trace(lambda x: np.sum(x * x), np.ones(3))).film()))
    assert shown.get("root.querySelectorAll('.seeds, .offer').length") == 0
    shown.page.locator("g.node[data-key=n0]").click()
    shown.press("o")
    assert shown.get("root.querySelectorAll('.offer').length") == 0


# -- a quiz


def test_nobody_steps_past_a_question(asking: Shown) -> None:
    asking.press("ArrowRight")
    assert (asking.count(), asking.get("root.activeElement.tagName")) == ("0 / 6", "INPUT")
    asking.press("End", "Space")
    asking.page.wait_for_timeout(1500)
    assert asking.count() == "0 / 6"
    asking.page.locator("input[type=range]").fill("4")
    assert asking.count() == "0 / 6"
    assert asking.get("[...root.querySelectorAll('td.adjoint')].map((e) => e.textContent).join('')") == "1"


def test_wrong_is_explained_and_right_shows_the_step(asking: Shown) -> None:
    asking.page.locator("g.node[data-key=n4]").click()
    assert asking.get(TOLD) == "✗ Not quite. v3 is used by y, which has not had its turn: its adjoint is not complete."
    assert asking.get("root.querySelectorAll('.selected').length") == 0
    asking.page.locator("tr[data-key=n6]").click()
    assert asking.get(TOLD).startswith("✓ Right. All that uses y")
    assert asking.count() == "1 / 6"
    assert asking.get(ASKED).endswith("v4 = sin(x2) hands its adjoint −1 back. What does x2 have then?")


def test_it_can_be_answered_with_the_keyboard_alone(asking: Shown) -> None:
    keyboard = asking.page.keyboard
    asking.press("Enter")
    keyboard.type("y")
    keyboard.press("Enter")
    assert (asking.count(), asking.get("root.activeElement.tagName")) == ("1 / 6", "INPUT")
    for wrong in ("0.2837", "seven", "→ ", "x1"):
        keyboard.press("Control+a")
        keyboard.type(wrong)
        keyboard.press("Enter")
        assert asking.count() == "1 / 6"
    assert asking.get(TOLD) == "? Write a number, such as −0.5, 1/2 or 1e−3."
    keyboard.press("Control+a")
    keyboard.type("-2837/10000")
    keyboard.press("ArrowLeft")
    keyboard.press("Home")
    assert asking.count() == "1 / 6", "keys in the field are the field's"
    keyboard.press("Enter")
    assert asking.count() == "2 / 6"
    keyboard.type("v3")
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")  # Show me
    assert asking.get(TOLD) == "Shown. x2 gets 2 · 1 on top of −0.2837, so 1.716."
    keyboard.type("11/2")
    keyboard.press("Enter")
    assert asking.count() == "5 / 6"
    asking.press("ArrowRight")
    assert asking.get(SAID).endswith(" 3 of 5 right at the first try.")
    assert asking.get(ASKED) == "3 of 5 right at the first try."


def test_what_was_answered_can_be_seen_again_and_the_quiz_taken_again(asking: Shown) -> None:
    for _ in range(5):
        asking.page.locator("button.show").click()
    asking.press("Home", "End")
    assert asking.get(SAID).endswith(" 0 of 5 right at the first try.")
    asking.page.locator("button.again").click()
    assert asking.count() == "0 / 6"
    asking.press("End")
    assert asking.count() == "0 / 6"
    asking.page.locator("button.show").click()
    asking.press("ArrowLeft")
    assert asking.get(ASKED) == "Question 2 of 5 waits at step 1."


def test_shapes_are_chosen_by_click_or_digit(show: Any) -> None:
    def layer(w: Any, x: Any) -> Any:
        return np.sum(np.tanh(w @ x))

    shown = show(one(av.trace(layer, np.ones((3, 4)), np.ones(4)).film(quiz=True)))
    notes = "[...root.querySelectorAll('text.note')].map((e) => e.textContent).filter(Boolean)"
    assert shown.get(notes) == ["3×4", "4"]
    shown.page.locator("button.show").click()
    choices = shown.get("[...root.querySelectorAll('button.shape')].map((e) => e.textContent)")
    assert (shown.count(), "3" in choices) == ("1 / 3", True)
    wrong = next(text for text in choices if text != "3")
    shown.page.get_by_role("button", name=f"{choices.index(wrong) + 1}: {wrong}", exact=True).click()
    assert shown.get(TOLD).startswith("✗ Not quite. ")
    shown.press(str(choices.index("3") + 1))
    assert shown.get(TOLD).startswith("✓ Right. ")
    assert shown.get(notes) == ["3×4", "4", "3", "3"]


def test_each_way_of_a_play_asks_for_itself(show: Any) -> None:
    shown = show(one(av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0}).film(quiz=True)))
    assert shown.get("root.querySelectorAll('.seeds').length") == 0
    assert shown.get(ASKED) == "1 / 10  Whose tangent can be computed next?"
    shown.page.locator("button.show").click()
    pill(shown, "evaluate")
    assert shown.get(ASKED) == "1 / 5  Which operation can be computed next?"
    assert shown.get("[...root.querySelectorAll('text.local')].length") == 0, "partials tell values"
    pill(shown, "both")
    assert shown.get(ASKED).startswith("Question 2 of 10") or shown.get(ASKED).startswith("2 / 10")


@pytest.mark.parametrize("width", [420, 700, 1280])
def test_seeds_and_quiz_fit_every_width(show: Any, width: int) -> None:
    play = av.play(av.trace(classic, 2.0, 5.0))
    for film in (play.film(), play.film(quiz=True)):
        shown = show(one(film), viewport={"width": width, "height": 900})
        assert shown.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        inside = "[...root.querySelectorAll('header :is(button, select), .quiz :is(button, input)')]"
        places = shown.get(f"{inside}.filter((e) => e.offsetWidth).map((element) => element.getBoundingClientRect())")
        assert all(place["left"] >= 0 and place["right"] <= width for place in places)


def test_no_question_moves_the_controls(asking: Shown) -> None:
    places = """[...root.querySelectorAll('footer, footer *, .say, .quiz, .told, g.node > .frame')]
        .map((element) => JSON.stringify(element.getBoundingClientRect()))"""
    asking.page.wait_for_timeout(300)  # the panes have found their places
    before = asking.get(places)
    for _ in range(5):
        asking.page.locator("button.show").click()
        asking.page.wait_for_timeout(50)
        assert asking.get(places) == before


HOSTILE = "</script><img src=x onerror=window.hacked=1>"


def test_hostile_names_run_nothing(show: Any) -> None:
    tape = av.trace(lambda p: p[HOSTILE] * p["b"] + p["b"], {HOSTILE: 2.0, "b": 3.0})
    for film in (av.play(tape).film(), tape.reverse().film(quiz=True)):
        shown = show(one(film))
        shown.page.locator("g.node[data-key=n0]").click()
        shown.press("s", "End")
        assert shown.page.evaluate("() => window.hacked") is None
        assert shown.get("root.querySelectorAll('img, script').length") == 0
        assert HOSTILE in shown.get("root.querySelector('.player').textContent")


def test_a_kernel_cannot_go_past_a_question_either(show: Any) -> None:
    film = av.trace(classic, 2.0, 5.0).reverse().film(quiz=True)
    shown = two_views(show, widget_module(), state_of(film))
    assert shown.page.evaluate(COUNTS) == ["0 / 6", "0 / 6"]
    shown.page.evaluate("() => test.model.set('step', 4)")
    assert shown.page.evaluate(COUNTS) == ["0 / 6", "0 / 6"]
    assert shown.page.evaluate("() => test.values.step") == 0
