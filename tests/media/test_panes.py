"""The panes in a real browser: what can be hidden, what answers together, details, magnitudes, motion, and sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from tests.gallery import classic
from tests.media.films import large
from tests.media.shown import SHADOW, Shown, one

pytestmark = pytest.mark.browser
SELECTED = "[...new Set([...root.querySelectorAll('.selected')].map((e) => e.dataset.key))].sort()"
PANES = """[...root.querySelectorAll('.stage, .pane, .say')].filter((e) => e.checkVisibility())
    .map((e) => e.ariaLabel ?? 'Sentence')"""
DETAILS = "root.querySelector('.pane.details').innerText.replace(/\\s+/g, ' ')"


def reverse(x1: float = 2.0, x2: float = 5.0) -> str:
    return one(av.trace(classic, x1, x2).reverse().film())


def layer(w: Any, x: Any) -> Any:
    return np.sum(np.tanh(w @ x))


def network() -> str:
    w = np.array([[0.5, -1.25], [2.0, 0.125], [0.0, 1.5]])
    return one(av.trace(layer, w, np.array([1.0, -2.0])).reverse().film())


def shrinking() -> str:
    def shrink(x: Any) -> Any:
        for _ in range(4):
            x = x * 0.01
        return x

    return one(av.trace(shrink, 1.0).reverse().film())


def switch(shown: Shown, *names: str) -> None:
    shown.page.locator("button.panes").click()
    for name in names:
        shown.page.locator(f".list button[aria-label='{name}']").click()
    shown.page.keyboard.press("Escape")


def on_edge(shown: Shown, key: str) -> tuple[float, float]:
    """A place on an edge's curve, where nothing else is."""
    place = f"""(() => {{ const path = root.querySelector('.link[data-key="{key}"] .band');
        const at = path.getPointAtLength(path.getTotalLength() * 0.3).matrixTransform(path.getScreenCTM());
        return [at.x, at.y]; }})()"""
    x, y = shown.get(place)
    return x, y


def edge_of(source: str, target: str) -> str:
    """The key of an edge of the classic function."""
    tape = av.trace(classic, 2.0, 5.0)
    ends = (f"n{tape[source].index}", f"n{tape[target].index}")
    marks = tape.film().scene("graph").marks
    return next(mark.key for mark in marks if mark.kind == "edge" and (mark.source, mark.target) == ends)


# -- which panes are shown


def test_at_first_all_but_the_code_is_shown(show: Any) -> None:
    shown = show(reverse())
    assert shown.get(PANES) == ["Graph", "Source", "Trace", "Sentence"]
    assert shown.get("root.querySelector('button.panes').ariaExpanded") == "false"


def test_each_pane_can_be_hidden_and_shown_again(show: Any) -> None:
    shown = show(reverse())
    for name in ("Graph", "Source", "Trace", "Code", "Sentence"):
        before = shown.get(PANES)
        switch(shown, name)
        assert set(shown.get(PANES)) ^ set(before) == {name}
        switch(shown, name)
        assert shown.get(PANES) == before


def test_what_is_hidden_leaves_its_place_to_the_others(show: Any) -> None:
    shown = show(reverse())
    width = "root.querySelector('{}').getBoundingClientRect().width"
    table, drawing = shown.get(width.format(".pane.table")), shown.get(width.format(".node"))
    switch(shown, "Source")
    assert shown.get(width.format(".pane.table")) > table
    switch(shown, "Trace")
    assert shown.get("root.querySelector('aside').checkVisibility()") is False
    assert shown.get(width.format(".node")) > drawing
    switch(shown, "Graph", "Trace")
    assert shown.get(width.format(".pane.table")) > 1200


def test_the_menu_is_reached_and_left_with_the_keyboard(show: Any) -> None:
    shown = show(reverse())
    focused = "root.activeElement?.ariaLabel"
    shown.get("root.querySelector('button.panes').focus()")
    shown.page.keyboard.press("Enter")
    assert shown.get(focused) == "Graph"
    for key, name in (("ArrowDown", "Source"), ("ArrowUp", "Graph"), ("ArrowUp", "Sentence"), ("ArrowUp", "Code")):
        shown.page.keyboard.press(key)
        assert shown.get(focused) == name
    shown.page.keyboard.press("Space")
    assert shown.get("root.activeElement.ariaPressed") == "true"
    assert "Code" in shown.get(PANES)
    assert shown.count() == "0 / 6", "space switched the pane and did not play"
    shown.page.keyboard.press("Escape")
    assert shown.get(focused) == "Panes"
    assert shown.get("root.querySelector('.list').hidden")


