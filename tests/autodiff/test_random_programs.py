"""Laws that hold for every program: hypothesis writes them, with fan-out, broadcasting, containers, branches, in-place.

A program is a list of instructions, run on a list of variables by plain Python and NumPy. Variables may be views of one
another, or the same array under two names.
"""

from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from derivatives import directions, forward_of, inner, moved, reverse_of, slope
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import advis as av
from advis.analysis.checks import cut_sums
from advis.autodiff import pool

ARGUMENTS = (np.array([0.3, -0.8, 1.1]), np.array([[0.5, -0.4, 0.9], [-1.2, 0.7, 0.2]]), np.float64(0.6))
INSTRUCTIONS: dict[str, Any] = {}
ELEMENTARY = (np.sin, np.tanh, np.cos, np.arctan, np.square, lambda a: np.log1p(a * a))
VIEWS = (
    lambda a, k: a[k % len(a) :], lambda a, k: a[::-1], lambda a, k: np.reshape(a, -1), lambda a, k: np.transpose(a),
    lambda a, k: a[np.newaxis], lambda a, k: a[..., :1], lambda a, k: np.swapaxes(a, 0, -1), lambda a, k: a[0],
    lambda a, k: np.squeeze(a), lambda a, k: np.ravel(a),
)  # fmt: skip


def instruction(function):
    """Register an instruction: it takes two variables and a small number, and returns the new variables."""
    INSTRUCTIONS[function.__name__] = function
    return function


def suited(a, b, whole=False):
    """The second variable, or its sum where NumPy cannot join the two, or (``whole``) not write it into the first."""
    try:
        shape = np.broadcast_shapes(np.shape(a), np.shape(b))
    except ValueError:
        return np.sum(b)
    return np.sum(b) if whole and shape != np.shape(a) else b


@instruction
def elementary(a, b, k):
    return [ELEMENTARY[k % 6](a)]


@instruction
def binary(a, b, k):
    b = suited(a, b)
    return [(a + b, a - b, a * np.tanh(b), a / (1 + b * b), np.where(k > 2, a, b))[k % 5]]


@instruction
def reduction(a, b, k):
    return [np.sum(a), np.mean(a, axis=-1) if np.ndim(a) else a, np.cumsum(a) if np.ndim(a) else a][k % 3 :][:1]


@instruction
def product(a, b, k):
    return [a @ b] if np.ndim(a) and np.ndim(b) and np.shape(a)[-1] == np.shape(b)[0] else [np.outer(a, b)[0]]


@instruction
def container(a, b, k):
    parts = {"a": (a, [suited(a, b)]), "b": {"again": a}}
    total = sum(x for x in (parts["a"][0], *parts["a"][1], parts["b"]["again"]))
    first, *_ = np.stack([total, total * 2])
    return [first, total]


@instruction
def branch(a, b, k):
    margin = np.sum(a) - np.sum(b)
    assume(abs(margin) > 0.05)
    return [a * 2] if margin > 0 else [b - 1, a]


@instruction
def alias(a, b, k):
    return [a]


@instruction
def copied(a, b, k):
    return [a.copy()]


@instruction
def taken(a, b, k):
    return [a[[0, k % len(a), 0]] if np.ndim(a) else a]


@instruction
def view(a, b, k):
    return [VIEWS[k](a, k) if np.ndim(a) else a]


@instruction
def item_assigned(a, b, k):
    if np.ndim(a):
        a[k % len(a)] = np.sum(b)
    return []


@instruction
def slice_assigned(a, b, k):
    if np.ndim(a):
        a[k % 2 :] = suited(a[k % 2 :], b, whole=True)
    return []


@instruction
def places_assigned(a, b, k):
    if np.ndim(a):
        a[[0, k % len(a), 0]] = np.reshape(np.arange(1.0, 4.0) * np.sin(np.sum(b)), (3,) + (1,) * (np.ndim(a) - 1))
    return []


@instruction
def augmented(a, b, k):
    b = suited(a, b, whole=True)
    if k % 3 == 0:
        a += b
    elif k % 3 == 1:
        a *= np.cos(np.tanh(b))
    else:
        a -= 0.5 * b
    return [a]


