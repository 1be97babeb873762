"""Chains to test with: random ones for hypothesis, and a multiplication that counts what it does."""

from __future__ import annotations

import weakref
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

import advis as av
from advis.analysis.bracketing import every_bracketing, tree_of
from advis.analysis.chain import Chain
from advis.analysis.factor import Factor, vector

sizes = st.lists(st.integers(1, 7), min_size=2, max_size=7)
"""Sizes of the variables, from the output to the input."""

long_sizes = st.lists(st.integers(1, 30), min_size=2, max_size=9)


def planned(sizes, edges=None):
    return av.chain(shapes=list(pairwise(sizes)), edges=edges)


def numeric(sizes, seed=0):
    """A chain of random matrices of integers, so that every order gives the same to the last bit."""
    rng = np.random.default_rng(seed)
    ends = [vector(f"z{k}", size) for k, size in enumerate(sizes)]
    factors = [
        Factor(out, into, f"F{k}", given=rng.integers(-3, 4, (out.size, into.size)).astype(float))
        for k, (out, into) in enumerate(pairwise(ends))
    ]
    return Chain(factors, "random matrices", None)


def layers(sizes, seed=0):
    """A composition of real layers, tanh(W x), one for each pair of sizes; and where to linearise it."""
    rng = np.random.default_rng(seed)

    def layer(rows, columns):
        weights = rng.normal(size=(rows, columns))
        return lambda x: np.tanh(weights @ x)

    stages = [layer(rows, columns) for rows, columns in pairwise(sizes)]
    return av.compose(*stages), rng.normal(size=sizes[-1])


def trees(count):
    return [tree_of(splits, count) for splits in every_bracketing(count)]


class Multiplier:
    """Multiplies with three loops and counts: each multiplication, and the entries of products that are alive."""

    def __init__(self):
        self.fma = 0
        self.peak = 0
        self._alive = weakref.WeakSet()

    def product(self, tree, matrices):
        """The product along nested tuples. A product dies when the one that used it has been made."""
        if isinstance(tree, int):
            return Held(matrices[tree])
        left, right = (self.product(part, matrices) for part in tree)
        found = Held(self._multiplied(left.matrix, right.matrix))
        self._alive.add(found)
        self.peak = max(self.peak, sum(held.matrix.size for held in self._alive))
        return found

    def _multiplied(self, left, right):
        found = np.zeros((left.shape[0], right.shape[1]))
        for i in range(left.shape[0]):
            for j in range(right.shape[1]):
                for k in range(left.shape[1]):
                    found[i, j] += left[i, k] * right[k, j]
                    self.fma += 1
        return found


class Held:
    """An array that can be watched."""

    def __init__(self, matrix):
        self.matrix = matrix