def test_the_code_lights_up_with_the_step_and_stays_in_view(show: Any) -> None:
    shown = show(reverse(), reduced_motion="reduce")
    switch(shown, "Code")
    lit = "[...root.querySelectorAll('[aria-label=Code] .line.active .piece')].map((e) => e.textContent)"
    shown.press(*["ArrowRight"] * 4)
    assert shown.get(lit) == ["x1_bar = v2_bar * x2", "x2_bar = x2_bar + v2_bar * x1"]
    shown.page.wait_for_timeout(100)
    inside = """(() => { const pane = root.querySelector('[aria-label=Code] .scroll').getBoundingClientRect();
        const line = root.querySelector('[aria-label=Code] .line.active').getBoundingClientRect();
        return line.top >= pane.top && line.bottom <= pane.bottom; })()"""
    assert shown.get(inside)


def test_a_line_of_the_code_selects_its_node_everywhere(show: Any) -> None:
    shown = show(reverse())
    switch(shown, "Code")
    shown.page.locator("[aria-label=Code] .piece", has_text="v1_bar = v3_bar").click()
    tags = "[...root.querySelectorAll('.selected')].map((e) => e.tagName.toLowerCase())"
    assert set(shown.get(tags)) == {"g", "tr", "span"}
    assert shown.get("root.querySelector('tr.selected').cells[0].textContent") == "v3"


# -- edges


def test_an_edge_answers_with_both_its_ends(show: Any) -> None:
    shown = show(reverse())
    key = edge_of("x2", "v2")
    shown.page.mouse.move(*on_edge(shown, key))
    hovered = "[...root.querySelectorAll('tr.hovered')].map((row) => row.cells[0].textContent)"
    assert shown.get(hovered) == ["x2", "v2"]
    shown.page.mouse.click(*on_edge(shown, key))
    assert key in shown.get(SELECTED)
    assert shown.get("[...root.querySelectorAll('tr.selected')].map((row) => row.cells[0].textContent)") == ["x2", "v2"]
    shown.press("Escape")
    assert shown.get(SELECTED) == []


def test_edges_are_reached_with_the_keyboard_after_the_nodes(show: Any) -> None:
    shown = show(reverse())
    shown.press("ArrowUp")
    assert shown.get("root.querySelectorAll('.link.selected').length") > 0
    shown.press("Escape", "ArrowDown")
    assert shown.get("root.querySelectorAll('.node.selected').length") == 1
    assert shown.get("root.querySelectorAll('.link.selected').length") == 0


# -- details


def test_a_double_click_opens_the_details_and_escape_closes_them(show: Any) -> None:
    shown = show(reverse())
    shown.press(*["ArrowRight"] * 4)
    shown.page.locator("tr", has_text="x1 · x2").dblclick()
    said = shown.get(DETAILS)
    for part in (
        "v2 = x1 · x2",
        "10",
        "x\u03041 = v\u03042 · x2",
        "x\u03042 += v\u03042 · x1",
        "∂v2/∂x1 = 5",
        "5 · 1 = 5",
    ):
        assert part in said
    shown.press("ArrowRight", "Escape")
    assert shown.get("root.querySelector('.pane.details').hidden")
    assert shown.get("root.querySelectorAll('.selected').length") > 0, "the selection stays"


def test_the_details_follow_the_selection_and_the_step(show: Any) -> None:
    shown = show(reverse())
    shown.press("ArrowDown", "Enter")
    assert "not yet" in shown.get(DETAILS)
    shown.press(*["ArrowRight"] * 4)
    assert "5 …" in shown.get(DETAILS)
    shown.press("End")
    assert "5.5" in shown.get(DETAILS)
    shown.press("ArrowDown")
    assert "x2" in shown.get(DETAILS)
    assert "1.716" in shown.get(DETAILS)


def test_the_details_of_an_array_are_its_facts_and_a_map(show: Any) -> None:
    shown = show(network())
    shown.press("End", "ArrowDown", "Enter")
    said = shown.get(DETAILS)
    assert "3×2 float64" in said
    assert "all finite" in said
    cells = "[...root.querySelectorAll('.heat')].map((map) => [...map.children].map((e) => e.textContent))"
    value, adjoint = shown.get(cells)
    assert value == ["0.5", "−1.25", "2", "0.125", "0", "1.5"]
    assert len(adjoint) == 6
    assert shown.get("[...root.querySelectorAll('.heat')][0].children[1].className") == "minus"


