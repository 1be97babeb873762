"""Layers: cut long edges into segments between neighbouring ranks and order every rank so that few segments cross.

The scheme is the one of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of hierarchical system
structures", IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981: sweep over the ranks to and fro. A row is
improved by sifting (see `advis.films.sifting`): each node in turn goes to its best place among the others. The first
sweeps look at the row behind only, as Sugiyama's do; the row ahead counts more and more, so the order freezes slowly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from advis.films.sifting import Rows, arrange, arranged, settle, sift

Edges = Sequence[tuple[int, int]]

STARTS = 14  # initial orders tried at most
SORTS = 4  # passes of plain sorting before the sweeps of every other start
SWEEPS = 10  # sweeps from each start, ...
LAST = 3  # ... so many of which count both rows alike
EFFORT = 4_200  # nodes sifted from one start, about, but ...
LEAST = 4  # ... no fewer sweeps
TRIES = 2_500  # nodes sifted after which no further start is made
WIDEST = 600  # rows with more nodes keep their first order: comparing all pairs would take too long
LARGE = 300  # where there are more nodes, bends included, ...
NEAR = 8  # ... one moves past so many others at a time at most, after the first sweep, ...
FEWER = 6  # ... and so many sweeps are enough
CROWD = 500  # where there are more nodes, bends included, ...
CROWDED = 2.5  # ... and so many times the real ones, the edges of a source are ordered as one cable
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


def proper(rank: Sequence[int], edges: Edges) -> Layers:
    """Return the layered graph in which long edges bend once in every rank they pass.

    Edges are cut from the shortest to the longest; when the bends would exceed the limit, the remaining long edges get
    no path: they are drawn outside the layers.

    Examples
    --------
    >>> proper([0, 1, 2], [(0, 1), (1, 2), (0, 2)]).paths
    [[0, 1], [1, 2], [0, 3, 2]]
    """
    level = list(rank)
    paths: list[list[int]] = [[] for _ in edges]
    inside = _cut_within(rank, edges, DUMMIES)
    for index, (source, target) in enumerate(edges):
        if inside[index]:
            passed = range(rank[source] + 1, rank[target])
            paths[index] = [source, *range(len(level), len(level) + len(passed)), target]
            level += passed
    return _linked(len(rank), level, paths)


def _linked(count: int, level: Sequence[int], paths: list[list[int]]) -> Layers:
    """Return the layers for nodes on these levels, joined along the paths."""
    rows: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for node, row in enumerate(level):
        rows[row].append(node)
    before: list[list[int]] = [[] for _ in level]
    after: list[list[int]] = [[] for _ in level]
    for path in paths:
        for upper, lower in pairwise(path):
            after[upper].append(lower)
            before[lower].append(upper)
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

    Sweeps start from several orders (breadth first from either end, then shuffled rows) and in several manners; the
    best order seen stays. Of an order and its mirror image the one nearer to the order of the nodes is chosen. Where
    bends crowd out the nodes, those of one source are ordered as one.

    Examples
    --------
    >>> layers = proper([0, 0, 1, 1], [(0, 3), (1, 2)])
    >>> reduce_crossings(layers)
    >>> layers.rows
    [[0, 1], [3, 2]]
    """
    if layers.size > CROWD and layers.size > CROWDED * layers.count:
        cables, cable = _cables(layers)
        _reduce(cables, effort)
        layers.rows = _spread(layers, cables, cable)
    else:
        _reduce(layers, effort)


def _cables(layers: Layers) -> tuple[Layers, list[int]]:
    """Return the layers with the bends of all edges of a source in a row merged, and what each node became there."""
    level = [0] * layers.size
    for index, row in enumerate(layers.rows):
        for node in row:
            level[node] = index
    cable = list(range(layers.size))
    merged: dict[tuple[int, int], int] = {}
    for path in layers.paths:
        for bend in path[1:-1]:
            cable[bend] = merged.setdefault((path[0], level[bend]), layers.count + len(merged))
    levels = [*level[: layers.count], *(row for _, row in merged)]
    return _linked(layers.count, levels, [[cable[node] for node in path] for path in layers.paths]), cable


def _spread(layers: Layers, cables: Layers, cable: list[int]) -> list[list[int]]:
    """Return the rows of the ordered cables with the bends side by side again, in the order in which they part."""
    position = _positions(cables.rows, cables.size)
    place = [0] * layers.size
    rows = []
    for row in reversed(layers.rows):
        ahead = [place[layers.after[node][0]] if node >= layers.count else 0 for node in row]
        keys = {node: (position[cable[node]], next_place) for node, next_place in zip(row, ahead, strict=True)}
        rows.append(sorted(row, key=keys.__getitem__))
        for index, node in enumerate(rows[-1]):
            place[node] = index
    return rows[::-1]


