"""Structure of factors, sparse costs, and elemental edges."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import advis as av
from advis.analysis.bracketing import every_bracketing
from advis.analysis.edges import elemental_edges
from advis.analysis.orders import TANGENT, Turn, multiplied
from advis.analysis.sparsity import sparse_costs, structure_of
from advis.autodiff.partial import Partial

W = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize(
    ("matrix", "structure"),
    [
        (np.zeros((2, 3)), "zero"),
        (np.zeros((0, 3)), "zero"),
        (np.eye(4), "identity"),
        (np.diag([1.0, 2.0]), "diagonal"),
        (np.diag([1.0, 0.0]), "diagonal"),
        (np.ones((1, 1)), "dense"),
        (np.ones((2, 3)), "dense"),
        (np.eye(6) + np.eye(6, k=1), "banded"),
        (np.eye(6)[:, :4], "banded"),
        (np.eye(6)[::-1], "sparse"),
        (np.array([[1.0, 0.0, 0.0, 0.0]]), "sparse"),
        (np.triu(np.ones((4, 4))), "dense"),
        (np.full((2, 2), np.nan), "dense"),
    ],
)
def test_structure(matrix, structure):
    assert structure_of(matrix) == structure


def test_factors_know_their_structure():
    def cut(x):
        return x[1:] - x[:-1]

    chain = av.chain(av.compose(np.sum, lambda a: a * 1.0, np.tanh, cut), np.linspace(0.0, 1.0, 9))
    assert [factor.structure for factor in chain.factors] == ["dense", "identity", "diagonal", "banded"]
    assert [factor.nnz for factor in chain.factors] == [8, 8, 8, 16]


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 5), st.integers(0, 10_000))
def test_sparse_costs_are_what_a_loop_counts(count, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, count + 1)
    shapes = pairwise(sizes)
    factors = [np.where(rng.random(shape) < 0.4, rng.integers(1, 5, shape), 0).astype(float) for shape in shapes]
    for splits in every_bracketing(count):
        turns = multiplied(splits, count)
        found = {(k, k + 1): factor for k, factor in enumerate(factors)}  # no negative numbers: nothing cancels
        expected = []
        for turn in turns:
            left, right = found[turn.left], found[turn.right]
            expected.append(sum(int(np.sum((left[:, k, None] * right[k]) != 0)) for k in range(left.shape[1])))
            found[turn.span] = left @ right
        assert sparse_costs(turns, factors) == expected


def test_sparse_costs_are_of_matrices():
    with pytest.raises(ValueError, match="not a product"):
        sparse_costs([Turn(TANGENT, (0, 1), (1, 1))], [np.eye(2)])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.tanh(x) + x,
        lambda x: W @ x,
        lambda x: np.sum(x**2),
        lambda x: np.mean(np.outer(x, x), axis=0),
        lambda x: np.einsum("ij,j->i", W, x),
        lambda x: np.einsum("i,j->ij", x, x),
        lambda x: np.cumsum(x),
        lambda x: np.concatenate([x, x[1:]])[::2],
        lambda x: np.stack([x, x]).T.reshape(-1),
        lambda x: np.exp(x)[np.array([0, 0, 2])],
        lambda x: x[0] * x,
        lambda x: np.prod(x) + np.linalg.norm(x),
        lambda x: np.outer(x, x) @ W.T,
        lambda x: np.broadcast_to(x, (4, 4)) - x[:, None],
    ],
    ids=range(14),
)
def test_elemental_edges_are_the_structural_nonzeros_of_the_partials(function):
    tape = av.trace(function, np.array([0.4, 1.3, -0.6, 2.2]))
    partials = [Partial(tape, index, place) for index in range(len(tape)) for place in range(len(tape.parents[index]))]
    expected = sum(int(np.count_nonzero(partial.dense())) for partial in partials if partial.passes)
    assert elemental_edges(tape) == expected
