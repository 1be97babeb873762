"""Orders of accumulation: the turns that carry a bracketing out, what they cost, and which is the cheapest.

A turn is a product of two matrices or, matrix-free, a factor applied to a matrix by sweeps over its stage: as a tangent
from the left, as an adjoint from the right. Then it costs its elemental edges for each column or row, and a factor's
own matrix must be accumulated first, by sweeps from the identity (Naumann, *Matrix-Free Jacobian Chaining*,
arXiv 2406.11862; the reference implementation is ADMission, https://github.com/un110076/ADMission).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from advis.analysis.bracketing import Span, Splits, in_order

PRODUCT, ADJOINT, TANGENT = "product", "adjoint", "tangent"
_KINDS = (PRODUCT, ADJOINT, TANGENT)
"""Of equally cheap ways the first is taken."""

Choices = dict[Span, tuple[str, int]]
"""For a span of several factors: how its two parts are put together, and where they meet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Two neighbours become one. An empty span is the identity, from which a factor's own matrix is accumulated."""

    kind: str
    left: Span
    right: Span

    @property
    def span(self) -> Span:
        """What there is afterwards."""
        return self.left[0], self.right[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What the turns cost, one entry for each.

    Attributes
    ----------
    fma : tuple of int
        Fused multiply-adds.
    alive : tuple of int
        Entries of products there at once, counting the new one while its operands are still there.
    """

    fma: tuple[int, ...]
    alive: tuple[int, ...]
    largest: tuple[int, int]

    @property
    def total(self) -> int:
        """All fused multiply-adds."""
        return sum(self.fma)

    @property
    def peak(self) -> int:
        """The most entries alive at once."""
        return max(self.alive, default=0)


def cost_of(turns: Sequence[Turn], sizes: Sequence[int], edges: Sequence[int | None] = ()) -> Cost:
    """Return what turns cost on a chain whose variables have these sizes, from the output to the input.

    Examples
    --------
    >>> from advis.analysis.bracketing import reverse_splits
    >>> cost = cost_of(multiplied(reverse_splits(4), 4), [1, 4, 50, 20, 10])
    >>> cost.total, cost.peak, cost.largest
    (1400, 70, (1, 50))
    """
    fma, alive, now = [], [], 0
    made: dict[Span, int] = {}
    largest = (0, 0)
    for turn in turns:
        i, j = turn.span
        rows, columns = sizes[i], sizes[j]
        fma.append(_fma(turn, sizes, edges))
        alive.append(now + rows * columns)
        now = alive[-1] - made.pop(turn.left, 0) - made.pop(turn.right, 0)
        made[turn.span] = rows * columns
        largest = max(largest, (rows, columns), key=lambda shape: shape[0] * shape[1])
    return Cost(tuple(fma), tuple(alive), largest)


def _fma(turn: Turn, sizes: Sequence[int], edges: Sequence[int | None]) -> int:
    (i, k), (_, j) = turn.left, turn.right
    if turn.kind == TANGENT:
        return (edges[i] or 0) * sizes[j]
    if turn.kind == ADJOINT:
        return (edges[k] or 0) * sizes[i]
    return sizes[i] * sizes[k] * sizes[j]


# -- from a bracketing to turns


def multiplied(splits: Splits, count: int) -> tuple[Turn, ...]:
    """Return the turns of a bracketing of factors whose matrices are given."""
    return tuple(Turn(PRODUCT, (i, splits[i, j]), (splits[i, j], j)) for i, j in in_order(splits, count))


def swept(choices: Choices, leaves: Sequence[str], count: int) -> tuple[Turn, ...]:
    """Return the turns of a matrix-free accumulation.

    A part that is passed through as a tangent or an adjoint is passed through factor by factor. ``leaves`` says for
    each factor how its own matrix is accumulated where it is needed.
    """
    turns: list[Turn] = []  # from the last to the first
    stack = [(0, count)]
    while stack:
        i, j = stack.pop()
        if j - i == 1:
            turns.append(preaccumulated(i, leaves[i]))
            continue
        kind, k = choices[i, j]
        if kind == PRODUCT:
            turns.append(Turn(PRODUCT, (i, k), (k, j)))
            stack += [(i, k), (k, j)]
        elif kind == ADJOINT:
            turns += [Turn(ADJOINT, (i, at), (at, at + 1)) for at in range(j - 1, k - 1, -1)]
            stack.append((i, k))
        else:
            turns += [Turn(TANGENT, (at, at + 1), (at + 1, j)) for at in range(i, k)]
            stack.append((k, j))
    return tuple(reversed(turns))


def preaccumulated(index: int, kind: str) -> Turn:
    """Return the turn that accumulates a factor's own matrix by sweeps from the identity."""
    if kind == TANGENT:
        return Turn(TANGENT, (index, index + 1), (index + 1, index + 1))
    return Turn(ADJOINT, (index, index), (index, index + 1))


def cheaper_modes(sizes: Sequence[int]) -> list[str]:
    """Return for each factor the mode with fewer sweeps; reverse where both have as many, as `advis.jacobian`."""
    return [TANGENT if columns < rows else ADJOINT for rows, columns in pairwise(sizes)]


def splits_of(turns: Sequence[Turn]) -> Splits:
    """Return the bracketing that turns carry out."""
    return {turn.span: turn.left[1] for turn in turns if turn.span[1] - turn.span[0] > 1}


# -- the cheapest


def cheapest(sizes: Sequence[int], edges: Sequence[int] | None = None, dearest: bool = False) -> Choices:
    """Return the cheapest accumulation, by dynamic programming over all spans.

    Parameters
    ----------
    sizes : sequence of int
        Of the variables, from the output to the input.
    edges : sequence of int, optional
        Elemental edges of each factor: then the accumulation is matrix-free, else all matrices are given.
    dearest : bool, optional
        Whether to look for the most expensive one instead.

    Returns
    -------
    dict
        For each span that the accumulation meets: how, and where it splits.

    Notes
    -----
    Cormen, Leiserson, Rivest & Stein, *Introduction to Algorithms*, section 15.2; matrix-free by the recurrence of
    Naumann, arXiv 2406.11862, section 3. Each diagonal of the table is one array operation. Ties: a product before an
    adjoint before a tangent, then the split furthest to the right, which is the reverse order.

    Examples
    --------
    >>> choices = cheapest([30, 35, 15, 5, 10, 20, 25])
    >>> {span: split for span, (_, split) in choices.items()}
    {(0, 6): 3, (3, 6): 5, (3, 5): 4, (0, 3): 1, (1, 3): 2}
    """
    count, sign = len(sizes) - 1, -1 if dearest else 1
    kind = _number_type(sizes, edges)
    s, e = np.array(sizes, kind), np.array([0, *(edges or ())], kind).cumsum()
    table = np.zeros((count + 1, count + 1), kind)
    if edges is not None:
        at = np.arange(count)
        table[at, at + 1] = np.array(edges, kind) * np.minimum(s[:-1], s[1:])
    ways = np.zeros((count + 1, count + 1), int)
    for length in range(2, count + 1):
        i = np.arange(count - length + 1)[:, None]
        j, k = i + length, i + np.arange(length - 1, 0, -1)  # the split furthest to the right comes first
        left, right = table[i, k], table[k, j]
        costs = [left + right + s[i] * s[k] * s[j]]
        if edges is not None:
            costs += [left + s[i] * (e[j] - e[k]), right + s[j] * (e[k] - e[i])]
        every = np.concatenate(costs, axis=1)
        best = np.argmin(sign * every, axis=1)
        rows = i[:, 0]
        table[rows, rows + length], ways[rows, rows + length] = every[rows, best], best
    return _met(ways, count)


def _number_type(sizes: Sequence[int], edges: Sequence[int] | None) -> Any:
    """Machine integers where no cost can overflow them, else Python's own."""
    most = max(sizes) * max(max(sizes) ** 2, *(edges or (0,))) * 2 * len(sizes)
    return np.int64 if most < 2**62 else object


def _met(ways: np.ndarray, count: int) -> Choices:
    """The choices that matter: those of the spans that are met on the way down from the whole."""
    choices: Choices = {}
    stack = [(0, count)]
    while stack:
        i, j = stack.pop()
        if j - i > 1:
            way, place = divmod(int(ways[i, j]), j - i - 1)
            choices[i, j] = kind, k = _KINDS[way], j - 1 - place
            stack += [(i, k)] * (kind != TANGENT) + [(k, j)] * (kind != ADJOINT)
    return choices


def cheapest_within(splits: Splits, sizes: Sequence[int], edges: Sequence[int]) -> Choices:
    """Return for a given bracketing the cheapest way, matrix-free, to put each of its pairs together."""
    count = len(edges)
    total: dict[Span, int] = {(i, i + 1): edges[i] * min(sizes[i], sizes[i + 1]) for i in range(count)}
    upto = [0]
    for elemental in edges:
        upto.append(upto[-1] + elemental)
    choices: Choices = {}
    for i, j in in_order(splits, count):
        k = splits[i, j]
        left, right = total[i, k], total[k, j]
        ways = (
            left + right + sizes[i] * sizes[k] * sizes[j],
            left + sizes[i] * (upto[j] - upto[k]),
            right + sizes[j] * (upto[k] - upto[i]),
        )
        total[i, j] = min(ways)
        choices[i, j] = _KINDS[ways.index(total[i, j])], k
    return choices