@instruction
def slice_augmented(a, b, k):
    if np.ndim(a):
        a[..., k % 2 :] *= 1.5 + np.tanh(np.sum(b))
        a[:1] += a[-1:]
    return []


def run(program, *arguments):
    """Run a program; all its variables, in one array."""
    variables = [np.copy(x) if np.ndim(x) else x for x in arguments]
    for name, i, j, k in program:
        variables += INSTRUCTIONS[name](variables[i % len(variables)], variables[j % len(variables)], k)
    return np.concatenate([np.reshape(x, -1) for x in variables])


places = st.integers(0, 7)
programs = st.lists(st.tuples(st.sampled_from(sorted(INSTRUCTIONS)), places, places, places), min_size=1, max_size=10)


@given(programs, st.integers(0, 100))
@settings(max_examples=150, deadline=None)
@example([("view", 1, 0, 1), ("augmented", 3, 0, 0), ("view", 3, 0, 2), ("augmented", 1, 0, 0)], 0)
@example([("view", 0, 0, 1), ("augmented", 3, 2, 1), ("slice_augmented", 0, 1, 3), ("binary", 3, 0, 2)], 0)
@example([("view", 1, 0, 3), ("view", 3, 0, 2), ("item_assigned", 3, 2, 1), ("augmented", 4, 2, 1)], 1)
def test_laws(program, seed):
    def f(*arguments):
        return run(program, *arguments)

    plain = f(*ARGUMENTS)
    scale = max(1.0, np.max(np.abs(plain)))
    assume(np.isfinite(scale) and scale < 100)
    tape = av.trace(f, *ARGUMENTS)
    np.testing.assert_array_equal(tape.value, plain)

    v, (u,) = directions(ARGUMENTS, seed), directions((plain,), seed + 1)
    forward, reverse = tape.forward(*v), tape.reverse(u)
    np.testing.assert_allclose(forward.result, slope(f, ARGUMENTS, v), rtol=1e-5, atol=1e-6 * scale)
    across = inner(u, forward.result)
    size = np.sum(np.abs(u * forward.result)) + scale
    assert inner(reverse.result, v) == pytest.approx(across, abs=1e-10 * size)
    assert cut_sums(forward, reverse) == pytest.approx([across] * (len(reverse.steps) + 1), abs=1e-9 * size)


@given(programs, st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_order_two(program, seed):
    def loss(*arguments):
        return np.sum(np.tanh(run(program, *arguments)))

    assume(np.max(np.abs(run(program, *ARGUMENTS))) < 1e3)
    v = directions(ARGUMENTS, seed)
    gradient = av.grad(loss, (0, 1, 2))
    step = 1e-5
    ahead, behind = (gradient(*moved(ARGUMENTS, v, h)) for h in (step, -step))
    product = av.hvp(loss, ARGUMENTS, v)
    scale = 1 + max(np.max(np.abs(p)) for p in product)
    for second, plus, minus in zip(product, ahead, behind, strict=True):
        np.testing.assert_allclose(second, (np.asarray(plus) - minus) / (2 * step), rtol=1e-4, atol=1e-4 * scale)


@given(programs)
@settings(max_examples=30, deadline=None)
def test_the_record_is_the_same_without_source_and_each_time(program):
    def f(*arguments):
        return run(program, *arguments)

    tapes = [av.trace(f, *ARGUMENTS, source=source) for source in (True, True, False)]
    assert len({tuple(tape.parents) for tape in tapes}) == 1
    assert str(tapes[0]) == str(tapes[1])
    u = np.ones(tapes[0][-1].shape)
    for name in ("forward", "reverse"):
        results = [forward_of(f, ARGUMENTS, ARGUMENTS) if name == "forward" else reverse_of(f, ARGUMENTS, u)] * 2
        assert repr(results[0]) == repr(results[1])


@given(programs)
@settings(max_examples=40, deadline=None)
def test_a_lean_record_gives_the_same_gradient(program):
    def loss(*arguments):
        return np.sum(np.tanh(run(program, *arguments)))

    whole = av.trace(loss, *ARGUMENTS).reverse().result
    with patch.object(pool, "LARGE", 0):  # every array counts as large
        lean = av.grad(loss, (0, 1, 2))(*ARGUMENTS)
    for a, b in zip(lean, whole, strict=True):
        np.testing.assert_array_equal(a, b)
