"""LaTeX: every film gives a document, labels are mathematics, and no text can command TeX."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.autodiff.tex import UNKNOWN, tex_text
from advis.films.film import Film, Group, Ink, Scene
from advis.films.theme import COLOURS, depth
from advis.media.beamer import beamer
from advis.media.picture import PANES, picture
from advis.media.save import Options, save
from advis.media.tex import tex_name, tex_sentence, tex_spans
from advis.media.tikz import tikz
from tests.films import chain_films
from tests.gallery import GALLERY, classic
from tests.media import hostile as program
from tests.media.films import FILMS
from tests.tools import needs

ATTACKS = [
    r"\input{/etc/passwd}", r"\write18{touch hacked}", r"\immediate\openout1=hacked", r"\end{document}", r"$x$ $$ \(",
    "%", "# ## #1", "& _ ^ ~ ^^M ^^5c", "{", "}", "}}{{", "\\", r"\\", "\x00\x07\x0b\x1b[31m\x7f\x85", "\ud800",
    "\u202e\u2066\u200b\ufeff", "🎉👩🏽‍🔬", "שלום مرحبا 数学", "a\nb\n\nc\td", "-- --- '' `` ,, << >> ?` !`", "[x] [1]",
    "e\u0301 x\u0304 x\u20d7", "naïve Łódź Ångström ß œ", "ℝ² → ℝ · √2 ≥ −1 ∞ Σ⟨u, v⟩ ⊕ ẋ x̄ ∂y/∂x₁₂ x⁻¹⁰ ½ °",
    "αβγδεζηθικλμνξοπρςστυφχψω ΓΔΘΛΞΠΣΥΦΨΩ",
]  # fmt: skip
"""What a label may say."""


def hostile_film() -> Film:
    """A film that says every attack in every voice of a text: as a name, in bold, as code, in a title."""
    roles = ("title", "code", "local", "number adjoint", "entry", "headline", "no such role}", "label tangent")
    inks = [
        Ink("text", role, (20.0 + 400 * column, 20.0 + 20 * row), ((span, text), ("", " "), (text, text)))
        for row, text in enumerate(ATTACKS)
        for column, (role, span) in enumerate(
            zip(roles, ("name", "", "soft", "strong", "", "name", "", ""), strict=True)
        )
    ]
    scene = Scene("graph", "drawing", "Graph", (Group("g", tuple(inks)),), 3300.0, 560.0)
    return Film("chart", "".join(ATTACKS), (scene,), {}, 1)


@cache
def reverse() -> Film:
    return av.trace(classic, 2.0, 5.0).reverse().film()


@cache
def sixty() -> Film:
    """A sweep of 60 steps."""

    def program(x: Any) -> Any:
        values = [x, np.sin(x)]
        for _ in range(59):
            values.append(values[-1] * values[-2])
        return values[-1]

    return av.trace(program, 0.9).reverse().film(fold=False)


def gallery(name: str) -> Film:
    f, arguments = GALLERY[name]
    return av.trace(f, *arguments).film()


EVERY: dict[str, Callable[[], Film]] = {
    **FILMS,
    **chain_films.FILMS,
    **{f"gallery: {name}": lambda name=name: gallery(name) for name in GALLERY},
    "forward": lambda: av.trace(classic, 2.0, 5.0).forward(x1=1.0).film(),
    "reverse": reverse,
    "methods": lambda: av.compare_methods(lambda x: x * x, 2.0).film(),
    "play": lambda: av.play(av.trace(classic, 2.0, 5.0)).film(),
    "named by an attacker": lambda: program.hostile_tape().reverse().film(),
    "attacks": hostile_film,
}


def commands(document: str) -> set[str]:
    return set(re.findall(r"\\[A-Za-z]+", document.replace("\\\\", "")))


@cache
def known() -> set[str]:
    """What documents of harmless films command, and what single characters are written as."""
    films = (reverse(), EVERY["forward"](), chain_films.FILMS["small: reverse"](), EVERY["methods"]())
    characters = "".join(tex_text(chr(code)) for code in range(0x2800))
    names = r"\mbox \itshape \mathit \hat \tilde \dot \bar \ddot \ttfamily \textquotesingle \advisname \triangleleft"
    return commands("".join(write(film) for film in films for write in (tikz, beamer)) + characters) | set(
        names.split()
    )


def assert_harmless(document: str) -> None:
    """No command but ours, braces and dollars in pairs, and each text on its line."""
    assert document.isascii()
    assert commands(document) <= known(), commands(document) - known()
    assert document.count(r"\end{document}") == 1
    for line in document.splitlines():
        if line.startswith("\\node"):
            assert r"\\" not in line
            plain = re.sub(r"\\[^A-Za-z]", "", line)
            assert plain.count("{") == plain.count("}"), line
            assert plain.count("$") % 2 == 0, line
            assert not re.search(r"[%#&~^](?!\{|[0-9A-Za-z'()-])", plain.replace("~", "")), line
            assert line.endswith("};"), line


@pytest.mark.parametrize("name", EVERY)
def test_every_film_gives_a_document(name: str) -> None:
    film = EVERY[name]()
    for document in (tikz(film, panes=PANES, theme="dark"), tikz(film, 0), beamer(film, steps=[0, film.steps])):
        assert document.startswith("\\documentclass")
        assert document.endswith("\\end{document}\n")
        assert_harmless(document)


def test_geometry_and_texts_are_those_of_the_picture() -> None:
    shown = picture(reverse(), 3, PANES)
    document = tikz(reverse(), 3, PANES)
    places = re.findall(r"\\node\[[^]]*\] at \(([^,]+),([^)]+)\)", document)
    assert [(float(x), float(y)) for x, y in places] == [ink.at for ink in shown.inks if ink.tag == "text"]
    assert f"rectangle ({shown.width:g},{shown.height:g})" in document
    frames = [ink.at for ink in shown.inks if ink.role.startswith("frame")]
    for left, top, width, height, _ in frames:
        assert f"({left:g},{top:g}) rectangle ++({width:g},{height:g})" in document
    assert "{5 $\\cdot$ 1 = 5}" in tikz(reverse(), 4)


def test_what_is_hidden_is_not_drawn() -> None:
    film = chain_films.FILMS["small: reverse"]()
    assert tikz(film, film.steps).count("\\node") < tikz(film, 0).count("\\node")


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", 1)])
def test_colours_are_those_of_the_theme(theme: str, place: int) -> None:
    document = tikz(reverse(), theme=theme)
    for name, both in COLOURS.items():
        assert f"\\definecolor{{advis-{name}}}{{HTML}}{{{both[place][1:].upper()}}}" in document
    assert "frame active adjoint/.style={fill=advis-adjoint-tint,draw=advis-adjoint" in tikz(reverse(), 3)


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("x", "x"),
        ("x12", "x_{12}"),
        ("a₁", "a_{1}"),
        ("loss", r"\mathit{loss}"),
        ("loss2", r"\mathit{loss2}"),
        ("∂y₂/∂x₁", r"\partial y_{2}/\partial x_{1}"),
        ("∂loss/∂w", r"\partial \mathit{loss}/\partial w"),
        ("ẋ", r"\dot{x}"),
        ("x̄1", r"\bar{x}_{1}"),
        ("θ", r"\theta"),
        ("Δ2", r"\Delta_{2}"),
        ("é", r"\mbox{\itshape \'{e}}"),
        ("params[0]['w_1']", r"\mathit{params}[0][\mbox{'}w_{1}\mbox{'}]"),
    ],
)
def test_names_are_variables(name: str, tex: str) -> None:
    assert tex_name(name) == tex


def test_only_what_must_be_a_variable_is_one_in_a_sentence() -> None:
    assert tex_sentence("v3 = x1 · x2") == r"$v_{3}$ = $x_{1}$ $\cdot$ $x_{2}$"
    for text in ("1e5 fma", "h.x1 abc1 x1_", "a step of 10"):
        assert "$" not in tex_sentence(text)
    assert tex_spans((("", "x1 = 2"),), mathematics=False) == "x1 = 2"


def test_tangents_and_adjoints_wear_their_marks() -> None:
    assert r"{$\bar{x}_{1}$ adjoint}" in tikz(reverse())
    assert r"{$\dot{v}_{3}$ tangent}" in tikz(EVERY["forward"]())
    assert r"{$\bar{v}$ adjoint}" in tikz(reverse(), panes=("trace",))
    tape = av.trace(lambda params: params["a long name"] * 2.0, {"a long name": 1.0})
    assert r"{$\triangleleft$ adjoint}" in tikz(tape.reverse().film())


def test_nothing_is_lost() -> None:
    assert tex_text("") == ""
    for character in map(chr, range(0x21, 0x2800)):
        assert tex_text(character).strip(), hex(ord(character))
    assert tex_text("数") == UNKNOWN
    for character in "∂−·×√²ℝΣ⟨⟩→°½éŁαΩ≥∞▸◂…ᵀ₁":
        assert UNKNOWN not in tex_text(character)


def test_tex_has_every_sign_that_films_speak() -> None:
    for folder in ("films", "analysis", "autodiff/primitives"):
        for path in (Path(av.__file__).parent / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert UNKNOWN not in tex_text(node.value), (path.name, node.value)


def test_same_film_same_bytes_and_a_wrong_wish_is_named() -> None:
    assert tikz(reverse(), 2) == tikz(av.trace(classic, 2.0, 5.0).reverse().film(), 2)
    with pytest.raises(ValueError, match=r"tikz: step=9 .* 0 to 6"):
        tikz(reverse(), 9)
    with pytest.raises(ValueError, match="theme='auto' is not known; choose 'light' or 'dark'"):
        tikz(reverse(), theme="auto")
    with pytest.raises(ValueError, match="font_size=0 is no size"):
        tikz(reverse(), font_size=0)
    with pytest.raises(ValueError, match="holds no step"):
        beamer(reverse(), steps=[])


def test_the_size_of_letters_scales_the_picture() -> None:
    assert "\\setlength\\px{0.75bp}" in tikz(reverse())
    assert "\\setlength\\px{0.6bp}" in tikz(reverse(), font_size=9)


def test_a_deck_says_nothing_twice() -> None:
    document = beamer(reverse())
    assert len(re.findall(r"^\\only<\d+>", document, re.MULTILINE)) == 7
    drawn = re.findall(r"^\\node.*$", document, re.MULTILINE)
    assert len(drawn) == len(set(drawn))
    assert len(document) < sum(len(tikz(reverse(), step, ("graph", "say"))) for step in range(7)) / 2


def test_a_deck_shows_at_each_step_what_the_picture_does() -> None:
    def texts(text: str) -> list[str]:
        return sorted(re.findall(r"^\\node.*$", text, re.MULTILINE))

    def strokes(text: str) -> set[str]:
        paths = re.findall(r"^\\path\[(?!use|fill).*?\] (.*);$", text, re.MULTILINE)
        return {piece for path in paths for piece in re.split(r" (?=\()", path)}

    document = beamer(reverse())
    boxes = dict(re.findall(r"^\\advislayer\{(\d+)\}\{%\n(.*?)^\}", document, re.MULTILINE | re.DOTALL))
    for step, shown in re.findall(r"^\\only<(\d+)>(.*)$", document, re.MULTILINE):
        layers = "".join(boxes[number] for number in re.findall(r"advisshow\{(\d+)\}", shown))
        alone = tikz(reverse(), int(step) - 1, ("graph", "say"))
        assert texts(layers) == texts(alone)
        assert strokes(layers) == strokes(alone)
        depths = [depth(role) for role in re.findall(r"^\\(?:node|path)\[([\w ]+)", layers, re.MULTILINE)]
        assert depths == sorted(depths)


def test_saving_as_tex(tmp_path: Path) -> None:
    def saved(**options: Any) -> str:
        return save(reverse(), "", tmp_path / "f.tex", None, Options(**options)).read_text("ascii")  # type: ignore[union-attr]

    assert saved() == tikz(reverse())
    assert saved(theme="dark", panes=("trace",)) == tikz(reverse(), None, ("trace",), "dark")
    assert saved(font_size=9) == tikz(reverse(), font_size=9)
    assert saved(beamer=True, steps=[0, 2]) == beamer(reverse(), [0, 2])
    with pytest.raises(ValueError, match="no meaning with beamer=True"):
        saved(beamer=True, size=300)
    assert len(save(reverse(), "", tmp_path / "g-{step}.tex")) == 7  # type: ignore[arg-type]


def test_sixty_steps_are_quick() -> None:
    film = sixty()
    assert film.steps >= 60
    began = time.process_time()
    tikz(film, 30)
    assert time.process_time() - began < 1.0


# -- with a LaTeX: ADVIS_TEX=1, as docs/contributing.md says


DECKS = {"reverse": 7, "lecture: reverse": 4, "attacks": 2, "methods": None}


def compiled(document: str, folder: Path) -> bytes:
    """The PDF of a document; nothing but its own files is written, nothing is missing."""
    (folder / "f.tex").write_text(document)
    command = [needs("pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "f.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    log = (folder / "f.log").read_text("latin-1")
    assert run.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    assert {path.suffix for path in folder.iterdir()} <= {
        ".tex",
        ".log",
        ".aux",
        ".pdf",
        ".nav",
        ".out",
        ".snm",
        ".toc",
    }
    return (folder / "f.pdf").read_bytes()


@pytest.mark.tex
@pytest.mark.parametrize("name", EVERY)
def test_every_film_compiles(name: str, tmp_path: Path) -> None:
    film = EVERY[name]()
    assert compiled(tikz(film, film.steps // 2, PANES), tmp_path).startswith(b"%PDF")


@pytest.mark.tex
@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_a_page_for_each_step(name: str, tmp_path: Path) -> None:
    film = EVERY[name]()
    compiled(beamer(film), tmp_path)
    pages = re.search(r"Output written on f.pdf \((\d+) page", (tmp_path / "f.log").read_text("latin-1"))
    assert pages is not None
    assert int(pages[1]) == DECKS[name] or film.steps + 1


@pytest.mark.tex
def test_text_stays_text(tmp_path: Path) -> None:
    compiled(tikz(reverse(), 4, ("graph", "say")), tmp_path)
    found = shutil.which("pdftotext")
    if found is None:
        pytest.skip("pdftotext is not installed")
    said = subprocess.run([found, "f.pdf", "-"], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert "hands its adjoint" in said
    assert "11.65" in said
