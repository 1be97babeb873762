"""Layers: cut long edges into segments between neighbouring ranks and order every rank so that few segments cross.

The scheme is the one of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system
structures", IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981: sweep over the ranks to and fro. A row is
improved by sifting (C. Matuszewski, R. Schönfeld and P. Molitor, "Using sifting for k-layer straightline crossing
minimization", Graph Drawing 1999): each node in turn goes to its best place among the others. The first sweeps look at
the row behind only, as Sugiyama's do; the row ahead counts more and more, so the order freezes slowly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Edges = Sequence[tuple[int, int]]

STARTS = 8  # initial orders tried at most
SWEEPS = 12  # sweeps from each start
EFFORT = 60_000  # nodes sifted from one start at most, about
TRIES = 9_000  # nodes sifted after which no further start is made
WIDEST = 1_500  # rows with more nodes keep their first order: comparing all pairs would take too long
DUMMIES = 60_000  # bound on the bends of long edges inside the layers


@dataclass(slots=True)
class Layers:
    """A graph whose every segment joins neighbouring ranks; nodes from ``count`` on are the bends of long edges.

    Attributes
    ----------
    count : int
        Number of real nodes.
    rows : list of list of int
        The nodes of each rank, in order.
    before, after : list of list of int
        Neighbours of each node in the previous and in the next rank.
    paths : list of list of int
        For each edge its source, its bends and its target; empty if it runs outside (see `proper`).
    """

    count: int
    rows: list[list[int]]
    before: list[list[int]]
    after: list[list[int]]
    paths: list[list[int]]

    @property
    def size(self) -> int:
        """Number of nodes, bends included."""
        return len(self.before)


def proper(rank: Sequence[int], edges: Edges, limit: int = DUMMIES) -> Layers:
    """Return the layered graph in which long edges bend once in every rank they pass.

    Edges are cut from the shortest to the longest; when the bends would exceed the limit, the remaining long edges get
    no path: they are drawn outside the layers.

    Examples
    --------
    >>> proper([0, 1, 2], [(0, 1), (1, 2), (0, 2)]).paths
    [[0, 1], [1, 2], [0, 3, 2]]
    """
    count = len(rank)
    rows: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    for node in range(count):
        rows[rank[node]].append(node)
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    paths: list[list[int]] = [[] for _ in edges]
    inside = _cut_within(rank, edges, limit)
    for index, (source, target) in enumerate(edges):
        if not inside[index]:
            continue
        path = [source]
        for level in range(rank[source] + 1, rank[target]):
            bend = len(before)
            before.append([])
            after.append([])
            rows[level].append(bend)
            path.append(bend)
        path.append(target)
        for upper, lower in zip(path, path[1:], strict=False):
            after[upper].append(lower)
            before[lower].append(upper)
        paths[index] = path
    return Layers(count, rows, before, after, paths)


def _cut_within(rank: Sequence[int], edges: Edges, limit: int) -> list[bool]:
    """Tell which edges get bends, the shortest first, so that all bends together stay below the limit."""
    lengths = [rank[target] - rank[source] - 1 for source, target in edges]
    if sum(lengths) <= limit:
        return [True] * len(lengths)
    inside = [False] * len(lengths)
    for index in sorted(range(len(lengths)), key=lambda edge: (lengths[edge], edge)):
        limit -= lengths[index]
        if limit < 0:
            break
        inside[index] = True
    return inside


def crossings(layers: Layers) -> int:
    """Return how many pairs of segments cross in the present order.

    Examples
    --------
    >>> crossings(proper([0, 0, 1, 1], [(0, 3), (1, 2)]))
    1
    """
    position = _positions(layers.rows, layers.size)
    return sum(_row_crossings(row, layers.after, position) for row in layers.rows)


def _positions(rows: list[list[int]], size: int) -> list[int]:
    """Return the place of every node within its row."""
    position = [0] * size
    for row in rows:
        for place, node in enumerate(row):
            position[node] = place
    return position


def _row_crossings(row: list[int], after: list[list[int]], position: list[int]) -> int:
    """Count the crossings of the segments from this row to the next."""
    seen: list[int] = []
    total = 0
    for node in row:
        for place in sorted([position[other] for other in after[node]]):
            index = bisect_right(seen, place)
            total += len(seen) - index
            seen.insert(index, place)
    return total


def reduce_crossings(layers: Layers, effort: int = EFFORT) -> None:
    """Order the rows of layers so that few segments cross; deterministic.

    Sweeps start from several orders (depth first from either end, and the reverse of what was best); the best order
    seen stays.

    Examples
    --------
    >>> layers = proper([0, 0, 1, 1], [(0, 3), (1, 2)])
    >>> reduce_crossings(layers)
    >>> crossings(layers)
    0
    """
    sweeps = min(SWEEPS, max(2, effort // (layers.size + 1)))
    best_rows = _depth_first(layers, layers.rows, layers.after, layers.before)
    layers.rows = [list(row) for row in best_rows]
    best = crossings(layers)
    for start in range(STARTS):
        if not best or start * sweeps * layers.size > TRIES:
            break
        layers.rows = _initial(layers, best_rows, start)
        _sweep(layers, sweeps)
        total = crossings(layers)
        if total < best:
            best, best_rows = total, layers.rows
    layers.rows = best_rows


def _initial(layers: Layers, best: list[list[int]], start: int) -> list[list[int]]:
    """Return the order a start begins with: depth first from either end, then the best one with some rows reversed."""
    if start == 0:
        return [list(row) for row in best]
    if start == 1:
        return _depth_first(layers, layers.rows[::-1], layers.before, layers.after)[::-1]
    return [row[::-1] if index % start else row[:] for index, row in enumerate(best)]


def _depth_first(
    layers: Layers, rows: list[list[int]], onward: list[list[int]], backward: list[list[int]]
) -> list[list[int]]:
    """Order the rows by the time a depth-first walk along the onward segments, then back, first meets each node."""
    level = [0] * layers.size
    for index, row in enumerate(rows):
        for node in row:
            level[node] = index
    found: list[list[int]] = [[] for _ in rows]
    seen = [False] * layers.size
    for row in rows:
        for root in row:
            stack = [root]
            while stack:
                node = stack.pop()
                if seen[node]:
                    continue
                seen[node] = True
                found[level[node]].append(node)
                stack.extend(backward[node][::-1])
                stack.extend(onward[node][::-1])
    return found


def _sweep(layers: Layers, sweeps: int) -> None:
    """Sift the rows forwards and backwards; the weight of the row ahead rises from 0 to 1, the last sweeps use 1."""
    position = _positions(layers.rows, layers.size)
    count = len(layers.rows)
    for turn in range(sweeps):
        ahead = min(1.0, turn / max(1, sweeps - 3))
        forwards = turn % 2 == 0
        above, below = (1.0, ahead) if forwards else (ahead, 1.0)
        for index in range(count) if forwards else range(count - 1, -1, -1):
            if 1 < len(layers.rows[index]) <= WIDEST:
                _sift(layers, index, position, above, below, late=turn % 4 > 1)


def _sift(layers: Layers, index: int, position: list[int], above: float, below: float, *, late: bool) -> None:
    """Move every node of a row to its best place, the last one of equally good places if late."""
    row = layers.rows[index]
    width = len(row)
    excess = np.zeros((width, width))
    if index and above:
        excess += above * _excess(row, layers.before, position, len(layers.rows[index - 1]))
    if index + 1 < len(layers.rows) and below:
        excess += below * _excess(row, layers.after, position, len(layers.rows[index + 1]))
    order = list(range(width))
    costs = np.zeros(width)
    for item in range(width):
        order.remove(item)
        np.cumsum(excess[item].take(order), out=costs[1:])  # the cost of standing behind the first, the second, ...
        place = width - 1 - int(costs[::-1].argmin()) if late else int(costs.argmin())
        order.insert(place, item)
    row[:] = [row[item] for item in order]
    for place, node in enumerate(row):
        position[node] = place


def _excess(row: list[int], neighbours: list[list[int]], position: list[int], width: int) -> np.ndarray:
    """Return for each pair (u, v) of the row how many crossings more there are if u stands behind v than before it."""
    places = [width * item + position[other] for item, node in enumerate(row) for other in neighbours[node]]
    joined = np.bincount(places, minlength=len(row) * width).reshape(len(row), width).astype(float)
    crossed = joined @ (np.cumsum(joined, axis=1) - joined).T
    return crossed.T - crossed