def test_an_array_is_not_told_before_its_sum_is_complete(show: Any) -> None:
    shown = show(network())
    shown.press("ArrowDown", "Enter")
    assert shown.get("root.querySelectorAll('.heat').length") == 1
    shown.press("End")
    assert shown.get("root.querySelectorAll('.heat').length") == 2


def test_the_details_of_an_edge_are_its_local_jacobian(show: Any) -> None:
    shown = show(network())
    shown.press("End")
    key = shown.get("[...root.querySelectorAll('.link')].find((e) => e.textContent.includes('3×2')).dataset.key")
    shown.page.mouse.dblclick(*on_edge(shown, key))
    said = shown.get(DETAILS)
    assert "x → v1" in said
    assert "∂v1/∂x is 3×2 dense" in said
    assert shown.get("[...root.querySelector('.heat').children].map((e) => e.textContent)") == [
        "0.5", "−1.25", "2", "0.125", "0", "1.5",
    ]  # fmt: skip


def test_the_details_of_a_large_array_say_that_they_are_means(show: Any) -> None:
    film = av.trace(lambda x: np.sum(x * x), np.linspace(-1.0, 1.0, 640)).reverse().film()
    shown = show(one(film))
    shown.press("End", "ArrowDown", "Enter")
    assert "Each square is the mean of a block" in shown.get(DETAILS)
    signs = shown.get("[...root.querySelector('.heat').children].map((e) => e.textContent).join('')")
    assert signs == "−" * 16, "without numbers a minus still tells the sign"


# -- magnitudes, and what is not finite


def test_magnitudes_are_told_by_colour_and_by_a_bar_on_one_scale(show: Any) -> None:
    shown = show(shrinking(), reduced_motion="reduce")
    shown.press("End")
    shown.page.locator("button.magnitude").click()
    assert shown.get("root.querySelector('.legend').innerText.replace(/\\s+/g, ' ')").startswith("vanishing, 10⁻⁸")
    bars = """[...root.querySelectorAll('rect.gauge')].map((bar) => [Number(bar.getAttribute('width')),
        getComputedStyle(bar.parentNode.querySelector('.frame')).stroke])"""
    shown_bars = shown.get(bars)
    widths = [width for width, _ in shown_bars]
    assert sorted(widths) != widths or len(set(widths)) == len(widths)
    assert len({colour for _, colour in shown_bars}) == len(shown_bars)
    shown.page.locator("button.magnitude").click()
    assert shown.get("root.querySelector('.legend').hidden")
    plain = "new Set([...root.querySelectorAll('.node .frame')].map((e) => getComputedStyle(e).strokeWidth)).has('3px')"
    assert shown.get(plain) is False


def test_what_is_not_finite_is_hatched_and_named_in_the_table(show: Any) -> None:
    with np.errstate(all="ignore"):
        html = one(av.trace(lambda x: np.sqrt(x) * x, 0.0).reverse().film())
    shown = show(html)
    shown.press("End")
    cell = "root.querySelector('td.odd')"
    assert shown.get(f"{cell}.textContent") == "nan"
    assert "gradient" in shown.get(f"getComputedStyle({cell}).backgroundImage")
    assert shown.get(
        "root.querySelector('.edge.odd') && getComputedStyle(root.querySelector('.edge.odd')).strokeDasharray"
    )


# -- motion


def test_a_piece_of_a_sum_grows_when_its_token_has_come_and_then_the_number_changes(show: Any) -> None:
    shown = show(reverse())
    shown.press(*["ArrowRight"] * 3)
    shown.page.wait_for_timeout(700)
    moving = """root.querySelector('.stage').getAnimations({ subtree: true }).map(({ effect }) => {
        const { delay, duration } = effect.getTiming(), { classList, tagName } = effect.target;
        const what = classList.contains('piece') ? 'piece' : classList.contains('number') ? 'number' : 'token';
        return [what, delay, delay + duration]; })"""
    shown.press("ArrowRight")
    found = shown.get(moving)
    times = {
        what: [(start, end) for name, start, end in found if name == what] for what in ("token", "piece", "number")
    }
    assert len(times["token"]) == 2
    assert len(times["piece"]) == 2
    assert all(times.values())
    arrival = max(end for _, end in times["token"])
    assert all(start < arrival <= end <= 720 for start, end in times["piece"])
    assert max(end for _, end in times["number"]) > arrival
    old = "[...root.querySelectorAll('.stage .number[aria-hidden]')].map((e) => e.textContent)"
    assert shown.get(old) == ["−0.2837 …"], "the old number stays until the new one comes"
    shown.page.wait_for_timeout(900)
    assert shown.get(old) == []
    assert shown.get("root.querySelector('.player').getAnimations({ subtree: true }).length") == 0


