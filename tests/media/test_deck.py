"""Decks, slides of notebooks, handouts: what is in the files, and what is refused."""

import base64
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

import advis as av
from advis.media import markdown
from advis.media.deck import deck_page
from advis.media.handout import _Pages
from advis.media.player import static
from tests.tools import needs_module

for package in ("latex2mathml", "markdown_it", "mdit_py_plugins", "pygments"):
    needs_module(package)

VENDOR = Path(av.__file__).parent / "media" / "static" / "vendor" / "reveal"
HOSTILE = "<script>alert(1)</script>"


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


@pytest.fixture(scope="module")
def tape():
    return av.trace(f, 2.0, 5.0)


def sections(page):
    return re.findall(r"<section[^>]*>.*?</section>", page, re.DOTALL)


def body(page):
    return page[page.index('<div class="slides">') : page.index("<script>", page.index('<div class="slides">'))]


# -- what stands on the slides


def test_every_step_is_a_fragment(tape):
    sweep = tape.reverse()
    first, second = sections(deck_page(["# Title", sweep]))
    assert first.count('class="fragment"') == 0
    assert second.count('class="fragment"') == sweep.film().steps


def test_a_break_begins_a_slide_and_a_tuple_is_one(tape):
    page = deck_page(["# One\n\n---\n\n# Two", ("## Both", tape, tape.reverse())])
    assert len(sections(page)) == 3
    assert sections(page)[2].count("data-advis=") == 2


def test_a_line_in_code_is_no_break_and_no_note():
    (only,) = sections(deck_page(["```yaml\na: 1\n---\nNote: b\n```"]))
    assert "Note" in only
    assert "aside" not in only


def test_notes_are_for_the_speaker(tape):
    first, second = sections(deck_page(["# One\nNote: say *hello*", ("## Two\nNote: slowly", tape)]))
    assert '<aside class="notes"><p>say <em>hello</em></p>' in first
    assert '<aside class="notes"><p>slowly</p>' in second
    assert "Note:" not in first + second


def test_mathematics_is_mathml_and_code_is_coloured():
    page = body(deck_page(["$\\dot x$\n\n$$\\bar v = \\sum_j v_j$$\n\n```python\ndef g(x): return x  # same\n```"]))
    assert page.count("<math ") == 2
    assert '<span class="k">def</span>' in page
    assert "<munder>" in page
    assert body(deck_page(["$\\ln x + \\ln(x)$"])).count("<mspace") == 1


def test_the_player_is_there_once_and_a_deck_is_small(tape):
    def long(x):
        for _ in range(29):
            x = np.sin(x) * 1.1
        return x

    sweeps = [av.trace(long, 1.0).reverse(), *(tape.forward(x1=float(k)) for k in range(8)), av.play(tape)]
    page = deck_page(["# Ten", *sweeps])
    assert page.count("const STYLE=") == 1
    assert len(page.encode()) < 3_000_000


def test_same_input_same_bytes(tape):
    assert deck_page(["# $x$", tape.reverse()]) == deck_page(["# $x$", tape.reverse()])


def test_the_title_is_the_first_heading():
    assert "<title>Reverse &amp; forward</title>" in deck_page(["# Reverse & forward"])
    assert "<title>Mine</title>" in deck_page(["# Reverse"], title="Mine")


@pytest.mark.parametrize("name", ["dot.png", "größter Punkt.png"])
def test_an_image_is_inside(name, tmp_path):
    file = tmp_path / name
    file.write_bytes(b"\x89PNG")
    held = base64.b64encode(b"\x89PNG").decode()
    assert f"data:image/png;base64,{held}" in deck_page([f"![a dot](<{file}>)"])


# -- what the world outside may not do


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        f"$\\text{{{HOSTILE}}}$",
        "$\\text{&lt;script&gt;}$",
        f"```python\n{HOSTILE}\n```",
        f"```{HOSTILE}\nx\n```",
        f"Note: {HOSTILE}",
        f"[a](x '{HOSTILE}')",
        f"# {HOSTILE}",
    ],
)
def test_markdown_cannot_bring_scripts(text):
    page = deck_page([text])
    assert "<script>alert" not in page
    assert "<script>" not in body(page)


def test_links_and_mathematics_cannot_run_code():
    page = body(deck_page(["[a](javascript:alert(1)) $\\href{javascript:alert(1)}{x}$ $\\style{color:red}{y}$"]))
    assert 'href="javascript' not in page
    assert "style=" not in page


def test_names_are_text(tape):
    hostile = av.trace(lambda x: x * 2.0, 1.0)
    page = deck_page([hostile], title=HOSTILE)
    assert f"<title>{HOSTILE.replace('<', '&lt;').replace('>', '&gt;')}</title>" in page


def test_a_policy_forbids_every_host(tape):
    page = deck_page([tape])
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', body(page))
    assert "sourceMappingURL" not in page


