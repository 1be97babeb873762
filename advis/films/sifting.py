"""Sifting: move every node of a row to its best place among the others, so that few segments cross.

C. Matuszewski, R. Schönfeld and P. Molitor, "Using sifting for k-layer straightline crossing minimization", Graph
Drawing 1999. What each pair of nodes of a row costs in either order depends on the order of one row beside it alone, so
these matrices are kept until that row changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

Lists = Sequence[Sequence[int]]


@dataclass(slots=True)
class _Beside:
    """The segments of a row on one side, and what the order of the row costs there.

    Attributes
    ----------
    owners, others : ndarray
        Of each segment its node in the row, by number, and its node in the row beside.
    joined, firsts : ndarray
        The nodes that have segments here, by number, and where the segments of each begin.
    version : int
        The version of the row beside that ``excess`` belongs to.
    excess : ndarray
        For each pair (u, v) of the row how many crossings more there are if u stands behind v than before it.
    """

    owners: np.ndarray
    others: np.ndarray
    joined: np.ndarray
    firsts: np.ndarray
    version: int = -1
    excess: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(slots=True)
class Rows:
    """The rows of a graph while their order changes; within a row the nodes have fixed numbers."""

    members: list[np.ndarray]  # the nodes of each row, by number
    order: list[list[int]]  # the numbers, as they stand at present
    place: np.ndarray  # of every node within its row
    version: list[int]  # how often the order of each row has changed
    settled: list[tuple[int, ...]]  # the versions beside each row, and its own, of which it is known that nothing moves
    above: list[_Beside]
    below: list[_Beside]

    def nodes(self) -> list[list[int]]:
        """Return the nodes of every row as they stand."""
        return [members[order].tolist() for members, order in zip(self.members, self.order, strict=True)]


def arranged(nodes: Lists, before: Lists, after: Lists) -> Rows:
    """Return rows of these nodes, given the neighbours of each node in the row before and in the next one."""
    place = np.zeros(len(before), dtype=np.intp)
    for row in nodes:
        place[row] = np.arange(len(row))
    return Rows(
        [_array(row) for row in nodes],
        [list(range(len(row))) for row in nodes],
        place,
        [0] * len(nodes),
        [()] * len(nodes),
        [_beside(row, before) for row in nodes],
        [_beside(row, after) for row in nodes],
    )


def _beside(row: Sequence[int], neighbours: Lists) -> _Beside:
    joined = [number for number, node in enumerate(row) if neighbours[node]]
    counts = [len(neighbours[row[number]]) for number in joined]
    owners = [number for number, count in zip(joined, counts, strict=True) for _ in range(count)]
    others = [other for node in row for other in neighbours[node]]
    return _Beside(_array(owners), _array(others), _array(joined), _array([0, *accumulate(counts[:-1])]))


def _array(numbers: Sequence[int]) -> np.ndarray:
    return np.array(numbers, dtype=np.intp)


def arrange(rows: Rows, nodes: Lists) -> None:
    """Put the nodes of every row into this order."""
    for row in nodes:
        rows.place[row] = np.arange(len(row))
    for index, members in enumerate(rows.members):
        _reorder(rows, index, np.argsort(rows.place[members]).tolist())


def _reorder(rows: Rows, index: int, order: list[int]) -> None:
    rows.order[index] = order
    rows.version[index] += 1
    rows.place[rows.members[index][order]] = np.arange(len(order))


def sift(rows: Rows, index: int, above: float, below: float, *, late: bool, near: int | None = None) -> None:
    """Move every node of a row to its best place, the last one of equally good places if late.

    The weights tell how much crossings with the row above and with the row below count. In a row of more than twice as
    many nodes, one moves past ``near`` others at most; a row beside which nothing has changed is then passed over.
    """
    state = tuple(rows.version[max(0, index - 1) : index + 2])
    if near is not None and rows.settled[index] == state:
        return
    excess = _excess(rows, index, above, below).tolist()
    order = list(rows.order[index])
    near = len(order) if near is None or len(order) <= 2 * near else near
    for item in rows.order[index]:
        place = order.index(item)
        del order[place]
        first = max(0, place - near)
        # what it costs to stand behind none, one, two, ... of the others near it
        costs = list(accumulate(map(excess[item].__getitem__, order[first : place + near]), initial=0))
        if late:
            costs.reverse()
            order.insert(first + len(costs) - 1 - costs.index(min(costs)), item)
        else:
            order.insert(first + costs.index(min(costs)), item)
    if order != rows.order[index]:
        _reorder(rows, index, order)
    elif above and below:
        rows.settled[index] = state


def crossed(rows: Rows) -> int:
    """Return how many pairs of segments cross; much faster than one by one where there are many."""
    total = 0
    for index, side in enumerate(rows.below[:-1]):
        width, depth = len(rows.order[index]), len(rows.order[index + 1])
        begins, ends = rows.place[rows.members[index][side.owners]], rows.place[side.others]
        counts = np.bincount(begins * depth + ends, minlength=width * depth).reshape(width, depth)
        before = (counts.cumsum(axis=0) - counts).cumsum(axis=1)  # segments from earlier nodes, to this place at most
        total += int((counts * (before[:, -1:] - before)).sum())
    return total


def settle(rows: Rows, index: int, count: int) -> None:
    """Exchange neighbours in a row where that changes no crossing, so that nodes stand in the order of their indices.

    Of two nodes the one in front gives way if it is real, one of the first ``count``.
    """
    excess = _excess(rows, index, 1, 1).tolist()
    node = rows.members[index].tolist()
    order = list(rows.order[index])
    changed = True
    while changed:
        changed = False
        for place in range(1, len(order)):
            first, second = order[place - 1], order[place]
            if node[first] > node[second] and excess[second][first] == 0 and node[first] < count:
                order[place - 1], order[place] = second, first
                changed = True
    if order != rows.order[index]:
        _reorder(rows, index, order)


def _excess(rows: Rows, index: int, above: float, below: float) -> np.ndarray:
    """Return the weighted sum of a row's excess crossings with the row above and with the row below."""
    width = len(rows.order[index])
    sides = ((above, index - 1, rows.above[index]), (below, index + 1, rows.below[index]))
    parts = [
        weight * _excess_beside(rows, side, width, other)
        for weight, other, side in sides
        if weight and 0 <= other < len(rows.order)
    ]
    return parts[0] + parts[1] if len(parts) == 2 else parts[0] if parts else np.zeros((width, width), dtype=np.int64)


def _excess_beside(rows: Rows, side: _Beside, width: int, other: int) -> np.ndarray:
    """Return the excess crossings with another row, counted again if that has changed."""
    if side.version == rows.version[other]:
        return side.excess
    crossed = np.zeros((width, width), dtype=np.int32)
    if len(side.joined):
        places = rows.place[side.others]
        depth = len(rows.order[other])
        counts = np.bincount(places * width + side.owners, minlength=depth * width).reshape(depth, width)
        before = (counts.cumsum(axis=0) - counts).astype(np.int32)  # [place, v]: how many neighbours of v are before it
        # a matrix product would do as well, but takes all threads of the machine
        crossed[side.joined] = np.add.reduceat(before.take(places, axis=0), side.firsts, axis=0)
    side.version = rows.version[other]
    side.excess = crossed.T - crossed
    return side.excess
