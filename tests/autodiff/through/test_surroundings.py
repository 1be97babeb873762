"""Traced values that a function takes from its surroundings: hoisted, or refused; never a zero derivative."""

import threading
from functools import partial

import numpy as np
import pytest

import advis as av
from advis.autodiff.through import hoisting

EXACT = 0.4416107917053284


def by_closure(a):
    return av.fixed_point(lambda x: a * np.cos(x), 1.0)


def by_closure_of_a_function(a):
    def cosine(x):
        return a * np.cos(x)

    return av.fixed_point(lambda x: cosine(x), 1.0)


def by_container(a):
    held = {"weights": [a]}
    return av.fixed_point(lambda x: held["weights"][0] * np.cos(x), 1.0)


def by_default(a):
    return av.fixed_point(lambda x, a=a: a * np.cos(x), 1.0)


def by_partial(a):
    return av.fixed_point(partial(lambda a, x: a * np.cos(x), a), 1.0)


def by_root(a):
    return av.root(lambda x: x - a * np.cos(x), 1.0)


def by_argmin(a):
    return av.argmin(lambda x: x**2 / 2 - a * np.sin(x), 1.0)


def by_truncation(a):
    return av.fixed_point(lambda x: a * np.cos(x), 1.0, derivative="unrolled", last=80)


WAYS = [
    by_closure, by_closure_of_a_function, by_container, by_default, by_partial, by_root, by_argmin, by_truncation,
]  # fmt: skip


@pytest.mark.parametrize("solve", WAYS, ids=lambda f: f.__name__)
def test_hoisted(solve):
    assert av.grad(solve)(1.0) == pytest.approx(EXACT, rel=1e-9)
    assert av.jvp(solve, (1.0,), (1.0,))[1] == pytest.approx(EXACT, rel=1e-9)
    assert av.grad(av.grad(solve))(1.0) == pytest.approx(-EXACT, rel=1e-7)
    assert av.hessian(solve)(1.0) == pytest.approx(-EXACT, rel=1e-7)


class Model:
    def __init__(self, a):
        self.a = a

    def __call__(self, x):
        return self.a * np.cos(x)


def holder(a):
    model = Model(a)
    return av.fixed_point(lambda x: model(x), 1.0)


@pytest.mark.parametrize(
    "solve",
    [
        lambda a: av.fixed_point(Model(a), 1.0),
        lambda a: av.root(Model(a).__call__, 1.0),
        lambda a: av.argmin(Model(a), 1.0),
        lambda a: av.checkpoint(Model(a))(2 * a),
        lambda a: av.fixed_point(Model(a), 1.0, derivative="unrolled", last=2),
        holder,
    ],
)
def test_refused_by_name(solve):
    with pytest.raises(av.OffTape, match="used a traced value that it was not given") as caught:
        av.grad(solve)(1.0)
    assert "test_surroundings" not in str(caught.value)
    assert " as a parameter" in str(caught.value)


def test_masks_and_positions_are_turns_taken():
    """They have no derivative, so they are looked at, as everywhere in a trace."""

    def f(a):
        mask, best = a > 0.5, np.argmax(a)
        found = av.fixed_point(lambda x: 0.5 * np.cos(x) * np.where(mask, a, 0.1) * a[best], np.ones(3))
        return np.sum(found) + np.sum(av.checkpoint(lambda a: np.where(mask, a**2, 0.0))(a))

    def plain(a):
        found = av.fixed_point(lambda x, a: 0.5 * np.cos(x) * np.where(a > 0.5, a, 0.1) * a[1], np.ones(3), a)
        return np.sum(found) + np.sum(np.where(a > 0.5, a**2, 0.0))

    a = np.array([1.0, 1.5, 0.2])
    np.testing.assert_allclose(av.grad(f)(a), av.grad(plain)(a), rtol=1e-12)


def test_levels_do_not_mix():
    """An outer derivative through an inner solve that holds values of both levels."""

    def outer(a):
        return av.grad(lambda b: av.fixed_point(lambda x: a * b * np.cos(x), 1.0, tolerance=1e-16))(1.0)

    def product(c):
        return av.fixed_point(lambda x, c: c * np.cos(x), 1.0, c, tolerance=1e-16)

    first, second = av.grad(product)(1.1), av.grad(av.grad(product))(1.1)
    assert outer(1.1) == pytest.approx(1.1 * first)
    assert av.grad(outer)(1.1) == pytest.approx(first + 1.1 * second)


def test_a_counter_in_the_closure_still_counts():
    calls = 0

    def solve(a):
        def f(x):
            nonlocal calls
            calls += 1
            return a * np.cos(x)

        return av.fixed_point(f, 1.0)

    av.grad(solve)(1.0)
    assert calls > 50


def test_another_thread_may_look_into_a_function_at_the_same_time():
    found = []

    def f(a):
        def inner(x):
            return a * x

        hoisting._walking.functions.add(id(inner))  # as if this thread were looking into it now
        other = threading.Thread(target=lambda: found.append(hoisting.hoisted(inner).values))
        other.start()
        other.join()
        hoisting._walking.functions.clear()
        return a

    av.trace(f, 2.0)
    assert [len(values) for values in found] == [1]
