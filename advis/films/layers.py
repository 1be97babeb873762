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

from advis.films.sifting import Rows, arrange, arranged, crossed, settle, sift

Edges = Sequence[tuple[int, int]]

STARTS = 14  # initial orders tried at most
SORTS = 4  # passes of plain sorting before the sweeps of every other start
SWEEPS = 10  # sweeps from each start, ...
LAST = 3  # ... so many of which count both rows alike
EFFORT = 3_800  # nodes sifted from one start, about, but ...
LEAST = 2  # ... no fewer sweeps
TRIES = 2_500  # nodes sifted after which no further start is made
MANY = 60  # with so many segments between two rows on average, crossings are counted by arrays
WIDEST = 600  # rows with more nodes keep their first order: comparing all pairs would take too long
LARGE = 300  # where there are more nodes, bends included, or twice as many segments, ...
NEAR = 8  # ... one moves past so many others at a time at most, ...
BRIEF = 3  # ... after the first sweep if there are more than so many, ...
FEWER = 6  # ... of which so many are enough
CROWD = 500  # where there are more nodes, bends included, ...
CROWDED = 2.5  # ... and so many times the real ones, the edges of a source share their bends
BENDS = 6  # of long edges inside the layers there are so many for each node at most, ...
FEW = 1_200  # ... or so many in all, ...
BUSES = 1_200  # ... and where these are too few for more edges, none: every value has a line beside the boxes


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

    @property
    def large(self) -> bool:
        """Whether there is too much for the most careful ways."""
        return self.size > LARGE or sum(map(len, self.after)) > 2 * LARGE or not all(self.paths)


def crowded(rank: Sequence[int], edges: Edges) -> bool:
    """Whether bends crowd out the nodes.

    Examples
    --------
    >>> crowded([0, 1, 2], [(0, 1), (1, 2), (0, 2)])
    False
    """
    size = len(rank) + sum(rank[target] - rank[source] - 1 for source, target in edges)
    return size > CROWD and size > CROWDED * len(rank)


def proper(rank: Sequence[int], edges: Edges) -> Layers:
    """Return the layered graph in which long edges bend once in every rank they pass.

    Where bends would crowd out the nodes, the edges of a source share them: they run as one trunk, from which each
    edge branches off before its target. Bends are spent on the shortest edges first; those for which none are left get
    no path: they are drawn outside the layers. Of very many edges, all long ones are, unless there are bends for all.

    Examples
    --------
    >>> proper([0, 1, 2], [(0, 1), (1, 2), (0, 2)]).paths
    [[0, 1], [1, 2], [0, 3, 2]]
    """
    lengths = [rank[target] - rank[source] - 1 for source, target in edges]
    owners = [source for source, _ in edges] if crowded(rank, edges) else list(range(len(edges)))
    inside, reach = _affordable(lengths, owners, FEW if len(edges) > BUSES else max(FEW, BENDS * len(rank)))
    level, bends = list(rank), {owner: range(0) for owner in owners}
    for (source, _), owner in zip(edges, owners, strict=True):
        if reach[owner] and not bends[owner]:
            bends[owner] = range(len(level), len(level) + reach[owner])
            level += range(rank[source] + 1, rank[source] + 1 + reach[owner])
    paths = [
        [source, *bends[owner][:length], target] if within else []
        for (source, target), owner, length, within in zip(edges, owners, lengths, inside, strict=True)
    ]
    return _linked(len(rank), level, paths)


def _affordable(lengths: Sequence[int], owners: Sequence[int], limit: int) -> tuple[list[bool], list[int]]:
    """Tell which edges get bends, the shortest first, and how many each owner of bends has, together within a limit."""
    reach = [0] * (max(owners, default=-1) + 1)
    for owner, length in zip(owners, lengths, strict=True):
        reach[owner] = max(reach[owner], length)
    if sum(reach) <= limit:
        return [True] * len(lengths), reach
    reach = [0] * len(reach)
    if len(lengths) > BUSES:
        return [not length for length in lengths], reach
    inside = [False] * len(lengths)
    for index in sorted(range(len(lengths)), key=lambda edge: (lengths[edge], edge)):
        owner = owners[index]
        limit -= max(0, lengths[index] - reach[owner])
        if limit < 0:
            break
        reach[owner] = max(reach[owner], lengths[index])
        inside[index] = True
    return inside, reach


def _linked(count: int, level: Sequence[int], paths: list[list[int]]) -> Layers:
    """Return the layers for nodes on these levels, joined along the paths; what paths share is joined once."""
    rows: list[list[int]] = [[] for _ in range(max(level, default=-1) + 1)]
    for node, row in enumerate(level):
        rows[row].append(node)
    before: list[list[int]] = [[] for _ in level]
    after: list[list[int]] = [[] for _ in level]
    for path in paths:
        place = len(path) - 1
        while place > 1 and not before[path[place - 1]]:
            place -= 1  # the bends up to here are joined already
        for upper, lower in pairwise(path[max(0, place - 1) :]):
            after[upper].append(lower)
            before[lower].append(upper)
    return Layers(count, rows, before, after, paths)


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
    best order seen stays. Of an order and its mirror image the one nearer to the order of the nodes is chosen.

    Examples
    --------
    >>> layers = proper([0, 0, 1, 1], [(0, 3), (1, 2)])
    >>> reduce_crossings(layers)
    >>> layers.rows
    [[0, 1], [3, 2]]
    """
    large = layers.large
    sweeps = min(FEWER if large else SWEEPS, max(LEAST, effort // (layers.size + 1)))
    rows = arranged(layers.rows, layers.before, layers.after)
    numerous = sum(map(len, layers.after)) > MANY * len(layers.rows) and max(map(len, layers.rows), default=0) <= WIDEST
    best = crossed(rows) if numerous else crossings(layers)
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
        total = crossed(rows) if numerous else crossings(ordered)
        if total < best:
            best, best_rows = total, ordered.rows
    arrange(rows, [row[::-1] for row in best_rows] if _upside_down(layers.count, best_rows) else best_rows)
    for index in range(0 if large else len(rows.order)):
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
    A node stays near its place, if asked: in few sweeps always, in more of them after the first one.
    """
    count = len(rows.order)
    whole = max(1, sweeps - (LAST if near is None else 1))
    free = 1 if sweeps > BRIEF else 0
    for turn in range(sweeps):
        forwards = turn % 2 == 0
        risen = min(turn, whole) if patient else whole
        # whole numbers are faster; fractions, which round, keep the order that small graphs have had
        behind, ahead = (1.0, risen / whole) if near is None else (whole, risen)
        above, below = (behind, ahead) if forwards else (ahead, behind)
        for index in range(count) if forwards else range(count - 1, -1, -1):
            if 1 < len(rows.order[index]) <= WIDEST:
                sift(rows, index, above, below, late=turn % 4 > 1, near=None if turn < free else near)
