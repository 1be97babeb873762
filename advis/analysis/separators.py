"""The fewest walls that separate an input from the outputs: a minimum vertex cut, by augmenting paths."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

MOST = 64
"""A cut of more walls than this is not looked for: all walls are named instead."""

Vertex = tuple[int, bool]
"""A node, and whether its wall is still before it."""


def separator(
    sources: Sequence[int], ends: Sequence[int], users: Sequence[Sequence[int]], stops: Callable[[int, int], bool]
) -> list[int] | None:
    """Return a smallest set of walls that every path from the sources to the ends passes, nearest to the sources.

    Every wall is an edge of capacity 1 in a network whose other edges have no bound; by the theorem of Ford and
    Fulkerson (1956) the largest flow is the smallest cut, and Menger's theorem (1927) is the case of vertices.

    Parameters
    ----------
    sources, ends : sequence of int
    users : sequence
        For each node those that it leads to.
    stops : callable
        Whether a node's wall stands on the edge from another one to it: ``stops(parent, node)``.

    Returns
    -------
    list of int or None
        The nodes of the walls in order; None if a path passes no wall, or more than `MOST` walls are needed.

    Examples
    --------
    >>> diamond = [[1, 2], [3], [3], [4], []]
    >>> separator([0], [4], diamond, lambda parent, node: node in (1, 2, 4))
    [4]
    >>> separator([0], [4], diamond, lambda parent, node: node == 1) is None
    True
    """
    goals = frozenset(ends)
    if not goals.isdisjoint(_free(sources, users, stops)):
        return None
    flowing: set[int] = set()  # walls that a unit of flow passes
    flow: dict[Vertex, dict[Vertex, int]] = {}  # how much flows along an edge without bound
    for _ in range(MOST + 1):
        came = _search(sources, goals, users, stops, flowing, flow)
        end = next((vertex for vertex in came if vertex[0] in goals and not vertex[1]), None)
        if end is None:
            return sorted(node for node, before in came if before and (node, False) not in came)
        path = [end]
        while (before := came[path[-1]]) is not None:
            path.append(before)
        _augment(path[::-1], flowing, flow)
    return None


def _free(sources: Sequence[int], users: Sequence[Sequence[int]], stops: Callable[[int, int], bool]) -> set[int]:
    """The nodes to which a way leads that passes no wall."""
    found, waiting = set(sources), list(sources)
    while waiting:
        node = waiting.pop()
        for user in users[node]:
            if user not in found and not stops(node, user):
                found.add(user)
                waiting.append(user)
    return found


def _search(
    sources: Sequence[int],
    goals: frozenset[int],
    users: Sequence[Sequence[int]],
    stops: Callable[[int, int], bool],
    flowing: set[int],
    flow: dict[Vertex, dict[Vertex, int]],
) -> dict[Vertex, Vertex | None]:
    """Where one more unit of flow can go, each with where it comes from; up to the first end."""
    came: dict[Vertex, Vertex | None] = {(source, False): None for source in sources}
    waiting = deque(came)
    while waiting:
        vertex = waiting.popleft()
        if vertex[0] in goals and not vertex[1]:
            return came
        for following in _onward(vertex, users, stops, flowing, flow):
            if following not in came:
                came[following] = vertex
                waiting.append(following)
    return came


def _onward(
    vertex: Vertex,
    users: Sequence[Sequence[int]],
    stops: Callable[[int, int], bool],
    flowing: set[int],
    flow: dict[Vertex, dict[Vertex, int]],
) -> Iterator[Vertex]:
    node, before = vertex
    if before and node not in flowing:
        yield node, False
    if not before:
        if node in flowing:
            yield node, True
        for user in users[node]:
            yield user, stops(node, user)
    for back, amount in flow.get(vertex, {}).items():
        if amount > 0:
            yield back


def _augment(path: list[Vertex], flowing: set[int], flow: dict[Vertex, dict[Vertex, int]]) -> None:
    """Send one unit along a path: through a wall, along an edge, or back where it came from."""
    for start, stop in pairwise(path):
        if start[0] == stop[0]:
            (flowing.add if start[1] else flowing.discard)(start[0])
            continue
        given = flow.get(start, {})
        if given.get(stop, 0) > 0:  # flow from stop to start is taken back
            given[stop] -= 1
        else:
            known = flow.setdefault(stop, {})
            known[start] = known.get(start, 0) + 1