def _reduce(layers: Layers, effort: int) -> None:
    """Order the rows by sweeps from several starts."""
    large = layers.size > LARGE
    sweeps = min(FEWER if large else SWEEPS, max(LEAST, effort // (layers.size + 1)))
    rows = arranged(layers.rows, layers.before, layers.after)
    best = crossings(layers)
    best_rows = layers.rows
    for start in range(STARTS):
        if not best or start * sweeps * (layers.size + 5 * len(layers.rows)) > TRIES:
            break
        ordered = replace(layers, rows=[list(row) for row in _initial(layers, start)])
        if start % 2 == 0:
            _sort_all(ordered)
        arrange(rows, ordered.rows)
        _sweep(rows, sweeps, patient=start != 1, near=NEAR if large else None)
        ordered.rows = rows.nodes()
        total = crossings(ordered)
        if total < best:
            best, best_rows = total, ordered.rows
    arrange(rows, [row[::-1] for row in best_rows] if _upside_down(layers.count, best_rows) else best_rows)
    for index in range(len(rows.order)):
        if 1 < len(rows.order[index]) <= WIDEST:
            settle(rows, index, layers.count)
    layers.rows = rows.nodes()


def _upside_down(count: int, rows: list[list[int]]) -> bool:
    """Tell whether more real neighbours in a row stand against the order of their indices than with it."""
    falls = [
        1 if first > second else -1
        for row in rows
        for first, second in pairwise([node for node in row if node < count])
    ]
    return (sum(falls) or sum(falls[:1])) > 0


def _initial(layers: Layers, start: int) -> list[list[int]]:
    """Return the order a start begins with: breadth first from the first or the last row, later shuffled rows."""
    if start < 2:
        return _breadth_first(layers.rows, layers.after)
    if start < 4:
        return _breadth_first(layers.rows[::-1], layers.before)[::-1]
    draw = Random(start)
    return [draw.sample(row, len(row)) for row in layers.rows]


def _breadth_first(rows: list[list[int]], onward: list[list[int]]) -> list[list[int]]:
    """Order every row by the first neighbour of its nodes in the row before; nodes without one come last."""
    ordered: list[list[int]] = []
    for row in rows:
        met = dict.fromkeys(other for node in (ordered[-1] if ordered else []) for other in onward[node])
        ordered.append([*met, *(node for node in row if node not in met)])
    return ordered


def _sort_all(layers: Layers) -> None:
    """Sort the rows forwards and backwards by the places of the nodes' neighbours in the row behind."""
    position = _positions(layers.rows, layers.size)
    count = len(layers.rows)
    for turn in range(SORTS):
        for index in range(1, count) if turn % 2 == 0 else range(count - 2, -1, -1):
            _sort(layers.rows[index], layers.after if turn % 2 else layers.before, position)


def _sort(row: list[int], neighbours: list[list[int]], position: list[int]) -> None:
    """Sort a row by the mean place of each node's neighbours; nodes without neighbours keep their place."""
    means = {
        node: sum([position[other] for other in neighbours[node]]) / len(neighbours[node])
        for node in row
        if neighbours[node]
    }
    moving = iter(sorted(means, key=means.__getitem__))
    row[:] = [next(moving) if node in means else node for node in row]
    for place, node in enumerate(row):
        position[node] = place


def _sweep(rows: Rows, sweeps: int, *, patient: bool, near: int | None) -> None:
    """Improve the rows forwards and backwards.

    If patient, the weight of the row ahead rises from 0 to that of the row behind, otherwise it has that at once.
    After the first sweep a node stays near its place, if asked.
    """
    count = len(rows.order)
    whole = max(1, sweeps - (LAST if near is None else 1))
    for turn in range(sweeps):
        forwards = turn % 2 == 0
        risen = min(turn, whole) if patient else whole
        # whole numbers are faster; fractions, which round, keep the order that small graphs have had
        behind, ahead = (1.0, risen / whole) if near is None else (whole, risen)
        above, below = (behind, ahead) if forwards else (ahead, behind)
        for index in range(count) if forwards else range(count - 1, -1, -1):
            if 1 < len(rows.order[index]) <= WIDEST:
                sift(rows, index, above, below, late=turn % 4 > 1, near=near if turn else None)
