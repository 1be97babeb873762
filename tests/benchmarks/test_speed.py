"""Speed, side by side with peers in one run: ``pytest tests/benchmarks --benchmark-enable``. Not timed as tests."""

import os
import subprocess
import sys
from itertools import pairwise
from time import process_time

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from gallery import GALLERY
from tools import needs

import advis as av
from advis.autodiff.structure import map_leaves
from advis.films.sweep import sweep_film
from advis.media.html import fragment
from advis.media.svg import svg
from tests.benchmarks import layout_quality as quality

LINKS = 334


def mixed_chain(np):
    """A chain of 1,000 scalar operations: sine, product, sum, in turn."""

    def chain(x):
        y = x
        for _ in range(LINKS):
            y = np.sin(y)
            y = y * x
            y = y + 0.5
        return y

    return chain


def gradient(source):
    chain = mixed_chain(np)
    return lambda: av.trace(chain, 1.1, source=source).reverse().result


def test_the_peers_agree():
    assert gradient(True)() == gradient(False)() == autograd.grad(mixed_chain(anp))(1.1)


@pytest.mark.parametrize("name", ["advis", "advis with source", "autograd"])
@pytest.mark.benchmark(group="record and reverse, chain of 1,000 scalar operations")
def test_chain(benchmark, name):
    peer = autograd.grad(mixed_chain(anp))
    programs = {"advis": gradient(False), "advis with source": gradient(True), "autograd": lambda: peer(1.1)}
    benchmark(programs[name])


def gallery_tape(name):
    function, arguments = GALLERY[name]
    return av.trace(function, *arguments)


def layout_problem(tape):
    sizes = [(176.0, 75.0)] * len(tape)
    edges = [(source, target) for target, parents in enumerate(tape.parents) for source in parents]
    return sizes, edges, [(60.0, 18.0)] * len(edges)


@pytest.mark.parametrize("name", [name for name in GALLERY if len(gallery_tape(name)) <= 300])
@pytest.mark.benchmark(group="layout of a gallery graph of up to 300 boxes")
def test_layout(benchmark, name):
    sizes, edges, labels = layout_problem(gallery_tape(name))
    benchmark(lambda: quality.anew(sizes, edges, labels=labels))


@pytest.mark.parametrize("name", quality.LARGE)
@pytest.mark.benchmark(group="layout of a random program of 300 boxes", timer=process_time)
def test_layout_of_300(benchmark, name):
    graph = quality.LARGE[name]()
    benchmark.pedantic(lambda: quality.anew(graph.sizes, graph.edges, labels=graph.labels), rounds=9)


def layered_dag(count=2000, width=20, seed=0):
    """A layered graph: each node takes from one to three nodes of the layer before, sometimes of an earlier one."""
    rng = np.random.default_rng(seed)
    edges = []
    for node in range(width, count):
        layer = node // width
        for _ in range(rng.integers(1, 4)):
            back = 1 if rng.random() < 0.9 else int(rng.integers(1, min(layer, 4) + 1))
            edges.append(((layer - back) * width + int(rng.integers(width)), node))
    return count, sorted(set(edges), key=lambda edge: (edge[1], edge[0]))


@pytest.mark.parametrize("name", ["advis", "dot"])
@pytest.mark.benchmark(group="layout of 2,000 nodes of a layered graph")
def test_big_layout(benchmark, name):
    count, edges = layered_dag()
    if name == "advis":
        benchmark.pedantic(lambda: quality.anew([(60.0, 30.0)] * count, edges), rounds=5)
        return
    dot = needs("dot")
    lines = "".join(f"{a}->{b};" for a, b in edges)
    source = f'digraph {{rankdir=LR;node[shape=box,fixedsize=true,width=0.83,height=0.42,label=""];{lines}}}'
    benchmark.pedantic(
        lambda: subprocess.run([dot, "-Tplain"], input=source, capture_output=True, text=True, check=True), rounds=5
    )


