"""Ranks: give every node of a directed acyclic graph a column so that the edges are short in total.

Longest paths give a first answer, the network simplex (see `advis.films.simplex`) the best one. Nodes that pull as hard
on either side then move to an empty column, as in Gansner et al. (1993), section 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from advis.films.simplex import minimise

Edges = Sequence[tuple[int, int]]

EFFORT = 600_000  # node visits after which the ranks are good enough
NEAR = 300  # columns looked at on either side for an emptier one


def topological(count: int, edges: Edges) -> list[int]:
    """Return the nodes so that sources stand before targets; nodes on or behind a cycle are left out.

    Examples
    --------
    >>> topological(3, [(2, 0), (0, 1)])
    [2, 0, 1]
    """
    after: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for source, target in edges:
        after[source].append(target)
        missing[target] += 1
    order = [node for node in range(count) if not missing[node]]
    for node in order:  # grows while it is read
        for target in after[node]:
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    return order


def ranks(count: int, edges: Edges, heights: Sequence[float], effort: int = EFFORT) -> list[int]:
    """Return a rank for every node of a connected acyclic graph, each edge pointing to a higher rank.

    Parameters
    ----------
    count : int
        Number of nodes.
    edges : sequence of (source, target)
        The same pair twice counts twice: it pulls twice as hard.
    heights : sequence of float
        Room each node takes in its column; nodes that cost the same in several columns go to the emptiest one.
    effort : int
        Bound on the work; the ranks are valid whenever it stops.

    Examples
    --------
    The constant 1 sits directly before its only use, node 3:

    >>> ranks(5, [(0, 2), (2, 3), (1, 3), (3, 4)], [1.0] * 5)
    [0, 1, 1, 2, 3]
    """
    if count < 2 or not edges:
        return [0] * count
    weights: dict[tuple[int, int], int] = {}
    for edge in edges:
        weights[edge] = weights.get(edge, 0) + 1
    pairs = list(weights)
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    pull = [0] * count  # uses less arguments
    for (source, target), weight in weights.items():
        after[source].append(target)
        before[target].append(source)
        pull[source] += weight
        pull[target] -= weight
    rank = _start(topological(count, pairs), before, after, pull)
    if any(rank[target] - rank[source] > 1 for source, target in pairs):  # else nothing can be shorter
        rank = minimise(rank, pairs, [1] * len(pairs), list(weights.values()), effort)
    _balance(rank, before, after, pull, heights)
    return rank


def _start(order: list[int], before: list[list[int]], after: list[list[int]], pull: list[int]) -> list[int]:
    """Rank by longest paths, then pull nodes with more uses than arguments (inputs, constants) to their users."""
    rank = [0] * len(order)
    for node in order:
        rank[node] = max((rank[other] + 1 for other in before[node]), default=0)
    for node in reversed(order):
        if pull[node] > 0:
            rank[node] = min(rank[other] for other in after[node]) - 1
    return rank


def _balance(
    rank: list[int], before: list[list[int]], after: list[list[int]], pull: list[int], heights: Sequence[float]
) -> None:
    """Move nodes whose edges pull equally on both sides to the emptiest column within reach."""
    filled = [0.0] * (max(rank) + 1)
    for node, here in enumerate(rank):
        filled[here] += heights[node]
    for node, here in enumerate(rank):
        if pull[node] or not before[node]:
            continue
        low = max(rank[other] for other in before[node]) + 1
        high = min(rank[other] for other in after[node]) - 1
        filled[here] -= heights[node]
        near = range(max(low, here - NEAR), min(high, here + NEAR) + 1)
        best = min(near, key=lambda column: (filled[column], abs(column - here), column))
        rank[node] = best
        filled[best] += heights[node]


def later(rank: Sequence[int], edges: Edges, heights: Sequence[float]) -> list[int]:
    """Return ranks for a graph whose edges share trunks, so that a source pays for the longest of its edges only.

    A node moves to its first use, with all that nothing else uses, unless that makes the trunks longer in total or a
    column fuller than the fullest one was.

    Examples
    --------
    Nodes 1 and 2 use 0, which is used late anyway; 2 moves along to its use:

    >>> later([0, 1, 1, 2, 3, 4], [(0, 1), (0, 2), (1, 3), (3, 4), (0, 4), (2, 5), (4, 5)], [1.0] * 6)
    [0, 1, 3, 2, 3, 4]
    """
    moved = list(rank)
    before: list[list[int]] = [[] for _ in rank]
    after: list[list[int]] = [[] for _ in rank]
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    reach = [max((rank[user] for user in users), default=0) for users in after]
    filled = [0.0] * (max(rank, default=0) + 1)
    for node, here in enumerate(rank):
        filled[here] += heights[node]
    fullest = max(filled)
    for node in sorted(range(len(rank)), key=lambda node: -rank[node]):
        way = min((moved[user] for user in after[node]), default=0) - 1 - moved[node]
        if way <= 0:
            continue
        hanging = _hanging(node, before, after)
        until: dict[int, int] = {}
        change: dict[int, float] = {}
        for member in hanging:
            here = moved[member]
            change[here] = change.get(here, 0.0) - heights[member]
            change[here + way] = change.get(here + way, 0.0) + heights[member]
            for source in before[member]:
                if source not in hanging:
                    until[source] = max(until.get(source, reach[source]), here + way)
        longer = sum(end - reach[source] for source, end in until.items())
        if longer > way or any(more > 0 and filled[column] + more > fullest for column, more in change.items()):
            continue
        for member in hanging:
            moved[member] += way
            reach[member] += way if member != node else 0
        for source, end in until.items():
            reach[source] = end
        for column, more in change.items():
            filled[column] += more
    columns = {here: column for column, here in enumerate(sorted(set(moved)))}
    return [columns[here] for here in moved]


def _hanging(node: int, before: list[list[int]], after: list[list[int]]) -> dict[int, None]:
    """Return a node with all that leads to it and nowhere else."""
    found = {node: None}
    queue = [node]
    for member in queue:  # grows while it is read
        for source in before[member]:
            if source not in found and all(user in found for user in after[source]):
                found[source] = None
                queue.append(source)
    return found
