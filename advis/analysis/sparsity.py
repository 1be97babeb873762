"""Sparsity: the structure of a factor, and what a product costs when zeros are not multiplied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advis.analysis.bracketing import Span
from advis.analysis.orders import PRODUCT, Turn


def structure_of(matrix: np.ndarray) -> str:
    """Return what the zeros of a matrix say about it.

    Returns
    -------
    str
        ``zero``, ``identity``, ``diagonal``, ``banded`` (at most half of the matrix lies in the band, and at least half
        of the band is filled), ``sparse`` (at most half is filled) or ``dense``.

    Examples
    --------
    >>> structure_of(np.eye(3)), structure_of(np.eye(8) + np.eye(8, k=1)), structure_of(np.ones((2, 3)))
    ('identity', 'banded', 'dense')
    """
    filled = int(np.count_nonzero(matrix))
    if 2 * filled > matrix.size or not filled:
        return "dense" if filled else "zero"
    rows, columns = np.nonzero(matrix)
    below, above = int(np.max(rows - columns)), int(np.max(columns - rows))
    if matrix.shape[0] == matrix.shape[1] > 1 and below == above == 0:
        return "identity" if filled == len(matrix) and np.all(matrix[rows, columns] == 1) else "diagonal"
    band = _band_size(matrix.shape[0], matrix.shape[1], below, above)
    return "banded" if min(matrix.shape) > 1 and 2 * band <= matrix.size and 2 * filled >= band else "sparse"


def _band_size(rows: int, columns: int, below: int, above: int) -> int:
    """How many entries lie on the diagonals from ``-below`` to ``above``."""
    i = np.arange(rows)
    return int(np.maximum(np.minimum(i + above, columns - 1) - np.maximum(i - below, 0) + 1, 0).sum())


def sparse_costs(turns: Sequence[Turn], factors: Sequence[np.ndarray]) -> list[int]:
    """Return for each product how many multiplications of two structural nonzeros it takes.

    An entry of a product is a structural nonzero if any of its terms is: cancellation does not count.

    Parameters
    ----------
    turns : sequence of Turn
        Products only: what is swept has no matrix to be sparse.
    factors : sequence of ndarray
        The matrices of the factors; their zeros are structural.
    """
    patterns: dict[Span, np.ndarray] = {(k, k + 1): matrix != 0 for k, matrix in enumerate(factors)}
    costs = []
    for turn in turns:
        if turn.kind != PRODUCT:
            raise ValueError(f"sparse_costs: a turn is a {turn.kind}, not a product of two matrices")
        left, right = patterns[turn.left], patterns[turn.right]
        costs.append(int(np.dot(left.sum(axis=0, dtype=int), right.sum(axis=1, dtype=int))))
        patterns[turn.span] = _pattern(left, right)
    return costs


def _pattern(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Where a product of two patterns is filled."""
    if left.all() and right.any(axis=0).all():
        return np.ones((left.shape[0], right.shape[1]), bool)
    found: np.ndarray = (left.astype(np.float32) @ right.astype(np.float32)) > 0
    return found