@pytest.mark.parametrize("name", ["advis", "numpy"])
@pytest.mark.benchmark(group="import, in a process of its own")
def test_import(benchmark, name):
    """Both from bytecode, as pip installs them: an editable install writes it in the first, uncounted round."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"import {name}"]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, env=environment), rounds=25, warmup_rounds=2)


def two_hundred():
    """A program of 200 nodes whose reverse sweep takes about 200 steps."""

    def program(a, b):
        values = [a, b]
        for k in range(198):
            left, right = values[-1], values[-2 - k % 2]
            values.append(np.sin(left) if k % 4 == 0 else left * right if k % 4 == 1 else left + right)
        return values[-1]

    return av.trace(program, 0.4, 0.7).reverse()


def test_html_stays_small():
    sweep = two_hundred()
    film = sweep_film(sweep)
    assert len(sweep.tape) == 200
    assert film.steps > 190
    assert len(fragment(film, str(sweep)).encode()) <= 250_000


@pytest.mark.parametrize("kind", ["film", "html", "svg"])
@pytest.mark.benchmark(group="picture of a sweep of 200 nodes")
def test_picture(benchmark, kind):
    sweep = two_hundred()
    film, text = sweep_film(sweep), str(sweep)
    makers = {"film": lambda: sweep_film(sweep), "html": lambda: fragment(film, text), "svg": lambda: svg(film)}
    benchmark.pedantic(makers[kind], rounds=5)


@pytest.mark.parametrize("kind", ["trace", "forward", "reverse"])
@pytest.mark.benchmark(group="the gallery's largest program (Lorenz, 324 nodes)")
def test_parts(benchmark, kind):
    function, arguments = GALLERY["lorenz_rk4"]
    tape = av.trace(function, *arguments)
    seed = map_leaves(lambda value: 1.0, tape.value)
    makers = {
        "trace": lambda: av.trace(function, *arguments),
        "forward": lambda: tape.forward(x=1.0),
        "reverse": lambda: tape.reverse(seed),
    }
    benchmark(makers[kind])


def twelve_factors():
    """A chain of twelve factors, planned from shapes alone."""
    sizes = (1, 30, 35, 15, 5, 10, 20, 25, 40, 8, 9, 3, 4)
    return av.chain(shapes=list(pairwise(sizes)))


@pytest.mark.parametrize("kind", ["film and svg", "html"])
@pytest.mark.benchmark(group="picture of a chain of twelve factors")
def test_chain_picture(benchmark, kind):
    chain = twelve_factors()
    film = chain.film()
    assert len(film.data["start"]) == 12
    makers = {"film and svg": lambda: svg(chain.film()), "html": lambda: fragment(film, str(chain))}
    benchmark.pedantic(makers[kind], rounds=15, warmup_rounds=1)


def contraction(x, W, b):
    return np.tanh(W @ x + b)


def solved(n=100, steps=1000):
    """The gradient of a fixed point that is 1,000 iterations away: by both lenses, and by hand."""
    rng = np.random.default_rng(0)
    A = rng.normal(size=(n, n))
    W, b = A + A.T, 0.01 * rng.normal(size=n)
    W *= 0.975 / np.linalg.norm(W, 2)

    def loss(derivative):
        def of(W, b):
            options = {"derivative": derivative, "max_steps": steps, "tolerance": None}
            return np.sum(av.fixed_point(contraction, np.zeros(n), W, b, **options) ** 2)

        return of

    def by_hand():
        x = np.zeros(n)
        for _ in range(steps):
            before, x = x, contraction(x, W, b)
            if np.max(np.abs(x - before)) == 0.0:
                break
        slope = 1 - contraction(x, W, b) ** 2
        w = np.linalg.solve((np.eye(n) - slope[:, None] * W).T, 2 * x)
        return np.outer(slope * w, x), slope * w

    return W, b, loss, by_hand


@pytest.mark.parametrize("name", ["implicit", "unrolled", "by hand"])
@pytest.mark.benchmark(group="fixed point, 1,000 iterations, n = 100: solve and gradient")
def test_through_a_solver(benchmark, name):
    W, b, loss, by_hand = solved()
    programs = {name: lambda name=name: av.grad(loss(name), (0, 1))(W, b) for name in ("implicit", "unrolled")}
    programs["by hand"] = by_hand
    for found, expected in zip(programs[name](), by_hand(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-9)
    benchmark.pedantic(programs[name], rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("name", ["implicit", "unrolled"])
@pytest.mark.benchmark(group="fixed point, 1,000 iterations, n = 100: the reverse sweep")
def test_back_through_a_solver(benchmark, name):
    W, b, loss, _ = solved()
    kept = sum(np.size(node.value) for node in av.trace(loss(name), W, b, source=False) if node.parents)
    assert kept > 300_000 if name == "unrolled" else kept <= 201

    def recorded():
        return (av.trace(loss(name), W, b, source=False),), {}

    benchmark.pedantic(lambda tape: tape.reverse(), setup=recorded, rounds=9, warmup_rounds=1)


@pytest.mark.parametrize("kind", ["scalars", "vectors"])
@pytest.mark.benchmark(group="diagnosis of a tape of 10,000 nodes")
def test_diagnosis(benchmark, kind):
    def program(x):
        for k in range(1666):
            x = np.sin(x) * 0.9 + np.cos(x) * np.maximum(x, 0.1)
            if k % 100 == 0 and np.sum(x) > 50.0:
                x = x * 0.5
        return np.sum(np.round(x) + x)

    tape = av.trace(program, 0.7 if kind == "scalars" else np.linspace(0.1, 1.0, 10))
    assert len(tape) > 9_900
    benchmark.pedantic(lambda: av.diagnose(tape), rounds=5)
