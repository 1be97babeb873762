"""Checkpoints: evaluated again in the reverse sweep, with fewer entries kept, and the same derivatives."""

import numpy as np
import pytest
from derivatives import slope

import advis as av


class Counted:
    """Layers that count how often they are evaluated."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        for _ in range(20):
            x = np.sin(x) * 1.1
        return x


def kept(tape):
    return sum(np.size(node.value) for node in tape)


def test_recomputed_really():
    layers, x = Counted(), np.linspace(0.1, 1.0, 5)
    plain = av.grad(lambda x: np.sum(layers(layers(x))))(x)
    assert layers.calls == 2
    again = av.grad(lambda x: np.sum(av.checkpoint(layers)(av.checkpoint(layers)(x))))(x)
    assert layers.calls == 2 + 4
    np.testing.assert_allclose(again, plain, rtol=1e-15)
    full = av.trace(lambda x: layers(layers(x)), x)
    thin = av.trace(lambda x: av.checkpoint(layers)(av.checkpoint(layers)(x)), x)
    assert kept(thin) == 3 * 5
    assert kept(full) > 10 * kept(thin)


def test_containers_closures_and_every_order():
    scale = np.array([0.5, 2.0])

    def f(x, c):
        inner = av.checkpoint(lambda state, power=2: {"y": c * scale * state["x"] ** power, "n": np.sum(state["x"])})
        found = inner({"x": x}, power=3)
        return np.sum(found["y"]) * found["n"]

    def g(x, c):
        return np.sum(c * scale * x**3) * np.sum(x)

    x, c = np.array([0.3, 0.8]), 1.7
    assert f(x, c) == pytest.approx(g(x, c))
    for one, other in zip(av.grad(f, (0, 1))(x, c), av.grad(g, (0, 1))(x, c), strict=True):
        np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(av.hessian(f)(x, c), av.hessian(g)(x, c))
    mixed = av.jacobian(av.grad(f), 1)(x, c)
    np.testing.assert_allclose(mixed, slope(lambda c: av.grad(g)(x, c), (c,), (1.0,)), rtol=1e-7)
    direction = np.array([1.0, -2.0])
    assert av.jvp(lambda x: f(x, c), (x,), (direction,))[1] == pytest.approx(av.grad(g)(x, c) @ direction)


def test_counts_and_words_come_out_as_they_are():
    def f(x):
        found = av.checkpoint(lambda x, power: {"y": x**power, "n": 2, "word": "two", "half": [x / 2]})(x, 3)
        assert (found["n"], found["word"]) == (2, "two")
        return found["y"] * found["n"] + found["half"][0]

    assert av.grad(f)(2.0) == 24.5
    assert av.trace(f, 2.0).reverse().result == 24.5


def test_nested_checkpoints_and_solvers():
    def f(a):
        inner = av.checkpoint(lambda x: av.fixed_point(lambda y, x: 0.5 * np.cos(y) * x, 1.0, x))
        return av.checkpoint(lambda a: inner(a) ** 2)(a)

    assert av.grad(f)(1.3) == pytest.approx(slope(f, (1.3,), (1.0,)), rel=1e-8)


def test_without_anything_traced_it_is_the_function():
    assert av.checkpoint(np.sin)(0.5) == np.sin(0.5)


def test_what_is_no_function_is_refused_at_once():
    with pytest.raises(TypeError, match=r"checkpoint: the argument must be a function, not 3; write av\.checkpoint"):
        av.checkpoint(3)


def test_how_much_is_recomputed_is_told():
    text = str(av.trace(av.checkpoint(Counted()), 0.5))
    assert "Counted(x), recomputes 40 nodes" in text
