"""The partial on each edge: its shape, its structure, both ways of applying it, and the matrix that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import advis as av
from advis.autodiff.partial import Partial
from tests.autodiff.derivatives import jacobian

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.7, -0.3]])

PARTIALS: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    "number": (lambda x: np.sin(x), 2.0, "scalar"),
    "one element": (lambda x: np.exp(x), np.array([[2.0]]), "scalar"),
    "product of numbers": (lambda x: x * 3.0, 2.0, "scalar"),
    "add": (lambda x: x + 1.0, X, "identity"),
    "add to": (lambda x: np.ones((2, 3)) + x, X, "identity"),
    "subtract": (lambda x: x - np.ones(3), X, "identity"),
    "subtract from": (lambda x: 1.0 - x, X, "diagonal"),
    "multiply": (lambda x: x * np.arange(6.0).reshape(2, 3), X, "diagonal"),
    "sin": (np.sin, X, "diagonal"),
    "maximum": (lambda x: np.maximum(x, 0.1), X, "diagonal"),
    "where": (lambda x: np.where(X > 0, x, 0.0), X, "diagonal"),
    "broadcast number": (lambda x: x * np.arange(3.0), 2.0, "broadcast"),
    "broadcast rows": (lambda x: x + np.ones((2, 3)), np.array([1.0, 2.0, 3.0]), "broadcast"),
    "reshape": (lambda x: np.reshape(x, (3, 2)), X, "identity"),
    "expand_dims": (lambda x: np.expand_dims(x, 1), X, "identity"),
    "squeeze": (np.squeeze, X.reshape(2, 1, 3), "identity"),
    "transpose": (np.transpose, X, "permutation"),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 1), X, "permutation"),
    "getitem": (lambda x: x[:, ::2], X, "selection"),
    "repeats": (lambda x: x[[0, 0, 1]], X, "selection"),
    "stack": (lambda x: np.stack([x, np.ones((2, 3))]), X, "selection"),
    "concatenate": (lambda x: np.concatenate([np.ones((1, 3)), x]), X, "selection"),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 2, 3)), X, "selection"),
    "sum": (np.sum, X, "dense"),
    "mean": (lambda x: np.mean(x, axis=1), X, "dense"),
    "max": (lambda x: np.max(x, axis=0), X, "dense"),
    "prod": (lambda x: np.prod(x, axis=1), X, "dense"),
    "cumsum": (lambda x: np.cumsum(x, axis=1), X, "dense"),
    "matmul": (lambda x: x @ np.array([1.0, 2.0, 3.0]), X, "dense"),
    "matmul right": (lambda x: np.array([[1.0, 2.0]]) @ x, X, "dense"),
    "einsum": (lambda x: np.einsum("ij,j->ji", x, np.ones(3)), X, "dense"),
    "empty": (np.sin, np.zeros(0), "diagonal"),
    "sum of nothing": (np.sum, np.zeros(0), "dense"),
}  # fmt: skip


@pytest.fixture(params=PARTIALS)
def known(request: pytest.FixtureRequest) -> tuple[Partial, Callable[[Any], Any], Any, str]:
    f, x, structure = PARTIALS[request.param]
    tape = av.trace(f, x)
    place = next(k for k, parent in enumerate(tape[-1].parents) if parent.index == 0)
    return Partial(tape, len(tape) - 1, place), f, x, structure


def test_structure_and_shape(known: Any) -> None:
    partial, f, x, structure = known
    assert partial.structure == structure
    assert partial.shape == (np.size(f(x)), np.size(x))


def test_dense_is_the_jacobian(known: Any) -> None:
    partial, f, x, _ = known
    dense = partial.dense()
    assert dense.shape == partial.shape
    if np.size(x):
        np.testing.assert_allclose(dense, jacobian(f, x), atol=1e-8)


def test_structure_is_true_of_the_matrix(known: Any) -> None:
    partial, *_, structure = known
    dense = partial.dense()
    if structure == "identity":
        np.testing.assert_array_equal(dense, np.eye(len(dense)))
    if structure == "diagonal":
        np.testing.assert_array_equal(dense, np.diag(np.diagonal(dense)))
    if structure == "permutation":
        np.testing.assert_array_equal(dense @ dense.T, np.eye(len(dense)))
    if structure in ("permutation", "selection"):
        assert set(np.unique(dense)) <= {0.0, 1.0}
    if structure in ("selection", "broadcast"):
        assert np.all(np.count_nonzero(dense, axis=1) <= 1)


def test_both_ways_of_applying_it_agree_with_the_matrix(known: Any) -> None:
    partial, f, x, _ = known
    rng = np.random.default_rng(0)
    t, g = rng.normal(size=np.shape(x)), rng.normal(size=np.shape(f(x)))
    dense = partial.dense()
    np.testing.assert_allclose(np.ravel(partial.jvp(t)), dense @ np.ravel(t), atol=1e-14)
    np.testing.assert_allclose(np.ravel(partial.vjp(g)), np.ravel(g) @ dense, atol=1e-14)
    assert (np.shape(partial.jvp(t)), np.shape(partial.vjp(g))) == (np.shape(g), np.shape(t))


def test_value_of_a_scalar_partial() -> None:
    tape = av.trace(lambda x, y: x * y, 2.0, 5.0)
    assert [Partial(tape, 2, place).value for place in (0, 1)] == [5.0, 2.0]
    assert Partial(av.trace(lambda z: z * 1j, 1.0), 2, 0).value == 1j
    with pytest.raises(ValueError, match=r"\(3, 3\) matrix, not a number; use .dense\(\)"):
        Partial(av.trace(np.sin, np.ones(3)), 1, 0).value


def test_parallel_edges_have_each_their_own_partial() -> None:
    tape = av.trace(lambda x: x * x, 3.0)
    (step,) = tape.reverse().steps
    assert [(c.partial.place, c.partial.value) for c in step.contributions] == [(0, 3.0), (1, 3.0)]


def test_nothing_passes_to_constants_and_comparisons() -> None:
    tape = av.trace(lambda x: np.where(x > 0, x, 2.0), 3.0)
    where = len(tape) - 1
    assert [Partial(tape, where, place).passes for place in range(3)] == [False, True, False]


def test_text() -> None:
    tape = av.trace(lambda x: np.sum(x, axis=0), X)
    assert repr(Partial(tape, 1, 0)) == "∂y/∂x: 3×6 dense"
