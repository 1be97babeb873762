"""Same input, same bytes: between processes, hash seeds and folders, with or without Graphviz at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib, sys
sys.path[:0] = {tests!r}, {root!r}
from gallery import GALLERY
import advis as av
from advis.autodiff.structure import map_leaves
from advis.media.html import fragment
from advis.media.beamer import beamer
from advis.media.svg import svg
from advis.media.tikz import tikz
for name in ("classic", "lstm_cell", "branchy", "random_3"):
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    sweep = tape.reverse(map_leaves(lambda value: value * 0 + 1.0, tape.value))
    for shown in (tape, sweep):
        film, text = shown.film(), str(shown)
        whole = [text, film.to_json(), svg(film), fragment(film, text), sweep.table().html(), sweep.table().latex()]
        whole += [tikz(film), beamer(film, [0, film.steps])]
        print("tape", name, hashlib.sha256("".join(whole).encode()).hexdigest())
from tests.films.chain_films import FILMS, planned, small
for name in ("small: chain", "small: compare", "small: sweep reverse", "small: by columns", "layered: optimal",
             "layered: by rows", "elemental: matrix-free optimal", "lecture: map"):
    film = FILMS[name]()
    print("chain", name, hashlib.sha256((film.to_json() + svg(film) + fragment(film, "")).encode()).hexdigest())
shown = small(), small().compare(), small().accumulate("forward"), small().by_rows(), planned([2, 1, 3]).compare()
print("chain texts", hashlib.sha256("".join(map(str, shown)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """What the program prints in two processes of other folders, hash seeds and paths, which run at the same time."""
    tests, folder, elsewhere = Path(__file__).parent, tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    command = [sys.executable, "-c", PROGRAM.format(tests=str(tests), root=str(tests.parent))]
    places = (folder, "0", os.environ["PATH"]), (elsewhere, "12345", "/nonexistent")
    running = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=place,
            env={**os.environ, "PYTHONHASHSEED": seed, "PATH": path},
        )
        for place, seed, path in places
    ]
    first, second = (process.communicate()[0].splitlines() for process in running)
    assert [process.returncode for process in running] == [0, 0]
    return first, second


@pytest.mark.parametrize(("kind", "lines"), [("tape", 8), ("chain", 9)], ids=["tapes", "chains"])
def test_every_byte_is_the_same(twice, kind, lines):
    first, second = twice
    assert sum(line.startswith(kind) for line in first) == lines
    assert first == second


@pytest.mark.parametrize("word", ["0x", "/home", "/tmp", "site-packages", "uuid", "202"])
def test_nothing_of_this_machine_or_moment(word, tmp_path):
    import advis as av

    def f(x):
        return x * 3.0

    film = av.trace(f, 7.0).reverse().film()
    assert word not in film.to_json()
