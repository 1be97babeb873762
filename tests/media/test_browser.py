"""The player in a real browser: it plays, steps, scrubs and selects, offline, dark, small, and without scripts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import advis as av
from advis.films.film import Film
from advis.media.html import fragment, page
from advis.media.player import widget_module
from tests.films.chain_films import FILMS as CHAIN_FILMS
from tests.films.chain_films import planned, small
from tests.media.films import hostile, large, sample
from tests.media.shown import COUNTS, SHADOW, Shown, one, state_of, two_views

pytestmark = pytest.mark.browser


def test_it_starts_at_step_0_and_steps_by_keyboard(show: Any) -> None:
    shown = show(one(sample()))
    assert shown.count() == "0 / 6"
    shown.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert shown.count() == "4 / 6"
    assert shown.get("root.querySelector('.say').textContent") == "Step 4 of 5. v2 hands its adjoint back."
    shown.press("ArrowLeft")
    assert shown.count() == "3 / 6"
    shown.press("End", "ArrowRight")
    assert shown.count() == "6 / 6"
    shown.press("Home", "ArrowLeft")
    assert shown.count() == "0 / 6"


def test_what_has_the_same_key_lights_together(show: Any) -> None:
    shown = show(one(sample()))
    shown.press(*["ArrowRight"] * 4)
    lit = "[...root.querySelectorAll('.active')].map((e) => e.textContent.trim())"
    texts = shown.get(lit)
    assert "v2x1 · x2101" in texts  # the row
    assert "3            + x1 * x2" in texts  # the line
    assert {"x1", "* x2"} <= set(texts)  # its pieces
    assert shown.get("root.querySelectorAll('rect.frame.active.adjoint').length") == 1
    assert shown.get("root.querySelector('tr.active').getAttribute('aria-current')") == "step"


def test_the_picture_of_a_step_does_not_depend_on_the_way_to_it(show: Any) -> None:
    shown = show(one(sample()), reduced_motion="reduce")
    stage = "root.querySelector('.main').outerHTML"
    shown.press(*["ArrowRight"] * 4)
    walked = shown.get(stage).replace(' class=""', "")
    shown.press("End", "ArrowLeft", "ArrowLeft")
    assert shown.get(stage).replace(' class=""', "") == walked


def weights() -> Film:
    """A recurrent network, unrolled: the uses of each weight share a line."""

    def f(w: Any, h: Any, b: Any) -> Any:
        for _ in range(18):
            h = np.tanh(w * h + b)
        return h

    return av.trace(f, 0.7, 0.5, 0.1).forward(w=1.0).film(fold=False)


def test_of_edges_that_share_a_line_that_of_the_step_is_seen_and_pointed_at(show: Any) -> None:
    shown = show(one(weights()), reduced_motion="reduce")
    flowing = "[...root.querySelectorAll('.edges .link')].filter((link) => link.querySelector('.edge.flow')).at(-1)"
    shown.press(*["ArrowRight"] * 20)
    # the pointer meets what has been painted
    shown.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    line = f"{flowing}.querySelector('.edge')"
    before = f"{line}.getPointAtLength({line}.getTotalLength() - 250)"
    at = f"(({{ x, y }}) => [x, y])({before}.matrixTransform({line}.getScreenCTM()))"
    under = f"root.elementsFromPoint(...{at}).filter((e) => e.classList.contains('band'))"
    assert shown.get(f"{under}.length") > 10
    x, y = shown.get(at)
    shown.page.mouse.move(x, y)
    assert shown.get("root.querySelector('.link.hovered').dataset.key") == shown.get(f"{flowing}.dataset.key")
    stage = "root.querySelector('.edges').outerHTML"
    shown.page.mouse.move(1, 1)
    walked = shown.get(stage).replace(' class=""', "")
    shown.press("End", *["ArrowLeft"] * 35)
    assert shown.count() == "20 / 55"
    assert shown.get(stage).replace(' class=""', "") == walked


def test_it_plays_to_the_end_stops_and_starts_again(show: Any) -> None:
    shown = show(one(sample()))
    shown.page.locator("select").select_option("4")
    shown.press("Space")
    assert shown.get("root.querySelector('button.play').getAttribute('aria-label')") == "Pause"
    shown.until("root.querySelector('.count').textContent === '6 / 6'")
    assert shown.get("root.querySelector('button.play').getAttribute('aria-label')") == "Play"
    shown.press("Space")
    assert shown.count() == "0 / 6"
    shown.press("ArrowRight")
    assert shown.get("root.querySelector('button.play').getAttribute('aria-label')") == "Play"


def test_scrubbing_is_immediate(show: Any) -> None:
    shown = show(one(sample()))
    shown.page.locator("input").fill("5")
    assert shown.count() == "5 / 6"
    assert shown.get("root.querySelector('svg').getAnimations({ subtree: true }).length") == 0


def test_a_step_forward_moves_a_token_to_its_place_and_a_step_back_does_not(show: Any) -> None:
    shown = show(one(sample()))
    moving = "root.querySelector('.tokens').getAnimations({ subtree: true }).length"
    shown.press("ArrowRight")
    assert shown.get(moving) == 2
    shown.page.wait_for_timeout(500)
    assert shown.get(moving) == 0
    shown.press("ArrowRight", "ArrowLeft")
    assert shown.get(moving) == 0


def test_reduced_motion_is_honoured(show: Any) -> None:
    shown = show(one(sample()), reduced_motion="reduce")
    shown.press("ArrowRight")
    assert shown.get("root.querySelector('.player').getAnimations({ subtree: true }).length") == 0


def test_no_step_moves_the_controls_or_the_numbers(show: Any) -> None:
    shown = show(one(sample()), reduced_motion="reduce")
    places = """[...root.querySelectorAll('footer, footer *, .say, th, td, tr, .pane, .stage, g.node')]
        .map((element) => JSON.stringify(element.getBoundingClientRect()))"""
    shown.page.locator("select").select_option("4")
    before = shown.get(places)
    for _ in range(6):
        shown.press("ArrowRight")
        assert shown.get(places) == before


def test_a_click_outlines_a_node_its_row_and_its_source(show: Any) -> None:
    shown = show(one(sample()))
    shown.page.locator("g.node[data-key=n5]").click()
    keys = "[...new Set([...root.querySelectorAll('.selected')].map((e) => e.tagName.toLowerCase()))].sort()"
    assert shown.get(keys) == ["g", "span", "tr"]
    shown.page.locator("tr", has_text="v1 + v2").click()
    assert shown.get("root.querySelector('g.selected').dataset.key") == "n4"
    shown.press("ArrowDown")
    assert shown.get("root.querySelector('g.selected').dataset.key") != "n4"
    shown.press("Escape")
    assert shown.get("root.querySelectorAll('.selected').length") == 0


def test_hovering_marks_everywhere_until_the_pointer_leaves(show: Any) -> None:
    shown = show(one(sample()))
    shown.page.locator("tr", has_text="x1 · x2").hover()
    assert shown.get("root.querySelector('g.hovered').dataset.key") == "n3"
    shown.page.locator("footer").hover()
    assert shown.get("root.querySelectorAll('.hovered').length") == 0


def test_two_copies_on_one_page_are_two_players(show: Any) -> None:
    piece = fragment(sample(), "text")
    shown = show(f"<!doctype html><meta charset=utf-8>{piece}{piece}")
    shown.press("ArrowRight", "ArrowRight", player=1)
    assert (shown.count(0), shown.count(1)) == ("0 / 6", "2 / 6")
    shown.press("End", player=0)
    assert (shown.count(0), shown.count(1)) == ("6 / 6", "2 / 6")
    assert shown.page.evaluate("() => Object.keys(window).filter((name) => /advis|player|film/i.test(name))") == []


def test_a_fragment_may_start_at_a_step(show: Any) -> None:
    assert show(f"<!doctype html><meta charset=utf-8>{fragment(sample(), '', step=3)}").count() == "3 / 6"


@pytest.mark.parametrize(
    ("body", "system", "paper"),
    [
        ("", "dark", "rgb(17, 20, 24)"),
        ("", "light", "rgb(255, 255, 255)"),
        ('data-jp-theme-light="false" style="--jp-layout-color0:#111111"', "light", "rgb(17, 17, 17)"),
        ('data-jp-theme-light="true"', "dark", "rgb(255, 255, 255)"),
        ('class="vscode-dark" style="--vscode-editor-background:#1e1e1e"', "light", "rgb(30, 30, 30)"),
        ('class="vscode-light"', "dark", "rgb(255, 255, 255)"),
        ('data-theme="dark"', "light", "rgb(17, 20, 24)"),
    ],
)
def test_colours_follow_the_page(show: Any, body: str, system: str, paper: str) -> None:
    shown = show(f"<!doctype html><meta charset=utf-8><body {body}>{fragment(sample(), '')}", color_scheme=system)
    assert shown.get("getComputedStyle(root.querySelector('.player')).backgroundColor") == paper


def test_colours_follow_when_the_page_changes(show: Any) -> None:
    shown = show(f"<!doctype html><body data-jp-theme-light='true'>{fragment(sample(), '')}")
    shown.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    shown.until("root.querySelector('.player').classList.contains('dark')")


def test_without_scripts_a_picture_and_the_text_remain(show: Any) -> None:
    shown = show(one(sample()), java_script_enabled=False)
    assert shown.page.locator("img").bounding_box()["width"] > 600
    shown.page.locator("summary").click()
    assert shown.page.locator("pre").inner_text() == "the numbers as text"


def test_hostile_labels_run_nothing(show: Any) -> None:
    shown = show(one(hostile()))
    shown.press("ArrowRight", "ArrowLeft")
    assert shown.page.evaluate("() => window.hacked") is None
    assert shown.get("root.querySelectorAll('img, script').length") == 0


@pytest.mark.parametrize("width", [420, 700, 1280])
def test_every_width_shows_all_of_it_without_scrolling_the_page_sideways(show: Any, width: int) -> None:
    shown = show(one(sample()), viewport={"width": width, "height": 900})
    assert shown.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    controls = "root.querySelectorAll('footer button, .track, .count, select, .voice')"
    places = f"[...{controls}].map((element) => element.getBoundingClientRect())"
    assert all(place["right"] <= width and place["width"] > 10 for place in shown.get(places))


def test_a_large_film_scrolls_in_its_panes_never_the_page(show: Any) -> None:
    shown = show(f"{one(large(200))}<div style='height:3000px'></div>", reduced_motion="reduce")
    for _ in range(3):
        shown.press(*["ArrowRight"] * 25)
        shown.page.wait_for_timeout(100)
        assert shown.page.evaluate("() => scrollY") == 0
        inside = """(() => { const outer = root.querySelector('PANE').getBoundingClientRect();
            const inner = root.querySelector('FACE').getBoundingClientRect();
            return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left - 1; })()"""
        assert shown.get(inside.replace("PANE", ".stage").replace("FACE", "rect.frame.active"))
        assert shown.get(inside.replace("PANE", ".table .scroll").replace("FACE", "tr.active"))
    assert shown.get("root.querySelectorAll('.ticks s').length") <= 52


def test_a_large_film_can_be_seen_whole(show: Any) -> None:
    shown = show(one(large(200)))
    shown.page.locator(".zoom button.whole").click()
    assert shown.get("root.querySelector('.stage').scrollWidth <= root.querySelector('.stage').clientWidth + 1")
    small = show(one(sample()))
    assert small.get("root.querySelector('button.whole').hidden")


def test_a_step_of_three_hundred_boxes_is_quick(show: Any) -> None:
    shown = show(one(large(300)), reduced_motion="reduce")
    times = shown.page.evaluate(
        f"""async () => {{
          const player = {SHADOW.format(0)}.querySelector('.player'), times = [];
          for (let i = 0; i < 40; i++) {{
            const start = performance.now();
            player.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'ArrowRight' }}));
            times.push(performance.now() - start);
            await new Promise(requestAnimationFrame);
          }}
          return times.sort((a, b) => a - b);
        }}"""
    )
    assert times[20] < 25, "8 ms on an idle machine, and room for a busy one"


def test_a_tape_has_no_controls(show: Any) -> None:
    film = sample()
    values = {key: track for key, track in film.tracks.items() if key.endswith(".v")}
    still = Film("tape", film.title, film.scenes, values)
    shown = show(one(still))
    assert shown.get("root.querySelectorAll('footer, .say, .voice').length") == 0
    assert shown.get("root.querySelectorAll('.node').length") == 7


def test_it_tells_assistive_technology_what_it_is(show: Any) -> None:
    shown = show(one(sample()))
    assert shown.get("root.querySelector('.player').getAttribute('aria-label')") == "f(x1, x2), ℝ² → ℝ · 5 operations"
    assert shown.get("root.querySelector('.say p').getAttribute('aria-live')") == "polite"
    shown.press("ArrowRight")
    assert shown.get("root.querySelector('input').getAttribute('aria-valuetext')") == "1 of 6"
    assert shown.get("[...root.querySelectorAll('button, select, input')].every((e) => e.getAttribute('aria-label'))")
    assert shown.get("root.querySelector('.stage svg').getAttribute('aria-label')") == "The graph of f: 7 nodes."


# -- films with choices


def lecture() -> Film:
    return planned([1, 4, 50, 20, 10]).film()


FORMULA = "root.querySelector('text.formula').textContent"
SPENT = "root.querySelector('text.told.meter').textContent"
SAID = "root.querySelector('.say').textContent"
PRESSED = "[...root.querySelectorAll('.pill')].filter((p) => p.ariaPressed === 'true').map((p) => p.textContent)"
OPEN = "[...root.querySelectorAll('.choice.open')].map((g) => g.dataset.key)"


def pill(shown: Shown, label: str) -> None:
    shown.page.locator("button.pill", has_text=label).click()


def pick(shown: Shown, key: str) -> None:
    shown.page.locator(f"g.choice[data-key='{key}'] rect.area").click()


def test_tabs_switch_the_order(show: Any) -> None:
    shown = show(one(lecture()))
    assert shown.get("[...root.querySelectorAll('.pill')].map((p) => p.textContent)") == [
        "▸ forward",
        "◂ reverse",
        "optimal",
        "my own",
    ]
    assert shown.get(PRESSED) == ["▸ forward"]
    shown.press("End")
    assert shown.get(SPENT) == "12,040 fma · peak 540 entries"
    pill(shown, "reverse")
    assert (shown.get(PRESSED), shown.count()) == (["◂ reverse"], "0 / 3")
    assert shown.get(OPEN) == ["c0.1.2"], "the next one that is played"
    shown.press("End")
    assert shown.get(SPENT) == "1,400 fma · peak 70 entries"
    assert shown.get(FORMULA) == "F′(x) = ((∂y/∂c · ∂c/∂b) · ∂b/∂a) · ∂a/∂x"


def test_an_order_plays_to_its_end(show: Any) -> None:
    shown = show(one(lecture()))
    shown.page.locator("select").select_option("4")
    shown.press("Space")
    shown.until("root.querySelector('.count').textContent === '3 / 3'")
    assert shown.get(FORMULA) == "F′(x) = ∂y/∂c · (∂c/∂b · (∂b/∂a · ∂a/∂x))"


def test_a_click_on_a_price_multiplies_that_pair(show: Any) -> None:
    shown = show(one(lecture()))
    pill(shown, "my own")
    assert shown.get("root.querySelector('button.play').disabled"), "there is nothing to play"
    assert sorted(shown.get(OPEN)) == ["c0.1.2", "c1.2.3", "c2.3.4"]
    pick(shown, "c2.3.4")
    assert shown.get(FORMULA) == "F′(x) = ∂y/∂c · ∂c/∂b · (∂b/∂a · ∂a/∂x)"
    assert shown.get(SPENT) == "10,000 fma · peak 500 entries"
    assert "from here the cheapest way ends at 10,700" in shown.get(SAID)
    level = "root.querySelector('rect.level')"
    share = f"{level}.getBoundingClientRect().width / {level}.previousSibling.getBoundingClientRect().width"
    assert shown.get(share) == pytest.approx(10_000 / 12_040, rel=0.01)
    pick(shown, "c0.1.2")
    pick(shown, "c0.2.4")
    assert shown.count() == "3 / 3"
    assert shown.get(FORMULA) == "F′(x) = (∂y/∂c · ∂c/∂b) · (∂b/∂a · ∂a/∂x)"
    assert "Done: 10,700 fma, 7.6 times the cheapest order" in shown.get(SAID)
    assert shown.get(OPEN) == []


def test_a_cost_keeps_all_its_digits(show: Any) -> None:
    shown = show(one(planned([999_999, 999_983, 1_000_003, 999_961]).film()))
    pill(shown, "my own")
    pick(shown, "c0.1.2")
    assert shown.get(SPENT).startswith(f"{999_999 * 999_983 * 1_000_003:,} fma")


def test_going_back_and_choosing_differently(show: Any) -> None:
    shown = show(one(lecture()))
    pill(shown, "my own")
    pick(shown, "c2.3.4")
    shown.press("ArrowRight", "End")
    assert shown.count() == "1 / 3", "no further than was chosen"
    shown.press("ArrowLeft")
    assert (shown.count(), shown.get(SPENT)) == ("0 / 3", "0 fma · peak 0 entries")
    shown.press("ArrowRight")
    assert shown.get(SPENT) == "10,000 fma · peak 500 entries", "what was chosen is still there"
    shown.press("ArrowLeft")
    pick(shown, "c0.1.2")
    assert shown.get(SPENT) == "200 fma · peak 50 entries"
    shown.press("ArrowRight")
    assert shown.count() == "1 / 3", "the other way is gone"
    pill(shown, "forward")
    pill(shown, "my own")
    assert shown.get(SPENT) == "200 fma · peak 50 entries", "the reader's order is where it was left"


def test_choosing_by_keyboard(show: Any) -> None:
    shown = show(one(lecture()))
    pill(shown, "my own")
    focused = "root.activeElement?.closest('.choice')?.dataset.key ?? ''"
    for _ in range(30):
        shown.page.keyboard.press("Tab")
        if shown.get(focused) == "c1.2.3":
            break
    assert shown.get("root.activeElement.getAttribute('aria-label')").startswith("∂c/∂b times ∂b/∂a: 4 · 50 · 20")
    assert shown.get("getComputedStyle(root.activeElement.querySelector('.area')).stroke") != "none", "focus is seen"
    shown.page.keyboard.press("Enter")
    assert shown.get(FORMULA) == "F′(x) = ∂y/∂c · (∂c/∂b · ∂b/∂a) · ∂a/∂x"
    assert shown.count() == "1 / 3"


def test_only_what_can_be_chosen_has_the_focus_of_the_keyboard(show: Any) -> None:
    shown = show(one(lecture()))
    pill(shown, "my own")
    focusable = "[...root.querySelectorAll('.choice[tabindex], .choice[role=button]')].map((g) => g.dataset.key)"
    assert sorted(shown.get(focusable)) == ["c0.1.2", "c1.2.3", "c2.3.4"]
    pick(shown, "c0.1.2")
    assert sorted(shown.get(focusable)) == ["c0.2.3", "c2.3.4"]
    assert shown.get("root.querySelectorAll('.choice').length") == 10


def test_a_click_where_no_price_stands_chooses_nothing(show: Any) -> None:
    shown = show(one(lecture()))
    pill(shown, "my own")
    shown.get("root.querySelector('[data-key=\"c0.1.3\"]').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
    assert shown.count() == "0 / 3"


def test_no_step_and_no_choice_moves_anything(show: Any) -> None:
    shown = show(one(small().film()), reduced_motion="reduce")
    places = """[...root.querySelectorAll('footer, .say, header, .pill, .stage, rect.sheet')]
        .filter((element) => element.getClientRects().length)
        .map((element) => {
          const name = element.closest('[data-key]')?.dataset.key ?? `${element.tagName} ${element.textContent}`;
          const kind = element.matches('.stage') ? 'stage' : element.tagName;
          return [element.matches('.pill, rect') ? name : kind, element.getBoundingClientRect()];
        })"""
    seen: dict[str, Any] = {}
    for move in ("forward", "ArrowRight", "ArrowRight", "ArrowRight", "my own", "reverse", "End"):
        if move[0].isupper():
            shown.press(move)
        else:
            pill(shown, move)
        for name, place in shown.get(places):
            assert seen.setdefault(name, place) == place, (move, name)
    assert len(seen) > 12


def test_orders_side_by_side_are_two_drawings_in_step(show: Any) -> None:
    shown = show(one(planned([1, 4, 50, 20, 10]).compare().film()))
    assert shown.get("root.querySelectorAll('.stage svg').length") == 2
    shown.press("ArrowRight")
    assert shown.get("[...root.querySelectorAll('text.told.meter')].map((t) => t.textContent)") == [
        "10,000 fma · peak 500 entries",
        "200 fma · peak 50 entries",
    ]
    boxes = shown.get("[...root.querySelectorAll('.stage')].map((s) => s.getBoundingClientRect())")
    assert all(box["height"] > 100 for box in boxes)


@pytest.mark.parametrize(
    "name", ["small: by columns", "small: sweep reverse", "lecture: map", "small: matrix-free optimal"]
)
def test_the_other_films_of_chains_play(show: Any, name: str) -> None:
    shown = show(one(CHAIN_FILMS[name]()))
    assert shown.get("root.querySelectorAll('.stage svg text').length") > 10
    if CHAIN_FILMS[name]().steps:
        before = shown.get("root.querySelector('.main').outerHTML")
        shown.press("End")
        assert shown.get("root.querySelector('.main').outerHTML") != before


@pytest.mark.parametrize("width", [420, 700, 1280])
def test_a_film_with_tabs_fits_every_width(show: Any, width: int) -> None:
    shown = show(one(lecture()), viewport={"width": width, "height": 900})
    assert shown.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    header = "root.querySelector('header')"
    assert shown.get(f"{header}.scrollWidth <= {header}.clientWidth")
    inside = "[...root.querySelectorAll('header button:not([hidden]), footer button, .count, select')]"
    places = shown.get(f"{inside}.map((element) => element.getBoundingClientRect())")
    assert all(place["left"] >= 0 and place["right"] <= width and place["width"] > 10 for place in places)
    pill(shown, "my own")
    pick(shown, "c2.3.4")
    assert shown.count() == "1 / 3"


def test_the_widget_shares_its_state_with_the_kernel_and_every_view(show: Any) -> None:
    shown = two_views(show, widget_module(), state_of(sample(), step=2))
    assert shown.page.evaluate(COUNTS) == ["2 / 6", "2 / 6"]
    shown.page.evaluate("() => test.model.set('step', 4)")
    assert shown.page.evaluate(COUNTS) == ["4 / 6", "4 / 6"]
    shown.page.evaluate("() => test.root('b').querySelector('button.previous').click()")
    assert shown.page.evaluate(COUNTS) == ["3 / 6", "3 / 6"]
    assert shown.page.evaluate("() => test.saved()") > 0
    shown.page.evaluate("() => test.root('a').querySelector('tr[data-key=n3]').click()")
    assert shown.page.evaluate("() => test.values.selected") == "n3"
    for name, value in (("step", 0), ("speed", 2), ("playing", True)):
        shown.page.evaluate("([name, value]) => test.model.set(name, value)", [name, value])
    shown.page.wait_for_timeout(800)
    assert shown.page.evaluate("() => test.values.step") == 2, "two views, one beat"
    shown.page.evaluate("() => test.root('b').querySelector('button.play').click()")
    assert shown.page.evaluate("() => test.values.playing") is False
    shown.page.evaluate("() => test.ends.forEach((end) => end())")
    assert shown.page.evaluate("() => test.root('a').querySelectorAll('.player').length") == 0


def test_a_play_switches_between_its_parts_and_leaves_nothing_behind(show: Any) -> None:
    def classic(x1: Any, x2: Any) -> Any:
        return np.log(x1) + x1 * x2 - np.sin(x2)

    film = av.play(av.trace(classic, 2.0, 5.0), {"x1": 1.0}).film()
    shown = show(one(film))
    numbers = "[...root.querySelectorAll('text.number.{}')].filter((t) => t.textContent).length"
    tangents, adjoints = numbers.format("tangent"), numbers.format("adjoint")
    the_sum = "root.querySelector('.sum').textContent"
    assert (shown.get(PRESSED), shown.count()) == (["both"], "0 / 13")
    shown.press("End")
    assert (shown.get(tangents), shown.get(adjoints)) == (7, 7)
    assert shown.get(the_sum) == "Σ⟨adjoint so far, tangent⟩ = 5.5 = ⟨u, Jv⟩"
    pill(shown, "forward")
    assert shown.count() == "0 / 6"
    shown.press("End")
    assert (shown.get(tangents), shown.get(adjoints), shown.get(the_sum)) == (7, 0, "")
    pill(shown, "reverse")
    shown.press("ArrowRight", "ArrowRight")
    assert shown.get(tangents) == 0
    assert shown.get(the_sum) == "Σ⟨adjoint so far, tangent⟩ = 5.5 = ⟨u, Jv⟩"
    pill(shown, "evaluate")
    assert shown.count() == "0 / 5"
    values = numbers.format("value")
    assert shown.get(values) == 2
    shown.press("ArrowRight")
    assert (shown.get(values), shown.get(adjoints)) == (3, 0)


def test_a_page_with_one_player_takes_keys_before_it_is_clicked(show: Any) -> None:
    shown = show(one(sample()))
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("ArrowRight")
    assert shown.count() == "2 / 6"
    two = show(page([(sample(), "a"), (large(12), "b")], "Two"))
    two.page.keyboard.press("ArrowRight")
    assert two.count() == "0 / 6", "of several none is meant"
