"""Decks in a real browser: arrow keys, overview, notes, print."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import advis as av
from advis.media.deck import deck_page
from tests.tools import needs_module

pytestmark = pytest.mark.browser
needs_module("markdown_it")

VENDOR = Path(av.__file__).parent / "media" / "static" / "vendor" / "reveal"
SAID = """() => { const film = Reveal.getCurrentSlide().querySelector("[data-advis]");
return [Reveal.getIndices().h, film ? film.shadowRoot.querySelector(".count").textContent : ""]; }"""


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture(scope="module")
def lecture():
    tape = av.trace(f, 2.0, 5.0)
    return ["# Reverse mode\nNote: say hello", ("## A sweep", tape.reverse()), av.play(tape), "# End"]


def opened(show, items, **options):
    shown = show(deck_page(items), **options)
    shown.page.wait_for_function("() => globalThis.Reveal?.isReady?.()")
    return shown


def test_arrow_keys_go_through_the_steps_and_then_on(show, lecture):
    page = opened(show, lecture).page
    seen = [page.evaluate(SAID)]
    steps = [0, *(item.film().steps for item in (lecture[1][1], lecture[2])), 0]
    for _ in range(sum(steps) + 3):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate(SAID))
    every = [[h, f"{k} / {n}" if n else ""] for h, n in enumerate(steps) for k in range(n + 1)]
    assert seen == every
    for expected in reversed(every[:-1]):
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(SAID) == expected


def test_a_click_into_the_picture_leaves_the_keys_to_the_deck(show, lecture):
    page = opened(show, lecture).page
    page.keyboard.press("ArrowRight")
    page.mouse.click(640, 300)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(SAID)[1].startswith("1 /")


def test_a_reload_keeps_the_place(show, lecture):
    page = opened(show, lecture).page
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    before = page.evaluate(SAID)
    page.wait_for_function("() => location.hash === '#/1/0/2'")
    page.reload()
    page.wait_for_function("() => globalThis.Reveal?.isReady?.()")
    assert page.evaluate(SAID) == before


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1024, 768)])
def test_everything_stands_on_the_slide(show, lecture, size):
    page = opened(show, lecture, viewport={"width": size[0], "height": size[1]}).page
    for slide in (1, 2):
        page.evaluate(f"Reveal.slide({slide}, 0, 2)")
        page.wait_for_timeout(100)
        inside = page.evaluate("""() => {
          const slide = Reveal.getCurrentSlide(), outer = slide.getBoundingClientRect();
          const root = slide.querySelector("[data-advis]").shadowRoot;
          const boxes = [".player", ".say", ".stage svg"].map((name) => root.querySelector(name));
          return boxes.every((box) => {
            const { top, bottom, left, right, height } = box.getBoundingClientRect();
            const fits = top >= outer.top && bottom <= outer.bottom && left >= outer.left && right <= outer.right;
            return height > 0 && fits;
          });
        }""")
        assert inside


def test_with_every_pane_the_graph_stays_the_largest_and_two_films_keep_their_sentences(show):
    tape, panes = av.trace(f, 2.0, 5.0), ("graph", "trace", "source", "say")
    shown = show(deck_page([("## Both", av.play(tape)), (tape.forward(x1=1.0), tape.reverse())], panes=panes))
    page = shown.page
    page.wait_for_function("() => globalThis.Reveal?.isReady?.()")
    height = """(name) => document.querySelector("[data-advis]").shadowRoot.querySelector(name).clientHeight"""
    assert page.evaluate(height, ".stage") > page.evaluate(height, "aside") > 60
    page.evaluate("Reveal.slide(1)")
    page.wait_for_timeout(100)
    kept = page.evaluate("""() => [...Reveal.getCurrentSlide().querySelectorAll("[data-advis]")].map((film) => {
        const place = (name) => film.shadowRoot.querySelector(name).getBoundingClientRect();
        const [player, say] = [place(".player"), place(".say")];
        return say.height > 20 && say.bottom <= player.bottom;
    })""")
    assert kept == [True, True]


def test_overview_and_a_dark_room(show, lecture):
    page = opened(show, lecture, color_scheme="light").page
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("o")
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[data-advis]').shadowRoot.querySelector('.player.dark')")


def test_the_speaker_sees_notes(show, lecture):
    page = opened(show, lecture).page
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    view = popup.value
    view.wait_for_function("() => document.body.textContent.includes('say hello')")
    assert "Slide 1 of 4" in view.text_content("body")
    assert "Next: A sweep" in view.text_content("body")
    view.keyboard.press("ArrowRight")
    view.wait_for_function("() => document.body.textContent.includes('Slide 2 of 4')")
    assert "The seed" in view.text_content(".said")


def test_a_question_waits_for_the_room(show):
    page = opened(show, [av.quiz(av.trace(f, 2.0, 5.0).reverse())]).page
    for k in range(1, 4):
        page.keyboard.press("ArrowRight")
        assert page.evaluate(SAID)[1].startswith(f"{k} /")


def test_print_has_one_page_a_step(show, lecture, tmp_path):
    shown = opened(show, lecture)
    shown.page.goto(f"{shown.page.url.split('#')[0]}?print-pdf")
    ready = "[...document.querySelectorAll('.print [data-advis]')].every((film) => film.shadowRoot)"
    shown.page.wait_for_function(f"() => document.querySelector('.print') && {ready}")
    shown.page.pdf(path=str(tmp_path / "a.pdf"), prefer_css_page_size=True, print_background=True)
    pages = len(re.findall(rb"/Type /Page\b(?!s)", (tmp_path / "a.pdf").read_bytes()))
    assert pages == 4 + lecture[1][1].film().steps + lecture[2].film().steps
    counts = shown.page.evaluate(
        "[...document.querySelectorAll('.print [data-advis]')].map((film) => "
        "film.shadowRoot.querySelector('.count').textContent)"
    )
    assert counts[:3] == ["0 / 6", "1 / 6", "2 / 6"]


LOADER = """window.require = (settings, names, ready) => {
  const script = document.createElement("script");
  script.src = names[0].endsWith(".js") ? names[0] : `${names[0]}.js`;
  script.onload = () => ready(Reveal, { id: "notes" });
  document.head.append(script);
};
window.MathJax = { Hub: { getAllJax: () => null, Rerender() {}, Config() {}, Configured() {}, Queue() {} } };"""


def test_a_notebook_becomes_slides(browser, tmp_path):
    nbformat, nbconvert = needs_module("nbformat"), needs_module("nbconvert")
    bundle = av.trace(f, 2.0, 5.0).reverse().slides()._repr_mimebundle_()
    cells = [nbformat.v4.new_markdown_cell("# One"), nbformat.v4.new_code_cell("sweep.slides()")]
    cells[1].outputs = [nbformat.v4.new_output("execute_result", bundle, execution_count=1)]
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    exporter = nbconvert.SlidesExporter(
        reveal_url_prefix="reveal", require_js_url="load.js", jquery_url="load.js", mathjax_url="load.js"
    )
    html, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    (tmp_path / "slides.html").write_text(html, encoding="utf-8")
    (tmp_path / "load.js").write_text(LOADER)
    (tmp_path / "reveal" / "dist").mkdir(parents=True)
    for name in ("reveal.js", "reveal.css"):
        shutil.copy(VENDOR / name, tmp_path / "reveal" / "dist")
    page = browser.new_page()
    page.route(lambda url: url.startswith("http"), lambda route: route.abort())
    page.goto((tmp_path / "slides.html").as_uri())
    page.wait_for_function("() => document.querySelector('[data-advis]')?.shadowRoot && globalThis.Reveal?.isReady?.()")
    page.keyboard.press("ArrowRight")
    for k in range(7):
        assert page.evaluate(SAID) == [1, f"{k} / 6"]
        page.keyboard.press("ArrowRight")
    page.close()
