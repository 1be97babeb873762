"""Same input, same bytes: between processes, hash seeds and folders, with or without Graphviz at hand."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import hashlib, sys
sys.path.insert(0, {tests!r})
from gallery import GALLERY
import advis as av
from advis.autodiff.structure import map_leaves
from advis.media.html import fragment
from advis.media.svg import svg
for name in ("classic", "lstm_cell", "branchy", "random_3"):
    function, arguments = GALLERY[name]
    tape = av.trace(function, *arguments)
    sweep = tape.reverse(map_leaves(lambda value: value * 0 + 1.0, tape.value))
    for shown in (tape, sweep):
        film, text = shown.film(), str(shown)
        whole = [text, film.to_json(), svg(film), fragment(film, text), sweep.table().html(), sweep.table().latex()]
        print(name, hashlib.sha256("".join(whole).encode()).hexdigest())
"""
CHAINS = """
import hashlib, sys
sys.path.insert(0, {root!r})
from advis.media.html import fragment
from advis.media.svg import svg
from tests.films.chain_films import FILMS, planned, small
for name in ("small: chain", "small: compare", "small: sweep reverse", "small: by columns", "layered: optimal",
             "layered: by rows", "elemental: matrix-free optimal", "lecture: map"):
    film = FILMS[name]()
    print(name, hashlib.sha256((film.to_json() + svg(film) + fragment(film, "")).encode()).hexdigest())
shown = small(), small().compare(), small().accumulate("forward"), small().by_rows(), planned([2, 1, 3]).compare()
print("texts", hashlib.sha256("".join(map(str, shown)).encode()).hexdigest())
"""


def run(folder: Path, hash_seed: str, path: str, program: str = PROGRAM) -> str:
    tests = Path(__file__).parent
    program = program.format(tests=str(tests), root=str(tests.parent))
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PATH": path}
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder, env=environment
    )
    return answer.stdout


def test_every_byte_is_the_same(tmp_path):
    first = run(tmp_path, "0", os.environ["PATH"])
    (tmp_path / "elsewhere").mkdir()
    assert first.count("\n") == 8
    assert run(tmp_path / "elsewhere", "12345", "/nonexistent") == first


def test_every_byte_of_a_chain_is_the_same(tmp_path):
    first = run(tmp_path, "0", os.environ["PATH"], CHAINS)
    (tmp_path / "elsewhere").mkdir()
    assert first.count("\n") == 9
    assert run(tmp_path / "elsewhere", "12345", "/nonexistent", CHAINS) == first


@pytest.mark.parametrize("word", ["0x", "/home", "/tmp", "site-packages", "uuid", "202"])
def test_nothing_of_this_machine_or_moment(word, tmp_path):
    import advis as av

    def f(x):
        return x * 3.0

    film = av.trace(f, 7.0).reverse().film()
    assert word not in film.to_json()
