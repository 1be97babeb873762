"""Network simplex: integer places that keep given distances along edges and make the weighted edges short in total.

E. R. Gansner, E. Koutsofios, S. C. North and K.-P. Vo, "A technique for drawing directed graphs", IEEE Transactions on
Software Engineering 19(3), 1993, section 2: a spanning tree of tight edges (no longer than they must be) fixes all
places; as long as the tree holds an edge that pulls its two halves the wrong way (a negative cut value), another edge
takes its place. A subtree is walked when it is needed, so an exchange costs no more than the part that hangs on it.
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
    _cut_values(simplex)
    _improve(simplex, effort)
    lowest = min(simplex.rank)
    return [rank - lowest for rank in simplex.rank]


@dataclass(slots=True)
class _Simplex:
    """The state of the network simplex: ranks (the places) and the spanning tree, hung up at node 0."""

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

    def __post_init__(self) -> None:
        n = len(self.rank)
        self.leaving = [[] for _ in range(n)]
        self.arriving = [[] for _ in range(n)]
        self.tree = [[] for _ in range(n)]
        self.cut = [0] * len(self.edges)
        self.up = [-1] * n
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


def _subtree(s: _Simplex, root: int) -> list[int]:
    """Return the nodes below root, root first, each after its parent."""
    nodes = [root]
    edges, up, tree = s.edges, s.up, s.tree
    for node in nodes:  # grows while it is read
        above = up[node]
        for e in tree[node]:
            if e != above:
                source, target = edges[e]
                nodes.append(target if source == node else source)
    return nodes


def _cut_values(s: _Simplex) -> None:
    """Set the cut value of every tree edge: what leaves the subtree below it minus what enters, seen from its tail."""
    net = [0] * len(s.rank)
    for (source, target), weight in zip(s.edges, s.weights, strict=True):
        net[source] += weight
        net[target] -= weight
    order = [0]
    for node in order:  # grows while it is read
        for e in s.tree[node]:
            if e != s.up[node]:
                source, target = s.edges[e]
                child = target if source == node else source
                s.up[child] = e
                order.append(child)
    for node in reversed(order[1:]):
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
        below = _subtree(s, child)
        entrant, slack = _entering_edge(s, below, tail=child == source)
        shift = -slack if child == source else slack
        if shift:
            for node in below:
                s.rank[node] += shift
        effort -= len(below) + _exchange(s, place, leaver, entrant, tail=child == source)


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


def _entering_edge(s: _Simplex, below: list[int], *, tail: bool) -> tuple[int, int]:
    """Return the edge of least slack that joins the subtree to the rest the other way, and the slack."""
    edges, rank, lengths = s.edges, s.rank, s.lengths
    inside = set(below)
    best, slack = -1, 1 << 60
    incident = s.arriving if tail else s.leaving
    for node in below:
        for e in incident[node]:
            source, target = edges[e]
            room = rank[target] - rank[source] - lengths[e]
            if room < slack and (source if tail else target) not in inside:
                best, slack = e, room
        if slack == 0:
            break
    return best, slack


def _exchange(s: _Simplex, place: int, leaver: int, entrant: int, *, tail: bool) -> int:
    """Put entrant into the tree in place of leaver, hang the subtree on it; return the nodes visited."""
    source, target = s.edges[entrant]
    meeting, visits = _meeting(s, source, target)
    value = s.cut[leaver]
    _shift_cuts(s, source, meeting, value)
    _shift_cuts(s, target, meeting, -value)
    s.cut[entrant], s.cut[leaver] = -value, 0
    node, edge = target if tail else source, entrant
    while edge != leaver:  # turn the way from the entrant down to the leaver upside down
        s.up[node], edge = edge, s.up[node]
        first, second = s.edges[edge]
        node = second if first == node else first
    for end in s.edges[leaver]:
        s.tree[end].remove(leaver)
    for end in s.edges[entrant]:
        s.tree[end].append(entrant)
    s.members[place] = entrant
    return visits


def _meeting(s: _Simplex, first: int, second: int) -> tuple[int, int]:
    """Return the lowest common ancestor, climbing from both nodes in turn, and the number of nodes visited."""
    seen = {first, second}
    while first != second:
        e = s.up[first]
        if e >= 0:
            source, target = s.edges[e]
            first = target if source == first else source
            if first in seen:
                return first, len(seen)
            seen.add(first)
        first, second = second, first
    return first, len(seen)


def _shift_cuts(s: _Simplex, node: int, goal: int, value: int) -> None:
    """Add value to the cut values on the way from node up to its ancestor goal."""
    while node != goal:
        e = s.up[node]
        source, target = s.edges[e]
        if source == node:
            s.cut[e] += value
            node = target
        else:
            s.cut[e] -= value
            node = source
