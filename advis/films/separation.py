"""Separation: integer places that keep given distances and make a weighted sum of absolute differences least.

This is the network simplex of E. R. Gansner, E. Koutsofios, S. C. North and K.-P. Vo, "A technique for drawing
directed graphs", IEEE Transactions on Software Engineering 19(3), 1993, for the problem of their section 4.2, without
its helper nodes: a spanning tree of tight edges (distances just kept, segments of length 0) fixes all places. A tree
edge whose two sides would rather part gives way; one side moves until nothing more is gained, past segments that only
turn round on the way, as in R. Fourer, "A simplex algorithm for piecewise-linear programming I", Mathematical
Programming 33, 1985. The last edge met takes the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf

Pair = tuple[int, int]
Arc = tuple[int, int, int]  # an edge, its other end, its least length or its weight


def shortest(start: Sequence[int], apart: Mapping[Pair, int], joined: Mapping[Pair, int], effort: int) -> list[int]:
    """Return places with ``second - first >= apart[first, second]`` and the least sum of joined * abs(second - first).

    Parameters
    ----------
    start : sequence of int
        Places that keep all distances.
    apart, joined
        The least distance, and the weight of the segment, of pairs of nodes; together they connect all nodes.
    effort : int
        Node visits after which it stops; the places keep all distances at any time.

    Examples
    --------
    >>> shortest([0, 5, 9], {(0, 1): 2}, {(1, 2): 1, (0, 2): 1}, 100)
    [0, 2, 2]
    """
    state = _state(start, apart, joined)
    if start:
        _grow(state)
        _set_pulls(state)
        _improve(state, effort)
    lowest = min(state.place, default=0)
    return [place - lowest for place in state.place]


@dataclass(slots=True)
class _State:
    """Places and the spanning tree, hung up at a node; the first edges are distances, the others segments.

    The pull of a tree edge is the slope of the cost where the side of its second node moves on, apart from itself.
    """

    place: list[int]
    edges: list[Pair]
    distances: int  # how many edges are
    weight: list[int]  # of each segment; 0 of a distance
    ahead: list[list[Arc]]  # distances to later nodes
    behind: list[list[Arc]]  # distances to earlier nodes
    segments: list[list[Arc]]
    tree: list[dict[int, int]]  # tree edges at each node, with their other end
    up: list[int]  # tree edge to the parent
    parent: list[int]
    pull: list[int]
    rising: list[bool]  # which segments lead to a place that is not before
    wrong: list[tuple[int, int]] = field(default_factory=list)  # heap of (-gain, tree edge), outdated ones among them
    mark: list[int] = field(default_factory=list)  # the last step in which a node was moved


def _state(start: Sequence[int], apart: Mapping[Pair, int], joined: Mapping[Pair, int]) -> _State:
    n = len(start)
    edges = [*apart, *joined]
    ahead: list[list[Arc]] = [[] for _ in range(n)]
    behind: list[list[Arc]] = [[] for _ in range(n)]
    segments: list[list[Arc]] = [[] for _ in range(n)]
    for edge, ((first, second), length) in enumerate(apart.items()):
        ahead[first].append((edge, second, length))
        behind[second].append((edge, first, length))
    for edge, ((first, second), weight) in enumerate(joined.items(), len(apart)):
        segments[first].append((edge, second, weight))
        segments[second].append((edge, first, weight))
    weights = [0] * len(apart) + list(joined.values())
    tree: list[dict[int, int]] = [{} for _ in range(n)]
    rest = [-1] * n, [-1] * n, [0] * len(edges), [False] * len(edges)
    return _State(list(start), edges, len(apart), weights, ahead, behind, segments, tree, *rest, mark=[-1] * n)


def _grow(s: _State) -> None:
    """Grow the tree from node 0: what is grown so far moves as a whole, where that costs less, to the next node.

    One offset describes the move, so two heaps (what is met on the way on, and back) keep their order meanwhile.
    """
    offset = slope = node = 0
    inside = [False] * len(s.place)
    counted = [0] * len(s.edges)  # in the slope, of each segment
    onwards: list[tuple[int, int, int]] = []  # (way to go + offset, edge, node)
    backwards: list[tuple[int, int, int]] = []  # (way to go - offset, edge, node)
    while True:
        inside[node] = True
        here = s.place[node] = s.place[node] - offset
        for e, other, length in s.ahead[node]:
            if not inside[other]:
                heappush(onwards, (s.place[other] - here - length, e, other))
        for e, other, length in s.behind[node]:
            if not inside[other]:
                heappush(backwards, (here - s.place[other] - length, e, other))
        for e, other, weight in s.segments[node]:
            if inside[other]:
                slope -= counted[e]
            elif s.place[other] - here >= offset:
                heappush(onwards, (s.place[other] - here, e, other))
                counted[e] = -weight
                slope -= weight
            else:
                heappush(backwards, (here - s.place[other], e, other))
                counted[e] = weight
                slope += weight
        while onwards and inside[onwards[0][2]]:
            heappop(onwards)
        while backwards and inside[backwards[0][2]]:
            heappop(backwards)
        if not onwards and not backwards:
            break
        free = onwards and onwards[0][0] == offset
        blocked = backwards and backwards[0][0] == -offset
        if onwards and (free or not backwards or (not blocked and slope <= 0)):
            offset, e, node = heappop(onwards)
        else:
            way, e, node = heappop(backwards)
            offset = -way
        _join(s, e)
    s.place = [place + offset for place in s.place]


def _join(s: _State, edge: int) -> None:
    first, second = s.edges[edge]
    s.tree[first][edge] = second
    s.tree[second][edge] = first


def _set_pulls(s: _State) -> None:
    """Hang the tree up in its middle, where the parts that hang down are small, and set the pulls of its edges."""
    slope = [0] * len(s.place)
    for e in range(s.distances, len(s.edges)):
        first, second = s.edges[e]
        if e not in s.tree[first]:
            s.rising[e] = s.place[first] <= s.place[second]
            outward = s.weight[e] if s.rising[e] else -s.weight[e]
            slope[second] += outward
            slope[first] -= outward
    order = _hang(s, _middle(s, _hang(s, 0)))
    for node in reversed(order[1:]):
        e = s.up[node]
        s.pull[e] = slope[node] if s.edges[e][1] == node else -slope[node]
        slope[s.parent[node]] += slope[node]
        gain = _gain(s, e)
        if gain > 0:
            s.wrong.append((-gain, e))
    heapify(s.wrong)


def _hang(s: _State, root: int) -> list[int]:
    """Hang the tree up at this node; return all nodes, each after its parent."""
    s.up[root] = s.parent[root] = -1
    order = [root]
    for node in order:  # grows while it is read
        above = s.up[node]
        for e, child in s.tree[node].items():
            if e != above:
                s.up[child], s.parent[child] = e, node
                order.append(child)
    return order


def _middle(s: _State, order: Sequence[int]) -> int:
    """Return a node below which, seen from any side, hangs no more than half of the tree."""
    size = [1] * len(order)
    for node in reversed(order):
        if 2 * size[node] >= len(order):
            return node
        size[s.parent[node]] += size[node]
    return order[0]


def _gain(s: _State, e: int) -> int:
    """Return how much a step gains for which this tree edge gives way; a distance can only grow."""
    return -s.pull[e] if e < s.distances else abs(s.pull[e]) - s.weight[e]


def _improve(s: _State, effort: int) -> None:
    """Exchange tree edges, the one of most gain first, until there is none or the effort is spent."""
    step = 0
    while s.wrong and effort > 0:
        gain, leaver = heappop(s.wrong)
        first, second = s.edges[leaver]
        if leaver in s.tree[first] and _gain(s, leaver) == -gain:
            effort -= _exchange(s, step, leaver, second if s.up[second] == leaver else first)
            step += 1


def _subtree(s: _State, root: int, step: int) -> list[int]:
    """Return the nodes below root, root first, and mark them."""
    nodes = [root]
    mark, up, tree = s.mark, s.up, s.tree
    for node in nodes:  # grows while it is read
        mark[node] = step
        above = up[node]
        for e, other in tree[node].items():
            if e != above:
                nodes.append(other)
    return nodes


def _exchange(s: _State, step: int, leaver: int, child: int) -> int:
    """Let a tree edge go: move the nodes below it, put the last edge met in its place; return the nodes visited."""
    below = _subtree(s, child, step)
    sign = 1 if (s.pull[leaver] < 0) == (s.edges[leaver][1] == child) else -1
    way, entrant, node, visits = _met(s, below, sign, leaver)
    if way:
        for moved in below:
            s.place[moved] += sign * way
    slope = s.pull[leaver] if s.edges[leaver][1] == child else -s.pull[leaver]
    if leaver >= s.distances:
        s.rising[leaver] = (sign > 0) == (s.edges[leaver][1] == child)
        slope += sign * s.weight[leaver]
    first, second = s.edges[entrant]
    other = second if first == node else first
    visits += _shift(s, node, other, -slope)
    slope += sign * s.weight[entrant]
    s.pull[entrant] = slope if second == node else -slope
    _note(s, entrant)
    for end in s.edges[leaver]:
        del s.tree[end][leaver]
    _join(s, entrant)
    while entrant != leaver:  # turn the way from the entrant down to the leaver upside down
        above, onward = s.up[node], s.parent[node]
        s.up[node], s.parent[node] = entrant, other
        entrant, node, other = above, onward, node
    return len(below) + visits


def _met(s: _State, below: list[int], sign: int, leaver: int) -> tuple[int, int, int, int]:
    """Return how far the nodes move, the edge at which they stop, its moved node, and the nodes visited.

    They stop at the first distance that is used up, or the first segment behind which nothing more is gained; the
    segments before that one turn round.
    """
    place, mark, rising = s.place, s.mark, s.rising
    step = mark[below[0]]
    limit, entrant, at = inf, -1, -1
    turning: list[tuple[int, int, int, int]] = []
    distances = s.ahead if sign > 0 else s.behind
    for node in below:
        here = place[node]
        for e, other, length in distances[node]:
            if mark[other] != step:
                room = sign * (place[other] - here) - length
                if room < limit:
                    limit, entrant, at = room, e, node
        for e, other, _ in s.segments[node]:
            if mark[other] != step and e != leaver:
                room = sign * (place[other] - here)
                if 0 < room <= limit or (room == 0 and rising[e] == ((s.edges[e][0] == node) == (sign > 0))):
                    turning.append((room, e, node, other))
    gain, visits = _gain(s, leaver), 0
    for room, e, node, other in sorted(turning):
        if room > limit:
            break
        gain -= 2 * s.weight[e]
        if gain <= 0:
            return room, e, node, visits
        rising[e] = not rising[e]
        visits += _shift(s, node, other, 2 * sign * s.weight[e])
    return int(limit), entrant, at, visits


def _shift(s: _State, first: int, second: int, slope: int) -> int:
    """Add to the slope at first and take it from second, so along the way between them; return the nodes visited."""
    meeting, visits = _meeting(s, first, second)
    for node, more in ((first, slope), (second, -slope)):
        while node != meeting:
            e = s.up[node]
            s.pull[e] += more if s.edges[e][1] == node else -more
            _note(s, e)
            node = s.parent[node]
    return visits


def _note(s: _State, e: int) -> None:
    """Remember a tree edge that gives way with a gain."""
    gain = _gain(s, e)
    if gain > 0:
        heappush(s.wrong, (-gain, e))


def _meeting(s: _State, first: int, second: int) -> tuple[int, int]:
    """Return the lowest common ancestor, climbing from both nodes in turn, and the number of nodes visited."""
    seen = {first, second}
    while first != second:
        above = s.parent[first]
        if above >= 0:
            if above in seen:
                return above, len(seen)
            seen.add(above)
            first = above
        first, second = second, first
    return first, len(seen)
