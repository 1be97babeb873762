"""Network simplex: integer places that keep given distances along edges and make the weighted edges short in total.

E. R. Gansner, E. Koutsofios, S. C. North and K.-P. Vo, "A technique for drawing directed graphs", IEEE Transactions on
Software Engineering 19(3), 1993, section 2: a spanning tree of tight edges (no longer than they must be) fixes all
places; as long as the tree holds an edge that pulls its two halves the wrong way (a negative cut value), another edge
takes its place. Subtrees are recognised by their interval of a preorder numbering, so nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

Edges = Sequence[tuple[int, int]]

CANDIDATES = 30  # negative tree edges looked at before the most negative one leaves (Gansner et al., section 2.4)


def minimise(
    start: Sequence[int], edges: Edges, lengths: Sequence[int], weights: Sequence[int], effort: int
) -> list[int]:
    """Return places, target - source >= length for every edge, with the least sum of weight * (target - source).

    Parameters
    ----------
    start : sequence of int
        Places that keep all lengths.
    edges, lengths, weights
        A connected graph, the least length and the weight of each edge.
    effort : int
        Node visits after which it stops; the places keep all lengths at any time.

    Examples
    --------
    >>> minimise([0, 5, 2], [(0, 1), (2, 1)], [1, 1], [1, 1], 100)
    [0, 1, 0]
    """
    simplex = _Simplex(list(start), edges, lengths, weights)
    _grow_tight_tree(simplex)
    _number(simplex, 0, 0)
    _cut_values(simplex)
    _improve(simplex, effort)
    lowest = min(simplex.rank)
    return [rank - lowest for rank in simplex.rank]


@dataclass(slots=True)
class _Simplex:
    """The state of the network simplex: ranks (the places), the tree and its numbering."""

    rank: list[int]
    edges: Edges
    lengths: Sequence[int]
    weights: Sequence[int]
    leaving: list[list[int]] = field(default_factory=list)  # edges out of each node
    arriving: list[list[int]] = field(default_factory=list)  # edges into each node
    tree: list[list[int]] = field(default_factory=list)  # tree edges at each node
    members: list[int] = field(default_factory=list)  # all tree edges
    cut: list[int] = field(default_factory=list)  # cut value of each tree edge
    up: list[int] = field(default_factory=list)  # tree edge to the parent
    first: list[int] = field(default_factory=list)  # preorder number ...
    last: list[int] = field(default_factory=list)  # ... and the greatest one in the subtree
    preorder: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        n = len(self.rank)
        self.leaving = [[] for _ in range(n)]
        self.arriving = [[] for _ in range(n)]
        self.tree = [[] for _ in range(n)]
        self.cut = [0] * len(self.edges)
        self.up = [-1] * n
        self.first, self.last, self.preorder = [0] * n, [0] * n, [0] * n
        for edge, (source, target) in enumerate(self.edges):
            self.leaving[source].append(edge)
            self.arriving[target].append(edge)


def _grow_tight_tree(s: _Simplex) -> None:
    """Grow a spanning tree of tight edges, shifting the part grown so far to meet the nearest other node.

    All nodes inside move together, so one offset describes the shift and two heaps (edges that leave the tree, edges
    that enter it) keep their order while it changes.
    """
    offset = 0
    inside = [False] * len(s.rank)
    outward: list[tuple[int, int]] = []  # (slack + offset, edge)
    inward: list[tuple[int, int]] = []  # (slack - offset, edge)
    node = 0
    while True:
        inside[node] = True
        s.rank[node] -= offset
        for e in s.leaving[node]:
            if not inside[s.edges[e][1]]:
                heappush(outward, (s.rank[s.edges[e][1]] - s.rank[node] - s.lengths[e], e))
        for e in s.arriving[node]:
            if not inside[s.edges[e][0]]:
                heappush(inward, (s.rank[node] - s.rank[s.edges[e][0]] - s.lengths[e], e))
        while outward and inside[s.edges[outward[0][1]][1]]:
            heappop(outward)
        while inward and inside[s.edges[inward[0][1]][0]]:
            heappop(inward)
        if not outward and not inward:
            break
        if outward and (not inward or outward[0][0] - offset <= inward[0][0] + offset):
            offset, e = heappop(outward)
            node = s.edges[e][1]
        else:
            slack, e = heappop(inward)
            offset, node = -slack, s.edges[e][0]
        s.members.append(e)
        for end in s.edges[e]:
            s.tree[end].append(e)
    s.rank = [rank + offset for rank in s.rank]


def _number(s: _Simplex, root: int, start: int) -> int:
    """Number the subtree of root in preorder from start; return how many nodes it has."""
    stack, number = [root], start
    edges, up, first, last, preorder = s.edges, s.up, s.first, s.last, s.preorder
    while stack:
        node = stack.pop()
        first[node] = last[node] = number
        preorder[number] = node
        number += 1
        above = up[node]
        for e in s.tree[node]:
            if e != above:
                source, target = edges[e]
                child = target if source == node else source
                up[child] = e
                stack.append(child)
    for index in range(number - 1, start, -1):
        node = preorder[index]
        source, target = edges[up[node]]
        parent = target if source == node else source
        if last[parent] < last[node]:
            last[parent] = last[node]
    return number - start


def _cut_values(s: _Simplex) -> None:
    """Set the cut value of every tree edge: what leaves the subtree below it minus what enters, seen from its tail."""
    net = [0] * len(s.rank)
    for (source, target), weight in zip(s.edges, s.weights, strict=True):
        net[source] += weight
        net[target] -= weight
    for node in reversed(s.preorder[1:]):
        e = s.up[node]
        source, target = s.edges[e]
        s.cut[e] = net[node] if source == node else -net[node]
        net[target if source == node else source] += net[node]


def _improve(s: _Simplex, effort: int) -> None:
    """Exchange tree edges until no cut value is negative or the effort is spent."""
    place = 0
    while effort > 0:
        place, leaver = _leaving_edge(s, place)
        if leaver < 0:
            return
        source, target = s.edges[leaver]
        child = source if s.up[source] == leaver else target
        entrant, slack, visits = _entering_edge(s, child, tail=child == source)
        shift = -slack if child == source else slack
        if shift:
            for node in s.preorder[s.first[child] : s.last[child] + 1]:
                s.rank[node] += shift
        effort -= visits + _exchange(s, place, leaver, entrant)


def _leaving_edge(s: _Simplex, place: int) -> tuple[int, int]:
    """Return place and edge of a very negative tree edge, searching on from the last place; edge -1 if none."""
    best, edge, found = 0, -1, 0
    best_place = place
    total = len(s.members)
    for step in range(total):
        index = (place + step) % total
        value = s.cut[s.members[index]]
        if value < 0:
            found += 1
            if value < best:
                best, edge, best_place = value, s.members[index], index
            if found == CANDIDATES:
                break
    return best_place, edge


def _entering_edge(s: _Simplex, child: int, *, tail: bool) -> tuple[int, int, int]:
    """Return the edge of least slack that joins the subtree of child to the rest the other way, slack, visits."""
    low, high = s.first[child], s.last[child]
    edges, rank, first = s.edges, s.rank, s.first
    best, slack = -1, 1 << 60
    nodes = s.preorder[low : high + 1]
    incident = s.arriving if tail else s.leaving
    for node in nodes:
        for e in incident[node]:
            source, target = edges[e]
            room = rank[target] - rank[source] - s.lengths[e]
            if room < slack and not low <= first[source if tail else target] <= high:
                best, slack = e, room
        if slack == 0:
            break
    return best, slack, len(nodes)


def _exchange(s: _Simplex, place: int, leaver: int, entrant: int) -> int:
    """Put entrant into the tree in place of leaver, update cut values and numbers; return the nodes renumbered."""
    value = s.cut[leaver]
    source, target = s.edges[entrant]
    _shift_cuts(s, source, target, value)
    meeting = _shift_cuts(s, target, source, -value)
    s.cut[entrant], s.cut[leaver] = -value, 0
    for end in s.edges[leaver]:
        s.tree[end].remove(leaver)
    for end in s.edges[entrant]:
        s.tree[end].append(entrant)
    s.members[place] = entrant
    return _number(s, meeting, s.first[meeting])


def _shift_cuts(s: _Simplex, node: int, other: int, value: int) -> int:
    """Add value to the cut values from node up to the ancestor it shares with other; return that ancestor."""
    goal = s.first[other]
    while not s.first[node] <= goal <= s.last[node]:
        e = s.up[node]
        source, target = s.edges[e]
        if source == node:
            s.cut[e] += value
            node = target
        else:
            s.cut[e] -= value
            node = source
    return node