def test_what_was_taken_is_unchanged():
    sums = dict(reversed(line.split()) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == {"reveal.js", "reveal.css", "LICENSE"}
    for name, digest in sums.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    assert "</script" not in static("vendor/reveal/reveal.js")


# -- what is refused


@pytest.mark.parametrize("steps", [0, 2.5])
def test_a_handout_shows_a_whole_number_of_steps(steps, tape, tmp_path):
    with pytest.raises(ValueError, match=f"handout: steps={steps} is no number of steps to show"):
        av.handout([tape], tmp_path / "a.pdf", steps=steps)


@pytest.mark.parametrize("write", [av.deck, av.handout])
def test_an_item_that_cannot_be_shown_is_named(write, tape, tmp_path):
    file = tmp_path / ("a.html" if write is av.deck else "a.pdf")
    with pytest.raises(TypeError, match=r"items\[1\] is of type dict, which cannot be shown"):
        write(["# One", {}], file)
    with pytest.raises(TypeError, match=r"items\[1\]\[1\] is of type int"):
        write(["# One", ("## Two", 3)], file)
    with pytest.raises(ValueError, match="nothing to show"):
        write([], file)
    with pytest.raises(ValueError, match="does not end in"):
        write(["# One"], tmp_path / "a.docx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [av.deck, av.handout])
def test_a_folder_that_is_not_there_is_named(write, tmp_path):
    name = write.__name__
    with pytest.raises(FileNotFoundError, match=f"{name}: path=.*there is no folder"):
        write(["# One"], tmp_path / "none" / ("a.html" if write is av.deck else "a.pdf"))


def test_what_cannot_be_read_is_named(tape):
    with pytest.raises(ValueError, match=r"deck: items\[1\]: the mathematics \$\\frac\{\$ cannot be read"):
        deck_page(["# One", "$\\frac{$"])
    with pytest.raises(ValueError, match=r"\\notthere is not known"):
        deck_page(["$\\notthere x$"])
    with pytest.raises(ValueError, match="is no file with a known extension"):
        deck_page(["![a](https://example.org/a.png)"])
    with pytest.raises(ValueError, match="cannot be read"):
        deck_page(["![a](nowhere/a.png)"])
    with pytest.raises(ValueError, match="theme='blue'"):
        deck_page(["# One"], theme="blue")
    with pytest.raises(ValueError, match="'code' is not known; choose from graph, trace, source, say"):
        deck_page([tape], panes=("code",))


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(markdown, "import_module", missing)
    with pytest.raises(ImportError, match=r"slides need markdown-it, .*pip install 'advis-notebook\[slides\]'"):
        markdown.needed("markdown_it")


# -- slides of a notebook


def test_slides_of_a_notebook(tape):
    shown = tape.reverse().slides()
    bundle = shown._repr_mimebundle_()
    assert bundle["text/html"].count('class="fragment"') == shown.film.steps
    assert f"present(STYLE, &quot;{shown.film.digest}" not in bundle["text/html"]
    assert f'present(STYLE, "{shown.film.digest}")' in bundle["text/html"]
    assert bundle["text/plain"].startswith(str(tape.reverse()))
    assert shown.film.digest == tape.reverse().film().digest


@pytest.mark.parametrize("panes", [("code",), "graph"])
def test_panes_of_slides_are_checked_at_once(panes, tape):
    with pytest.raises(ValueError, match="slides: panes="):
        tape.slides(panes=panes)


# -- handouts


def pages_of(file):
    return len(re.findall(rb"/Type /Page\b(?!s)", file.read_bytes()))


def test_a_handout_has_text_and_some_steps(tape, tmp_path):
    few = av.handout(["# Reverse mode\n\nOne *sweep* for $\\bar x$:", tape.reverse()], tmp_path / "a.pdf", steps=2)
    many = av.handout([tape.reverse(), tape.forward(x1=1.0), av.play(tape)], tmp_path / "b.pdf", steps=4)
    assert pages_of(few) == 1
    assert pages_of(many) >= 3


def test_a_handout_is_the_same_every_time(tape, tmp_path):
    first, second = (av.handout(["# $x$ costs 5$", tape], tmp_path / f"{k}.pdf").read_bytes() for k in range(2))
    assert first == second


def test_dollars_in_code_are_no_mathematics():
    pages = _Pages("")
    pages.paragraph("code", 'price = "$5 and $6"')
    pages.paragraph("p", "It costs $5, or $x$ $y$.")
    pages.paragraph("p", "$x$ and $y$")
    assert [line.get_parse_math() for line in pages.pages[0].texts][1:] == [False, False, True]
    assert pages.pages[0].texts[1].get_text() == 'price = "$5 and $6"'


def test_a_handout_of_much_text_goes_on(tmp_path):
    assert pages_of(av.handout(["word " * 5000, "```\n" + "x = 1\n" * 100 + "```"], tmp_path / "a.pdf")) > 3
