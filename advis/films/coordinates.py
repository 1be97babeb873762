"""Coordinates: where each node of an ordered layered graph stands across the ranks, so that edges run straight.

The start is U. Brandes and B. Köpf, "Fast and simple horizontal coordinate assignment", Graph Drawing 2001: nodes are
aligned with a median neighbour in four ways (looking back or ahead, from the first or from the last of a row; in large
graphs looking ahead alone), each is packed, and every node gets the mean of its two middle places. Packing walks the
blocks in topological order rather than through the paper's classes, whose shifts go wrong in some cases (U. Brandes,
J. Walter and J. Zink, "Erratum: Fast and simple horizontal coordinate assignment", arXiv:2008.01252). Then straight
runs of nodes move as a whole so that the segments become short in total.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import floor, inf

import numpy as np

from advis.films.layers import Layers
from advis.films.separation import shortest
from advis.films.simplex import minimise

EVEN = 0.05  # two places nearer than this count as one height
SCALE = 2  # steps per unit the network simplex counts in
WEIGHTS = (2, 3, 16)  # of a segment that meets no, one or two bends: long edges are to run level (Gansner et al.)
LEAF = 1  # weight of the only edge of a node ...
SPINE = 6  # ... and of the only use of a result: a chain runs straight past the constants and inputs it uses
EFFORT = 150_000  # node visits of the network simplex, ...
HASTE = 20_000  # ... and in large graphs, where the last tenth of the length would take half of the time, ...
HURRY = 8_000  # ... and where there are more segments than ...
MANY = 2_000  # ... so many, which nobody sees one by one
FULL = 5_000  # with more segments than so many a box has so many neighbours that their middle is as good a place
SHORTER = 0.97  # a drawing must be so much shorter to be preferred to a more even one


@dataclass(frozen=True, slots=True)
class Spacing:
    """Room across the ranks: sizes of all nodes (bends included) and the gaps between them."""

    sizes: Sequence[float]
    count: int
    node_gap: float
    lane_gap: float

    def between(self, first: int, second: int) -> float:
        """Return the least distance between the centres of neighbours in a row."""
        bends = (first >= self.count) + (second >= self.count)
        gap = (self.node_gap, (self.node_gap + self.lane_gap) / 2, self.lane_gap)[bends]
        return (self.sizes[first] + self.sizes[second]) / 2 + gap


def places(layers: Layers, spacing: Spacing) -> list[float]:
    """Return the centre of every node across the ranks.

    Examples
    --------
    >>> from advis.films.layers import proper
    >>> layers = proper([0, 1, 1], [(0, 1), (0, 2)])
    >>> places(layers, Spacing([20, 20, 20], 3, 10, 5))
    [15.0, 0.0, 30.0]
    """
    if not layers.rows:
        return []
    marked = _conflicts(layers)
    gaps = [[spacing.between(first, second) for first, second in pairwise(row)] for row in layers.rows]
    ways = (False,) if layers.large else (True, False)
    extremes = [_aligned(layers, gaps, marked, back=back, down=down) for back in ways for down in (True, False)]
    balanced = _balance(extremes)
    return balanced if sum(map(len, layers.after)) > FULL else _tighten(layers, gaps, balanced)


def _conflicts(layers: Layers) -> set[tuple[int, int]]:
    """Return the segments that cross a segment between two bends: they give way, so that long edges stay straight."""
    marked: set[tuple[int, int]] = set()
    count = layers.count
    for upper, lower in pairwise(layers.rows):
        position = {node: place for place, node in enumerate(upper)}
        left, scanned = -1, 0
        for place, node in enumerate(lower):
            inner = node >= count and layers.before[node][0] >= count
            if not inner and place + 1 < len(lower):
                continue
            right = position[layers.before[node][0]] if inner else len(upper)
            for other in lower[scanned : place + 1]:
                for above in layers.before[other]:
                    if not left <= position[above] <= right:
                        marked.add((above, other))
            left, scanned = right, place + 1
    return marked


def _aligned(
    layers: Layers, gaps: list[list[float]], marked: set[tuple[int, int]], *, back: bool, down: bool
) -> list[float]:
    """Return the places of one of the four extreme drawings: alignment looking back or ahead, packed down or up."""
    sign = 1 if down else -1
    rows = [row[::sign] for row in layers.rows]
    room = [row[::sign] for row in gaps]
    neighbours = layers.before if back else layers.after
    block = _blocks(rows if back else rows[::-1], neighbours, marked, back)
    packed = _pack(rows, room, block)
    return [sign * packed[block[node]] for node in range(layers.size)]


def _blocks(rows: list[list[int]], neighbours: list[list[int]], marked: set[tuple[int, int]], back: bool) -> list[int]:
    """Align every node with a median neighbour in the row before; return for each node the first one of its block."""
    size = len(neighbours)
    block = list(range(size))
    position = [0] * size
    for row in rows:
        guard = -1
        for place, node in enumerate(row):
            position[node] = place
        for node in row:
            near = neighbours[node]
            if len(near) > 1:
                near = sorted(near, key=position.__getitem__)
            for other in near[(len(near) - 1) // 2 : len(near) // 2 + 1]:
                segment = (other, node) if back else (node, other)
                if position[other] > guard and segment not in marked:
                    block[node] = block[other]
                    guard = position[other]
                    break
    return block


def _pack(rows: list[list[int]], gaps: list[list[float]], block: list[int]) -> list[float]:
    """Place the blocks as early as their order allows, then move each as late as it can without pushing another."""
    apart: list[dict[int, float]] = [{} for _ in block]
    for row, room in zip(rows, gaps, strict=True):
        blocks = [block[node] for node in row]
        for first, second, gap in zip(blocks, blocks[1:], room, strict=False):
            known = apart[first]
            if known.get(second, 0.0) < gap:
                known[second] = gap
    follow = [list(known.items()) for known in apart]
    missing = [0] * len(block)
    for later in follow:
        for other, _ in later:
            missing[other] += 1
    order = [node for node, first in enumerate(block) if node == first and not missing[node]]
    place = [0.0] * len(block)
    for node in order:  # grows while it is read
        for other, gap in follow[node]:
            place[other] = max(place[other], place[node] + gap)
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    for node in reversed(order):
        if follow[node]:
            place[node] = min(place[other] - gap for other, gap in follow[node])
    return place


def _balance(extremes: list[list[float]]) -> list[float]:
    """Shift the extreme drawings to the place of the narrowest and take the mean of the two middle places."""
    spans = [(max(drawing) - min(drawing), index) for index, drawing in enumerate(extremes)]
    narrow = extremes[min(spans)[1]]
    low, high = min(narrow), max(narrow)
    shifts = [low - min(drawing) if index % 2 == 0 else high - max(drawing) for index, drawing in enumerate(extremes)]
    sides = np.sort(np.array(extremes) + np.array(shifts)[:, None], axis=0)
    after = len(extremes) // 2
    middles: list[float] = ((sides[after - 1] + sides[after]) / 2).tolist()
    return middles


@dataclass(frozen=True, slots=True)
class _Runs:
    """The layered graph with every lane (the level run of bends of a long edge) contracted to its first bend.

    ``of`` tells each node's run; ``apart`` the least distance of runs that are neighbours in a row, by pair;
    ``joined`` the weight of the segments between two runs, by pair.
    """

    of: list[int]
    apart: dict[tuple[int, int], int]
    joined: dict[tuple[int, int], int]


def _tighten(layers: Layers, gaps: list[list[float]], place: list[float]) -> list[float]:
    """Return places whose segments are as short in total as the order allows, by the network simplex.

    The problem is that of Gansner et al. (1993), section 4.2, except that a lane is one node, so it stays level. A
    drawing already about as short is left alone: it is more even.
    """
    runs = _runs(layers, gaps, place)
    heads = sorted(set(runs.of))
    number = {node: index for index, node in enumerate(heads)}
    start = [floor(SCALE * place[node] + EVEN) for node in heads]
    apart, joined = (
        {(number[first], number[second]): figure for (first, second), figure in pairs.items()}
        for pairs in (runs.apart, runs.joined)
    )
    many = len(joined) > MANY
    solved = shortest(start, apart, joined, HURRY if many else HASTE) if layers.large else _helped(start, apart, joined)
    short = [solved[number[head]] / SCALE for head in runs.of]
    if not many:
        _straighten(runs, short, passes=1 if layers.large else 2)
    return short if _cost(runs, short) < SHORTER * _cost(runs, place) else place


def _helped(start: list[int], apart: dict[tuple[int, int], int], joined: dict[tuple[int, int], int]) -> list[int]:
    """Solve the same problem as `shortest` by a helper node before each segment (Gansner et al.).

    That is slower, and of several shortest drawings it finds another one: that of small graphs is to stay as it is.
    """
    places = [*start, *(min(start[first], start[second]) for first, second in joined)]
    edges = list(apart)
    for helper, (first, second) in enumerate(joined, len(start)):
        edges += [(helper, first), (helper, second)]
    lengths = [*apart.values(), *[0] * (2 * len(joined))]
    weights = [0] * len(apart) + [weight for weight in joined.values() for _ in range(2)]
    return minimise(places, edges, lengths, weights, EFFORT)


def _cost(runs: _Runs, place: list[float]) -> float:
    return sum(weight * abs(place[first] - place[second]) for (first, second), weight in runs.joined.items())


def _runs(layers: Layers, gaps: list[list[float]], place: list[float]) -> _Runs:
    """Contract the lanes; join neighbouring rows without a segment by one of weight 0 (the simplex needs that)."""
    run = list(range(layers.size))
    for bend in range(layers.count, layers.size):
        (first,) = layers.before[bend]
        if first >= layers.count and abs(place[first] - place[bend]) <= EVEN:
            run[bend] = run[first]
    single = [len(before) + len(after) == 1 for before, after in zip(layers.before, layers.after, strict=True)]
    apart: dict[tuple[int, int], int] = {}
    joined: dict[tuple[int, int], int] = {}
    for row, room in zip(layers.rows, gaps, strict=True):
        for (first, second), gap in zip(pairwise(row), room, strict=True):
            pair = run[first], run[second]
            apart[pair] = max(apart.get(pair, 0), floor(SCALE * gap))
        for node in row:
            for other in layers.after[node]:
                if run[node] != run[other]:
                    pair = run[node], run[other]
                    weight = LEAF if single[node] or single[other] else _weight(layers, node, other)
                    joined[pair] = joined.get(pair, 0) + weight
    for upper, lower in pairwise(layers.rows):
        if run[upper[0]] != run[lower[0]]:
            joined.setdefault((run[upper[0]], run[lower[0]]), 0)
    return _Runs(run, apart, joined)


def _weight(layers: Layers, node: int, other: int) -> int:
    """Return how strongly the segment between two nodes is kept short that both have others."""
    bends = (node >= layers.count) + (other >= layers.count)
    return SPINE if not bends and len(layers.after[node]) == 1 else WEIGHTS[bends]


def _straighten(runs: _Runs, place: list[float], passes: int) -> None:
    """Move each run that may move at no cost: amid neighbours on one side, else level with one of its neighbours.

    The first pass goes through the runs in order, the second one backwards.
    """
    sides: defaultdict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    total: defaultdict[int, int] = defaultdict(int)
    for (first, second), weight in runs.joined.items():
        if weight:
            sides[first].append((second, weight, True))
            sides[second].append((first, weight, False))
            total[first] += weight
            total[second] += weight
    low: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    high: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for (first, second), room in runs.apart.items():
        low[second].append((first, room / SCALE))
        high[first].append((second, room / SCALE))
    for node in [*sides, *reversed(sides)][: passes * len(sides)]:
        if total[node] % 2:
            continue
        pulls = sorted([(place[other], ahead, other, weight) for other, weight, ahead in sides[node]])
        passed = list(accumulate([weight for _, _, _, weight in pulls]))
        near, near_ahead, _, _ = pulls[bisect_left(passed, total[node] // 2)]
        far, far_ahead, _, _ = pulls[bisect_right(passed, total[node] // 2)]
        least = max((place[other] + room for other, room in low[node]), default=-inf)
        most = min((place[other] - room for other, room in high[node]), default=inf)
        if near_ahead == far_ahead:
            place[node] = min(max((near + far) / 2, least), most)
        elif place[node] not in (near, far):
            level = [goal for goal in (near, far) if least <= goal <= most]
            gaps = [abs(goal - place[node]) for goal in level]
            place[node] = level[gaps.index(min(gaps))] if level else place[node]
    for node, head in enumerate(runs.of):
        place[node] = place[head]