def test_a_quick_reader_leaves_nothing_behind(show: Any) -> None:
    shown = show(reverse())
    shown.press(*["ArrowRight"] * 6, "ArrowLeft")
    assert shown.get("root.querySelectorAll('[aria-hidden] .number, .number[aria-hidden]').length") == 0


# -- sizes


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1000, 700), (800, 760), (1280, 600)])
@pytest.mark.parametrize("make", ["sweep", "play", "network"])
def test_a_page_of_one_player_fits_its_window(show: Any, make: str, width: int, height: int) -> None:
    html = {"sweep": reverse, "network": network, "play": lambda: one(av.play(av.trace(classic, 2.0, 5.0)).film())}[
        make
    ]()
    shown = show(html, viewport={"width": width, "height": height})
    assert shown.page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    assert shown.get("root.querySelector('footer').getBoundingClientRect().bottom <= innerHeight - 10")


@pytest.mark.parametrize("width", [1280, 1000, 800, 420])
def test_no_text_is_cut_at_any_width(show: Any, width: int) -> None:
    shown = show(one(av.play(av.trace(classic, 2.0, 5.0)).film()), viewport={"width": width, "height": 900})
    cut = """[...root.querySelectorAll('.title > *, .pill, td, th, .say p, h4')].filter((e) => e.checkVisibility()
        && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""
    for _ in range(3):
        assert shown.get(cut) == []
        shown.press(*["ArrowRight"] * 4)
    columns = "root.querySelector('.pane.table .scroll')"
    assert shown.get(f"{columns}.scrollWidth <= {columns}.clientWidth + 1")
    assert shown.get("root.querySelector('.say').scrollHeight <= root.querySelector('.say').clientHeight + 1")


def test_a_long_title_is_cut_with_dots_and_told_in_full(show: Any) -> None:
    def a_function_with_a_very_long_name_indeed(first_of_the_arguments: Any, second_of_the_arguments: Any) -> Any:
        return first_of_the_arguments * second_of_the_arguments

    film = av.trace(a_function_with_a_very_long_name_indeed, 2.0, 5.0).reverse().film()
    shown = show(one(film), viewport={"width": 420, "height": 900})
    assert shown.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert shown.get("root.querySelector('.title b').title") == film.title


# -- speed


def test_contributions_move_at_full_frame_rate(show: Any) -> None:
    """At least 55 frames a second, or nine tenths of what a busy machine gives to a page in which nothing moves."""
    shown = show(one(large(200)))
    still, moving = shown.page.evaluate(
        f"""async () => {{
          const player = {SHADOW.format(0)}.querySelector('.player'), still = [], moving = [];
          async function rate() {{
            const start = await new Promise(requestAnimationFrame);
            let frames = 0, now = start;
            while (now - start < 450) {{ now = await new Promise(requestAnimationFrame); frames += 1; }}
            return (1000 * frames) / (now - start);
          }}
          for (let i = 0; i < 9; i++) {{
            player.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowRight' }}));
            moving.push(await rate());
            await new Promise((done) => setTimeout(done, 200));
            still.push(await rate());
          }}
          return [still, moving].map((rates) => rates.sort((a, b) => a - b));
        }}"""
    )
    print(f"frames a second: median {moving[4]:.1f} while contributions move, {still[4]:.1f} while nothing does")
    assert moving[-1] >= min(55, 0.9 * still[4])


def test_a_seek_among_three_hundred_boxes_takes_little_script(show: Any) -> None:
    shown = show(one(large(300)), reduced_motion="reduce")
    times = shown.page.evaluate(
        f"""async () => {{
          const range = {SHADOW.format(0)}.querySelector('input'), times = [];
          for (let i = 0; i < 40; i++) {{
            range.value = String((i * 97) % 300);
            const start = performance.now();
            range.dispatchEvent(new Event('input'));
            times.push(performance.now() - start);
            await new Promise(requestAnimationFrame);
          }}
          return times.sort((a, b) => a - b);
        }}"""
    )
    print(f"script of a seek: median {times[20]:.1f} ms, fastest {times[0]:.1f} ms")
    assert times[4] < 25, "8 ms on an idle machine, and room for a busy one"


# -- in the places of a folded program


def loop(x: Any) -> Any:
    for _ in range(12):
        x = np.sin(x) * np.array([0.5, 2.0])
    return np.sum(x)


def folded() -> str:
    return one(av.trace(loop, np.array([0.5, -0.25])).reverse().film(fold=True))


def test_panes_details_and_magnitudes_go_along_into_a_place(show: Any) -> None:
    shown = show(folded(), reduced_motion="reduce")
    switch(shown, "Source")
    shown.page.locator("button.magnitude").click()
    shown.page.locator("g.node", has_text="for _ in").click()
    assert shown.get(PANES) == ["Graph", "Trace", "Sentence"], "what was hidden stays hidden"
    shown.press(*["ArrowRight"] * 2)
    assert shown.get("root.querySelectorAll('.node[data-size=some] rect.gauge').length") > 0
    shown.page.locator("tr", has_text="sin(x)").dblclick()
    said = shown.get(DETAILS)
    assert "= sin(x)" in said
    assert "2 float64" in said
    first = shown.get("root.querySelector('.heat').getAttribute('aria-label')")
    shown.page.locator(".turn button").first.click()
    shown.page.locator("tr", has_text="sin(x)").click()
    assert shown.get("root.querySelector('.heat').getAttribute('aria-label')") != first, "another turn, other numbers"


def test_the_name_of_a_loop_is_written_out_in_the_trace(show: Any) -> None:
    """The table has smaller letters than a sentence, and so has its name there."""

    def deep(x: Any) -> Any:
        for k in range(50):  # noqa: B007
            x = np.sin(x) * 1.1 + 0.1 * x
        return x

    shown = show(one(av.trace(deep, 0.3).reverse().film()))
    cut = "[...root.querySelectorAll('td.name')].filter((cell) => cell.scrollWidth > cell.clientWidth).length"
    assert shown.get(cut) == 0
    assert "for k in range(50)" in shown.get("root.querySelector('table').textContent")


def sawtooth(x: Any) -> Any:
    return np.stack([np.sin(k * x) / k for k in range(1, 101)]).sum()


def test_no_number_is_cut_in_any_turn_of_a_loop(show: Any) -> None:
    shown = show(one(av.trace(sawtooth, 0.7).reverse().film()), reduced_motion="reduce")
    shown.page.locator("g.node", has_text="for k in").click()
    cut = """[...root.querySelectorAll('td:is(.value,.tangent,.adjoint)')]
        .filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent)"""
    for _ in range(4):
        shown.press(*["ArrowRight"] * 3)
        assert shown.get(cut) == []
        shown.page.locator(".turn button").first.click()


def test_a_curve_of_many_values_tells_how_many_it_carries(show: Any) -> None:
    shown = show(one(av.trace(sawtooth, 0.7).reverse().film()), reduced_motion="reduce")
    shown.press(*["ArrowRight"] * 2)
    key = shown.get(
        "[...root.querySelectorAll('.link')].find((e) => e.textContent.includes('100 adjoints')).dataset.key"
    )
    shown.press("ArrowRight")
    shown.page.mouse.dblclick(*on_edge(shown, key))
    said = shown.get(DETAILS)
    assert "passes 100 values" in said
    assert "100 adjoints" in said
    assert "∂" not in said.split("Many in one")[1]


@pytest.mark.parametrize("width", [1280, 420])
def test_a_long_line_of_source_goes_on_below_and_stays_in_view(show: Any, width: int) -> None:
    def long(a: Any, b: Any) -> Any:
        c = (
            np.tanh(a * b + np.sin(a * a + b) - b * np.exp(-a * a))
            + 0.25 * np.cos(a * b + b * b)
            + 0.5 * np.tanh(a - b)
        )
        return np.log(1 + c * c)

    shown = show(one(av.trace(long, 0.3, 0.7).reverse().film()), viewport={"width": width, "height": 900})
    lines = "root.querySelector('.pane.lines .scroll')"
    for _ in range(5):
        shown.press(*["ArrowRight"] * 3)
        assert shown.get(f"{lines}.scrollWidth <= {lines}.clientWidth")
        inside = f"""[...{lines}.querySelectorAll('.piece.active')].every((piece) =>
            piece.getBoundingClientRect().right <= {lines}.getBoundingClientRect().right)"""
        assert shown.get(inside)
